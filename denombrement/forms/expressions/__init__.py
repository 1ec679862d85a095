"""The questionnaire's rules in the languages of other engines: XPath for ODK and Kobo, formulas for spreadsheets."""

from denombrement.forms.expressions.excel import ExcelCells, excel_expression
from denombrement.forms.expressions.xpath import xpath_expression

__all__ = ["ExcelCells", "excel_expression", "xpath_expression"]

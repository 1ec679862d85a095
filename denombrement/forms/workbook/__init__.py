"""The workbook for services that prefer a list: one row a person, drop-downs, and a check in words on each row."""

from denombrement.forms.workbook.build import MAXIMUM_PEOPLE, PEOPLE, workbook
from denombrement.forms.workbook.layout import CHILDREN

__all__ = ["CHILDREN", "MAXIMUM_PEOPLE", "PEOPLE", "workbook"]

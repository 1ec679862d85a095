"""The XLSForm for partners on KoboToolbox, ODK or any other tool of that family."""

from denombrement.forms.xlsform.build import xlsform, xlsform_sheets
from denombrement.forms.xlsform.checks import Problem, xlsform_problems

__all__ = ["Problem", "xlsform", "xlsform_problems", "xlsform_sheets"]

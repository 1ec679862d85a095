"""Lists that people keep in a spreadsheet: columns recognised, cells understood, rows turned into records."""

from denombrement.intake.lists.headers import is_known_header
from denombrement.intake.lists.rows import ReadMnemonic, read_list

__all__ = ["ReadMnemonic", "is_known_header", "read_list"]

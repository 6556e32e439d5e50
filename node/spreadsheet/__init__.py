"""Listings from and to the spreadsheets that people have: docs/kinds.md §11.

read_sheet    what is in a file, and what of it could not be read
plan_import   what it would change here, row by row
to_csv, to_json   listings as files, to be edited and brought back
"""

from node.spreadsheet.export import to_csv, to_json
from node.spreadsheet.plan import Action, Held, Terms, What, plan_import
from node.spreadsheet.sheet import Sheet, read_sheet
from node.spreadsheet.table import Problem

__all__ = [
    "Action",
    "Held",
    "Problem",
    "Sheet",
    "Terms",
    "What",
    "plan_import",
    "read_sheet",
    "to_csv",
    "to_json",
]

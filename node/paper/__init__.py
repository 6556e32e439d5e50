"""Sheets of paper: what a pod gives to hands, doors and walls, each one HTML file to print.

Spec: docs/paper.md. A sheet needs nothing but itself: style and codes are inside, no script,
nothing is loaded. Printing reads the pod and changes nothing in it. sheets.py has the table of all;
frame.py what they share; the others fill them, each from its area.
"""

from node.paper.frame import Printed, is_a_sheet
from node.paper.job import Job, Options, Paper, Style
from node.paper.sheets import SHEETS, Sheet, print_sheet

__all__ = [
    "SHEETS",
    "Job",
    "Options",
    "Paper",
    "Printed",
    "Sheet",
    "Style",
    "is_a_sheet",
    "print_sheet",
]

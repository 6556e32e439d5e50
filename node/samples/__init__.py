"""Listings to try a pod with: an invented street, in English and Spanish, in no order.

neighbours.csv is written as people write spreadsheets, so `pod import` has something to read.
"""

from importlib.resources import files
from typing import Final

SAMPLE_FILE: Final = "neighbours.csv"


def sample_sheet() -> bytes:
    """Return the CSV file, for node.spreadsheet.read_sheet."""
    return files(__name__).joinpath(SAMPLE_FILE).read_bytes()

"""Squares of a pod's map, as people name them: B3 is a cell inside the one of the pod's card.

Pages: docs/kinds.md §2.1. A cell of the card has 32 within: A to D from west to east, 1 to 8 from
north to south. A point that somebody types is forgotten in the act: only its square is kept.
"""

import re
from typing import Final

from protocol.aid.limits import NEAR_CELL, NETWORK_CELL

COLUMNS: Final = "ABCD"
ROWS: Final = "12345678"
_LETTERS: Final = "0123456789bcdefghjkmnpqrstuvwxyz"
"""Of a geohash: five bits each, east or west first, then north or south, in turns."""
_SQUARE: Final = re.compile(rf"([{COLUMNS}])([{ROWS}])", re.IGNORECASE)
_NUMBER: Final = r"[+-]?\d{1,3}(?:[.,]\d{1,12})?"
_POINT: Final = re.compile(rf"({_NUMBER})(?:\s*[,;]\s*|\s+)({_NUMBER})")
_BITS: Final = 5


def square_of(cell: str | None, home: str | None) -> str | None:
    """Return what people call a cell inside home, None for any other."""
    if cell is None or home is None or len(home) != NETWORK_CELL or len(cell) != NEAR_CELL:
        return None
    if not cell.startswith(home):
        return None
    bits = _LETTERS.index(cell[-1])
    # North, east, north, east, north: counted from the south-west corner.
    up = (bits >> 4 & 1) << 2 | (bits >> 2 & 1) << 1 | bits & 1
    east = (bits >> 3 & 1) << 1 | bits >> 1 & 1
    return f"{COLUMNS[east]}{len(ROWS) - up}"


def read_cell(said: str, home: str | None, *, size: int = NEAR_CELL) -> str | None:
    """Return the cell that somebody means by a square of home, two numbers, or a geohash.

    size: characters of it, at most. None: it means no cell of a size that is of use.
    """
    square, point = _SQUARE.fullmatch(said), _POINT.fullmatch(said)
    if square and home is not None and len(home) == NETWORK_CELL:
        return (home + _letter(*square.groups()))[:size]
    if point:
        latitude, longitude = (float(it.replace(",", ".")) for it in point.groups())
        is_on_earth = abs(latitude) <= 90 and abs(longitude) <= 180
        return cell_at(latitude, longitude, size) if is_on_earth else None
    is_cell = NETWORK_CELL <= len(said) <= NEAR_CELL and not set(said.lower()) - set(_LETTERS)
    return said.lower()[:size] if is_cell else None


def cell_at(latitude: float, longitude: float, size: int) -> str:
    """Return the geohash, of so many characters, around a point in degrees."""
    low, high = [-180.0, -90.0], [180.0, 90.0]
    said, axis = "", 0
    for _ in range(size):
        number = 0
        for _ in range(_BITS):
            middle = (low[axis] + high[axis]) / 2
            is_above = (longitude, latitude)[axis] >= middle
            (low if is_above else high)[axis] = middle
            number = number << 1 | is_above
            axis = 1 - axis
        said += _LETTERS[number]
    return said


def _letter(column: str, row: str) -> str:
    east, up = COLUMNS.index(column.upper()), len(ROWS) - int(row)
    high, low = (up >> 2 & 1) << 4 | (east >> 1 & 1) << 3, (east & 1) << 1 | up & 1
    return _LETTERS[high | (up >> 1 & 1) << 2 | low]

"""Where a thing is, as a square of the pod's map: tapped or typed (protocol/aid/squares.py).

A point that somebody types is nowhere kept: the square around it takes its place at once.
"""

from collections.abc import Mapping
from typing import Any, Final

from node.pod import Pod
from node.web.pages.fields import Given
from protocol.aid.limits import NETWORK_CELL
from protocol.aid.sentences import Fault, WrongFields
from protocol.aid.squares import read_cell, square_of

SQUARE: Final = ("square", "square_typed")
"""The fields of a form; what is typed counts before what is tapped."""


def home_of(pod: Pod) -> str | None:
    """Return the cell of the pod's card, of which the squares are parts; None if it names none."""
    card = pod.card.get()
    cell = card.cell if card else None
    return cell if cell and len(cell) == NETWORK_CELL else None


def square_shown(cell: str | None, home: str | None) -> Given:
    """Return a cell as a form shows it: as a square where it is one, else as it is written."""
    square = square_of(cell, home)
    return {"square": square or "", "square_typed": "" if square else cell or ""}


def cell_meant(given: Mapping[str, Any], home: str | None, kept: str | None = None) -> str | None:
    """Return the cell that a form means. kept: so far, of whatever size. Raises WrongFields."""
    said = str(given["square_typed"] or given["square"])
    if not said or said == kept:
        return said or None
    cell = read_cell(said, home)
    if cell is None:
        raise WrongFields((Fault("cell", "string_pattern_mismatch", {}),))
    return cell

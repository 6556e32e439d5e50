"""B3 is a square of the pod's own map, and a point becomes the square around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.aid.limits import NEAR_CELL, NETWORK_CELL
from protocol.aid.matching import _corner
from protocol.aid.squares import COLUMNS, ROWS, cell_at, read_cell, square_of

HOME = "u173z"
SQUARES = [f"{column}{row}" for column in COLUMNS for row in ROWS]


def cell_of(square: str) -> str:
    cell = read_cell(square, HOME)
    assert cell is not None
    return cell


def test_each_square_is_a_cell_of_its_own_and_back() -> None:
    cells = [cell_of(it) for it in SQUARES]
    assert len(set(cells)) == 32
    assert {len(it) for it in cells} == {NEAR_CELL}
    assert [square_of(it, HOME) for it in cells] == SQUARES
    assert read_cell("b3", HOME) == read_cell("B3", HOME)


def test_letters_go_east_and_numbers_go_south() -> None:
    corners = {it: _corner(cell_of(it)) for it in SQUARES}
    for column in COLUMNS:
        norths = [corners[f"{column}{row}"][0] for row in ROWS]
        assert norths == sorted(norths, reverse=True)
        assert len(set(norths)) == len(ROWS)
    for row in ROWS:
        easts = [corners[f"{column}{row}"][1] for column in COLUMNS]
        assert easts == sorted(easts)
        assert len(set(easts)) == len(COLUMNS)


@given(st.floats(-90, 90), st.floats(-180, 179.999))
def test_point_lies_in_its_cell(latitude: float, longitude: float) -> None:
    south, west = _corner(cell_at(latitude, longitude, NEAR_CELL))
    assert 0 <= latitude - south <= 180 / 2**15 * 1.0001
    assert 0 <= longitude - west <= 360 / 2**15 * 1.0001


def test_known_places_have_the_cells_that_others_give_them() -> None:
    assert cell_at(57.64911, 10.40744, 6) == "u4pruy"
    assert cell_at(-25.382708, -49.265506, 6) == "6gkzwg"


@pytest.mark.parametrize(
    ("said", "cell"),
    [
        ("52.374, 4.890", "u173zq"),
        ("52,374; 4,890", "u173zq"),
        ("52.374 4.890", "u173zq"),
        ("U173ZQ", "u173zq"),
        ("E3", None),
        ("A9", None),
        ("91, 4", None),
        ("u1", None),
        ("u173zqs", None),
        ("next to the church", None),
        ("", None),
    ],
)
def test_what_people_type_means_a_cell_or_none(said: str, cell: str | None) -> None:
    assert read_cell(said, HOME) == cell


def test_without_a_card_a_square_means_nothing() -> None:
    assert read_cell("B3", None) is None
    assert square_of("u173zq", None) is None
    assert square_of("u173zq", "u173y") is None
    assert read_cell("52.374, 4.890", None, size=NETWORK_CELL) == HOME

"""The life of a listing: its tables, and how many there are left whatever is promised."""

import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.aid.life import (
    OVER,
    STANDING_AFTER,
    STATUS_AFTER,
    Act,
    Standing,
    Turn,
    after,
    give_back,
    is_by_day,
    promise,
    room,
    turned,
    with_promises_of,
)
from protocol.aid.listing import Listing, Status
from protocol.errors import UserError
from tests.aid.listings import listings, soup

PAGE = Path(__file__).parents[2] / "docs" / "kinds.md"
COUNTS = st.integers(1, 12)


def told(head: str) -> dict[str, dict[str, str]]:
    """Return a table of docs/kinds.md by its first heading: {row: {column: cell}}."""
    page = PAGE.read_text("utf-8")
    lines = page[page.index(f"| {head} |") :].split("\n\n", 1)[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    columns = rows[0][1:]
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows[2:]}


def test_the_page_shows_the_table_of_a_listing() -> None:
    rows = told("status")
    assert list(rows) == list(get_args(Status)) == list(STATUS_AFTER)
    for status, acts in STATUS_AFTER.items():
        assert rows[status] == {act.value: acts.get(act, "") for act in Act}


def test_the_page_shows_the_table_of_an_answer() -> None:
    rows = told("an answer that is")
    assert list(rows) == [standing.value for standing in STANDING_AFTER] == list(Standing)
    for standing, turns in STANDING_AFTER.items():
        assert rows[standing] == {turn.value: turns.get(turn, "") for turn in Turn}


@pytest.mark.parametrize("status", get_args(Status))
@pytest.mark.parametrize("act", Act)
def test_an_act_does_what_the_table_says_and_nothing_else(status: Status, act: Act) -> None:
    listing = soup(status=status, qty=3, left=1)
    expected = STATUS_AFTER[status].get(act)
    if expected is None:
        with pytest.raises(UserError, match=re.escape(status)):
            after(listing, act)
    else:
        assert after(listing, act) == soup(status=expected, qty=3, left=1)


@given(st.lists(st.sampled_from(Turn)))
def test_what_is_over_stays_over(turns: list[Turn]) -> None:
    standing = Standing.WAITING
    for turn in turns:
        try:
            standing = turned(standing, turn)
        except UserError:
            continue
        assert standing not in OVER or all(
            following is None for following in map(STANDING_AFTER[standing].get, Turn)
        )


def test_every_standing_can_be_reached_and_all_but_the_last_ones_end() -> None:
    reached = {Standing.WAITING} | {
        it for turns in STANDING_AFTER.values() for it in turns.values()
    }
    assert reached == set(Standing)
    assert {Standing.GONE, Standing.TAKEN_BACK, Standing.BACK_HOME} == OVER


# --- How many there are ---


@given(listings(), st.lists(st.tuples(st.booleans(), COUNTS), max_size=20))
def test_left_stays_between_nothing_and_all_whatever_is_done(
    listing: Listing, steps: list[tuple[bool, int]]
) -> None:
    for is_promise, count in steps:
        before = room(listing)
        try:
            listing = promise(listing, count) if is_promise else give_back(listing, count)
        except UserError:
            assert before is not None
            assert count > before
            continue
        Listing.model_validate(listing.model_dump())
        now = room(listing)
        assert (now is None) == (before is None)
        if now is not None and before is not None and not is_by_day(listing):
            assert 0 <= now <= (listing.qty or 1)
            assert not is_promise or now == before - count


@given(listings(), COUNTS)
def test_a_promise_taken_back_leaves_no_trace(listing: Listing, count: int) -> None:
    listing = give_back(listing, 10_000)  # all of it left, said in the one way that we write
    has = room(listing)
    count = count if has is None else min(count, has)
    assert give_back(promise(listing, count), count) == listing


def test_without_a_quantity_there_is_one() -> None:
    ladder = soup(title="Ladder")
    gone = promise(ladder, 1)
    assert (gone.qty, gone.left) == (1, 0)
    with pytest.raises(UserError, match="All of it is promised"):
        promise(gone, 1)
    assert give_back(gone, 1) == ladder


def test_of_plenty_nothing_is_counted() -> None:
    plums = soup(plenty=True)
    assert promise(plums, 9999) == plums
    assert room(plums) is None


def test_each_day_of_what_repeats_is_counted_by_itself() -> None:
    rides = soup(repeats="weekly", qty=2, unit="seats")
    assert promise(rides, 2) == rides
    assert (room(rides, 0), room(rides, 2), room(rides, 3)) == (2, 0, 0)
    with pytest.raises(UserError, match="Only 1"):
        promise(rides, 2, promised_that_day=1)


@given(COUNTS, listings(), COUNTS)
def test_an_edit_takes_no_promise_back(qty: int, wanted: Listing, count: int) -> None:
    count = min(count, qty)
    promised = promise(soup(qty=qty), count)
    wanted = wanted.model_copy(update={"left": None})
    edited = with_promises_of(wanted, promised)
    Listing.model_validate(edited.model_dump())
    left = room(edited)
    if left is not None and not is_by_day(edited):
        assert left == max(0, (edited.qty or 1) - count)


def test_an_edit_that_says_what_is_left_is_believed() -> None:
    before = soup(qty=5, left=2)
    assert with_promises_of(soup(qty=5, left=4), before).left == 4
    assert with_promises_of(soup(qty=8, left=2), before).left == 5
    assert with_promises_of(soup(qty=5, left=2), before).left == 2

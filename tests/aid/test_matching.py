"""What may fit what, and why; the week on one page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from node.aid.digest import digest
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.house.ask import Ask
from protocol.aid.listing import Listing
from protocol.aid.matching import Common, Reason, in_common
from store.aid import BoardItem
from tests.aid.clocked import DAY_S, SetClock, clocked_pod
from tests.aid.listings import listings, soup


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def pod(tmp_path: Path, clock: SetClock) -> Iterator[Pod]:
    with clocked_pod(tmp_path / "maple", clock) as made:
        yield made


def put(pod: Pod, title: str, *, end_s: int | None = None, **fields: Any) -> BoardItem:
    listing = soup(title=title, **fields)
    return pod.listings.publish(listing, audience=Audience.POD, valid_until_s=end_s)


def reasons(one: dict[str, Any], other: dict[str, Any], *spoken: str) -> list[Reason]:
    need = soup(**{"type": "need", "title": "One", **one})
    offer = soup(**{"type": "offer", "title": "Other", **other})
    return [it.reason for it in in_common(need, offer, spoken=frozenset(spoken))]


# --- Reasons ---


def test_same_category_fits_and_the_one_for_all_else_does_not() -> None:
    assert reasons({"title": "A"}, {"title": "B"}) == [Reason.CATEGORY]
    assert reasons({"title": "A", "category": "other"}, {"title": "B", "category": "other"}) == []


def test_words_that_say_something_fit_across_categories() -> None:
    need = {"title": "I need a ladder please", "category": "items"}
    assert in_common(
        soup(type="need", **need),
        soup(title="LADDER, 3 m", tags=("Painting",), category="tools-space"),
    ) == (Common(Reason.WORDS, ("ladder",)),)
    assert reasons(need, {"title": "I need please", "category": "water"}) == []


def test_two_of_one_type_never_fit() -> None:
    assert in_common(soup(), soup()) == ()


@pytest.mark.parametrize(
    ("cell", "other", "reason"),
    [
        ("ezjmgt", "ezjmgt", Reason.STREETS),
        ("ezjmgt", "ezjmgw", Reason.STREETS),  # side by side
        ("ezjmgt", "ezjmg", Reason.QUARTER),
        ("ezjmgt", "ezjmg0", Reason.QUARTER),
        ("ezjmg", "ezjmu", Reason.QUARTER),
        ("ezjmgt", "ezjpgt", None),
        ("8", "8", None),  # as coarse as that says nothing
        ("xbpbp", "80000", Reason.QUARTER),  # across the date line
    ],
)
def test_cells_that_touch_are_near(cell: str, other: str, reason: Reason | None) -> None:
    found = reasons({"cell": cell}, {"cell": other})
    assert found == [Reason.CATEGORY, *([reason] if reason else [])]


@pytest.mark.parametrize(
    ("need", "offer", "fits"),
    [
        (("2027-02-01", "2027-02-03"), ("2027-02-03T18:00", None), True),
        (("2027-02-01", "2027-02-03"), ("2027-02-04", None), False),
        ((None, "2027-02-03"), ("2027-02-04", "2027-02-09"), False),
        ((None, None), ("2027-02-04", "2027-02-09"), True),
    ],
)
def test_days_that_never_meet_do_not_fit(
    need: tuple[str | None, str | None], offer: tuple[str | None, str | None], fits: bool
) -> None:
    found = reasons(
        {"date_from": need[0], "date_to": need[1]}, {"date_from": offer[0], "date_to": offer[1]}
    )
    assert bool(found) is fits
    assert (Reason.DAYS in found) is (fits and any(need))


def test_a_language_that_the_other_pod_speaks_is_a_reason() -> None:
    assert reasons({"lang": "es-MX"}, {}, "es", "en") == [Reason.CATEGORY, Reason.LANGUAGE]
    assert reasons({"lang": "es"}, {"lang": "es"}) == [Reason.CATEGORY, Reason.LANGUAGE]
    assert reasons({"lang": "es"}, {"lang": "en"}) == [Reason.CATEGORY]
    assert reasons({}, {"lang": "en"}, "en") == [Reason.CATEGORY]


@given(listings(), listings())
def test_what_fits_fits_both_ways(one: Listing, other: Listing) -> None:
    there, back = in_common(one, other), in_common(other, one)
    without_language = [it for it in there if it.reason is not Reason.LANGUAGE]
    assert without_language == [it for it in back if it.reason is not Reason.LANGUAGE]


# --- In a pod ---


def test_pairs_of_the_pod_stand_under_their_need(pod: Pod, clock: SetClock) -> None:
    ride = put(pod, "To the clinic", type="need", category="transport")
    clock.now_s += 1
    put(pod, "Van on Saturdays", category="transport")
    clock.now_s += 1
    put(pod, "Clinic visits: company", category="emotional-support")
    put(pod, "Plums")
    ((item, found),) = pod.matching.for_pod()
    assert item.rid == ride.rid
    assert [it.item.listing.title for it in found] == ["Clinic visits: company", "Van on Saturdays"]


def test_what_is_not_open_fits_nothing(pod: Pod) -> None:
    ride = put(pod, "Ride", type="need", category="transport")
    put(pod, "Van", category="transport", status="paused")
    van = put(pod, "Car", category="transport", qty=1)
    assert [it.item.rid for it in pod.matching.for_listing(ride)] == [van.rid]
    pod.answers.ask(van.rid, Ask())
    pod.answers.promise(van.rid, 1)
    assert pod.matching.for_listing(ride) == []


# --- The week ---


def test_the_digest_has_what_is_new_what_ends_and_what_nobody_answered(
    pod: Pod, clock: SetClock
) -> None:
    put(pod, "Old", end_s=0)
    put(pod, "Old need", type="need", end_s=0)
    put(pod, "Ends", end_s=clock.now_s + 12 * DAY_S)
    clock.pass_days(10)
    new = put(pod, "New need", type="need", category="water")
    pod.answers.ask(new.rid, Ask())
    week = digest(pod)
    titles = [
        [it.listing.title for it in part] for part in (week.new, week.ending, week.unanswered)
    ]
    assert titles == [["New need"], ["Ends"], ["Old need"]]
    assert week.meetings == ()

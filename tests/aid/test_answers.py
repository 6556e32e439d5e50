"""Asking and promising, at the door of a real pod."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.aid.answers import FromPod
from node.aid.waiting import Why
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.house.ask import Ask
from protocol.aid.house.limits import MAX_ANSWERS, MAX_ANSWERS_OF_POD
from protocol.aid.house.rights import MACHINE
from protocol.aid.life import Act, Standing, Turn, room
from protocol.clock import ClockState
from protocol.errors import UserError
from protocol.identity import PodId
from store.aid import BoardItem
from store.house.answers import Answer
from tests.aid.clocked import DAY_S, SetClock, clocked_pod
from tests.aid.listings import soup

MILL = PodId(b"m" * 32)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def pod(tmp_path: Path, clock: SetClock) -> Iterator[Pod]:
    with clocked_pod(tmp_path / "maple", clock) as made:
        yield made


def put(
    pod: Pod, *, audience: Audience = Audience.NETWORK, end_s: int | None = None, **fields: Any
) -> BoardItem:
    return pod.listings.publish(soup(**fields), audience=audience, valid_until_s=end_s)


def left(pod: Pod, item: BoardItem) -> int | None:
    return pod.listings.own(item.rid).listing.left


def standings(pod: Pod, item: BoardItem) -> list[Standing]:
    return [answer.standing for answer in pod.answers.of(item.rid)]


def letter(
    pod: Pod, rid: bytes, ask: Ask, *, number: int = 1, source: PodId = MILL
) -> Answer | None:
    """Have a letter of another pod come in, as the mail room does."""
    now = pod.now()
    with pod.keeper.store.atomic(now.wall_ms) as tx:
        return pod.answers.take_in(tx, rid, ask, FromPod(source, bytes([number]) * 16), now)


def code(caught: pytest.ExceptionInfo[UserError]) -> str:
    return caught.value.code


# --- Promising ---


def test_the_last_one_is_promised_once(pod: Pod) -> None:
    ladder = put(pod, title="Ladder")
    first, second = (pod.answers.ask(ladder.rid, Ask(by=name)) for name in ("Rosa", "Ben"))
    pod.answers.promise(ladder.rid, second.number)
    with pytest.raises(UserError, match="All of it is promised") as caught:
        pod.answers.promise(ladder.rid, first.number)
    assert code(caught) == "conflict"
    assert left(pod, ladder) == 0
    assert standings(pod, ladder) == [Standing.WAITING, Standing.PROMISED]


def test_two_processes_cannot_promise_the_last_one_twice(
    pod: Pod, tmp_path: Path, clock: SetClock
) -> None:
    ladder = put(pod, title="Ladder")
    for name in ("Rosa", "Ben"):
        pod.answers.ask(ladder.rid, Ask(by=name))
    with clocked_pod(tmp_path / "maple", clock) as other:
        assert other.listings.own(ladder.rid).listing.left is None
        pod.answers.promise(ladder.rid, 1)
        with pytest.raises(UserError, match="All of it"):
            other.answers.promise(ladder.rid, 2)


def test_a_quantity_falls_and_returns(pod: Pod) -> None:
    plums = put(pod, title="Plums", qty=5, unit="kg")
    pod.answers.ask(plums.rid, Ask(by="Rosa", qty=2))
    pod.answers.ask(plums.rid, Ask(by="Ben", qty=4))
    pod.answers.promise(plums.rid, 1)
    with pytest.raises(UserError, match="Only 3"):
        pod.answers.promise(plums.rid, 2)
    assert pod.answers.promise(plums.rid, 2, qty=3).qty == 3
    assert left(pod, plums) == 0
    pod.answers.turn(plums.rid, 1, Turn.UNPROMISE)
    assert left(pod, plums) == 2
    pod.answers.turn(plums.rid, 2, Turn.TAKE_BACK)
    assert left(pod, plums) is None
    assert standings(pod, plums) == [Standing.WAITING, Standing.TAKEN_BACK]


def test_promised_in_one_act_or_not_at_all(pod: Pod) -> None:
    plums = put(pod, title="Plums", qty=5)
    pod.answers.ask(plums.rid, Ask(qty=2))
    real = pod.keeper.signer.sign_in

    def sign_and_fail(*args: object) -> object:
        real(*args)  # type: ignore[arg-type]
        raise UserError("full", "The power goes here.")

    pod.keeper.signer.sign_in = sign_and_fail  # type: ignore[method-assign, assignment]
    with pytest.raises(UserError):
        pod.answers.promise(plums.rid, 1)
    assert left(pod, plums) is None
    assert standings(pod, plums) == [Standing.WAITING]


def test_what_was_lent_can_be_promised_again_when_it_is_home(pod: Pod) -> None:
    drill = put(pod, title="Drill", mode="lend")
    pod.answers.ask(drill.rid, Ask(by="Rosa"))
    pod.answers.promise(drill.rid, 1)
    assert [it.why for it in pod.waiting.all()] == [Why.LENT_OUT]
    pod.answers.turn(drill.rid, 1, Turn.COME_HOME)
    assert left(pod, drill) is None
    assert standings(pod, drill) == [Standing.BACK_HOME]
    assert pod.waiting.all() == []


def test_what_was_given_does_not_come_home(pod: Pod) -> None:
    plums = put(pod, title="Plums")
    pod.answers.ask(plums.rid, Ask())
    pod.answers.promise(plums.rid, 1)
    with pytest.raises(UserError, match="given, not lent"):
        pod.answers.turn(plums.rid, 1, Turn.COME_HOME)


def test_each_day_of_a_repeating_listing_is_promised_by_itself(pod: Pod) -> None:
    rides = put(pod, title="Rides to the clinic", repeats="weekly", qty=2, unit="seats")
    with pytest.raises(UserError, match="each time"):
        pod.answers.ask(rides.rid, Ask())  # nobody could promise it
    for on in ("2027-02-01", "2027-02-01", "2027-02-08", "2027-02-01"):
        pod.answers.ask(rides.rid, Ask(day=on))
    pod.answers.promise(rides.rid, 1)
    pod.answers.promise(rides.rid, 2)
    pod.answers.promise(rides.rid, 3)
    assert pod.answers.room(rides, "2027-02-01") == 0
    assert pod.answers.room(rides, "2027-02-08") == 1
    with pytest.raises(UserError, match="All of it"):
        pod.answers.promise(rides.rid, 4)
    assert pod.answers.promise(rides.rid, 4, day="2027-02-15").day == "2027-02-15"
    assert left(pod, rides) is None


def test_what_does_not_repeat_has_no_days(pod: Pod) -> None:
    plums = put(pod, title="Plums")
    pod.answers.ask(plums.rid, Ask())
    with pytest.raises(UserError, match="does not repeat"):
        pod.answers.promise(plums.rid, 1, day="2027-02-15")
    with pytest.raises(UserError, match="does not repeat"):
        pod.answers.ask(plums.rid, Ask(day="2027-02-15"))


def test_of_plenty_everybody_gets_some(pod: Pod) -> None:
    mint = put(pod, title="Mint", plenty=True)
    for _ in range(3):
        number = pod.answers.ask(mint.rid, Ask(qty=1000)).number
        pod.answers.promise(mint.rid, number)
    assert standings(pod, mint) == [Standing.PROMISED] * 3


# --- Ends ---


def test_done_is_one_step_and_who_waited_is_told_that_it_is_gone(pod: Pod) -> None:
    plums = put(pod, title="Plums", qty=2)
    for _ in range(2):
        pod.answers.ask(plums.rid, Ask())
    pod.answers.promise(plums.rid, 1)
    pod.listings.do(plums.rid, Act.DONE)
    assert standings(pod, plums) == [Standing.PROMISED, Standing.GONE]
    with pytest.raises(UserError, match="done"):
        pod.answers.ask(plums.rid, Ask())
    pod.listings.do(plums.rid, Act.REOPEN)
    assert pod.answers.ask(plums.rid, Ask()).standing is Standing.WAITING


def test_done_by_an_edit_or_a_sheet_is_the_same(pod: Pod) -> None:
    plums = put(pod, title="Plums")
    pod.answers.ask(plums.rid, Ask())
    pod.listings.edit(plums.rid, soup(title="Plums", status="done"))
    assert standings(pod, plums) == [Standing.GONE]


def test_withdrawn_is_gone_for_everybody(pod: Pod) -> None:
    plums = put(pod, title="Plums", qty=2)
    for _ in range(2):
        pod.answers.ask(plums.rid, Ask())
    pod.answers.promise(plums.rid, 1)
    pod.listings.withdraw(plums.rid)
    assert standings(pod, plums) == [Standing.GONE, Standing.GONE]


def test_another_audience_is_no_end(pod: Pod) -> None:
    plums = put(pod, title="Plums", audience=Audience.POD)
    pod.answers.ask(plums.rid, Ask())
    pod.answers.promise(plums.rid, 1)
    pod.listings.edit(plums.rid, soup(title="Plums"), audience=Audience.NETWORK)
    assert standings(pod, plums) == [Standing.PROMISED]
    assert left(pod, plums) == 0


def test_renewing_keeps_no_end_where_there_is_none(pod: Pod) -> None:
    plums = put(pod, title="Plums", end_s=0)
    assert pod.listings.renew(plums.rid).valid_until_s == 0


# --- Letters of other pods ---


def test_a_letter_is_an_answer_and_is_taken_once(pod: Pod) -> None:
    plums = put(pod, title="Plums")
    first = letter(pod, plums.rid, Ask(by="Mia", words="Please", contact="knock at 4"))
    assert first is not None
    assert (first.pod, first.by, first.standing) == (MILL, "Mia", Standing.WAITING)
    assert letter(pod, plums.rid, Ask(by="Mia")) is None
    assert letter(pod, put(pod, title="Pears").rid, Ask(by="Mia")) is None
    assert len(pod.answers.all()) == 1


def test_a_letter_after_the_end_is_kept_and_marked_late(pod: Pod, clock: SetClock) -> None:
    plums = put(pod, title="Plums", end_s=clock.now_s + DAY_S)
    clock.pass_days(2)
    late = letter(pod, plums.rid, Ask())
    assert late is not None
    assert (late.is_late, late.standing) == (True, Standing.WAITING)
    assert pod.answers.promise(plums.rid, late.number).standing is Standing.PROMISED


@pytest.mark.parametrize("end", ["done", "withdrawn"])
def test_a_letter_to_what_is_over_is_gone_at_once(pod: Pod, end: str) -> None:
    plums = put(pod, title="Plums")
    if end == "done":
        pod.listings.do(plums.rid, Act.DONE)
    else:
        pod.listings.withdraw(plums.rid)
    late = letter(pod, plums.rid, Ask())
    assert late is not None
    assert (late.is_late, late.standing) == (True, Standing.GONE)
    with pytest.raises(UserError):
        pod.answers.promise(plums.rid, late.number)


def test_a_letter_about_nothing_leaves_no_trace(pod: Pod) -> None:
    ours = put(pod, title="For us", audience=Audience.POD)
    assert letter(pod, b"?" * 16, Ask()) is None
    assert letter(pod, ours.rid, Ask()) is None
    assert pod.answers.all() == []


def test_answers_of_a_listing_have_an_end_and_one_pod_cannot_fill_it(pod: Pod) -> None:
    plums = put(pod, title="Plums", plenty=True)
    taken = [letter(pod, plums.rid, Ask(), number=n) for n in range(MAX_ANSWERS_OF_POD + 1)]
    assert [it is None for it in taken] == [False] * MAX_ANSWERS_OF_POD + [True]
    for _ in range(MAX_ANSWERS - MAX_ANSWERS_OF_POD):
        pod.answers.ask(plums.rid, Ask())
    with pytest.raises(UserError) as caught:
        pod.answers.ask(plums.rid, Ask())
    assert code(caught) == "over_quota"
    assert letter(pod, plums.rid, Ask(), source=PodId(b"e" * 32)) is None


# --- What waits ---


def test_what_waits_comes_by_why(pod: Pod, clock: SetClock) -> None:
    put(pod, title="Soon", end_s=clock.now_s + 12 * DAY_S)
    put(pod, title="Over", end_s=clock.now_s + 5 * DAY_S)
    put(pod, title="Long over", end_s=clock.now_s + DAY_S)
    put(pod, title="Far", end_s=clock.now_s + 300 * DAY_S)
    asked = put(pod, title="Asked", end_s=0)
    pod.answers.ask(asked.rid, Ask())
    clock.pass_days(10)
    assert [(it.why, it.item.listing.title) for it in pod.waiting.all()] == [
        (Why.ANSWER, "Asked"),
        (Why.ENDS_SOON, "Soon"),
        (Why.ENDED, "Long over"),
        (Why.ENDED, "Over"),
    ]
    clock.pass_days(6)
    assert [(it.why, it.item.listing.title) for it in pod.waiting.all()] == [
        (Why.ANSWER, "Asked"),
        (Why.ENDED, "Over"),
        (Why.ENDED, "Soon"),
    ]


def test_a_listing_without_an_end_is_asked_for_each_year_and_then_paused(
    pod: Pod, clock: SetClock
) -> None:
    mint = put(pod, title="Mint", end_s=0)

    def waits() -> list[Why]:
        return [it.why for it in pod.waiting.all()]

    clock.pass_days(364)
    assert waits() == []
    clock.pass_days(1)
    assert waits() == [Why.STILL_TRUE]
    pod.listings.renew(mint.rid)
    assert waits() == []
    clock.pass_days(365)
    assert waits() == [Why.STILL_TRUE]
    clock.pass_days(29)
    pod.tidy()
    assert pod.listings.own(mint.rid).listing.status == "open"
    clock.pass_days(1)
    pod.tidy()
    assert pod.listings.own(mint.rid).listing.status == "paused"


# --- Forgetting ---


def titles(pod: Pod) -> set[str]:
    return {answer.title for answer in pod.answers.all()}


def test_who_helped_whom_is_forgotten_thirty_days_after_it_is_over(
    pod: Pod, clock: SetClock
) -> None:
    ends = clock.now_s + 5 * DAY_S
    done, expired = put(pod, title="Done"), put(pod, title="Expired", end_s=ends)
    withdrawn, living = put(pod, title="Withdrawn"), put(pod, title="Living", end_s=0)
    taken_back = put(pod, title="Taken back", end_s=0)
    lent = put(pod, title="Lent", mode="lend", end_s=ends)
    for item in (done, expired, withdrawn, living, taken_back, lent):
        pod.answers.ask(item.rid, Ask())
        pod.answers.promise(item.rid, 1)
    pod.listings.do(done.rid, Act.DONE)
    pod.listings.withdraw(withdrawn.rid)
    pod.answers.turn(taken_back.rid, 1, Turn.TAKE_BACK)
    pod.tidy()
    clock.pass_days(30)
    pod.tidy()
    assert titles(pod) == {"Done", "Expired", "Withdrawn", "Living", "Taken back", "Lent"}
    clock.now_s += 1
    pod.tidy()
    assert titles(pod) == {"Expired", "Living", "Lent"}
    clock.pass_days(30)
    clock.now_s += 1
    pod.tidy()
    assert titles(pod) == {"Living", "Lent"}


def test_the_words_of_what_is_done_go_after_thirty_days_everywhere(
    pod: Pod, clock: SetClock
) -> None:
    shared, ours = put(pod, title="Shared"), put(pod, title="Ours", audience=Audience.POD)
    expired = put(pod, title="Expired", end_s=clock.now_s + 1)
    for item in (shared, ours):
        pod.listings.do(item.rid, Act.DONE)
    clock.pass_days(1)
    pod.tidy()
    clock.pass_days(29)
    pod.tidy()
    assert pod.listings.own(shared.rid).listing.title == "Shared"
    clock.pass_days(1)
    pod.tidy()
    for item in (shared, ours):
        with pytest.raises(UserError):
            pod.listings.own(item.rid)
    assert pod.listings.own(expired.rid).listing.title == "Expired"
    clock.pass_days(60)
    pod.tidy()
    with pytest.raises(UserError):
        pod.listings.own(expired.rid)


def test_what_is_opened_again_is_not_forgotten(pod: Pod, clock: SetClock) -> None:
    plums = put(pod, title="Plums", end_s=0)
    pod.answers.ask(plums.rid, Ask())
    pod.answers.promise(plums.rid, 1)
    pod.listings.do(plums.rid, Act.DONE)
    pod.tidy()
    clock.pass_days(20)
    pod.listings.do(plums.rid, Act.REOPEN)
    pod.tidy()
    clock.pass_days(20)
    pod.listings.do(plums.rid, Act.DONE)
    pod.tidy()
    clock.pass_days(20)
    pod.tidy()
    assert titles(pod) == {"Plums"}
    assert pod.listings.own(plums.rid).listing.status == "done"


@pytest.mark.parametrize("state", [ClockState.UNSET, ClockState.GUESS])
def test_nothing_is_forgotten_by_a_clock_that_is_not_synced(
    pod: Pod, clock: SetClock, state: ClockState
) -> None:
    plums = put(pod, title="Plums")
    pod.answers.ask(plums.rid, Ask())
    pod.answers.turn(plums.rid, 1, Turn.TAKE_BACK)
    pod.listings.do(plums.rid, Act.DONE)
    pod.tidy()
    clock.state = state
    clock.pass_days(1000)
    pod.tidy()
    assert titles(pod) == {"Plums"}
    assert pod.listings.own(plums.rid).listing.status == "done"


def test_a_day_that_has_passed_is_forgotten_and_the_next_ones_are_not(
    pod: Pod, clock: SetClock
) -> None:
    rides = put(pod, title="Rides", repeats="weekly", end_s=0)  # it is 15 January 2027
    for on in ("2027-01-16", "2027-06-01"):
        number = pod.answers.ask(rides.rid, Ask(day=on)).number
        pod.answers.promise(rides.rid, number)
    clock.pass_days(4)
    pod.tidy()
    clock.pass_days(31)
    pod.tidy()
    assert [answer.day for answer in pod.answers.all()] == ["2027-06-01"]


def test_an_answer_of_who_leaves_is_gone_and_its_promise_free(pod: Pod) -> None:
    pod.people.add(MACHINE, "Rosa")
    ben = pod.people.add(MACHINE, "Ben")
    ladder = put(pod, title="Ladder")
    pod.answers.ask(ladder.rid, Ask(by="Ben"), member=ben.id)
    pod.answers.promise(ladder.rid, 1)
    pod.people.leave(pod.people.viewer(ben.id), ben.id, withdraw=True)
    assert pod.answers.all() == []
    assert left(pod, ladder) is None


# --- Whatever people do ---

_STEPS = st.lists(
    st.tuples(
        st.sampled_from([*Turn, *Act, "ask", "edit", "late", "restart"]),
        st.integers(1, 6),
        st.integers(1, 4),
    ),
    max_size=30,
)


def _do(pod: Pod, item: BoardItem, step: str, number: int, count: int) -> None:
    match step:
        case "ask":
            pod.answers.ask(item.rid, Ask(qty=count))
        case "late":
            letter(pod, item.rid, Ask(qty=count), source=PodId(item.rid * 2), number=number)
        case "edit":
            listing = pod.listings.own(item.rid).listing
            pod.listings.edit(item.rid, listing.model_copy(update={"title": f"{count}"}))
        case Turn.PROMISE:
            pod.answers.promise(item.rid, number, qty=count)
        case Turn():
            pod.answers.turn(item.rid, number, step)
        case Act():
            pod.listings.do(item.rid, step)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS, qty=st.none() | st.integers(1, 6))
def test_whatever_is_done_no_more_is_promised_than_there_is_and_nothing_is_lost(
    pod: Pod, tmp_path: Path, clock: SetClock, steps: list[tuple[str, int, int]], qty: int | None
) -> None:
    item = put(pod, title="Lent", mode="lend", qty=qty, end_s=0)
    asked = 0
    for step, number, count in steps:
        before = [*pod.answers.of(item.rid)]
        if step == "restart":  # another process sees the same, as all of it is on the disk
            with clocked_pod(tmp_path / "maple", clock) as again:
                assert again.answers.of(item.rid) == before
            continue
        try:
            _do(pod, item, step, number, count)
        except UserError:
            assert pod.answers.of(item.rid) == before, "refused, and yet something changed"
            continue
        now = pod.answers.of(item.rid)
        listing = pod.listings.own(item.rid).listing
        promised = sum(it.qty for it in now if it.standing is Standing.PROMISED)
        has = room(listing)
        assert has is not None
        assert has + promised == (qty or 1)
        asked = max(asked, len(now))
        assert len(now) == asked >= len(before), "an answer that was kept is gone"

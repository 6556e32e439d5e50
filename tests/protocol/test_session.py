"""Two sessions agree, ask for no more than they lack, and do not wear each other out (§7)."""

import pytest

from protocol.clock import ClockState, Now
from protocol.errors import PeerError
from protocol.events import RoundOver
from protocol.frame_bytes import decode_frame
from protocol.frames import (
    BOUNDS_CHANGED,
    TABLES_STALE,
    Certificates,
    Frame,
    Hello,
    Ping,
    Ranges,
    Records,
    RoundWanted,
    Sets,
    SetsReply,
    Summary,
    TableFrame,
    Want,
)
from protocol.limits import (
    HEARTBEAT_MS,
    RANGES_PER_ROUND,
    ROUND_SOON_MS,
    ROUNDS_IN_A_ROW,
    SHORT_ID_BYTES,
    SILENCE_MS,
)
from protocol.record import Scope, read_record
from protocol.trust import EMPTY_TABLE, Table
from protocol.turns import Role, State
from tests.pair import NOON, STAMP_MS, Pair, Side, kinds, refusal
from tests.street.guest import Keys

FAR = Keys("far")


def pair() -> Pair:
    return Pair(Side("a"), Side("b"))


def sent(side: Side, now: Now) -> list[Frame]:
    """Return what side says now, and does not get across."""
    return [decode_frame(data) for data in side.session.outgoing(now)]


def at_rest() -> Pair:
    two = pair()
    two.caller.write("by a")
    two.answerer.write("by b")
    two.go_on()
    return two


def test_both_greet_and_tell_their_tables_before_the_first_round() -> None:
    said = kinds(pair().go_on())
    assert said[:2] == ["Hello", "Hello"]
    assert said[: said.index("Sets")].count("TableFrame") == 2


def test_each_gets_what_the_other_has_and_nothing_twice() -> None:
    two = pair()
    both = {b.id for b in two.caller.write(*"abc")} | {b.id for b in two.answerer.write(*"cde")}
    said = two.go_on()
    assert set(two.caller.bodies) == set(two.answerer.bodies) == both
    told = [wire for _, frame in said if isinstance(frame, Records) for wire in frame.wires]
    assert len(told) == len(set(told)) == 6


def test_equal_round_is_two_frames_of_at_most_1_kb() -> None:
    two = at_rest()
    two.wait_ms(ROUND_SOON_MS)
    before = two.bytes
    two.caller.session.rounds.want(two.now)
    said = two.wait_ms(ROUND_SOON_MS)
    assert kinds(said) == ["Sets", "SetsReply"]
    assert two.bytes - before <= 1024
    assert two.caller.events[-1] == two.answerer.events[-1] == RoundOver(equal=True)


def test_differing_round_finds_exactly_the_difference() -> None:
    two = at_rest()
    for record in [FAR.record(f"{n}", STAMP_MS) for n in range(300)]:
        for side in (two.caller, two.answerer):
            side.hold(record, FAR.certificate)
            side.know_near(FAR)
    two.go_on()
    lacked = {body.id for body in two.answerer.write("x", "y")}
    offered = {body.id for body in two.caller.write("z")}
    two.caller.session.rounds.want(two.now)
    said = two.wait_ms(ROUND_SOON_MS)
    moved = [
        (role, read_record(*wire).id)
        for role, frame in said
        if isinstance(frame, Records)
        for wire in frame.wires
    ]
    assert sorted(record_id for role, record_id in moved if role is Role.ANSWERER) == sorted(lacked)
    assert [record_id for role, record_id in moved if role is Role.CALLER] == [*offered]


def test_table_and_certificate_go_before_a_live_change() -> None:
    two = at_rest()
    two.answerer.know_near(FAR)
    (body,) = two.answerer.carry(FAR, "far")
    two.answerer.session.push(body, two.now)
    table = sent(two.answerer, two.now)
    two.answerer.session.drained(two.now)
    frames = [*table, *sent(two.answerer, two.now)]
    assert [type(frame) for frame in frames] == [TableFrame, RoundWanted, Certificates, Records]


def test_needs_are_fetched_before_haves_are_sent() -> None:
    two = pair()
    two.caller.write("mine")
    two.answerer.write("yours")
    said = [(role, type(frame)) for role, frame in two.go_on()]
    want = said.index((Role.CALLER, Want))
    answer = said.index((Role.ANSWERER, Records))
    assert want < answer < said.index((Role.CALLER, Records))


def test_certificate_goes_before_the_first_record_under_it() -> None:
    two = pair()
    (body,) = two.answerer.carry(FAR, "far")
    two.answerer.know_near(FAR)
    said = kinds(two.go_on())
    assert said.index("Certificates") < said.index("Records")
    assert not two.caller.without_certificate
    assert body.id in two.caller.bodies


def test_body_outside_the_sets_of_the_round_is_not_served() -> None:
    two = pair()
    two.answerer.write("told")
    (hidden,) = two.answerer.carry(FAR, "out of reach")
    two.go_on()
    two.answerer.session.talk.state = State.COMPARING
    want = Want((hidden.id[:SHORT_ID_BYTES],))
    now = two.now
    two.answerer.act(two.answerer.session.receive(want, now), now)
    said = [type(frame).__name__ for frame in sent(two.answerer, now)]
    assert said == ["Gone"]
    assert hidden.id not in two.caller.bodies


def test_near_record_passes_only_if_both_allow_it() -> None:
    for near in (True, False):
        two = Pair(Side("a"), Side("b", near=near))
        (body,) = two.caller.write("near", scope=Scope.NEAR)
        said = kinds(two.go_on())
        assert (body.id in two.answerer.bodies) is near
        assert ("Ranges" in said) is near


def test_stale_tables_open_the_round_anew() -> None:
    two = at_rest()
    two.answerer.directory.told_to[two.caller.pod_id] = two.answerer.directory.told_by[
        two.caller.pod_id
    ]
    two.caller.session.rounds.want(two.now)
    two.caller.act(two.caller.session.tick(two.now._replace(mono_ms=ROUND_SOON_MS)), two.now)
    (sets,) = [f for f in sent(two.caller, two.now) if isinstance(f, Sets)]
    two.answerer.session.receive(sets, two.now)
    replies = [f for f in sent(two.answerer, two.now) if isinstance(f, SetsReply)]
    assert [reply.status for reply in replies] == [TABLES_STALE]
    assert two.answerer.session.state is State.IDLE


def test_higher_floor_of_the_answerer_opens_the_round_anew() -> None:
    two = at_rest()
    two.answerer.session.terms.floor_s = 3600
    two.caller.session.rounds.want(two.now)
    said = two.wait_ms(ROUND_SOON_MS)
    assert kinds(said) == ["Sets", "SetsReply"] * 2
    statuses = [frame.status for _, frame in said if isinstance(frame, SetsReply)]
    assert statuses == [BOUNDS_CHANGED, 0]
    assert [frame.floor_s for _, frame in said if isinstance(frame, Sets)] == [0, 3600]


def test_peer_that_never_agrees_is_not_asked_in_a_loop() -> None:
    two = at_rest()
    session = two.caller.session
    session.rounds.want(two.now)
    now = two.now._replace(mono_ms=ROUND_SOON_MS)
    session.tick(now)
    asked = 0
    while sets := [f for f in sent(two.caller, now) if isinstance(f, Sets)]:
        asked += 1
        assert asked < 10
        session.receive(SetsReply(sets[0].round, TABLES_STALE, 0, None, (False,) * 4), now)
    assert asked == 4
    assert session.deadline_ms == now.mono_ms + ROUND_SOON_MS


def test_silent_peer_is_asked_once_and_then_left() -> None:
    two = at_rest()
    session = two.caller.session
    session.tick(two.now._replace(mono_ms=HEARTBEAT_MS))
    assert [type(frame) for frame in sent(two.caller, two.now)] == [Ping]
    with pytest.raises(PeerError) as ended:
        session.tick(two.now._replace(mono_ms=HEARTBEAT_MS + SILENCE_MS))
    assert ended.value.code == "silent"


def test_any_frame_is_a_sign_of_life() -> None:
    two = at_rest()
    for _ in range(5):
        assert kinds(two.wait_ms(HEARTBEAT_MS))[-1] == "Pong"


def test_caller_may_open_so_many_rounds_in_a_row_and_no_more() -> None:
    two = at_rest()
    sets = next(f for _, f in reversed(two.said) if isinstance(f, Sets))
    now = two.now._replace(mono_ms=ROUNDS_IN_A_ROW * ROUND_SOON_MS)
    stale = sets._replace(caller_table=bytes(32))
    codes = [refusal(two.answerer, stale._replace(round=9 + n), now) for n in range(31)]
    assert codes == [""] * ROUNDS_IN_A_ROW + ["too_fast"]


def test_number_of_a_round_only_grows() -> None:
    two = at_rest()
    sets = next(f for _, f in reversed(two.said) if isinstance(f, Sets))
    assert refusal(two.answerer, sets, two.now) == "out_of_turn"


def test_live_change_goes_at_once_and_is_not_sent_back() -> None:
    two = at_rest()
    (body,) = two.caller.write("news")
    two.caller.session.push(body, two.now)
    assert kinds(two.go_on()) == ["Records"]
    assert body.id in two.answerer.bodies
    assert two.answerer.session.unseen([body.id]) == []
    two.answerer.session.push(two.answerer.bodies[body.id], two.now)
    assert two.go_on() == []


def test_live_change_behind_an_unsent_frame_waits_for_company() -> None:
    two = at_rest()
    session = two.caller.session
    one, two_, three = two.caller.write("1", "2", "3")
    session.push(one, two.now)
    assert len(session.outgoing(two.now)) == 1
    session.push(two_, two.now)
    session.push(three, two.now)
    assert session.outgoing(two.now) == []
    session.drained(two.now)
    (frame,) = sent(two.caller, two.now)
    assert frame == Records((two_.wire, three.wire))


def test_lesser_version_of_records_is_refused() -> None:
    two = pair()
    hello = Hello(0, True, 0, None, bytes(32), bytes(32))
    assert refusal(two.caller, hello) == "unknown_version"


def test_delta_from_a_table_not_held_is_refused() -> None:
    two = at_rest()
    frame = TableFrame(bytes(32), (), (), bytes(32))
    assert refusal(two.answerer, frame, two.now) == "table_mismatch"


def test_clock_that_is_not_synced_tells_no_time() -> None:
    two = Pair(Side("a"), Side("b"), NOON._replace(state=ClockState.GUESS))
    hellos = [frame for _, frame in two.go_on() if isinstance(frame, Hello)]
    assert [hello.now_s for hello in hellos] == [None, None]
    assert two.caller.session.terms.ceiling_s(two.now) is None


def test_closed_session_says_bye_last_and_nothing_after() -> None:
    two = at_rest()
    two.caller.session.say_bye("stopping")
    assert kinds(two.go_on()) == ["Bye"]
    assert two.answerer.session.state is State.CLOSED
    two.caller.session.push(two.caller.write("late")[0], two.now)
    assert two.go_on() == []


def test_round_waits_for_the_table_that_the_hello_named() -> None:
    two = pair()
    session = two.caller.session
    table = Table([two.answerer.entry(0)])
    session.receive(Hello(1, True, 0, None, table.hash, EMPTY_TABLE.hash), two.now)
    assert Sets not in map(type, sent(two.caller, two.now))
    session.receive(TableFrame(None, (two.answerer.entry(0),), (), table.hash), two.now)
    assert Sets in map(type, sent(two.caller, two.now))


def compared() -> Pair:
    """Return a pair in the middle of a round, where the caller is to send ranges."""
    two = at_rest()
    sets = next(frame for _, frame in reversed(two.said) if isinstance(frame, Sets))
    differing = (Summary(0, bytes(16)),) * 4
    own = two.answerer.directory
    opening = sets._replace(
        round=9,
        caller_table=own.told_by[two.caller.pod_id].hash,
        answerer_table=own.told_to[two.caller.pod_id].hash,
        summaries=differing,
    )
    two.answerer.session.receive(opening, two.now)
    assert two.answerer.session.state is State.COMPARING
    return two


def test_ranges_of_another_round_are_out_of_turn() -> None:
    two = compared()
    assert refusal(two.answerer, Ranges(8, 3, b"\x61"), two.now) == "out_of_turn"


def test_side_takes_so_many_ranges_in_a_round_and_no_more() -> None:
    two = compared()
    for _ in range(RANGES_PER_ROUND):
        assert refusal(two.answerer, Ranges(9, 3, b"\x61"), two.now) == ""
    assert refusal(two.answerer, Ranges(9, 3, b"\x61"), two.now) == "too_fast"


def test_synced_answerer_does_not_compare_without_a_ceiling() -> None:
    two = at_rest()
    sets = next(frame for _, frame in reversed(two.said) if isinstance(frame, Sets))
    own = two.answerer.directory
    opening = sets._replace(
        round=9,
        ceiling_s=None,
        caller_table=own.told_by[two.caller.pod_id].hash,
        answerer_table=own.told_to[two.caller.pod_id].hash,
    )
    two.answerer.session.receive(opening, two.now)
    (reply,) = sent(two.answerer, two.now)
    assert isinstance(reply, SetsReply)
    assert reply.status == BOUNDS_CHANGED


def test_near_record_is_accepted_from_its_author_alone_and_if_both_allow_it() -> None:
    for near in (True, False):
        two = Pair(Side("a"), Side("b", near=near))
        two.go_on()
        accepts = two.answerer.session.terms.may_take
        assert accepts(two.caller.record("near", STAMP_MS, scope=Scope.NEAR)) is near
        assert not accepts(FAR.record("near", STAMP_MS, scope=Scope.NEAR))


def test_rounds_that_agreed_in_between_start_the_count_of_refusals_anew() -> None:
    two = at_rest()
    for hours in range(1, 7):
        two.answerer.session.terms.floor_s = 3600 * hours
        two.caller.session.rounds.want(two.now)
        assert kinds(two.wait_ms(ROUND_SOON_MS)) == ["Sets", "SetsReply"] * 2

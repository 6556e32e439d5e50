"""No sequence of frames makes a session do anything but go on or end with a PeerError."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.clock import ClockState
from protocol.errors import PeerError
from protocol.frame_bytes import decode_frame
from protocol.frames import Frame, Hello, Sets, SetsReply, Summary
from protocol.turns import State
from tests.fuzz.frames import EMPTY_HASH, frames
from tests.pair import NOON, STAMP_MS, Side
from tests.street.guest import Keys

PEER = Keys("peer")
FAR = Keys("far")


def house() -> Side:
    """Return the house that every session here is of; the same each time."""
    us = Side("us")
    us.write("one", "two")
    us.carry(FAR, "far")
    us.know(PEER)
    return us


OWN = house().directory.own_table.hash
HELLO = Hello(1, True, 0, NOON.wall_ms // 1000, EMPTY_HASH, OWN)
SETS = Sets(1, 0, 1_790_000_000, EMPTY_HASH, OWN, (Summary(0, bytes(16)),) * 4)
REPLY = SetsReply(1, 0, 0, None, (False, True, False, False))
any_frame = frames(
    [PEER.pod_id, FAR.pod_id, house().pod_id],
    [OWN],
    [PEER.record("hello", STAMP_MS).wire, FAR.record("hello", STAMP_MS).wire],
    [PEER.certificate.wire, FAR.certificate.wire],
)
BEGINNINGS: list[list[Frame]] = [[], [HELLO], [HELLO, SETS], [HELLO, REPLY]]
sequences = st.tuples(st.sampled_from(BEGINNINGS), st.lists(any_frame, max_size=12)).map(
    lambda both: both[0] + both[1]
)


def outcome(us: Side, said: Sequence[Frame], waits_ms: Sequence[int]) -> str:
    """Return why the session ended, "" if it did not. Anything but a PeerError gets out."""
    now = NOON
    try:
        for frame, wait_ms in zip(said, waits_ms, strict=False):
            now = now._replace(mono_ms=now.mono_ms + wait_ms)
            us.act(us.session.tick(now), now)
            us.act(us.session.receive(frame, now), now)
            for data in us.session.outgoing(now):
                decode_frame(data)
            us.act(us.session.drained(now), now)
    except PeerError as err:
        return err.code
    return ""


@settings(max_examples=600)
@given(
    st.booleans(),
    sequences,
    st.lists(st.sampled_from([0, 0, 5, 2_500, 11_000]), min_size=20, max_size=20),
    st.sampled_from(ClockState),
)
def test_session_survives_any_frames(
    we_call: bool, said: list[Frame], waits_ms: list[int], state: ClockState
) -> None:
    us = house()
    session = us.open(PEER, NOON._replace(state=state), we_call=we_call)
    code = outcome(us, said, waits_ms)
    session.say_bye(code or "stopping")
    *_, last = session.outgoing(NOON) or [b""]
    assert session.state is State.CLOSED
    assert session.outgoing(NOON) == []
    assert last == b"" or decode_frame(last)


@given(st.booleans(), st.sampled_from(State), any_frame)
def test_session_in_any_state_survives_any_frame(we_call: bool, state: State, frame: Frame) -> None:
    us = house()
    us.open(PEER, NOON, we_call=we_call).talk.state = state
    code = outcome(us, [frame], [0])
    assert code or us.session.state is not State.GREETING

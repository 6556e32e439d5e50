"""An authenticated neighbour may say anything: nothing escapes the engine, nothing is torn."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.clock import ClockState
from protocol.frames import Frame, Records, Want, Wire
from protocol.limits import SHORT_ID_BYTES
from protocol.record import Scope
from store import upkeep
from tests.fuzz.frames import frames
from tests.neighbourhood import House, Neighbourhood
from tests.store.authors import quick_folder
from tests.street.guest import Guest, Keys
from tests.street.house import START_MS, rid_of
from tests.street.truth import assert_indexes_are_records

PEER, FRIEND, FAR = Keys("peer"), Keys("friend"), Keys("far")
NEWER = Keys("peer", PEER.certificate.epoch + 1)
DAY_MS = 86_400_000
SECRET = FRIEND.record("for neighbours", START_MS, scope=Scope.NEAR)
SIGNED = [
    PEER.record("soup", START_MS),
    PEER.record("newer soup", START_MS + 1, rid=rid_of("soup")),
    PEER.record(None, START_MS + 2, rid=rid_of("soup")),
    PEER.record("near", START_MS, scope=Scope.NEAR),
    PEER.record("long ago", 1_000),
    PEER.record("far ahead", START_MS + 40 * DAY_MS),
    PEER.record("further ahead", START_MS + 400 * DAY_MS),
    NEWER.record("soup again", START_MS, rid=rid_of("soup")),
    FAR.record("far", START_MS),
    FAR.record("far and near", START_MS, scope=Scope.NEAR),
    FRIEND.record("passed on", START_MS),
    SECRET,
]
FORGED = [SIGNED[0]._replace(signature=bytes(64)), SIGNED[8]._replace(signature=bytes(64))]
SHORT_IDS = [record.id[:SHORT_ID_BYTES] for record in SIGNED]

any_frame = frames(
    [PEER.pod_id, FRIEND.pod_id, FAR.pod_id],
    [],
    [record.wire for record in SIGNED + FORGED],
    [keys.certificate.wire for keys in (PEER, NEWER, FRIEND, FAR)],
) | st.lists(st.sampled_from(SHORT_IDS), max_size=4).map(lambda ids: Want(tuple(ids)))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    calls=st.booleans(),
    opens_round=st.booleans(),
    script=st.lists(st.tuples(any_frame, st.sampled_from([0, 0, 0, 3, 11, 61])), max_size=25),
    state=st.sampled_from(ClockState),
)
def test_whatever_a_neighbour_says_the_engine_and_its_store_stay_whole(
    calls: bool, opens_round: bool, script: Sequence[tuple[Frame, int]], state: ClockState
) -> None:
    with quick_folder() as folder, closing(Neighbourhood(Path(folder), seed=1)) as street:
        (house,) = street.build(["house"])
        house.write("ours")
        friend = Guest(house, "friend").meet(calls=True)
        friend.push(SECRET, FRIEND.record("passed on", START_MS))
        house.set_clock(None, state)
        peer = Guest(house, "peer")
        peer.meet(calls=calls, entries=[PEER.entry(0), FAR.entry(1)])
        if opens_round and calls:
            peer.open_round()
        heard: set[Wire] = set()
        for frame, wait_s in script:
            if peer.closed and isinstance(peer.connect(calls=calls), int):
                peer.hello(entries=[PEER.entry(0), FAR.entry(1)])
            peer.send(frame)
            street.run_s(wait_s)
            heard |= {w for said in peer.heard if isinstance(said, Records) for w in said.wires}
        assert_whole(house)
        assert SECRET.wire not in heard
        house.restart()
        assert_whole(house)
        house.stop()


def assert_whole(house: House) -> None:
    """The file holds together, and memory says what it says."""
    assert "ours" in house.notes()
    assert {line for _, lines in upkeep.check_in_steps(house.store) for line in lines} == set()
    assert_indexes_are_records(house)

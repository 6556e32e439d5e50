"""Live changes go at once, or wait in a bounded queue (§7.5)."""

from hashlib import sha256

from protocol.events import Body
from protocol.limits import COALESCE_MS, PUSH_QUEUE_BYTES, SEEN_IDS
from protocol.pushes import Pushes
from tests.pair import STAMP_MS, Pair, Side, kinds
from tests.street.guest import Keys

AUTHOR = Keys("author")


def body(number: int, size: int = 100) -> Body:
    record_id = sha256(b"%d" % number).digest()
    wire = (bytes(size), bytes(64))
    return Body(record_id, AUTHOR.pod_id, 2, STAMP_MS, False, wire, AUTHOR.certificate)


def test_change_is_due_at_once_unless_a_frame_is_unsent() -> None:
    pushes = Pushes()
    assert not pushes.are_due(0, unsent=False)
    assert pushes.add(body(1), 1000)
    assert pushes.are_due(1000, unsent=False)
    assert not pushes.are_due(1000 + COALESCE_MS - 1, unsent=True)
    assert pushes.are_due(1000 + COALESCE_MS, unsent=True)


def test_wait_is_counted_from_the_first_change() -> None:
    pushes = Pushes()
    pushes.add(body(1), 1000)
    pushes.add(body(2), 1200)
    assert pushes.due_ms == 1000 + COALESCE_MS


def test_change_queued_twice_or_seen_is_sent_once() -> None:
    pushes = Pushes()
    for _ in range(2):
        pushes.add(body(1), 0)
    assert pushes.take() == [body(1)]
    pushes.note_seen([body(1).id])
    assert pushes.add(body(1), 0)
    assert pushes.take() == []
    assert pushes.due_ms is None


def test_only_the_last_ids_seen_are_remembered() -> None:
    pushes = Pushes()
    ids = [body(number).id for number in range(SEEN_IDS + 1)]
    pushes.note_seen(ids)
    assert pushes.unseen(ids) == ids[:1]


def test_full_queue_is_dropped_whole() -> None:
    pushes = Pushes()
    for number in range(PUSH_QUEUE_BYTES // 8192):
        assert pushes.add(body(number, 8192), 0)
    assert not pushes.add(body(1000, 1), 0)
    assert pushes.take() == []
    assert pushes.add(body(1001), 0)


def test_overflow_is_made_good_by_a_round() -> None:
    two = Pair(Side("a"), Side("b"))
    two.go_on()
    session = two.answerer.session
    bodies = two.answerer.write(*[f"{n:04d} " + "x" * 900 for n in range(1200)])
    for one in bodies:
        session.push(one, two.now)
    assert "RoundWanted" in kinds(two.go_on())
    two.wait_ms(2000)
    assert {one.id for one in bodies} <= set(two.caller.bodies)

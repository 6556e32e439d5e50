"""What a keeper signs, adopts, holds back and never loses (R1, R3, R5, R7, R8, R14)."""

import pytest

from protocol.clock import ClockState
from protocol.errors import UserError
from protocol.limits import SLOTS_PER_AUTHOR
from protocol.record import Scope
from store.records import past_versions
from tests.neighbourhood import DAY_S, House, Neighbourhood
from tests.street.house import START_MS, draft, rid_of, text_of

DAY_MS = DAY_S * 1000


def slot_of(house: House, text: str, scope: Scope = Scope.NETWORK) -> tuple[bytes, int, int, bytes]:
    (record,) = [r for r in house.records() if r.rid == rid_of(text) and r.scope is int(scope)]
    return record.slot


def now_and_then(house: House, rid: bytes) -> list[str | None]:
    """Return the texts of a slot: the version in the set, then the earlier ones."""
    (record,) = [r for r in house.records() if r.rid == rid]
    past = past_versions(house.store.connection, record.slot)
    return [text_of(record), *(text_of(version.record) for version in past)]


# --- Signing ---


def test_stamp_is_above_the_slots_greatest_whatever_the_clock_says(street: Neighbourhood) -> None:
    (a,) = street.build("a")
    rid = a.write("first")
    a.set_clock(START_MS - DAY_MS, ClockState.SYNCED)
    (second,) = a.sign([draft("second", rid)])
    assert second.stamp_ms == START_MS + 1
    (other,) = a.sign([draft("other", rid_of("other"))])
    assert other.stamp_ms == START_MS - DAY_MS


def test_scope_is_changed_by_two_slots_and_never_by_one(street: Neighbourhood) -> None:
    a, b, c = street.build("abc")
    street.line([a, b, c])
    rid = a.write("soup")
    street.settle()
    assert c.notes() == {"soup"}
    a.change_scope(rid, "soup for neighbours", Scope.NEAR)
    street.settle()
    assert b.notes() == {"soup for neighbours"}
    assert c.notes() == set()
    a.change_scope(rid, "soup again", Scope.NETWORK)
    street.settle()
    assert b.notes() == c.notes() == {"soup again"}
    street.assert_all_is_well()


def test_own_slot_beyond_the_bound_is_refused_and_nothing_is_lost(street: Neighbourhood) -> None:
    (a,) = street.build("a")
    a.sign([draft(f"note {n}", rid_of(f"note {n}")) for n in range(SLOTS_PER_AUTHOR - 1)])
    with pytest.raises(UserError, match="over_quota"):
        a.sign([draft("last", rid_of("last")), draft("one more", rid_of("one more"))])
    a.write("last")
    with pytest.raises(UserError, match="over_quota"):
        a.write("one more")
    a.write("near is counted apart", scope=Scope.NEAR)
    a.write("note 7 changed", rid=rid_of("note 7"))
    a.withdraw(rid_of("note 8"))
    assert len(a.records()) == SLOTS_PER_AUTHOR + 1
    truth = {text for text in a.said.values() if text is not None}
    assert a.notes() == truth


def test_key_made_by_another_process_is_used_from_the_next_signature_on(
    street: Neighbourhood,
) -> None:
    """Read in the act that writes (R14): the node need not have looked around yet."""
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("before")
    street.settle()
    look_around, a.look_around = a.look_around, lambda: None  # type: ignore[method-assign]
    a.rotate()
    (signed,) = a.sign([draft("after", rid_of("after"))])
    assert signed.epoch == a.keeper.certificate.epoch > START_MS // 1000 - 1
    look_around()
    street.settle()
    assert b.notes() == {"before", "after"}
    street.assert_all_is_well()


def test_removal_by_another_process_does_not_pull_tables_from_under_a_session(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    street.settle()
    look_around, a.look_around = a.look_around, lambda: None  # type: ignore[method-assign]
    with a.as_command() as keeper:
        keeper.roster.remove_neighbour(b.pod_id, a.now())
    a.rotate()
    a.write("still in session")
    look_around()
    assert not a.engine.lives.peers


# --- Versions of our own that come home (R5) ---


def restored(street: Neighbourhood) -> tuple[House, House]:
    """Return a house back on an old disk (off), and its neighbour that knows newer versions."""
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("old text", rid=rid_of("edited"))
    a.write("old offer", rid=rid_of("withdrawn"))
    street.settle()
    a.stop()
    backup = a.copy_disk()
    a.start()
    street.settle()
    a.write("new text", rid=rid_of("edited"))
    a.withdraw(rid_of("withdrawn"))
    street.settle()
    a.stop()
    a.restore_disk(backup)
    return a, b


def test_restored_pod_adopts_its_newer_versions(street: Neighbourhood) -> None:
    a, b = restored(street)
    a.start()
    street.settle()
    assert a.notes() == b.notes() == {"new text"}
    assert now_and_then(a, rid_of("edited")) == ["new text", "old text"]
    assert a.notices() == b.notices() == set()
    street.assert_all_is_well()


def test_edit_before_the_first_recovery_is_signed_once_more_above_what_comes_home(
    street: Neighbourhood,
) -> None:
    """The clock of a restored machine may lag: the edit is newer all the same."""
    a, b = restored(street)
    a.set_clock(START_MS, ClockState.UNSET)
    a.start()
    a.write("edited again", rid=rid_of("edited"))
    street.settle()
    assert a.notes() == b.notes() == {"edited again"}
    assert now_and_then(a, rid_of("edited")) == [
        "edited again", "new text", "edited again", "old text",
    ]  # fmt: skip
    a.set_clock(None, ClockState.SYNCED)
    street.settle()
    street.assert_all_is_well()


def test_withdrawal_before_the_first_recovery_stands_against_what_comes_home(
    street: Neighbourhood,
) -> None:
    a, b = restored(street)
    a.set_clock(START_MS, ClockState.UNSET)
    a.start()
    a.withdraw(rid_of("edited"))
    street.settle()
    assert a.notes() == b.notes() == set()


def test_edit_before_the_first_recovery_yields_to_a_withdrawal_and_people_are_told(
    street: Neighbourhood,
) -> None:
    a, b = restored(street)
    a.set_clock(START_MS, ClockState.UNSET)
    a.start()
    a.write("edited again", rid=rid_of("withdrawn"))
    street.settle()
    assert a.notes() == b.notes() == {"new text"}
    assert a.notices() == {"withdrawn_elsewhere"}
    assert now_and_then(a, rid_of("withdrawn")) == [None, "edited again", "old offer"]


def test_own_version_that_comes_after_the_first_recovery_is_a_clones(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    rid = a.write("ours")
    street.settle()
    clone = street.double(a, "clone")
    street.split(a, b)
    street.link(clone, b).is_up = True
    clone.start()
    street.settle()
    clone.write("theirs", rid=rid)
    street.settle()
    clone.stop()
    street.heal(a, b)
    street.settle()
    assert a.notes() == {"theirs"}
    assert "clone" in a.notices()
    assert now_and_then(a, rid) == ["theirs", "ours"]


# --- What a wrong clock stamped (R7) ---

AHEAD_MS = 40 * DAY_MS


def test_what_a_wrong_clock_signed_ahead_is_signed_again_in_its_slot(
    street: Neighbourhood,
) -> None:
    """No older version is left anywhere, and none returns when the one ahead comes due."""
    a, b = street.build("ab")
    street.federate(a, b)
    street.split(a, b)
    a.write("first", rid=rid_of("edited"))
    a.write("an offer", rid=rid_of("withdrawn"))
    street.heal(a, b)
    street.settle()
    a.set_clock(START_MS + AHEAD_MS, ClockState.SYNCED)
    a.write("from the future", rid=rid_of("edited"))
    a.withdraw(rid_of("withdrawn"))
    street.settle()
    assert b.notes() == {"first", "an offer"}
    a.set_clock(None, ClockState.SYNCED)
    street.settle()
    assert a.notes() == b.notes() == {"from the future"}
    street.assert_all_is_well()


def test_version_ahead_that_comes_due_does_not_undo_what_was_signed_meanwhile(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    for house in (a, b):
        house.set_clock(START_MS + AHEAD_MS, ClockState.GUESS)
    rid, gone = a.write("from the future"), a.write("withdrawn later")
    street.settle()
    for house in (a, b):
        house.set_clock(None, ClockState.SYNCED)
    street.settle()
    assert a.notes() == b.notes() == {"from the future", "withdrawn later"}
    a.write("edited since", rid=rid)
    a.withdraw(gone)
    street.settle()
    assert a.notes() == b.notes() == {"edited since"}
    street.sleep_days(41)
    street.settle()
    assert a.notes() == b.notes() == {"edited since"}
    street.assert_all_is_well()


def test_what_others_stamped_ahead_leaves_the_sets_when_the_clock_is_synced(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    a.set_clock(START_MS + AHEAD_MS, ClockState.GUESS)
    b.set_clock(None, ClockState.GUESS)
    a.write("from the future")
    street.settle()
    assert b.notes() == {"from the future"}
    a.stop()
    b.set_clock(None, ClockState.SYNCED)
    street.settle()
    assert b.notes() == set()
    street.sleep_days(41)
    street.settle()
    assert b.notes() == {"from the future"}


def test_signing_again_never_passes_the_bound_of_slots(street: Neighbourhood) -> None:
    (a,) = street.build("a")
    half = SLOTS_PER_AUTHOR // 2
    a.sign([draft(f"old {n}", rid_of(f"old {n}")) for n in range(half + 10)])
    a.rotate()
    a.sign([draft(f"new {n}", rid_of(f"new {n}")) for n in range(half)])
    street.run_s(4000)  # twenty a minute
    texts = a.notes()
    assert sum(text.startswith("new") for text in texts) == half
    assert sum(text.startswith("old") for text in texts) == half

"""Bundles between real pods: what a stick brings, what it never brings, what it cannot break."""

from pathlib import Path

import pytest

from node import bundle_files, bundle_intake, bundles
from node.bundle_intake import NEAR, UNCERTIFIED
from protocol.bundle import write_bundle
from protocol.clock import ClockState
from protocol.errors import StoreError, UserError
from protocol.identity import PodId
from protocol.record import Scope
from protocol.sealed import MailKey
from protocol.trust import Table
from store import peers
from store.upkeep import Space
from tests.bundles import Author, head_of
from tests.neighbourhood import DAY_S, START_MS, House, Neighbourhood
from tests.street.house import draft, rid_of
from tests.street.stick import Stick

KEY = MailKey(bytes(32))
"""Of a pod to which nothing is sealed here."""


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    (tmp_path / "stick").mkdir()
    return Stick(tmp_path / "stick")


@pytest.fixture
def islands(street: Neighbourhood) -> list[House]:
    """Two pods that are neighbours, and have no network between them."""
    houses = street.build("ab")
    street.federate(*houses, is_up=False)
    street.settle()
    return houses


def network(house: House) -> set[bytes]:
    return {record.id for record in house.records() if record.scope == Scope.NETWORK}


def write_long(house: House, number: int) -> None:
    texts = [f"{n} " + "x" * 500 for n in range(number)]
    house.sign([draft(text, rid_of(text)) for text in texts])


# --- Walks ---


def test_two_walks_make_two_islands_equal(
    street: Neighbourhood, islands: list[House], stick: Stick
) -> None:
    a, b = islands
    for number in range(30):
        a.write(f"a {number}")
        b.write(f"b {number}")
    b.withdraw(b.write("gone again"))
    stick.fill(a, "from-a")
    assert stick.empty(b, "from-a").taken == 30
    stick.fill(b, "from-b", since="from-a")
    back = stick.empty(a, "from-b")
    assert (back.taken, back.had, back.is_whole) == (31, 0, True)
    assert network(a) == network(b)
    assert len(network(a)) == 61
    # And when the cable comes back, there is nothing left to send.
    street.heal(a, b)
    assert street.bodies_sent_in(120) == 0
    street.assert_all_is_well()


def test_a_stick_reaches_the_pods_behind_both_islands(street: Neighbourhood, stick: Stick) -> None:
    """a's neighbour and b's neighbour hear of one another, and no further stick is needed."""
    far_a, a, b, far_b = street.build("abcd")
    street.federate(far_a, a)
    street.federate(a, b, is_up=False)
    street.federate(b, far_b)
    far_a.write("from one end")
    far_b.write("from the other end")
    street.settle()
    stick.fill(a, "out")
    stick.empty(b, "out")
    stick.fill(b, "back", since="out")
    stick.empty(a, "back")
    street.settle()
    everything = {"from one end", "from the other end"}
    assert [house.notes() for house in (far_a, a, b, far_b)] == [everything] * 4
    street.heal_all()
    street.settle(1500)
    street.assert_all_is_well()


def test_a_bundle_leaves_out_what_the_other_side_has(islands: list[House], stick: Stick) -> None:
    a, b = islands
    a.write("old")
    stick.empty(b, stick.fill(a, "first").name)
    stick.fill(b, "summary")
    a.write("new")
    with a.as_command() as keeper:
        known = bundle_files.summary_of(stick.folder / "summary", keeper.mail_key)
        done = bundles.export(keeper, stick.folder / "second", known=known)
    assert (done.records, done.known) == (1, 1)
    assert stick.empty(b, "second").taken == 1
    assert b.notes() == {"old", "new"}


def test_importing_twice_changes_nothing(islands: list[House], stick: Stick) -> None:
    a, b = islands
    a.write("once")
    stick.fill(a, "from-a")
    stick.empty(b, "from-a")
    before = b.store.connection.execute("SELECT total_changes()").fetchone(), b.ids()
    told = b.keeper.directory.told_by[a.pod_id].hash
    again = stick.empty(b, "from-a")
    assert (again.taken, again.had, again.table_taken) == (0, 1, False)
    assert (b.store.connection.execute("SELECT total_changes()").fetchone(), b.ids()) == before
    assert b.keeper.directory.told_by[a.pod_id].hash == told


def test_a_withdrawal_travels_and_an_older_stick_does_not_undo_it(
    islands: list[House], stick: Stick
) -> None:
    a, b = islands
    rid = a.write("soup")
    stick.fill(a, "monday")
    a.street.run_s(60)
    a.withdraw(rid)
    stick.fill(a, "tuesday")
    stick.empty(b, "tuesday")
    late = stick.empty(b, "monday")
    assert (late.taken, late.left_out["superseded"], late.table_taken) == (0, 1, False)
    assert b.notes() == set()


def test_own_records_come_home_to_a_restored_pod(islands: list[House], stick: Stick) -> None:
    a, b = islands
    backup = a.copy_disk()
    a.write("after the backup")
    stick.empty(b, stick.fill(a, "out").name)
    stick.fill(b, "back")
    a.crash()
    a.restore_disk(backup)
    a.start()
    assert a.notes() == set()
    assert stick.empty(a, "back").taken == 1
    assert a.notes() == {"after the backup"}


def test_an_import_goes_on_from_a_torn_file_to_a_whole_one(
    islands: list[House], stick: Stick
) -> None:
    a, b = islands
    write_long(a, 400)
    whole = stick.fill(a, "whole").read_bytes()
    (stick.folder / "torn").write_bytes(whole[: len(whole) // 2])
    torn = stick.empty(b, "torn")
    assert (torn.is_whole, torn.fault) == (False, None)
    assert 0 < torn.taken < 400
    assert b.notes() < a.notes()
    rest = stick.empty(b, "whole")
    assert (rest.taken, rest.had, rest.is_whole) == (400 - torn.taken, torn.taken, True)
    assert b.notes() == a.notes()


# --- Tables ---


def test_a_table_of_a_meeting_since_is_not_replaced(street: Neighbourhood, stick: Stick) -> None:
    a, b = street.build("ab")
    link = street.federate(a, b, is_up=False)
    stick.fill(a, "old")
    link.is_up = True
    street.run_s(300)
    a.write("told by network")
    street.settle()
    told = b.keeper.directory.told_by[a.pod_id].hash
    assert not stick.empty(b, "old").table_taken
    assert b.keeper.directory.told_by[a.pod_id].hash == told


def test_a_date_in_the_future_does_not_keep_later_bundles_out(
    islands: list[House], stick: Stick
) -> None:
    a, b = islands
    a.set_clock(START_MS + 3650 * DAY_S * 1000, ClockState.GUESS)
    stick.fill(a, "future")
    assert stick.empty(b, "future").table_taken
    a.set_clock(None, ClockState.SYNCED)
    b.street.run_s(3600)
    stick.fill(a, "now")
    assert stick.empty(b, "now").table_taken


def test_a_running_session_keeps_its_table(street: Neighbourhood, stick: Stick) -> None:
    """A stick that comes while both are connected is older than the connection."""
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("one")
    street.settle()
    stick.forge(a, "later", [], Author(7))
    street.run_s(5)
    before = b.keeper.directory.told_by[a.pod_id].hash
    stick.empty(b, "later")
    assert b.keeper.directory.told_by[a.pod_id].hash == before
    street.settle(1500)
    street.assert_all_is_well()


# --- What may not come or go ---


def test_near_records_are_in_no_bundle(islands: list[House], stick: Stick) -> None:
    a, b = islands
    a.write("MARKER for the neighbours", scope=Scope.NEAR)
    a.write("for all")
    assert b"MARKER" not in stick.fill(a, "from-a").read_bytes()
    stick.empty(b, "from-a")
    assert b.notes() == {"for all"}


def test_near_records_in_a_bundle_are_refused(islands: list[House], stick: Stick) -> None:
    a, b = islands
    a.write("near", scope=Scope.NEAR)
    a.write("for all")
    stick.forge(a, "leaky", a.records())
    done = stick.empty(b, "leaky")
    assert (done.taken, done.left_out[NEAR]) == (1, 1)
    assert b.notes() == {"for all"}


def test_a_stranger_s_bundle_is_refused(street: Neighbourhood, stick: Stick) -> None:
    a, b = street.build("ab")
    a.write("hello")
    stick.fill(a, "from-a")
    with pytest.raises(UserError) as refusal:
        stick.empty(b, "from-a")
    assert refusal.value.code == "not_federated"
    assert refusal.value.next_step
    assert b.ids() == set()


def test_a_pod_s_own_bundle_is_refused(islands: list[House], stick: Stick) -> None:
    stick.fill(islands[0], "from-a")
    with pytest.raises(UserError) as refusal:
        stick.empty(islands[0], "from-a")
    assert refusal.value.code == "invalid"


def test_a_bundle_of_a_replaced_key_is_refused_and_one_of_the_new_key_teaches_it(
    islands: list[House], stick: Stick
) -> None:
    a, b = islands
    a.write("soup")
    stick.fill(a, "old")
    a.rotate()
    a.write("bread")
    stick.fill(a, "new")
    assert stick.empty(b, "new").taken == 1
    assert b.keeper.directory.certificates[a.pod_id] == a.certificate
    with pytest.raises(UserError) as refusal:
        stick.empty(b, "old")
    assert refusal.value.code == "epoch_superseded"
    assert b.notes() == {"bread"}


def test_records_of_a_replaced_key_are_left_out(islands: list[House], stick: Stick) -> None:
    """A third pod's old records, from a creator that does not know of its new key."""
    a, b = islands
    old, new = Author(7, epoch=100), Author(7, epoch=200)
    stick.forge(a, "new", [new.write("new")], new)
    assert stick.empty(b, "new").taken == 1
    a.street.run_s(60)
    stick.forge(a, "old", [old.write("old")], old)
    assert stick.empty(b, "old").left_out == {"superseded": 1}
    assert b.notes() == {"new"}


def test_records_under_the_lesser_of_two_certificates_of_one_epoch_are_left_out(
    islands: list[House], stick: Stick
) -> None:
    a, b = islands
    twins = [Author(7, key=1), Author(7, key=3)]
    lesser, greater = sorted(twins, key=lambda it: it.certificate.rank)
    stick.forge(a, "both", [lesser.write("lesser"), greater.write("greater")], *twins)
    assert stick.empty(b, "both").left_out == {"superseded": 1}
    assert b.notes() == {"greater"}


def test_a_blocked_author_comes_by_no_stick(islands: list[House], stick: Stick) -> None:
    a, b = islands
    oak = Author(7)
    with b.as_command() as keeper, keeper.store.atomic(b.now().wall_ms) as tx:
        peers.set_carried(tx, oak.pod_id, carried=False, why="block")
    stick.forge(a, "noise", [oak.write("noise")], oak)
    assert stick.empty(b, "noise").left_out == {"not_carried": 1}
    assert b.ids() == set()


def test_what_does_not_verify_is_left_out_and_leaves_no_trace(
    islands: list[House], stick: Stick
) -> None:
    a, b = islands
    oak, forger, unknown = Author(7), Author(8), Author(9)
    bad = forger.write("forged", author=oak.pod_id)
    good = oak.write("good")
    stick.forge(a, "mixed", [bad, good, unknown.write("who?")], oak)
    done = stick.empty(b, "mixed")
    assert done.taken == 1
    assert done.left_out == {"bad_signature": 1, "not_agreed": 1}
    assert b.notes() == {"good"}
    assert bad.id not in b.ids()


def test_an_author_without_a_certificate_waits_for_another_bundle(
    islands: list[House], stick: Stick
) -> None:
    a, b = islands
    oak = Author(7)
    a.keeper.renew_table()
    table = Table([*a.keeper.directory.own_table.entries.values(), oak.entry(1)])
    head = head_of(oak, records=1)._replace(
        certificate=a.certificate, created_ms=a.now().wall_ms, table=table
    )
    key = a.keeper.working_key
    pieces = write_bundle(key, head, [a.certificate.wire], [oak.write("x").wire], ())
    (stick.folder / "bare").write_bytes(b"".join(pieces))
    assert stick.empty(b, "bare").left_out == {UNCERTIFIED: 1}
    stick.forge(a, "full", [oak.write("x")], oak)
    assert stick.empty(b, "full").taken == 1


def test_authors_out_of_reach_or_not_carried_are_left_out(
    islands: list[House], stick: Stick
) -> None:
    a, b = islands
    far, blocked = Author(7), Author(8)
    a.keeper.renew_table()
    entries = [
        *a.keeper.directory.own_table.entries.values(),
        far.entry(6),
        blocked.entry(2, carried=False),
    ]
    head = head_of(far, records=2)._replace(
        certificate=a.certificate,
        created_ms=a.now().wall_ms,
        table=Table(entries),
        certificates=3,
    )
    wires = [far.write("far").wire, blocked.write("blocked").wire]
    certificates = [it.certificate.wire for it in (a, far, blocked)]
    pieces = write_bundle(a.keeper.working_key, head, certificates, wires, ())
    (stick.folder / "far").write_bytes(b"".join(pieces))
    assert stick.empty(b, "far").left_out == {"not_agreed": 2}
    assert b.ids() == set()


def test_records_from_the_future_wait(islands: list[House], stick: Stick) -> None:
    a, b = islands
    oak = Author(7)
    now_ms = b.now().wall_ms
    ahead = oak.write("tomorrow", stamp_ms=now_ms + DAY_S * 1000)
    beyond = oak.write("in a year", stamp_ms=now_ms + 365 * DAY_S * 1000)
    past = oak.write("long ago", stamp_ms=1000)
    stick.forge(a, "ahead", [ahead, beyond, past], oak)
    done = stick.empty(b, "ahead")
    assert (done.taken, done.held) == (0, 1)
    assert done.left_out == {"too_far_ahead": 1, "below_floor": 1}
    assert b.notes() == set()


def test_a_file_full_of_forgeries_is_not_read_to_its_end(
    islands: list[House], stick: Stick
) -> None:
    a, b = islands
    forger = Author(8)
    bad = [
        forger.write("x" * 600, author=a.pod_id, epoch=a.certificate.epoch, rid=bytes([n, k]) * 8)
        for n in range(4)
        for k in range(250)
    ]
    stick.forge(a, "bad", bad)
    done = stick.empty(b, "bad")
    assert (done.fault, done.is_whole) == ("bad_signature", False)
    assert 0 < done.left_out["bad_signature"] < 500
    assert b.ids() == set()


# --- Files ---


def test_a_changed_byte_loses_one_part_at_most(islands: list[House], stick: Stick) -> None:
    a, b = islands
    write_long(a, 300)
    data = bytearray(stick.fill(a, "good").read_bytes())
    data[data.index(b"150 xxx") + 50] ^= 1
    (stick.folder / "bad").write_bytes(data)
    done = stick.empty(b, "bad")
    assert not done.is_whole
    assert (done.taken, done.left_out["bad_signature"]) == (299, 1)


def test_what_is_no_bundle_is_told_from_one_of_a_later_version(
    islands: list[House], stick: Stick
) -> None:
    good = stick.fill(islands[0], "good").read_bytes()
    head_ends = 21 + int.from_bytes(good[17:21], "big")
    for name, data, code in (
        ("empty", b"", "malformed"),
        ("short", b"mutualpod b", "malformed"),
        ("letter", b"Dear neighbour, here is the bundle", "malformed"),
        ("later", good[:16] + b"\x02" + good[17:], "unknown_version"),
        ("forged", good[: head_ends - 64] + bytes(64) + good[head_ends:], "bad_signature"),
    ):
        (stick.folder / name).write_bytes(data)
        with pytest.raises(UserError) as refusal:
            bundle_files.look_into(stick.folder / name, KEY)
        assert refusal.value.code == code
        assert refusal.value.next_step
    with pytest.raises(StoreError):
        bundle_files.look_into(stick.folder / "not there", KEY)


def test_looking_into_a_bundle_tells_what_is_there(islands: list[House], stick: Stick) -> None:
    a, _ = islands
    a.write("one")
    a.write("two")
    seen = bundle_files.look_into(stick.fill(a, "good"), KEY)
    assert (seen.records, seen.ids, seen.is_whole, seen.fault) == (2, 2, True, None)
    assert seen.head.certificate == a.certificate
    data = (stick.folder / "good").read_bytes()
    (stick.folder / "torn").write_bytes(data[:-1])
    assert not bundle_files.look_into(stick.folder / "torn", KEY).is_whole


def test_an_export_that_fails_leaves_what_was_there(islands: list[House], stick: Stick) -> None:
    a, _ = islands
    target = stick.folder / "full"
    target.write_bytes(b"the last one")
    (stick.folder / "full.partial").mkdir()
    with pytest.raises(StoreError) as refusal:
        stick.fill(a, "full")
    assert refusal.value.next_step
    assert target.read_bytes() == b"the last one"


def test_a_link_left_on_the_stick_is_not_written_through(
    islands: list[House], stick: Stick, tmp_path: Path
) -> None:
    treasure = tmp_path / "treasure"
    treasure.write_text("of our own disk")
    for name in ("x", "x.partial"):
        (stick.folder / name).symlink_to(treasure)
    assert stick.fill(islands[0], "x").read_bytes().startswith(b"mutualpod bundle")
    assert treasure.read_text() == "of our own disk"


def test_a_summary_of_our_own_is_refused(islands: list[House], stick: Stick) -> None:
    stick.fill(islands[0], "ours")
    with pytest.raises(UserError) as refusal:
        stick.fill(islands[0], "empty", since="ours")
    assert refusal.value.code == "invalid"


def test_an_export_leaves_one_file(islands: list[House], stick: Stick) -> None:
    stick.fill(islands[0], "one")
    assert [path.name for path in stick.folder.iterdir()] == ["one"]


def test_a_pod_that_may_not_sign_writes_no_bundle(islands: list[House], stick: Stick) -> None:
    a, _ = islands
    a.keeper.learn([a.certificate_of_epoch(a.certificate.epoch + 9)], a.now())
    with pytest.raises(UserError) as refusal:
        stick.fill(a, "thief")
    assert refusal.value.code == "epoch_superseded"


def test_a_full_disk_stops_an_import_before_it_hurts(islands: list[House], stick: Stick) -> None:
    a, b = islands
    a.write("one more")
    stick.fill(a, "from-a")
    with b.as_command() as keeper:
        keeper.space_at = lambda _: Space(1 << 20, 1 << 40)
        with pytest.raises(StoreError) as refusal:
            bundle_intake.take_from(keeper, stick.folder / "from-a")
    assert refusal.value.code == "full"
    assert stick.empty(b, "from-a").taken == 1


def test_progress_comes_to_its_end(islands: list[House], stick: Stick) -> None:
    a, b = islands
    a.write("one")
    said: list[tuple[int, int]] = []
    with a.as_command() as keeper:
        path = stick.folder / "x"
        bundles.export(keeper, path, progress=lambda done, of: said.append((done, of)))
    with b.as_command() as keeper:
        bundle_intake.take_from(keeper, path, progress=lambda done, of: said.append((done, of)))
    assert said[0] == (0, 1)
    assert said[-1] == (path.stat().st_size,) * 2


def test_creator_and_reach_are_those_of_the_table(street: Neighbourhood, stick: Stick) -> None:
    """What the creator does not tell any more is not in its bundles either."""
    a, b, c = street.build("abc")
    street.line([a, b, c])
    c.write("from c")
    street.settle()
    known: set[PodId] = set(bundle_files.look_into(stick.fill(a, "x"), KEY).head.table.entries)
    assert {a.pod_id, b.pod_id, c.pod_id} == known
    assert bundle_files.look_into(stick.folder / "x", KEY).records == 1

"""What a bundle holds for one neighbour alone: near records, and what comes home (R4, R9, R16)."""

from hashlib import sha256
from pathlib import Path

import pytest

from node import bundle_files
from node.bundle_intake import NEAR, UNSEEN
from protocol.bundle import Ids, Inner
from protocol.codec import encode
from protocol.frame_bytes import encode_frame
from protocol.frames import MailBatch, Records
from protocol.record import Scope
from protocol.sealed_part import place_of, seal_part
from store import peers
from tests.bundles import Author, head_fields, head_of, made_of, signed_head
from tests.neighbourhood import House, Neighbourhood
from tests.street.house import rid_of
from tests.street.stick import Stick

MARKER = "MARKER for the neighbours"


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    (tmp_path / "stick").mkdir()
    return Stick(tmp_path / "stick")


@pytest.fixture
def islands(street: Neighbourhood) -> list[House]:
    """Three pods, each a neighbour of both others, with no network between them."""
    a, b, c = houses = street.build("abc")
    street.federate(a, b, is_up=False)
    street.federate(b, c, is_up=False)
    street.federate(a, c, is_up=False)
    street.settle()
    return houses


def sealed_records(house: House) -> tuple[Inner, ...]:
    return (Records(tuple(record.wire for record in house.records())),)


def test_near_records_travel_sealed_and_only_their_neighbour_reads_them(
    islands: list[House], stick: Stick
) -> None:
    a, b, c = islands
    a.write(MARKER, scope=Scope.NEAR)
    a.write("for all")
    data = stick.fill(a, "for-b", to=b).read_bytes()
    assert b"for all" in data
    assert b"MARKER" not in data
    assert b.pod_id not in data.split(b.pod_id, 1)[0]
    other = stick.empty(c, "for-b")
    assert (other.taken, other.alone, other.left_out, other.is_whole) == (1, 0, {}, True)
    assert c.notes() == {"for all"}
    done = stick.empty(b, "for-b")
    assert (done.taken, done.alone, done.is_whole) == (2, 1, True)
    assert b.notes() == {MARKER, "for all"}


def test_two_walks_make_what_is_near_equal_too(
    street: Neighbourhood, islands: list[House], stick: Stick
) -> None:
    a, b, c = islands
    for number in range(20):
        a.write(f"a {number}", scope=Scope.NEAR)
        b.write(f"b {number}", scope=Scope.NEAR)
    c.write("near c", scope=Scope.NEAR)
    stick.empty(a, stick.fill(c, "of-c", to=a).name)
    stick.fill(a, "out", to=b)
    out = stick.empty(b, "out")
    assert (out.taken, out.left_out) == (20, {})
    stick.fill(b, "back", to=a, since="out")
    back = stick.empty(a, "back")
    assert (back.taken, back.had) == (20, 0)
    assert "near c" in a.notes()
    assert "near c" not in b.notes()
    street.heal(a, b)
    assert street.bodies_sent_in(120) == 0
    street.assert_agreement()


def test_importing_it_twice_changes_nothing(islands: list[House], stick: Stick) -> None:
    a, b, _ = islands
    a.write("near", scope=Scope.NEAR)
    stick.fill(a, "out", to=b)
    stick.empty(b, "out")
    before = b.ids()
    again = stick.empty(b, "out")
    assert (again.taken, again.had, b.ids()) == (0, 1, before)


def test_a_summary_names_network_records_alone(islands: list[House], stick: Stick) -> None:
    a, b, _ = islands
    a.write("near", scope=Scope.NEAR)
    a.write("for all")
    (network,) = [record.id for record in a.records() if record.scope == Scope.NETWORK]
    path = stick.summarize(a, "of-a")
    found = bundle_files.summary_of(path, b.keeper.mail_key)
    assert list(found.ids) == [int.from_bytes(network[:8], "big")]
    seen = bundle_files.look_into(path, b.keeper.mail_key)
    assert (seen.records, seen.alone, seen.ids, seen.is_whole) == (0, 0, 1, True)
    b.write("from b")
    stick.empty(b, stick.fill(a, "out").name)
    stick.fill(b, "back", since="of-a")
    assert stick.empty(a, "back").had == 0


def test_what_a_pod_lost_comes_home_on_a_stick(
    street: Neighbourhood, islands: list[House], stick: Stick
) -> None:
    """The card is gone; the words are there, and a neighbour beyond any network (R4)."""
    a, b, c = islands
    a.write("for all")
    a.write("near", scope=Scope.NEAR)
    stick.empty(b, stick.fill(a, "out", to=b).name)
    a.stop()
    street.sleep_days(1)
    a.begin_anew([b, c])
    stick.empty(b, stick.fill(a, "anew").name)  # tells the new certificate
    assert b.notes() == set()
    stick.fill(b, "home", to=a)
    done = stick.empty(a, "home")
    assert (done.taken, done.left_out) == (2, {})
    street.settle(600)
    assert a.notes() == set()  # no neighbour was heard in this run: nothing is renewed yet (R5)
    a.keeper.note_round(b.pod_id, a.now())
    street.settle(600)
    assert a.notes() == {"for all", "near"}
    stick.empty(b, stick.fill(a, "out again", to=b).name)
    assert b.notes() == {"for all", "near"}


# --- Who may hand on what ---


def test_near_records_of_a_third_pod_are_refused_and_charged(
    islands: list[House], stick: Stick
) -> None:
    a, b, c = islands
    c.write("near c", scope=Scope.NEAR)
    stick.forge(a, "leak", [], to=b, parts=sealed_records(c))
    done = stick.empty(b, "leak")
    assert (done.taken, done.left_out) == (0, {NEAR: 1})
    stick.forge(a, "leaks", [], to=b, parts=sealed_records(c) * 20)
    assert stick.empty(b, "leaks").fault == "bad_signature"
    assert b.notes() == set()


def test_network_records_are_not_let_in_by_the_sealed_way(
    islands: list[House], stick: Stick
) -> None:
    """There they would pass by table and reach."""
    a, b, _ = islands
    far = Author(7)
    parts = (Records((far.write("far").wire,)),)
    stick.forge(a, "round-about", [], to=b, parts=parts)
    assert stick.empty(b, "round-about").left_out == {NEAR: 1}


def test_a_part_of_another_bundle_does_not_open(islands: list[House], stick: Stick) -> None:
    a, b, _ = islands
    a.write("near", scope=Scope.NEAR)
    one = stick.fill(a, "one", to=b).read_bytes()
    a.street.run_s(5)
    two = stick.fill(a, "two", to=b).read_bytes()
    assert len(one) == len(two)
    first, second = parts_at(one), parts_at(two)
    sealed = next(n for n, (start, _) in enumerate(first) if one[start + 4 : start + 6] == b"\x92C")
    mixed = one[: first[sealed][0]] + two[slice(*second[sealed])] + one[first[sealed][1] :]
    (stick.folder / "mixed").write_bytes(mixed)
    done = stick.empty(b, "mixed")
    assert (done.alone, done.left_out, done.is_whole) == (0, {"cannot_open": 1}, False)
    assert b.notes() == set()


def parts_at(data: bytes) -> list[tuple[int, int]]:
    """Return where each part of a bundle begins and ends."""
    found, at = [], 17
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        found.append((at, end))
        at = end
    return found


def test_a_part_that_the_creator_did_not_sign_is_refused(
    islands: list[House], stick: Stick
) -> None:
    """Anybody can seal to a key that stands in a card; only the creator can sign."""
    a, b, c = islands
    a.write("near", scope=Scope.NEAR)
    mail_key = b.keeper.mail_key
    fields = head_fields(head_of(Author(1), records=0)) | {
        "certificate": a.certificate.wire,
        "created_ms": a.now().wall_ms,
        "certificates": 0,
        "sealed_to": mail_key.id,
        "sealed": 1,
    }
    head = signed_head(a.keeper.working_key, fields)
    place = place_of(sha256(head).digest(), 0)
    near = encode_frame(Records(tuple(record.wire for record in a.records())))
    for signer, taken, left_out in (
        (c, 0, {"bad_signature": 1}),
        (a, 1, {}),
    ):
        part = seal_part(near, mail_key.public, key=signer.keeper.working_key, place=place)
        (stick.folder / "added").write_bytes(made_of(head, encode((67, part))))
        done = stick.empty(b, "added")
        assert (done.taken, done.left_out) == (taken, left_out)


def test_near_records_wait_until_a_steward_has_seen_the_name(
    islands: list[House], stick: Stick
) -> None:
    a, b, _ = islands
    a.write("near", scope=Scope.NEAR)
    stick.fill(a, "out", to=b)
    with b.as_command() as keeper, keeper.store.atomic(b.now().wall_ms) as tx:
        tx.connection.execute("UPDATE neighbour SET near_allowed = 0")
    assert stick.empty(b, "out").left_out == {UNSEEN: 1}
    assert b.notes() == set()
    with b.as_command() as keeper, keeper.store.atomic(b.now().wall_ms) as tx:
        peers.note_seen(tx, [it.pod_id for it in peers.neighbours(tx.connection)])
    assert stick.empty(b, "out").taken == 1


def test_near_records_of_a_blocked_neighbour_are_left_out(
    islands: list[House], stick: Stick
) -> None:
    a, b, _ = islands
    a.write("near", scope=Scope.NEAR)
    stick.fill(a, "out", to=b)
    with b.as_command() as keeper, keeper.store.atomic(b.now().wall_ms) as tx:
        peers.set_carried(tx, a.pod_id, carried=False, why="block")
    assert stick.empty(b, "out").left_out == {"not_carried": 1}


def test_ids_sealed_to_another_tell_nothing(islands: list[House], stick: Stick) -> None:
    a, b, c = islands
    a.write("near", scope=Scope.NEAR)
    stick.fill(a, "for-b", to=b)
    assert not list(bundle_files.summary_of(stick.folder / "for-b", c.keeper.mail_key).ids)
    assert len(bundle_files.summary_of(stick.folder / "for-b", b.keeper.mail_key).ids) == 1


def test_an_old_mail_key_opens_nothing_and_no_strike_is_given(
    islands: list[House], stick: Stick
) -> None:
    a, b, _ = islands
    a.write("near", scope=Scope.NEAR)
    a.write("for all")
    stick.fill(a, "out", to=b)
    b.rotate()
    done = stick.empty(b, "out")
    assert (done.taken, done.alone, done.left_out) == (1, 0, {})
    assert not done.is_for(b.keeper.mail_key)
    assert done.is_whole


def test_a_torn_sealed_part_loses_itself_alone(islands: list[House], stick: Stick) -> None:
    a, b, _ = islands
    for number in range(300):
        a.write(f"{number} " + "x" * 500, scope=Scope.NEAR, rid=rid_of(str(number)))
    whole = stick.fill(a, "whole", to=b).read_bytes()
    (stick.folder / "torn").write_bytes(whole[: len(whole) // 2])
    torn = stick.empty(b, "torn")
    assert 0 < torn.taken < 300
    assert (torn.is_whole, torn.fault) == (False, None)
    rest = stick.empty(b, "whole")
    assert (rest.taken, rest.is_whole) == (300 - torn.taken, True)


@pytest.mark.parametrize(
    "parts",
    [(Records(()),), (Ids(()),), (Records(((b"x", bytes(64)),)),)],
    ids=["no records", "no ids", "no record"],
)
def test_odd_things_sealed_are_left_out(
    islands: list[House], stick: Stick, parts: tuple[Inner, ...]
) -> None:
    a, b, _ = islands
    stick.forge(a, "odd", [], to=b, parts=parts)
    done = stick.empty(b, "odd")
    assert done.taken == 0
    assert sum(done.left_out.values()) == 1


# --- Mail (R15) ---


def test_a_letter_goes_by_stick_and_its_token_comes_back(
    street: Neighbourhood, islands: list[House], stick: Stick
) -> None:
    a, b, _ = islands
    b.show_card()
    stick.empty(a, stick.fill(b, "card").name)
    a.send(b, "LETTER come at six")
    data = stick.fill(a, "out", to=b).read_bytes()
    assert b"LETTER" not in data
    done = stick.empty(b, "out")
    assert (done.mail, done.left_out) == (1, {})
    assert b.letters() == ["LETTER come at six"]
    stick.empty(b, "out")
    assert b.letters() == ["LETTER come at six"]
    assert a.mail() == 1
    stick.empty(a, stick.fill(b, "back", to=a).name)
    assert a.mail() == 0
    street.heal_all()
    street.settle(600)
    assert b.letters() == ["LETTER come at six"]


def test_a_letter_goes_by_stick_and_then_by_network(street: Neighbourhood, stick: Stick) -> None:
    """Two hops: the stick to the island, the cable on it."""
    a, b, c = street.build("abc")
    street.federate(a, b, is_up=False)
    street.federate(b, c)
    c.show_card()
    street.settle()
    stick.empty(a, stick.fill(b, "out").name)
    a.send(c, "to the far end")
    stick.empty(b, stick.fill(a, "back", to=b).name)
    street.settle(1500)
    assert c.letters() == ["to the far end"]
    assert b.letters() == []


def test_mail_that_is_none_is_left_out_and_charged(islands: list[House], stick: Stick) -> None:
    a, b, _ = islands
    stick.forge(a, "odd", [], to=b, parts=(MailBatch((b"no mail",)),) * 20)
    done = stick.empty(b, "odd")
    assert done.fault == "bad_signature"
    assert done.left_out["malformed"] > 1
    assert b.letters() == []

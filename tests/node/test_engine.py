"""What the engine does about certificates, refusals, federations that end, and doubles."""

import pytest

from protocol.frames import Bye, Certificates, Frame, Ping, Pong, Records, WantCertificates
from protocol.handshake import Refused
from protocol.record import Scope
from tests.neighbourhood import House, Neighbourhood
from tests.street.guest import EPOCH, Guest, Keys
from tests.street.house import START_MS

# --- Certificates (R3) ---


def test_certificate_lost_on_its_way_comes_in_the_next_session(street: Neighbourhood) -> None:
    """Tables are equal by then, so nothing but the greeting could ask for it again."""
    a, b, c = street.build("abc")
    street.line([a, b, c])
    a.write("soup")
    street.settle()

    def lose(sender: House, receiver: House, frame: Frame) -> None:
        if isinstance(frame, Certificates) and receiver is c:
            street.watch = None
            wire = street.wires.between(sender, receiver)
            assert wire is not None
            street.wires.close(wire)

    street.watch = lose
    a.rotate()
    street.settle()
    assert street.watch is None
    assert c.keeper.directory.certificates[a.pod_id] == a.keeper.certificate
    street.assert_agreement()


def test_records_opened_before_their_certificate_came_are_opened_again(
    street: Neighbourhood,
) -> None:
    """The driver verifies a frame while the one before it, with the certificate, still waits."""
    (house,) = street.build("a")
    guest, author = Guest(house), Keys("author")
    guest.meet(calls=True, entries=[guest.entry(0), author.entry(1)])
    record = author.record("soup", START_MS)
    opened_ahead = guest.house.engine.keys_of(author.pod_id, EPOCH)
    assert opened_ahead == ()
    said = guest.push(record)
    assert WantCertificates((author.pod_id,)) in said
    assert house.notes() == set()
    guest.send(Certificates((author.certificate.wire,)))
    assert house.notes() == {"soup"}


def test_a_bad_record_that_waited_is_charged_to_who_brought_it(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    author, liar = Keys("author"), Keys("author", turn=1)
    bad, good = Guest(house, "bad"), Guest(house, "good")
    for guest in (bad, good):
        guest.meet(calls=True, entries=[guest.entry(0), author.entry(1)])
    for number in range(3):
        bad.push(liar.record(f"lie {number}", START_MS))
    assert bad.closed is None
    good.send(Certificates((author.certificate.wire,)))
    bad.wait_s(0)
    assert good.closed is None
    assert bad.live.strikes == 1
    assert house.notes() == set()


def test_two_certificates_with_one_key_and_epoch_are_two_certificates(
    street: Neighbourhood,
) -> None:
    """Else the tables of those who met them in another order would never name the same one."""
    (house,) = street.build("a")
    guest = Guest(house)
    author = Keys("author")
    other = author.pod_key.certify(EPOCH, author.working_key.public, EPOCH + 1)
    lesser, greater = sorted([author.certificate, other], key=lambda it: it.rank)
    guest.meet(calls=True, entries=[guest.entry(0), author.entry(1)])
    guest.send(Certificates((lesser.wire,)))
    guest.push(author.record("soup", START_MS))
    guest.send(Certificates((greater.wire,)))
    assert house.keeper.directory.certificates[author.pod_id] == greater
    assert house.notes() == {"soup"}


def test_certificates_of_strangers_are_not_kept(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    guest.send(Certificates((Keys("stranger").certificate.wire,)))
    assert Keys("stranger").pod_id not in house.keeper.directory.certificates


def test_keys_kept_of_one_author_are_bounded(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    lower = [Keys("guest", EPOCH - 1 - n) for n in range(40)]
    guest.send(Certificates(tuple(keys.certificate.wire for keys in lower)))
    kept = [keys for keys in lower if house.engine.keys_of(guest.pod_id, keys.certificate.epoch)]
    assert kept == lower[:7]


# --- A pod whose key was replaced ---


def recovered_elsewhere(street: Neighbourhood) -> tuple[House, House, House]:
    """Return a pod's old machine (off), the machine that replaced it, and their neighbour."""
    old, neighbour = street.build(["old", "neighbour"])
    street.federate(old, neighbour)
    old.write("soup")
    street.settle()
    new = street.double(old, "new")
    old.crash()
    new.start()
    new.rotate()
    street.settle()
    return old, new, neighbour


def test_replaced_machine_learns_why_it_is_refused(street: Neighbourhood) -> None:
    old, new, neighbour = recovered_elsewhere(street)
    new.stop()
    old.start()
    street.settle()
    assert old.notices() == {"superseded"}
    assert not old.keeper.may_sign
    assert old.keeper.certificate == neighbour.keeper.directory.certificates[new.pod_id]


def test_replaced_machine_in_an_open_session_is_told_and_sent_away(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    guest, other = Guest(house), Guest(house, "other")
    guest.meet(calls=True)
    newer = Keys("guest", EPOCH + 5)
    other.meet(calls=True, entries=[other.entry(0), newer.entry(1)])
    other.send(Certificates((newer.certificate.wire,)))
    guest.wait_s(0)
    assert guest.heard[-1] == Bye("epoch_superseded", newer.certificate.wire)
    assert guest.closed == "epoch_superseded"
    assert guest.connect(calls=True) == Refused("epoch_superseded", newer.certificate.wire)


def test_farewell_with_our_greater_certificate_is_believed(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    greater = house.certificate_of_epoch(house.certificate.epoch + 1)
    guest.send(Bye("epoch_superseded", greater.wire))
    assert house.notices() == {"superseded"}
    assert guest.closed == "epoch_superseded"
    assert not house.keeper.may_sign


@pytest.mark.parametrize("wire", [b"rubbish", Keys("other", EPOCH + 9).certificate.wire])
def test_what_a_farewell_says_of_others_is_not_believed(street: Neighbourhood, wire: bytes) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    before = dict(house.keeper.directory.certificates)
    guest.send(Bye("epoch_superseded", wire))
    house.engine.not_greeted(guest.pod_id, Refused("epoch_superseded", wire), house.now())
    assert house.keeper.directory.certificates == before
    assert house.notices() == set()


# --- Federations end (R2, R9) ---


def test_end_of_a_federation_deletes_near_records_on_both_sides(street: Neighbourhood) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("a for neighbours", scope=Scope.NEAR)
    b.write("b for neighbours", scope=Scope.NEAR)
    a.write("a for all")
    street.settle()
    assert b.notes() == {"a for neighbours", "b for neighbours", "a for all"}

    street.unfederate(a, b)
    assert not a.engine.lives.peers
    street.settle()
    assert a.notes() == {"a for neighbours", "a for all"}
    assert b.notes() == {"b for neighbours", "a for all"}
    for directory, other in ((a.keeper.directory, b.pod_id), (b.keeper.directory, a.pod_id)):
        assert not directory.has_tables_of(other)


def test_neighbour_that_ended_it_while_we_were_off_tells_us_when_we_dial(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("for neighbours", scope=Scope.NEAR)
    street.settle()
    b.stop()
    street.unfederate(a, b)
    b.start()
    assert b.notes() == {"for neighbours"}
    street.settle()
    assert b.notes() == set()


# --- Two machines with one key (R12) ---


def test_clone_is_noticed_by_the_people_of_both_sides(street: Neighbourhood) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    street.settle()
    clone = street.double(a, "clone")
    clone.start()
    street.settle()
    assert "clone" in b.notices()
    assert "clone" in a.notices() | clone.notices()


def test_restart_is_not_taken_for_a_clone(street: Neighbourhood) -> None:
    a, b, c = street.build("abc")
    street.line([a, b, c])
    for house in (a, b, c, b, a):
        street.settle()
        house.restart()
        street.run_s(3)
    street.settle()
    assert a.notices() | b.notices() | c.notices() == set()
    street.assert_all_is_well()


def test_what_was_on_its_way_before_a_restart_is_no_sign_of_a_clone(
    street: Neighbourhood,
) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    older = guest.number
    guest.run_id = b"another process."
    guest.meet(calls=True)
    late = Records((guest.record("late", START_MS).wire,))
    house.engine.receive(older, late, None, house.now())
    street.run_s(30)
    assert house.notices() == set()


# --- Two connections of one pair (R12) ---


@pytest.mark.parametrize("guest_calls_first", [True, False])
@pytest.mark.parametrize("name", ["guest", "visitor", "caller"])
def test_of_two_connections_the_one_dialled_by_the_smaller_pod_id_stays(
    street: Neighbourhood, name: str, guest_calls_first: bool
) -> None:
    (house,) = street.build("a")
    guest = Guest(house, name)
    first = guest.connect(calls=guest_calls_first)
    assert isinstance(first, int)
    second = guest.connect(calls=not guest_calls_first)
    guest_dials_the_one_that_stays = guest.pod_id < house.pod_id
    if guest_dials_the_one_that_stays == guest_calls_first:
        assert second == Refused("already_connected")
        assert [live.number for live in house.engine.lives] == [first]
    else:
        assert [live.number for live in house.engine.lives] == [second]


def test_of_two_connections_in_one_direction_the_newer_stays(street: Neighbourhood) -> None:
    (house,) = street.build("a")
    guest = Guest(house)
    first = guest.connect(calls=True)
    second = guest.connect(calls=True)
    assert isinstance(second, int)
    assert second != first
    assert [live.number for live in house.engine.lives] == [second]


def test_older_connection_under_another_run_that_is_silent_is_a_pulled_cable(
    street: Neighbourhood,
) -> None:
    (house,) = street.build("a")
    guest = Guest(house).meet(calls=True)
    guest.run_id = b"after a restart."
    guest.meet(calls=True)
    for _ in range(4):
        street.run_s(5)
        guest.send(Ping(0, None))
    assert guest.closed is None
    assert house.notices() == set()


def test_older_connection_under_another_run_that_answers_is_a_clone(
    street: Neighbourhood,
) -> None:
    (house,) = street.build("a")
    older = Guest(house)
    older.meet(calls=True)
    newer = Guest(house)
    newer.run_id = b"another machine."
    newer.meet(calls=True)
    assert isinstance(older.heard[-1], Ping)
    older.send(Pong(0, None))
    older.wait_s(0)
    assert house.notices() == {"clone"}
    assert older.reasons() == ["clone"]
    assert newer.closed is None

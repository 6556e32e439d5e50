"""Neighbours and what is remembered of them: R2, R3, R9, R10, R16."""

from protocol.identity import Certificate, open_certificate
from protocol.limits import CERTIFICATES_PER_AUTHOR, REFUSED_PER_NEIGHBOUR
from protocol.record import Scope
from protocol.trust import Entry, Table
from store import Store, invitations, meta, peers, upkeep
from store.invitations import Outcome, add_invitation, use_invitation
from tests.store.authors import (
    ANNA,
    BEN,
    CARO,
    EPOCH,
    NOW_MS,
    Author,
    assert_whole,
    number_bytes,
    standing,
    take,
)

DAY_MS = 86_400_000


def federate(store: Store, author: Author = ANNA) -> None:
    with store.atomic(NOW_MS) as tx:
        peers.add_neighbour(tx, author.id, author.name, ["192.0.2.1:4781", "anna.local:4781"])


def entry(author: Author, distance: int = 1) -> Entry:
    certificate = author.certificate()
    return Entry(author.id, EPOCH, certificate.hash[:16], distance, carried=True)


# --- Neighbours ---


def test_neighbour_is_kept_as_it_was_given(store: Store) -> None:
    federate(store)
    (neighbour,) = peers.neighbours(store.connection)
    assert neighbour == peers.Neighbour(
        pod_id=ANNA.id,
        name="anna",
        since_ms=NOW_MS,
        addresses=("192.0.2.1:4781", "anna.local:4781"),
        last_contact_ms=None,
        near_allowed=True,
        seen_by_steward=True,
        own_name="anna",
    )


def test_neighbour_added_again_keeps_its_date_and_tables(store: Store) -> None:
    federate(store)
    table = Table([entry(BEN)])
    with store.atomic(NOW_MS + 5) as tx:
        peers.save_told_by(tx, ANNA.id, table.entries.values(), table.hash)
        peers.note_contact(tx, ANNA.id, NOW_MS + 5)
        peers.add_neighbour(tx, ANNA.id, "Anna's", [], near_allowed=False)
    (neighbour,) = peers.neighbours(store.connection)
    assert (neighbour.name, neighbour.since_ms) == ("Anna's", NOW_MS)
    assert (neighbour.addresses, neighbour.last_contact_ms) == ((), NOW_MS + 5)
    assert not neighbour.near_allowed
    assert peers.told_by(store.connection) == {ANNA.id: [entry(BEN)]}


def test_so_many_addresses_are_kept_and_none_twice(store: Store) -> None:
    federate(store)
    many = [f"192.0.2.{n}:1" for n in range(peers.ADDRESSES_KEPT + 3)]
    with store.atomic(NOW_MS) as tx:
        peers.set_addresses(tx, ANNA.id, [many[0], *many])
    (neighbour,) = peers.neighbours(store.connection)
    assert neighbour.addresses == tuple(many[: peers.ADDRESSES_KEPT])


def test_end_of_a_federation_deletes_near_records_tables_and_refusals(store: Store) -> None:
    federate(store)
    near, network = ANNA.record(1, scope=Scope.NEAR), ANNA.record(2)
    others = BEN.record(1, scope=Scope.NEAR)
    table = Table([entry(BEN)])
    take(store, [near, network, others])
    with store.atomic(NOW_MS) as tx:
        peers.save_told_by(tx, ANNA.id, table.entries.values(), table.hash)
        peers.remember_refused(tx, ANNA.id, [b"r" * 32], NOW_MS)
        assert peers.remove_neighbour(tx, ANNA.id)
        assert not peers.remove_neighbour(tx, ANNA.id)
    assert {record_id for record_id, _ in standing(store)} == {network.id, others.id}
    assert peers.neighbours(store.connection) == []
    assert peers.told_by(store.connection) == {}
    assert peers.refused(store.connection, ANNA.id) == set()
    assert_whole(store)


# --- Tables ---


def test_table_told_last_replaces_the_one_before_and_the_other_way_stays(store: Store) -> None:
    federate(store)
    federate(store, BEN)
    first, second = Table([entry(BEN), entry(CARO)]), Table([entry(CARO, 3), entry(ANNA, 0)])
    with store.atomic(NOW_MS) as tx:
        peers.save_told_by(tx, ANNA.id, first.entries.values(), first.hash)
        peers.save_told_to(tx, ANNA.id, first.entries.values(), first.hash)
        peers.save_told_by(tx, BEN.id, first.entries.values(), first.hash)
        peers.save_told_by(tx, ANNA.id, second.entries.values(), second.hash)
    told = peers.told_by(store.connection)
    assert Table(told[ANNA.id]).hash == second.hash
    assert Table(told[BEN.id]).hash == first.hash
    assert Table(peers.told_to(store.connection)[ANNA.id]).hash == first.hash


def test_emptied_table_is_empty(store: Store) -> None:
    federate(store)
    full, empty = Table([entry(BEN)]), Table()
    with store.atomic(NOW_MS) as tx:
        peers.save_told_to(tx, ANNA.id, full.entries.values(), full.hash)
        peers.save_told_to(tx, ANNA.id, (), empty.hash)
    assert peers.told_to(store.connection) == {}


def test_table_of_no_neighbour_is_not_kept(store: Store) -> None:
    table = Table([entry(BEN)])
    with store.atomic(NOW_MS) as tx:
        peers.save_told_by(tx, ANNA.id, table.entries.values(), table.hash)
    assert peers.told_by(store.connection) == {}


# --- Certificates ---


def all_of_ben(store: Store) -> list[Certificate]:
    """Return Ben's certificates, the least first."""
    kept = [open_certificate(wire) for wire in peers.certificate_wires(store.connection)]
    return [certificate for certificate in kept if certificate.pod_id == BEN.id]


def greatest_by_epoch(store: Store) -> dict[int, Certificate]:
    """Return Ben's greatest certificate of each epoch."""
    return {certificate.epoch: certificate for certificate in all_of_ben(store)}


def test_greatest_certificate_wins_whatever_comes_last(store: Store) -> None:
    greater, lesser = BEN.certificate(EPOCH + 2), BEN.certificate(EPOCH + 1)
    with store.atomic(NOW_MS) as tx:
        assert peers.put_certificate(tx, greater)
        assert not peers.put_certificate(tx, lesser)
        assert not peers.put_certificate(tx, greater)
    assert peers.certificate_of(store.connection, BEN.id) == greater
    assert greatest_by_epoch(store)[EPOCH + 1] == lesser
    assert EPOCH + 9 not in greatest_by_epoch(store)


def test_of_one_epoch_the_greater_hash_wins(store: Store) -> None:
    twins = [BEN.certificate(EPOCH + 1, twin) for twin in range(4)]
    with store.atomic(NOW_MS) as tx:
        for certificate in twins:
            peers.put_certificate(tx, certificate)
    greatest = max(twins, key=lambda certificate: certificate.hash)
    assert peers.certificate_of(store.connection, BEN.id) == greatest
    assert greatest_by_epoch(store)[EPOCH + 1] == greatest


def test_so_many_certificates_of_a_pod_are_kept_the_greatest(store: Store) -> None:
    epochs = range(EPOCH + 1, EPOCH + 2 + CERTIFICATES_PER_AUTHOR)
    with store.atomic(NOW_MS) as tx:
        for epoch in epochs:
            peers.put_certificate(tx, BEN.certificate(epoch))
    kept = [certificate.epoch for certificate in all_of_ben(store)]
    assert kept == list(epochs)[-CERTIFICATES_PER_AUTHOR:]


# --- Refusals ---


def test_so_many_refusals_of_a_neighbour_are_remembered_the_newest(store: Store) -> None:
    federate(store)
    federate(store, BEN)
    ids = [number_bytes(n, size=32) for n in range(REFUSED_PER_NEIGHBOUR + 5)]
    with store.atomic(NOW_MS) as tx:
        peers.remember_refused(tx, BEN.id, ids[:3], NOW_MS)
        peers.remember_refused(tx, ANNA.id, ids[:-5], NOW_MS)
        peers.remember_refused(tx, ANNA.id, ids[-5:], NOW_MS)
    assert peers.refused(store.connection, ANNA.id) == set(ids[5:])
    assert peers.refused(store.connection, BEN.id) == set(ids[:3])


def test_refusal_is_forgotten_after_the_records_lifetime(store: Store) -> None:
    federate(store)
    with store.atomic(NOW_MS) as tx:
        peers.remember_refused(tx, ANNA.id, [b"a" * 32, b"b" * 32], NOW_MS)
        peers.remember_refused(tx, ANNA.id, [b"b" * 32], NOW_MS + 1)
        peers.forget_refused(tx, NOW_MS + 1)
    assert peers.refused(store.connection, ANNA.id) == {b"b" * 32}


# --- Authors ---


def test_author_not_carried_or_hidden_is_known_by_it(store: Store) -> None:
    with store.atomic(NOW_MS) as tx:
        peers.set_carried(tx, BEN.id, carried=False, why="block")
        peers.set_hidden(tx, CARO.id, hidden=True)
    flags = {
        a.pod_id: (a.carried, a.not_carried_why, a.hidden) for a in peers.authors(store.connection)
    }
    assert flags[BEN.id] == (False, "block", False)
    assert flags[CARO.id] == (True, None, True)
    assert [a.pod_id for a in peers.authors(store.connection) if not a.carried] == [BEN.id]
    with store.atomic(NOW_MS) as tx:
        peers.set_carried(tx, BEN.id, carried=True)
    assert [a.pod_id for a in peers.authors(store.connection) if not a.carried] == []


def test_pod_that_nobody_needs_for_400_days_is_forgotten_and_its_number_not_reused(
    store: Store,
) -> None:
    federate(store)  # Anna is a neighbour
    take(store, [BEN.record(1)])  # of Ben a record is here; Caro is needed by nobody
    numbers = {a.pod_id: a.number for a in peers.authors(store.connection)}
    told = []
    for day in (0, 400, 401):
        with store.atomic(NOW_MS + day * DAY_MS) as tx:
            told.append(upkeep.forget_strangers(tx))
    assert told == [0, 0, 1]
    left = {a.pod_id: a.number for a in peers.authors(store.connection)}
    assert numbers.keys() - left.keys() == {CARO.id}
    assert peers.certificate_of(store.connection, CARO.id) is None
    take(store, [CARO.record(1)])
    (number,) = [a.number for a in peers.authors(store.connection) if a.pod_id == CARO.id]
    assert number not in numbers.values()
    assert meta.get(store.connection, meta.POD_ID) in left


def test_pod_that_is_told_of_again_is_not_forgotten(store: Store) -> None:
    federate(store)
    with store.atomic(NOW_MS) as tx:
        upkeep.forget_strangers(tx)
    take(store, [CARO.record(1), BEN.record(1)])
    for day in (399, 401):
        with store.atomic(NOW_MS + day * DAY_MS) as tx:
            assert upkeep.forget_strangers(tx) == 0


# --- Invitations ---

TOKEN, OTHER = b"t" * 32, b"o" * 32


def test_invitation_is_bound_to_the_first_pod_that_uses_it(store: Store) -> None:
    with store.atomic(NOW_MS) as tx:
        add_invitation(tx, TOKEN, expires_running_ms=100)
        assert use_invitation(tx, OTHER, ANNA.id, running_ms=0) is Outcome.UNKNOWN
        assert use_invitation(tx, TOKEN, ANNA.id, running_ms=98) is Outcome.OK
        assert use_invitation(tx, TOKEN, ANNA.id, running_ms=99) is Outcome.AGAIN
        assert use_invitation(tx, TOKEN, BEN.id, running_ms=99) is Outcome.USED_BY_OTHER
        assert use_invitation(tx, TOKEN, ANNA.id, running_ms=100) is Outcome.EXPIRED
    (invitation,) = invitations.invitations(store.connection)
    assert invitation == (TOKEN, NOW_MS, 100, ANNA.id)


def test_expired_invitation_stays_unused(store: Store) -> None:
    with store.atomic(NOW_MS) as tx:
        add_invitation(tx, TOKEN, expires_running_ms=100)
        assert use_invitation(tx, TOKEN, ANNA.id, running_ms=100) is Outcome.EXPIRED
    assert invitations.invitations(store.connection)[0].used_by is None


def test_so_many_invitations_are_remembered_the_newest(store: Store) -> None:
    for n in range(invitations.KEPT + 2):
        with store.atomic(NOW_MS + n) as tx:
            add_invitation(tx, number_bytes(n, size=32), expires_running_ms=1)
    kept = [invitation.made_ms - NOW_MS for invitation in invitations.invitations(store.connection)]
    assert kept == list(range(invitations.KEPT + 1, 1, -1))

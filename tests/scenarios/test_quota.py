"""More than there is room for: the same newest slots everywhere, and fair shares (R8)."""

import pytest

from node.standing import standing_of
from protocol.frames import Certificates, Records
from protocol.limits import (
    AUTHOR_BURST,
    CERTIFICATES_PER_FRAME,
    MAX_TABLE_ENTRIES,
    SLOTS_PER_AUTHOR,
)
from protocol.parts import in_parts
from protocol.trust import Table
from store import conduct
from tests.neighbourhood import House, Neighbourhood
from tests.street.guest import Guest, Keys
from tests.street.house import START_MS, draft, rid_of

FLOOD = 10_000
"""Pods that one neighbour makes up."""
HALF = SLOTS_PER_AUTHOR // 2 + 100


@pytest.mark.parametrize("order", ["older first", "newer first"])
def test_of_more_slots_than_the_bound_the_newest_stay_in_whatever_order_they_come(
    street: Neighbourhood, order: str
) -> None:
    """Two machines with one key filled half the bound each, and more; neither knew of the other."""
    one, b, c = street.build(["one", "b", "c"])
    street.line([b, one, c])
    two = street.double(one, "two")
    for machine, neighbour, other in ((one, b, c), (two, c, b)):
        street.link(machine, neighbour).is_up = True
        street.link(machine, other).is_up = False
    fill(street, one, "older")
    one.stop()
    two.start()
    fill(street, two, "newer")
    two.stop()
    assert len(b.records()) == len(c.records()) == HALF

    first, then = (b, c) if order == "older first" else (c, b)
    (d,) = street.build(["d"])
    street.federate(first, d)
    street.settle()
    street.federate(d, then)
    street.settle()
    kept = d.notes()
    assert len(kept) == SLOTS_PER_AUTHOR
    assert sum(text.startswith("newer") for text in kept) == HALF
    assert b.notes() == c.notes() == kept
    street.assert_agreement()
    assert street.bodies_sent_in_rounds(5) == 0


def fill(street: Neighbourhood, house: House, name: str) -> None:
    """Write half the bound and more, before anybody is met: rates count live changes."""
    texts = [f"{name} {number}" for number in range(HALF)]
    links = [link for pair, link in street.links.items() if house in pair and link.is_up]
    for link in links:
        link.is_up = False
    street.part(house)
    house.sign([draft(text, rid_of(text)) for text in texts])
    for link in links:
        link.is_up = True
    street.settle()


def test_author_over_its_rate_is_delayed_and_never_refused(street: Neighbourhood) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    street.settle()
    texts = [f"note {number}" for number in range(AUTHOR_BURST + 200)]
    for text in texts:
        a.write(text)
    street.run_s(1)
    assert AUTHOR_BURST <= len(b.notes()) < len(texts)
    street.settle(750)
    assert b.notes() == set(texts)
    street.assert_all_is_well()


def test_flood_of_authors_behind_one_neighbour_leaves_the_others_their_share(
    street: Neighbourhood,
) -> None:
    """Pods that do not exist, each with a record, from one side; ten real ones from another."""
    (house,) = street.build(["house"])
    loud, quiet = Guest(house, "loud"), Guest(house, "quiet")
    loud.meet(calls=True)
    made_up = [Keys(f"made up {number}") for number in range(FLOOD)]
    for some in in_parts(made_up, MAX_TABLE_ENTRIES - 1):
        loud.tell(Table([loud.entry(0), *(keys.entry(1) for keys in some)]))
        for part in in_parts(some, CERTIFICATES_PER_FRAME):
            loud.send(Certificates(tuple(keys.certificate.wire for keys in part)))
        records = [keys.record(f"noise {number}", START_MS) for number, keys in enumerate(some)]
        loud.send(Records(tuple(record.wire for record in records)))
    table = house.keeper.directory.own_table
    assert len(table.entries) == MAX_TABLE_ENTRIES
    assert len(house.notes()) >= 900

    real = [Keys(f"real {number}") for number in range(10)]
    quiet.meet(calls=True, entries=[quiet.entry(0), *(keys.entry(1) for keys in real)])
    quiet.send(Certificates(tuple(keys.certificate.wire for keys in real)))
    quiet.push(*[keys.record(f"real {number}", START_MS) for number, keys in enumerate(real)])
    table = house.keeper.directory.own_table
    assert len(table.entries) == MAX_TABLE_ENTRIES
    assert {keys.pod_id for keys in real} <= table.entries.keys()
    assert {f"real {number}" for number in range(10)} <= house.notes()
    assert loud.closed is None
    share = standing_of(house.keeper, loud.pod_id)
    assert share.authors.used <= share.authors.limit == MAX_TABLE_ENTRIES
    assert standing_of(house.keeper, quiet.pod_id).authors.used == 1 + len(real)
    assert conduct.faults(house.store.connection) == {}
    told = quiet.house.keeper.directory.told_to[quiet.pod_id]
    assert {keys.pod_id for keys in real} <= told.entries.keys()

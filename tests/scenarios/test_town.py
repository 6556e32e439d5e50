"""A town: a listing reaches all within six hops, none farther, and costs no more than flooding.

`python -m tests.street.town --pods 1000` does the same at full size; docs/performance.md has what
came of it.
"""

from pathlib import Path
from random import Random

import pytest

from protocol.limits import REACH_HOPS, ROUNDS_FOR_WORD
from tests.street.graphs import GRAPHS, components, hops_from
from tests.street.town import Town, measure

PODS = 40


def test_town_that_meets_comes_to_what_its_shape_says(memory_path: Path) -> None:
    """Tables, sets, and where a listing goes then, in streets some of which are too long."""
    town = Town(memory_path, "geometric", PODS, seed=3)
    town.build(is_known=False)
    town.settle()
    for number, house in enumerate(town.houses):
        assert house.keeper.directory.own_table.hash == town.told(number).hash, house
    origin = town.houses[0]
    origin.write("soup for the town")
    town.settle()
    hops = hops_from(0, town.met)
    assert max(hops.values()) > REACH_HOPS
    for number, house in enumerate(town.houses):
        assert ("soup for the town" in house.notes()) == (hops[number] <= REACH_HOPS), house
        assert house.keeper.directory.reach(house.pod_id) == len(town.within(number)) - 1
    town.street.assert_agreement()
    town.street.run_s(ROUNDS_FOR_WORD * 60)  # until the origin knows who holds it
    town.street.wires.keeps_frames = True
    assert town.street.busy_frames(60) == []


def test_listing_crosses_each_pair_twice_at_most(memory_path: Path) -> None:
    found = measure(memory_path, "geometric+20", PODS, seed=3, origins=5)
    assert (found.missed, found.beyond) == (0, 0)
    assert found.copies <= found.theory


@pytest.mark.parametrize("graph", GRAPHS)
def test_town_is_one_and_has_so_many_neighbours(graph: str) -> None:
    edges = GRAPHS[graph](200, Random(5))
    assert len(list(components(200, edges))) == 1
    assert 3.5 < 2 * len(edges) / 200 < 6.5

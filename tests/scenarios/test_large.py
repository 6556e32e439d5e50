"""A town: what one pod shares reaches all within six hops, and then there is silence.

PODS=200 pytest tests/scenarios/test_large.py tries that many.
"""

import os
from collections import deque

from protocol.limits import REACH_HOPS
from tests.neighbourhood import House, Neighbourhood

PODS = int(os.environ.get("PODS", "40"))
LINKS_EACH = 2


def build_town(street: Neighbourhood) -> list[House]:
    """Each pod knows the next on its road, and one or two anywhere."""
    houses = street.build([f"pod {number}" for number in range(PODS)])
    street.line(houses)
    for house in houses:
        for other in street.random.sample(houses, LINKS_EACH - 1):
            if other is not house and not street.link(house, other).is_up:
                street.federate(house, other)
    return houses


def hops_from(street: Neighbourhood, start: House) -> dict[House, int]:
    """Return how many hops each house is from start, over the links of people."""
    hops, queue = {start: 0}, deque([start])
    while queue:
        here = queue.popleft()
        for pair in street.links:
            if here in pair:
                (other,) = pair - {here}
                if other not in hops:
                    hops[other] = hops[here] + 1
                    queue.append(other)
    return hops


def test_what_is_shared_reaches_all_within_six_hops_and_nobody_farther(
    street: Neighbourhood,
) -> None:
    houses = build_town(street)
    street.settle(60)
    origin = houses[0]
    origin.write("soup for the town")
    street.settle(300)
    for house, hops in hops_from(street, origin).items():
        has_it = "soup for the town" in house.notes()
        assert has_it == (hops <= REACH_HOPS), (house, hops)
    street.assert_agreement()
    assert street.busy_frames(60) == []

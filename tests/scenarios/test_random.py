"""Random neighbourhoods, random lives: afterwards all agree, and nothing more is sent.

SEEDS=200 pytest tests/scenarios/test_random.py tries that many.
"""

import os

import pytest

from tests.neighbourhood import Neighbourhood
from tests.street.life import Life
from tests.street.truth import letters_missing

SEEDS = int(os.environ.get("SEEDS", "20"))
LETTERS_S = 7200
"""Six hops, and on each of them the longest wait until mail is offered anew."""
REST_S = 900
"""More than a periodic round and its repeat after what was given up."""


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_happened_all_agree_once_it_is_over(street: Neighbourhood, seed: int) -> None:
    street.random.seed(seed)
    life = Life(street)
    life.settle_in(houses=street.random.randint(3, 12))
    life.go_on(acts=street.random.randint(20, 80))
    street.heal_all()
    street.settle(REST_S)
    # Where an old disk was put in, the key is an old one too: people are told, and make a new one.
    replaced = [house for house in street.houses if house.rotate_if_replaced()]
    if replaced:
        street.settle(REST_S)
    # Blocks are no fault: all agree with them. Without them everybody has what was promised.
    street.assert_agreement()
    blocked = [house for house in street.houses if house.unblock_all()]
    if blocked:
        street.settle(REST_S)
    street.assert_all_is_well()
    if letters_missing(street):  # declined for a wrong clock or a table of then: offered anew
        street.settle(LETTERS_S)
    assert letters_missing(street) == []

"""What a measure tells: figures, and goals for some of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

Figures = dict[str, float]


class Goal(NamedTuple):
    """What a measure should reach. value: what it did reach; at_most: less is better."""

    what: str
    value: float
    target: float
    at_most: bool = True

    @property
    def is_reached(self) -> bool:
        return self.value <= self.target if self.at_most else self.value >= self.target


class Measured(NamedTuple):
    """One measure: its name, figures by name (the unit is in the name), and goals.

    one_core: whether what was measured was pinned to one.  parts: figures of each part of what
    was measured, where there are many alike, by the part's name.  misses: the parts that miss a
    goal, and why, as lines of a Markdown table.
    """

    measure: str
    records: int
    one_core: bool
    figures: Figures
    goals: tuple[Goal, ...]
    parts: Mapping[str, Figures] = MappingProxyType({})
    misses: tuple[str, ...] = ()

"""The pod map: which of the categories somebody here can help with, and where the gaps are.

Pages: docs/house.md §2.5. A grid of categories by people, from what they say themselves, as one
viewer may see it. A gap is a question to the street, not a fault of anybody.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from protocol.aid.categories import CATEGORIES
from protocol.aid.house.care import Ability
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MemberId


class MapRow(NamedTuple):
    """One category. can, may_need: in the order of names."""

    category: str
    can: tuple[tuple[Member, Ability], ...]
    may_need: tuple[Member, ...]

    @property
    def is_gap(self) -> bool:
        """Tell whether nobody here said that they can."""
        return not self.can


def pod_map(
    members: Sequence[Member],
    abilities: Mapping[MemberId, Sequence[Ability]],
    needs: Mapping[MemberId, Sequence[str]],
) -> list[MapRow]:
    """Return one row for each category. members: by name.  needs: those the viewer may see."""
    return [
        MapRow(
            category,
            tuple(
                (member, ability)
                for member in members
                for ability in abilities.get(member.id, ())
                if ability.category == category
            ),
            tuple(member for member in members if category in needs.get(member.id, ())),
        )
        for category in CATEGORIES
    ]

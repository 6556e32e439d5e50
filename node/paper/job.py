"""One job of printing: which pod, how it is to look, what more was asked, and by whom."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from node.paper.where import AS_SET, Pages
from node.pod import Pod
from node.words import SHIPPED, Languages, Words
from protocol.aid.house.rights import MACHINE, Viewer

MOST_LISTINGS: Final = 60
"""On one printed board, unless somebody asks for more: what fits a wall, and what people read."""


class Paper(StrEnum):
    """A sheet's size, by the name that CSS knows."""

    A4 = "A4"
    LETTER = "Letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a sheet is to look, and in which language. languages: all that the pod has."""

    words: Words
    languages: Languages = SHIPPED
    paper: Paper = Paper.A4
    large: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked beyond a sheet's name; each sheet says which of these it takes.

    Each default is what is safe to hang on a wall.

    inside: also what is for this pod alone or for neighbours, on a sheet for the pod's own room.
    limit: so many listings at most.  wifi, wifi_password: as the pod's Wi-Fi is called and joined.
    addresses: where phones reach the pages, the likeliest first.
    invitation: of another pod, as `pod neighbor invite` made it.
    codes: of `pod invite make`, to be on cards.  item: the start of a reference, of the one thing
    that a sheet is about.
    """

    inside: bool = False
    limit: int = MOST_LISTINGS
    wifi: str | None = None
    wifi_password: str | None = None
    addresses: tuple[str, ...] = ()
    invitation: str | None = None
    codes: tuple[str, ...] = ()
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a sheet is filled for.

    viewer: who prints; commands are somebody at the machine.  pages: how the pod serves its pages.
    """

    pod: Pod
    style: Style
    options: Options = Options()
    viewer: Viewer = MACHINE
    pages: Pages = AS_SET

    @property
    def words(self) -> Words:
        return self.style.words

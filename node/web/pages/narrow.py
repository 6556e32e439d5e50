"""Lists that are searched, narrowed and leafed through: what the address asks for."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol
from urllib.parse import urlencode

from node.aid.items import ItemQuery
from node.aid.listings import Position
from node.pod import Pod
from node.web.site import Visit
from protocol.aid.categories import CATEGORIES
from protocol.identity import KEY_BYTES, PodId

PAGE: Final = 30
"""Things on one page: some two screens of a phone ten times over, and far below 50 kB."""
MAX_ASKED: Final = 80
_MAX_DIGITS: Final = 15
"""Of a position: below what a column of the store holds."""


class Placed(Protocol):
    """Whatever stands in a list."""

    @property
    def position(self) -> Position: ...


def asked_in(visit: Visit, *names: str) -> dict[str, str]:
    """Return what the address asks by these names, `words`, `pod` and `all` among them."""
    return {name: visit.asked(name)[:MAX_ASKED] for name in ("words", "pod", "all", *names)}


def is_narrowed(asked: Mapping[str, str]) -> bool:
    """Tell whether the address asks for less, or for more, than the usual list."""
    return any(asked.values())


def items_asked(visit: Visit, asked: Mapping[str, str], filed_under: str = "") -> ItemQuery:
    """Return the query of a list. filed_under: a word that narrows it, of a fixed list."""
    return ItemQuery(
        words=asked["words"],
        author=author_in(asked),
        filed_under=filed_under or None,
        open_at_s=None if asked["all"] else visit.viewer.now_s,
        after=position_in(visit),
        limit=PAGE + 1,
    )


def category_in(asked: Mapping[str, str]) -> str:
    """Return the category that is asked for, "" for all: what there is not is not asked."""
    return asked["category"] if asked["category"] in CATEGORIES else ""


def author_in(asked: Mapping[str, str]) -> PodId | None:
    """Return the pod that is asked for, None for all."""
    try:
        found = bytes.fromhex(asked["pod"])
    except ValueError:
        return None
    return PodId(found) if len(found) == KEY_BYTES else None


def position_in(visit: Visit) -> Position | None:
    """Return after which thing the page begins, None for the first page."""
    first, _, second = visit.asked("after").partition("-")
    if not all(it.isdecimal() and len(it) <= _MAX_DIGITS for it in (first, second)):
        return None
    return Position(int(first), int(second))


def next_path(path: str, asked: Mapping[str, str], found: Sequence[Placed]) -> str:
    """Return the address of the next page; "" if this is the last. found: one more than shown."""
    if len(found) <= PAGE:
        return ""
    posted_s, number = found[PAGE - 1].position
    narrowed = {name: value for name, value in asked.items() if value}
    return f"{path}?" + urlencode({**narrowed, "after": f"{posted_s}-{number}"})


def pods_to_choose(pod: Pod, ours: str) -> list[tuple[str, str]]:
    """Return the pods that lists can be narrowed to: this one, called ours, and its neighbours."""
    around = sorted((it.name, it.pod_id.hex()) for it in pod.neighbours.all())
    return [(pod.pod_id.hex(), ours), *((id_, name) for name, id_ in around)]

"""Listings as pages show them: with the name of the pod that they come from."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from node.aid.listings import BoardItem, Position
from node.pod import Pod
from node.web.viewer import Viewer
from protocol.aid.audience import Audience
from protocol.aid.fields import looks
from protocol.aid.house.rights import MemberId
from protocol.aid.listing import Listing, State, state
from protocol.errors import UserError
from protocol.identity import PodId, pod_id_text, short_id


class Shown(NamedTuple):
    """One listing for a page. from_pod: empty if it is ours."""

    item: BoardItem
    state: State
    from_pod: str

    @property
    def pod_path(self) -> str:
        """Where one reads of the pod that it comes from."""
        return f"/pods/{pod_id_text(self.item.author)}"

    @property
    def listing(self) -> Listing:
        return self.item.listing

    @property
    def rid(self) -> bytes:
        return self.item.rid

    @property
    def valid_until_s(self) -> int:
        return self.item.valid_until_s

    def ends_before(self, at_s: int) -> bool:
        """Tell whether it is open still and will have closed by itself at at_s."""
        return self.state is State.OPEN and 0 < self.valid_until_s < at_s

    @property
    def audience(self) -> Audience:
        return self.item.audience

    @property
    def position(self) -> Position:
        return self.item.position


def pod_names(pod: Pod, authors: Iterable[PodId]) -> dict[bytes, str]:
    """Return what to call other pods: neighbours by name, others of authors by card.

    Each pod says itself what it is called. One that looks like a neighbour, or like this pod, has
    its id beside its name.
    """
    near: dict[bytes, str] = {it.pod_id: it.name for it in pod.neighbours.all()}
    far: dict[bytes, str] = {}
    for author in set(authors) - near.keys() - {pod.pod_id}:
        if (card := pod.card.of(author)) is not None:
            far[author] = card.body.name
    known = Counter(map(looks, (pod.name, *near.values())))
    return {
        id_: f"{name} ({short_id(PodId(id_))})" if known[looks(name)] > (id_ in near) else name
        for id_, name in (far | near).items()
    }


def may_change(pod: Pod, viewer: Viewer, author: PodId, rid: bytes) -> bool:
    """Tell whether a visitor may change this thing: of this pod, and theirs, or as a steward."""
    return author == pod.pod_id and pod.people.may_change(viewer.looking, rid)


def shown(pod: Pod, items: Sequence[BoardItem]) -> list[Shown]:
    """Return listings with what a page says beside each."""
    now_s = pod.now().wall_ms // 1000
    names = pod_names(pod, (it.author for it in items)) | {pod.pod_id: ""}
    return [
        Shown(
            item,
            state(item.listing, item.valid_until_s, now_s),
            names.get(item.author, short_id(item.author)),
        )
        for item in items
    ]


def listings_of(pod: Pod, viewer: Viewer, whose: MemberId | None = None) -> list[Shown]:
    """Return what a person has on the board, open or not, the newest first. whose: the viewer."""
    return _of_rids(pod, pod.people.listings_of(viewer.looking, whose or viewer.member_id))


def typed_by(pod: Pod, viewer: Viewer) -> list[Shown]:
    """Return the listings that a member typed for somebody else, the newest first."""
    return _of_rids(pod, pod.behalf.things(viewer.looking))


def _of_rids(pod: Pod, rids: Iterable[bytes]) -> list[Shown]:
    found = []
    for rid in rids:
        with suppress(UserError):  # withdrawn or closed for good since, or no listing
            found.append(pod.listings.own(rid))
    return shown(pod, sorted(found, key=lambda it: it.position, reverse=True))

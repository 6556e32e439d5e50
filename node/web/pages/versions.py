"""What a thing of this pod said before, and taking one of these versions back in one step."""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from aiohttp import web

from node.aid.versions import Earlier, Thing
from node.pod import Pod
from node.web.pages.things import RID
from node.web.site import Route, Visit
from protocol.aid.event import EVENT
from protocol.aid.house.rights import Right
from protocol.aid.listing import LISTING
from protocol.aid.notice import NOTICE
from protocol.aid.reading import READING
from protocol.aid.resource import RESOURCE
from protocol.aid.sentences import FIELD_WORDS
from protocol.errors import UserError

ID: Final = re.compile("[0-9a-f]{64}")
PATHS: Final = {
    "/board": LISTING,
    "/directory": RESOURCE,
    "/meetups": EVENT,
    "/notices": NOTICE,
    "/readings": READING,
}
"""Where things stand whose people can look at what they said before, and their kinds."""


class Before(NamedTuple):
    """One version for a page. changed: what says something else now, in the reader's words."""

    version: Earlier
    changed: list[str]


@dataclass(frozen=True, slots=True)
class _Pages:
    """Of one kind."""

    path: str
    kind: int

    async def show(self, visit: Visit) -> web.StreamResponse:
        """What it said before, the newest first."""
        thing, found = await visit.do(self._versions, visit)
        say = visit.words.gettext
        before = [Before(it, [say(FIELD_WORDS[name]) for name in it.changed]) for it in found]
        at = f"{self.path}/{visit.path['rid']}"
        return visit.page("versions.html", thing=thing, before=before, at=at)

    async def take_back(self, visit: Visit) -> web.StreamResponse:
        """Say again what one of them says."""
        await visit.do(self._take_back, visit)
        return visit.go(f"{self.path}/{visit.path['rid']}")

    def _versions(self, pod: Pod, visit: Visit) -> tuple[Thing, list[Earlier]]:
        thing = self._thing(pod, visit)
        return thing, pod.versions.of(thing)

    def _take_back(self, pod: Pod, visit: Visit) -> None:
        thing, said = self._thing(pod, visit), visit.form.text("version")
        record = bytes.fromhex(said) if ID.fullmatch(said) else b""
        pod.people.begin_change(visit.viewer.looking, thing.rid)
        pod.versions.take_back(thing, record)

    def _thing(self, pod: Pod, visit: Visit) -> Thing:
        """Return what the address names, if the visitor may change it; a withdrawn one too."""
        rid = bytes.fromhex(visit.path["rid"])
        if not pod.people.may_change(visit.viewer.looking, rid):
            raise UserError(
                "not_allowed",
                "What somebody else's said before is theirs to see.",
                "Ask them, or a steward of this pod.",
            )
        return pod.versions.thing(self.kind, rid)

    def routes(self) -> tuple[Route, ...]:
        at = f"{self.path}/{RID}/versions"
        return (
            Route("GET", at, self.show, Right.POST),
            Route("POST", at, self.take_back, Right.POST),
        )


ROUTES: Final = tuple(
    route for path, kind in PATHS.items() for route in _Pages(path, kind).routes()
)

"""A house in which every page has something to show, and all the pages that a steward finds there.

A page to which no link leads is a page that nobody finds; test_every_link.py sees to it. A new page
with a part in its path needs something to show: add it to `fill`.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Final

from aiohttp import web

from node.discovery import Around, Seen
from node.pod import Pod
from node.samples.street import move_in
from node.web.app import all_routes
from node.web.live import Live
from node.web.pages.desk import SHOWN
from node.web.site import Route
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.aid.house.ask import Ask
from protocol.aid.house.member import Member
from protocol.aid.house.proposal import Stand, State
from protocol.aid.house.rights import MACHINE, MemberId, Role, Viewer
from protocol.aid.house.roll_call import Answer
from protocol.aid.listing import write_listing
from protocol.aid.notice import Notice
from protocol.aid.pod_card import PodCard
from protocol.aid.resource import Resource
from protocol.identity import PodKey
from protocol.pairing import Introduction
from store.aid import BoardQuery
from tests.nodes import make_pod
from tests.web.visiting import House, Visitor

AROUND: Final = Around(
    seen=(Seen("abcdefgh", ("192.168.1.9:4781",), 0),),
    is_looking=True,
    places=("192.168.1.5:4781",),
)
"""What a node would have found on its LAN."""
UNLINKED: Final = (
    *("/join/", "/phone/", "/setup/"),
    *("/live", "/healthz", "/feed.xml", "/hsds/", "/calendar/", "/api"),
)
"""Where no link of a page leads: what codes, scripts and other programs ask for."""
ALIKE: Final = 20
"""So many addresses of one route are followed."""


# --- What is there ---


def fill(elm: House) -> Visitor:
    """Move the made-up street in, and a neighbouring pod beside it; return a steward."""
    pod = elm.pod
    move_in(pod)
    steward = pod.people.find(MACHINE, "Ada")
    by = pod.people.viewer(steward.id)
    meet_oak(pod)
    for title in ("Jars", "Stamps", "String"):
        lent = write_listing({"type": "offer", "category": "items", "title": title})
        pod.listings.publish(lent, audience=Audience.POD)
    ours = pod.listings.board(BoardQuery(author=pod.pod_id, limit=50))
    for one in [it for it in ours if it.listing.repeats == "none"][: SHOWN + 1]:
        for name in ("Rosa", "Ben"):
            pod.answers.ask(one.rid, Ask(by=name, words="I would love it"))
    [theirs] = [it for it in pod.listings.board(BoardQuery(limit=50)) if it.author != pod.pod_id]
    pod.letters.reply(theirs, member=steward.id, message="For Sunday, please", from_label="Ada")
    pod.invites.make(by)
    _read_words_with_canal(pod)
    pod.roll_calls.open(by, "A storm is coming. Are you ready?")
    pod.roll_calls.check_in(by, steward.id, Answer.HELPING)
    pod.roll_calls.end(by)
    pod.roll_calls.open(by, "The power is out. Is everybody all right?")
    pod.roll_calls.check_in(by, steward.id, Answer.OK)
    agree_to_remove(pod, by, pod.people.find(MACHINE, "Tom").id)
    be_here_twice(pod, steward)
    return elm.stranger.signed_in(pod.devices.sign_in(steward.id, "phone"))


def _read_words_with_canal(pod: Pod) -> None:
    theirs = PodKey.from_seed(bytes(32)).certify(1, bytes(range(32)), 1)
    said = Introduction("Canal Row", ("192.168.1.9:4781",))
    pod.pairing.show(pod.pairing.begin(), theirs, said, (5, 400, 900, 1300, 1700, 2047))


def be_here_twice(pod: Pod, steward: Member) -> None:
    """Put one person's two entries together, and ask the steward whether they are here twice."""
    carmen = pod.people.find(MACHINE, "Carmen")
    kofi = Viewer(Role.STEWARD, pod.people.find(MACHINE, "Kofi").id)
    pod.devices.sign_in(steward.id, "laptop")
    door = {"type": "door", "value": "No. 9", "on_screen": "pod"}
    for name, stays in (("Carmen from paper", carmen), ("Ada from paper", steward)):
        paper = pod.people.add(MACHINE, name, languages=("es",), how_best="Knock")
        pod.people.set_contacts(MACHINE, paper.id, [door])
        pod.care.set_ability(MACHINE, paper.id, {"category": "food", "note": "Bread"})
        pod.merging.say(kofi, paper.id, stays.id)


def agree_to_remove(pod: Pod, by: Viewer, whom: MemberId) -> None:
    pod.agreements.set_rules(by, {"test_days": 0})
    asked = pod.decisions.propose(by, "Tom leaves", "He has moved away.", removes=whom)
    pod.decisions.move(by, asked.id, State.TESTING)
    for member in pod.people.members(MACHINE):
        if member.id != whom:
            viewer = pod.people.viewer(member.id)
            pod.decisions.take_position(viewer, asked.id, Stand.AGREE, None)
    pod.decisions.close(by, asked.id)


def meet_oak(pod: Pod, name: str = "Oak Lane") -> None:
    """Become neighbours of a pod that has shared one thing of each sort, and bring its stick."""
    folder = pod.keeper.store.path.parent.parent
    with make_pod(folder / "oak", name=name) as oak:
        say_one_of_each(oak)
        oak.bundles.export(folder / "oak.pod")
        pod.neighbours.add(oak.keeper.certificate, oak.name, ["192.168.1.7:4781"], seen=True)
    pod.bundles.take_in(folder / "oak.pod")


def say_one_of_each(oak: Pod) -> None:
    """Have another pod share one thing of each sort."""
    lent = {"type": "offer", "category": "items", "title": "Escalera larga", "lang": "es"}
    place = {"name": "Sala caliente", "categories": ("housing",), "last_checked": "2026-06-01"}
    day = datetime.fromtimestamp(oak.now().wall_ms / 1000 + 5 * 86_400, UTC).date()
    meet = {"start": f"{day}T15:00", "end": f"{day}T17:00", "gathering": "social"}
    to_all = Audience.NETWORK
    card = {"name": oak.name, "zone_kind": "street", "zone_name": oak.name}
    oak.card.put(PodCard.write({**card, "about": "Forty doors by the canal."}))
    oak.listings.publish(write_listing(lent), audience=to_all)
    oak.directory.publish(Resource.write(place), audience=to_all)
    oak.meetups.publish(Event.write({"title": "Coffee", "tz": "UTC", **meet}), audience=to_all)
    notice = {"topic": "alert", "title": "Agua cortada", "text": "Hasta mediodía", "lang": "es"}
    oak.notices_board.publish(Notice.write(notice), audience=to_all)


# --- Where it is shown ---


async def pages_of(visitor: Visitor) -> list[str]:
    """Return the addresses of pages that links lead to, two of each route with a part to fill."""
    return await Crawl(visitor).run()


class Crawl:
    """Follows every link, as long as its route has not been seen often enough."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._routes = [it for it in all_routes(Live(), "AAAA-AAAA") if it.method == "GET"]
        self._patterns = _patterns_of(self._routes)
        self._found: dict[str, list[str]] = {it.path: [] for it in self._routes}

    async def run(self) -> list[str]:
        """Follow links from the first page on; return a page of each route, two of single things.

        Fails on a link that leads nowhere, or to what this visitor may not see.
        """
        pages: dict[str, list[str]] = {}
        to_do = ["/"]
        while to_do:
            path = to_do.pop(0)
            if (route := self._take(path)) is None:
                continue
            answer = await self._visitor.get(path)
            assert answer.status in {200, 303}, f"{path} is linked to, and says {answer.status}"
            if answer.headers.get("content-type", "").startswith("text/html"):
                pages.setdefault(route, []).append(path)
                to_do += _links_in(answer.text)
        last = [found[-1] for route, found in pages.items() if route.endswith("}") and found[1:]]
        return [*(found[0] for found in pages.values()), *last]

    @property
    def pages(self) -> list[str]:
        """Every address that was followed."""
        return [path for found in self._found.values() for path in found]

    @property
    def lost(self) -> list[str]:
        """The routes that no link led to, but for those to which none should."""
        lost = [path for path, found in self._found.items() if not found]
        return [path for path in lost if not path.startswith(UNLINKED)]

    def _take(self, path: str) -> str | None:
        """Return the route of an address that is worth following: not one more of many alike."""
        bare = path.partition("?")[0]
        route = next(
            (it for it, pattern in self._patterns.items() if pattern.fullmatch(bare)), None
        )
        assert route is not None, f"a link leads to {path}, where nothing is"
        found = self._found[route]
        same = [it for it in found if _asks(it) == _asks(path)]
        if path in found or len(same) >= ALIKE:
            return None
        found.append(path)
        return route


def _asks(path: str) -> frozenset[str]:
    """Return what an address asks for beside its path, without the values."""
    return frozenset(re.findall(r"[?&](\w+)=", path))


def _patterns_of(routes: Sequence[Route]) -> dict[str, re.Pattern[str]]:
    """Return what matches an address, by path of the route, in the order in which it is asked."""
    router, patterns = web.UrlDispatcher(), {}
    for route in routes:
        info = router.add_get(route.path, _nothing).resource.get_info()  # type: ignore[union-attr]
        patterns[route.path] = info.get("pattern") or re.compile(re.escape(info["path"]))
    return patterns


async def _nothing(_: web.Request) -> web.StreamResponse:
    return web.Response()


def _links_in(text: str) -> list[str]:
    links = _Links()
    links.feed(text)
    return links.found


class _Links(HTMLParser):
    """Collects where a page leads to within the pod."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") or ""
        if tag == "a" and re.match(r"/(?!/)", href):
            self.found.append(href.partition("#")[0])

"""Pods nearby, and six words: two stewards, two screens (docs/protocol.md §10.4, R11).

The node calls and answers; the page shows what has come of it, and takes people's word. It knows
no more than the store says, so it may be reloaded, left, and opened on another device.
"""

from typing import Final, NamedTuple

from aiohttp import web

from node import pairing_said
from node.aid.listings import BoardQuery
from node.discovery import Around, Seen
from node.pairing import Pairing, State, spoken
from node.pairing_said import KNOWN_ALREADY, MEANS, SAME_NAME
from node.pod import Pod
from node.web.site import Route, Visit
from protocol.aid.audience import Audience
from protocol.aid.house.rights import Right
from protocol.errors import UserError
from protocol.identity import PodId, short_id
from protocol.introduction import read_address
from protocol.limits import COMPARING_S, PAIRING_S

_MODE: Final = "{mode:[0-9]{1,15}}"


class Sight(NamedTuple):
    """A pod that is seen. seems: the neighbour whose tag it shows, "" for a stranger."""

    seen: Seen
    seems: str


class Screen(NamedTuple):
    """What people look at. pairing: None where another began meanwhile.

    near: listings that the other pod's people will see.  doubts: what ours should mind.
    """

    pairing: Pairing | None
    near: int
    doubts: tuple[str, ...] = ()


# --- Who is there ---


async def show_nearby(visit: Visit) -> web.StreamResponse:
    """The pods that are seen, and the ways to begin."""
    return await _nearby(visit, {}, {})


async def _nearby(
    visit: Visit, given: dict[str, str], faults: dict[str, str]
) -> web.StreamResponse:
    around = visit.machine.around()
    sights, pairing, near, us = await visit.do(_look_around, around)
    return visit.page(
        "nearby.html",
        status=422 if faults else 200,
        around=around,
        sights=sights,
        under_way=pairing if pairing is not None and _moves(pairing) else None,
        near=near,
        us=us,
        given=given,
        faults=faults,
    )


def _look_around(pod: Pod, around: Around) -> tuple[list[Sight], Pairing | None, int, str]:
    us = short_id(pod.pod_id)
    names = {short_id(it.pod_id): it.name or short_id(it.pod_id) for it in pod.neighbours.all()}
    sights = [Sight(it, names.get(it.tag, "")) for it in around.seen if it.tag != us]
    return sights, pod.pairing.look(), _near(pod), us


def _near(pod: Pod) -> int:
    """Return how many open listings another pod's people will see at once."""
    return pod.listings.count(BoardQuery(author=pod.pod_id, audience=Audience.NEAR))


def _moves(pairing: Pairing) -> bool:
    return pairing.is_on or (pairing.state is State.AGREED and not pairing.code)


async def begin(visit: Visit) -> web.StreamResponse:
    """Turn pairing mode on, with the pod that was picked, at an address, or with anybody."""
    tag, said = visit.form.text("tag"), visit.form.text("address")
    addresses: list[str] = []
    if "address" in visit.form:
        port = visit.machine.config.sync_port
        try:
            addresses = [str(read_address(said, default_port=port))]
        except UserError:
            fault = visit.words.gettext(
                "That is not an address. It is like 192.168.1.4, or 192.168.1.4:4781."
            )
            return await _nearby(visit, {"address": said}, {"address": fault})
    mode = await visit.do(
        lambda pod: pod.federation.begin(visit.viewer.looking, tag=tag, addresses=addresses)
    )
    return visit.go(f"/nearby/{mode}")


# --- Six words ---


async def show_pairing(visit: Visit) -> web.StreamResponse:
    """How the pairing of this number stands."""
    screen = await visit.do(_screen, int(visit.path["mode"]))
    pairing = screen.pairing
    code = pairing.code if pairing else ""
    return visit.page(
        "pairing.html",
        pairing=pairing,
        state=pairing.state.value if pairing else "",
        words_to_read=spoken(pairing.words) if pairing else (),
        tag=short_id(pairing.pod_id) if pairing and pairing.pod_id else "",
        means=visit.words.gettext(MEANS[code]) if code in MEANS else "",
        near=screen.near,
        doubts=screen.doubts,
        said=pairing_said,
        # Words stand still while people read them to each other; all else comes by itself.
        is_renewed=pairing is not None and _moves(pairing) and pairing.state is not State.COMPARING,
        minutes=PAIRING_S // 60,
        minutes_to_compare=COMPARING_S // 60,
    )


def _screen(pod: Pod, mode: int) -> Screen:
    pairing = pod.pairing.look()
    if pairing is None or pairing.mode != mode:
        return Screen(None, 0)
    names = {it.pod_id: it.name.casefold() for it in pod.neighbours.all()}
    return Screen(pairing, _near(pod), doubts_of(pairing, names))


def doubts_of(pairing: Pairing, names: dict[PodId, str]) -> tuple[str, ...]:
    """Say if a neighbour is this pod, or another one calls itself the same."""
    if pairing.state is not State.COMPARING:
        return ()
    if pairing.pod_id in names:
        return (KNOWN_ALREADY,)
    return (SAME_NAME,) if pairing.name.casefold() in names.values() else ()


async def say_same(visit: Visit) -> web.StreamResponse:
    """All six words are the same on the other screen."""
    mode, attempt = _which(visit)
    await visit.do(lambda pod: pod.federation.agree(visit.viewer.looking, mode, attempt))
    return visit.go(f"/nearby/{mode}")


async def say_differ(visit: Visit) -> web.StreamResponse:
    """They are not."""
    mode, attempt = _which(visit)
    await visit.do(lambda pod: pod.federation.decline(visit.viewer.looking, mode, attempt))
    return visit.go(f"/nearby/{mode}")


async def stop(visit: Visit) -> web.StreamResponse:
    """Turn pairing mode off."""
    mode = int(visit.path["mode"])
    await visit.do(lambda pod: pod.federation.stop(visit.viewer.looking, mode))
    return visit.go(f"/nearby/{mode}")


def _which(visit: Visit) -> tuple[int, int]:
    """Return mode and attempt: the word that people say is of the words that they saw."""
    said = visit.form.text("attempt")
    attempt = int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else -1
    return int(visit.path["mode"]), attempt


ROUTES = (
    Route("GET", "/nearby", show_nearby, Right.RUN_MACHINE),
    Route("POST", "/nearby", begin, Right.RUN_MACHINE),
    Route("GET", f"/nearby/{_MODE}", show_pairing, Right.RUN_MACHINE),
    Route("POST", f"/nearby/{_MODE}/same", say_same, Right.RUN_MACHINE),
    Route("POST", f"/nearby/{_MODE}/differ", say_differ, Right.RUN_MACHINE),
    Route("POST", f"/nearby/{_MODE}/stop", stop, Right.RUN_MACHINE),
)

"""Operations by which two pods become neighbours: seen nearby, six words, invitations.

Spec: docs/protocol.md §10. What people do on /nearby and /neighbours/invite, each step by itself.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

from pydantic import Field

from node.discovery import Around
from node.federation import Joined, joined, prepare, take_in
from node.invitation import read_invitation
from node.pairing import Pairing
from node.pairing_said import MEANS
from node.shapes.names import Names
from node.shapes.nearby import PairingShape, SightShape, pairing_shape, sight_shape
from node.shapes.plain import Json
from node.shapes.pods import NeighbourDetail, neighbour_shape, standing_shape
from node.shapes.shape import Shape
from node.standing import standing_of
from node.web.api.operation import Call, Given, Operation, Turns, get, post
from node.web.pages.invitations import DAY_S, reached_at
from node.web.pages.nearby import doubts_of
from protocol.aid.house.rights import Right
from protocol.errors import UserError
from protocol.identity import pod_id_text, short_id
from protocol.introduction import read_address
from protocol.limits import MAX_ADDRESSES, MAX_INVITATION_CHARS

_STEWARDS: Final = Right.RUN_MACHINE
_MAX_ADDRESS: Final = 260


class NearbyShape(Shape):
    """Who is seen on this network. looking: whether the node looks at all.  trouble: why it sees
    nobody.  places: where it is reached.  pairing: the number of the last one that was begun.
    """

    looking: bool
    trouble: str | None
    places: tuple[str, ...]
    seen: tuple[SightShape, ...]
    pairing: int | None


class PairingGiven(Given):
    """With whom: the pod of a tag that is seen, whoever answers at an address, or anybody."""

    tag: Annotated[str, Field(max_length=8)] = ""
    address: Annotated[str, Field(max_length=_MAX_ADDRESS)] | None = None


class WordsSaid(Given):
    """attempt: that of the words that people compared."""

    attempt: Annotated[int, Field(ge=0, le=10**9)]


class InvitationGiven(Given):
    """days: so long it is good, of the node's running time."""

    days: Annotated[int, Field(ge=1, le=30)] = 7


class InvitationMade(Shape):
    """text: told now, for one other pod: who has it first becomes a neighbour."""

    text: str
    places: tuple[str, ...]
    valid_s: int


class TextGiven(Given):
    """text: an invitation of another pod, as it was passed on."""

    text: Annotated[str, Field(max_length=MAX_INVITATION_CHARS)]


class Accepting(TextGiven):
    """address: where the other pod is, if people know better than the invitation."""

    address: Annotated[str, Field(max_length=_MAX_ADDRESS)] | None = None


class InvitationShape(Shape):
    """Whose invitation it is. Nothing is used up by looking."""

    pod_id: str
    name: str
    addresses: tuple[str, ...]


# --- Nearby ---


async def _nearby(turns: Turns) -> Mapping[str, Json]:
    around = turns.machine.around()
    return await turns.do(lambda call: _seen(call, around))


def _seen(call: Call, around: Around) -> Mapping[str, Json]:
    pod, names = call.pod, Names(call.pod)
    known = {short_id(it): it for it in [*(it.pod_id for it in pod.neighbours.all()), pod.pod_id]}
    pairing = pod.pairing.look()
    return NearbyShape(
        looking=around.is_looking,
        trouble=around.trouble,
        places=around.places,
        seen=tuple(sight_shape(it, known.get(it.tag), names) for it in around.seen),
        pairing=pairing.mode if pairing else None,
    ).to_json()


# --- Six words ---


async def _begin(turns: Turns) -> Mapping[str, Json]:
    said, port = turns.said, turns.machine.config.sync_port
    addresses = [str(read_address(said.address, default_port=port))] if said.address else []

    def begin(call: Call) -> Mapping[str, Json]:
        looking = call.viewer.looking
        mode = call.pod.federation.begin(looking, tag=said.tag, addresses=addresses)
        return _told(call, mode)

    return await turns.do(begin)


def _told(call: Call, mode: int) -> Mapping[str, Json]:
    pairing = _of_number(call, mode)
    names = {it.pod_id: it.name.casefold() for it in call.pod.neighbours.all()}
    doubts, means = doubts_of(pairing, names), MEANS.get(pairing.code, "")
    return pairing_shape(pairing, means, doubts, is_secret=call.is_secret).to_json()


def _of_number(call: Call, mode: int) -> Pairing:
    pairing = call.pod.pairing.look()
    if pairing is None or pairing.mode != mode:
        raise UserError("not_found", "Somebody has begun anew since, here or at the machine.")
    return pairing


def _show_pairing(call: Call) -> Mapping[str, Json]:
    return _told(call, int(call.path["pairing"]))


def _saying(act: Callable[[Call, int], None]) -> Callable[[Call], Mapping[str, Json]]:
    def run(call: Call) -> Mapping[str, Json]:
        mode = int(call.path["pairing"])
        _of_number(call, mode)
        act(call, mode)
        return _told(call, mode)

    return run


def _agree(call: Call, mode: int) -> None:
    call.pod.federation.agree(call.viewer.looking, mode, call.said.attempt)


def _decline(call: Call, mode: int) -> None:
    call.pod.federation.decline(call.viewer.looking, mode, call.said.attempt)


def _stop(call: Call, mode: int) -> None:
    call.pod.federation.stop(call.viewer.looking, mode)


# --- Invitations ---


async def _invite(turns: Turns) -> Mapping[str, Json]:
    places, valid_s = reached_at(turns.machine), turns.said.days * DAY_S
    text = await turns.do(
        lambda call: call.pod.federation.invite(call.viewer.looking, places, valid_s)
    )
    return InvitationMade(text=text, places=places, valid_s=valid_s).to_json()


def _look_at(call: Call) -> Mapping[str, Json]:
    found = read_invitation(call.said.text)
    return InvitationShape(
        pod_id=pod_id_text(found.pod_id), name=found.name, addresses=found.addresses
    ).to_json()


async def _accept(turns: Turns) -> Mapping[str, Json]:
    said, places = turns.said, turns.machine.around().places[:MAX_ADDRESSES]
    also = [str(read_address(said.address))] if said.address else []
    joining = await turns.do(
        lambda call: prepare(call.pod, said.text, our_addresses=places, also=also)
    )
    async with joined(joining) as found:
        return await turns.do(lambda call: _take_in(call, found))


def _take_in(call: Call, found: Joined) -> Mapping[str, Json]:
    neighbour = take_in(call.pod, found)
    call.pod.federation.joined(call.viewer.looking, neighbour.pod_id)
    stands = standing_of(call.pod.keeper, neighbour.pod_id)
    return neighbour_shape(neighbour).to_json() | standing_shape(stands).to_json()


_ONE: Final = "/api/nearby/{pairing}"
OPERATIONS: Final[tuple[Operation, ...]] = (
    get(
        "/api/nearby",
        "Pods that are seen on this network, and where this one is.",
        _nearby,
        NearbyShape,
        may=_STEWARDS,
    ),
    post(
        "/api/nearby",
        "Begin to pair: with a pod that is seen, one at an address, or anybody.",
        _begin,
        PairingShape,
        takes=PairingGiven,
        may=_STEWARDS,
        status=201,
    ),
    get(
        _ONE,
        "How a pairing stands; six words once the other side is there.",
        _show_pairing,
        PairingShape,
        may=_STEWARDS,
    ),
    *(
        post(f"{_ONE}/{word}", summary, _saying(act), PairingShape, takes=takes, may=_STEWARDS)
        for word, summary, act, takes in (
            ("same", "Say that all six words are the same on the other screen.", _agree, WordsSaid),
            ("differ", "Say that they are not.", _decline, WordsSaid),
            ("stop", "Turn pairing mode off; a yes that was said stands.", _stop, None),
        )
    ),
    post(
        "/api/neighbours/invite",
        "Make an invitation for one other pod, told once.",
        _invite,
        InvitationMade,
        takes=InvitationGiven,
        may=_STEWARDS,
        status=201,
    ),
    post(
        "/api/neighbours/look",
        "Say whose an invitation is; nothing is used up.",
        _look_at,
        InvitationShape,
        takes=TextGiven,
        may=_STEWARDS,
    ),
    post(
        "/api/neighbours/accept",
        "Take the invitation of another pod, and become its neighbour.",
        _accept,
        NeighbourDetail,
        takes=Accepting,
        may=_STEWARDS,
        status=201,
    ),
)

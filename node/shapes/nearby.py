"""Pods that are seen on the LAN, and the pairing that is under way, as JSON."""

from typing import Annotated, Final

from pydantic import Field

from node.discovery import Seen
from node.pairing import Pairing, State, spoken
from node.shapes.names import THIS_POD, Names
from node.shapes.shape import Shape
from protocol.identity import PodId, pod_id_text, short_id

NEIGHBOUR: Final = "neighbour"
UNKNOWN: Final = "unknown"


class SightShape(Shape):
    """A pod that is seen. tag: how its id begins.  is: what it seems to be, `unknown` for none
    that we know; only a session proves it.
    """

    tag: str
    is_: Annotated[str, Field(serialization_alias="is")]
    name: str | None
    pod_id: str | None
    addresses: tuple[str, ...]


def sight_shape(seen: Seen, known: PodId | None, names: Names) -> SightShape:
    """Return a pod that is seen. known: whose tag it shows, if it is a neighbour's or ours."""
    name = names.of(known) if known else None
    return SightShape(
        tag=seen.tag,
        is_=UNKNOWN if name is None else THIS_POD if name == THIS_POD else NEIGHBOUR,
        name=name,
        pod_id=pod_id_text(known) if known else None,
        addresses=tuple(seen.addresses),
    )


class PairingShape(Shape):
    """A pairing. pairing: its number.  code, means: what happened last, empty for nothing.

    attempt: which one the words are of.  words: the six, while people compare them.  name, tag:
    what the other pod calls itself, and how its id begins.  doubts: what one should mind.
    secret: it came by HTTPS; else who tampers with the Wi-Fi could show other words.
    """

    pairing: int
    state: State
    code: str
    means: str
    failures: int
    attempt: int
    words: tuple[str, ...]
    name: str
    tag: str | None
    doubts: tuple[str, ...]
    secret: bool


def pairing_shape(
    it: Pairing, means: str, doubts: tuple[str, ...], *, is_secret: bool
) -> PairingShape:
    """Return how a pairing stands."""
    is_comparing = it.state is State.COMPARING
    return PairingShape(
        pairing=it.mode,
        state=it.state,
        code=it.code,
        means=means,
        failures=it.failures,
        attempt=it.attempt,
        words=tuple(spoken(it.words)) if is_comparing else (),
        name=it.name,
        tag=short_id(it.pod_id) if it.pod_id else None,
        doubts=doubts,
        secret=is_secret,
    )

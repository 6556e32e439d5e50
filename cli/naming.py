"""Neighbours, as commands show them; what they are called says node/shapes/names.py."""

from cli import words
from node.pod import Pod
from node.shapes.plain import Json
from protocol.aid.audience import Audience
from protocol.identity import pod_id_text
from store.aid import BoardQuery
from store.peers import Neighbour


def data(found: Neighbour) -> dict[str, Json]:
    """Return a neighbour for programs. docs/commands.md lists the keys."""
    addresses: list[Json] = [*found.addresses]
    return {
        "name": found.name,
        "pod_id": pod_id_text(found.pod_id),
        "since_ms": found.since_ms,
        "addresses": addresses,
        "last_contact_ms": found.last_contact_ms,
        "near_allowed": found.near_allowed,
        "seen_by_steward": found.seen_by_steward,
    }


def what_they_see(pod: Pod) -> str:
    """Return what the people of another pod will see once it is a neighbour."""
    near = pod.listings.count(BoardQuery(author=pod.pod_id, audience=Audience.NEAR))
    return (
        f"Its people will see what this pod shares with neighbouring pods "
        f"({words.counted(near, 'open listing')} now)."
    )


def heard(found: Neighbour, now_s: float) -> str:
    """Return when a neighbour was last heard from, as people say it."""
    if found.last_contact_ms is None:
        return "never"
    return words.ago(found.last_contact_ms / 1000, now_s)

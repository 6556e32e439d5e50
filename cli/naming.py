"""Neighbours, as commands show them; what they are called says node/shapes/names.py."""

from cli import words
from node.pod import Pod
from protocol.aid.audience import Audience
from store.aid import BoardQuery
from store.peers import Neighbour


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

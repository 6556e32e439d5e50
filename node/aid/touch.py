"""`pod.touch`: is this pod alone just now, who was heard last, and what waits to be sent.

Spec: docs/pages.md §7. Each page says it, so it is worked out only when something was written.
"""

from typing import NamedTuple

from node.keeper import Keeper
from protocol.aid.pod_card import PodCard
from store import mail, touch
from store.peers import Neighbour
from store.touch import Holds


class Touch(NamedTuple):
    """How this pod stands with its neighbours now.

    neighbours, present: how many there are, and with how many a session is open.  last: of those
    that were heard, the one heard last.  changes: of what this pod shares, how many no neighbour
    is known to hold.  letters: how many of ours no neighbour has taken.
    """

    neighbours: int
    present: int
    last: Neighbour | None
    changes: int
    letters: int

    @property
    def is_alone(self) -> bool:
        """Tell whether there are neighbours and none of them is there."""
        return bool(self.neighbours) and not self.present

    @property
    def waiting(self) -> int:
        """How many things wait to go out, letters among them."""
        return self.changes + self.letters

    @property
    def heard_s(self) -> int:
        """When a neighbour was heard last, Unix time; 0 for never."""
        return (self.last.last_contact_ms or 0) // 1000 if self.last else 0


class OneOf(NamedTuple):
    """One neighbour. changes: how many of ours that are for it it is not known to hold."""

    is_present: bool
    changes: int


class InTouch:
    """What is known of a pod's neighbours at this moment, by its tables."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._found: tuple[tuple[int, int], Touch] | None = None

    def now(self) -> Touch:
        """Return how this pod stands with its neighbours."""
        store = self._keeper.store
        version = store.data_version(), store.connection.total_changes
        if self._found is None or self._found[0] != version:
            self._found = version, self._look()
        return self._found[1]

    def of(self, neighbour: Neighbour) -> OneOf:
        """Return how it stands with one neighbour."""
        connection = self._keeper.store.connection
        held = touch.holds(connection).get(neighbour.pod_id, Holds())
        count = self._not_held(held, near=neighbour.near_allowed)
        return OneOf(neighbour.pod_id in touch.present(connection), count)

    def _look(self) -> Touch:
        keeper, connection = self._keeper, self._keeper.store.connection
        neighbours = keeper.roster.neighbours()
        heard = [it for it in neighbours if it.last_contact_ms is not None]
        here = {it.pod_id for it in neighbours}
        held = [it for pod_id, it in touch.holds(connection).items() if pod_id in here]
        most = Holds(
            max((it.near for it in held), default=0), max((it.network for it in held), default=0)
        )
        return Touch(
            neighbours=len(neighbours),
            present=len(touch.present(connection)),
            last=max(heard, key=lambda it: it.last_contact_ms or 0, default=None),
            changes=self._not_held(most, near=any(it.near_allowed for it in neighbours)),
            letters=sum(not it.copies for it in mail.letters_out(connection)),
        )

    def _not_held(self, held: Holds, *, near: bool) -> int:
        """Return how many of our records came after what is held. near: those count too.

        The pod card is left out: the node signs it by itself, and nobody waits for it.
        """
        keeper = self._keeper
        connection, us = keeper.store.connection, keeper.pod_id
        return touch.not_held(connection, us, held, near=near, but=PodCard.CODE)

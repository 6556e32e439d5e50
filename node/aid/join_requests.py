"""`pod.join_requests`: strangers ask to join, stewards answer. Pages: docs/house.md §1.5.

Anybody on the Wi-Fi may write here, so it is little, it is bounded, and it is forgotten. Whoever
serves it to strangers also slows down those who write much (node/web).
"""

from node.aid.invites import Invites, Made
from node.keeper import Keeper
from protocol.aid.form import fill
from protocol.aid.house.join_request import JoinRequest
from protocol.aid.house.limits import JOIN_REQUESTS_KEPT_S, MAX_JOIN_REQUESTS
from protocol.aid.house.rights import Right, Viewer, require
from protocol.clock import ClockState
from protocol.errors import UserError
from store.house import join_requests


class JoinRequests:
    """Who asks to join this pod."""

    def __init__(self, keeper: Keeper, invites: Invites) -> None:
        self._keeper, self._store = keeper, keeper.store
        self._invites = invites

    @property
    def is_open(self) -> bool:
        """Whether there is room for one more."""
        return len(join_requests.waiting(self._store.connection)) < MAX_JOIN_REQUESTS

    def ask(self, viewer: Viewer, *, name: str, contact: str, words: str = "") -> None:
        """Leave a request. Raises UserError (invalid, over_quota, not_allowed)."""
        require(viewer, Right.ASK_TO_JOIN)
        now_s = self._keeper.now().wall_ms // 1000
        request = fill(JoinRequest, {"name": name, "contact": contact, "words": words})
        with self._store.atomic(now_s * 1000) as tx:
            if not self.is_open:
                raise UserError(
                    "over_quota",
                    "As many people have asked as this pod can answer at a time.",
                    "Ask a neighbour who is a member, or knock where the flyer says.",
                )
            join_requests.add(tx, request.model_copy(update={"asked_s": now_s}))

    def waiting(self, viewer: Viewer) -> list[JoinRequest]:
        """Return who waits for an answer, the first first. Raises UserError (not_allowed)."""
        require(viewer, Right.ADD_MEMBER)
        return join_requests.waiting(self._store.connection)

    def accept(self, viewer: Viewer, number: int) -> tuple[JoinRequest, Made]:
        """Make an invite for one person and forget the request; return both, to be handed over.

        Raises UserError (not_found, over_quota, not_allowed).
        """
        asked = self._find(viewer, number)
        made = self._invites.make(viewer)
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            join_requests.delete(tx, number)
        return asked, made

    def decline(self, viewer: Viewer, number: int) -> JoinRequest:
        """Forget a request; return what it said. Raises UserError (not_found, not_allowed)."""
        asked = self._find(viewer, number)
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            join_requests.delete(tx, number)
        return asked

    def tidy(self) -> None:
        """Forget what nobody answered; by a synced clock alone."""
        now = self._keeper.now()
        if now.state is ClockState.SYNCED:
            with self._store.atomic(now.wall_ms) as tx:
                join_requests.forget_old(tx, now.wall_ms // 1000 - JOIN_REQUESTS_KEPT_S)

    def _find(self, viewer: Viewer, number: int) -> JoinRequest:
        found = next((it for it in self.waiting(viewer) if it.number == number), None)
        if found is None:
            raise UserError(
                "not_found",
                "Nobody asks to join under the number {number} (any more).",
                "See: pod invite requests",
                number=str(number),
            )
        return found

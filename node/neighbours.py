"""The pods around this one: neighbours, how they become neighbours, and authors farther away.

Spec: docs/protocol.md §10 for invitations (R16), §1 for the rules. Everything is
saved when a call returns. For one thread.
"""

from collections.abc import Sequence
from hashlib import sha256

from node.invitation import Invitation, invitation_text
from node.keeper import Keeper
from node.pod_name import checked_name
from node.references import MIN_DIGITS
from node.standing import Leaving, leaving_with
from protocol.errors import UserError
from protocol.handshake import TOKEN_BYTES
from protocol.identity import TAG_INVITATION, Certificate, PodId, pod_id_text
from protocol.limits import MAX_NEIGHBOURS
from store import conduct, invitations, mail, meta, notices, peers, records
from store.invitations import Outcome
from store.peers import Author, Neighbour

__all__ = ["Author", "Authors", "Neighbour", "Neighbours"]


class Neighbours:
    """The pods that this one is federated with, and the invitations to become one."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper

    def all(self) -> list[Neighbour]:
        """Return the pods that we are federated with, the oldest first."""
        return self.keeper.roster.neighbours()

    def find(self, said: str) -> Neighbour:
        """Return the neighbour that a name, a pod id or the beginning of one stands for.

        Raises UserError (not_found, ambiguous).
        """
        wanted = said.strip().casefold()
        found = [
            neighbour
            for neighbour in self.all()
            if wanted in (neighbour.name.casefold(), neighbour.own_name.casefold())
            or _begins(neighbour.pod_id, wanted)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise UserError(
                "ambiguous", "'{said}' fits more than one neighbour.", "Give its pod id.", said=said
            )
        raise UserError(
            "not_found",
            "'{said}' is no neighbour of this pod.",
            "See: pod neighbor list",
            said=said,
        )

    def add(
        self, certificate: Certificate, name: str, addresses: Sequence[str], *, seen: bool
    ) -> None:
        """Federate with a pod that proved certificate. seen: our steward knows who it is.

        Until then only network records are exchanged (R16). Raises UserError (invalid) for our
        own pod, and for one more than MAX_NEIGHBOURS.
        """
        now = self.keeper.now()
        self._check_new(certificate.pod_id)
        self.keeper.roster.add_neighbour(certificate, name, addresses, now, near_allowed=seen)

    def add_known(self, pod_id: PodId, addresses: Sequence[str]) -> None:
        """Take up a federation that the other side still keeps: after a recovery from words.

        Its certificate comes with the first connection. Raises UserError as add.
        """
        self._check_new(pod_id)
        self.keeper.roster.add_known_neighbour(pod_id, addresses, self.keeper.now())

    def note_seen(self, *pod_ids: PodId) -> None:
        """Note that a steward has seen the names of these neighbours, or of all (R16)."""
        seen = pod_ids or [it.pod_id for it in self.all() if not it.near_allowed]
        if seen:
            with self.keeper.store.atomic(self.keeper.now().wall_ms) as tx:
                peers.note_seen(tx, seen)

    def remove(self, pod_id: PodId, *, purge: bool = False) -> Leaving:
        """End the federation: what it shared with its neighbours alone is deleted here (R9).

        purge: also what no other neighbour tells of, at once. Returns what was here through it.
        """
        keeper, leaving = self.keeper, leaving_with(self.keeper, pod_id)
        with keeper.store.atomic(keeper.now().wall_ms) as tx:
            for author in leaving.behind_pods if purge else ():
                records.drop_author(tx, author)
        keeper.roster.remove_neighbour(pod_id, keeper.now())
        return leaving

    def call(self, pod_id: PodId, name: str) -> None:
        """Call a neighbour so, here alone; empty: as it calls itself. Raises UserError."""
        called = checked_name(name) if name.strip() else None
        with self.keeper.store.atomic(self.keeper.now().wall_ms) as tx:
            peers.set_called(tx, pod_id, called)

    def forgive(self, pod_id: PodId) -> None:
        """Forget a neighbour's faults: it is met again at once."""
        with self.keeper.store.atomic(self.keeper.now().wall_ms) as tx:
            conduct.forget_faults(tx, pod_id)

    # --- Invitations ---

    def invite(self, addresses: Sequence[str], valid_s: int) -> str:
        """Return an invitation's text, good for one pod and valid_s of running time.

        addresses: at most MAX_ADDRESSES, where this pod is reached.
        """
        name = meta.get(self.keeper.store.connection, meta.NAME) or ""
        token = self.make_invitation(valid_s)
        return invitation_text(
            Invitation(
                pod_id=self.keeper.pod_id, token=token, addresses=tuple(addresses), name=name
            )
        )

    def make_invitation(self, valid_s: int) -> bytes:
        """Return a fresh one-time token, good for valid_s of this node's running time (R16)."""
        token = self.keeper.random_bytes(TOKEN_BYTES)
        ends_ms = self._running_ms + valid_s * 1000
        with self.keeper.store.atomic(self.keeper.now().wall_ms) as tx:
            invitations.add_invitation(tx, _token_hash(token), expires_running_ms=ends_ms)
        return token

    def use_invitation(
        self, token: bytes, certificate: Certificate, name: str, addresses: Sequence[str]
    ) -> Outcome:
        """Federate with the pod that came with token, if it may (R16).

        certificate: proved on the channel that brought the token. OK and AGAIN federate.
        Raises UserError (invalid, over_quota) as add.
        """
        self._check_new(certificate.pod_id)
        now = self.keeper.now()
        known = {neighbour.pod_id: neighbour for neighbour in self.all()}
        old = known.get(certificate.pod_id)
        with self.keeper.store.atomic(now.wall_ms) as tx:
            outcome = invitations.use_invitation(
                tx, _token_hash(token), certificate.pod_id, running_ms=self._running_ms
            )
            if outcome in (Outcome.OK, Outcome.AGAIN):
                seen = old is not None and old.near_allowed
                self.keeper.roster.add_in(tx, certificate, name, addresses, near_allowed=seen)
            elif outcome is Outcome.USED_BY_OTHER:
                notices.note(tx, "invitation_used", certificate.pod_id)
        if outcome in (Outcome.OK, Outcome.AGAIN):
            self.keeper.roster.note_added(certificate)
        return outcome

    @property
    def _running_ms(self) -> int:
        return meta.get(self.keeper.store.connection, meta.RUNNING_MS) or 0

    def _check_new(self, pod_id: PodId) -> None:
        if pod_id == self.keeper.pod_id:
            raise UserError(
                "invalid",
                "That invitation is from this very pod.",
                "Give it to the people of another pod.",
            )
        known = {neighbour.pod_id for neighbour in self.all()}
        if pod_id not in known and len(known) >= MAX_NEIGHBOURS:
            raise UserError(
                "over_quota",
                "A pod can have {most} neighbours; this one has as many.",
                "Pods farther away are reached through them.",
                most=MAX_NEIGHBOURS,
            )


class Authors:
    """All other pods of which something is known here, neighbours or not."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper

    def all(self) -> list[Author]:
        """Return all other pods of which something is known here."""
        known = peers.authors(self.keeper.store.connection)
        return [author for author in known if author.pod_id != self.keeper.pod_id]

    def find(self, said: str) -> PodId:
        """Return the pod that a neighbour's name, a pod id or the beginning of one stands for.

        Raises UserError (not_found, ambiguous).
        """
        wanted = said.strip().casefold()
        names = {n.pod_id for n in self.keeper.roster.neighbours() if n.name.casefold() == wanted}
        ids = {it.pod_id for it in self.all() if _begins(it.pod_id, wanted)}
        found = names | ids
        if len(found) == 1:
            return found.pop()
        if found:
            raise UserError(
                "ambiguous", "'{said}' fits more than one pod.", "Give its pod id.", said=said
            )
        raise UserError(
            "not_found",
            "No pod '{said}' is known here.",
            "See the column From: pod board",
            said=said,
        )

    def hide(self, author: PodId, *, hidden: bool) -> None:
        """Show what a pod writes on our board, or no longer; it is carried all the same."""
        with self.keeper.store.atomic(self.keeper.now().wall_ms) as tx:
            peers.set_hidden(tx, author, hidden=hidden)

    def block(self, author: PodId, *, blocked: bool) -> None:
        """Carry a pod's records no longer, and delete what is here; or carry them again (R2).

        Neighbours are told that it is not carried, never why.
        """
        with self.keeper.store.atomic(self.keeper.now().wall_ms) as tx:
            peers.set_carried(tx, author, carried=not blocked, why="block")
            if blocked:
                records.drop_author(tx, author)
            else:
                mail.forget_refused(tx)
        self.keeper.roster.load_authors()


def _begins(pod_id: PodId, wanted: str) -> bool:
    """Tell whether wanted is enough of the text of a pod id to name it."""
    return len(wanted) >= MIN_DIGITS and pod_id_text(pod_id).startswith(wanted)


def _token_hash(token: bytes) -> bytes:
    return sha256(TAG_INVITATION + token).digest()

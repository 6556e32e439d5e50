"""Pairing two pods by six words: what people want and said, kept where the node finds it.

Spec: docs/protocol.md §10.4 (R11). For one thread, like Pod: a command begins, agrees, declines
and ends; the running node shows, fails and settles (node/introductions.py has its sockets). Each
is one act. Before our people agreed there is nothing to undo, whoever stops when; afterwards
their yes stands, and the two become neighbours as soon as each has proof of the other's.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from node.keeper import Keeper
from protocol.clock import Now
from protocol.errors import UserError
from protocol.handshake import Refused
from protocol.identity import Certificate, PodId, short_id
from protocol.limits import AGREED_S, MAX_NEIGHBOURS, PAIRING_FAILURES
from protocol.pairing import Introduction, Words
from store import Tx, meta, notices
from store.pairing import Pairing, State, current, put
from store.peers import Neighbour, neighbours

__all__ = ["Pairing", "PairingMode", "State", "View", "is_same", "spoken"]

log = logging.getLogger(__name__)

_MODE_BYTES: Final = 6


class View(NamedTuple):
    """What the node looks at. pairing: None if there is none.

    known: tags of our neighbours, while pairing mode is on.
    """

    pairing: Pairing | None
    known: frozenset[str]


class PairingMode:
    """The one pairing that is under way, or none."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    # --- For people ---

    def begin(self, *, tag: str = "", addresses: Sequence[str] = ()) -> int:
        """Turn pairing mode on; return its number. One that was on, or pending, ends.

        tag, addresses: as in Pairing. Raises UserError (over_quota) if no neighbour more fits.
        """
        known = {short_id(it.pod_id) for it in self._neighbours()}
        if len(known) >= MAX_NEIGHBOURS and tag not in known:
            raise UserError(
                "over_quota",
                "A pod can have {most} neighbours; this one has as many.",
                "Pods farther away are reached through them.",
                most=MAX_NEIGHBOURS,
            )
        mode = int.from_bytes(self._keeper.random_bytes(_MODE_BYTES), "big")
        with self._keeper.store.atomic(self._keeper.now().wall_ms) as tx:
            put(tx, Pairing(mode=mode, tag=tag, addresses=tuple(addresses)))
        return mode

    def look(self) -> Pairing | None:
        return current(self._keeper.store.connection)

    def agree(self, mode: int, attempt: int) -> bool:
        """Note that our people found the words of this attempt alike; False if it is over."""
        until_ms = self._running_ms() + AGREED_S * 1000

        def agreed(it: Pairing) -> Pairing | None:
            if it.state is not State.COMPARING or it.attempt != attempt:
                return None
            return replace(it, state=State.AGREED, code="", agreed_until_ms=until_ms)

        return self._change(mode, agreed)

    def decline(self, mode: int, attempt: int) -> bool:
        """Note that our people did not; False if the attempt is over."""

        def declined(it: Pairing) -> Pairing | None:
            is_it = it.state is State.COMPARING and it.attempt == attempt
            return replace(it, state=State.DECLINED) if is_it else None

        return self._change(mode, declined)

    def end(self, mode: int, code: str = "stopping") -> bool:
        """Turn pairing mode off. What our people agreed to stands."""
        return self._change(
            mode, lambda it: replace(it, state=State.ENDED, code=code) if it.is_on else None
        )

    # --- For the node ---

    def view(self) -> View:
        pairing = self.look()
        known = self._neighbours() if pairing is not None and pairing.is_on else ()
        return View(pairing, frozenset(short_id(it.pod_id) for it in known))

    def wake(self) -> None:
        """End what an earlier run of the node left on: its connection is gone."""
        if (pairing := self.look()) is not None:
            self.end(pairing.mode)
            self._change(pairing.mode, lambda it: _lost(it, "silent"))

    def admits(self, caller: Certificate) -> int | Refused:
        """Return the number of the mode in which a caller may pair, or why it may not."""
        pairing, pod_id = self.look(), caller.pod_id
        if pod_id == self._keeper.pod_id:
            return Refused("wrong_pod")
        if (known := self._greater(caller)) is not None:
            return Refused("epoch_superseded", known.wire)
        if pairing is None or pairing.state is not State.OPEN:
            return Refused("not_pairing")
        if pairing.tag not in ("", short_id(pod_id)):
            return Refused("not_pairing")
        if not self._has_room(pod_id):
            return Refused("too_many")
        return pairing.mode

    def suits(self, answerer: Certificate, tag: str) -> str:
        """Return "" if the pod that answered our call may pair, or a code that says why not."""
        if answerer.pod_id == self._keeper.pod_id or tag not in ("", short_id(answerer.pod_id)):
            return "wrong_pod"
        return "epoch_superseded" if self._greater(answerer) is not None else ""

    def show(self, mode: int, peer: Certificate, theirs: Introduction, words: Words) -> int | None:
        """Put an attempt's words before our people; return its number, None if it is too late."""

        def shown(it: Pairing) -> Pairing | None:
            if it.state is not State.OPEN:
                return None
            return replace(
                it,
                state=State.COMPARING,
                # Why the last one failed, as in note.
                code=it.code if it.failures else "",
                attempt=it.attempt + 1,
                pod_id=peer.pod_id,
                name=theirs.name,
                where=theirs.addresses,
                words=words,
            )

        if not self._change(mode, shown):
            return None
        pairing = self.look()
        return pairing.attempt if pairing else None

    def note(self, mode: int, code: str) -> None:
        """Note what a call that did not come to an attempt ended with.

        After an attempt that failed its reason stays: whoever looks now and then has not seen it.
        """

        def noted(it: Pairing) -> Pairing | None:
            is_news = it.state is State.OPEN and not it.failures and it.code != code
            return replace(it, code=code) if is_news else None

        self._change(mode, noted)

    def fail(self, mode: int, code: str) -> None:
        """Note that an attempt failed. The third ends pairing mode (R11).

        Lost after our people agreed and before the other side was heard, it is not failed yet:
        the other side may have our yes, and come as a neighbour.
        """

        def failed(it: Pairing) -> Pairing | None:
            # Who says one of these had not agreed, and will not.
            if it.state is State.AGREED and code not in ("words_differ", "stopping"):
                return _lost(it, code)
            if it.state not in (State.OPEN, State.COMPARING, State.AGREED, State.DECLINED):
                return None
            failures = it.failures + 1
            is_over = failures >= PAIRING_FAILURES
            state = State.ENDED if is_over else State.OPEN
            return replace(it, state=state, code=code, failures=failures)

        self._change(mode, failed)
        log.info("pairing_failed code=%s", code)

    def settle(self, peer: Certificate, now: Now) -> bool:
        """Make peer a neighbour if our people agreed to it; both have seen the other's name.

        peer: proved on a channel on which its node said that its people agreed, or came, or
        answered, as a neighbour.
        """
        pairing = self._agreed()
        if pairing is None or pairing.pod_id != peer.pod_id or self._greater(peer) is not None:
            return False
        roster = self._keeper.roster
        with self._keeper.store.atomic(now.wall_ms) as tx:
            if current(tx.connection) != pairing:
                return False
            before = [it.addresses for it in neighbours(tx.connection) if it.pod_id == peer.pod_id]
            known = (*pairing.where, *(before[0] if before else ()))
            roster.add_in(tx, peer, pairing.name, known, near_allowed=True)
            put(tx, replace(pairing, state=State.PAIRED, code=""))
            if pairing.code:  # nobody looks at that screen any more
                notices.note(tx, "paired_late", peer.pod_id)
        roster.note_added(peer)
        log.info("paired peer=%s", short_id(peer.pod_id))
        return True

    def pending(self) -> tuple[PodId, tuple[str, ...]] | None:
        """Return the pod that our people agreed to and that has been lost since, and where it is.

        It may have our yes: it is dialled as a neighbour is, and welcome as one (settle).
        """
        pairing = self._agreed()
        if pairing is None or pairing.pod_id is None or not pairing.code:
            return None
        return pairing.pod_id, pairing.where

    # --- Within ---

    def _change(self, mode: int, step: Callable[[Pairing], Pairing | None]) -> bool:
        """Take a step from the pairing as it stands in the act that writes it; False if none."""
        with self._keeper.store.atomic(self._keeper.now().wall_ms) as tx:
            return _step(tx, mode, step)

    def _agreed(self) -> Pairing | None:
        pairing = self.look()
        if pairing is None or pairing.state is not State.AGREED:
            return None
        return pairing if self._running_ms() < pairing.agreed_until_ms else None

    def _greater(self, certificate: Certificate) -> Certificate | None:
        """Return the certificate known of this pod if it is greater (R3)."""
        known = self._keeper.directory.certificates.get(certificate.pod_id)
        return known if known is not None and known.rank > certificate.rank else None

    def _has_room(self, pod_id: PodId) -> bool:
        known = {it.pod_id for it in self._neighbours()}
        return pod_id in known or len(known) < MAX_NEIGHBOURS

    def _neighbours(self) -> Collection[Neighbour]:
        return self._keeper.roster.neighbours()

    def _running_ms(self) -> int:
        return meta.get(self._keeper.store.connection, meta.RUNNING_MS) or 0


def _lost(it: Pairing, code: str) -> Pairing | None:
    return replace(it, code=code) if it.state is State.AGREED else None


def _step(tx: Tx, mode: int, step: Callable[[Pairing], Pairing | None]) -> bool:
    pairing = current(tx.connection)
    after = step(pairing) if pairing is not None and pairing.mode == mode else None
    if after is None:
        return False
    put(tx, after)
    return True


@cache
def _list() -> tuple[str, ...]:
    # Here, not above: 20 ms that other commands need not wait for.
    from mnemonic import Mnemonic

    return tuple(Mnemonic("english").wordlist)


def spoken(words: Words) -> tuple[str, ...]:
    """Return the words as people say them: of the English list of BIP 39."""
    return tuple([_list()[place] for place in words])


def is_same(said: str, words: Words) -> bool:
    """Tell whether what people typed is these words, whatever the case and what is between."""
    letters = "".join(it if it.isalpha() else " " for it in said.lower())
    return tuple(letters.split()) == spoken(words)

"""`pod.federation`: which pods this one keeps company with, as its stewards decide it.

The deeds are those of node/pairing.py and node/neighbours.py. Here is who may do them, and that
every member reads of them in the steward log: they decide whom the pod's things go to.
"""

import re
from collections.abc import Sequence
from typing import Final

from node.aid.steward_log import StewardLog
from node.keeper import Keeper
from node.neighbours import Authors, Neighbours
from node.pairing import PairingMode
from node.standing import Leaving
from protocol.aid.house.rights import Right, Viewer, require
from protocol.errors import UserError
from protocol.identity import PodId, short_id

_TAG: Final = re.compile(r"[a-z2-7]{8}")


class Federation:
    """What stewards do about other pods. Each raises UserError (not_allowed) for others."""

    def __init__(
        self,
        keeper: Keeper,
        pairing: PairingMode,
        neighbours: Neighbours,
        authors: Authors,
        log: StewardLog,
    ) -> None:
        self._keeper = keeper
        self._pairing = pairing
        self._neighbours = neighbours
        self._authors = authors
        self._log = log

    # --- Pairing by six words ---

    def begin(self, viewer: Viewer, *, tag: str = "", addresses: Sequence[str] = ()) -> int:
        """Turn pairing mode on; return its number. Errors and arguments as PairingMode.begin."""
        require(viewer, Right.RUN_MACHINE)
        if tag and not _TAG.fullmatch(tag):
            raise UserError("invalid", "That is not the beginning of a pod's id.", "Look again.")
        return self._pairing.begin(tag=tag, addresses=addresses)

    def agree(self, viewer: Viewer, mode: int, attempt: int) -> None:
        """Say that the words are alike. Raises UserError (silent) if the attempt is over."""
        require(viewer, Right.RUN_MACHINE)
        pairing = self._pairing.look()
        if not self._pairing.agree(mode, attempt):
            raise UserError(
                "silent",
                "That attempt was over before you answered. Nothing was changed.",
                "Once more, on both machines: pod neighbor pair",
                on_page="Begin once more, on both sides.",
            )
        if pairing is not None:
            self._note(viewer, "words_compared", pairing.name)

    def decline(self, viewer: Viewer, mode: int, attempt: int) -> None:
        """Say that the words are not alike; an attempt that is over stays so."""
        require(viewer, Right.RUN_MACHINE)
        self._pairing.decline(mode, attempt)

    def stop(self, viewer: Viewer, mode: int) -> None:
        """Turn pairing mode off; what our people agreed to stands."""
        require(viewer, Right.RUN_MACHINE)
        self._pairing.end(mode)

    # --- Neighbours ---

    def invite(self, viewer: Viewer, addresses: Sequence[str], valid_s: int) -> str:
        """Return the text of an invitation for one other pod; see Neighbours.invite."""
        require(viewer, Right.RUN_MACHINE)
        text = self._neighbours.invite(addresses, valid_s)
        with self._keeper.store.atomic(self._keeper.now().wall_ms) as tx:
            self._log.note_in(tx, viewer, "pod_invited")
        return text

    def joined(self, viewer: Viewer, pod_id: PodId) -> None:
        """Note that the invitation of this pod was taken."""
        require(viewer, Right.RUN_MACHINE)
        self._note(viewer, "pod_joined", self._name_of(pod_id))

    def welcome(self, viewer: Viewer, pod_id: PodId) -> None:
        """Let a neighbour have what is for neighbouring pods: people know who it is (R16)."""
        require(viewer, Right.RUN_MACHINE)
        self._neighbours.note_seen(pod_id)
        self._note(viewer, "pod_welcomed", self._name_of(pod_id))

    def call(self, viewer: Viewer, pod_id: PodId, name: str) -> None:
        """Call a neighbour so, in this pod alone; empty: as it calls itself. Raises UserError."""
        require(viewer, Right.RUN_MACHINE)
        self._neighbours.call(pod_id, name)
        self._note(viewer, "pod_called", self._name_of(pod_id))

    def forgive(self, viewer: Viewer, pod_id: PodId) -> None:
        """Meet a neighbour again at once that broke the protocol."""
        require(viewer, Right.RUN_MACHINE)
        self._neighbours.forgive(pod_id)

    def end(self, viewer: Viewer, pod_id: PodId, *, purge: bool = False) -> Leaving:
        """End a federation; see Neighbours.remove."""
        require(viewer, Right.RUN_MACHINE)
        name = self._name_of(pod_id)
        left = self._neighbours.remove(pod_id, purge=purge)
        self._note(viewer, "federation_ended", name)
        return left

    # --- All other pods ---

    def hide(self, viewer: Viewer, pod_id: PodId, *, hidden: bool) -> None:
        """Show what a pod writes on our board, or no longer; it is carried all the same."""
        require(viewer, Right.RUN_MACHINE)
        self._authors.hide(pod_id, hidden=hidden)
        self._note(viewer, "pod_hidden" if hidden else "pod_shown", self._name_of(pod_id))

    def block(self, viewer: Viewer, pod_id: PodId, *, blocked: bool) -> None:
        """Carry what a pod shares no longer, and delete what is here; or carry it again."""
        require(viewer, Right.RUN_MACHINE)
        self._authors.block(pod_id, blocked=blocked)
        self._note(viewer, "pod_blocked" if blocked else "pod_carried", self._name_of(pod_id))

    # --- Within ---

    def _name_of(self, pod_id: PodId) -> str:
        known = {it.pod_id: it.name for it in self._neighbours.all()}
        return known.get(pod_id) or f"pod {short_id(pod_id)}"

    def _note(self, viewer: Viewer, what: str, name: str) -> None:
        with self._keeper.store.atomic(self._keeper.now().wall_ms) as tx:
            self._log.note_in(tx, viewer, what, note=name)

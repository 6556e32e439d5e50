"""`pod.agreements`: what the pod has agreed on, and the rules by which it works.

Pages: docs/house.md §3. Any member writes an agreement down; the rules are set by a steward, as
the pod has agreed, where all can read of it.
"""

from collections.abc import Mapping

from node.aid.decisions import one_named
from node.aid.steward_log import StewardLog
from node.keeper import Keeper
from protocol.aid.form import fill
from protocol.aid.house.limits import MAX_AGREEMENTS, REVIEW_S
from protocol.aid.house.proposal import Agreement, PodRules, State
from protocol.aid.house.rights import MEMBER_ID_BYTES, Right, Viewer, require
from protocol.errors import UserError
from protocol.saying import N_
from store import Tx
from store.house import decisions


class Agreements:
    """The agreements and the rules of one pod."""

    def __init__(self, keeper: Keeper, log: StewardLog) -> None:
        self._keeper, self._store, self._log = keeper, keeper.store, log

    def all(self, viewer: Viewer) -> list[Agreement]:
        """Return all, those to be looked at first first."""
        require(viewer, Right.SEE_POD)
        return decisions.agreements(self._store.connection)

    def find(self, viewer: Viewer, reference: str) -> Agreement:
        """Return the agreement whose id begins so. Raises UserError (not_found, ambiguous)."""
        return one_named(self.all(viewer), reference, N_("agreement"))

    def write(
        self,
        viewer: Viewer,
        title: str,
        text: str,
        *,
        review_in_s: int = REVIEW_S,
        proposal: bytes | None = None,
    ) -> Agreement:
        """Write down what the pod agreed on. proposal: from which it came, if from one.

        Raises UserError (invalid, conflict, over_quota, not_allowed).
        """
        require(viewer, Right.EDIT_AGREEMENTS)
        agreement = self._filled(title, text, review_in_s, proposal)
        with self._store.atomic(self._now_s * 1000) as tx:
            if proposal is not None:
                self._check_agreed(tx, proposal)
            self._make_room(tx)
            decisions.put_agreement(tx, agreement)
        return agreement

    def revise(
        self,
        viewer: Viewer,
        id_: bytes,
        *,
        title: str | None = None,
        text: str | None = None,
        review_in_s: int = REVIEW_S,
    ) -> Agreement:
        """Put other words in place of what holds; the old ones end, and can be read still.

        Raises UserError (invalid, not_found, over_quota, not_allowed).
        """
        require(viewer, Right.EDIT_AGREEMENTS)
        with self._store.atomic(self._now_s * 1000) as tx:
            was = self._holding(tx, id_)
            words = was.title if title is None else title, was.text if text is None else text
            now = self._filled(*words, review_in_s, was.proposal)
            decisions.put_agreement(tx, was.model_copy(update={"ended_s": self._now_s}))
            self._make_room(tx)
            decisions.put_agreement(tx, now)
        return now

    def confirm(self, viewer: Viewer, id_: bytes, review_in_s: int = REVIEW_S) -> None:
        """Say that an agreement was looked at and holds on."""
        self._change(viewer, id_, {"review_s": self._now_s + review_in_s})

    def end(self, viewer: Viewer, id_: bytes) -> None:
        """Say that an agreement holds no longer."""
        self._change(viewer, id_, {"ended_s": self._now_s})

    def _change(self, viewer: Viewer, id_: bytes, changes: Mapping[str, int]) -> None:
        require(viewer, Right.EDIT_AGREEMENTS)
        with self._store.atomic(self._now_s * 1000) as tx:
            found = self._holding(tx, id_)
            decisions.put_agreement(tx, found.model_copy(update=dict(changes)))

    # --- The pod's rules ---

    def rules(self) -> PodRules:
        """Return how the pod works."""
        return decisions.rules(self._store.connection)

    def set_rules(self, viewer: Viewer, changes: Mapping[str, object]) -> PodRules:
        """Change how the pod works, in the open. Raises UserError (invalid, not_allowed)."""
        require(viewer, Right.SET_RULES)
        with self._store.atomic(self._now_s * 1000) as tx:
            rules = fill(PodRules, {**self.rules().model_dump(), **changes})
            decisions.put_rules(tx, rules)
            self._log.note_in(tx, viewer, "rules_set", note=", ".join(sorted(changes)))
        return rules

    # --- Inside ---

    def _filled(self, title: str, text: str, review_in_s: int, proposal: bytes | None) -> Agreement:
        now_s = self._now_s
        whole = {
            "id": self._keeper.random_bytes(MEMBER_ID_BYTES),
            "title": title,
            "text": text,
            "agreed_s": now_s,
            "review_s": now_s + review_in_s,
            "proposal": proposal,
        }
        return fill(Agreement, whole)

    @staticmethod
    def _holding(tx: Tx, id_: bytes) -> Agreement:
        for found in decisions.agreements(tx.connection):
            if found.id == id_ and not found.ended_s:
                return found
        raise UserError("not_found", "No such agreement holds.", "pod agreement list")

    @staticmethod
    def _check_agreed(tx: Tx, id_: bytes) -> None:
        found = {it.id: it.state for it in decisions.proposals(tx.connection)}.get(id_)
        if found is not State.AGREED:
            raise UserError(
                "conflict",
                "The pod has not agreed to that proposal.",
                "See how it stands: pod proposal show",
            )

    def _make_room(self, tx: Tx) -> None:
        kept = decisions.agreements(tx.connection)
        if len(kept) < MAX_AGREEMENTS:
            return
        ended = [it for it in kept if it.ended_s]
        if not ended:
            raise UserError(
                "over_quota",
                "There are {most} agreements.",
                "End some that are old.",
                most=MAX_AGREEMENTS,
            )
        decisions.delete_agreement(tx, min(ended, key=lambda it: it.ended_s).id)

    @property
    def _now_s(self) -> int:
        return self._keeper.now().wall_ms // 1000

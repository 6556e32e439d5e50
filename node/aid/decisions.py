"""`pod.decisions`: proposals, positions, and what comes of them. docs/house.md §3.

Nobody decides for the pod: a proposal becomes agreed or blocked by the rule alone (`close`), and
a steward can write down somebody's position only as recorded at a meeting.
"""

from typing import NamedTuple, TypeVar

from node.aid.people import People
from node.aid.steward_log import StewardLog
from node.keeper import Keeper
from node.references import digits_of
from protocol.aid.fields import fold
from protocol.aid.form import fill
from protocol.aid.house.limits import DAY_S, MAX_PROPOSALS, MAX_WORDINGS
from protocol.aid.house.member import Member
from protocol.aid.house.proposal import (
    BECOMES,
    CLOSED,
    TAKES_POSITIONS,
    Agreement,
    Position,
    Proposal,
    Stand,
    Standing,
    State,
    may_become,
    standing,
)
from protocol.aid.house.rights import (
    MEMBER_ID_BYTES,
    MemberId,
    Right,
    Role,
    Viewer,
    may,
    require,
)
from protocol.errors import UserError
from protocol.saying import N_, Word
from store import Tx
from store.house import decisions, members

_T = TypeVar("_T", Proposal, Agreement)


class Taken(NamedTuple):
    """A position as it is shown. name: None while the pod hides names."""

    name: str | None
    position: Position


class ProposalView(NamedTuple):
    """A proposal as a member sees it. standing: None unless it is tested.

    silent: who is here and has not taken a position, by name; empty while names are hidden.
    mine: the viewer's own position.  may_change: its words, and withdraw it.
    """

    proposal: Proposal
    positions: list[Taken]
    standing: Standing | None
    silent: list[str]
    wordings: list[tuple[int, str, str]]
    mine: Position | None
    may_change: bool


class Decisions:
    """The proposals of one pod."""

    def __init__(self, keeper: Keeper, people: People, log: StewardLog) -> None:
        self._keeper, self._store = keeper, keeper.store
        self._people, self._log = people, log

    # --- Proposals ---

    def proposals(self, viewer: Viewer) -> list[Proposal]:
        """Return all that viewer may see, the one that changed last first."""
        require(viewer, Right.SEE_POD)
        found = decisions.proposals(self._store.connection)
        return [it for it in found if it.state is not State.DRAFT or _is_author(it, viewer)]

    def find(self, viewer: Viewer, reference: str) -> Proposal:
        """Return the proposal whose id begins so. Raises UserError (not_found, ambiguous)."""
        return one_named(self.proposals(viewer), reference, N_("proposal"))

    def view(self, viewer: Viewer, id_: bytes) -> ProposalView:
        """Return a proposal with all that viewer may see of it."""
        proposal = self._seen(viewer, id_)
        connection = self._store.connection
        taken = decisions.positions(connection, id_)
        present = self._present(proposal)
        hide = decisions.rules(connection).hide_names and proposal.state not in CLOSED
        names = self._people.names()
        shown = [
            Taken(None if hide and not viewer.is_self(member) else names[member], position)
            for member, position in taken.items()
        ]
        stands = proposal.state in TAKES_POSITIONS
        return ProposalView(
            proposal,
            sorted(shown, key=_by_stand_then_name),
            self._standing(proposal) if proposal.state is State.TESTING else None,
            [] if hide else [it.name for it in present if it.id not in taken and stands],
            decisions.wordings(connection, id_),
            taken.get(viewer.member) if viewer.member else None,
            proposal.state not in CLOSED and _may_change(proposal, viewer),
        )

    def propose(
        self,
        viewer: Viewer,
        title: str,
        text: str,
        *,
        draft: bool = False,
        removes: MemberId | None = None,
    ) -> Proposal:
        """Put a proposal to the pod, or keep it as a draft. Raises UserError."""
        require(viewer, Right.PROPOSE)
        now_s = self._now_s
        proposal = fill(
            Proposal,
            {
                "id": self._keeper.random_bytes(MEMBER_ID_BYTES),
                "title": title,
                "text": text,
                "state": State.DRAFT if draft else State.TALKING,
                "proposed_by": viewer.member,
                "removes": removes,
                "opened_s": now_s,
                "changed_s": now_s,
            },
        )
        with self._store.atomic(now_s * 1000) as tx:
            self._make_room(tx)
            decisions.put_proposal(tx, proposal)
        return proposal

    def reword(
        self, viewer: Viewer, id_: bytes, *, title: str | None = None, text: str | None = None
    ) -> Proposal:
        """Give a proposal a new wording: positions begin anew, and people talk again.

        Raises UserError (not_allowed, conflict, over_quota, invalid).
        """
        with self._store.atomic(self._now_s * 1000) as tx:
            was = self._authored(viewer, id_)
            self._check_open(was)
            if was.wording >= MAX_WORDINGS:
                raise UserError(
                    "over_quota",
                    "It had {most} wordings.",
                    "Make another proposal.",
                    most=MAX_WORDINGS,
                )
            said = {
                "title": was.title if title is None else title,
                "text": was.text if text is None else text,
            }
            is_draft = was.state is State.DRAFT
            changes: dict[str, object] = {"changed_s": self._now_s}
            if not is_draft:
                decisions.keep_wording(tx, was)
                changes |= {
                    "wording": was.wording + 1,
                    "state": State.TALKING,
                    "test_ends_s": 0,
                }
            now = fill(Proposal, {**was.model_dump(), **said, **changes})
            decisions.put_proposal(tx, now)
        return now

    def move(self, viewer: Viewer, id_: bytes, state: State) -> Proposal:
        """Talk, test, park or withdraw. Agreed and blocked come of the rule alone: see close.

        Raises UserError (conflict, not_allowed).
        """
        require(viewer, Right.PROPOSE)
        with self._store.atomic(self._now_s * 1000) as tx:
            was = self._seen(viewer, id_)
            if state is State.WITHDRAWN:
                self._authored(viewer, id_)
            by_rule = state in BECOMES.values() and state is not State.TALKING
            if by_rule or not may_become(was.state, state):
                raise UserError(
                    "conflict",
                    "A proposal that is {state} does not become {after} so.",
                    "See how it stands: pod proposal show",
                    state=was.state,
                    after=state,
                )
            return self._put_state(tx, was, state)

    def close(self, viewer: Viewer, id_: bytes) -> Standing:
        """Apply the pod's rule to a proposal that is tested; return how it stands."""
        require(viewer, Right.PROPOSE)
        with self._store.atomic(self._now_s * 1000) as tx:
            proposal = self._seen(viewer, id_)
            if proposal.state is not State.TESTING:
                raise UserError(
                    "conflict",
                    "Only a proposal that is tested can be closed.",
                    "Test it first: pod proposal test",
                )
            return self._close_in(tx, proposal)

    def close_due(self) -> None:
        """Apply the rule to every proposal whose test is over."""
        with self._store.atomic(self._now_s * 1000) as tx:
            for proposal in decisions.proposals(tx.connection):
                if proposal.state is State.TESTING and proposal.test_ends_s <= self._now_s:
                    self._close_in(tx, proposal)

    def remove_member(self, viewer: Viewer, id_: bytes) -> None:
        """Do what an agreed proposal to remove somebody says. Raises UserError."""
        require(viewer, Right.REMOVE)
        proposal = self._seen(viewer, id_)
        if proposal.state is not State.AGREED or proposal.removes is None:
            raise UserError(
                "conflict",
                "The pod has not agreed to remove anybody by this proposal.",
                "In an emergency: pod member suspend NAME",
            )
        self._people.remove(viewer, proposal.removes)

    # --- Positions ---

    def take_position(
        self, viewer: Viewer, id_: bytes, stand: Stand, words: str | None = None
    ) -> None:
        """Take one's own position, or change it. Raises UserError."""
        require(viewer, Right.TAKE_POSITION)
        if viewer.member is None:
            raise UserError(
                "not_allowed",
                "Nobody at the machine is a member by themselves.",
                "Record what was said at a meeting: pod proposal position REF NAME",
            )
        self._put_position(viewer, id_, viewer.member, stand, words, recorded=False)

    def record_position(
        self,
        viewer: Viewer,
        id_: bytes,
        member: MemberId,
        stand: Stand,
        words: str | None = None,
    ) -> None:
        """Write down a position taken at a meeting; it is shown as that.

        Raises UserError (conflict) if the person took one themselves: only they change it.
        """
        require(viewer, Right.RECORD_POSITION)
        self._put_position(viewer, id_, member, stand, words, recorded=True)

    def _put_position(
        self,
        viewer: Viewer,
        id_: bytes,
        member: MemberId,
        stand: Stand,
        words: str | None,
        *,
        recorded: bool,
    ) -> None:
        position = fill(Position, {"stand": stand, "words": words, "recorded": recorded})
        with self._store.atomic(self._now_s * 1000) as tx:
            proposal = self._seen(viewer, id_)
            self._check_position(proposal, member)
            had = decisions.positions(tx.connection, id_).get(member)
            if recorded and had is not None and not had.recorded:
                raise UserError(
                    "conflict",
                    "They took a position themselves; only they can change it.",
                    "Ask them to.",
                )
            decisions.put_position(tx, id_, member, position)
            if recorded:
                self._log.note_in(tx, viewer, "position_recorded", about=member)

    def _check_position(self, proposal: Proposal, member: MemberId) -> None:
        if proposal.state not in TAKES_POSITIONS:
            raise UserError(
                "conflict",
                "A proposal that is {state} takes no positions.",
                "See how it stands: pod proposal show",
                state=proposal.state,
            )
        person = members.member(self._store.connection, member)
        if person is None or person.role is Role.GUEST or member == proposal.removes:
            raise UserError(
                "not_allowed", "That person takes no position on this.", "Members of the pod do."
            )

    # --- Inside ---

    def _standing(self, proposal: Proposal) -> Standing:
        taken = decisions.positions(self._store.connection, proposal.id)
        return standing(
            [it.stand for it in taken.values()],
            present=len(self._present(proposal)),
            is_over=0 < proposal.test_ends_s <= self._now_s,
            rules=decisions.rules(self._store.connection),
        )

    def _present(self, proposal: Proposal) -> list[Member]:
        """Return whose position counts for the floor: members who are here, by name."""
        return [
            it
            for it in members.members(self._store.connection)
            if it.presence == "here" and it.role is not Role.GUEST and it.id != proposal.removes
        ]

    def _close_in(self, tx: Tx, proposal: Proposal) -> Standing:
        stands = self._standing(proposal)
        if stands in BECOMES:
            self._put_state(tx, proposal, BECOMES[stands])
        return stands

    def _put_state(self, tx: Tx, was: Proposal, state: State) -> Proposal:
        test_s = decisions.rules(tx.connection).test_days * DAY_S
        ends_s = self._now_s + test_s if state is State.TESTING else 0
        changes = {"state": state, "changed_s": self._now_s, "test_ends_s": ends_s}
        now = was.model_copy(update=changes)
        decisions.put_proposal(tx, now)
        return now

    def _seen(self, viewer: Viewer, id_: bytes) -> Proposal:
        for found in self.proposals(viewer):
            if found.id == id_:
                return found
        raise UserError("not_found", "There is no such proposal.", "See: pod proposal list")

    def _authored(self, viewer: Viewer, id_: bytes) -> Proposal:
        found = self._seen(viewer, id_)
        if not _may_change(found, viewer):
            raise UserError(
                "not_allowed", "Who proposed it can do that.", "Speak with them, or a steward."
            )
        return found

    @staticmethod
    def _check_open(proposal: Proposal) -> None:
        if proposal.state in CLOSED:
            raise UserError(
                "conflict",
                "A proposal that is {state} keeps its words.",
                "Make another one.",
                state=proposal.state,
            )

    def _make_room(self, tx: Tx) -> None:
        kept = decisions.proposals(tx.connection)
        if len(kept) < MAX_PROPOSALS:
            return
        closed = [it for it in kept if it.state in CLOSED]
        if not closed:
            raise UserError(
                "over_quota",
                "{most} proposals are open.",
                "Close or withdraw some.",
                most=MAX_PROPOSALS,
            )
        decisions.delete_proposal(tx, closed[-1].id)

    @property
    def _now_s(self) -> int:
        return self._keeper.now().wall_ms // 1000


def _is_author(proposal: Proposal, viewer: Viewer) -> bool:
    """Tell whether viewer wrote it; what was typed at the machine is the machine's."""
    return proposal.proposed_by == viewer.member


def _may_change(proposal: Proposal, viewer: Viewer) -> bool:
    return _is_author(proposal, viewer) or may(viewer, Right.EDIT_OTHERS)


def _by_stand_then_name(taken: Taken) -> tuple[int, str, str]:
    """What needs talking about comes first; hidden names show in no order either."""
    order = (Stand.BLOCK, Stand.ASIDE, Stand.RESERVATIONS, Stand.NOT_YET, Stand.AGREE)
    name = fold(taken.name) if taken.name else ""
    return order.index(taken.position.stand), name, taken.position.words or ""


def one_named(found: list[_T], reference: str, what: str) -> _T:
    """Return the one whose id begins so. Raises UserError (not_found, ambiguous)."""
    digits = digits_of(reference)
    fits = [it for it in found if digits is not None and it.id.hex().startswith(digits)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise UserError(
            "ambiguous", "More than one {what} begins so.", "Give more digits.", what=Word(what)
        )
    raise UserError(
        "not_found",
        "There is no {what} '{reference}'.",
        "See: pod {what} list",
        what=Word(what),
        reference=reference,
    )

"""The pod as its people use it: the one door for writing, for pages and commands alike.

Spec: docs/kinds.md §2 for listings. Below it stand the keeper (records of any kind) and the
tables of mutual aid; here the two meet. Everything is saved when a call returns. For one
thread; a running node notices what another process does through its own Pod.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import tzinfo
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from node.keeper import Draft, Keeper, Surroundings
from node.rekey import rekey
from node.spreadsheet import Action, Held, Sheet, Terms, What, plan_import
from protocol.aid import KINDS
from protocol.aid.limits import MAX_OPEN_S, UNTIL_I_SAY
from protocol.aid.listing import LISTING, Audience, Listing, default_valid_until_s
from protocol.clock import Now
from protocol.errors import UserError
from protocol.handshake import TOKEN_BYTES
from protocol.identity import TAG_INVITATION, Certificate, PodId, PodKey, pod_id_text
from protocol.kinds import KindTable
from protocol.limits import LIFETIME_S, MAX_NEIGHBOURS
from protocol.record import RID_BYTES, Scope
from store import Tx, aid, house, invitations, meta, notices, peers, records
from store.aid import BoardItem, BoardQuery, Placed
from store.house import listings as here
from store.house.listings import HouseListing
from store.invitations import Outcome
from store.notices import Notice
from store.peers import Author, Neighbour

IMPORTED_AT_ONCE: Final = 250
"""Rows written in one act: long enough to be cheap, short enough for others to get a turn."""
_PROJECTIONS: Final = (aid,)
MIN_REFERENCE: Final = 4
"""Hexadecimal digits by which a listing is named at least."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do. actions: one for each row of the file, in order."""

    actions: tuple[Action, ...]
    done: bool

    def count(self, what: What) -> int:
        return sum(action.what is what for action in self.actions)


class Pod:
    """One pod, open. Use it in a `with` block, or close it."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self._prepare()

    # --- Open and close ---

    @classmethod
    def create(
        cls, data_dir: Path, *, name: str, seed: bytes, working_seed: bytes, now: Now
    ) -> Self:
        """Make a pod in data_dir and open it. seed: of the pod key; it is not kept.

        Raises UserError (conflict) if a pod is there, and StoreError.
        """
        pod_key = PodKey.from_seed(seed)
        Keeper.create(data_dir, name=name, pod_key=pod_key, working_seed=working_seed, now=now)
        return cls.open(data_dir)

    @classmethod
    def open(cls, data_dir: Path, *, as_node: bool = False) -> Self:
        """Open the pod in data_dir. as_node: see Surroundings. Raises StoreError."""
        around = Surroundings(kinds=KindTable(KINDS), projections=_PROJECTIONS, as_node=as_node)
        return cls(Keeper.open(data_dir, around))

    @staticmethod
    def rekey(data_dir: Path, pod_key: PodKey, now: Now) -> Certificate:
        """Give the pod in data_dir a fresh working key; see node.rekey. Its node may run."""
        return rekey(
            data_dir, pod_key, now, random_bytes=secrets.token_bytes, projections=_PROJECTIONS
        )

    def close(self) -> None:
        self.keeper.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _prepare(self) -> None:
        """Make the house's tables, and the board if it was made by other rules."""
        store = self.keeper.store
        if not house.is_prepared(store.connection):
            with store.atomic(self.now().wall_ms) as tx:
                house.prepare(tx)
        if not aid.is_current(store.connection):
            with store.atomic(self.now().wall_ms) as tx:
                placed = map(self._placed, here.listings(tx.connection))
                aid.rebuild(tx.connection, filter(None, placed))

    # --- What it is ---

    def now(self) -> Now:
        return self.keeper.now()

    @property
    def pod_id(self) -> PodId:
        return self.keeper.pod_id

    @property
    def name(self) -> str:
        return meta.get(self.keeper.store.connection, meta.NAME) or ""

    def rename(self, name: str) -> None:
        """Give the pod another name; neighbours hear it at the next greeting."""
        with self.keeper.store.atomic(self.now().wall_ms) as tx:
            meta.put(tx, meta.NAME, name)

    # --- Listings ---

    def publish(
        self,
        listing: Listing,
        *,
        audience: Audience,
        valid_until_s: int | None = None,
        rid: bytes | None = None,
    ) -> BoardItem:
        """Put a new listing on the board, for this audience.

        valid_until_s: Unix time at which it closes, UNTIL_I_SAY for no end, None for what is
        usual of its type. Raises UserError (invalid, over_quota, epoch_superseded).
        """
        now = self.now()
        if listing.posted_s is None:
            listing = listing.model_copy(update={"posted_s": now.wall_ms // 1000})
        if valid_until_s is None:
            valid_until_s = default_valid_until_s(listing, now.wall_ms // 1000)
        _check_end(valid_until_s, now)
        rid = rid or self.keeper.random_bytes(RID_BYTES)
        with self.keeper.store.atomic(now.wall_ms) as tx:
            self._put(tx, rid, Held(listing, audience, valid_until_s), now)
        return self._own(rid)

    def edit(
        self,
        rid: bytes,
        listing: Listing,
        *,
        audience: Audience | None = None,
        valid_until_s: int | None = None,
    ) -> BoardItem:
        """Put listing in place of what rid says; None leaves audience and end as they are.

        Another audience is another slot (R1): the listing is withdrawn where it was, in the
        same act. Raises UserError (not_found, not_yours, invalid, ...).
        """
        item, now = self._own(rid), self.now()
        if valid_until_s is None:
            valid_until_s = item.valid_until_s
        else:
            _check_end(valid_until_s, now)
        listing = listing.model_copy(update={"posted_s": item.posted_s})
        held = Held(listing, audience or item.audience, valid_until_s)
        with self.keeper.store.atomic(now.wall_ms) as tx:
            if held.audience is not item.audience:
                self._take_off(tx, rid, item.audience, now)
            self._put(tx, rid, held, now)
        return self._own(rid)

    def renew(self, rid: bytes, valid_until_s: int | None = None) -> BoardItem:
        """Keep a listing open for longer; None: as long again as is usual of its type."""
        item = self._own(rid)
        if valid_until_s is None:
            valid_until_s = default_valid_until_s(item.listing, self.now().wall_ms // 1000)
        return self.edit(rid, item.listing, valid_until_s=valid_until_s)

    def withdraw(self, rid: bytes) -> None:
        """Take a listing back, at all pods that have it. Raises UserError."""
        item, now = self._own(rid), self.now()
        with self.keeper.store.atomic(now.wall_ms) as tx:
            self._take_off(tx, rid, item.audience, now)

    def find(self, reference: str) -> BoardItem:
        """Return the listing that reference names: four or more digits that its rid begins with.

        Raises UserError (invalid, not_found, ambiguous).
        """
        digits = reference.strip().lower()
        if len(digits) < MIN_REFERENCE or digits.strip("0123456789abcdef"):
            raise UserError(
                "invalid",
                f"{reference!r} does not name a listing.",
                "Copy the reference from the board: pod board",
            )
        connection = self.keeper.store.connection
        # Ours first: another pod may write a listing under a rid of ours.
        found = aid.find(connection, digits, author=self.pod_id) or aid.find(connection, digits)
        if not found:
            raise UserError(
                "not_found",
                f"There is no listing {digits} here (any more).",
                "See what there is: pod board --all",
            )
        if len({item.rid for item in found}) > 1:
            raise UserError(
                "ambiguous",
                f"More than one listing begins with {digits}.",
                "Give more digits of the reference.",
            )
        return found[0]

    def board(self, query: BoardQuery) -> list[BoardItem]:
        """Return a page of the board."""
        now_s = self.now().wall_ms // 1000
        return aid.board(self.keeper.store.connection, query, now_s=now_s)

    def count(self, query: BoardQuery) -> int:
        """Return how many listings all pages of query hold."""
        now_s = self.now().wall_ms // 1000
        return aid.count(self.keeper.store.connection, query, now_s=now_s)

    def each_listing(self, query: BoardQuery) -> Iterator[BoardItem]:
        """Yield all pages of the board, for an export."""
        while page := self.board(replace(query, limit=aid.MAX_PAGE)):
            yield from page
            query = replace(query, after=page[-1].position)

    def forget_withdrawn(self) -> None:
        """Forget own withdrawals for this pod alone as old as those of records (R6)."""
        now_ms = self.now().wall_ms
        with self.keeper.store.atomic(now_ms) as tx:
            here.forget_withdrawn(tx, now_ms - LIFETIME_S * 1000)

    # --- Spreadsheets ---

    def plan(self, sheet: Sheet, *, audience: Audience, zone: tzinfo) -> ImportReport:
        """Return what importing sheet would do. zone: in which its days begin and end."""
        terms = Terms(self.pod_id, self.now().wall_ms // 1000, zone, audience)
        return ImportReport(plan_import(sheet, self._held, terms), done=False)

    def carry_out(
        self, report: ImportReport, progress: Callable[[int], None] | None = None
    ) -> ImportReport:
        """Do what a plan says. progress: called with the number of rows done so far.

        Rows are written some hundred at a time: after a power cut the same import goes on
        where it was. Raises UserError (over_quota, ...) with what came before it kept.
        """
        todo = [a for a in report.actions if a.what in (What.ADD, What.UPDATE)]
        for start in range(0, len(todo), IMPORTED_AT_ONCE):
            part, now = todo[start : start + IMPORTED_AT_ONCE], self.now()
            with self.keeper.store.atomic(now.wall_ms) as tx:
                self._write(tx, part, now)
            if progress is not None:
                progress(start + len(part))
        return replace(report, done=True)

    def _write(self, tx: Tx, actions: Iterable[Action], now: Now) -> None:
        for action in actions:
            if action.listing is None:
                continue
            if action.moved_from is not None:
                self._take_off(tx, action.rid, action.moved_from, now)
            held = Held(action.listing, action.audience, action.valid_until_s)
            self._put(tx, action.rid, held, now)

    def _held(self, rid: bytes) -> Held | Literal["withdrawn"] | None:
        """Return what this pod has under rid, for whichever audience."""
        with suppress(UserError):
            item = self._own(rid)
            return Held(item.listing, item.audience, item.valid_until_s)
        connection = self.keeper.store.connection
        was_here = here.listing(connection, rid) is not None or any(
            records.slot_version(connection, (self.pod_id, int(scope), LISTING, rid))
            for scope in Scope
        )
        return "withdrawn" if was_here else None

    # --- Neighbours ---

    def neighbours(self) -> list[Neighbour]:
        """Return the pods that we are federated with, the oldest first."""
        return self.keeper.roster.neighbours()

    def find_neighbour(self, said: str) -> Neighbour:
        """Return the neighbour that a name, a pod id or the beginning of one stands for.

        Raises UserError (not_found, ambiguous).
        """
        wanted = said.strip().casefold()
        found = [
            neighbour
            for neighbour in self.neighbours()
            if wanted == neighbour.name.casefold() or _begins(neighbour.pod_id, wanted)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise UserError(
                "ambiguous", f"{said!r} fits more than one neighbour.", "Give its pod id."
            )
        raise UserError(
            "not_found", f"{said!r} is no neighbour of this pod.", "See: pod neighbor list"
        )

    def add_neighbour(
        self, certificate: Certificate, name: str, addresses: Sequence[str], *, seen: bool
    ) -> None:
        """Federate with a pod that proved certificate. seen: our steward knows who it is.

        Until then only network records are exchanged (R16). Raises UserError (invalid) for our
        own pod, and for one more than MAX_NEIGHBOURS.
        """
        now = self.now()
        self._check_new_neighbour(certificate.pod_id)
        self.keeper.roster.add_neighbour(certificate, name, addresses, now, near_allowed=seen)

    def add_known_neighbour(self, pod_id: PodId, addresses: Sequence[str]) -> None:
        """Take up a federation that the other side still keeps: after a recovery from words.

        Its certificate comes with the first connection. Raises UserError as add_neighbour.
        """
        self._check_new_neighbour(pod_id)
        self.keeper.roster.add_known_neighbour(pod_id, addresses, self.now())

    def see_neighbours(self) -> None:
        """Note that a steward has seen the names of all neighbours (R16)."""
        if all(neighbour.near_allowed for neighbour in self.neighbours()):
            return
        with self.keeper.store.atomic(self.now().wall_ms) as tx:
            peers.note_seen(tx)

    def remove_neighbour(self, pod_id: PodId) -> None:
        """End the federation: what it shared with its neighbours alone is deleted here (R9)."""
        self.keeper.roster.remove_neighbour(pod_id, self.now())

    def _check_new_neighbour(self, pod_id: PodId) -> None:
        if pod_id == self.pod_id:
            raise UserError(
                "invalid",
                "That invitation is from this very pod.",
                "Give it to the people of another pod.",
            )
        known = {neighbour.pod_id for neighbour in self.neighbours()}
        if pod_id not in known and len(known) >= MAX_NEIGHBOURS:
            raise UserError(
                "over_quota",
                f"A pod can have {MAX_NEIGHBOURS} neighbours; this one has as many.",
                "Pods farther away are reached through them.",
            )

    def note_heard(self, heard: Iterable[Notice]) -> None:
        """Note that people know of these: they are not told again."""
        with self.keeper.store.atomic(self.now().wall_ms) as tx:
            for notice in heard:
                notices.forget(tx, notice.code, notice.pod_id)

    # --- Other pods, neighbours or not ---

    def authors(self) -> list[Author]:
        """Return all other pods of which something is known here."""
        known = peers.authors(self.keeper.store.connection)
        return [author for author in known if author.pod_id != self.pod_id]

    def find_author(self, said: str) -> PodId:
        """Return the pod that a neighbour's name, a pod id or the beginning of one stands for.

        Raises UserError (not_found, ambiguous).
        """
        wanted = said.strip().casefold()
        names = {n.pod_id for n in self.neighbours() if n.name.casefold() == wanted}
        ids = {it.pod_id for it in self.authors() if _begins(it.pod_id, wanted)}
        found = names | ids
        if len(found) == 1:
            return found.pop()
        if found:
            raise UserError("ambiguous", f"{said!r} fits more than one pod.", "Give its pod id.")
        raise UserError(
            "not_found", f"No pod {said!r} is known here.", "See the column From: pod board"
        )

    def hide(self, author: PodId, *, hidden: bool) -> None:
        """Show what a pod writes on our board, or no longer; it is carried all the same."""
        with self.keeper.store.atomic(self.now().wall_ms) as tx:
            peers.set_hidden(tx, author, hidden=hidden)

    def block(self, author: PodId, *, blocked: bool) -> None:
        """Carry a pod's records no longer, and delete what is here; or carry them again (R2).

        Neighbours are told that it is not carried, never why.
        """
        with self.keeper.store.atomic(self.now().wall_ms) as tx:
            peers.set_carried(tx, author, carried=not blocked, why="block")
            if blocked:
                records.drop_author(tx, author)
        self.keeper.roster.load_authors()

    def make_invitation(self, valid_s: int) -> bytes:
        """Return a fresh one-time token, good for valid_s of this node's running time (R16)."""
        token = self.keeper.random_bytes(TOKEN_BYTES)
        ends_ms = self._running_ms + valid_s * 1000
        with self.keeper.store.atomic(self.now().wall_ms) as tx:
            invitations.add_invitation(tx, _token_hash(token), expires_running_ms=ends_ms)
        return token

    def use_invitation(
        self, token: bytes, certificate: Certificate, name: str, addresses: Sequence[str]
    ) -> Outcome:
        """Federate with the pod that came with token, if it may (R16).

        certificate: proved on the channel that brought the token. OK and AGAIN federate.
        Raises UserError (invalid, over_quota) as add_neighbour.
        """
        self._check_new_neighbour(certificate.pod_id)
        now = self.now()
        known = {neighbour.pod_id: neighbour for neighbour in self.neighbours()}
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

    # --- Writing one listing, inside an act ---

    def _put(self, tx: Tx, rid: bytes, held: Held, now: Now) -> None:
        listing, audience, valid_until_s = held
        payload = listing.for_audience(audience).to_payload()
        if audience.scope is None:
            row = HouseListing(rid, now.wall_ms, valid_until_s, payload)
            here.put_listing(tx, row)
            aid.show(tx.connection, [p for p in [self._placed(row)] if p])
        else:
            draft = Draft(LISTING, rid, audience.scope, payload, valid_until_s)
            self.keeper.sign_in(tx, [draft], now)

    def _take_off(self, tx: Tx, rid: bytes, audience: Audience, now: Now) -> None:
        if audience.scope is None:
            here.put_listing(tx, HouseListing(rid, now.wall_ms, UNTIL_I_SAY, None))
            aid.remove(tx.connection, [(self.pod_id, 0, LISTING, rid)])
        else:
            self.keeper.sign_in(tx, [Draft(LISTING, rid, audience.scope, None)], now)

    def _placed(self, row: HouseListing) -> Placed | None:
        if row.payload is None:
            return None
        return Placed(self.pod_id, 0, row.rid, None, row.stamp_ms, row.valid_until_s, row.payload)

    def _own(self, rid: bytes) -> BoardItem:
        connection = self.keeper.store.connection
        if ours := aid.find(connection, rid.hex(), author=self.pod_id):
            return ours[0]
        if aid.find(connection, rid.hex()):
            raise UserError(
                "not_yours",
                "Another pod made this listing; only that pod can change it.",
                "Speak with the people of that pod.",
            )
        raise UserError(
            "not_found", "There is no such listing here (any more).", "See: pod board --all"
        )


def _begins(pod_id: PodId, wanted: str) -> bool:
    """Tell whether wanted is enough of the text of a pod id to name it."""
    return len(wanted) >= MIN_REFERENCE and pod_id_text(pod_id).startswith(wanted)


def _token_hash(token: bytes) -> bytes:
    return sha256(TAG_INVITATION + token).digest()


def _check_end(valid_until_s: int, now: Now) -> None:
    """Refuse an end that has passed or is farther than a person can mean."""
    now_s = now.wall_ms // 1000
    if valid_until_s == UNTIL_I_SAY or now_s < valid_until_s <= now_s + MAX_OPEN_S:
        return
    raise UserError(
        "invalid",
        "A listing closes on a day between now and 400 days from now.",
        "Name such a day, or say that it is open until you say otherwise.",
    )

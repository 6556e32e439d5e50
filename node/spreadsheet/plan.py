"""What importing a sheet would do, row by row, decided before anything is written.

Importing a file twice adds nothing: each row has its rid from its id, or from what it says.
Pure: the writing is Pod's, which carries these actions out.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from hashlib import sha256
from typing import Final, Literal, NamedTuple, TypeAlias

from node.spreadsheet.rows import Row
from node.spreadsheet.sheet import Sheet
from node.spreadsheet.table import Place, Problem
from node.spreadsheet.values import Unreadable
from protocol.aid.audience import Audience
from protocol.aid.limits import MAX_OPEN_S, UNTIL_I_SAY
from protocol.aid.listing import Listing, write_listing
from protocol.aid.sentences import FIELD_WORDS, WrongFields
from protocol.codec import Value, encode
from protocol.identity import PodId, pod_id_text
from protocol.record import RID_BYTES
from protocol.saying import Saying

TAG_IMPORT: Final = b"mutualpod/1 import\0"
"""Local: no other pod computes these rids. They only have to be the same at the next import."""


class What(StrEnum):
    """What happens to one row."""

    ADD = "add"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    WITHDRAWN_STAYS = "withdrawn-stays"  # taken back here since; a file does not bring it back
    NOT_OURS = "not-ours"  # another pod's listing: an export may hold the whole board
    BAD = "bad"


class Held(NamedTuple):
    """A listing of this pod as it stands now."""

    listing: Listing
    audience: Audience
    valid_until_s: int


Existing: TypeAlias = Callable[[bytes], Held | Literal["withdrawn"] | None]
"""What this pod has under a rid, for whichever audience; "withdrawn" if none is any more."""


class Terms(NamedTuple):
    """What a sheet cannot know."""

    pod_id: PodId
    now_s: int
    zone: tzinfo  # of the clock on the wall by which its days end
    audience: Audience  # of new listings whose row does not name one


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What happens to one row, and why. The fields with a default are for ADD and UPDATE."""

    place: Place
    what: What
    title: str  # "" if the row could not be read
    reason: str
    rid: bytes = b""
    listing: Listing | None = None
    audience: Audience = Audience.POD
    valid_until_s: int = 0
    moved_from: Audience | None = None  # withdraw it there: a slot never changes scope (R1)


def plan_import(sheet: Sheet, existing: Existing, terms: Terms) -> tuple[Action, ...]:
    """Return an action for each row of the file, in its order; the bad ones among them."""
    rids = _Rids(terms.pod_id)
    actions = _bad_rows(sheet.problems)
    for row in sheet.rows:
        try:
            actions.append(_action(row, rids, existing, terms))
        except Unreadable as err:
            actions.append(_left(row, What.BAD, err.why))
        except WrongFields as err:
            actions.append(_left(row, What.BAD, Saying("{why}", why=err)))
    return tuple(sorted(actions, key=lambda action: action.place))


def _action(row: Row, rids: "_Rids", existing: Existing, terms: Terms) -> Action:
    if row.pod and row.pod.lower() != pod_id_text(terms.pod_id):
        return _left(row, What.NOT_OURS, "another pod's listing; only that pod can change it")
    rid = rids.of(row)
    held = existing(rid)
    if held is None:
        return _add(row, rid, terms)
    if held == "withdrawn":
        return _left(row, What.WITHDRAWN_STAYS, "withdrawn here; with another id it can come back")
    if not row.key:
        # The rid is what the row said at first: edits made here since are not undone by it.
        return _left(row, What.UNCHANGED, "already here")
    return _update(row, rid, held, terms)


def _add(row: Row, rid: bytes, terms: Terms) -> Action:
    audience = row.audience or terms.audience
    posted_s = min(row.listing.posted_s or terms.now_s, terms.now_s)
    listing = row.listing.model_copy(update={"posted_s": posted_s}).for_audience(audience)
    valid_until_s = _valid_until_s(row, terms)
    if valid_until_s is None:
        valid_until_s = listing.default_valid_until_s(terms.now_s)
    _check_end(valid_until_s, terms.now_s)
    return Action(
        place=row.place,
        what=What.ADD,
        title=listing.title,
        reason="new",
        rid=rid,
        listing=listing,
        audience=audience,
        valid_until_s=valid_until_s,
    )


def _update(row: Row, rid: bytes, held: Held, terms: Terms) -> Action:
    audience = row.audience or held.audience
    listing = _edited(held.listing, row).for_audience(audience)
    valid_until_s = _valid_until_s(row, terms)
    if valid_until_s is None:
        valid_until_s = held.valid_until_s
    changes = _changes(held, Held(listing, audience, valid_until_s))
    if not changes:
        return _left(row, What.UNCHANGED, "as it is here")
    if valid_until_s != held.valid_until_s:
        _check_end(valid_until_s, terms.now_s)
    return Action(
        place=row.place,
        what=What.UPDATE,
        title=listing.title,
        reason=f"changes {', '.join(changes)}",
        rid=rid,
        listing=listing,
        audience=audience,
        valid_until_s=valid_until_s,
        moved_from=held.audience if audience != held.audience else None,
    )


def _edited(listing: Listing, row: Row) -> Listing:
    """Return listing with what the row says in place of what it said; a blank cell empties."""
    fields = listing.model_dump() | row.fields
    given = {name: value for name, value in fields.items() if value is not None}
    return write_listing({"category": "other", "posted_s": listing.posted_s} | given)


def _changes(old: Held, new: Held) -> list[str]:
    """Return in words what is different."""
    was, is_now = old.listing.model_dump(), new.listing.model_dump()
    words = [FIELD_WORDS[name] for name in was if was[name] != is_now[name]]
    if old.audience != new.audience:
        words.append("who can see it")
    if old.valid_until_s != new.valid_until_s:
        words.append("how long it is open")
    return words


class _Rids:
    """Gives each row its rid, the same at every import of the same file."""

    def __init__(self, pod_id: PodId) -> None:
        self._pod_id = pod_id
        self._given: dict[bytes, Place] = {}
        self._same: Counter[bytes] = Counter()

    def of(self, row: Row) -> bytes:
        """Return the row's rid. Raises Unreadable if an earlier row has the same id."""
        rid = self._rid(row)
        if rid in self._given:
            raise Unreadable("the same id as in line {line}", line=str(self._given[rid].line))
        self._given[rid] = row.place
        return rid

    def _rid(self, row: Row) -> bytes:
        if re.fullmatch(r"[0-9a-fA-F]{32}", row.key):
            return bytes.fromhex(row.key)  # of our own export
        if row.key:
            return self._hashed(("id", row.key.casefold()))
        said = row.listing.to_payload()
        self._same[said] += 1
        return self._hashed(("row", said, self._same[said]))

    def _hashed(self, what: Value) -> bytes:
        return sha256(TAG_IMPORT + self._pod_id + encode(what)).digest()[:RID_BYTES]


def _valid_until_s(row: Row, terms: Terms) -> int | None:
    """Return when the row says that it closes; a day is open to its end."""
    if not isinstance(row.until, str):
        return row.until
    moment = datetime.fromisoformat(row.until).replace(tzinfo=terms.zone)
    return int((moment if "T" in row.until else moment + timedelta(days=1)).timestamp())


def _check_end(valid_until_s: int, now_s: int) -> None:
    if valid_until_s == UNTIL_I_SAY:
        return
    if valid_until_s <= now_s:
        raise Unreadable("the day until which it is open has passed")
    if valid_until_s > now_s + MAX_OPEN_S:
        raise Unreadable("open for longer than 400 days; write “until I say” if it has no end")


def _left(row: Row, what: What, reason: str) -> Action:
    return Action(place=row.place, what=what, title=row.listing.title, reason=reason)


def _bad_rows(problems: Iterable[Problem]) -> list[Action]:
    """Return one action for each bad row, with all that is wrong with it."""
    reasons: dict[Place, Saying] = {}
    for problem in problems:
        said = Saying("{why}", why=problem.reason)
        if problem.column:
            said = Saying("{column}: {why}", column=problem.column, why=problem.reason)
        before = reasons.get(problem.place)
        both = said if before is None else Saying("{one}; {other}", one=before, other=said)
        reasons[problem.place] = both
    return [
        Action(place=place, what=What.BAD, title="", reason=reason)
        for place, reason in reasons.items()
    ]

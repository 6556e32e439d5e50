"""The life of a listing: what its author may do with it, and with the answers to it, as tables.

Spec: docs/kinds.md §2.3 and §2.5, which show the same tables. Only the pod that made a listing
promises; everyone else asks. So a listing has one keeper, and what two pods asked for during a
split is settled by that one alone.
"""

from enum import StrEnum
from typing import Final

from protocol.aid.listing import Listing, Status
from protocol.errors import UserError
from protocol.saying import Plural, Word


class Act(StrEnum):
    """What the people of its pod do with a listing, each in one tap."""

    PAUSE = "pause"
    RESUME = "resume"
    DONE = "done"
    REOPEN = "reopen"


STATUS_AFTER: Final[dict[Status, dict[Act, Status]]] = {
    "open": {Act.PAUSE: "paused", Act.DONE: "done"},
    "paused": {Act.RESUME: "open", Act.DONE: "done"},
    "done": {Act.REOPEN: "open"},
}
"""What is not here cannot be done in that status."""


class Standing(StrEnum):
    """How an answer stands."""

    WAITING = "waiting"
    PROMISED = "promised"
    DECLINED = "declined"
    BACK_HOME = "back home"  # what was lent came back
    TAKEN_BACK = "taken back"  # by who asked
    GONE = "gone"  # nothing is left to ask for: done or withdrawn


class Turn(StrEnum):
    """What happens to an answer. TAKE_BACK is for who asked, CLOSE comes with the end of a
    listing; all others are for the pod that made the listing."""

    PROMISE = "promise"
    UNPROMISE = "unpromise"
    DECLINE = "decline"
    COME_HOME = "come home"
    TAKE_BACK = "take back"
    CLOSE = "close"


STANDING_AFTER: Final[dict[Standing, dict[Turn, Standing]]] = {
    Standing.WAITING: {
        Turn.PROMISE: Standing.PROMISED,
        Turn.DECLINE: Standing.DECLINED,
        Turn.TAKE_BACK: Standing.TAKEN_BACK,
        Turn.CLOSE: Standing.GONE,
    },
    Standing.PROMISED: {
        Turn.UNPROMISE: Standing.WAITING,
        Turn.COME_HOME: Standing.BACK_HOME,
        Turn.TAKE_BACK: Standing.TAKEN_BACK,
        Turn.CLOSE: Standing.GONE,
    },
    Standing.DECLINED: {Turn.PROMISE: Standing.PROMISED, Turn.TAKE_BACK: Standing.TAKEN_BACK},
    Standing.BACK_HOME: {},
    Standing.TAKEN_BACK: {},
    Standing.GONE: {},
}
OVER: Final = frozenset(standing for standing, turns in STANDING_AFTER.items() if not turns)
"""Nothing more will happen to these."""


def after(listing: Listing, act: Act) -> Listing:
    """Return the listing as act leaves it. Raises UserError (conflict)."""
    status = STATUS_AFTER[listing.status].get(act)
    if status is None:
        raise UserError(
            "conflict", "It is {status} already.", "See it: pod show", status=Word(listing.status)
        )
    return listing.model_copy(update={"status": status})


def turned(standing: Standing, turn: Turn) -> Standing:
    """Return how an answer stands after turn. Raises UserError (conflict)."""
    following = STANDING_AFTER[standing].get(turn)
    if following is None:
        raise UserError(
            "conflict",
            "This answer is {standing}: that cannot follow.",
            "See: pod answers",
            standing=standing,
        )
    return following


# --- How many there are ---


def room(listing: Listing, promised_that_day: int = 0) -> int | None:
    """Return how many can still be promised; None if there is plenty.

    Of a listing that repeats, each day has as many as qty says: promised_that_day are gone.
    Without a quantity there is one.
    """
    if listing.plenty:
        return None
    qty = listing.qty or 1
    if is_by_day(listing):
        return max(0, qty - promised_that_day)
    return qty if listing.left is None else listing.left


def promise(listing: Listing, count: int, promised_that_day: int = 0) -> Listing:
    """Return the listing with count promised. Raises UserError (conflict) if that is too many."""
    has = room(listing, promised_that_day)
    if has is not None and count > has:
        raise UserError(
            "conflict",
            Plural("Only {count} can still be promised.", "Only {count} can be promised.", has)
            if has
            else "All of it is promised.",
            "Take back another promise first, or say that there is more: pod edit --qty",
        )
    if has is None or is_by_day(listing):
        return listing
    return _with_left(listing, has - count)


def give_back(listing: Listing, count: int) -> Listing:
    """Return the listing with count no longer promised: never more than there is."""
    has = room(listing)
    if has is None or is_by_day(listing):
        return listing
    return _with_left(listing, min(listing.qty or 1, has + count))


def with_promises_of(listing: Listing, before: Listing) -> Listing:
    """Return an edited listing with what was promised of it before still promised.

    An edit that says itself how much is left is believed.
    """
    says_left = listing.left not in (None, before.left)
    if before.left is None or says_left or listing.plenty or is_by_day(listing):
        return listing
    promised = (before.qty or 1) - before.left
    return _with_left(listing, max(0, (listing.qty or 1) - promised))


def is_by_day(listing: Listing) -> bool:
    """Tell whether each occurrence is promised by itself."""
    return listing.repeats != "none"


def _with_left(listing: Listing, left: int) -> Listing:
    """All of it left is not said: so that a promise taken back leaves no trace."""
    qty = listing.qty or 1
    if left == qty:
        is_one = qty == 1 and listing.unit is None
        return listing.model_copy(update={"left": None, "qty": None if is_one else qty})
    return listing.model_copy(update={"left": left, "qty": qty})


def check_day(listing: Listing, day: str | None) -> None:
    """Raise UserError (invalid) unless a day is named just where a listing repeats."""
    if is_by_day(listing) and day is None:
        raise UserError(
            "invalid",
            "This repeats, so each time is promised by itself.",
            "Say for which day: --on 2026-12-31",
        )
    if day is not None and not is_by_day(listing):
        raise UserError("invalid", "This does not repeat: it has no days to choose from.")

"""A listing: one offer or one need of a pod, open to whoever may read it.

Spec: docs/kinds.md §2. No price, no counter, no rating: there is no field for one.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from protocol.aid import limits
from protocol.aid.body import Body, clash, no_doubles, up_to
from protocol.aid.categories import Category
from protocol.aid.fields import (
    Cell,
    Day,
    Language,
    Line,
    Paragraph,
    Seconds,
    Tag,
    first_minute,
    last_minute,
)

LISTING: Final = 1
"""Kind code."""

Type: TypeAlias = Literal["offer", "need"]
Mode: TypeAlias = Literal["give", "lend", "do", "teach", "space", "company"]
Repeats: TypeAlias = Literal["none", "weekly", "monthly"]
Urgency: TypeAlias = Literal["now", "days", "whenever"]
Status: TypeAlias = Literal["open", "paused", "done"]
ReplyVia: TypeAlias = Literal["sealed", "at-meetup", "through-steward"]


class Listing(Body):
    """One offer or need, checked."""

    CODE = LISTING
    NAME = "listing"
    # A sealed letter reaches the pod from anywhere, and asks nobody to show a telephone number.
    FIRST: ClassVar[Mapping[str, object]] = {"status": "open", "reply_via": ("sealed",)}

    type: Type
    title: Annotated[str, up_to(limits.MAX_TITLE), Line]
    category: Category
    status: Status
    reply_via: Annotated[tuple[ReplyVia, ...], Field(min_length=1, max_length=3)]
    details: Annotated[str, up_to(limits.MAX_DETAILS), Paragraph] | None = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=limits.MAX_TAGS)] = ()
    mode: Mode | None = None
    qty: Annotated[int, Field(ge=1, le=limits.MAX_QTY)] | None = None
    unit: Annotated[str, up_to(limits.MAX_UNIT), Line] | None = None
    left: Annotated[int, Field(ge=0, le=limits.MAX_QTY)] | None = None  # not yet promised
    plenty: bool = False  # more than anybody will ask for
    date_from: Day | None = None
    date_to: Day | None = None
    when: Annotated[str, up_to(limits.MAX_WHEN), Line] | None = None
    repeats: Repeats = "none"
    repeats_words: Annotated[str, up_to(limits.MAX_REPEATS_WORDS), Line] | None = None
    urgency: Urgency | None = None
    cell: Cell | None = None
    place: Annotated[str, up_to(limits.MAX_PLACE), Line] | None = None
    access: Annotated[str, up_to(limits.MAX_ACCESS), Paragraph] | None = None
    by: Annotated[str, up_to(limits.MAX_BY), Line] | None = None  # None: someone in the pod
    lang: Language | None = None
    posted_s: Seconds | None = None  # for show and order: a renewal moves the stamp, not this

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        if self.qty is None:
            if self.unit is not None:
                clash("unit", "unit_without_qty")
            if self.left is not None:
                clash("left", "left_without_qty")
        elif self.plenty:
            clash("plenty", "plenty_and_qty")
        elif self.left is not None and self.left > self.qty:
            clash("left", "left_above_qty")
        if (
            self.date_from
            and self.date_to
            and last_minute(self.date_to) < first_minute(self.date_from)
        ):
            clash("date_to", "ends_before_it_starts")
        no_doubles(self, "tags", "reply_via")
        return self

    def headline(self) -> str:
        return self.title

    def words(self) -> tuple[str, ...]:
        return (self.title, self.details or "", self.place or "", *self.tags)

    def default_valid_until_s(self, now_s: int) -> int:
        """Needs close sooner: who has been helped rarely says so."""
        return now_s + (limits.NEED_OPEN_S if self.type == "need" else limits.OFFER_OPEN_S)


class State(StrEnum):
    """What a reader sees of a listing; the first that holds, in the order of state()."""

    DONE = "done"
    EXPIRED = "expired"
    PAUSED = "paused"
    SPOKEN_FOR = "spoken for"
    OPEN = "open"


def state(listing: Listing, valid_until_s: int, now_s: int) -> State:
    """Return what readers see at now_s. valid_until_s: of the record; 0 = no end."""
    if listing.status == "done":
        return State.DONE
    if 0 < valid_until_s <= now_s:
        return State.EXPIRED
    if listing.status == "paused":
        return State.PAUSED
    return State.SPOKEN_FOR if listing.left == 0 else State.OPEN


def read_listing(payload: bytes) -> Listing:
    """Return the listing of a record's payload, from whomever. Raises UnfitBody only."""
    return Listing.read(payload)


def write_listing(fields: Mapping[str, object]) -> Listing:
    """Return the listing that a person means by these fields, or WrongFields; see Body.write."""
    return Listing.write(fields)

"""A listing: one offer or one need of a pod, open to whoever may read it.

Spec: docs/kinds.md §2. No price, no counter, no rating: there is no field for one. The body is
flat, a map from these names to values, so that form, spreadsheet, page and wire say the same
words. An absent name means the default; a name that we do not know is ignored, so that a later
version may add one.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal, NoReturn, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError, ValidationError

from protocol.aid import limits
from protocol.aid.categories import Category
from protocol.aid.fields import Cell, Day, Language, Line, Paragraph, Seconds, Tag, tidy
from protocol.aid.sentences import WrongFields, faults
from protocol.codec import FlatMap, decode_map, encode
from protocol.errors import PeerError, UnfitBody
from protocol.record import Scope

LISTING: Final = 1
"""Kind code."""

Type: TypeAlias = Literal["offer", "need"]
Mode: TypeAlias = Literal["give", "lend", "do", "teach", "space", "company"]
Repeats: TypeAlias = Literal["none", "weekly", "monthly"]
Urgency: TypeAlias = Literal["now", "days", "whenever"]
Status: TypeAlias = Literal["open", "paused", "done"]
ReplyVia: TypeAlias = Literal["sealed", "at-meetup", "through-steward"]


def _up_to(limit: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=limit)


class Listing(BaseModel):
    """One offer or need, checked. Equal listings have equal payloads.

    Withdrawn is not among the statuses: a withdrawal is a record without payload (protocol.md
    §4), so nobody can go on reading what was taken back.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    type: Type
    title: Annotated[str, _up_to(limits.MAX_TITLE), Line]
    category: Category
    status: Status
    reply_via: Annotated[tuple[ReplyVia, ...], Field(min_length=1, max_length=3)]
    details: Annotated[str, _up_to(limits.MAX_DETAILS), Paragraph] | None = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=limits.MAX_TAGS)] = ()
    mode: Mode | None = None
    qty: Annotated[int, Field(ge=1, le=limits.MAX_QTY)] | None = None
    unit: Annotated[str, _up_to(limits.MAX_UNIT), Line] | None = None
    left: Annotated[int, Field(ge=0, le=limits.MAX_QTY)] | None = None  # not yet promised
    plenty: bool = False  # more than anybody will ask for
    date_from: Day | None = None
    date_to: Day | None = None
    when: Annotated[str, _up_to(limits.MAX_WHEN), Line] | None = None
    repeats: Repeats = "none"
    repeats_words: Annotated[str, _up_to(limits.MAX_REPEATS_WORDS), Line] | None = None
    urgency: Urgency | None = None
    cell: Cell | None = None
    place: Annotated[str, _up_to(limits.MAX_PLACE), Line] | None = None
    access: Annotated[str, _up_to(limits.MAX_ACCESS), Paragraph] | None = None
    by: Annotated[str, _up_to(limits.MAX_BY), Line] | None = None  # None: someone in the pod
    lang: Language | None = None
    posted_s: Seconds | None = None  # for show and order: a renewal moves the stamp, not this

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        if self.qty is None:
            if self.unit is not None:
                _clash("unit", "unit_without_qty")
            if self.left is not None:
                _clash("left", "left_without_qty")
        elif self.plenty:
            _clash("plenty", "plenty_and_qty")
        elif self.left is not None and self.left > self.qty:
            _clash("left", "left_above_qty")
        if self.date_from and self.date_to and _ends(self.date_to) < _starts(self.date_from):
            _clash("date_to", "ends_before_it_starts")
        if len(set(self.tags)) < len(self.tags):
            _clash("tags", "said_twice")
        if len(set(self.reply_via)) < len(self.reply_via):
            _clash("reply_via", "said_twice")
        return self

    def to_payload(self) -> bytes:
        """Return the canonical bytes, at most MAX_LISTING_BYTES; defaults are left out."""
        return encode(self.model_dump(exclude_defaults=True))

    def for_audience(self, audience: "Audience") -> Self:
        """Return the listing with its place as coarse as that audience may see it."""
        if self.cell is None or audience is not Audience.NETWORK:
            return self
        return self.model_copy(update={"cell": self.cell[: limits.NETWORK_CELL]})


class Audience(StrEnum):
    """Who may read a listing, by its pod's choice; a wider one is never chosen for it."""

    POD = "pod"  # this pod alone: it has no record, so it cannot be sent
    NEAR = "near"
    NETWORK = "network"

    @property
    def scope(self) -> Scope | None:
        """The scope of its records, None if it has none."""
        return None if self is Audience.POD else Scope[self.name]


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


def default_valid_until_s(listing: Listing, now_s: int) -> int:
    """Return when a listing posted now closes if nobody says otherwise (domain: needs sooner)."""
    return now_s + (limits.NEED_OPEN_S if listing.type == "need" else limits.OFFER_OPEN_S)


def read_listing(payload: bytes) -> Listing:
    """Return the listing of a record's payload, from whomever. Raises UnfitBody only."""
    try:
        return Listing.model_validate(read_fields(payload))
    except ValidationError as err:
        fault = faults(err)[0]
        # Not "from err": its text quotes what it refused, and that would reach a log.
        raise UnfitBody(fault.field, fault.rule) from None


def read_fields(payload: bytes) -> FlatMap:
    """Return the names and values of a payload, not judged: for one whose fitness is known.

    Raises UnfitBody only.
    """
    try:
        return decode_map(payload, max_bytes=limits.MAX_LISTING_BYTES, max_pairs=limits.MAX_FIELDS)
    except PeerError as err:
        raise UnfitBody("payload", err.code) from err


def check_listing(payload: bytes) -> None:
    """The check of the kind. Raises UnfitBody if payload is no listing."""
    read_listing(payload)


def write_listing(fields: Mapping[str, object]) -> Listing:
    """Return the listing that a person means by these fields, or WrongFields with a sentence each.

    fields: by the names of Listing. Text is tidied; None and empty mean not given; status and
    reply_via have what a first posting has. Unknown names are an error of the caller.
    """
    unknown = fields.keys() - Listing.model_fields.keys()
    if unknown:
        raise TypeError(f"not fields of a listing: {sorted(unknown)}")
    given = {name: _tidied(value) for name, value in fields.items()}
    kept = {name: value for name, value in given.items() if value not in (None, "", ())}
    try:
        return Listing.model_validate({**FIRST_POSTING, **kept})
    except ValidationError as err:
        raise WrongFields(faults(err)) from None


FIRST_POSTING: Final[dict[str, object]] = {"status": "open", "reply_via": ("through-steward",)}
"""Until sealed mail exists, the way to answer is to speak with a steward of the pod."""


def _tidied(value: object) -> object:
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, tuple | list):
        return tuple(item for item in map(_tidied, value) if item != "")
    return value


def _starts(day: str) -> str:
    return day if "T" in day else f"{day}T00:00"


def _ends(day: str) -> str:
    return day if "T" in day else f"{day}T23:59"


def _clash(field: str, rule: str) -> NoReturn:
    """Refuse two fields that do not go together; field is the one to point at."""
    raise PydanticCustomError(rule, "fields do not go together", {"field": field})

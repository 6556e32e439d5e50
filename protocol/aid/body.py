"""What the bodies of all kinds have in common: read, written and judged in one way.

Spec: docs/kinds.md §1. A body is flat, a map from names to values, so that form, spreadsheet,
page and wire say the same words. An absent name means the default; a name that is not known is
ignored, so that a later version may add one. A kind is a class with fields and rules, below
100 lines; what stores, shows and sends it asks the class and never which kind it is.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import ClassVar, NoReturn, Self

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError, ValidationError

from protocol.aid import limits
from protocol.aid.audience import Audience
from protocol.aid.form import fill
from protocol.aid.sentences import faults
from protocol.codec import FlatMap, decode_map, encode
from protocol.errors import PeerError, UnfitBody
from protocol.kinds import Kind


class Body(BaseModel):
    """What one record says, checked. Equal bodies have equal payloads.

    Withdrawn is no state of a body: a withdrawal is a record without payload (protocol.md §4),
    so nobody can go on reading what was taken back.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    CODE: ClassVar[int]
    """On the wire, for ever."""
    NAME: ClassVar[str]
    FIRST: ClassVar[Mapping[str, object]] = {}
    """What a first posting says if its author does not."""

    # --- Reading and writing ---

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """Return the body of a record's payload, from whomever. Raises UnfitBody only."""
        try:
            return cls.model_validate(read_fields(payload))
        except ValidationError as err:
            fault = faults(err)[0]
            # Not "from err": its text quotes what it refused, and that would reach a log.
            raise UnfitBody(fault.field, fault.rule) from None

    @classmethod
    def write(cls, fields: Mapping[str, object]) -> Self:
        """Return the body that a person means by these fields, or WrongFields; see fill.

        What FIRST names has what a first posting has, if nothing is given.
        """
        return fill(cls, fields, cls.FIRST)

    def to_payload(self) -> bytes:
        """Return the canonical bytes, at most MAX_PAYLOAD_BYTES; defaults are left out."""
        return encode(self.model_dump(exclude_defaults=True))

    @classmethod
    def kind(cls) -> Kind:
        """Return what the sync core knows of it."""
        return Kind(
            code=cls.CODE,
            name=cls.NAME,
            max_payload_bytes=limits.MAX_PAYLOAD_BYTES,
            check=cls.check,
        )

    @classmethod
    def check(cls, payload: bytes) -> None:
        """Raise UnfitBody, and nothing else, if payload is not one of these."""
        cls.read(payload)

    # --- What those ask who keep and show bodies of any kind ---

    def headline(self) -> str:
        """Return its one line for lists."""
        raise NotImplementedError

    def words(self) -> tuple[str, ...]:
        """Return its texts that people search in, the headline first."""
        return (self.headline(),)

    def only_rid(self) -> bytes | None:
        """Return the one rid that it may stand under; None where each has one of its own.

        With it a pod cannot say two things about one matter at once: the later one replaces.
        """
        return None

    def subject(self) -> str:
        """Return the reference that it is about, as protocol.aid.reference writes it; or ""."""
        return ""

    def filed_under(self) -> tuple[str, ...]:
        """Return the words by which lists are narrowed: categories, a topic."""
        return ()

    def for_audience(self, audience: Audience) -> Self:
        """Return the body with its cell as coarse as that audience may see it."""
        cell = getattr(self, "cell", None)
        if cell is None or audience is not Audience.NETWORK:
            return self
        return self.model_copy(update={"cell": cell[: limits.NETWORK_CELL]})

    def default_valid_until_s(self, now_s: int) -> int:  # noqa: ARG002  # some kinds ask for it
        """Return until when it is good if nobody says otherwise; 0 = no end."""
        return limits.UNTIL_I_SAY

    def begins_s(self, posted_s: int) -> int:
        """Return before when nobody need look at it: for what lies in the future."""
        return posted_s

    def looked_on(self) -> str | None:
        """Return the day on which somebody looked whether it is so; None where nobody looks."""
        return None

    def doubts(self) -> bool:
        """Tell whether it says that its subject is not as it was told."""
        return False

    def longest_s(self) -> int:
        """Return how long after its posting readers show it at most; 0: no such bound."""
        return 0

    def closes_s(self, posted_s: int, valid_until_s: int) -> int:
        """Return when readers take it off, whatever its author said; 0 = no end."""
        if not self.longest_s():
            return valid_until_s
        last = posted_s + self.longest_s()
        return min(valid_until_s or last, last)


def read_fields(payload: bytes) -> FlatMap:
    """Return the names and values of a payload, not judged: for one whose fitness is known.

    Raises UnfitBody only.
    """
    try:
        return decode_map(payload, max_bytes=limits.MAX_PAYLOAD_BYTES, max_pairs=limits.MAX_FIELDS)
    except PeerError as err:
        raise UnfitBody("payload", err.code) from err


def posted_s(said: int | None, stamp_ms: int) -> int:
    """Return when a body was first posted: what it says, if anything, but not after its signing.

    A time to come would keep it on top of every list.
    """
    signed_s = stamp_ms // 1000
    return signed_s if said is None else min(said, signed_s)


def up_to(limit: int) -> StringConstraints:
    """Return the bound of a text that is not empty."""
    return StringConstraints(min_length=1, max_length=limit)


def clash(field: str, rule: str) -> NoReturn:
    """Refuse two fields that do not go together; field is the one to point at."""
    raise PydanticCustomError(rule, "fields do not go together", {"field": field})


def no_doubles(body: Body, *fields: str) -> None:
    """Refuse a list that says something twice."""
    for field in fields:
        said = getattr(body, field)
        if len(set(said)) < len(said):
            clash(field, "said_twice")


def day_of_looking(said: str, stamp_ms: int) -> date:
    """Return the day that was named, but none after the signing: nobody looks tomorrow."""
    signed = datetime.fromtimestamp(min(stamp_ms // 1000 + 86_400, 1 << 37), UTC).date()
    return min(date.fromisoformat(said), signed)


def looked_s(body: Body, stamp_ms: int) -> int:
    """Return that day of a body in Unix time, 0 where nobody looks."""
    said = body.looked_on()
    if said is None:
        return 0
    midnight = datetime.combine(day_of_looking(said, stamp_ms), time(), UTC)
    return max(1, int(midnight.timestamp()))

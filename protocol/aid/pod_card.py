"""A pod card: who a pod is, for other pods. One a pod, to everybody, and no person in it.

Spec: docs/kinds.md §3. It holds what a flyer at the door would say: a name, a zone in words, how
to ask. The number of members is a band, as an exact one would tell when somebody moves out.
"""

from typing import Annotated, ClassVar, Final, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from protocol.aid import limits
from protocol.aid.audience import Audience
from protocol.aid.body import Body, clash, no_doubles, up_to
from protocol.aid.fields import Language, Line, Paragraph, Seconds, Way
from protocol.record import RID_BYTES

POD_CARD: Final = 2
"""Kind code."""
CARD_RID: Final = bytes(RID_BYTES)
"""A pod has one card, so its slot is known beforehand."""

ZoneKind: TypeAlias = Literal[
    "building", "workplace", "street", "neighbourhood", "town", "interest"
]
Accepting: TypeAlias = Literal["yes", "ask", "no"]
MembersBand: TypeAlias = Literal["2-4", "5-10", "11-20", "20+"]

Address = Annotated[
    str, StringConstraints(max_length=limits.MAX_ADDRESS, pattern=r"^[a-z0-9.:\[\]-]+:[0-9]{1,5}$")
]
"""Where a pod's node may answer: a hint, never trust. host:port as in an invitation."""
CardCell = Annotated[
    str, StringConstraints(pattern=rf"^[0-9b-hjkmnp-z]{{1,{limits.NETWORK_CELL}}}$")
]
MailKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""An X25519 public key, in hexadecimal: a flat body holds no bytes (§1.1)."""


class PodCard(Body):
    """One pod, as it shows itself to others."""

    CODE = POD_CARD
    NAME = "pod_card"
    FIRST: ClassVar = {"accepting": "ask"}

    name: Annotated[str, up_to(limits.MAX_POD_NAME), Line]
    zone_name: Annotated[str, up_to(limits.MAX_PLACE), Line]
    zone_kind: ZoneKind
    accepting: Accepting  # new members
    zone_words: Annotated[str, up_to(limits.MAX_ZONE_WORDS), Paragraph] | None = None
    cell: CardCell | None = None
    languages: Annotated[tuple[Language, ...], Field(max_length=limits.MAX_LANGUAGES)] = ()
    members_band: MembersBand | None = None
    about: Annotated[str, up_to(limits.MAX_CARD_ABOUT), Paragraph] | None = None
    how_to_reach: Annotated[tuple[Way, ...], Field(max_length=limits.MAX_WAYS)] = ()
    addresses: Annotated[tuple[Address, ...], Field(max_length=limits.MAX_CARD_ADDRESSES)] = ()
    mail_key: MailKey | None = None
    lang: Language | None = None
    posted_s: Seconds | None = None

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        no_doubles(self, "languages", "how_to_reach", "addresses")
        if self.mail_key is not None and not self.mail_key.strip("0"):
            clash("mail_key", "no_key")
        return self

    @property
    def mail_public_key(self) -> bytes | None:
        """The key that letters to this pod are sealed to, 32 bytes; None: it takes none."""
        return None if self.mail_key is None else bytes.fromhex(self.mail_key)

    def headline(self) -> str:
        return self.name

    def words(self) -> tuple[str, ...]:
        return (self.name, self.zone_name, self.zone_words or "", self.about or "")

    def only_rid(self) -> bytes:
        return CARD_RID

    def for_audience(self, audience: Audience) -> Self:  # noqa: ARG002  # it is for everybody
        return self

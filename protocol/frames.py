"""Frames: what two pods say to each other on one channel.

Spec: docs/protocol.md §7.2. Their bytes are made and read in frame_bytes.py; whose turn it is
stands in turns.py.
"""

from typing import Final, NamedTuple, TypeAlias

from protocol.identity import PodId
from protocol.trust import Entry

Wire: TypeAlias = tuple[bytes, bytes]
"""A record as it travels: (body, signature)."""

SETS: Final = 4
"""Sets that a round compares: shelf of the caller, shelf of the answerer, near, network."""


class Summary(NamedTuple):
    """How many records a set holds, and the fingerprint of their ids (16 bytes)."""

    size: int
    fingerprint: bytes


class Hello(NamedTuple):
    """The first frame of each side. now_s is nil unless the clock is synced (R7).

    version: the greatest version of records spoken.  near: whether near records may be
    exchanged yet (R16); both must say so.  held_table: hash of the receiver's table as held.
    """

    version: int
    near: bool
    floor_s: int
    now_s: int | None
    own_table: bytes
    held_table: bytes


class TableFrame(NamedTuple):
    """The sender's table, as a delta from the one whose hash is base; nil: from nothing."""

    base: bytes | None
    changed: tuple[Entry, ...]
    removed: tuple[PodId, ...]
    hash: bytes


class WantCertificates(NamedTuple):
    """Authors whose greatest certificate the sender asks for."""

    authors: tuple[PodId, ...]


class Certificates(NamedTuple):
    """Certificates, each in its wire form."""

    wires: tuple[bytes, ...]


class Sets(NamedTuple):
    """Opens a round: bounds, the two tables that define it, four summaries. Caller only."""

    round: int
    floor_s: int
    ceiling_s: int | None
    caller_table: bytes
    answerer_table: bytes
    summaries: tuple[Summary, ...]


class SetsReply(NamedTuple):
    """Answers Sets. status: COMPARED, or why the caller must open the round anew."""

    round: int
    status: int
    floor_s: int
    now_s: int | None
    equal: tuple[bool, ...]

    @property
    def ends_round(self) -> bool:
        """Whether it leaves nothing to compare."""
        return self.status != COMPARED or all(self.equal)


class Ranges(NamedTuple):
    """One Negentropy message about one set of the round."""

    round: int
    set: int
    message: bytes


class Want(NamedTuple):
    """Beginnings of ids, SHORT_ID_BYTES each, whose bodies the caller asks for."""

    short_ids: tuple[bytes, ...]


class Records(NamedTuple):
    """Records: answers to Want, what the answerer lacks, or live changes."""

    wires: tuple[Wire, ...]


class Gone(NamedTuple):
    """Beginnings asked for with which no id in the sets of this pair begins (any more)."""

    short_ids: tuple[bytes, ...]


class Refused(NamedTuple):
    """Ids that the receiver refuses for a lasting reason: do not offer them again."""

    ids: tuple[bytes, ...]


class RoundDone(NamedTuple):
    """The caller has fetched and sent all that the round found."""

    round: int


class RoundWanted(NamedTuple):
    """The answerer asks the caller to open a round soon."""


class Ping(NamedTuple):
    """Sign of life; tells floor and synced time anew."""

    floor_s: int
    now_s: int | None


class Pong(NamedTuple):
    """Answers Ping."""

    floor_s: int
    now_s: int | None


class Bye(NamedTuple):
    """The last frame: why the sender closes. certificate: the greater one, if superseded."""

    code: str
    certificate: bytes | None


class Offer(NamedTuple):
    """What is said of mail before it is handed over: enough to know whether it is wanted."""

    id: bytes
    recipient: PodId
    epoch: int
    expires_s: int
    token_hash: bytes


class MailOffers(NamedTuple):
    """Mail for pods that the receiver is nearer to; one offer at a time (R15)."""

    offers: tuple[Offer, ...]


class MailWant(NamedTuple):
    """Answers MailOffers: the ids of those wanted, possibly none."""

    ids: tuple[bytes, ...]


class MailBatch(NamedTuple):
    """Sealed mail, as was asked for."""

    wires: tuple[bytes, ...]


class MailTokens(NamedTuple):
    """Tokens that recipients released: the mail whose hashes they have is to be deleted."""

    tokens: tuple[bytes, ...]


Frame: TypeAlias = (
    Hello
    | TableFrame
    | WantCertificates
    | Certificates
    | Sets
    | SetsReply
    | Ranges
    | Want
    | Records
    | Gone
    | Refused
    | RoundDone
    | RoundWanted
    | Ping
    | Pong
    | Bye
    | MailOffers
    | MailWant
    | MailBatch
    | MailTokens
)

COMPARED: Final = 0
TABLES_STALE: Final = 1
BOUNDS_CHANGED: Final = 2

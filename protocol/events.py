"""What a session asks of its node: everything that needs the disk or a signature check.

Spec: docs/protocol.md §7. A session decides, the node does; each event below says which call
of Session takes the answer back.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from protocol.frames import Offer, Wire
from protocol.identity import Certificate, PodId


class TableTold(NamedTuple):
    """The peer told a new table; it stands in the directory already."""


class CertificatesTold(NamedTuple):
    """Certificates to verify, keep, and act upon."""

    wires: tuple[bytes, ...]


class RecordsTold(NamedTuple):
    """Records to verify and take in, then `settled`. in_round: found by a comparison."""

    wires: tuple[Wire, ...]
    in_round: bool


class BodiesWanted(NamedTuple):
    """The peer asks for the bodies of ids that begin so: look them up for `send_bodies`."""

    short_ids: tuple[bytes, ...]


class BodiesLacked(NamedTuple):
    """The peer lacks these records: look them up for `send_bodies`."""

    ids: Sequence[bytes]


class IdsRefused(NamedTuple):
    """The peer will not have these ids, for good: do not offer them again (R10)."""

    ids: tuple[bytes, ...]


class RoundOver(NamedTuple):
    """A round ended. equal: nothing differed.  mark: of the session, as the round began."""

    equal: bool
    mark: int = 0


class PeerLeft(NamedTuple):
    """The peer said bye. certificate: a greater one of ours that it knows (R3)."""

    code: str
    certificate: bytes | None


class MailOffered(NamedTuple):
    """The peer offers mail: answer with `mailing.answer`."""

    offers: tuple[Offer, ...]


class MailWanted(NamedTuple):
    """The peer wants these of our offer: look them up for `mailing.hand_over`."""

    ids: tuple[bytes, ...]


class MailTold(NamedTuple):
    """Mail to keep or to open; what was delivered is answered with `mailing.reply`."""

    wires: tuple[bytes, ...]


class TokensTold(NamedTuple):
    """Tokens that recipients released."""

    tokens: tuple[bytes, ...]


Event: TypeAlias = (
    TableTold
    | CertificatesTold
    | RecordsTold
    | BodiesWanted
    | BodiesLacked
    | IdsRefused
    | RoundOver
    | PeerLeft
    | MailOffered
    | MailWanted
    | MailTold
    | TokensTold
)


class Body(NamedTuple):
    """A record that may be sent, with all that decides whether and how."""

    id: bytes
    author: PodId
    scope: int
    stamp_ms: int
    on_shelf: bool
    wire: Wire
    certificate: Certificate

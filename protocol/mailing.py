"""Mail over one session: offered, asked for, handed over, and deleted by its token.

Spec: docs/protocol.md §15.4 (R15). One offer is under way at a time on each side, and it is
answered by a `mail_want`, so a slow peer is not buried and nothing has to be remembered for it.
"""

from collections.abc import Callable, Sequence

from protocol.errors import PeerError
from protocol.events import Event, MailOffered, MailTold, MailWanted, TokensTold
from protocol.frames import Frame, MailBatch, MailOffers, MailTokens, MailWant, Offer
from protocol.limits import MAIL_PER_FRAME, SEEN_IDS
from protocol.parts import in_parts
from protocol.recent import RecentIds

MailFrame = MailOffers | MailWant | MailBatch | MailTokens


class Mailing:
    """What was said of mail on this channel. send: queues a frame."""

    def __init__(self, send: Callable[[Frame], None]) -> None:
        self._send = send
        self._offered = RecentIds(SEEN_IDS)
        self._talked_of = RecentIds(SEEN_IDS)
        self.under_way: frozenset[bytes] | None = None
        """Ids of the offer that the peer has not answered yet."""

    def was_offered(self, mail_id: bytes) -> bool:
        """Tell whether this mail was offered on this channel already."""
        return mail_id in self._offered

    def offer_anew(self) -> None:
        """Let what was offered be offered again: the peer may think otherwise of it by now."""
        self._offered = RecentIds(SEEN_IDS)

    def offer(self, offers: Sequence[Offer]) -> None:
        """Offer mail, MAIL_PER_FRAME at most; only while no offer is under way."""
        self.under_way = frozenset(offer.id for offer in offers)
        self._offered.update(self.under_way)
        self._talked_of.update(offer.token_hash for offer in offers)
        self._send(MailOffers(tuple(offers)))

    def answer(self, wanted: Sequence[bytes], tokens: Sequence[bytes]) -> None:
        """Answer an offer: what is wanted of it, and tokens of what was delivered long ago."""
        self._send_tokens(tokens)
        self._send(MailWant(tuple(wanted)))

    def hand_over(self, wires: Sequence[bytes]) -> None:
        """Send the mail that was asked for."""
        self.under_way = None
        for some in in_parts(wires, MAIL_PER_FRAME):
            self._send(MailBatch(some))

    def release(self, tokens: Sequence[tuple[bytes, bytes]]) -> None:
        """Send (hash, token) on, if mail with this hash was spoken of here."""
        self._send_tokens([token for hashed, token in tokens if hashed in self._talked_of])

    def reply(self, tokens: Sequence[bytes]) -> None:
        """Send tokens of mail that the peer has just handed over."""
        self._send_tokens(tokens)

    def take(self, frame: MailFrame) -> list[Event]:
        """Take a frame of the peer. Raises PeerError (out_of_turn)."""
        match frame:
            case MailOffers(offers):
                self._talked_of.update(offer.token_hash for offer in offers)
                return [MailOffered(offers)]
            case MailWant(ids):
                if not (self.under_way or frozenset()).issuperset(ids):
                    raise PeerError("out_of_turn", "mail wanted that was not offered")
                return [MailWanted(ids)]
            case MailBatch(wires):
                return [MailTold(wires)]
            case MailTokens(tokens):
                return [TokensTold(tokens)]

    def _send_tokens(self, tokens: Sequence[bytes]) -> None:
        for some in in_parts(tokens, MAIL_PER_FRAME):
            self._send(MailTokens(some))

"""Where mail meets those who write and read letters: what the core asks of them.

The core carries letters and does not know what they say. Who opens a pod brings these doors
along, as it brings its kinds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from protocol.identity import PodId
from store import Tx


class LetterIn(NamedTuple):
    """A letter that has come, proved and opened. brought_by: the neighbour that delivered it."""

    sender: PodId
    message_id: bytes
    written_s: int
    content: bytes
    brought_by: PodId


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDoors:
    """Each is called inside the act that it belongs to, if nothing else is said.

    recipient_key: the mail key in a pod's card, None if there is no card of its greatest epoch.
    deliver: keep a letter, durably with the act; False if there is no room, then it comes again.
    arrived, given_up: what became of a letter of ours, by its message id.
    show_key: not inside an act: have the pod's card show its mail key of today, if it does not;
    whether anything was signed.
    """

    recipient_key: Callable[[Tx, PodId], bytes | None]
    deliver: Callable[[Tx, LetterIn], bool]
    arrived: Callable[[Tx, bytes], None]
    given_up: Callable[[Tx, bytes], None]
    show_key: Callable[[], bool]

"""An invitation as people pass it on: in a chat, on paper, as a QR code.

Spec: docs/protocol.md §10.1 (R16). The text is a label, a version and base32 of a canonical
array with a checksum, so that every letter of it can be read aloud, typed, and set in the
dense alphanumeric mode of QR codes. It holds a secret: who has it first becomes a neighbour.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from typing import Final

from protocol.codec import decode, encode
from protocol.errors import PeerError, UserError
from protocol.handshake import TOKEN_BYTES
from protocol.identity import KEY_BYTES, TAG_INVITATION, PodId
from protocol.introduction import is_address, is_pod_name
from protocol.limits import MAX_ADDRESSES, MAX_INVITATION_CHARS

_LABEL: Final = "mutualpod"
_VERSION: Final = "1"
_CHECKSUM_BYTES: Final = 4
"""One altered text in four billion passes: people copy it, nobody attacks it."""
# What paper, chats and mail programs put into a text: white space of any kind, soft hyphens,
# zero-width and direction marks, and what stands around a quoted text.
_NOISE: Final = re.compile(
    r"[\s\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff"
    r"\"'`\u00ab\u00bb\u2018-\u201f\u2039\u203a<>]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What an invitation says.

    token: 16 bytes, good for one pod.  addresses: at most 4, where the pod may be; hints only.
    name: what the inviting pod calls itself.
    """

    pod_id: PodId
    token: bytes = field(repr=False)
    addresses: tuple[str, ...]
    name: str


def invitation_text(invitation: Invitation) -> str:
    """Return the text to pass on; its upper case is as good, and smaller as a QR code."""
    content = encode((invitation.pod_id, invitation.token, invitation.addresses, invitation.name))
    letters = base64.b32encode(content + _checksum(content)).decode("ascii").rstrip("=").lower()
    return f"{_LABEL}:{_VERSION}:{letters}"


def read_invitation(text: str) -> Invitation:
    """Return what text says, whatever a chat or a typist did to its case and spacing.

    Raises UserError (invalid_invitation) for anything altered, cut off or of a later version.
    """
    if len(text) > MAX_INVITATION_CHARS:
        raise _miscopied()
    plain = _NOISE.sub("", text)
    if not plain.isascii():  # the lower case of a Kelvin sign is a k
        raise _miscopied()
    label, _, rest = plain.lower().partition(":")
    version, _, letters = rest.partition(":")
    if label != _LABEL or not letters:
        raise UserError(
            "invalid_invitation",
            "That is not an invitation of a pod.",
            "Copy the whole text; it begins with {beginning}",
            beginning=f"{_LABEL}:{_VERSION}:",
        )
    if version != _VERSION:
        raise UserError(
            "invalid_invitation",
            "That invitation is of another version of mutualpod.",
            "Bring both pods to the same version, then ask for a new invitation.",
        )
    invitation = _opened(_unlettered(letters)[:-_CHECKSUM_BYTES])
    # Compared as a whole: the checksum, and that base32 has several texts for the same bytes.
    if invitation_text(invitation) != f"{_LABEL}:{_VERSION}:{letters}":
        raise _miscopied()
    return invitation


def _unlettered(letters: str) -> bytes:
    try:
        return base64.b32decode(letters.upper() + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError) as err:
        raise _miscopied() from err


def _opened(content: bytes) -> Invitation:
    """Read what anyone may have written."""
    try:
        value = decode(content, max_bytes=MAX_INVITATION_CHARS, max_items=16, max_depth=2)
    except PeerError as err:
        raise _miscopied() from err
    match value:
        case (bytes() as pod_id, bytes() as token, tuple() as addresses, str() as name) if (
            len(pod_id) == KEY_BYTES
            and len(token) == TOKEN_BYTES
            and len(addresses) <= MAX_ADDRESSES
            and is_pod_name(name)
        ):
            texts = tuple([text for text in addresses if isinstance(text, str)])
            if len(texts) == len(addresses) and all(map(is_address, texts)):
                return Invitation(pod_id=PodId(pod_id), token=token, addresses=texts, name=name)
    raise _miscopied()


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(TAG_INVITATION + content).digest()[:_CHECKSUM_BYTES]


def _miscopied() -> UserError:
    return UserError(
        "invalid_invitation",
        "The invitation is not whole, or was copied with a mistake.",
        "Copy it again from beginning to end, scan the QR code, or ask for a new one.",
    )

"""Mail: a letter from one pod to another, sealed so that those who carry it cannot read it.

Spec: docs/protocol.md §15.2 and §15.3 (R15). Mail is the sealed thing, a letter is what is
inside. What a letter says is opaque here, as payloads of records are.
"""

import hashlib
from typing import Final, NamedTuple, TypeGuard

from protocol.codec import Value, decode, encode
from protocol.errors import LocalError, PeerError
from protocol.identity import (
    KEY_BYTES,
    SIGNATURE_BYTES,
    TAG_LETTER,
    TAG_MAIL,
    TAG_MAIL_TOKEN,
    Certificate,
    PodId,
    WorkingKey,
    open_certificate,
    verify,
)
from protocol.limits import (
    MAIL_STEP_BYTES,
    MAX_CERTIFICATE_BYTES,
    MAX_LETTER_BYTES,
    MAX_MAIL_BYTES,
    MAX_MAIL_PLAIN_BYTES,
    UINT53_END,
    VALID_UNTIL_END_S,
)
from protocol.sealed import KEY_ID_BYTES, OVERHEAD_BYTES, SUITE, MailKey, mail_key_id, seal

MAIL_VERSION: Final = 1
TOKEN_BYTES: Final = 16
MESSAGE_ID_BYTES: Final = 16
HASH_BYTES: Final = 32
_LENGTH_BYTES: Final = 2


class Mail(NamedTuple):
    """What those who carry it see. id: SHA-256 over the wire.

    epoch, key_id: of the recipient, when it was sealed.  expires_s: Unix time after which nobody
    keeps it.  token_hash: of the token that the recipient releases when it has the letter.
    """

    wire: bytes
    id: bytes
    suite: int
    recipient: PodId
    epoch: int
    key_id: bytes
    expires_s: int
    token_hash: bytes
    sealed: bytes


class Letter(NamedTuple):
    """What is inside, checked. sender: proved by certificate and signature.

    message_id: the same however often the letter is sealed anew.  token: deletes the mail.
    """

    sender: Certificate
    message_id: bytes
    written_s: int
    content: bytes
    token: bytes


class Address(NamedTuple):
    """To whom mail is sealed: a pod, its greatest epoch, and the mail key of its card."""

    pod_id: PodId
    epoch: int
    mail_key: bytes


class Draft(NamedTuple):
    """What a letter is made from. content: at most MAX_LETTER_BYTES."""

    message_id: bytes
    written_s: int
    content: bytes


def token_hash(token: bytes) -> bytes:
    """Return what stands outside for a token that is inside."""
    return hashlib.sha256(TAG_MAIL_TOKEN + token).digest()


# --- Outside ---

_Outside = tuple[int, int, bytes, int, bytes, int, bytes, bytes]


def read_mail(wire: bytes) -> Mail:
    """Return the mail that wire is. Nothing of it is proved but by opening it.

    Raises PeerError (too_large, malformed, not_canonical, unknown_version).
    """
    fields = decode(wire, max_bytes=MAX_MAIL_BYTES)
    if not _is_outside(fields):
        version = fields[0] if isinstance(fields, tuple) and fields else None
        is_foreign = type(version) is int and version != MAIL_VERSION
        raise PeerError("unknown_version" if is_foreign else "malformed", "mail: fields")
    _, suite, recipient, epoch, key_id, expires_s, hashed, sealed = fields
    mail_id = hashlib.sha256(TAG_MAIL + wire).digest()
    return Mail(wire, mail_id, suite, PodId(recipient), epoch, key_id, expires_s, hashed, sealed)


def _is_outside(fields: object) -> TypeGuard[_Outside]:
    match fields:
        case (
            version, suite, bytes() as recipient, epoch,
            bytes() as key_id, expires_s, bytes() as hashed, bytes() as sealed,
        ):  # fmt: skip
            return (
                type(version) is type(suite) is type(epoch) is type(expires_s) is int
                and version == MAIL_VERSION
                and 0 <= suite < 256
                and 0 <= epoch < UINT53_END
                and 0 <= expires_s < VALID_UNTIL_END_S
                and (len(recipient), len(key_id)) == (KEY_BYTES, KEY_ID_BYTES)
                and len(hashed) == HASH_BYTES
                and OVERHEAD_BYTES < len(sealed) <= MAX_MAIL_PLAIN_BYTES + OVERHEAD_BYTES
            )
    return False


def _info(outside: tuple[Value, ...]) -> bytes:
    """All of the outside but what is sealed: changed by a carrier, it does not open."""
    return TAG_MAIL + encode(outside)


# --- Inside ---


def seal_letter(
    draft: Draft,
    to: Address,
    *,
    working_key: WorkingKey,
    certificate: Certificate,
    token: bytes,
    expires_s: int,
) -> Mail:
    """Return draft, signed for this recipient and sealed to it.

    Raises PeerError (cannot_open) if the recipient's card holds no usable key, and LocalError
    (too_large) for a content that is too long.
    """
    inside = (
        certificate.wire,
        to.pod_id,
        to.mail_key,
        draft.message_id,
        draft.written_s,
        draft.content,
        token,
    )
    if len(draft.content) > MAX_LETTER_BYTES:
        raise LocalError("too_large", f"letter of {len(draft.content)} bytes")
    body = encode(inside)
    plain = _pad(encode((body, working_key.sign(TAG_LETTER, body))))
    key_id, hashed = mail_key_id(to.mail_key), token_hash(token)
    outside = (MAIL_VERSION, SUITE, to.pod_id, to.epoch, key_id, expires_s, hashed)
    sealed = seal(plain, to.mail_key, info=_info(outside))
    return read_mail(encode((*outside, sealed)))


def open_mail(mail: Mail, us: PodId, key: MailKey) -> Letter:
    """Return the letter in mail, if it was written to us and to this key of ours.

    Whether the sender's certificate is its greatest is for the caller. Raises PeerError
    (unknown_suite, cannot_open, malformed, not_canonical, too_large, unknown_version,
    bad_signature, other_recipient, other_token).
    """
    outside = (
        MAIL_VERSION, mail.suite, mail.recipient, mail.epoch,
        mail.key_id, mail.expires_s, mail.token_hash,
    )  # fmt: skip
    plain = key.open_sealed(mail.sealed, info=_info(outside), suite=mail.suite)
    match decode(_unpad(plain), max_bytes=MAX_MAIL_PLAIN_BYTES):
        case (bytes() as body, bytes() as signature) if len(signature) == SIGNATURE_BYTES:
            pass
        case _:
            raise PeerError("malformed", "letter: not a body and a signature")
    fields = decode(body, max_bytes=MAX_MAIL_PLAIN_BYTES)
    if not _is_inside(fields):
        raise PeerError("malformed", "letter: fields")
    wire, recipient, recipient_key, message_id, written_s, content, token = fields
    sender = open_certificate(wire)
    if not verify(sender.working_key, signature, TAG_LETTER + body):
        raise PeerError("bad_signature", "letter")
    # Who can open a letter can seal what is inside to somebody else. Signed inside, the name of
    # whom it was for gives that away.
    if recipient != us or recipient_key != key.public:
        raise PeerError("other_recipient", "letter")
    if token_hash(token) != mail.token_hash:
        raise PeerError("other_token", "letter")
    return Letter(sender, message_id, written_s, content, token)


_Inside = tuple[bytes, bytes, bytes, bytes, int, bytes, bytes]


def _is_inside(fields: object) -> TypeGuard[_Inside]:
    match fields:
        case (
            bytes() as wire, bytes() as recipient, bytes() as recipient_key,
            bytes() as message_id, written_s, bytes() as content, bytes() as token,
        ):  # fmt: skip
            return (
                type(written_s) is int
                and 0 <= written_s < VALID_UNTIL_END_S
                and 0 < len(wire) <= MAX_CERTIFICATE_BYTES
                and len(recipient) == len(recipient_key) == KEY_BYTES
                and (len(message_id), len(token)) == (MESSAGE_ID_BYTES, TOKEN_BYTES)
                and 0 < len(content) <= MAX_LETTER_BYTES
            )
    return False


def _pad(plain: bytes) -> bytes:
    """Length, bytes, zeros to the next step: carriers see how many steps, not how many bytes."""
    filled = len(plain).to_bytes(_LENGTH_BYTES, "big") + plain
    return filled + bytes(-len(filled) % MAIL_STEP_BYTES)


def _unpad(padded: bytes) -> bytes:
    end = _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES], "big")
    if len(padded) != -(-end // MAIL_STEP_BYTES) * MAIL_STEP_BYTES or any(padded[end:]):
        raise PeerError("malformed", "letter: padding")
    return padded[_LENGTH_BYTES:end]

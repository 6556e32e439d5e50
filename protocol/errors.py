"""Every error this project raises, and the table of their codes.

Spec: docs/protocol.md §9. A code is stable across versions: it stands in `bye` frames, in
logs, in exit codes and on pages. `detail` is for our own log; it may hold numbers, lengths
and type names, never a word of a record's body.

Whose fault it is decides the class:

    PodError
    ├─ ProtocolError
    │   ├─ PeerError      the other side broke docs/protocol.md: close, strike
    │   └─ LocalError     we tried to: our bug, loud in tests
    ├─ UnfitBody          a payload fails its kind's check: kept, not shown
    └─ ExplainedError     carries a sentence and a next step for people
       ├─ UserError       what was asked cannot be done so
       ├─ StoreError      the disk or the file cannot
       └─ ConfigError     a setting cannot be used
"""

import re
from enum import StrEnum
from typing import Final

from protocol.saying import ENGLISH, Speaker, Template, say

ERRORS: Final[dict[str, str]] = {
    # Bytes: what a decoder refuses.
    "malformed": "The bytes are not of the shape that the protocol gives for this place.",
    "not_canonical": "The bytes say something valid in another form than the one allowed.",
    "too_large": "The bytes are longer, deeper or more than the bound for this place.",
    "unknown_version": "The version is not one that this node speaks.",
    # Signatures and identity.
    "bad_signature": "The signature is not by the key that should have made it.",
    # Sealing.
    "unknown_suite": "It is sealed in a way that this node does not know.",
    "cannot_open": "It is not sealed to our key, or not to what is said beside it, or to no key.",
    "other_recipient": "The letter inside was written to another pod, or to another key.",
    "other_token": "The token inside is not the one that the hash outside stands for.",
    # Payloads.
    "unfit": "The payload breaks the rules of its kind: kept and passed on, not shown.",
    # One record of a batch (Refusal).
    "superseded": "A greater version of this slot, or a greater epoch of its author, is known.",
    "below_floor": "The stamp lies below the pair's floor: its lifetime has ended.",
    "too_far_ahead": "The stamp lies so far in the future that it is not even held.",
    "not_carried": "The author is not carried here.",
    "not_agreed": "The record is not in the sets agreed for this pair.",
    "over_quota": "The author has this many newer slots, or the place for waiting is full.",
    # Sessions.
    "table_mismatch": "The table after the delta is not the one that its hash names.",
    "out_of_turn": "The frame is right in itself, but not in this state of the session.",
    "too_fast": "More rounds were opened than a caller may open.",
    "silent": "The other side gave no sign of life.",
    "epoch_superseded": "A greater certificate of this pod is known; it comes with the answer.",
    "not_federated": "The two pods are not federated.",
    "backing_off": "The other pod broke the protocol lately; it is met again later.",
    "replaced": "A newer connection of the same pod took this one's place.",
    "clone": "Two live processes hold this pod's key; this connection was the older.",
    "stopping": "The node is stopping or starting anew.",
    # Connections.
    "unreachable": "Nothing answers at the address, or what answers is no pod.",
    "wrong_pod": "Another pod than the expected one answers at the address.",
    "refused": "The other side refused, for a reason that this version does not know.",
    "already_connected": "The two pods have a connection that stays.",
    "too_many": "As many connections are open as this node serves.",
    "invitation_unknown": "The pod made no such invitation, or took it back.",
    "invitation_used": "Another pod has used the invitation.",
    "invitation_expired": "The invitation's time has run out.",
    "not_pairing": "The pod is not in pairing mode, or compares words with another pod.",
    "commitment_broken": "What was revealed is not what the caller had bound itself to.",
    "words_differ": "The people of one side found other words on the other screen, or said no.",
    "invalid_invitation": "The text is no invitation, or was copied with a mistake.",
    # People.
    "invalid": "What was given cannot be used as it is.",
    "invalid_pod_id": "The text is not a pod id, or was copied with a mistake.",
    "not_found": "There is no such thing here.",
    "ambiguous": "What was given fits more than one thing here.",
    "not_yours": "Only the pod that made it can change it.",
    "invite_unknown": "The code with which somebody would join the pod is not good (any more).",
    "not_allowed": "This person's role in the pod does not allow it.",
    "conflict": "Something else changed it meanwhile.",
    # Programs, docs/api.md.
    "no_token": "A program showed no token, or one that is good no more.",
    "too_often": "More was asked in a minute than one address may ask.",
    "fault": "A bug of ours; it is written down in the node's log.",
    # The store.
    "busy": "Another process holds the file for longer than we wait.",
    "full": "The disk, or the share of it that may be used, is full.",
    "damaged": "The file is not whole.",
    "too_new": "The file was written by a later version of this program.",
    "not_a_pod": "The file is something else than the database of a pod.",
    "missing": "There is no such file yet.",
    "read_only": "The file or its folder cannot be written or opened by this user.",
    "unreadable": "The disk reported an error while the file was read or written.",
    "unsafe": "Others on this machine can read what is the pod's alone.",
    "locked": "Another program of this pod runs on the same folder.",
    # Settings.
    "bad_config": "A setting is unknown or has a value that cannot be used.",
}


class PodError(Exception):
    """The root of all our errors.

    code: a key of ERRORS.  detail: for our log alone; never quotes a body.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class ProtocolError(PodError):
    """docs/protocol.md was broken, by either side."""


class PeerError(ProtocolError):
    """The other side broke docs/protocol.md. The only error that bytes from outside can cause."""


class LocalError(ProtocolError):
    """We were about to break docs/protocol.md: a bug of ours, never caught to go on."""


class UnfitBody(PodError):
    """A payload breaks its kind's rules. field: the name of the field at fault."""

    def __init__(self, field: str, detail: str = "") -> None:
        super().__init__("unfit", f"{field}: {detail}" if detail else field)
        self.field = field


class ExplainedError(PodError):
    """An error that a person reads: one sentence, and what to do next.

    sentence, next_step: literal English, with gaps like {name} for the values (protocol/saying.py);
    so each can be said in any language that has a catalogue.  on_page: what somebody with a phone
    does next, where next_step is a command.
    """

    def __init__(
        self,
        code: str,
        sentence: Template,
        next_step: Template = "",
        detail: str = "",
        *,
        on_page: Template = "",
        **values: object,
    ) -> None:
        self._templates = (sentence, next_step, on_page)
        self._values = values
        self.sentence = self.sentence_in(ENGLISH)
        self.next_step = say(next_step, values, ENGLISH)
        super().__init__(code, detail or self.sentence)

    def sentence_in(self, speaker: Speaker) -> str:
        """Return the sentence in a language."""
        return say(self._templates[0], self._values, speaker)

    def step_in(self, speaker: Speaker) -> str:
        """Return what to do next without a command line; empty if there is nothing."""
        _, next_step, on_page = self._templates
        if on_page or not is_command(self.next_step):
            return say(on_page or next_step, self._values, speaker)
        return ""


def is_command(next_step: str) -> bool:
    """Tell whether a next step is for somebody at a command line."""
    return bool(_COMMAND.search(next_step))


_COMMAND: Final = re.compile(r"(?:^|[:?] |`)(?:pod|chmod) [a-z0-9{]|(?:^|[ `])--[a-z]|\{command\}")


class UserError(ExplainedError):
    """A person asked for something that cannot be done so."""


class StoreError(ExplainedError):
    """The database file cannot do what was asked of it."""


class ConfigError(ExplainedError):
    """A setting cannot be used. The sentence names file, key and what was expected."""


class Refusal(StrEnum):
    """Why one record of a batch is not taken in. A value: the rest of the batch goes on."""

    MALFORMED = "malformed"
    NOT_CANONICAL = "not_canonical"
    TOO_LARGE = "too_large"
    UNKNOWN_VERSION = "unknown_version"
    BAD_SIGNATURE = "bad_signature"
    SUPERSEDED = "superseded"
    BELOW_FLOOR = "below_floor"
    TOO_FAR_AHEAD = "too_far_ahead"
    NOT_CARRIED = "not_carried"
    NOT_AGREED = "not_agreed"
    OVER_QUOTA = "over_quota"


EXIT_OK: Final = 0
EXIT_NO: Final = 1  # a command checked something, and the answer is no
EXIT_CODE: Final[dict[type[PodError], int]] = {
    UserError: 2,
    UnfitBody: 2,  # reaches a command only for a payload that a person gave
    StoreError: 3,
    ConfigError: 4,
    ProtocolError: 5,
}


def exit_code(error: PodError) -> int:
    """Return the exit status of a command that ends with this error."""
    return next(code for family, code in EXIT_CODE.items() if isinstance(error, family))

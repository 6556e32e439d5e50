"""The phones, programs and calendars that the node remembers, so that nobody needs a password.

Spec: docs/pages.md, docs/api.md. A phone is signed in by an invitation or by another device of
the same member, a program by its token, a calendar by its address; each is signed out by its
member.
"""

import secrets
from hashlib import sha256
from typing import Final, NamedTuple

from node.aid.steward_log import StewardLog
from node.keeper import Keeper
from protocol.aid.form import fill
from protocol.aid.house.invite import CODE_BYTES, code_hash, make_code
from protocol.aid.house.limits import MAX_LABEL
from protocol.aid.house.rights import MemberId, Right, Viewer, require_own
from protocol.aid.house.tool import Tool
from protocol.clock import ClockState
from protocol.errors import UserError
from store import meta
from store.house import devices, members
from store.house.devices import Device, Use

__all__ = ["Device", "Devices", "SignedIn", "Use"]

TOKEN_BYTES: Final = 32
MAX_TOKEN: Final = 64
"""Characters of a cookie that is worth a look-up."""
LIFE_MS: Final = 90 * 86_400_000
STEP_MS: Final = 30 * 86_400_000
"""A device in use is kept for longer when this much of its life has gone: so the file says of
each month at most that somebody came, not when."""
MAX_OF_MEMBER: Final = 8
MAX_DEVICES: Final = 200
MAX_TOOLS_OF_MEMBER: Final = 5
MAX_TOOLS: Final = 50
MAX_CALENDARS_OF_MEMBER: Final = 5
MAX_CALENDARS: Final = 100
"""A phone, a computer and an old one of each."""
CODE_S: Final = 900
"""Of running time: long enough to walk over with a phone."""


class SignedIn(NamedTuple):
    """A device and the token that its cookie holds; the token is told once."""

    device: Device
    token: str


def is_to_extend(device: Device, now_ms: int) -> bool:
    """Tell whether a device that is in use is to be kept for longer: each step, not each day."""
    return device.until_ms < now_ms + LIFE_MS - STEP_MS


class Devices:
    """Who is signed in, and where. `pod.devices`."""

    def __init__(self, keeper: Keeper, log: StewardLog) -> None:
        self._keeper, self._log = keeper, log

    def make_code(self, viewer: Viewer, member: MemberId) -> str:
        """Return a code that signs one more device of a member in, within CODE_S; kept nowhere.

        viewer: that member, or a steward who looks them in the eye, in the open. Raises
        UserError (not_found, not_allowed).
        """
        require_own(viewer, member, Right.EDIT_SELF, Right.ADD_MEMBER)
        code = make_code(self._keeper.random_bytes(CODE_BYTES))
        with self._keeper.store.atomic(self._now_ms()) as tx:
            if members.member(tx.connection, member) is None:
                raise UserError("not_found", "That person is not in this pod.", "")
            self._log.note_in(tx, viewer, "device_code_made", about=member)
            devices.put_code(tx, code_hash(code), member, self._running_ms + CODE_S * 1000)
        return code

    def use_code(self, code: str, label: str) -> SignedIn:
        """Sign in the device of somebody who has a code. Raises UserError (invite_unknown)."""
        hash_ = code_hash(code)
        with self._keeper.store.atomic(self._now_ms()) as tx:
            member = devices.member_of_code(tx.connection, hash_, self._running_ms)
            if member is None:
                raise UserError(
                    "invite_unknown",
                    "This code is used up, has run out, or was never good.",
                    "Make another one on your other device, or ask a steward.",
                )
            devices.use_code(tx, hash_)
        return self.sign_in(member, label)

    def sign_in(self, member: MemberId, label: str) -> SignedIn:
        """Remember a device for a member; the member's oldest goes if there are too many."""
        token, device = self._fresh(member, label[:MAX_LABEL], Use.PHONE)
        with self._keeper.store.atomic(device.since_ms) as tx:
            devices.add_phone(tx, device, most_of_member=MAX_OF_MEMBER, most=MAX_DEVICES)
        return self._signed_in(device, token)

    def add_tool(self, viewer: Viewer, member: MemberId, label: str) -> SignedIn:
        """Remember a program that acts for a member; its token is told once.

        viewer: that member, or a steward, in the open. Raises UserError (invalid, over_quota,
        not_allowed).
        """
        require_own(viewer, member, Right.SEE_POD, Right.EDIT_OTHERS)
        tool = fill(Tool, {"label": label})
        token, device = self._fresh(member, tool.label, Use.PROGRAM)
        most_of_member, most = MAX_TOOLS_OF_MEMBER, MAX_TOOLS
        with self._keeper.store.atomic(device.since_ms) as tx:
            if not devices.add_other(tx, device, most_of_member=most_of_member, most=most):
                raise UserError(
                    "over_quota",
                    "Nobody has more than {most_of_member} programs, and a pod {most}.",
                    "Sign out one that is used no more.",
                    most_of_member=most_of_member,
                    most=most,
                )
            self._log.note_in(tx, viewer, "tool_added", about=member)
        return self._signed_in(device, token)

    def add_calendar(self, viewer: Viewer, member: MemberId, label: str) -> SignedIn:
        """Make an address of a member's own for the meetups; its token is told once.

        viewer, errors: as add_tool.
        """
        require_own(viewer, member, Right.SEE_POD, Right.EDIT_OTHERS)
        tool = fill(Tool, {"label": label})
        token, device = self._fresh(member, tool.label, Use.CALENDAR)
        most_of_member, most = MAX_CALENDARS_OF_MEMBER, MAX_CALENDARS
        with self._keeper.store.atomic(device.since_ms) as tx:
            if not devices.add_other(tx, device, most_of_member=most_of_member, most=most):
                raise UserError(
                    "over_quota",
                    "Nobody has more than {most_of_member} calendar addresses, and a pod {most}.",
                    "Sign out one that is used no more.",
                    most_of_member=most_of_member,
                    most=most,
                )
            self._log.note_in(tx, viewer, "calendar_added", about=member)
        return self._signed_in(device, token)

    def _fresh(self, member: MemberId, label: str, use: Use) -> tuple[str, Device]:
        token, now_ms = secrets.token_urlsafe(TOKEN_BYTES), self._now_ms()
        device = Device(
            number=0,
            token_hash=_hash(token),
            member=member,
            form_token=secrets.token_urlsafe(16),
            label=label,
            since_ms=now_ms,
            until_ms=now_ms + LIFE_MS,
            use=use,
        )
        return token, device

    def _signed_in(self, device: Device, token: str) -> SignedIn:
        found = devices.find(self._keeper.store.connection, device.token_hash)
        assert found is not None  # noqa: S101  # it is the newest
        return SignedIn(found, token)

    def of_token(self, token: str, use: Use = Use.PHONE) -> Device | None:
        """Return the device that holds token, if it is signed in still.

        use: as what token came; that of another is worth nothing.
        """
        if not 0 < len(token) <= MAX_TOKEN:
            return None
        device = devices.find(self._keeper.store.connection, _hash(token))
        if device is None or device.use is not use:
            return None
        now_ms, state = self._keeper.now()[1:]
        # A clock that was not set ends nobody's session: it may say any year.
        if state is not ClockState.UNSET and device.until_ms < now_ms:
            return None
        if is_to_extend(device, now_ms):
            with self._keeper.store.atomic(now_ms) as tx:
                devices.extend(tx, device.number, now_ms + LIFE_MS)
        return device

    def exchange(self, device: Device) -> str | None:
        """Return a new token for a device, whose old one ends; None if it has ended already.

        Of two requests that bring the same old one at a time, one is given the new one.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._keeper.store.atomic(self._now_ms()) as tx:
            is_done = devices.exchange(tx, device.token_hash, _hash(token))
        return token if is_done else None

    def of_member(self, member: MemberId) -> list[Device]:
        """Return a member's devices, the newest first."""
        return devices.of_member(self._keeper.store.connection, member)

    def tools(self) -> list[Device]:
        """Return the programs and calendars of everybody, the newest first."""
        found = devices.everybody(self._keeper.store.connection)
        return [it for it in found if it.use is not Use.PHONE]

    def sign_out(self, member: MemberId, number: int | None = None) -> None:
        """Sign one device of a member out, or all. Raises UserError (not_found)."""
        if number is not None and all(it.number != number for it in self.of_member(member)):
            raise UserError("not_found", "That device is signed out already.", "Nothing to do.")
        with self._keeper.store.atomic(self._now_ms()) as tx:
            devices.forget(tx, member, number)

    def tidy(self) -> None:
        """Forget devices whose time is over."""
        now_ms, state = self._keeper.now()[1:]
        if state is not ClockState.UNSET:
            with self._keeper.store.atomic(now_ms) as tx:
                devices.forget_ended(tx, now_ms)

    @property
    def _running_ms(self) -> int:
        return meta.get(self._keeper.store.connection, meta.RUNNING_MS) or 0

    def _now_ms(self) -> int:
        return self._keeper.now().wall_ms


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()

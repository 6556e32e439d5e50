"""The phones that the members' pages remember, so that nobody needs a password.

Spec: docs/pages.md. A device is signed in by an invitation or by another device of the same
member, and out by its member or a steward.
"""

import secrets
from hashlib import sha256
from typing import Final, NamedTuple

from node.keeper import Keeper
from protocol.aid.house.invite import CODE_BYTES, code_hash, make_code
from protocol.aid.house.rights import MemberId
from protocol.clock import ClockState
from protocol.errors import UserError
from store import meta
from store.house import devices
from store.house.devices import Device

__all__ = ["Device", "Devices", "SignedIn"]

TOKEN_BYTES: Final = 32
MAX_TOKEN: Final = 64
"""Characters of a cookie that is worth a look-up."""
LIFE_MS: Final = 90 * 86_400_000
STEP_MS: Final = 30 * 86_400_000
"""A device in use is kept for longer when this much of its life has gone: so the file says of
each month at most that somebody came, not when."""
MAX_OF_MEMBER: Final = 8
MAX_DEVICES: Final = 200
MAX_LABEL: Final = 60
CODE_S: Final = 900
"""Of running time: long enough to walk over with a phone."""


class SignedIn(NamedTuple):
    """A device and the token that its cookie holds; the token is told once."""

    device: Device
    token: str


class Devices:
    """Who is signed in, and where. `pod.devices`."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    def make_code(self, member: MemberId) -> str:
        """Return a code that signs one more device of a member in, within CODE_S; kept nowhere.

        For who is that member, or a steward who looks them in the eye: the caller knows.
        """
        code = make_code(self._keeper.random_bytes(CODE_BYTES))
        with self._keeper.store.atomic(self._now_ms()) as tx:
            devices.put_code(tx, code_hash(code), member, self._running_ms + CODE_S * 1000)
        return code

    def owner_of(self, code: str) -> MemberId | None:
        """Return whose code this is, if it is good; changes nothing. Raises UserError (invalid)."""
        connection = self._keeper.store.connection
        return devices.member_of_code(connection, code_hash(code), self._running_ms)

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
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now_ms = self._now_ms()
        device = Device(
            number=0,
            token_hash=_hash(token),
            member=member,
            form_token=secrets.token_urlsafe(16),
            label=label[:MAX_LABEL],
            since_ms=now_ms,
            until_ms=now_ms + LIFE_MS,
        )
        with self._keeper.store.atomic(now_ms) as tx:
            devices.add(tx, device, most_of_member=MAX_OF_MEMBER, most=MAX_DEVICES)
        found = devices.find(self._keeper.store.connection, device.token_hash)
        assert found is not None  # noqa: S101  # it is the newest
        return SignedIn(found, token)

    def of_token(self, token: str) -> Device | None:
        """Return the device whose cookie holds token, if it is signed in still."""
        if not 0 < len(token) <= MAX_TOKEN:
            return None
        device = devices.find(self._keeper.store.connection, _hash(token))
        if device is None:
            return None
        now_ms, state = self._keeper.now()[1:]
        # A clock that was not set ends nobody's session: it may say any year.
        if state is not ClockState.UNSET and device.until_ms < now_ms:
            return None
        if device.until_ms < now_ms + LIFE_MS - STEP_MS:
            with self._keeper.store.atomic(now_ms) as tx:
                devices.extend(tx, device.number, now_ms + LIFE_MS)
        return device

    def of_member(self, member: MemberId) -> list[Device]:
        """Return a member's devices, the newest first."""
        return devices.of_member(self._keeper.store.connection, member)

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

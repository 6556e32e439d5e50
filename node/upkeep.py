"""What a keeper does by itself as time passes: what fades, what is due, what is signed again.

Spec: docs/protocol.md §5 (R4 to R7). Nothing is deleted or held on a clock that is not synced,
and nothing is signed again before a neighbour had the chance to bring our newer versions home.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from node import arrivals
from node.drafts import Draft, again, once_more, repeats_less, was_made_above
from node.keeper import Keeper
from protocol.clock import ClockState, Now, next_floor_s
from protocol.limits import LIFETIME_S, RENEW_AFTER_S
from protocol.record import Record, Scope
from store import meta, peers, records
from store.records import OwnVersion

SAVE_TIME_MS: Final = 600_000
"""How often the time is saved: what a power cut may set an unset clock back by."""
RENEWED_AT_ONCE: Final = 50
"""Records signed again in one turn: a pod's whole share takes less than an hour."""
TURNS_A_DAY: Final = 24 * 60
"""Turns of a minute: after a new epoch a large shelf is signed again over this many."""
SHELF_AT_ONCE: Final = 20
"""Records of the shelf signed again in one turn at least: a street's board is back in minutes."""


class Upkeep:
    """One keeper's turns, a minute apart or so."""

    def __init__(self, keeper: Keeper, now: Now) -> None:
        self._keeper = keeper
        self._saved_ms = now.mono_ms
        self._shelf_share: int | None = None

    def turn(self, now: Now) -> bool:
        """Do what is due; tell whether any record came, went or was signed."""
        self._save_time(now)
        changed = False
        if now.state is ClockState.SYNCED:
            changed |= self._move_floor(now)
            changed |= self._keeper.roster.end_carried(now)
            changed |= arrivals.hold_back(self._keeper, now)
            while arrivals.release(self._keeper, now):
                changed = True
        if self._keeper.may_sign:
            changed |= self._sign(self._with_better_time(now), now)
            if self._keeper.has_caught_up:
                changed |= self._show_key()
                changed |= self._sign(self._due(now), now)
                changed |= self._sign(self._from_shelf(now), now)
        return changed

    def _sign(self, drafts: Iterable[Draft], now: Now) -> bool:
        drafts = list(drafts)
        if drafts:
            self._keeper.signer.sign(drafts, now)
        return bool(drafts)

    def _show_key(self) -> bool:
        """Have our card show the key of today, before an older card is signed again as it was."""
        doors = self._keeper.mail_doors
        return doors is not None and doors.show_key()

    # --- Time ---

    def _save_time(self, now: Now) -> None:
        ran_ms = now.mono_ms - self._saved_ms
        if ran_ms >= SAVE_TIME_MS:
            self._saved_ms = now.mono_ms
            self._keeper.save_time(now, ran_ms)

    def _move_floor(self, now: Now) -> bool:
        """Raise the floor and delete what is below it, in one act (R6)."""
        keeper = self._keeper
        with keeper.store.reading() as connection:
            running_ms = meta.get(connection, meta.RUNNING_MS) or 0
            moved_ms = meta.get(connection, meta.FLOOR_MOVED_RUNNING_MS) or 0
        floor_s = next_floor_s(
            keeper.floor_s,
            now.wall_ms,
            (running_ms - moved_ms) // 1000,
            confirmed=keeper.time.date_is_confirmed,
        )
        if floor_s == keeper.floor_s:
            return False
        with keeper.store.atomic(now.wall_ms) as tx:
            records.purge(tx, floor_s, keeper.pod_id)
            peers.forget_refused(tx, now.wall_ms)
            meta.put(tx, meta.FLOOR_MOVED_RUNNING_MS, running_ms)
        return True

    # --- Signing again ---

    def _with_better_time(self, now: Now) -> Iterator[Draft]:
        """What an unset clock stamped, once the clock is better (R7).

        What it stamped ahead waits until the clock is synced, and is held back then.
        """
        if now.state is ClockState.UNSET:
            return
        for version in records.signed_while_unset(self._keeper.store.connection):
            if version.record.stamp_ms <= now.wall_ms:
                yield again(version.record)

    def _due(self, now: Now) -> Iterator[Draft]:
        """What is alive and about 30 days old; older than 90 it waits for people (R5)."""
        keeper = self._keeper
        youngest_ms = now.wall_ms - RENEW_AFTER_S * 800
        due = records.due_for_renewal(
            keeper.store.connection, keeper.pod_id, before_ms=youngest_ms, limit=4 * 2000
        )
        alive = (version.record for version in due if _is_alive(version.record, now))
        ready = [record for record in alive if _renewal_ms(record) <= now.wall_ms]
        return map(again, ready[:RENEWED_AT_ONCE])

    def _from_shelf(self, now: Now) -> Iterator[Draft]:
        """Our records of a lower epoch that have no version under the greatest (R4).

        Withdrawals first, the rest spread over a day, so that neighbours are not flooded.
        """
        keeper = self._keeper
        shelf = records.shelf_to_sign(keeper.store.connection, keeper.pod_id)
        left = [version for version in shelf if needs_signing(keeper, version, now)]
        if not left:
            self._shelf_share = None
            return iter(())
        if self._shelf_share is None:
            self._shelf_share = max(SHELF_AT_ONCE, -(-len(left) // TURNS_A_DAY))
        left.sort(key=lambda version: version.record.payload is not None)
        chosen = islice(self._with_room(left), self._shelf_share)
        return map(once_more, map(self._said_last, chosen))

    def _said_last(self, shelved: OwnVersion) -> OwnVersion:
        """Return what people said last of a slot of the shelf.

        That is what stands there, but for edits under a slow clock that was believed: what came
        home has a later stamp then, and is what they were made above (R7).
        """
        past = records.past_versions(self._keeper.store.connection, shelved.record.slot)
        return next((it for it in past if was_made_above(it, shelved.record)), shelved)

    def _with_room(self, versions: Iterable[OwnVersion]) -> Iterator[OwnVersion]:
        """Yield the versions for whose slots there is room: what was written since comes first."""
        room = {scope: self._keeper.signer.slots_left(scope) for scope in Scope}
        for version in versions:
            scope = Scope(version.record.scope)
            room[scope] -= 1
            if room[scope] >= 0:
                yield version


def needs_signing(keeper: Keeper, version: OwnVersion, now: Now) -> bool:
    """Tell whether a version of a lower epoch has no equal under the greatest one (R4)."""
    record = version.record
    standing = records.slot_version(keeper.store.connection, record.slot)
    is_young = record.stamp_ms > now.wall_ms - LIFETIME_S * 1000
    return is_young and (standing is None or repeats_less(standing, record))


def _is_alive(record: Record, now: Now) -> bool:
    is_open = record.valid_until_s == 0 or record.valid_until_s * 1000 > now.wall_ms
    is_young = record.stamp_ms > now.wall_ms - LIFETIME_S * 1000
    return record.payload is not None and is_open and is_young


def _renewal_ms(record: Record) -> int:
    """Return when record is to be signed again: 30 days, 20 % spread by its own random id."""
    spread = int.from_bytes(record.rid[:2], "big") / 65_536
    return record.stamp_ms + int(RENEW_AFTER_S * 1000 * (0.8 + 0.4 * spread))

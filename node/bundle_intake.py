"""Taking a bundle in: a session in which only one side speaks.

Spec: docs/protocol.md §14.3 (R13). The same tables, the same intake, the same bounds as in a
session; records of network scope alone. For one thread; a running node notices.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from node.bundles import Parts, Progress, Seen, open_bundle, within_reach
from node.carrying import Carrying
from node.keeper import Keeper
from protocol.bundle import Head, Ids
from protocol.errors import PeerError, Refusal, StoreError, UserError
from protocol.frames import Certificates, Records
from protocol.identity import open_certificate, short_id
from protocol.intake import Opened, check_again, open_batch
from protocol.limits import FRAMES_AHEAD, STRIKES
from protocol.record import Record, Scope
from store import bundles
from store.records import Intake

_OPENERS: Final = 2
"""Threads that verify ahead of the one that stores; the libraries let go of Python's lock."""
UNCERTIFIED: Final = "uncertified"
"""Left out because the certificate of its author is not known."""
NEAR: Final = "near"
"""Left out because it is for direct neighbours of its author, who alone hands it on (R9)."""
_HONEST: Final = frozenset(
    {Refusal.UNKNOWN_VERSION, Refusal.NOT_CARRIED, Refusal.NOT_AGREED, UNCERTIFIED}
)
"""What an honest pod may have written, seen from here."""


@dataclass(slots=True, kw_only=True)
class Imported(Seen):
    """What an import took in. left_out: by code of §9, UNCERTIFIED or NEAR.

    table_taken: whether the creator's table replaced the one that we had of it.
    """

    table_taken: bool = False
    taken: int = 0
    had: int = 0
    held: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def take_from(keeper: Keeper, path: Path, progress: Progress | None = None) -> Imported:
    """Take in what the bundle at path holds, up to its end, its tear or its first fault.

    The creator must be a neighbour. Nothing of it is believed but what is signed: every record
    by its author, the table by the creator. What was taken before an error stays.
    Raises UserError (malformed, ..., not_federated, epoch_superseded), StoreError (full, ...).
    """
    with open_bundle(path, progress) as parts:
        _check_creator(keeper, parts.head)
        return _Import(keeper, parts.head).take(parts)


def _check_creator(keeper: Keeper, head: Head) -> None:
    creator = head.certificate.pod_id
    known = keeper.directory.certificates.get(creator)
    if creator == keeper.pod_id:
        raise UserError(
            "invalid",
            "This bundle was written by this very pod.",
            "Carry it to a neighbour, and bring back one of theirs.",
        )
    if creator not in keeper.directory.told_by:
        raise UserError(
            "not_federated",
            f"This bundle is from {short_id(creator)}, which is no neighbour of this pod.",
            "Become neighbours first: pod neighbor invite. Then take it in.",
        )
    if known is not None and known.rank > head.certificate.rank:
        raise UserError(
            "epoch_superseded",
            f"This bundle was signed with a key that {short_id(creator)} has replaced since.",
            "Ask its people for a new one.",
        )


class _Import:
    """One bundle of a neighbour on its way in."""

    def __init__(self, keeper: Keeper, head: Head) -> None:
        self._keeper = keeper
        self._carrying = Carrying(keeper)
        self._creator = head.certificate.pod_id
        self._strikes = 0
        self._report = Imported(head=head)
        keeper.learn([head.certificate], keeper.now())
        self._report.table_taken = self._take_table(head)
        told = keeper.directory.told_by[self._creator]
        self._authors = within_reach(told, self._creator)

    def take(self, parts: Parts) -> Imported:
        report = self._report
        with ThreadPoolExecutor(_OPENERS) as pool:
            ahead: deque[Future[list[Opened]]] = deque()
            for part in parts.guarded(report):
                if isinstance(part, Certificates):
                    self._learn(part.wires)
                elif isinstance(part, Records):
                    ahead.append(pool.submit(open_batch, part.wires, self._keeper.roster.keys_of))
                elif isinstance(part, Ids):
                    report.ids += len(part.short_ids)
                if len(ahead) > FRAMES_AHEAD:
                    self._take_in(ahead.popleft().result())
                if self._strikes >= STRIKES:
                    report.fault = "bad_signature"
                    break
            while ahead and self._strikes < STRIKES:
                self._take_in(ahead.popleft().result())
        return report

    def _take_table(self, head: Head) -> bool:
        """Put the creator's table in place of the one that we have, if it is newer (R13).

        Newer than the last bundle of it and than the last meeting by network. Should a clock
        be wrong, the next greeting sets right whatever stands here: it compares the hashes.
        """
        keeper, now = self._keeper, self._keeper.now()
        connection = keeper.store.connection
        dates = [bundles.told_at_ms(connection, self._creator) or 0] + [
            neighbour.last_contact_ms or 0
            for neighbour in keeper.roster.neighbours()
            if neighbour.pod_id == self._creator
        ]
        if head.created_ms <= max(dates):
            return False
        keeper.directory.told_by[self._creator] = head.table
        keeper.roster.save_tables(now)
        with keeper.store.atomic(now.wall_ms) as tx:
            # A date in the future would keep all later bundles of a mended clock out.
            bundles.note_told(tx, self._creator, min(head.created_ms, now.wall_ms))
        return True

    def _learn(self, wires: Iterable[bytes]) -> None:
        certificates = []
        for wire in wires:
            try:
                certificates.append(open_certificate(wire))
            except PeerError as err:
                self._report.left_out[err.code] += 1
        self._strikes += len(certificates) < len(tuple(wires))
        self._keeper.learn(certificates, self._keeper.now())

    def _take_in(self, opened: Sequence[Opened]) -> None:
        keeper, now = self._keeper, self._keeper.now()
        keeper.notices_others()  # a running node may have learnt a greater certificate
        self._carrying.turn(now)
        if not keeper.directory.has_room:
            raise StoreError(
                "full",
                "There is too little room on the disk for what other pods share.",
                "Make room, and take the same bundle in again: it goes on where it was.",
            )
        self._report.records += len(opened)
        good, under_lesser = self._admit(opened)
        self._note(keeper.take_in(good, self._creator, now, under_lesser))

    def _admit(self, opened: Sequence[Opened]) -> tuple[list[Record], frozenset[bytes]]:
        """Return what may be taken in, and the ids under a lesser certificate (R3).

        The same line as in a session (§7.6). What no honest pod writes is a strike.
        """
        keeper, left_out = self._keeper, Counter[str]()
        good: list[Record] = []
        under_lesser: set[bytes] = set()
        for record, refusal, key in map(self._with_keys_of_now, opened):
            if record is None or refusal is not None:
                left_out[refusal or Refusal.MALFORMED] += 1
            elif record.scope != Scope.NETWORK:
                left_out[NEAR] += 1
            elif record.author != keeper.pod_id and not keeper.directory.carries(record.author):
                left_out[Refusal.NOT_CARRIED] += 1
            elif record.author not in self._authors:
                left_out[Refusal.NOT_AGREED] += 1
            elif key is None:
                left_out[UNCERTIFIED] += 1
            else:
                good.append(record)
                if key != keeper.roster.greatest_key(record):
                    under_lesser.add(record.id)
        self._report.left_out += left_out
        self._strikes += not left_out.keys() <= _HONEST
        return good, frozenset(under_lesser)

    def _with_keys_of_now(self, opened: Opened) -> Opened:
        """Check anew what was opened before its certificate came, as the engine does."""
        if opened.record is None or opened.key is not None:
            return opened
        return check_again(opened.record, self._keeper.roster.keys_of)

    def _note(self, intake: Intake) -> None:
        report = self._report
        report.taken += len(intake.taken) + len(intake.shelved)
        report.had += intake.duplicates
        report.held += len(intake.held)
        report.left_out.update(refusal.value for _, refusal in intake.refused)

"""Taking a bundle in: a session in which only one side speaks.

Spec: docs/protocol.md §14.4 (R9, R13). The same tables, the same intake, the same bounds as in a
session. For one thread; a running node notices.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from node.arrivals import take_in
from node.bundle_files import Parts, Progress, Seen, open_bundle
from node.bundles import within_reach
from node.carrying import Carrying
from node.keeper import Keeper
from node.mail import MailRoom
from protocol.bundle import Ids, Inner, open_sealed
from protocol.bundle_head import Head
from protocol.errors import PeerError, Refusal, StoreError, UserError
from protocol.frames import Certificates, MailBatch, MailTokens, Records
from protocol.identity import open_certificate, short_id
from protocol.intake import Opened, check_again, open_batch
from protocol.limits import FRAMES_AHEAD, LIFETIME_S, MAX_CARRIED_NEIGHBOURS, STRIKES
from protocol.record import Record, Scope
from protocol.sealed_part import Sealed
from store import bundles
from store.records import Intake

_OPENERS: Final = 2
"""Threads that verify ahead of the one that stores; the libraries let go of Python's lock."""
UNCERTIFIED: Final = "uncertified"
"""Left out because the certificate of its author is not known."""
NEAR: Final = "near"
"""Left out because it is for direct neighbours of its author, who alone hands it on (R9)."""
UNSEEN: Final = "unseen"
"""Left out because no steward has seen the name of this neighbour yet (R16)."""
_HONEST: Final = frozenset(
    {Refusal.UNKNOWN_VERSION, Refusal.NOT_CARRIED, Refusal.NOT_AGREED, UNCERTIFIED, UNSEEN}
)
"""What an honest pod may have written, seen from here."""


@dataclass(slots=True, kw_only=True)
class Imported(Seen):
    """What an import took in. left_out: by code of §9, UNCERTIFIED, NEAR or UNSEEN.

    table_taken: whether the creator's table replaced the one that we had of it.
    """

    table_taken: bool = False
    taken: int = 0
    had: int = 0
    held: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def take_from(
    keeper: Keeper, path: Path, progress: Progress | None = None, *, carry: bool = False
) -> Imported:
    """Take in what the bundle at path holds, up to its end, its tear or its first fault.

    The creator must be a neighbour, or carried; carry: a person lets it in for 90 days. Nothing
    of it is believed but what is signed: every record by its author, the table by the creator.
    What was taken before an error stays.
    Raises UserError (malformed, ..., not_federated, epoch_superseded, over_quota) and StoreError
    (full, ...).
    """
    with open_bundle(path, progress) as parts:
        _check_creator(keeper, parts.head, carry=carry)
        return _Import(keeper, parts.head, carry=carry).take(parts)


def _check_creator(keeper: Keeper, head: Head, *, carry: bool) -> None:
    creator, directory = head.certificate.pod_id, keeper.directory
    known = keeper.directory.certificates.get(creator)
    if creator == keeper.pod_id:
        raise UserError(
            "invalid",
            "This bundle was written by this very pod.",
            "Carry it to a neighbour, and bring back one of theirs.",
        )
    if creator not in directory.heard and not carry:
        raise UserError(
            "not_federated",
            "This bundle is from {creator}, which is no neighbour of this pod.",
            "Do your people know who that is? Then take it in with --carry, or become neighbours.",
            creator=short_id(creator),
        )
    if creator not in directory.heard and len(directory.carried) >= MAX_CARRIED_NEIGHBOURS:
        raise UserError(
            "over_quota",
            "Bundles of {most} pods that are no neighbours are let in already.",
            "Let one of them go: pod bundle carried",
            most=MAX_CARRIED_NEIGHBOURS,
        )
    if known is not None and known.rank > head.certificate.rank:
        raise UserError(
            "epoch_superseded",
            "This bundle was signed with a key that {creator} has replaced since.",
            "Ask its people for a new one.",
            creator=short_id(creator),
        )


class _Ahead(NamedTuple):
    """A part whose signatures are being verified. is_alone: it was sealed to us."""

    opening: Future[list[Opened]]
    is_alone: bool


class _Import:
    """One bundle on its way in. carry: a person let in one that is not by a neighbour."""

    def __init__(self, keeper: Keeper, head: Head, *, carry: bool) -> None:
        self._keeper = keeper
        self._carrying = Carrying(keeper)
        self._creator = head.certificate.pod_id
        self._strikes = 0
        self._is_neighbour = self._creator in keeper.directory.told_by
        self._report = Imported(head=head)
        is_carried_anew = carry and not self._is_neighbour
        self._report.table_taken = self._take_table(head, is_carried_anew=is_carried_anew)
        keeper.learn([head.certificate], keeper.now())
        told = keeper.directory.heard[self._creator]
        self._authors = within_reach(told, self._creator)

    def take(self, parts: Parts) -> Imported:
        report = self._report
        with ThreadPoolExecutor(_OPENERS) as pool:
            ahead: deque[_Ahead] = deque()
            for part in parts.guarded(report):
                is_alone = isinstance(part, Sealed)
                inner = self._opened(part) if isinstance(part, Sealed) else part
                if isinstance(inner, Certificates):
                    self._learn(inner.wires)
                elif isinstance(inner, Records):
                    keys_of = self._keeper.roster.certificates.keys_of
                    ahead.append(
                        _Ahead(pool.submit(open_batch, inner.wires, keys_of), is_alone=is_alone)
                    )
                elif isinstance(inner, Ids) and not is_alone:
                    report.ids += len(inner.short_ids)
                elif isinstance(inner, MailBatch | MailTokens):
                    self._take_mail(inner)
                if len(ahead) > FRAMES_AHEAD:
                    self._take_in(ahead.popleft())
                if self._strikes >= STRIKES:
                    report.fault = "bad_signature"
                    break
            while ahead and self._strikes < STRIKES:
                self._take_in(ahead.popleft())
        return report

    def _take_mail(self, part: MailBatch | MailTokens) -> None:
        """Take in what a session would bring as mail (R15): charged to the creator."""
        keeper, now = self._keeper, self._keeper.now()
        if keeper.mail_doors is None or not self._is_neighbour:
            return
        room = MailRoom(keeper, keeper.mail_doors)
        if isinstance(part, MailTokens):
            room.take_tokens(part.tokens, now)
            return
        self._report.mail += len(part.wires)
        try:
            keeper.learn(room.take_in(part.wires, self._creator, now).certificates, now)
        except PeerError as err:
            self._report.left_out[err.code] += 1
            self._strikes += 1

    def _opened(self, sealed: Sealed) -> Inner | None:
        """Return what is sealed to us; None if it is to another pod, or not as it should be."""
        report, mail_key = self._report, self._keeper.mail_key
        if not report.is_for(mail_key):
            return None
        try:
            return open_sealed(sealed, report.head, mail_key)
        except PeerError as err:
            report.left_out[err.code] += 1
            self._strikes += 1
            return None

    def _take_table(self, head: Head, *, is_carried_anew: bool) -> bool:
        """Put the creator's table in place of the one that we have, if it is newer (R13).

        Newer than the last bundle of it and than the last meeting by network. Should a clock
        be wrong, the next greeting sets right whatever stands here: it compares the hashes.
        """
        keeper, now = self._keeper, self._keeper.now()
        is_newer = head.created_ms > self._told_ms()
        is_first = self._creator not in keeper.directory.heard
        if is_carried_anew:
            until_ms = now.wall_ms + LIFETIME_S * 1000
            table = head.table if is_newer or is_first else keeper.directory.carried[self._creator]
            keeper.roster.carry(self._creator, table, until_ms, now)
        elif is_newer and self._is_neighbour:
            keeper.directory.told_by[self._creator] = head.table
            keeper.roster.save_tables(now)
        elif is_newer:
            keeper.roster.carry(self._creator, head.table, None, now)
        if is_newer:
            with keeper.store.atomic(now.wall_ms) as tx:
                # A date in the future would keep all later bundles of a mended clock out.
                bundles.note_told(tx, self._creator, min(head.created_ms, now.wall_ms))
        return is_newer or is_first

    def _told_ms(self) -> int:
        """Return when the creator told us last, by a bundle or by network."""
        met = [
            neighbour.last_contact_ms or 0
            for neighbour in self._keeper.roster.neighbours()
            if neighbour.pod_id == self._creator
        ]
        return max(bundles.told_at_ms(self._keeper.store.connection, self._creator) or 0, *met, 0)

    def _learn(self, wires: Iterable[bytes]) -> None:
        certificates = []
        for wire in wires:
            try:
                certificates.append(open_certificate(wire))
            except PeerError as err:
                self._report.left_out[err.code] += 1
        self._strikes += len(certificates) < len(tuple(wires))
        self._keeper.learn(certificates, self._keeper.now())

    def _take_in(self, ahead: _Ahead) -> None:
        opened = ahead.opening.result()
        keeper, now = self._keeper, self._keeper.now()
        keeper.notices_others()  # a running node may have learnt a greater certificate
        self._carrying.turn(now)
        if not keeper.directory.has_room:
            raise StoreError(
                "full",
                "There is too little room on the disk for what other pods share.",
                "Make room, and take the same bundle in again: it goes on where it was.",
            )
        if ahead.is_alone:
            self._report.alone += len(opened)
        else:
            self._report.records += len(opened)
        good, under_lesser = self._admit(opened, is_alone=ahead.is_alone)
        self._note(take_in(keeper, good, self._creator, now, under_lesser))

    def _admit(
        self, opened: Sequence[Opened], *, is_alone: bool
    ) -> tuple[list[Record], frozenset[bytes]]:
        """Return what may be taken in, and the ids under a lesser certificate (R3).

        The same line as in a session (§7.6). What no honest pod writes is a strike.
        """
        keeper, left_out = self._keeper, Counter[str]()
        good: list[Record] = []
        under_lesser: set[bytes] = set()
        for record, refusal, key in map(self._with_keys_of_now, opened):
            if record is None or refusal is not None:
                left_out[refusal or Refusal.MALFORMED] += 1
            elif why := (self._bars_alone if is_alone else self._bars)(record):
                left_out[why] += 1
            elif key is None:
                left_out[UNCERTIFIED] += 1
            else:
                good.append(record)
                if key != keeper.roster.certificates.greatest_key(record):
                    under_lesser.add(record.id)
        self._report.left_out += left_out
        self._strikes += not left_out.keys() <= _HONEST
        return good, frozenset(under_lesser)

    def _bars(self, record: Record) -> str | None:
        """Return why a record that is there for all is left out, if it is."""
        directory = self._keeper.directory
        if record.scope != Scope.NETWORK:
            return NEAR
        if record.author != self._keeper.pod_id and not directory.carries(record.author):
            return Refusal.NOT_CARRIED
        return None if record.author in self._authors else Refusal.NOT_AGREED

    def _bars_alone(self, record: Record) -> str | None:
        """Return the same of a record that was sealed to us: near by its creator, or ours (R9)."""
        if record.author == self._keeper.pod_id:
            return None
        if record.author != self._creator or record.scope != Scope.NEAR:
            return NEAR
        if not self._keeper.directory.carries(record.author):
            return Refusal.NOT_CARRIED
        return None if self._keeper.roster.lets_near_pass(record.author) else UNSEEN

    def _with_keys_of_now(self, opened: Opened) -> Opened:
        """Check anew what was opened before its certificate came, as the engine does."""
        if opened.record is None or opened.key is not None:
            return opened
        return check_again(opened.record, self._keeper.roster.certificates.keys_of)

    def _note(self, intake: Intake) -> None:
        report = self._report
        report.taken += len(intake.taken) + len(intake.shelved)
        report.had += intake.duplicates
        report.held += len(intake.held)
        report.left_out.update(refusal.value for _, refusal in intake.refused)

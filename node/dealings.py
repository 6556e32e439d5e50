"""What sessions tell and ask is dealt with: certificates, records, bodies, ends.

Spec: docs/protocol.md §7.4 to §7.7 (R3, R9, R10). protocol/events.py says what each event wants.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

from node.admission import Admission
from node.arrivals import take_in
from node.conduct import Conduct
from node.keeper import Keeper
from node.live import Live
from node.lives import Lives
from node.news import News
from node.postman import Postman
from protocol.clock import Now
from protocol.errors import PeerError
from protocol.events import (
    BodiesLacked,
    BodiesWanted,
    Body,
    CertificatesTold,
    Event,
    IdsRefused,
    MailOffered,
    MailTold,
    MailWanted,
    PeerLeft,
    RecordsTold,
    RoundOver,
    TableTold,
    TokensTold,
)
from protocol.identity import Certificate, PodId, open_certificate, short_id
from protocol.intake import Opened, check_again, open_batch
from protocol.limits import SHORT_ID_BYTES
from protocol.record import Scope
from protocol.turns import State
from store.touch import Holds

log = logging.getLogger("pod.engine")


class Dealings:
    """Those of one engine."""

    def __init__(
        self, keeper: Keeper, lives: Lives, news: News, postman: Postman, conduct: Conduct
    ) -> None:
        self._keeper = keeper
        self._roster = keeper.roster
        self._lives = lives
        self._news = news
        self._postman = postman
        self._conduct = conduct
        self._admission = Admission(keeper)

    def follow(
        self,
        live: Live,
        step: Callable[[], Iterable[Event]],
        now: Now,
        opened: Sequence[Opened] | None = None,
    ) -> None:
        """Let a session take a step, and do what its events ask; the peer's fault ends it.

        opened: the records of the step's frame, if they were opened ahead.
        """
        try:
            queue = list(step())
            while queue and (live.session.state is not State.CLOSED or type(queue[0]) is PeerLeft):
                queue += self._answer(live, queue.pop(0), opened, now)
        except PeerError as err:
            self.fail(live, err, now)

    def fail(self, live: Live, error: PeerError, now: Now) -> None:
        """End a session for a fault of the peer's."""
        log.warning(
            "session_failed peer=%s code=%s detail=%r",
            short_id(live.peer), error.code, error.detail[:100],
        )  # fmt: skip
        self._conduct.note(live.peer, error.code, now)
        live.end(error.code)

    def _answer(  # noqa: C901  # one case an event
        self, live: Live, event: Event, opened: Sequence[Opened] | None, now: Now
    ) -> Iterable[Event]:
        match event:
            case TableTold():
                self._keeper.renew_table()
                self._postman.offer_anew(live)
            case CertificatesTold(wires):
                self.learn([open_certificate(wire) for wire in wires], now)
            case RecordsTold(wires, in_round):
                if opened is None:
                    opened = open_batch(wires, self._roster.certificates.keys_of)
                return self._take_records(live, opened, now, in_round=in_round)
            case BodiesWanted(short_ids):
                found = self._servable(live, self._keeper.bodies_beginning(short_ids))
                there = {body.id[:SHORT_ID_BYTES] for body in found}
                gone = [short_id for short_id in short_ids if short_id not in there]
                return live.session.send_bodies(found, gone, now)
            case BodiesLacked(ids):
                found = self._servable(live, self._keeper.bodies(ids))
                return live.session.send_bodies(found, (), now)
            case IdsRefused(ids):
                self._roster.remember_refused(live.peer, ids, now)
            case RoundOver(equal, mark):
                self._keeper.note_round(live.peer, now)
                if equal:
                    self._note_holds(live, mark, now)
            case MailOffered() | MailWanted() | MailTold() | TokensTold():
                self.learn(self._postman.answer(live, event, now), now)
            case PeerLeft(code, certificate):
                live.closing = code
                self.draw_from_end(live.peer, code, certificate, now)
        return ()

    # --- Records ---

    def _take_records(
        self, live: Live, opened: Sequence[Opened], now: Now, *, in_round: bool
    ) -> Iterable[Event]:
        good, under_lesser = self._admission.admit(live, opened, now, in_round=in_round)
        intake = take_in(self._keeper, good, live.peer, now, under_lesser)
        lasting = self._admission.lasting(live, good, intake.refused, under_lesser, now)
        if lasting:
            self._roster.remember_refused(live.peer, lasting, now)
        # Before anything is pushed: the peer has seen these.
        events = live.session.settled([record.id for record in good], lasting, now)
        if intake.taken or intake.shelved:
            self._news.spread({record.id: record for record in intake.taken}, now)
        return events

    def _servable(self, live: Live, bodies: Iterable[Body]) -> list[Body]:
        """Return the bodies in the sets agreed for this round, and no others (R9)."""
        return [body for body in bodies if live.session.rounds.may_serve(body)]

    def _note_holds(self, live: Live, mark: int, now: Now) -> None:
        """Note that the peer holds what of ours was here at mark, as far as it was compared."""
        newest_s = self._keeper.newest_stamp_s(self._keeper.pod_id)
        end_s = live.session.terms.ceiling_s(now)
        if mark <= live.mark or (end_s is not None and newest_s > end_s):
            return
        live.mark = mark
        holds = Holds(*(mark if live.session.rounds.held_ours(scope) else 0 for scope in Scope))
        self._roster.note_holds(live.peer, holds, now)

    # --- Certificates ---

    def learn(self, certificates: Sequence[Certificate], now: Now) -> None:
        """Keep certificates, and draw what follows from greater ones at once (R3)."""
        news = self._keeper.learn(certificates, now)
        if not news:
            return
        authors = {certificate.pod_id for certificate in news}
        for live in self._lives.in_turn():
            # What one of them brings to light may have ended the next.
            if live.closing is None and not self.end_if_superseded(live):
                self.follow(live, partial(self._take_waiting, live, authors, now), now)
        self._news.spread({}, now)

    def _take_waiting(self, live: Live, authors: Collection[PodId], now: Now) -> Iterable[Event]:
        """Take in what waited for certificates that have now come."""
        waiting = live.take_waiting(authors)
        if not waiting:
            return ()
        opened = [check_again(record, self._roster.certificates.keys_of) for record in waiting]
        return self._take_records(live, opened, now, in_round=True)

    def end_if_superseded(self, live: Live) -> bool:
        """End a session under a lesser certificate than is known; tell whether it was (R3)."""
        greatest = self._keeper.directory.certificates[live.peer]
        is_superseded = greatest.rank > live.certificate.rank
        if is_superseded:
            live.end("epoch_superseded", greatest.wire)
        return is_superseded

    # --- Ends ---

    def draw_from_end(self, peer: PodId, code: str, wire: bytes | None, now: Now) -> None:
        """Draw what follows from the reason for which a neighbour ended or refused a session."""
        if code == "not_federated":
            self._roster.end_federation(peer, now)
            self._news.spread({}, now)
        elif code == "clone":  # another machine has our key (R12)
            self._keeper.notice("clone", self._keeper.pod_id, now)
        elif wire is not None:
            self._hear_of_ourselves(wire, now)

    def _hear_of_ourselves(self, wire: bytes, now: Now) -> None:
        """Take up a greater certificate of our own pod that a neighbour has shown (R3)."""
        try:
            certificate = open_certificate(wire)
        except PeerError as err:
            log.warning("certificate_refused code=%s", err.code)
            return
        if certificate.pod_id == self._keeper.pod_id:
            self.learn([certificate], now)

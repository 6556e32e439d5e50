"""All open sessions of a node: frames in, frames out, and what comes between.

Spec: docs/protocol.md §7. Synchronous, on the one thread that owns the store, so nothing here
waits and nothing races; sockets are the business of node/sync.py. Whatever a peer told is
saved before anything that follows from it is sent.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from node.admission import Admission
from node.arrivals import take_in
from node.carrying import Carrying
from node.conduct import Conduct
from node.keeper import Keeper
from node.live import Live, Output, Probe
from node.mail import MailRoom
from node.postman import Postman
from node.upkeep import Upkeep
from protocol.clock import ClockState, Now
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
from protocol.frames import Frame
from protocol.handshake import Refused
from protocol.identity import Certificate, PodId, open_certificate, short_id
from protocol.intake import Opened, check_again, open_batch
from protocol.limits import SHORT_ID_BYTES
from protocol.record import Record, Scope
from protocol.round import InFlight
from protocol.session import Session
from protocol.turns import State
from store.changes import Change
from store.records.ledger import SHELF_LOG
from store.touch import Holds

log = logging.getLogger("pod.engine")

POLL_MS: Final = 250
"""How often other processes' writes are looked for: a command's listing travels this soon."""
CLOCK_JUMP_MS: Final = 60_000
"""What a clock may be corrected by without a word: far less than any bound of time."""
CONTACT_MS: Final = 600_000
"""How often it is noted that a neighbour is still there: what a power cut may lose of it."""
UPKEEP_MS: Final = 60_000
"""How often held records, the floor and renewals are looked at."""


class Dial(NamedTuple):
    """A neighbour without a session, and where it was last."""

    pod_id: PodId
    addresses: tuple[str, ...]


class Engine:
    """Sessions over one Keeper. chance: numbers in [0, 1) for jitter."""

    def __init__(
        self, keeper: Keeper, chance: Callable[[], float], now: Now, *, poll_ms: int = POLL_MS
    ) -> None:
        keeper.signer.begin_run()
        self._keeper = keeper
        self._roster = keeper.roster
        self._upkeep = Upkeep(keeper, now)
        self._carrying = Carrying(keeper)
        self._chance = chance
        self._poll_ms = poll_ms
        self._lives: dict[int, Live] = {}
        self._probes: dict[int, Probe] = {}
        self._next_number = 1
        self._in_flight = InFlight()
        room = None if keeper.mail_doors is None else MailRoom(keeper, keeper.mail_doors)
        self._postman = Postman(room, self._in_turn, now)
        self._admission = Admission(keeper)
        self._poll_due_ms = now.mono_ms
        self._upkeep_due_ms = now.mono_ms
        self._clock = now
        self._conduct = Conduct(keeper.store, now)
        self._present: frozenset[PodId] = frozenset()
        self._contact_due_ms = now.mono_ms + CONTACT_MS
        self._mark = keeper.last_number()
        keeper.catch_up()
        keeper.renew_table()

    # --- Sessions come and go ---

    def greet(
        self, peer: Certificate, run_id: bytes, *, we_called: bool, now: Now
    ) -> int | Refused:
        """Open a session with an authenticated peer; return its number, or why not (R3, R12)."""
        self.look_around(now)  # a command may just have removed it, or learnt a greater key
        directory = self._keeper.directory
        if peer.pod_id not in directory.told_by:
            return Refused("not_federated")
        known = directory.certificates.get(peer.pod_id)
        if known is not None and known.rank > peer.rank:
            return Refused("epoch_superseded", known.wire)
        if peer.pod_id in self._conduct.waiting(now):
            return Refused("backing_off")
        self._learn([peer], now)
        for rival in self._open_with(peer.pod_id):
            if not self._gives_way(rival, run_id, we_called=we_called, now=now):
                return Refused("already_connected")
        number, self._next_number = self._next_number, self._next_number + 1
        near = self._roster.lets_near_pass(peer.pod_id)
        session = Session(
            peer=peer.pod_id,
            we_call=we_called,
            directory=directory,
            indexes=self._keeper.indexes,
            in_flight=self._in_flight,
            never=self._roster.refused_ids(peer.pod_id),
            near=near,
            floor_s=self._keeper.floor_s,
            chance=self._chance,
            now=now,
        )
        session.rounds.mark = self._mark
        live = self._lives[number] = Live(number, session, peer, run_id, near, now.mono_ms)
        self._postman.call_on(live)
        log.info("session_open peer=%s called=%s", short_id(peer.pod_id), we_called)
        return number

    def not_greeted(self, peer: PodId, answer: Refused, now: Now) -> None:
        """Note that a neighbour would not have us, and draw what follows from the reason."""
        log.info("session_refused peer=%s code=%s", short_id(peer), answer.code)
        self._draw_from_end(peer, answer.code, answer.certificate, now)

    def _draw_from_end(self, peer: PodId, code: str, wire: bytes | None, now: Now) -> None:
        """Draw what follows from the reason for which a neighbour ended or refused a session."""
        if code == "not_federated":
            self._roster.end_federation(peer, now)
            self._spread({}, now)
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
            self._learn([certificate], now)

    def _in_turn(self) -> list[Live]:
        """Return the sessions that go on."""
        return [live for live in self._lives.values() if live.closing is None]

    def _open_with(self, peer: PodId) -> list[Live]:
        return [it for it in self._lives.values() if it.peer == peer and it.closing is None]

    def _gives_way(self, rival: Live, run_id: bytes, *, we_called: bool, now: Now) -> bool:
        """Tell whether an open session with the same pod makes room for a new one (R12)."""
        if rival.run_id == run_id:
            # Both sides dialled at once: the one dialled by the smaller pod id stays.
            smaller_is_us = self._keeper.pod_id < rival.peer
            if rival.we_called == we_called or we_called == smaller_is_us:
                self._close(rival, "replaced")
                return True
            return False
        # Another process with the same key: dead connection, or a clone that still answers.
        del self._lives[rival.number]
        rival.session.close()
        self._probes[rival.number] = Probe(rival.number, rival.peer, now)
        return True

    def hang_up(self, number: int, now: Now) -> None:
        """Note that the channel of this session is gone."""
        self._probes.pop(number, None)
        live = self._forget(number)
        if live is not None:
            live.session.close()
            self._roster.note_contact(live.peer, now)
            log.debug("session_closed peer=%s", short_id(live.peer))

    def _forget(self, number: int) -> Live | None:
        live = self._lives.pop(number, None)
        if live is not None:
            self._postman.gone(live)
        return live

    def to_dial(self) -> list[Dial]:
        """Return the neighbours without a session, with their addresses; not those who wait."""
        met = {live.peer for live in self._lives.values() if live.closing is None}
        met |= self._conduct.waiting(self._clock)
        return [
            Dial(neighbour.pod_id, neighbour.addresses)
            for neighbour in self._roster.neighbours()
            if neighbour.pod_id not in met
        ]

    def open_sessions(self) -> list[PodId]:
        """Return the neighbours with an open session."""
        return [live.peer for live in self._lives.values()]

    def keys_of(self, author: PodId, epoch: int) -> tuple[bytes, ...]:
        """Return the working keys that may have signed for author in epoch; any thread."""
        return self._roster.keys_of(author, epoch)

    # --- What the driver calls ---

    def receive(self, number: int, frame: Frame, opened: Sequence[Opened] | None, now: Now) -> None:
        """Take a frame. opened: the records of a Records frame, if they were opened ahead."""
        self._mind_clock(now)
        if probe := self._probes.get(number):
            probe.take(frame)
        elif live := self._lives.get(number):
            self._guarded(live, lambda: self._receive(live, frame, opened, now))

    def _receive(self, live: Live, frame: Frame, opened: Sequence[Opened] | None, now: Now) -> None:
        self._handle(live, live.session.receive(frame, now), opened, now)

    def refuse_frame(self, number: int, error: PeerError) -> None:
        """Note that the channel brought bytes that are no frame."""
        if live := self._lives.get(number):
            self._fail(live, error)

    def drained(self, number: int, now: Now) -> None:
        """Note that all frames handed out for this session are sent."""
        if live := self._lives.get(number):
            self._guarded(live, lambda: self._handle(live, live.session.drained(now), None, now))

    def tick(self, now: Now) -> None:
        """Do what is due by now."""
        self._mind_clock(now)
        for live in list(self._lives.values()):
            if live.session.deadline_ms <= now.mono_ms:
                self._guarded(live, partial(self._tick, live, now))
        for probe in [p for p in self._probes.values() if p.is_over(now)]:
            self._end_probe(probe, now)
        if self._poll_due_ms <= now.mono_ms:
            self._poll_due_ms = now.mono_ms + self._poll_ms
            self.look_around(now)
        if self._upkeep_due_ms <= now.mono_ms:
            self._upkeep_due_ms = now.mono_ms + UPKEEP_MS
            self._postman.tidy_up(now)
            self._keep_up(now)

    def _tick(self, live: Live, now: Now) -> None:
        self._handle(live, live.session.tick(now), None, now)

    @property
    def deadline_ms(self) -> int:
        due = [live.session.deadline_ms for live in self._lives.values()]
        probes = [probe.due_ms for probe in self._probes.values()]
        return min([self._poll_due_ms, self._upkeep_due_ms, *due, *probes])

    def collect(self, now: Now) -> list[Output]:
        """Return what to send on each channel, and which to close; tables are saved before."""
        self._postman.make_offers(now)
        outputs = [
            Output(live.number, frames, live.closing)
            for live in self._lives.values()
            if (frames := live.session.outgoing(now)) or live.closing
        ]
        outputs += [probe.output() for probe in self._probes.values() if probe.has_output]
        for output in outputs:
            if output.close is not None:
                self._forget(output.session)
                self._probes.pop(output.session, None)
        self._note_present(now)
        self._roster.save_tables(now)
        return outputs

    def _note_present(self, now: Now) -> None:
        """Note for people who is there, when that has changed."""
        present = frozenset(live.peer for live in self._lives.values())
        if present != self._present:
            self._present = present
            self._roster.note_present(present, now)

    def look_around(self, now: Now) -> None:
        """Take up what this or another process wrote: records, neighbours, keys (R14)."""
        if self._keeper.notices_others({live.peer for live in self._lives.values()}):
            self._postman.look_again()
            self._postman.call_on_all()
            self._conduct.load()
            self.neighbours_changed(now)

    def neighbours_changed(self, now: Now) -> None:
        """Draw what follows from neighbours added or removed, and keys made anew, at once."""
        for live in list(self._lives.values()):
            if live.peer not in self._keeper.directory.told_by:
                self._close(live, "not_federated")
            elif live.near != self._roster.lets_near_pass(live.peer):
                self._close(live, "stopping")  # the next greeting says so (R16)
            elif self._keeper.directory.certificates[live.peer].rank > live.certificate.rank:
                self._supersede(live)
        self._spread({}, now)

    def published(self, records: Iterable[Record], now: Now) -> None:
        """Send on what this process has just signed."""
        self._spread({record.id: record for record in records}, now)

    # --- Events of a session ---

    def _guarded(self, live: Live, act: Callable[[], None]) -> None:
        try:
            act()
        except PeerError as err:
            self._fail(live, err)

    def _fail(self, live: Live, error: PeerError) -> None:
        log.warning(
            "session_failed peer=%s code=%s detail=%r",
            short_id(live.peer), error.code, error.detail[:100],
        )  # fmt: skip
        self._conduct.note(live.peer, error.code, self._clock)
        self._close(live, error.code)

    def _close(self, live: Live, code: str, certificate: bytes | None = None) -> None:
        live.session.say_bye(code, certificate)
        live.closing = code

    def _handle(
        self, live: Live, events: Iterable[Event], opened: Sequence[Opened] | None, now: Now
    ) -> None:
        queue = list(events)
        while queue and (live.session.state is not State.CLOSED or type(queue[0]) is PeerLeft):
            queue += self._answer(live, queue.pop(0), opened, now)

    def _answer(
        self, live: Live, event: Event, opened: Sequence[Opened] | None, now: Now
    ) -> Iterable[Event]:
        match event:
            case TableTold():
                self._keeper.renew_table()
                self._postman.offer_anew(live)
            case CertificatesTold(wires):
                self._learn([open_certificate(wire) for wire in wires], now)
            case RecordsTold(wires, in_round):
                if opened is None:
                    opened = open_batch(wires, self._roster.keys_of)
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
                self._learn(self._postman.answer(live, event, now), now)
            case PeerLeft(code, certificate):
                live.closing = code
                self._draw_from_end(live.peer, code, certificate, now)
        return ()

    def _note_holds(self, live: Live, mark: int, now: Now) -> None:
        """Note that the peer holds what of ours was here at mark, as far as it was compared."""
        newest_s, end_s = (
            self._keeper.newest_stamp_s(self._keeper.pod_id),
            live.session.terms.ceiling_s(now),
        )
        if mark <= live.mark or (end_s is not None and newest_s > end_s):
            return
        live.mark = mark
        holds = Holds(*(mark if live.session.rounds.held_ours(scope) else 0 for scope in Scope))
        self._roster.note_holds(live.peer, holds, now)

    def _servable(self, live: Live, bodies: Iterable[Body]) -> list[Body]:
        """Return the bodies in the sets agreed for this round, and no others (R9)."""
        return [body for body in bodies if live.session.rounds.may_serve(body)]

    # --- Certificates ---

    def _learn(self, certificates: Sequence[Certificate], now: Now) -> None:
        """Keep certificates, and draw what follows from greater ones at once (R3)."""
        news = self._keeper.learn(certificates, now)
        if not news:
            return
        authors = {certificate.pod_id for certificate in news}
        for live in list(self._lives.values()):
            if live.closing is not None:
                continue
            if self._keeper.directory.certificates[live.peer].rank > live.certificate.rank:
                self._supersede(live)
            else:
                self._guarded(live, partial(self._take_waiting, live, authors, now))
        self._spread({}, now)

    def _take_waiting(self, live: Live, authors: Collection[PodId], now: Now) -> None:
        """Take in what waited for certificates that have now come."""
        if waiting := live.take_waiting(authors):
            opened = [check_again(record, self._roster.keys_of) for record in waiting]
            self._handle(live, self._take_records(live, opened, now, in_round=True), None, now)

    def _supersede(self, live: Live) -> None:
        greatest = self._keeper.directory.certificates[live.peer]
        self._close(live, "epoch_superseded", greatest.wire)

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
            self._spread({record.id: record for record in intake.taken}, now)
        return events

    def _spread(self, known: Mapping[bytes, Record], now: Now) -> None:
        """Bring indexes and table up to date, and push what came into a set to who may have it.

        known: records at hand, so that they are not read from the disk again. Sessions leave
        out what their peer has shown or been sent.
        """
        news: dict[bytes, None] = {}
        self._mark = self._keeper.last_number()  # before: what follows is then in the indexes
        changes = self._keeper.catch_up()
        for live in self._lives.values():
            live.session.rounds.mark = self._mark
        for change in changes:
            if change.entered and change.log != SHELF_LOG:
                news[change.id] = None
            else:
                news.pop(change.id, None)
        self._keeper.renew_table()
        self._postman.look_again()
        listeners = self._in_turn()
        if not listeners:
            return
        # In a first sync that is nothing: its only listener has just sent all of them.
        unseen = dict.fromkeys(i for live in listeners for i in live.session.unseen(news))
        at_hand = [record for i, record in known.items() if i in unseen]
        bodies = self._keeper.bodies_of(at_hand)
        bodies += self._keeper.bodies([i for i in unseen if i not in known])
        for live in listeners:
            for body in bodies:
                live.session.push(body, now)
            if self._lost_of_others(changes, known):
                live.session.rounds.want(now)

    def _lost_of_others(self, changes: Sequence[Change], known: Mapping[bytes, Record]) -> bool:
        """Tell whether another process took records of other pods out of the sets.

        A pod blocked and let in again between two looks leaves no other trace.
        """
        ours = self._keeper.directory.numbers[self._keeper.pod_id]
        return not known and any(not it.entered and it.author != ours for it in changes)

    # --- Time passes ---

    def _mind_clock(self, now: Now) -> None:
        """Have upkeep done before anything else when the clock was set.

        What is held and was signed again in its slot is settled before a neighbour brings an
        older version of it home (R7).
        """
        was, self._clock = self._clock, now
        jump_ms = (now.wall_ms - now.mono_ms) - (was.wall_ms - was.mono_ms)
        if now.state is not was.state or abs(jump_ms) > CLOCK_JUMP_MS:
            self._keep_up(now)
            for live in self._lives.values():
                live.session.rounds.want(now)

    def _keep_up(self, now: Now) -> None:
        for live in self._lives.values():
            self._conduct.note_session(live.peer, now.mono_ms - live.since_ms, now)
            if live.session.terms.peer_now is not None:
                now_s, heard_ms = live.session.terms.peer_now
                self._keeper.time.hear(now_s * 1000 + now.mono_ms - heard_ms, now.mono_ms)
        changed = self._upkeep.turn(now) | self._carrying.turn(now)
        if now.state is ClockState.SYNCED:
            changed |= self._roster.void_old_tables(self.open_sessions(), self._keeper.floor_s)
        if changed:
            self._spread({}, now)
        newest = self._keeper.newest_own_number()
        for live in self._in_turn():
            live.session.terms.floor_s = self._keeper.floor_s
            if live.lacks_word(newest):
                live.session.rounds.want(now)
        if self._contact_due_ms <= now.mono_ms:
            self._contact_due_ms = now.mono_ms + CONTACT_MS
            for live in self._in_turn():
                silent_ms = now.mono_ms - live.session.heard_ms  # a cable may have been pulled
                self._roster.note_contact(live.peer, now, ago_ms=silent_ms)

    def _end_probe(self, probe: Probe, now: Now) -> None:
        if probe.answered:
            self._keeper.notice("clone", probe.peer, now)
        probe.is_ended = True

"""The sync core of a node for its driver: frames in, frames out, and what is due when.

Spec: docs/protocol.md §7. Synchronous, on the one thread that owns the store, so nothing here
waits and nothing races; sockets are the business of node/sync.py. Whatever a peer told is
saved before anything that follows from it is sent.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final, NamedTuple

from node.conduct import Conduct
from node.dealings import Dealings
from node.keeper import Keeper
from node.live import Live, Output
from node.lives import Lives
from node.mail import MailRoom
from node.news import News
from node.postman import Postman
from node.tending import Tending
from protocol.clock import Now
from protocol.errors import PeerError
from protocol.frames import Frame
from protocol.handshake import Refused
from protocol.identity import Certificate, PodId, short_id
from protocol.intake import Opened
from protocol.record import Record
from protocol.round import InFlight
from protocol.session import Session

log = logging.getLogger("pod.engine")

POLL_MS: Final = 250
"""How often other processes' writes are looked for: a command's listing travels this soon."""
CLOCK_JUMP_MS: Final = 60_000
"""What a clock may be corrected by without a word: far less than any bound of time."""
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
        self._chance = chance
        self._poll_ms = poll_ms
        self._poll_due_ms = now.mono_ms
        self._upkeep_due_ms = now.mono_ms
        self._clock = now
        self._in_flight = InFlight()
        self._present: frozenset[PodId] = frozenset()
        self.lives = Lives(keeper.pod_id)
        room = None if keeper.mail_doors is None else MailRoom(keeper, keeper.mail_doors)
        self._postman = Postman(room, self.lives.in_turn, now)
        self._conduct = Conduct(keeper.store, now)
        self._news = News(keeper, self.lives, self._postman)
        self._dealings = Dealings(keeper, self.lives, self._news, self._postman, self._conduct)
        self._tending = Tending(keeper, self.lives, self._news, self._conduct, now)

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
        self._dealings.learn([peer], now)
        if not self.lives.make_room(peer.pod_id, run_id, now, we_called=we_called):
            return Refused("already_connected")
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
        session.rounds.mark = self._news.mark
        live = self.lives.add(session, peer, run_id, now, near=near)
        self._postman.call_on(live)
        log.info("session_open peer=%s called=%s", short_id(peer.pod_id), we_called)
        return live.number

    def not_greeted(self, peer: PodId, answer: Refused, now: Now) -> None:
        """Note that a neighbour would not have us, and draw what follows from the reason."""
        log.info("session_refused peer=%s code=%s", short_id(peer), answer.code)
        self._dealings.draw_from_end(peer, answer.code, answer.certificate, now)

    def hang_up(self, number: int, now: Now) -> None:
        """Note that the channel of this session is gone."""
        live = self._forget(number)
        if live is not None:
            live.session.close()
            self._roster.note_contact(live.peer, now)
            log.debug("session_closed peer=%s", short_id(live.peer))

    def _forget(self, number: int) -> Live | None:
        live = self.lives.remove(number)
        if live is not None:
            self._postman.gone(live)
        return live

    def to_dial(self) -> list[Dial]:
        """Return the neighbours without a session, with their addresses; not those who wait."""
        met = {live.peer for live in self.lives.in_turn()}
        met |= self._conduct.waiting(self._clock)
        return [
            Dial(neighbour.pod_id, neighbour.addresses)
            for neighbour in self._roster.neighbours()
            if neighbour.pod_id not in met
        ]

    def keys_of(self, author: PodId, epoch: int) -> tuple[bytes, ...]:
        """Return the working keys that may have signed for author in epoch; any thread."""
        return self._roster.certificates.keys_of(author, epoch)

    # --- What the driver calls ---

    def receive(self, number: int, frame: Frame, opened: Sequence[Opened] | None, now: Now) -> None:
        """Take a frame. opened: the records of a Records frame, if they were opened ahead."""
        self._mind_clock(now)
        if probe := self.lives.probe(number):
            probe.take(frame)
        elif live := self.lives.get(number):
            self._dealings.follow(live, partial(live.session.receive, frame, now), now, opened)

    def refuse_frame(self, number: int, error: PeerError) -> None:
        """Note that the channel brought bytes that are no frame."""
        if live := self.lives.get(number):
            self._dealings.fail(live, error, self._clock)

    def drained(self, number: int, now: Now) -> None:
        """Note that all frames handed out for this session are sent."""
        if live := self.lives.get(number):
            self._dealings.follow(live, partial(live.session.drained, now), now)

    def tick(self, now: Now) -> None:
        """Do what is due by now."""
        self._mind_clock(now)
        for live in self.lives:
            if live.session.deadline_ms <= now.mono_ms:
                self._dealings.follow(live, partial(live.session.tick, now), now)
        for pod_id in self.lives.end_probes(now):
            self._keeper.notice("clone", pod_id, now)
        if self._poll_due_ms <= now.mono_ms:
            self._poll_due_ms = now.mono_ms + self._poll_ms
            self.look_around(now)
        if self._upkeep_due_ms <= now.mono_ms:
            self._upkeep_due_ms = now.mono_ms + UPKEEP_MS
            self._postman.tidy_up(now)
            self._tending.turn(now)

    @property
    def deadline_ms(self) -> int:
        return min([self._poll_due_ms, self._upkeep_due_ms, *self.lives.deadlines_ms])

    def collect(self, now: Now) -> list[Output]:
        """Return what to send on each channel, and which to close; tables are saved before."""
        self._postman.make_offers(now)
        outputs = self.lives.outputs(now)
        for output in outputs:
            if output.close is not None:
                self._forget(output.session)
        self._note_present(now)
        self._roster.save_tables(now)
        return outputs

    def _note_present(self, now: Now) -> None:
        """Note for people who is there, when that has changed."""
        present = self.lives.peers
        if present != self._present:
            self._present = present
            self._roster.note_present(present, now)

    def look_around(self, now: Now) -> None:
        """Take up what this or another process wrote: records, neighbours, keys (R14)."""
        if self._keeper.notices_others(self.lives.peers):
            self._postman.look_again()
            self._postman.call_on_all()
            self._conduct.load()
            self.neighbours_changed(now)

    def neighbours_changed(self, now: Now) -> None:
        """Draw what follows from neighbours added or removed, and keys made anew, at once."""
        for live in self.lives:
            if live.peer not in self._keeper.directory.told_by:
                live.end("not_federated")
            elif live.near != self._roster.lets_near_pass(live.peer):
                live.end("stopping")  # the next greeting says so (R16)
            else:
                self._dealings.end_if_superseded(live)
        self._news.spread({}, now)

    def published(self, records: Iterable[Record], now: Now) -> None:
        """Send on what this process has just signed."""
        self._news.spread({record.id: record for record in records}, now)

    # --- Time passes ---

    def _mind_clock(self, now: Now) -> None:
        """Have upkeep done before anything else when the clock was set.

        What is held and was signed again in its slot is settled before a neighbour brings an
        older version of it home (R7).
        """
        was, self._clock = self._clock, now
        jump_ms = (now.wall_ms - now.mono_ms) - (was.wall_ms - was.mono_ms)
        if now.state is not was.state or abs(jump_ms) > CLOCK_JUMP_MS:
            self._tending.turn(now)
            for live in self.lives:
                live.session.rounds.want(now)

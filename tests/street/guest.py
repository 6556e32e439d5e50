"""A neighbour played by a test, frame by frame: honest as far as the test wants it.

It has proved its key on the channel, as every peer of an engine has; what it says after that is
the test's choice. Nothing here keeps records or tables of its own.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from node.live import Live, Output
from protocol.frame_bytes import decode_frame
from protocol.frames import SETS, Bye, Frame, Hello, Records, Sets, SetsReply, Summary, TableFrame
from protocol.handshake import Refused as NotGreeted
from protocol.identity import Certificate, PodId, PodKey, WorkingKey
from protocol.intake import open_batch
from protocol.record import RECORD_VERSION, Record, Scope, seal
from protocol.trust import EMPTY_TABLE, Entry, Table
from tests.street.house import House, rid_of
from tests.toy import TOY_NOTE_CODE, note

EPOCH = 1_790_000_000


class Keys:
    """A pod as far as signing goes: its keys and its certificate. name: makes the keys."""

    def __init__(self, name: str, epoch: int = EPOCH, turn: int = 0) -> None:
        self.pod_key = PodKey.from_seed(sha256(name.encode()).digest())
        self.working_key = WorkingKey.from_seed(sha256(f"{name} {epoch} {turn}".encode()).digest())
        self.certificate = self.pod_key.certify(epoch, self.working_key.public, epoch)

    @property
    def pod_id(self) -> PodId:
        return self.pod_key.pod_id

    def record(
        self,
        text: str | None,
        stamp_ms: int,
        *,
        rid: bytes | None = None,
        scope: Scope = Scope.NETWORK,
        epoch: int | None = None,
    ) -> Record:
        """Return a signed note; None withdraws."""
        return seal(
            self.working_key,
            author=self.pod_id,
            epoch=self.certificate.epoch if epoch is None else epoch,
            kind=TOY_NOTE_CODE,
            rid=rid if rid is not None else rid_of(text or ""),
            stamp_ms=stamp_ms,
            scope=scope,
            valid_until_s=0,
            payload=None if text is None else note(text),
        )

    def entry(self, distance: int, *, carried: bool = True) -> Entry:
        """Return what a table says of this pod."""
        certificate = self.certificate
        return Entry(self.pod_id, certificate.epoch, certificate.tag16, distance, carried)


class Guest(Keys):
    """One end of a session with the engine of a house, which is made its neighbour."""

    def __init__(self, house: House, name: str = "guest") -> None:
        super().__init__(name)
        self.house = house
        self.run_id = sha256(name.encode()).digest()[:16]
        self.number = 0
        self.heard: list[Frame] = []
        self.closed: str | None = None
        self.table = EMPTY_TABLE
        house.keeper.roster.add_neighbour(self.certificate, name, (), house.now())
        house.engine.neighbours_changed(house.now())

    # --- The channel ---

    @property
    def live(self) -> Live:
        """The session as the house has it."""
        live = self.house.engine.lives.get(self.number)
        assert live is not None
        return live

    def connect(self, *, calls: bool, certificate: Certificate | None = None) -> int | NotGreeted:
        """Open a channel as caller or answerer; return the session's number or the refusal."""
        answer = self.house.engine.greet(
            certificate or self.certificate, self.run_id, we_called=not calls, now=self.house.now()
        )
        if isinstance(answer, int):
            self.number, self.closed, self.heard = answer, None, []
            self.house.guests[answer] = self
            self._listen()
        return answer

    def send(self, frame: Frame) -> list[Frame]:
        """Send a frame; return what the house says to it."""
        opened = None
        if isinstance(frame, Records):
            opened = open_batch(frame.wires, self.house.engine.keys_of)
        self.house.engine.receive(self.number, frame, opened, self.house.now())
        return self._listen()

    def wait_s(self, seconds: float) -> list[Frame]:
        """Let time pass; return what the house says in it."""
        before = len(self.heard)
        self.house.street.mono_ms += int(seconds * 1000)
        self.house.engine.tick(self.house.now())
        self._listen()
        self.house.engine.drained(self.number, self.house.now())
        self._listen()
        return self.heard[before:]

    def _listen(self) -> list[Frame]:
        """Return what has been said since the last time."""
        before = len(self.heard)
        self.house.street.flush(self.house)
        return self.heard[before:]

    def take(self, output: Output) -> None:
        """Take what the house has for this session; an earlier one is nobody's any more."""
        if output.session == self.number:
            self.heard += [decode_frame(data) for data in output.frames]
            self.closed = output.close or self.closed

    # --- What an honest neighbour says ---

    def hello(self, *, near: bool = True, entries: Sequence[Entry] | None = None) -> list[Frame]:
        """Greet, and tell a table: of this pod alone, unless entries says otherwise."""
        table = Table([self.entry(0)] if entries is None else entries)
        theirs = next(frame for frame in self.heard if isinstance(frame, Hello))
        now_s = self.house.now().wall_ms // 1000
        said = self.send(Hello(RECORD_VERSION, near, 0, now_s, table.hash, theirs.own_table))
        return said + self.tell(table)

    def meet(self, *, calls: bool, entries: Sequence[Entry] | None = None) -> "Guest":
        """Connect and greet."""
        assert isinstance(self.connect(calls=calls), int)
        self.hello(entries=entries)
        assert self.closed is None
        return self

    def tell(self, table: Table) -> list[Frame]:
        """Tell another table, from nothing."""
        self.table = table
        return self.send(TableFrame(None, tuple(table.entries.values()), (), table.hash))

    def push(self, *records: Record) -> list[Frame]:
        return self.send(Records(tuple(record.wire for record in records)))

    def open_round(self, number: int = 1) -> list[Frame]:
        """Open a round, with summaries that are of no set: every set is to be compared."""
        own = self.house.keeper.directory
        floor_s = self.house.keeper.floor_s
        ceiling_s = self.house.now().wall_ms // 1000 + 600
        hashes = own.told_by[self.pod_id].hash, own.told_to[self.pod_id].hash
        return self.send(Sets(number, floor_s, ceiling_s, *hashes, (Summary(0, bytes(16)),) * SETS))

    def answer_round(self, sets: Sets, equal: Iterable[bool]) -> list[Frame]:
        now_s = self.house.now().wall_ms // 1000
        return self.send(SetsReply(sets.round, 0, 0, now_s, tuple(equal)))

    def reasons(self) -> list[str]:
        """Return the codes of the byes heard."""
        return [frame.code for frame in self.heard if isinstance(frame, Bye)]

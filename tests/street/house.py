"""One pod of a simulated neighbourhood: a real keeper and engine, a clock that a test may set."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from node.clock import BUILD_MS
from node.drafts import Draft
from node.engine import Engine
from node.federation import identity_of
from node.keeper import Keeper, Surroundings
from node.mail import MailRoom
from node.neighbours import Authors
from node.rekey import Theft, rekey
from protocol.clock import ClockState, Now
from protocol.codec import decode
from protocol.identity import Certificate, PodId, PodKey, WorkingKey
from protocol.kinds import KindTable
from protocol.limits import MAX_BODY_BYTES
from protocol.record import Record, Scope
from store import Store, notices
from store.mail import carried
from store.records import each_in_set
from tests.street import post
from tests.toy import TOY_NOTE, TOY_NOTE_CODE, TOY_RIDDLE, note

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood
    from tests.street.guest import Guest

DAY_S = 86_400
START_MS = 1_800_000_000_000
"""The true time at which every neighbourhood begins: January 2027."""
NO_POLLING_MS = 3650 * DAY_S * 1000
"""Houses look for the writing of other processes when a test says so."""


class HouseClock:
    """The clock of a house, for its keeper. It keeps the time that the test gave it."""

    def __init__(self, house: "House") -> None:
        self._house = house

    boot = "this power-up"

    def now(self) -> Now:
        return self._house.now()

    def confirm(self, now_ms: int) -> None:
        self._house.set_clock(now_ms, ClockState.SYNCED)

    def hear(self, told_ms: int, mono_ms: int) -> bool:  # noqa: ARG002
        return False


@dataclass(eq=False)
class House:
    """One pod with its clock: skew_ms from the true time, and what it believes of it.

    said: of every slot (scope, rid) signed here, the text last acknowledged, None if withdrawn.
    guests: neighbours that a test plays, by the numbers of their sessions.
    """

    street: "Neighbourhood"
    name: str
    seed: bytes
    folder: Path
    skew_ms: int = 0
    state: ClockState = ClockState.SYNCED
    is_on: bool = False
    starts: int = 0
    wake_ms: int = -1
    keeper: Keeper = field(init=False)
    engine: Engine = field(init=False)
    said: dict[tuple[Scope, bytes], str | None] = field(default_factory=dict)
    guests: "dict[int, Guest]" = field(default_factory=dict)
    box: post.LetterBox = field(default_factory=post.LetterBox)
    has_card: bool = False

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def __hash__(self) -> int:
        return crc32(self.name.encode())  # the same in every run, as one seed decides all

    @cached_property
    def pod_id(self) -> PodId:
        return PodKey.from_seed(self.seed).pod_id

    @property
    def certificate(self) -> Certificate:
        """What it proves on a channel."""
        return identity_of(self.keeper).certificate

    @property
    def store(self) -> Store:
        return self.keeper.store

    @property
    def is_up_to_date(self) -> bool:
        """Whether its program knows the kind of a later version: every second one does."""
        return hash(self) % 2 == 0

    # --- Time ---

    def now(self) -> Now:
        mono_ms = self.street.mono_ms
        return Now(mono_ms, START_MS + mono_ms + self.skew_ms, self.state)

    def set_clock(self, wall_ms: int | None, state: ClockState) -> None:
        """Have the clock show wall_ms (None: the true time) and believe it as state says.

        No clock of ours shows a time before the program was made.
        """
        true_ms = START_MS + self.street.mono_ms
        self.skew_ms = 0 if wall_ms is None else max(wall_ms, BUILD_MS) - true_ms
        self.state = state

    # --- Power ---

    def around(self) -> Surroundings:
        return Surroundings(
            kinds=KindTable([TOY_NOTE, post.TOY_CARD, *[TOY_RIDDLE] * self.is_up_to_date]),
            mail=self.box.doors(),
            clock=HouseClock(self),
            random_bytes=self.street.random.randbytes,
        )

    def start(self) -> "House":
        """Open the store as a new process does: another run id, nothing in memory."""
        self.starts += 1
        self.box.show_key = self._show_key
        self.keeper = Keeper.open(self.folder, self.around())
        chance = self.street.random.random
        self.engine = Engine(self.keeper, chance, self.now(), poll_ms=NO_POLLING_MS)
        self.is_on = True
        self.street.wake(self)
        return self

    def stop(self) -> None:
        """A clean end."""
        self.street.part(self)
        self.is_on = False
        self.keeper.close(save=True)

    def crash(self) -> None:
        """The power goes: memory and what was under way are lost, the disk is not."""
        self.is_on = False
        self.keeper.store.connection.close()

    def restart(self) -> None:
        if self.is_on:
            self.crash()
        self.start()

    def copy_disk(self, to: str = "backup") -> Path:
        """Return a copy of the folder as it is on disk now, in place of the last one."""
        backup = self.folder.with_name(f"{self.name}-{to}")
        shutil.copytree(self.folder, backup, dirs_exist_ok=True)
        return backup

    def restore_disk(self, backup: Path) -> None:
        """Put an old copy in place of what there is (the house must be off)."""
        assert not self.is_on
        shutil.rmtree(self.folder)
        shutil.copytree(backup, self.folder)

    def begin_anew(self, neighbours: "Sequence[House]") -> None:
        """Start on an empty disk, with the words and the neighbours that people know."""
        assert not self.is_on
        shutil.rmtree(self.folder)
        self.make()
        with self.as_command() as keeper:
            for it in neighbours:
                keeper.roster.add_neighbour(it.certificate, it.name, (), self.now())
        self.start()

    def make(self) -> None:
        """Make the pod of these words in its folder."""
        self.folder.mkdir()
        Keeper.create(
            self.folder,
            name=self.name,
            pod_key=PodKey.from_seed(self.seed),
            working_seed=self.street.random.randbytes(32),
            now=self.now(),
        )

    # --- What people do ---

    def write(self, text: str, *, scope: Scope = Scope.NETWORK, rid: bytes | None = None) -> bytes:
        """Sign a note; return its rid. The same text has the same rid."""
        rid = rid if rid is not None else rid_of(text)
        self.sign([draft(text, rid, scope)])
        return rid

    def withdraw(self, rid: bytes, *, scope: Scope = Scope.NETWORK) -> None:
        self.sign([draft(None, rid, scope)])

    def change_scope(self, rid: bytes, text: str, to: Scope) -> None:
        """Another audience is another slot: withdrawn where it was, written where it is (R1)."""
        was = Scope.NEAR if to is Scope.NETWORK else Scope.NETWORK
        self.sign([draft(None, rid, was), draft(text, rid, to)])

    def sign(self, drafts: Sequence[Draft]) -> list[Record]:
        """Sign drafts, have them sent, and remember what was promised."""
        signed = self.keeper.signer.sign(drafts, self.now())
        self.engine.published(signed, self.now())
        self.street.flush(self)
        self.said.update({(Scope(r.scope), r.rid): text_of(r) for r in signed})
        return signed

    def rotate(self, theft: Theft | None = None) -> None:
        """Make a new key, as `pod rotate` does in a process of its own (R3)."""
        rekey(
            self.folder,
            PodKey.from_seed(self.seed),
            self.now(),
            random_bytes=self.street.random.randbytes,
            theft=theft,
        )
        self.look_around()

    def block(self, author: PodId, *, blocked: bool) -> None:
        """Carry nothing of author any more, or carry it again, by a command."""
        with self.as_command() as keeper:
            Authors(keeper).block(author, blocked=blocked)

    def unblock_all(self) -> bool:
        """Carry everybody again; tell whether anybody was blocked."""
        with self.as_command() as keeper:
            blocked = [it.pod_id for it in Authors(keeper).all() if not it.carried]
        for author in blocked:
            self.block(author, blocked=False)
        return bool(blocked)

    def rotate_if_replaced(self) -> bool:
        """Make a new key where a greater one is known; tell whether it was so."""
        is_replaced = self.is_on and not self.keeper.may_sign
        if is_replaced:
            self.rotate()
        return is_replaced

    def certificate_of_epoch(self, epoch: int) -> Certificate:
        """Return a certificate of this pod made elsewhere, with another working key."""
        key = WorkingKey.from_seed(self.street.random.randbytes(32))
        return PodKey.from_seed(self.seed).certify(epoch, key.public, epoch)

    @contextmanager
    def as_command(self) -> Iterator[Keeper]:
        """Yield the keeper of another process on this folder; then the node looks around."""
        keeper = Keeper.open(self.folder, self.around())
        try:
            yield keeper
        finally:
            keeper.close()
        self.look_around()

    def look_around(self) -> None:
        """Have the node notice what other processes wrote."""
        if self.is_on:
            self.engine.look_around(self.now())
            self.street.flush(self)

    def show_card(self) -> None:
        """Publish the mail key; from now on the house does so by itself when there is another."""
        self.has_card = True
        self._show_key()
        self.engine.look_around(self.now())
        self.engine.published([], self.now())
        self.street.flush(self)

    def _show_key(self) -> bool:
        """Sign a card with the key of today, if the one that stands shows another (R15)."""
        key = post.key_in_card(self.store.connection, self.pod_id)
        if not self.has_card or key == self.keeper.mail_key.public:
            return False
        self.keeper.signer.sign([post.card_of(self.keeper)], self.now())
        return True

    def send(self, to: "House", text: str) -> bytes:
        """Write a letter, in a process of its own; return its message id."""
        with self.as_command() as keeper:
            room = MailRoom(keeper, self.box.doors())
            with keeper.store.atomic(self.now().wall_ms) as tx:
                return room.send_in(tx, to.pod_id, text.encode())

    # --- What is here ---

    def letters(self) -> list[str]:
        """Return the texts of the letters that came, in order."""
        return [text for _, text in post.letters_in(self)]

    def mail(self) -> int:
        """Return how much mail is under way here."""
        return len(carried(self.store.connection))

    def records(self) -> list[Record]:
        """Return all records in the sets here, withdrawals too."""
        return list(each_in_set(self.store.connection, fit=False))

    def notes(self, scope: Scope | None = None) -> set[str]:
        """Return the texts of all live notes in the sets here."""
        notes = [it for it in self.records() if it.kind == TOY_NOTE_CODE]
        texts = {text_of(record) for record in notes if scope in (None, record.scope)}
        return {text for text in texts if text is not None}

    def ids(self) -> set[bytes]:
        """Return the ids of all records in the sets here, withdrawals too."""
        return {record.id for record in self.records()}

    def notices(self) -> set[str]:
        """Return the codes of what people here must hear of."""
        return {notice.code for notice in notices.notices(self.store.connection)}


def rid_of(text: str) -> bytes:
    return text.encode().ljust(16, b".")[:16]


def draft(
    text: str | None, rid: bytes, scope: Scope = Scope.NETWORK, kind: int = TOY_NOTE_CODE
) -> Draft:
    """Return the draft of a note, or of another kind with a text; None withdraws it."""
    return Draft(kind, rid, scope, None if text is None else note(text))


def text_of(record: Record) -> str | None:
    """Return the text of a note, None if it is withdrawn."""
    if record.payload is None:
        return None
    fields = decode(record.payload, max_bytes=MAX_BODY_BYTES)
    assert isinstance(fields, dict)
    return str(fields["text"])

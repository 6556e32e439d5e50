"""A random life of a neighbourhood: what people and accidents do, one act after another."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.clock import ClockState
from protocol.errors import UserError
from protocol.record import Scope
from tests.street.house import DAY_S, START_MS, House, draft, rid_of
from tests.street.post import Written
from tests.street.stick import Stick
from tests.toy import RIDDLE_CODE

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

RIDS = 6
"""Slots that a house writes to: few, so that versions meet."""
DELAYS_MS = (1, 20, 300)
CUTS = (0.0, 0.0, 0.01, 0.05)
REPLAYS = (0.0, 0.0, 0.1)
PAUSES_S = (0, 0.01, 0.1, 1, 5, 30)


class Life:
    """Random acts on a street, by its own chance. Faults end with `heal_all`."""

    def __init__(self, street: "Neighbourhood") -> None:
        self.street = street
        self.random = street.random
        self._texts = 0
        self._backups: dict[House, Path] = {}
        self._acts: dict[Callable[[House], None], int] = {
            self._write: 40,
            self._withdraw: 15,
            self._change_scope: 8,
            self._command: 3,
            self._letter: 15,
            self._riddle: 5,
            self._block: 3,
            self._unblock: 2,
            self._split: 6,
            self._heal: 8,
            self._crash: 4,
            self._stop: 3,
            self._start: 6,
            self._skew: 3,
            self._wrong_clock: 2,
            self._rotate: 2,
            self._back_up: 2,
            self._restore: 2,
            self._carry_stick: 4,
            self._unfederate: 1,
            self._federate: 2,
        }

    def settle_in(self, houses: int) -> None:
        """Build houses, and a random graph of links that reaches all of them.

        About every second one has a program of a later version.
        """
        self.street.wires.has_later_programs = True
        made = self.street.build([f"h{number}" for number in range(houses)])
        for number, house in enumerate(made[1:], start=1):
            self._link(made[self.random.randrange(number)], house)
        for _ in range(self.random.randint(0, houses)):
            self._federate(made[0])

    def go_on(self, acts: int) -> None:
        """Let so many acts happen, with some time between them."""
        for _ in range(acts):
            (act,) = self.random.choices(list(self._acts), list(self._acts.values()))
            act(self.random.choice(self.street.houses))
            self.street.run_s(self.random.choice(PAUSES_S))

    # --- People ---

    def _riddle(self, house: House) -> None:
        """Write what some pods do not know, and others find unfit."""
        rid, scope = (
            rid_of(f"riddle {self.random.randrange(RIDS)}"),
            self.random.choice(list(Scope)),
        )
        if self._can_sign(house):
            house.sign([draft(self._text(), rid, scope, RIDDLE_CODE)])

    def _block(self, house: House) -> None:
        other = self.random.choice(self.street.houses)
        if other.pod_id != house.pod_id:
            house.block(other.pod_id, blocked=True)

    def _unblock(self, house: House) -> None:
        house.unblock_all()

    def _slot(self) -> tuple[bytes, Scope]:
        return rid_of(f"slot {self.random.randrange(RIDS)}"), self.random.choice(list(Scope))

    def _text(self) -> str:
        self._texts += 1
        return f"note {self._texts}"

    def _write(self, house: House) -> None:
        rid, scope = self._slot()
        if self._can_sign(house):
            house.write(self._text(), rid=rid, scope=scope)

    def _withdraw(self, house: House) -> None:
        rid, scope = self._slot()
        if self._can_sign(house):
            house.withdraw(rid, scope=scope)

    def _change_scope(self, house: House) -> None:
        rid, scope = self._slot()
        if self._can_sign(house):
            house.change_scope(rid, self._text(), scope)

    def _can_sign(self, house: House) -> bool:
        """Tell whether house is on; people make a new key where theirs was replaced."""
        house.rotate_if_replaced()
        return house.is_on

    def _command(self, house: House) -> None:
        """Sign from another process, while the node runs or not."""
        rid, scope = self._slot()
        text = self._text()
        with house.as_command() as keeper:
            if keeper.may_sign:
                keeper.signer.sign([draft(text, rid, scope)], house.now())
                house.said[scope, rid] = text

    def _letter(self, house: House) -> None:
        """Write to a house that has a card, or gets one now."""
        to = self.random.choice([it for it in self.street.houses if it is not house])
        if not self._can_sign(house) or not self._can_sign(to):
            return
        to.show_card()
        text = self._text()
        house.send(to, text)
        self.street.letters.append(Written(house, to, text))

    def _rotate(self, house: House) -> None:
        house.rotate()

    def _skew(self, house: House) -> None:
        """A clock some minutes off, as they are."""
        house.skew_ms = self.random.randrange(-300_000, 300_000)

    def _wrong_clock(self, house: House) -> None:
        """A clock days off, that is believed or not; or one put right."""
        days = self.random.choice([-30, -3, 0, 0, 40, 200])
        state = self.random.choice(list(ClockState))
        house.set_clock(START_MS + self.street.mono_ms + days * DAY_S * 1000, state)

    def _carry_stick(self, house: House) -> None:
        """Somebody walks from house to another one, near or far, and sometimes back again.

        Between neighbours it is mostly sealed to the other; a stranger's is let in now and then.
        """
        other = self.random.choice([it for it in self.street.houses if it is not house])
        is_neighbour = other.pod_id in house.keeper.directory.told_by if house.is_on else False
        is_sealed = is_neighbour and other.is_on and self.random.random() < 0.7
        stick = Stick(self.street.folder)
        # What people are told then: a replaced key, a stranger, or one's own bundle.
        with suppress(UserError):
            stick.fill(house, "out.bundle", to=other if is_sealed else None)
            stick.empty(other, "out.bundle", carry=self.random.random() < 0.3)
            if self.random.random() < 0.5:
                stick.fill(other, "back.bundle", since="out.bundle")
                stick.empty(house, "back.bundle")

    # --- Federations and links ---

    def _link(self, a: House, b: House) -> None:
        self.street.federate(
            a,
            b,
            delay_ms=self.random.choice(DELAYS_MS),
            cut_chance=self.random.choice(CUTS),
            replay_chance=self.random.choice(REPLAYS),
        )

    def _federate(self, _: House) -> None:
        a, b = self.random.sample(self.street.houses, 2)
        if a.is_on and b.is_on and not self.street.are_federated(a, b):
            self._link(a, b)

    def _unfederate(self, _: House) -> None:
        a, b = self.random.choice(list(self.street.links))
        if a.is_on and self.street.are_federated(a, b):
            self.street.unfederate(a, b)

    def _split(self, _: House) -> None:
        self.street.split(*self.random.choice(list(self.street.links)))

    def _heal(self, _: House) -> None:
        self.street.heal(*self.random.choice(list(self.street.links)))

    # --- Machines ---

    def _crash(self, house: House) -> None:
        if house.is_on:
            house.crash()

    def _stop(self, house: House) -> None:
        if house.is_on:
            house.stop()

    def _start(self, house: House) -> None:
        if not house.is_on:
            house.start()

    def _back_up(self, house: House) -> None:
        self._stop(house)
        self._backups[house] = house.copy_disk()
        house.start()

    def _restore(self, house: House) -> None:
        """Put an old disk in, once the neighbours have what was acknowledged since."""
        if house not in self._backups:
            return
        self._start(house)
        met = [pair - {house} for pair in self.street.links if house in pair]
        for (neighbour,) in met:
            self._start(neighbour)
            self.street.heal(house, neighbour)
            self.street.link(house, neighbour).cut_chance = 0
        self.street.settle(900)
        if any(self.street.are_federated(house, neighbour) for (neighbour,) in met):
            house.stop()
            house.restore_disk(self._backups[house])
            # Letters are on the two machines alone: an old disk has lost what came and went since.
            self.street.letters = [
                it._replace(may_be_lost=True) if house in it else it for it in self.street.letters
            ]
            house.start()

"""A random life of a neighbourhood: what people and accidents do, one act after another."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from protocol.record import Scope
from tests.street.house import House, rid_of

if TYPE_CHECKING:
    from tests.neighbourhood import Neighbourhood

RIDS = 6
"""Slots that a house writes to: few, so that versions meet."""


class Life:
    """Random acts on a street, by its own chance. Faults end with `heal_all`."""

    def __init__(self, street: "Neighbourhood") -> None:
        self.street = street
        self.random = street.random
        self._count = 0
        self._acts: list[tuple[int, Callable[[House], None]]] = [
            (40, self._write),
            (15, self._withdraw),
            (8, self._change_scope),
            (6, self._split),
            (8, self._heal),
            (4, self._crash),
            (3, self._stop),
            (4, self._start),
            (2, self._rotate),
            (3, self._skew),
            (2, self._command),
        ]

    def go_on(self, acts: int) -> None:
        """Let so many acts happen, with some time between them."""
        weights = [weight for weight, _ in self._acts]
        for _ in range(acts):
            ((_, act),) = self.random.choices(self._acts, weights)
            act(self.random.choice(self.street.houses))
            self.street.run_s(self.random.choice([0, 0.01, 0.1, 1, 5, 30]))

    def _text(self) -> str:
        self._count += 1
        return f"note {self._count}"

    def _slot(self) -> tuple[bytes, Scope]:
        return rid_of(f"slot {self.random.randrange(RIDS)}"), self.random.choice(list(Scope))

    def _write(self, house: House) -> None:
        rid, scope = self._slot()
        if house.is_on:
            house.write(self._text(), rid=rid, scope=scope)

    def _withdraw(self, house: House) -> None:
        rid, scope = self._slot()
        if house.is_on:
            house.withdraw(rid, scope=scope)

    def _change_scope(self, house: House) -> None:
        rid, scope = self._slot()
        if house.is_on:
            house.change_scope(rid, self._text(), scope)

    def _command(self, house: House) -> None:
        """The same from another process, while the node runs or not."""
        rid, scope = self._slot()
        with house.as_command() as keeper:
            house.sign_with(keeper, rid, scope, self._text())

    def _split(self, _: House) -> None:
        self.street.split(*self.random.choice(list(self.street.links)))

    def _heal(self, _: House) -> None:
        self.street.heal(*self.random.choice(list(self.street.links)))

    def _crash(self, house: House) -> None:
        if house.is_on:
            house.crash()

    def _stop(self, house: House) -> None:
        if house.is_on:
            house.stop()

    def _start(self, house: House) -> None:
        if not house.is_on:
            house.start()

    def _rotate(self, house: House) -> None:
        house.rotate()

    def _skew(self, house: House) -> None:
        """A clock some minutes off, as they are."""
        house.skew_ms = self.random.randrange(-300_000, 300_000)

"""Where the parts of the two pictures are: numbers in, places out; templates write the SVG.

Names never stand in a drawing of pods, so none can spoil it: each pod has a number there, and the
list beside it says whose. Equal facts give equal pictures. Units are those of the viewBox.
"""

import textwrap
from collections.abc import Iterable, Sequence
from math import atan2, cos, pi, sin, tau
from typing import Final, NamedTuple

from node.aid.reach import Around

WIDTH: Final = 320

# --- The neighbourhood: this pod in the middle, others on rings by distance ---

RING_RADII: Final = (64, 102, 140)
RING_PLACES: Final = (12, 20, 28)
"""So many pods fit each ring without touching, at a size that can be read on an old phone."""
MIDDLE: Final = WIDTH / 2


class Dot(NamedTuple):
    """One pod. number: as in the list beside.  ring: 0 for neighbours, 2 for all farther ones.
    towards_x, towards_y: where its line leads: to us, or to the neighbour it is known through.
    """

    around: Around
    number: int
    ring: int
    x: float
    y: float
    towards_x: float
    towards_y: float


class Rings(NamedTuple):
    """The picture of a neighbourhood. rest: how many known pods are counted, not drawn."""

    dots: tuple[Dot, ...]
    radii: tuple[int, ...]
    rest: int

    @property
    def seen(self) -> tuple[int, int]:
        """Where the picture begins, from the left and the top, and how wide and high it is."""
        half = self.radii[-1] + 18
        return round(MIDDLE) - half, 2 * half


def draw_rings(known: Sequence[Around]) -> Rings:
    """Return where each pod is drawn. known: in the order of the list beside, the nearest first."""
    neighbours = [it for it in known if it.distance == 1]
    drawn: list[Dot] = []
    places: dict[bytes, tuple[float, float]] = {}
    for ring in range(len(RING_RADII)):
        on_it = [it for it in known if min(it.distance - 1, len(RING_RADII) - 1) == ring]
        on_it = [it for it in on_it if ring == 0 or it.through in places][: RING_PLACES[ring]]
        order = {it.pod_id: number for number, it in enumerate(neighbours)}
        on_it.sort(key=lambda it: order.get(it.through or it.pod_id, 0))
        angles = _angles([places.get(it.through or b"") for it in on_it])
        for it, angle in zip(on_it, angles, strict=True):
            x, y = (round(MIDDLE + RING_RADII[ring] * by(angle), 1) for by in (sin, _up))
            towards = places.get(it.through or b"", (MIDDLE, MIDDLE))
            drawn.append(Dot(it, 1 + len(drawn), ring, x, y, *towards))
        if ring == 0:
            places = {it.around.pod_id: (it.x, it.y) for it in drawn}
    used = RING_RADII[: 1 + max((it.ring for it in drawn), default=0)]
    return Rings(tuple(drawn), used, len(known) - len(drawn))


def _up(angle: float) -> float:
    return -cos(angle)


def _angles(wanted: Sequence[tuple[float, float] | None]) -> list[float]:
    """Return an angle for each pod of a ring, evenly, turned as near to what is wanted as it goes.

    wanted: where the neighbour is that each belongs to; None: anywhere, from the top on.
    """
    even = [number * tau / len(wanted) for number in range(len(wanted))]
    turns = [
        atan2(place[0] - MIDDLE, MIDDLE - place[1]) - angle
        for place, angle in zip(wanted, even, strict=True)
        if place is not None
    ]
    turn = atan2(sum(map(sin, turns)), sum(map(cos, turns))) if turns else 0.0
    return [(angle + turn + pi) % tau - pi for angle in even]


# --- The pod map: a line for each category, a mark for each person ---

LINE_HEIGHT: Final = 40
LABEL_CHARACTERS: Final = 19
MARKS_FROM: Final = 196
MARK_STEP: Final = 16
MARK_APART: Final = 9
MOST_MARKS: Final = 7


class MapLine(NamedTuple):
    """One category. label: its name in at most two lines.  y: of its middle.
    can, need: the marks of people who can help, and of those who may need it.
    """

    category: str
    label: tuple[str, ...]
    y: int
    can: "Marks"
    need: "Marks"


class Marks(NamedTuple):
    """A row of marks. more: people whose mark did not fit, counted."""

    y: int
    at: tuple[int, ...]
    more: int


class Grid(NamedTuple):
    """The picture of a pod map."""

    lines: tuple[MapLine, ...]
    height: int


def draw_grid(rows: Iterable[tuple[str, str, int, int]]) -> Grid:
    """Return where everything of a pod map is drawn.

    rows: category, its name in the reader's language, how many can help, how many may need it.
    """
    lines = []
    for number, (category, name, can, need) in enumerate(rows):
        label = textwrap.wrap(name, LABEL_CHARACTERS, max_lines=2, placeholder="…")
        y = number * LINE_HEIGHT + LINE_HEIGHT // 2
        apart = MARK_APART if need else 0
        marks = _marks(y - apart, can), _marks(y + apart, need)
        lines.append(MapLine(category, tuple(label), y, *marks))
    return Grid(tuple(lines), len(lines) * LINE_HEIGHT)


def _marks(y: int, count: int) -> Marks:
    shown = count if count <= MOST_MARKS else MOST_MARKS - 1  # one place for "+3"
    at = tuple(MARKS_FROM + MARK_STEP * number for number in range(shown))
    return Marks(y, at, count - shown)

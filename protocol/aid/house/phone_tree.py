"""The phone tree: who rings whom, so that in an emergency everybody is reached once.

Pages: docs/house.md §2.6. Nobody has more than three calls, knocks and the call back counted.
Who can ring has a seat; seat n is rung by seat (n - 1) // 3, so no tree is deeper than it must
be. Who cannot ring others (no telephone, or resting) is rung or knocked for by one who can. In
each branch one person rings the first back, which closes the loop.

`grow` changes an old plan as little as it can, because old sheets hang in hallways: who joins
takes the next seat; the seat of who leaves is taken by the last. So these functions are given
the old plan, and the house keeps it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from protocol.aid.fields import fold
from protocol.aid.house.limits import MAX_CALLS, MAX_KNOCKS
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MemberId, Role


class Person(NamedTuple):
    """What the tree knows of somebody. rings: they can ring others.  phone: they can be rung."""

    id: MemberId
    name: str
    rings: bool
    phone: bool
    is_steward: bool = False  # a first tree begins with one
    buddies: tuple[MemberId, ...] = ()


class Plan(NamedTuple):
    """What is kept of a tree. seats: who rings others.  quiet: by whom each other is reached."""

    seats: tuple[MemberId, ...] = ()
    quiet: Mapping[MemberId, MemberId] = {}  # nobody writes to a default


class Step(NamedTuple):
    """One line of the sheet. knock: at the door, not by telephone.

    if_silent: whom the caller rings instead if nobody answers: those that `to` would have rung.
    """

    caller: MemberId
    to: MemberId
    knock: bool
    if_silent: tuple[MemberId, ...]


class PhoneTree(NamedTuple):
    """A tree as it is printed. first: where it begins, None if nobody can ring.

    call_backs: who rings the first back once their branch is done.  not_reached: for whom
    nobody has a call or a knock left.  branches: each person's branch, 0 for the first.
    """

    first: MemberId | None
    steps: tuple[Step, ...]
    call_backs: tuple[MemberId, ...]
    not_reached: tuple[MemberId, ...]
    branches: Mapping[MemberId, int]


def persons(
    members: Iterable[Member], buddies: Mapping[MemberId, Sequence[MemberId]]
) -> list[Person]:
    """Return all who are to be reached: everybody but who is away. members: whole, not as seen."""
    return [_person(it, buddies) for it in members if it.presence != "away"]


def _person(member: Member, buddies: Mapping[MemberId, Sequence[MemberId]]) -> Person:
    """A telephone that they want nobody to see and nowhere printed is no help to a caller."""
    phone = any(
        it.type == "phone" and (it.on_screen != "nobody" or it.on_paper) for it in member.contacts
    )
    return Person(
        id=member.id,
        name=member.name,
        rings=phone and member.presence == "here",
        phone=phone,
        is_steward=member.role is Role.STEWARD,
        buddies=tuple(buddies.get(member.id, ())),
    )


def grow(old: Plan, people: Iterable[Person]) -> Plan:
    """Return the plan for these people that differs least from old. Grown again, it is the same."""
    here = sorted(people, key=lambda it: (not it.is_steward, fold(it.name), it.id))
    seats = _seated(old.seats, [it.id for it in here if it.rings])
    return Plan(seats, _helped(old.quiet, seats, [it for it in here if not it.rings]))


def laid_out(plan: Plan, people: Iterable[Person]) -> PhoneTree:
    """Return a plan as it is printed, branch after branch. people: those it was grown for."""
    known = {it.id: it for it in people}
    seat_of = {id_: seat for seat, id_ in enumerate(plan.seats)}
    branches = {id_: _branch(seat) for id_, seat in seat_of.items()}
    branches |= {id_: branches[caller] for id_, caller in plan.quiet.items()}

    def reaches(id_: MemberId) -> tuple[MemberId, ...]:
        seat = seat_of.get(id_)
        rung = () if seat is None else tuple(plan.seats[it] for it in _below(seat, len(seat_of)))
        return rung + tuple(it for it, caller in plan.quiet.items() if caller == id_)

    order = sorted(seat_of, key=lambda id_: (branches[id_], seat_of[id_]))
    steps = tuple(
        Step(caller, to, not known[to].phone, reaches(to))
        for caller in order
        for to in reaches(caller)
    )
    return PhoneTree(
        first=plan.seats[0] if plan.seats else None,
        steps=steps,
        call_backs=tuple(_call_backs(order, branches)),
        not_reached=tuple(id_ for id_ in known if id_ not in branches),
        branches=branches,
    )


# --- Seats ---


def _seated(old: Sequence[MemberId], ringing: Sequence[MemberId]) -> tuple[MemberId, ...]:
    """Return who sits where: everybody in their old seat, if it can be so."""
    here = set(ringing)
    seats = [id_ if id_ in here else None for id_ in old]
    new = [id_ for id_ in ringing if id_ not in set(old)]
    for seat, id_ in enumerate(seats):
        if id_ is None:
            _trim(seats)
            if new:
                seats[seat : seat + 1] = [new.pop(0)]
            elif seat < len(seats):
                seats[seat] = seats.pop()
    return (*(id_ for id_ in seats if id_ is not None), *new)


def _trim(seats: list[MemberId | None]) -> None:
    """Take empty seats off the end."""
    while seats and seats[-1] is None:
        seats.pop()


def _below(seat: int, count: int) -> range:
    """Return the seats that a seat rings."""
    return range(min(MAX_CALLS * seat + 1, count), min(MAX_CALLS * (seat + 1) + 1, count))


def _branch(seat: int) -> int:
    """Return which call of the first leads to a seat: 1 to 3, and 0 for the first."""
    while seat > MAX_CALLS:
        seat = (seat - 1) // MAX_CALLS
    return seat


# --- Who cannot ring ---


def _helped(
    old: Mapping[MemberId, MemberId], seats: Sequence[MemberId], quiet: Sequence[Person]
) -> dict[MemberId, MemberId]:
    """Return by whom each quiet person is reached; who has nobody is not in it."""
    room = {
        id_: min(MAX_KNOCKS, MAX_CALLS - len(_below(seat, len(seats))))
        for seat, id_ in enumerate(seats)
    }
    found: dict[MemberId, MemberId] = {}
    for person in quiet:
        helper = old.get(person.id)
        if helper is not None and room.get(helper, 0) > 0:
            room[helper] -= 1
            found[person.id] = helper
    for person in quiet:
        if person.id not in found and (helper := _helper(person, room)) is not None:
            room[helper] -= 1
            found[person.id] = helper
    return {it.id: found[it.id] for it in quiet if it.id in found}


def _helper(person: Person, room: Mapping[MemberId, int]) -> MemberId | None:
    """Return a buddy who has room, else whoever has most, the end of the tree first."""
    free = [id_ for id_, left in room.items() if left > 0]
    buddies = [id_ for id_ in free if id_ in person.buddies]
    order = {id_: seat for seat, id_ in enumerate(room)}
    return max(buddies or free, key=lambda id_: (room[id_], order[id_]), default=None)


def _call_backs(order: Sequence[MemberId], branches: Mapping[MemberId, int]) -> Iterable[MemberId]:
    """Yield the last of each branch: it rings no seat, so it has a call left."""
    last = {branches[id_]: id_ for id_ in order}
    return (id_ for branch, id_ in sorted(last.items()) if branch > 0)

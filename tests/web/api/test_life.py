"""A week of a street by programs alone: every operation, each answer of its declared shape."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from node.web.api.table import OPERATIONS
from protocol.aid.house.rights import Role
from tests.web.api import life_inside as inside
from tests.web.api import life_machine as machine
from tests.web.api import life_outside as outside
from tests.web.api.calling import Caller
from tests.web.api.test_nearby import WITH_NODES
from tests.web.filled import meet_oak
from tests.web.visiting import House, at_address, house

WITH_HOUSE = (inside.letters, inside.sorting, inside.joining)
PARTS: list[Any] = [
    *(outside.board, outside.for_others, outside.answers),
    *(outside.directory, outside.meetups, outside.words),
    *(inside.me, inside.people, inside.members_invite, inside.devices),
    inside.one_in_two_entries,
    *(inside.deciding, inside.roll_call),
    *(machine.files, machine.imports),
    *(machine.waiting, machine.settings, machine.pairing),
    *(inside.letters, machine.pods, inside.sorting, inside.joining),
    *(inside.leaving, inside.signing_out),  # whoever they are for can ask nothing more
]


@dataclass
class Street:
    """Ana is a steward, Bo a member. done: what was asked by either."""

    house: House
    ana: Caller
    bo: Caller
    done: set[tuple[str, str]] = field(default_factory=set)


@pytest.fixture(name="street")
async def street_(tmp_path: Path) -> AsyncIterator[Street]:
    async with house(tmp_path / "elm") as elm:
        done: set[tuple[str, str]] = set()
        ana = Caller(elm.tool_of("Ana"), done)
        yield Street(elm, ana, Caller(elm.tool_of("Bo", Role.MEMBER), done), done)


async def test_every_operation_answers_as_it_is_declared(street: Street) -> None:
    meet_oak(street.house.pod)
    for number, part in enumerate(PARTS, start=1):
        async with (
            at_address(street.ana.tool, number) as ana,
            at_address(street.bo.tool, number) as bo,
        ):
            callers = Caller(ana, street.done), Caller(bo, street.done)
            await part(*callers, *[street.house] * (part in WITH_HOUSE))
    all_lines = {(line.method, line.path) for line in OPERATIONS}
    assert all_lines - street.done == WITH_NODES

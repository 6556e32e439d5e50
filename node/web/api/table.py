"""The table of operations: all that a program may ask, and the routes that come of it."""

import asyncio
from functools import cache
from typing import Any, Final

from aiohttp import web

from node.web.api import (
    about,
    agreements,
    answers,
    board,
    devices,
    files,
    imports,
    joining,
    letters,
    me,
    meetups,
    merging,
    nearby,
    people,
    pods,
    proposals,
    reaching,
    roll_calls,
    settings,
    street,
    versions,
    waiting,
)
from node.web.api.errors import json_response
from node.web.api.files import FILES
from node.web.api.openapi import document
from node.web.api.operation import Operation
from node.web.api.serve import reading_of, route_of
from node.web.site import Door, Route, Visit
from protocol.aid.house.rights import Right

OPERATIONS: Final[tuple[Operation, ...]] = (
    *about.OPERATIONS,
    *board.OPERATIONS,
    *answers.OPERATIONS,
    *street.OPERATIONS,
    *meetups.OPERATIONS,
    *people.OPERATIONS,
    *merging.OPERATIONS,
    *joining.OPERATIONS,
    *reaching.OPERATIONS,
    *me.OPERATIONS,
    *devices.OPERATIONS,
    *proposals.OPERATIONS,
    *agreements.OPERATIONS,
    *roll_calls.OPERATIONS,
    *letters.OPERATIONS,
    *waiting.OPERATIONS,
    *pods.OPERATIONS,
    *nearby.OPERATIONS,
    *settings.OPERATIONS,
    *versions.OPERATIONS,
    *files.OPERATIONS,
    *imports.OPERATIONS,
)


READING: Final = {(it.method, it.path): reading_of(it, OPERATIONS) for it in OPERATIONS}
"""What reads the thing that an operation changes, by the operation's method and path."""


@cache
def whole() -> dict[str, Any]:
    """Return the OpenAPI document of the table."""
    return document(OPERATIONS, FILES, READING)


async def show_document(_: Visit) -> web.StreamResponse:
    """What can be asked here, for programs that make themselves from it.

    Made at the first request, beside the loop: it takes as long as twenty pages.
    """
    return json_response(await asyncio.to_thread(whole))


ROUTES: Final = (
    Route("GET", "/api/openapi.json", show_document, Right.SEE_PUBLIC, door=Door.TOOL),
    *(route_of(it, READING[it.method, it.path]) for it in OPERATIONS),
)

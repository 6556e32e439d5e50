"""Files, taken in by a steward: looked at first, and taken back later.

The file waits in memory between the look and the yes, so that it is sent once.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from node.aid.import_files import MAX_FILE_BYTES, MAX_ROWS, File, Sort
from node.web.guard import Form
from node.web.pages.board import audience_of, audiences
from node.web.says import Says
from node.web.site import Route, Visit
from protocol.aid.house.rights import Right
from protocol.aid.sentences import FIELD_WORDS
from protocol.errors import UserError

MAX_WAITING: Final = 4
"""Files that are looked at and wait for a yes, one of a device."""
SHOWN: Final = 100
"""Rows of the look; the counts are of all."""


class Uploads:
    """The pages, and the files that wait for a yes; the oldest gives way."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[int, File] = OrderedDict()

    async def show(self, visit: Visit) -> web.StreamResponse:
        """A field for a file, and what files brought before."""
        said = visit.asked("sort")
        sort = Sort(said) if said in set(Sort) else Sort.LISTINGS
        return await self._page(visit, {"sort": sort.value, "audience": "pod"}, {})

    async def look(self, visit: Visit) -> web.StreamResponse:
        """Say what a file would do; change nothing."""
        given = {name: visit.form.text(name) for name in ("sort", "audience", "again")}
        file = _file_in(visit.form)
        if file is None:
            said = visit.words.gettext("Choose a file first.")
            return await self._page(visit, given, {"file": said}, 422)
        try:
            look = await visit.do(
                lambda pod: pod.import_files.look(visit.viewer.looking, file),
            )
        except UserError as err:
            return await self._page(visit, given, {"file": visit.told(err)}, 422)
        self._keep(visit, file)
        return visit.page(
            "import_look.html",
            file=file,
            look=look,
            sort=dict(sorts(visit.say))[file.sort],
            rows=look.rows[:SHOWN],
            left_out=look.left_out[:SHOWN],
            more=max(0, len(look.rows) - SHOWN) + max(0, len(look.left_out) - SHOWN),
            field_words=FIELD_WORDS,
        )

    async def take_in(self, visit: Visit) -> web.StreamResponse:
        """Do what the look said, by how things stand now."""
        file = self._waiting.pop(self._device(visit), None)
        if file is None:
            raise UserError(
                "not_found", "That file does not wait here any more.", "Choose it once more."
            )
        await visit.do(lambda pod: pod.import_files.take_in(visit.viewer.looking, file))
        return visit.go("/imports?done=taken-in")

    async def undo(self, visit: Visit) -> web.StreamResponse:
        """Put everything as it was before an import."""
        looking, number = visit.viewer.looking, int(visit.path["number"])
        await visit.do(lambda pod: pod.import_files.take_back(looking, number))
        return visit.go("/imports?done=taken-back")

    def routes(self) -> tuple[Route, ...]:
        may = Right.RUN_MACHINE
        return (
            Route("GET", "/imports", self.show, may),
            Route("POST", "/imports", self.look, may, file_bytes=MAX_FILE_BYTES),
            Route("POST", "/imports/take-in", self.take_in, may),
            Route("POST", "/imports/{number:[0-9]{1,9}}/undo", self.undo, may),
        )

    def _keep(self, visit: Visit, file: File) -> None:
        device = self._device(visit)
        self._waiting[device] = file
        self._waiting.move_to_end(device)
        while len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)

    def _device(self, visit: Visit) -> int:
        device = visit.viewer.device
        return -1 if device is None else device.number

    async def _page(
        self, visit: Visit, given: Mapping[str, str], faults: dict[str, str], status: int = 200
    ) -> web.StreamResponse:
        looking = visit.viewer.looking
        return visit.page(
            "imports.html",
            status=status,
            brought=await visit.do(lambda pod: pod.import_files.brought(looking)),
            faults=faults,
            given=given,
            done=visit.asked("done"),
            sorts=sorts(visit.say),
            sort_words=dict(sorts(visit.say)),
            audiences=audiences(visit.say),
            most_kb=MAX_FILE_BYTES // 1024,
            most_rows=MAX_ROWS,
        )


def sorts(say: Says) -> list[tuple[Sort, str]]:
    """Return what files can bring, with what people call it."""
    return [(it, say.word("imports", it)) for it in Sort]


def _file_in(form: Form) -> File | None:
    if form.file is None:
        return None
    said = form.text("sort")
    sort = Sort(said) if said in set(Sort) else Sort.LISTINGS
    again = bool(form.text("again"))
    return File(sort, form.file.name[:80], form.file.content, audience_of(form), again)

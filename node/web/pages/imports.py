"""A spreadsheet of listings, taken in by a steward: looked at first, and taken back later.

The file waits in memory between the look and the yes, so that it is sent once.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from aiohttp import web

from node.aid.imports import Import
from node.aid.sheets import ImportReport
from node.clock import LocalZone
from node.pod import Pod
from node.spreadsheet import Sheet, What, read_sheet
from node.web.pages.board import audience_of, audiences
from node.web.site import Route, Visit
from protocol.aid.audience import Audience
from protocol.aid.house.rights import Right
from protocol.aid.sentences import FIELD_WORDS
from protocol.errors import UserError

MAX_FILE_BYTES: Final = 256 * 1024
"""A street's sheet has some 100 kB."""
MAX_ROWS: Final = 500
"""Written in one go while other visitors wait: a second or two on a Pi."""
MAX_WAITING: Final = 4
"""Files that are looked at and wait for a yes, one of a device."""
SHOWN: Final = 100
"""Rows of the look; the counts are of all."""


class Waiting(NamedTuple):
    """A file that somebody looks at."""

    name: str
    sheet: Sheet
    audience: Audience


class Uploads:
    """The pages, and the files that wait for a yes; the oldest gives way."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[int, Waiting] = OrderedDict()

    async def show(self, visit: Visit) -> web.StreamResponse:
        """A field for a file, and what files brought before."""
        return await self._page(visit, {})

    async def look(self, visit: Visit) -> web.StreamResponse:
        """Say what a file would do; change nothing."""
        file = visit.form.file
        if file is None:
            return await self._page(
                visit, {"file": visit.words.gettext("Choose a file first.")}, 422
            )
        try:
            sheet = read_sheet(file.content)
            if len(sheet.rows) > MAX_ROWS:
                raise UserError(
                    "too_large",
                    "The file has {given} rows; a page takes {most} at once.",
                    "Split it into parts.",
                    given=len(sheet.rows),
                    most=MAX_ROWS,
                )
        except UserError as err:
            said = f"{err.sentence_in(visit.words)} {err.step_in(visit.words)}"
            return await self._page(visit, {"file": said.strip()}, 422)
        waiting = Waiting(file.name[:80], sheet, audience_of(visit.form))
        self._keep(visit, waiting)
        report = await visit.do(_plan, waiting)
        return visit.page(
            "import_look.html",
            waiting=waiting,
            report=report,
            counts=_counts(report),
            rows=[it for it in report.actions if it.what is not What.BAD][:SHOWN],
            bad=[it for it in report.actions if it.what is What.BAD][:SHOWN],
            field_words=FIELD_WORDS,
        )

    async def take_in(self, visit: Visit) -> web.StreamResponse:
        """Do what the look said, by how things stand now."""
        waiting = self._waiting.pop(self._device(visit), None)
        if waiting is None:
            raise UserError(
                "not_found", "That file does not wait here any more.", "Choose it once more."
            )
        await visit.do(_take_in, waiting)
        return visit.go("/imports")

    async def undo(self, visit: Visit) -> web.StreamResponse:
        """Put everything as it was before an import."""
        await visit.do(_undo, int(visit.path["number"]))
        return visit.go("/imports")

    def routes(self) -> tuple[Route, ...]:
        may = Right.RUN_MACHINE
        return (
            Route("GET", "/imports", self.show, may),
            Route("POST", "/imports", self.look, may, file_bytes=MAX_FILE_BYTES),
            Route("POST", "/imports/take-in", self.take_in, may),
            Route("POST", "/imports/{number:[0-9]{1,9}}/undo", self.undo, may),
        )

    def _keep(self, visit: Visit, waiting: Waiting) -> None:
        device = self._device(visit)
        self._waiting[device] = waiting
        self._waiting.move_to_end(device)
        while len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)

    def _device(self, visit: Visit) -> int:
        device = visit.viewer.device
        return -1 if device is None else device.number

    async def _page(
        self, visit: Visit, faults: dict[str, str], status: int = 200
    ) -> web.StreamResponse:
        return visit.page(
            "imports.html",
            status=status,
            imports=await visit.do(_imports),
            faults=faults,
            given={"audience": Audience.POD.value},
            audiences=audiences(visit.say),
            most_kb=MAX_FILE_BYTES // 1024,
            most_rows=MAX_ROWS,
        )


def _imports(pod: Pod) -> list[Import]:
    return pod.imports.all()


def _plan(pod: Pod, waiting: Waiting) -> ImportReport:
    return pod.sheets.plan(waiting.sheet, audience=waiting.audience, zone=LocalZone())


def _take_in(pod: Pod, waiting: Waiting) -> None:
    pod.sheets.carry_out(_plan(pod, waiting), file=waiting.name)


def _undo(pod: Pod, number: int) -> None:
    pod.imports.take_back(number)


def _counts(report: ImportReport) -> list[tuple[str, int]]:
    found = [(what.value, report.count(what)) for what in What]
    return [(what, count) for what, count in found if count]

"""`pod.import_files`: whatever file somebody sends, looked at before and taken in at their yes.

Spec: docs/formats.md §6. For pages and programs; commands, which have longer files and show how
far they are, go through `pod.sheets`, `pod.imports` and `pod.imports.people` themselves.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from node.aid.imports import Import, Imports, Planned, Will
from node.aid.items import Items
from node.aid.sheets import ImportReport, Sheets
from node.aid.zones import local_zone_name
from node.clock import LocalZone
from node.formats.people import Read as Person
from node.formats.people import read_people
from node.formats.readers import Read, read_meetups, read_places, read_table
from node.keeper import Keeper
from node.spreadsheet import What, read_sheet
from node.spreadsheet.table import Place
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.aid.house.member import Member
from protocol.aid.house.rights import Right, Viewer, require
from protocol.aid.listing import LISTING
from protocol.aid.notice import Notice
from protocol.aid.reading import Reading
from protocol.aid.resource import Resource
from protocol.errors import UserError
from protocol.saying import Saying
from store.house.imports import PEOPLE

MAX_FILE_BYTES: Final = 256 * 1024
"""A street's sheet has some 100 kB."""
MAX_UNPACKED_BYTES: Final = 4 << 20
"""Of a zip: sixteen times of what may be sent; a directory of CSVs unpacks to a tenth of it."""
MAX_ROWS: Final = 500
"""Written in one go while other visitors wait: a second or two on a Pi."""


class Sort(StrEnum):
    """What a file brings."""

    LISTINGS = "listings"
    PEOPLE = "people"
    PLACES = "directory"
    MEETUPS = "meetups"
    NOTICES = "notices"
    READINGS = "readings"


_KINDS: Final[dict[Sort, type[Any]]] = {
    Sort.PLACES: Resource,
    Sort.MEETUPS: Event,
    Sort.NOTICES: Notice,
    Sort.READINGS: Reading,
}
_SORT_OF: Final = {
    LISTING: Sort.LISTINGS,
    PEOPLE: Sort.PEOPLE,
    **{kind.CODE: sort for sort, kind in _KINDS.items()},
}
_WILL: Final = {
    What.ADD: Will.ADD,
    What.UPDATE: Will.UPDATE,
    What.UNCHANGED: Will.NOTHING,
    What.WITHDRAWN_STAYS: Will.STAY_WITHDRAWN,
    What.NOT_OURS: Will.NOT_OURS,
}


class File(NamedTuple):
    """A file that somebody sent. content: at most MAX_FILE_BYTES.

    audience: who may see what is new in it and names nobody itself; people are for the pod.
    """

    sort: Sort
    name: str
    content: bytes
    audience: Audience = Audience.POD
    again: bool = False
    """Bring back what was withdrawn here; a sheet of listings never does."""


class Row(NamedTuple):
    """One thing in a file, and what taking the file in does with it."""

    name: str
    will: Will


class Look(NamedTuple):
    """What taking a file in would do. left_out: (what, why). columns: (heading, field or None)."""

    form: str
    rows: list[Row]
    left_out: list[tuple[str, str]]
    columns: list[tuple[str, str | None]]

    def count(self, will: str) -> int:
        """Return of how many things this becomes."""
        return sum(row.will == will for row in self.rows)

    @property
    def changes(self) -> bool:
        """Whether taking it in does anything."""
        return any(row.will in (Will.ADD, Will.UPDATE) for row in self.rows)


class Brought(NamedTuple):
    """An import that can be taken back. sort: None for what no page takes in.

    staying: people who would stay, as something came of them since.
    """

    imported: Import
    sort: Sort | None
    staying: list[Member]


class TakenBack(NamedTuple):
    """What taking an import back did: things put back. staying: of whom something came since."""

    things: int
    staying: list[Member]


class ImportFiles:
    """Files that come into one pod."""

    def __init__(self, keeper: Keeper, imports: Imports, sheets: Sheets) -> None:
        self._keeper, self._imports, self._sheets = keeper, imports, sheets

    def look(self, viewer: Viewer, file: File) -> Look:
        """Return what taking a file in would do; nothing is changed.

        Raises UserError (invalid, too_large, not_allowed).
        """
        require(viewer, Right.RUN_MACHINE)
        if file.sort is Sort.LISTINGS:
            return _look_of_listings(self._report(file), file)
        if file.sort is Sort.PEOPLE:
            return self._look_of_people(viewer, file)
        read = self._read(file)
        rows = [Row(it.what, it.will) for it in self._plan(file, read)]
        return Look(read.form, rows, read.left_out, [])

    def take_in(self, viewer: Viewer, file: File) -> int | None:
        """Do what a look says, by how things stand now; return the import's number.

        None: there was nothing to do. Raises UserError (invalid, too_large, over_quota,
        not_allowed).
        """
        require(viewer, Right.RUN_MACHINE)
        if file.sort is Sort.LISTINGS:
            return self._sheets.carry_out(self._report(file), file=file.name).number
        if file.sort is Sort.PEOPLE:
            found, _ = _people_in(file)
            new = self._imports.people.plan(viewer, found).new
            return self._imports.people.take_in(viewer, new, file.name)
        planned = self._plan(file, self._read(file))
        return self._imports.carry_out(
            self._door(file), planned, audience=file.audience, file=file.name
        )

    def take_back(self, viewer: Viewer, number: int) -> TakenBack:
        """Put everything as it was before an import; of people, who became nobody's import stays.

        Raises UserError (not_found, not_allowed).
        """
        require(viewer, Right.RUN_MACHINE)
        staying = self._imports.people.staying(number)
        return TakenBack(self._imports.take_back(viewer, number), staying)

    def brought(self, viewer: Viewer) -> list[Brought]:
        """Return what can still be taken back, the newest first. Raises UserError (not_allowed)."""
        require(viewer, Right.RUN_MACHINE)
        staying = self._imports.people.staying
        return [
            Brought(it, _SORT_OF.get(it.kind), staying(it.number)) for it in self._imports.all()
        ]

    # --- Inside ---

    def _report(self, file: File) -> ImportReport:
        sheet = read_sheet(file.content)
        _check_rows(len(sheet.rows))
        return self._sheets.plan(sheet, audience=file.audience, zone=LocalZone())

    def _look_of_people(self, viewer: Viewer, file: File) -> Look:
        found, left_out = _people_in(file)
        new = {it.name for it in self._imports.people.plan(viewer, found).new}
        rows = [Row(it.name, Will.ADD if it.name in new else Will.NOTHING) for it in found]
        return Look(Saying("a table"), rows, left_out, [])

    def _read(self, file: File) -> Read:
        if file.sort is Sort.MEETUPS:
            read = read_meetups(file.content, file.name, zone=local_zone_name())
        elif file.sort is Sort.PLACES:
            now_s = self._keeper.now().wall_ms // 1000
            today = datetime.fromtimestamp(now_s, UTC).astimezone().date().isoformat()
            most = MAX_UNPACKED_BYTES
            read = read_places(file.content, file.name, today=today, max_unpacked_bytes=most)
        else:
            read = read_table(_KINDS[file.sort], file.content)
        _check_rows(len(read.taken))
        return read

    def _plan(self, file: File, read: Read) -> list[Planned[Any]]:
        return self._imports.plan(self._door(file), read.taken, again=file.again)

    def _door(self, file: File) -> Items[Any]:
        return self._imports.door_of(_KINDS[file.sort].CODE)


def _people_in(file: File) -> tuple[list[Person], list[tuple[str, str]]]:
    found, left_out = read_people(file.content)
    _check_rows(len(found))
    return found, left_out


def _look_of_listings(report: ImportReport, file: File) -> Look:
    bad = [it for it in report.actions if it.what is What.BAD]
    return Look(
        Saying("a table"),
        [Row(it.title, _WILL[it.what]) for it in report.actions if it.what is not What.BAD],
        [(_line(it.place), it.reason) for it in bad],
        [(it.heading, it.field) for it in read_sheet(file.content).columns],
    )


def _line(place: Place) -> Saying:
    if place.line == place.row:
        return Saying("line {line}", line=str(place.line))
    return Saying("line {line} (row {row})", line=str(place.line), row=str(place.row))


def _check_rows(given: int) -> None:
    if given > MAX_ROWS:
        raise UserError(
            "too_large",
            "The file has {given} rows; a page takes {most} at once.",
            "Split it into parts.",
            given=given,
            most=MAX_ROWS,
        )

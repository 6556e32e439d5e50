"""What a file is read as: by commands, pages and programs alike.

Of listings node/spreadsheet reads what people really have, of people node/formats/people.py.
"""

from typing import Any, NamedTuple

from node.formats.hsds_in import read_directory
from node.formats.sheet import read_sheet
from node.formats.tables import MAX_UNPACKED_BYTES
from protocol.aid.body import Body
from protocol.aid.event import Event
from protocol.saying import Saying


class Read(NamedTuple):
    """What a file holds. form: what it was taken for. taken: (name, rid, body).

    left_out: (what, why), each a Saying where it is a sentence of ours.
    """

    form: str
    taken: list[tuple[str, bytes, Any]]
    left_out: list[tuple[str, str]]


def read_table(kind: type[Body], content: bytes) -> Read:
    """Return the bodies of a kind in the CSV of its export. Raises UserError."""
    found = read_sheet(kind, content)
    return Read(Saying("a table"), [*found.taken], found.left_out)


def read_places(
    content: bytes, name: str, *, today: str, max_unpacked_bytes: int = MAX_UNPACKED_BYTES
) -> Read:
    """Return the places and services of a directory. today: YYYY-MM-DD. Raises UserError."""
    found = read_directory(content, name, today=today, max_unpacked_bytes=max_unpacked_bytes)
    return Read(found.form, [*found.taken], [*found.left_out])


def read_meetups(content: bytes, name: str, *, zone: str) -> Read:
    """Return the meetups of a calendar file, or of the CSV of export. Raises UserError.

    zone: of those that name none.
    """
    if not name.lower().endswith((".ics", ".ical")) and b"BEGIN:VCALENDAR" not in content[:4096]:
        return read_table(Event, content)
    # A hundred modules and 3 MB: only who reads a calendar pays for them.
    from node.formats.calendar_in import read_calendar, rid_of

    found = read_calendar(content, zone=zone)
    taken = [(it.body.title, rid_of(it.uid), it.body) for it in found.taken]
    return Read(Saying("a calendar"), taken, [*found.left_out])

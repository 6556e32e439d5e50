"""People as a table: for a list that a pod kept before, and for taking it out again.

One row a person; each line of the cell `contacts` is a way to reach them, with who may see it and
whether it may be printed: `phone; 555 0100; stewards; paper`. Care notes are in no file.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from node.formats.tables import columns_left_out, numbered_rows
from node.spreadsheet.cells import escaped, unescaped
from protocol.aid.form import fill
from protocol.aid.house.limits import MAX_NAME
from protocol.aid.house.member import PROFILE, Contact, Member
from protocol.aid.sentences import WrongFields
from protocol.saying import Saying

HEADINGS: Final = (*PROFILE, "role", "contacts")
_ON_PAPER: Final = "paper"


class Read(NamedTuple):
    """One person of a file: fields of PROFILE, and how to reach them."""

    name: str
    fields: dict[str, Any]
    contacts: tuple[Contact, ...]


def write_people(people: Iterable[Member]) -> bytes:
    """Return a CSV of people as they come: who may see what was decided before."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for person in people:
        lines = "\n".join(map(_line, person.contacts))
        said = (person.name, person.pronouns or "", "\n".join(person.languages))
        cells = (*said, person.how_best or "", person.presence, person.role.value, lines)
        writer.writerow([escaped(cell) for cell in cells])
    return file.getvalue().encode("utf-8-sig")


def read_people(content: bytes) -> tuple[list[Read], list[tuple[str, str]]]:
    """Return the people in a CSV, and what of it could not be used, each with its reason.

    Roles are not taken: a file makes nobody a steward. Raises UserError for what is no table.
    """
    found: list[Read] = []
    left_out: list[tuple[str, str]] = []
    strange: Counter[str] = Counter()
    for line, row in numbered_rows(content):
        said = {name: unescaped(cell) for name, cell in row.items()}
        strange.update(said.keys() - set(HEADINGS))
        try:
            found.append(_read(said))
        except WrongFields as wrong:
            left_out.append((_place(line, said.get("name")), Saying("{why}", why=wrong)))
    left_out += columns_left_out(strange)
    return found, left_out


def _place(line: int, name: str | None) -> Saying:
    if name is None:
        return Saying("line {line}", line=str(line))
    return Saying("line {line}, {name}", line=str(line), name=" ".join(name.split())[:MAX_NAME])


def _read(said: dict[str, str]) -> Read:
    fields: dict[str, Any] = {name: said[name] for name in PROFILE if name in said}
    if "languages" in fields:
        fields["languages"] = tuple(fields["languages"].replace(",", "\n").split())
    contacts = tuple(_contact(line) for line in said.get("contacts", "").splitlines() if line)
    whole = {**fields, "id": bytes(16)}
    name = fill(Member, whole).name  # checked as it will be when it is saved
    return Read(name, fields, contacts)


def _line(contact: Contact) -> str:
    paper = (_ON_PAPER,) if contact.on_paper else ()
    return "; ".join((contact.type, contact.value, contact.on_screen, *paper))


def _contact(line: str) -> Contact:
    type_, _, rest = line.partition(";")
    parts = [part.strip() for part in rest.split(";")]
    on_paper = len(parts) > 1 and parts[-1] == _ON_PAPER
    parts = parts[:-1] if on_paper else parts
    shown = parts.pop() if len(parts) > 1 and parts[-1] in ("nobody", "stewards", "pod") else None
    fields = {"type": type_.strip(), "value": "; ".join(parts), "on_paper": on_paper}
    return fill(Contact, fields | ({"on_screen": shown} if shown else {}))

"""From the cells of one row to its listings, with everything that is wrong or worth a look."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, cast

from node.spreadsheet.cells import SAYS_ALSO, Fields, read_cell, unescaped
from node.spreadsheet.columns import Column
from node.spreadsheet.table import Cells, Place
from node.spreadsheet.values import Unreadable, read_yes
from node.spreadsheet.words import NOTHING, fold
from protocol.aid.audience import Audience
from protocol.aid.fields import tidy
from protocol.aid.limits import MAX_TAG, MAX_TAGS, MAX_TITLE
from protocol.aid.listing import Listing, write_listing
from protocol.aid.sentences import WrongFields
from protocol.saying import Saying


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One listing of the sheet; a row of the file may hold an offer and a need.

    fields: what its cells say of the listing, None where a cell is empty. A column that the
    sheet lacks is not in it, so that an edit leaves alone what the sheet does not show.
    """

    place: Place
    listing: Listing  # as a first posting
    fields: Fields
    key: str  # the cell of the id column, "" for none
    pod: str  # the cell of the pod column, "" for none
    audience: Audience | None
    until: int | str | None  # Unix time, or the last day as the clock on the wall shows it


class Remark(NamedTuple):
    """Something about a row. field: whose column it is about, "" for the row."""

    field: str
    reason: str


class RowReading(NamedTuple):
    """What one row gave. With faults it gave no listing: half a row is nobody's listing."""

    rows: Sequence[Row]
    faults: Sequence[Remark]
    notes: Sequence[Remark]


def read_row(cells: Cells, columns: Sequence[Column]) -> RowReading:
    """Return the listings in one row of the file, or why there are none."""
    said, faults = _said(cells, columns)
    rows: list[Row] = []
    notes: list[Remark] = []
    try:
        drafts = [] if faults else _drafts(said)
        rows = [_row(cells.place, fields, notes) for fields in drafts]
    except Unreadable as err:
        faults.append(Remark("", err.why))
    except WrongFields as err:
        faults += [Remark(fault.field, Saying("{why}", why=fault)) for fault in err.faults]
    return RowReading((), faults, ()) if faults else RowReading(rows, (), notes)


def _said(cells: Cells, columns: Sequence[Column]) -> tuple[Fields, list[Remark]]:
    """Return what each column says, and what could not be read."""
    fields = [column.field for column in columns if column.field]
    also = [other for field in fields for other in SAYS_ALSO.get(field, ())]
    said: Fields = dict.fromkeys([*fields, *also])
    faults = []
    for column, cell in zip(columns, cells.cells, strict=False):
        text = tidy(unescaped(cell))
        if not column.field or not text:
            continue
        try:
            # A day under "When" is a day, unless days have a column of their own.
            is_words = column.field == "when" and "date_from" in fields
            said |= {"when": text} if is_words else read_cell(column.field, text)
        except Unreadable as err:
            faults.append(Remark(column.field, err.why))
    if any(cell.strip() for cell in cells.cells[len(columns) :]):
        why = Saying(
            "{given} cells under {most} headings; text with a delimiter in it needs "
            "quotation marks",
            given=len(cells.cells),
            most=len(columns),
        )
        faults.append(Remark("", why))
    return said, faults


def _drafts(said: Fields) -> list[Fields]:
    """Return the fields of each listing of the row.

    Columns for offers and for needs hold ticks where a column has the title, else the titles.
    """
    rest = {field: value for field, value in said.items() if field not in ("offers", "needs")}
    cells = {"offer": said.get("offers"), "need": said.get("needs")}
    named = {type_: cast(str, text) for type_, text in cells.items() if text}
    if "title" in said:
        types = [type_ for type_, text in named.items() if read_yes(text)]
        drafts = [rest | {"type": type_} for type_ in types] or [rest]
    else:
        titles = {type_: text for type_, text in named.items() if fold(text) not in NOTHING}
        drafts = [rest | {"type": type_, "title": text} for type_, text in titles.items()]
    if not drafts:
        raise Unreadable("neither an offer nor a need")
    if len(drafts) > 1 and rest.get("id"):
        return [draft | {"id": f"{draft['id']} {draft['type']}"} for draft in drafts]
    return drafts


def _row(place: Place, fields: Fields, notes: list[Remark]) -> Row:
    fields = dict(fields)
    key, pod = fields.pop("id", None) or "", fields.pop("pod", None) or ""
    audience, until = fields.pop("audience", None), fields.pop("until", None)
    notes += [*_categories_to_tags(fields), *_title_to_details(fields)]
    fields.pop("stamp", None)
    given = {field: value for field, value in fields.items() if value is not None}
    listing = write_listing({"category": "other"} | given)
    notes += _contacts(listing)
    return Row(
        place=place,
        listing=listing,
        fields=fields,
        key=cast(str, key),
        pod=cast(str, pod),
        audience=cast(Audience | None, audience),
        until=cast(int | str | None, until),
    )


def _categories_to_tags(fields: Fields) -> list[Remark]:
    """Keep categories beyond the one that a listing has as tags, as far as tags go."""
    more = cast(list[str], fields.pop("more_categories", []))
    tags = list(cast(tuple[str, ...], fields.get("tags") or ()))
    notes = []
    for words in more:
        kept = len(tags) < MAX_TAGS and len(words) <= MAX_TAG and words not in tags
        tags += [words] * kept
        how = "kept as a tag" if kept else "left out"
        notes.append(Remark("category", f"filed under {fields['category']}; “{words}” is {how}"))
    if more:
        fields["tags"] = tuple(tags)
    return notes


def _title_to_details(fields: Fields) -> list[Remark]:
    """Make a title of an answer that is too long for one; all of it goes into the details."""
    title = cast(str | None, fields.get("title")) or ""
    if len(title) <= MAX_TITLE and "\n" not in title:
        return []
    beginning = title.partition("\n")[0].strip()
    if len(beginning) > MAX_TITLE:
        words = beginning[: MAX_TITLE - 1]
        beginning = (words.rpartition(" ")[0] or words).rstrip(" ,;:.-") + "…"
    details = fields.get("details")
    fields["title"] = beginning
    fields["details"] = f"{title}\n{details}" if details else title
    return [Remark("title", "too long for a title: its beginning is the title, all is in details")]


_CONTACT: Final = re.compile(r"[\w.+-]+@[\w-]+\.\w+|(?:\d[\s().-]{0,3}){7,}")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def _contacts(listing: Listing) -> list[Remark]:
    """Point at what looks like a phone number or an e-mail address: listings travel."""
    texts = {
        field: getattr(listing, field) or "" for field in ("title", "details", "place", "access")
    }
    return [
        Remark(field, "seems to hold a phone number or e-mail address, and would travel with it")
        for field, text in texts.items()
        if _CONTACT.search(_DAY.sub("", text))
    ]

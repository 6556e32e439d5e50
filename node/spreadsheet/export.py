"""Listings as files for people: CSV that a spreadsheet program opens and the import takes back,
and JSON. Both name the rid, the pod and the stamp, so that nothing is ambiguous later.
"""

import csv
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from node.spreadsheet.cells import escaped
from protocol.aid.limits import UNTIL_I_SAY
from protocol.identity import pod_id_text
from store.aid import BoardItem

# Heading -> field of Listing. The headings are among words.HEADINGS, so that what is written
# here is read here; the audience and the times of the record stand after them.
_FIELDS: Final = {
    "type": "type",
    "title": "title",
    "category": "category",
    "status": "status",
    "details": "details",
    "tags": "tags",
    "mode": "mode",
    "qty": "qty",
    "unit": "unit",
    "left": "left",
    "plenty": "plenty",
    "date from": "date_from",
    "date to": "date_to",
    "when": "when",
    "repeats": "repeats",
    "repeats words": "repeats_words",
    "urgency": "urgency",
    "cell": "cell",
    "place": "place",
    "access": "access",
    "by": "by",
    "reply via": "reply_via",
    "lang": "lang",
}
_HEADINGS: Final = ("id", "pod id", *_FIELDS, "audience", "until", "posted", "stamp")


def to_csv(items: Iterable[BoardItem], *, mark: bool = True) -> bytes:
    """Return a CSV file in UTF-8, from which read_sheet reads the same listings.

    mark: begin with a byte-order mark, without which Excel takes UTF-8 for something else.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    writer.writerows([escaped(_cell(value)) for value in _values(item).values()] for item in items)
    return file.getvalue().encode("utf-8-sig" if mark else "utf-8")


def to_json(items: Iterable[BoardItem]) -> str:
    """Return a JSON array with one object a listing; every object has the same keys.

    The keys are the headings of the CSV file with `_` for blanks; times are ISO 8601 in UTC,
    days as their pod's clock shows them; null is not said; `until` null is no end.
    """
    rows = [
        {heading.replace(" ", "_"): value for heading, value in _values(item).items()}
        for item in items
    ]
    for row in rows:
        row["until"] = None if row["until"] == _NO_END else row["until"]
    return json.dumps(rows, ensure_ascii=False, indent=2)


_NO_END: Final = "until I say"


def _values(item: BoardItem) -> dict[str, object]:
    """Return what the export says of item, by heading, in order."""
    listing = item.listing
    end = _NO_END if item.valid_until_s == UNTIL_I_SAY else _moment(item.valid_until_s)
    said = (
        item.rid.hex(),
        pod_id_text(item.author),
        *(getattr(listing, field) for field in _FIELDS.values()),
        item.audience.value,
        end,
        None if listing.posted_s is None else _moment(listing.posted_s),
        _moment(item.stamp_ms // 1000),
    )
    return dict(zip(_HEADINGS, said, strict=True))


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value)
    return str(value)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_10000_S: Final = 253_402_300_800


def _moment(seconds: int) -> str:
    """Return Unix time as ISO 8601; beyond year 9999 no calendar of ours goes: the number."""
    if seconds >= _YEAR_10000_S:
        return str(seconds)
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Writes data/listings.json and data/kinds.json: `python -m tests.aid.make_vectors`.

Never run by CI. The files are part of docs/kinds.md; a case that changes is a change of the kind.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from protocol.aid import BODIES
from protocol.aid.event import Event
from protocol.aid.listing import read_listing
from protocol.aid.recurrence import occurrences
from protocol.codec import encode
from protocol.errors import UnfitBody
from tests.aid.bodies import FULL as FULL_BODIES
from tests.aid.bodies import LEAST
from tests.aid.kind_cases import CROSS, TAKEN_AND_REFUSED
from tests.aid.kind_cases import payload as kind_payload
from tests.aid.listings import FULL, payload

FAR: Final = datetime.fromisoformat("2300-01-01")
ROWS: Final[dict[str, dict[str, Any]]] = {
    "every_second_tuesday_and_thursday": {"repeats": "weekly", "every": 2, "on": ("tu", "th")},
    "weekly_on_the_day_of_its_start": {"repeats": "weekly"},
    "last_tuesday_of_a_month": {"repeats": "monthly", "on": ("-1tu",)},
    "thirty_first_where_there_is_one": {"repeats": "monthly"},
    "one_left_out": {"repeats": "weekly", "not_on": ("2026-04-07",)},
    "until_its_last_day": {"repeats": "weekly", "last_day": "2026-04-07"},
}
"""Rows of meetups that begin on Tuesday, 31 March 2026."""

CASES: Final[dict[str, bytes]] = {
    "least": payload(),
    "every_field_at_its_limit": payload(**FULL),
    "plenty": payload(plenty=True),
    "default_written_out": payload(repeats="none", plenty=False, tags=()),
    "unknown_names_are_ignored": payload(zeal=7, words=("a", "b")),
    "text_with_joiners_and_marks": payload(title="یک‌شنبه\u200f 👩‍👧"),
    "text_that_looks_like_markup": payload(title="5 < 6 & <b>"),
    "last_minute_of_the_first_day": payload(date_from="2026-04-01T23:59", date_to="2026-04-01"),
    "empty_payload": b"",
    "array": encode(("offer", "Hot soup")),
    "two_values": payload() + b"\xc0",
    "map_inside": encode({"title": "a", "zeal": {"a": 1}}),
    "nil_value": encode({"title": None}),
    "names_out_of_order": b"\x82\xa1b\x01\xa1a\x01",
    "number_in_a_long_form": b"\x81\xa3qty\xcd\x00\x05",
    "too_many_bytes": payload(zeal="a" * 8000),
    "title_missing": payload(title=None),
    "title_of_81": payload(title="a" * 81),
    "title_of_two_lines": payload(title="a\nb"),
    "title_of_nothing_to_see": payload(title="\u200d"),
    "title_with_blank_end": payload(title="a\u00a0"),
    "title_not_composed": payload(title="Pin\u0303ata"),
    "title_with_bell": payload(title="a\u0007"),
    "title_with_override": payload(title="a\u202eb"),
    "title_a_number": payload(title=7),
    "category_unknown": payload(category="toys"),
    "status_withdrawn": payload(status="withdrawn"),
    "reply_by_pigeon": payload(reply_via=("pigeon",)),
    "reply_via_nothing": payload(reply_via=()),
    "tag_with_comma": payload(tags=("a,b",)),
    "tag_twice": payload(tags=("a", "a")),
    "qty_zero": payload(qty=0),
    "qty_boolean": payload(qty=True),
    "unit_alone": payload(unit="bags"),
    "more_left_than_there_is": payload(qty=2, left=3),
    "plenty_of_three": payload(qty=3, plenty=True),
    "day_that_is_none": payload(date_from="2026-02-30"),
    "end_before_beginning": payload(date_from="2026-04-02", date_to="2026-04-01T23:59"),
    "cell_with_a": payload(cell="u33da"),
    "cell_of_7": payload(cell="u33dbcf"),
    "language_by_name": payload(lang="english"),
}


def vector(name: str, data: bytes) -> dict[str, Any]:
    case: dict[str, Any] = {"name": name, "payload": data.hex()}
    try:
        listing = read_listing(data)
    except UnfitBody as unfit:
        return case | {"unfit": unfit.detail}
    return case | {"listing": listing.model_dump(mode="json", exclude_defaults=True)}


def kind_cases() -> Iterator[tuple[str, str, bytes]]:
    """Yield (kind, name, payload) of the kinds but listings, which have cases of their own."""
    for kind in [name for name in LEAST if name != "listing"]:
        yield kind, "least", kind_payload(kind)
        yield kind, "every_field_at_its_limit", kind_payload(kind, **FULL_BODIES[kind])
        yield kind, "unknown_names_are_ignored", kind_payload(kind, zeal=7)
        for field in LEAST[kind]:
            yield kind, f"{field}_missing", kind_payload(kind, **{field: None})
    for name, fields in ROWS.items():
        yield "event", name, kind_payload("event", **fields)
    for number, (kind, fields, rule) in enumerate(CROSS, start=1):
        yield kind, f"{next(iter(fields))}_{rule}_{number}", kind_payload(kind, **fields)
    for number, (kind, field, taken, refused, _) in enumerate(TAKEN_AND_REFUSED, start=1):
        yield kind, f"{field}_taken_{number}", kind_payload(kind, **{field: taken})
        yield kind, f"{field}_refused_{number}", kind_payload(kind, **{field: refused})


def kind_vector(kind: str, name: str, data: bytes) -> dict[str, Any]:
    """Return a case: what it says, its only rid if it has one, when an event meets first."""
    case: dict[str, Any] = {"kind": kind, "name": name, "payload": data.hex()}
    body_class = next(body for body in BODIES.values() if kind == body.NAME)
    try:
        body = body_class.read(data)
    except UnfitBody as unfit:
        return case | {"unfit": unfit.detail}
    case["body"] = body.model_dump(mode="json", exclude_defaults=True)
    if rid := body.only_rid():
        case["rid"] = rid.hex()
    if isinstance(body, Event):
        meets = islice(occurrences(body.rule, body.rule.first, FAR), 3)
        case["meets"] = [moment.isoformat(timespec="minutes") for moment in meets]
    return case


def write(name: str, cases: list[dict[str, Any]]) -> None:
    file = Path(__file__).parent / "data" / name
    file.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    write("listings.json", [vector(name, data) for name, data in CASES.items()])
    write("kinds.json", [kind_vector(*case) for case in kind_cases()])

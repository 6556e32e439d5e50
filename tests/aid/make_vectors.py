"""Writes data/listings.json: `python -m tests.aid.make_vectors`. Never run by CI.

The file is part of docs/kinds.md; a case that changes is a change of the kind.
"""

import json
from pathlib import Path
from typing import Any, Final

from protocol.aid.listing import read_listing
from protocol.codec import encode
from protocol.errors import UnfitBody
from tests.aid.listings import FULL, payload

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


if __name__ == "__main__":
    file = Path(__file__).parent / "data" / "listings.json"
    cases = [vector(name, data) for name, data in CASES.items()]
    file.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n", "utf-8")

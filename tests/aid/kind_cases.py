"""Bodies of each kind that break one rule, or come up to it: for tests and for the vectors."""

from typing import Any

from protocol.aid import limits
from protocol.codec import encode
from tests.aid.bodies import LEAST, OTHER, REFERENCE


def payload(kind: str, **fields: Any) -> bytes:
    """Return a payload as another node could write it: unchecked. None: the field is left out."""
    said = LEAST[kind] | fields
    return encode({name: value for name, value in said.items() if value is not None})


WEEKLY = {"repeats": "weekly"}
CROSS: list[tuple[str, dict[str, Any], str]] = [
    ("pod_card", {"languages": ("en", "en")}, "said_twice"),
    ("pod_card", {"mail_key": "0" * 64}, "no_key"),
    ("resource", {"point": "52.37403,4.88969"}, "only_of_a_public_place"),
    ("resource", {"address": "1 Elm Street"}, "only_of_a_public_place"),
    ("resource", {"categories": ("food", "food")}, "said_twice"),
    ("confirmation", {"duplicate_of": OTHER}, "duplicate_of_what"),
    ("confirmation", {"duplicate_of": REFERENCE, "says": "duplicate"}, "of_itself"),
    ("event", {"start": "1969-12-31T23:59"}, "not_in_our_time"),
    ("event", {"end": "2200-01-01T00:00"}, "not_in_our_time"),
    ("event", {"end": "2026-03-31T18:00"}, "ends_before_it_starts"),
    ("event", {"end": "2026-05-02T18:00"}, "lasts_too_long"),
    ("event", {"every": 2}, "only_if_it_repeats"),
    ("event", {"on": ("tu",)}, "only_if_it_repeats"),
    ("event", {"last_day": "2026-04-01"}, "only_if_it_repeats"),
    ("event", {"not_on": ("2026-04-01",)}, "only_if_it_repeats"),
    ("event", {"on": ("1tu",)} | WEEKLY, "not_of_this_row"),
    ("event", {"on": ("tu",), "repeats": "monthly"}, "not_of_this_row"),
    ("event", {"on": ("mo",)} | WEEKLY, "start_is_not_in_the_row"),
    ("event", {"on": ("1tu",), "repeats": "monthly"}, "start_is_not_in_the_row"),
    ("event", {"last_day": "2026-03-30"} | WEEKLY, "ends_before_it_starts"),
    ("event", {"not_on": ("2026-04-07",) * 2} | WEEKLY, "said_twice"),
    ("crisis_status", {"we_need": ("water", "water")}, "said_twice"),
]
"""(kind, fields over the least body, rule); the first field is the one at fault."""

TAKEN_AND_REFUSED: list[tuple[str, str, Any, Any, str]] = [
    ("pod_card", "cell", "u33db", "u33dbc", "string_pattern_mismatch"),
    ("pod_card", "how_to_reach", ("door: 12",), ("pigeon: 12",), "string_pattern_mismatch"),
    ("pod_card", "how_to_reach", ("phone: 5",) * 1, ("phone:5",), "string_pattern_mismatch"),
    ("pod_card", "addresses", ("[fe80::1]:4781",), ("elm.local",), "string_pattern_mismatch"),
    ("pod_card", "members_band", "20+", "17", "literal_error"),
    ("pod_card", "mail_key", "0f" * 32, "0F" * 32, "string_pattern_mismatch"),
    ("resource", "last_checked", "2026-03-31", "2026-03-31T18:00", "not_a_whole_day"),
    ("resource", "url", "https://a.example/b?c", "javascript:alert(1)", "string_pattern_mismatch"),
    ("resource", "url", "http://10.0.0.1/", "https://а.example", "string_pattern_mismatch"),
    ("resource", "email", "a@b.example", "a@b@c", "string_pattern_mismatch"),
    ("resource", "hours", ("mo fr 22:00-06:00",), ("mo 9-17",), "string_pattern_mismatch"),
    ("resource", "hours", ("su 00:00-24:00",), ("su 24:00-01:00",), "string_pattern_mismatch"),
    ("resource", "categories", ("other",), ("toys",), "not_a_category"),
    ("resource", "categories", ("food",), (), "too_short"),
    ("confirmation", "target", OTHER, OTHER.upper(), "string_pattern_mismatch"),
    ("event", "start", "2026-03-31T00:00", "2026-03-31", "not_a_minute"),
    ("event", "tz", "Etc/GMT+12", "../../etc/passwd", "string_pattern_mismatch"),
    ("event", "tz", "UTC", "/Europe/Madrid", "string_pattern_mismatch"),
    ("event", "capacity", limits.MAX_CAPACITY, limits.MAX_CAPACITY + 1, "less_than_equal"),
    ("reading", "link", "tel:+34600000000", "file:///etc/passwd", "string_pattern_mismatch"),
    ("reading", "link", "mailto:a@b.example", "data:text/html,a", "string_pattern_mismatch"),
    ("crisis_status", "heard_from", "few", "12", "literal_error"),
]
"""(kind, field, value that is taken, value that is refused, rule)."""

"""What people read when a field cannot be used: one sentence for each rule, in one table.

English; translations will come as catalogues of these sentences. {field} is the field's name
as people say it; no sentence repeats what was typed.
"""

from typing import Final, NamedTuple

from pydantic_core import ErrorDetails, ValidationError

from protocol.errors import UserError

FIELD_WORDS: Final[dict[str, str]] = {
    "type": "offer or need",
    "title": "the title",
    "category": "the category",
    "status": "the status",
    "reply_via": "a way to answer",
    "details": "the description",
    "tags": "a tag",
    "mode": "the way of sharing",
    "qty": "the quantity",
    "unit": "the unit",
    "left": "what is left",
    "plenty": "plenty",
    "date_from": "the first day",
    "date_to": "the last day",
    "when": "the time in words",
    "repeats": "how it repeats",
    "repeats_words": "the repetition in words",
    "urgency": "how urgent it is",
    "cell": "the map cell",
    "place": "the place",
    "access": "the note on access",
    "by": "the name to show",
    "lang": "the language",
    "posted_s": "the time of posting",
    # Cards of pods.
    "zone_name": "the name of the zone",
    "zone_kind": "the kind of zone",
    "zone_words": "the zone in words",
    "accepting": "whether you take new members",
    "members_band": "about how many members",
    "about": "the text about it",
    "how_to_reach": "a way to reach you",
    "addresses": "an address of the node",
    "mail_key": "the mail key",
    # What never leaves: protocol/aid/house.
    "name": "the name",
    "pronouns": "the pronouns",
    "languages": "a language",
    "how_best": "how to reach them best",
    "presence": "the presence",
    "role": "the role",
    "contacts": "a contact",
    "value": "the contact",
    "on_screen": "who may see it",
    "on_paper": "the consent to print",
    "note": "the note",
    "bounds": "what is not possible",
    "words": "the words",
    "needs": "a category",
    "viewers": "who may read it",
    "stewards": "whether stewards may read it",
    "sort": "the sort",
    "how": "how it works",
    "text": "the text",
    "question": "the question",
    "stand": "the position",
    "floor_percent": "how many take a position",
    "aside_percent": "how many stand aside",
    "test_days": "the days of testing",
}

SENTENCES: Final[dict[str, str]] = {
    # Rules that pydantic knows, by its names.
    "missing": "{field} is needed.",
    "string_too_short": "{field} is empty.",
    "string_too_long": "{field} has {given} characters; at most {max_length} fit.",
    "string_pattern_mismatch": "{field} is not written as it should be.",
    "literal_error": "{field} is none of those that can be chosen: {expected}.",
    "greater_than_equal": "{field} is below {ge}.",
    "less_than_equal": "{field} is above {le}.",
    "less_than": "{field} is too far in the future.",
    "too_long": "{field} too many: {actual_length} are given, {max_length} fit.",
    "too_short": "{field} is needed.",
    "string_type": "{field} should be words.",
    "int_type": "{field} should be a whole number.",
    "bool_type": "{field} should be yes or no.",
    "tuple_type": "{field} should be in a list.",
    # Rules of ours: fields.py and categories.py.
    "control_character": "{field} holds a character that cannot be shown; type it again.",
    "turns_text": "{field} holds a hidden sign that turns text around; type it again.",
    "not_composed": "{field} has accents apart from their letters; type it again.",
    "blank_end": "{field} begins or ends with a blank.",
    "more_than_a_line": "{field} has more than one line.",
    "nothing_to_see": "{field} has nothing in it that can be seen.",
    "separator": "{field} cannot hold a comma or a semicolon.",
    "not_a_day": "{field} is not a day; write it like 2026-03-31 or 2026-03-31T18:00.",
    "not_a_category": "{field} is none of the list in docs/kinds.md; `other` fits anything.",
    "no_key": "{field} is no key.",
    # Rules of ours: fields that do not go together, listing.py.
    "unit_without_qty": "{field} needs a quantity beside it.",
    "left_without_qty": "{field} needs a quantity beside it.",
    "left_above_qty": "{field} is more than the quantity.",
    "plenty_and_qty": "{field} and a quantity do not go together; choose one.",
    "ends_before_it_starts": "{field} lies before the first day.",
    "block_without_words": "{field} are needed beside a block: what would have to change?",
    "said_twice": "{field} is given twice.",
}


class Fault(NamedTuple):
    """One field that cannot be used."""

    field: str
    rule: str  # a key of SENTENCES
    sentence: str


class WrongFields(UserError):
    """What a person gave breaks rules of the kind: one sentence for each fault."""

    def __init__(self, found: tuple[Fault, ...]) -> None:
        super().__init__(
            "invalid",
            " ".join(fault.sentence for fault in found),
            "Change what is named, and try again.",
            ", ".join(f"{fault.field}: {fault.rule}" for fault in found),
        )
        self.faults = found


def faults(error: ValidationError) -> tuple[Fault, ...]:
    """Return the faults that pydantic found, the first of each field, in its order."""
    found: dict[str, Fault] = {}
    for details in error.errors(include_url=False):
        fault = _fault(details)
        found.setdefault(fault.field, fault)
    return tuple(found.values())


def _fault(details: ErrorDetails) -> Fault:
    told = dict(details.get("ctx", {}))
    field = str(details["loc"][0] if details["loc"] else told["field"])
    given = details["input"]
    told |= {"field": FIELD_WORDS[field], "given": len(given) if isinstance(given, str) else 0}
    sentence = SENTENCES[details["type"]].format_map(told)
    return Fault(field, details["type"], sentence[0].upper() + sentence[1:])

"""What people read when a field cannot be used: one sentence for each rule, in one table.

English, to be translated by catalogues of these sentences (node/words). {field} is the field's
name as people say it; no sentence repeats what was typed.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from pydantic_core import ErrorDetails, ValidationError

from protocol.errors import UserError
from protocol.saying import ENGLISH, N_, Speaker, Word, say

FIELD_WORDS: Final[dict[str, str]] = {
    "type": "the sort",
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
    # Resources, and what is said of them.
    "categories": "the categories",
    "last_checked": "the day when it was checked",
    "org": "who runs it",
    "phones": "a telephone number",
    "url": "the web page",
    "email": "the e-mail address",
    "address": "the address",
    "public_place": "whether the place is public",
    "point": "the point on the map",
    "hours": "the opening hours",
    "hours_words": "the opening hours in words",
    "eligibility": "who may come",
    "cost": "what it costs",
    "runs_on": "who keeps it up",
    "works_without_power": "whether it works without power",
    "source": "the source",
    "foreign_ids": "an id of another directory",
    "target": "what it is about",
    "says": "what you found",
    "date": "the day",
    "duplicate_of": "what it is a duplicate of",
    "note": "the note",
    # When anything is over.
    "until": "the day until which it is open",
    # Events.
    "start": "the beginning",
    "tz": "the time zone",
    "gathering": "the sort of meetup",
    "end": "the end",
    "every": "how many weeks or months lie between",
    "on": "the days of the week",
    "last_day": "the last day",
    "not_on": "a day that is left out",
    "online": "the page to meet on",
    "capacity": "how many people fit",
    "provides": "what is provided",
    "rsvp_via": "a way to say that one comes",
    # Notices, readings, crises, outcomes.
    "text": "the text",
    "topic": "the topic",
    "medium": "what it is: text, video, audio, zine or course",
    "made_by": "who made it",
    "link": "the link",
    "paper_copy": "where a paper copy lies",
    "talk_on": "the day of talking about it",
    "level": "the level",
    "what": "what is going on",
    "we_can_help": "what you can help with",
    "we_need": "what you need",
    "safe_places": "the safe places",
    "heard_from": "how many you have heard from",
    "proposal": "the question that it answers",
    "position": "where your pod stands",
    "decided_on": "the day of deciding",
    "event": "the event",
    "day": "the day",
    "coming": "whether somebody comes",
    "along": "how many come along",
    "wishes": "what they need there",
    # Letters.
    "re": "what it is about",
    "message": "the message",
    "from_label": "the name to show",
    "verdict": "the answer",
    "people": "how many are coming",
    "reason": "the reason",
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
    "bounds": "what is not possible",
    "words": "the words",
    "needs": "a category",
    "viewers": "who may read it",
    "stewards": "whether stewards may read it",
    "sort": "the sort",
    "how": "how it works",
    "question": "the question",
    "stand": "the position",
    "floor_percent": "how many take a position",
    "aside_percent": "how many stand aside",
    "test_days": "the days of testing",
    "contact": "how to be reached",
    "label": "what it is called",
    # What programs give: docs/api.md.
    "audience": "who may see it",
    "valid_until_s": "until when it is open",
    "limit": "how many at most",
    "after": "where to go on",
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
    "not_a_minute": "{field} needs a time of day; write it like 2026-03-31T18:00.",
    "not_a_whole_day": "{field} is a day without a time; write it like 2026-03-31.",
    "no_key": "{field} is no key.",
    # Rules of ours: fields that do not go together, listing.py.
    "unit_without_qty": "{field} needs a quantity beside it.",
    "left_without_qty": "{field} needs a quantity beside it.",
    "left_above_qty": "{field} is more than the quantity.",
    "plenty_and_qty": "{field} and a quantity do not go together; choose one.",
    "ends_before_it_starts": "{field} lies before the first day.",
    "block_without_words": "{field} are needed beside a block: what would have to change?",
    "only_of_a_public_place": "{field} travels only if you say that it is a public place.",
    "duplicate_of_what": "{field} and the finding `duplicate` need each other.",
    "of_itself": "{field} is the same thing.",
    "not_in_our_time": "{field} is not in the years from 1970 to 2199.",
    "lasts_too_long": "{field} is more than 31 days after the beginning.",
    "only_if_it_repeats": "{field} is only for what comes again, weekly or monthly.",
    "not_of_this_row": "{field} are written like mo, or for each month like 1mo or -1mo.",
    "start_is_not_in_the_row": "{field} leave out the very first one.",
    "said_twice": "{field} is given twice.",
    # What programs give: docs/api.md.
    "unknown_field": "{field} is not known here.",
    "unusable": "{field} cannot be read as it is given.",
}


class Fault(NamedTuple):
    """One field that cannot be used. told: what its sentence says besides the field."""

    field: str
    rule: str  # a key of SENTENCES
    told: Mapping[str, object]

    @property
    def sentence(self) -> str:
        """What people read, in English."""
        return self.sentence_in(ENGLISH)

    def sentence_in(self, speaker: Speaker) -> str:
        """Return what people read in a language."""
        # A program can name what no form has, and give it in ways that no form does.
        field = Word(FIELD_WORDS.get(self.field, self.field))
        rule = SENTENCES.get(self.rule, SENTENCES["unusable"])
        sentence = say(rule, {**self.told, "field": field}, speaker)
        return sentence[:1].upper() + sentence[1:]


class WrongFields(UserError):
    """What a person gave breaks rules of the kind: one sentence for each fault."""

    def __init__(self, found: tuple[Fault, ...]) -> None:
        super().__init__(
            "invalid",
            "{faults}",
            N_("Change what is named, and try again."),
            ", ".join(f"{fault.field}: {fault.rule}" for fault in found),
            faults=found,
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
    told |= {"given": len(given) if isinstance(given, str) else 0}
    return Fault(field, details["type"], told)

"""What a page says beside a field that cannot be used: to somebody who looks at its label.

The sentences of protocol/aid/sentences.py are for commands, files and programs: they name the field
and the ids that it may have. On a page the field's name stands before a colon, so that it fits any
sentence and any language, and what can be chosen stands below.
"""

from typing import Final

from node.words.languages import Words
from protocol.aid.sentences import FIELD_WORDS, Fault
from protocol.saying import N_, Word, say

BESIDE_FIELDS: Final = {
    "missing": N_("{field}: this is needed."),
    "string_too_short": N_("{field}: this is needed."),
    "string_too_long": N_("{field}: that is {given} letters and signs; {max_length} fit."),
    "string_pattern_mismatch": N_("{field}: this is not written as it should be."),
    "literal_error": N_("{field}: choose one of those that are there."),
    "greater_than_equal": N_("{field}: at least {ge}."),
    "less_than_equal": N_("{field}: at most {le}."),
    "less_than": N_("{field}: that is too far in the future."),
    "too_long": N_("{field}: these are {actual_length}; {max_length} fit."),
    "too_short": N_("{field}: this is needed."),
    "string_type": N_("{field}: write it in words."),
    "int_type": N_("{field}: write a whole number."),
    "bool_type": N_("{field}: say yes or no."),
    "tuple_type": N_("{field}: this is not written as it should be."),
    "control_character": N_("{field}: a sign in it cannot be shown; type it again."),
    "turns_text": N_("{field}: a hidden sign in it turns text around; type it again."),
    "not_composed": N_("{field}: accents stand apart from their letters; type it again."),
    "blank_end": N_("{field}: there is a blank at the beginning or the end."),
    "more_than_a_line": N_("{field}: write it in one line."),
    "nothing_to_see": N_("{field}: there is nothing in it that can be seen."),
    "separator": N_("{field}: no comma or semicolon can be in it."),
    "not_a_day": N_("{field}: that is not a day; write it like 2026-03-31."),
    "not_a_category": N_("{field}: choose one of the list; “Something else” fits anything."),
    "not_a_minute": N_("{field}: say the time of day too."),
    "not_a_whole_day": N_("{field}: a day without a time is meant."),
    "no_key": N_("{field}: this is not written as it should be."),
    "unit_without_qty": N_("{field}: say how much, too."),
    "left_without_qty": N_("{field}: say how much there is, too."),
    "left_above_qty": N_("{field}: that is more than there is."),
    "plenty_and_qty": N_("{field}: say how much, or that it is plenty, not both."),
    "ends_before_it_starts": N_("{field}: that is before the first day."),
    "block_without_words": N_("{field}: needed beside a block. What would have to change?"),
    "only_of_a_public_place": N_("{field}: this can be shared only of a public place."),
    "duplicate_of_what": N_("{field}: choose which other one it is."),
    "of_itself": N_("{field}: that is the same one."),
    "not_in_our_time": N_("{field}: that is not in the years from 1970 to 2199."),
    "lasts_too_long": N_("{field}: that is more than 31 days after the beginning."),
    "only_if_it_repeats": N_("{field}: this is only for what comes again."),
    "not_of_this_row": N_("{field}: this does not fit how it repeats."),
    "start_is_not_in_the_row": N_("{field}: the first one would be left out."),
    "said_twice": N_("{field}: something in it is there twice."),
    "unknown_field": N_("{field}: this is not known here."),
    "unusable": N_("{field}: this cannot be read as it is given."),
}
"""By the rule, as in SENTENCES."""


def beside_field(words: Words, fault: Fault) -> str:
    """Return what a page says of a fault, in its reader's language."""
    field = Word(FIELD_WORDS[fault.field])
    said = say(BESIDE_FIELDS[fault.rule], {**fault.told, "field": field}, words)
    return type(said)(said[:1].upper() + said[1:])

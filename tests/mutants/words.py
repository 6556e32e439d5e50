"""Mutants of what keeps a wrong word from breaking a page."""

from typing import Final

from tests.mutants import Mutant

SAYING: Final = "protocol/saying.py"
CATALOGUE: Final = "node/words/catalogue.py"
SPEAKERS: Final = "node/web/pages/speakers.py"
SAID: Final = "tests/protocol/test_saying.py"
GAPS: Final = "tests/words/test_gaps.py"
OF_POD: Final = "tests/words/test_of_pod.py"

FILES: Final = "tests/web/test_files.py"
MUTANTS: Final = (
    Mutant(
        "words: a sentence of another one alone is told to be English",
        "protocol/saying.py",
        'has_words = any(sign.isalpha() for sign in GAP.sub("", template))',
        "has_words = bool(template)",
        (f"{FILES}::test_why_a_row_of_a_spreadsheet_is_left_out_is_said_in_the_readers_language",),
    ),
    Mutant(
        "errors: a value that people wrote is translated as if it were ours",
        SAYING,
        "    if isinstance(value, Word | StrEnum):",
        "    if isinstance(value, str):",
        (f"{SAID}::test_our_own_words_are_said_in_the_language_and_what_people_wrote_is_not",),
    ),
    Mutant(
        "errors: a command is told to somebody with a phone",
        "protocol/errors.py",
        "        if on_page or not is_command(self.next_step):",
        "        if True:",
        (f"{SAID}::test_a_command_is_no_step_for_somebody_with_a_phone",),
    ),
    Mutant(
        "words: a translation brings HTML onto a page",
        CATALOGUE,
        'for it in "<&")',
        'for it in "")',
        (f"{OF_POD}::test_a_translation_that_would_break_a_page_is_left_out_and_named",),
    ),
    Mutant(
        "words: a catalogue asks for as many plurals as it likes",
        CATALOGUE,
        '        raise ValueError(f"more than {MAX_PLURALS} forms of a plural")',
        "        pass",
        (f"{OF_POD}::test_a_wrong_file_costs_nobody_a_page",),
    ),
    Mutant(
        "words: whatever lies in the folder is opened",
        CATALOGUE,
        "S_ISREG(seen.st_mode) and ",
        "",
        (f"{OF_POD}::test_a_folder_that_is_named_like_a_file_is_none",),
    ),
    Mutant(
        "words: English that stands in for a translation is not told apart",
        "node/words/languages.py",
        "        return Gaps()\n",
        "        return gettext.NullTranslations()\n",
        (f"{GAPS}::test_a_page_says_which_words_are_english_still",),
    ),
    Mutant(
        "words: what people wrote into an English sentence becomes HTML",
        "node/words/gaps.py",
        "escape(str(self))",
        "Markup(str(self))",
        (f"{GAPS}::test_what_people_wrote_into_an_english_sentence_stays_escaped",),
    ),
    Mutant(
        "pages: of who speaks several languages the first is taken for the one they wrote in",
        SPEAKERS,
        "if len(it.languages) == 1}",
        "if it.languages}",
        ("tests/web/test_speakers.py::test_a_proposal_is_in_the_one_language_of_its_writer",),
    ),
    Mutant(
        "pages: whoever rests is named as one to ask",
        SPEAKERS,
        'if it.presence == "here"]',
        "]",
        ("tests/web/test_speakers.py::test_a_reader_hears_which_language_it_is_and_who_speaks_it",),
    ),
)

"""Mutants of what holds the life of a listing, its answers, and what is found of it."""

from typing import Final

from tests.mutants import Mutant

LIFE: Final = "protocol/aid/life.py"
ANSWERS: Final = "node/aid/answers.py"
LISTINGS: Final = "node/aid/listings.py"
TIDYING: Final = "node/aid/tidying.py"
EXCHANGE: Final = "node/aid/exchange.py"
POSTMAN: Final = "node/postman.py"
STORED: Final = "store/house/answers.py"
SEARCH: Final = "store/aid/search.py"
MATCHING: Final = "protocol/aid/matching.py"

IN_LIFE: Final = "tests/aid/test_life.py"
IN_ANSWERS: Final = "tests/aid/test_answers.py"
IN_EXCHANGE: Final = "tests/aid/test_exchange.py"
ONCE: Final = f"{IN_EXCHANGE}::test_the_last_one_is_promised_once"
IN_SCENARIOS: Final = "tests/scenarios/test_answers.py"
IN_SEARCH: Final = "tests/aid/test_search.py"
IN_MATCHING: Final = "tests/aid/test_matching.py"

MUTANTS: Final = (
    Mutant(
        "answers: the last one is promised to whoever asks",
        LIFE,
        "if has is not None and count > has:",
        "if has is not None and has < 0:",
        (f"{IN_ANSWERS}::test_the_last_one_is_promised_once",),
    ),
    Mutant(
        "answers: what is given back may become more than there was",
        LIFE,
        "min(listing.qty or 1, has + count)",
        "has + count",
        (f"{IN_LIFE}::test_left_stays_between_nothing_and_all_whatever_is_done",),
    ),
    Mutant(
        "answers: an edit forgets what was promised",
        LISTINGS,
        "listing = with_promises_of(listing, item.listing)",
        "listing = with_promises_of(listing, listing)",
        (f"{IN_ANSWERS}::test_another_audience_is_no_end",),
    ),
    Mutant(
        "answers: every day of what repeats is one day",
        ANSWERS,
        "that_day = answers.promised_on(tx.connection, rid, answer.day)",
        "that_day = 0",
        (f"{IN_ANSWERS}::test_each_day_of_a_repeating_listing_is_promised_by_itself",),
    ),
    Mutant(
        "answers: what is taken back is not free again",
        ANSWERS,
        "self._change(tx, item, give_back(item.listing, answer.qty), now)",
        "self._change(tx, item, item.listing, now)",
        (f"{IN_ANSWERS}::test_a_quantity_falls_and_returns",),
    ),
    Mutant(
        "answers: letters may ask for what is for this pod alone",
        ANSWERS,
        "if item.audience is Audience.POD:",
        "if item.audience is None:",
        (f"{IN_ANSWERS}::test_a_letter_about_nothing_leaves_no_trace",),
    ),
    Mutant(
        "answers: one pod may fill a listing with answers",
        STORED,
        "or of_pod >= MAX_ANSWERS_OF_POD",
        "",
        (f"{IN_ANSWERS}::test_answers_of_a_listing_have_an_end_and_one_pod_cannot_fill_it",),
    ),
    Mutant(
        "answers: who waits is not told that the last one is promised",
        ANSWERS,
        "            self._tell_others(tx, answer)\n",
        "",
        (f"{IN_EXCHANGE}::test_when_the_last_one_is_promised_all_who_wait_for_it_are_told",),
    ),
    Mutant(
        "answers: what is said to one is said to all",
        EXCHANGE,
        "words = self._words.get((answer.rid, answer.number))",
        "words = next(iter(self._words.values()), None)",
        (
            IN_EXCHANGE
            + "::test_the_last_one_is_promised_once_and_nothing_is_written_of_the_refusal",
        ),
    ),
    Mutant(
        "answers: nobody is told that a listing was withdrawn",
        LISTINGS,
        "self._tell_over(tx, item.rid, is_withdrawn=True)",
        "self._tell_over(tx, item.rid, is_withdrawn=False)",
        (f"{IN_EXCHANGE}::test_who_waits_is_told_that_it_is_gone",),
    ),
    Mutant(
        "answers: what a letter had written back waits for the next one",
        POSTMAN,
        "if taken.is_news or taken.released:",
        "if taken.is_news:",
        (
            f"{IN_SCENARIOS}::test_two_pods_ask_for_the_last_one_during_a_split_and_one_is_promised_it",
        ),
    ),
    Mutant(
        "answers: any clock forgets",
        TIDYING,
        "if keeper.now().state is not ClockState.SYNCED:",
        "if False:",
        (f"{IN_ANSWERS}::test_nothing_is_forgotten_by_a_clock_that_is_not_synced",),
    ),
    Mutant(
        "answers: who helped whom is kept",
        TIDYING,
        "        answers.forget_over(tx, now_s - ANSWERS_KEPT_S)\n",
        "",
        (f"{IN_ANSWERS}::test_who_helped_whom_is_forgotten_thirty_days_after_it_is_over",),
    ),
    Mutant(
        "answers: an old backup forgets before its neighbours have had their say",
        TIDYING,
        "if keeper.has_caught_up and keeper.may_sign:",
        "if keeper.may_sign:",
        (f"{IN_SCENARIOS}::test_an_old_backup_does_not_forget_by_itself_what_was_opened_again",),
    ),
    Mutant(
        "board: words of what is gone stay in the index",
        SEARCH,
        "        connection.executemany(self._forget, keys)\n",
        "        connection.executemany(self._forget, [])\n",
        (f"{IN_SEARCH}::test_withdrawn_words_leave_the_file",),
    ),
    Mutant(
        "board: of many found ones some are lost",
        SEARCH,
        "if len(few) > FEW:",
        "if len(few) > FEW + 1:",
        (f"{IN_SEARCH}::test_few_and_many_are_found_alike",),
    ),
    Mutant(
        "board: what a person types is part of the language of searches",
        SEARCH,
        "words = _WORD.findall(_in_ascii(folded))[:MAX_WORDS]",
        "words = folded.split()[:MAX_WORDS]",
        (f"{IN_SEARCH}::test_whatever_is_typed_is_a_search_and_no_error",),
    ),
    Mutant(
        "board: days that never meet fit",
        MATCHING,
        "if begins > other_ends or other_begins > ends:",
        "if begins > other_ends and other_begins > ends:",
        (f"{IN_MATCHING}::test_days_that_never_meet_do_not_fit",),
    ),
)

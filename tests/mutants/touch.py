"""Mutants of what pages say of a pod that is alone: only what is known, and soon."""

from typing import Final

from tests.mutants import Mutant

DEALINGS: Final = "node/dealings.py"
STORE: Final = "store/touch.py"
TOUCH: Final = "tests/scenarios/test_touch.py"
WAITS: Final = f"{TOUCH}::test_what_was_posted_while_alone_waits_until_a_neighbour_holds_it"
LIVE: Final = f"{TOUCH}::test_what_a_neighbour_was_sent_live_is_known_to_be_there_within_minutes"
EACH: Final = f"{TOUCH}::test_one_neighbour_that_holds_it_is_enough_and_each_is_known_by_itself"

MUTANTS: Final = (
    Mutant(
        "alone: a round that found something counts as one that found nothing",
        DEALINGS,
        "                if equal:\n                    self._note_holds(live, mark, now)",
        "                self._note_holds(live, self._news.mark, now)",
        (f"{TOUCH}::test_round_that_differs_shows_nothing",),
    ),
    Mutant(
        "alone: nobody asks whether a push has arrived",
        "node/tending.py",
        "if live.lacks_word(newest):",
        "if False:",
        (LIVE,),
    ),
    Mutant(
        "alone: rounds are asked for as long as sets differ",
        "node/live.py",
        "return newest > self.mark and asked <= ROUNDS_FOR_WORD",
        "return newest > self.mark",
        (f"{TOUCH}::test_rounds_for_word_are_few",),
    ),
    Mutant(
        "alone: a session that ended counts as open",
        STORE,
        "UPDATE in_touch SET is_open = 0 WHERE is_open",
        "UPDATE in_touch SET is_open = 1 WHERE is_open",
        (WAITS,),
    ),
    Mutant(
        "alone: what one neighbour holds all hold",
        STORE,
        "holds_network = max(holds_network, excluded.holds_network)",
        "holds_network = 1 << 50",
        (EACH, WAITS),
    ),
)

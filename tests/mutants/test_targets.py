"""Each mutant has its place in the code, and tests: code that moves takes its mutants along.

Read, not run: whoever changes a guard hears of it at once, not from the long run.
"""

from collections import Counter

import pytest

from tests.mutants import Mutant
from tests.mutants.running import PROJECT
from tests.mutants.test_mutants import MUTANTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_changes_stands_there_once(mutant: Mutant) -> None:
    assert (PROJECT / mutant.path).read_text().count(mutant.old) == 1
    assert mutant.new != mutant.old


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_tests_that_a_mutant_names_are_there(mutant: Mutant) -> None:
    assert mutant.tests
    for named in mutant.tests:
        path, *names = named.split("::")
        source = (PROJECT / path).read_text()
        assert all(f"def {name.partition('[')[0]}(" in source for name in names)


def test_no_two_mutants_have_one_name() -> None:
    names = Counter(mutant.name for mutant in MUTANTS)
    assert max(names.values()) == 1

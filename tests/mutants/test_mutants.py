"""Each planted fault makes one of its named tests fail, in a copy of the project.

Minutes of tests of tests: only where CI or MUTANTS is set. See running.py.
"""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.mutants import (
    Mutant,
    answers,
    api,
    channel,
    guards,
    house,
    kinds,
    mail,
    pairing,
    paper,
    rules,
    steward,
    touch,
    web,
    words,
)
from tests.mutants.running import FAILED, Runs, python

_MODULES: Final = (
    answers,
    api,
    channel,
    guards,
    house,
    kinds,
    mail,
    pairing,
    paper,
    rules,
    steward,
    touch,
    web,
    words,
)
MUTANTS: Final = tuple(mutant for module in _MODULES for mutant in module.MUTANTS)

pytestmark = pytest.mark.skipif(
    not (os.environ.get("CI") or os.environ.get("MUTANTS")),
    reason="takes minutes; runs where CI or MUTANTS is set",
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_guard_taken_away_is_missed(mutant: Mutant, runs: Runs) -> None:
    status, output = runs.told(mutant)
    assert status == FAILED, f"exit status {status}\n{output}"


def test_copy_is_what_is_tested(runs: Runs) -> None:
    for copy in runs.copies:
        where = python(copy, "-c", "import protocol; print(protocol.__file__)").stdout
        assert Path(where.strip()) == copy / "protocol" / "__init__.py"

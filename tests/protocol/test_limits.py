"""Every bound says why, and the bounds fit one another."""

import ast
import inspect
from itertools import pairwise

import pytest

from protocol import limits

NAMES = [name for name in vars(limits) if name.isupper()]


def reasons() -> dict[str, str]:
    """Return the text under each bound."""
    body = ast.parse(inspect.getsource(limits)).body
    return {
        bound.target.id: text.value.value
        for bound, text in pairwise(body)
        if isinstance(bound, ast.AnnAssign)
        and isinstance(bound.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_bound_is_a_positive_number_with_a_reason(name: str) -> None:
    assert type(getattr(limits, name)) is int
    assert getattr(limits, name) > 0
    assert len(reasons()[name]) > 20


def test_a_record_has_two_chances_of_renewal_before_its_life_ends() -> None:
    assert 3 * limits.RENEW_AFTER_S <= limits.LIFETIME_S


def test_a_frame_of_records_and_the_longest_body_fit_one_message() -> None:
    longest_bytes = limits.RECORDS_FRAME_BYTES + limits.MAX_BODY_BYTES
    assert longest_bytes + limits.RECORDS_PER_FRAME * 80 < limits.MAX_FRAME_BYTES


def test_a_held_record_comes_due_within_the_life_of_a_record() -> None:
    assert limits.CEILING_AHEAD_S < limits.LIFETIME_S < limits.GUESS_AHEAD_S


def test_the_longest_mail_and_a_frame_of_such_fit() -> None:
    assert limits.MAX_LETTER_BYTES + 350 < limits.MAX_MAIL_PLAIN_BYTES
    assert limits.MAX_MAIL_PLAIN_BYTES % limits.MAIL_STEP_BYTES == 0
    assert limits.MAIL_PER_FRAME * (limits.MAX_MAIL_BYTES + 3) < limits.MAX_FRAME_BYTES


def test_what_is_remembered_of_mail_outlives_every_copy_of_it() -> None:
    longest_s = limits.MAIL_AHEAD_S + limits.MAIL_KEPT_RUNNING_S
    assert longest_s < limits.MAIL_REMEMBERED_RUNNING_S
    assert limits.LETTER_TRIED_RUNNING_S < limits.MAIL_REMEMBERED_RUNNING_S
    assert limits.MAIL_LIFETIME_S < limits.MAIL_AHEAD_S

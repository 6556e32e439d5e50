"""docs/house.md says what the code does: fields, bounds, states, rights, and who sees what."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from protocol.aid.house import limits
from protocol.aid.house.care import Ability, CareNote
from protocol.aid.house.member import Contact, Member
from protocol.aid.house.proposal import NEXT, PodRules, Proposal, Stand, Standing
from protocol.aid.house.rights import RIGHTS, Right, Role
from protocol.aid.house.roll_call import Answer
from protocol.aid.house.way import Way
from store import house

PAGE = (Path(__file__).parents[3] / "docs" / "house.md").read_text("utf-8")
PLAIN = " ".join(PAGE.split())


def section(heading: str) -> str:
    """Return what stands below a heading, up to the next one."""
    return re.split(r"\n#{2,3} ", PAGE.split(f" {heading}\n", 1)[1])[0]


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the tables below a heading."""
    lines = [line for line in section(heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def fields(heading: str) -> set[str]:
    """Return the names in the first cells of the tables below a heading."""
    return {name for row in rows(heading) for name in re.findall(r"`(\w+)`", row[0])}


TOLD: dict[str, tuple[type[BaseModel], set[str]]] = {
    "2.1 Abilities": (Ability, set()),
    "2.2 Care notes": (CareNote, set()),
    "2.4 Ways to keep in touch": (Way, set()),
    "3.1 Proposals": (Proposal, {"id"}),
}
"""Sections, the model whose fields they tell, and what is nobody's business."""


@pytest.mark.parametrize("heading", TOLD)
def test_every_field_is_told(heading: str) -> None:
    model, untold = TOLD[heading]
    assert fields(heading) == model.model_fields.keys() - untold


def test_every_field_of_a_person_is_told_with_who_sees_it() -> None:
    told = fields("1.1 A member")
    assert told == (Member.model_fields.keys() - {"id"}) | {"on_screen", "on_paper"}
    assert Contact.model_fields.keys() - told == {"type", "value"}
    who = {row[0].split("`")[1]: row[2] for row in rows("1.1 A member") if "`" in row[0]}
    assert {name for name, seen in who.items() if not seen} == set()


def test_required_fields_are_marked() -> None:
    for heading, (model, untold) in TOLD.items():
        marked = {
            name
            for row in rows(heading)
            if row[0].endswith(" R")
            for name in re.findall(r"`(\w+)`", row[0])
        }
        required = {n for n, it in model.model_fields.items() if it.is_required()} - untold
        assert marked == required, heading


DAY = limits.DAY_S
BOUNDS = {
    "A pod keeps up to {} people": limits.MAX_MEMBERS,
    "up to {} characters; nobody else in the pod has it": limits.MAX_NAME,
    "| `pronouns` | up to {} characters": limits.MAX_PRONOUNS,
    "| `languages` | up to {} tags": limits.MAX_LANGUAGES,
    "up to {} characters on how to reach them best": limits.MAX_HOW_BEST,
    "| `contacts` | up to {}, see below": limits.MAX_CONTACTS,
    "a `value` of up to {} characters": limits.MAX_CONTACT,
    "From {} people on": limits.LARGE_POD,
    "keep somebody out for {} hours": limits.SUSPENSION_S // 3600,
    "A code of {} letters": limits.CODE_LETTERS,
    "for 1 to {} people": limits.MAX_USES,
    "good for {} days at most": limits.MAX_INVITE_S // DAY,
    "at most {} at one time": limits.MAX_INVITES,
    "| `note` | up to {} characters": limits.MAX_ABILITY_NOTE,
    "| `words` R | up to {} characters": limits.MAX_CARE_WORDS,
    "up to {} categories in which they may need help": limits.MAX_CARE_NEEDS,
    "at most {} of each": limits.MAX_BUDDIES,
    "Up to {}, in the order in which to try": limits.MAX_WAYS,
    "| `how` | up to {} characters": limits.MAX_WAY_HOW,
    "Nobody has more than {} calls and knocks": limits.MAX_CALLS,
    "nobody more than {} doors": limits.MAX_KNOCKS,
    "up to {} and 4,000 characters": limits.MAX_TITLE,
    "up to 120 and {} characters": limits.MAX_TEXT,
    "its number, at most {};": limits.MAX_WORDINGS,
    "Up to {} are kept; the longest closed": limits.MAX_PROPOSALS,
    "with `words` of up to {} characters, which a block needs": limits.MAX_POSITION_WORDS,
    "(3, at most {})": limits.MAX_TEST_DAYS,
    "Up to {}. Any member writes one down": limits.MAX_AGREEMENTS,
    "for {} hours unless somebody renews it": limits.ROLL_CALL_S // 3600,
    "with `words` of up to {} characters; said by oneself": limits.MAX_CHECK_IN_WORDS,
    "deleted {} days after the end": limits.KEEP_ANSWERS_S // DAY,
    "At most {} roll calls": limits.MAX_ROLL_CALLS,
    "The newest {} entries": limits.MAX_LOG,
}


@pytest.mark.parametrize("phrase", BOUNDS)
def test_every_bound_is_told_as_it_is(phrase: str) -> None:
    assert phrase.format(f"{BOUNDS[phrase]:,}") in PLAIN


def test_the_states_of_a_proposal_are_those_of_the_table() -> None:
    told = {}
    for before, after in rows("3.1 Proposals")[-8:]:
        for state in re.sub(r"\(.*\)", "", before).split(","):
            told[state.strip()] = {it.strip() for it in after.split(",") if it.strip()}
    expected = {str(state): {str(it) for it in after} for state, after in NEXT.items()}
    assert {name: told.get(name) for name in expected} == expected


def test_the_rule_and_its_numbers_are_told() -> None:
    rule = section("3.3 The rule")
    begin = PodRules()
    assert f"`floor_percent` ({begin.floor_percent})" in rule
    assert f"`aside_percent` ({begin.aside_percent})" in rule
    assert f"`test_days` ({begin.test_days}," in rule
    assert set(PodRules.model_fields) <= set(re.findall(r"`(\w+)`", rule))
    for found in (Standing.BLOCKED, Standing.TOO_FEW, Standing.AGREED):
        assert found in rule
    for stand in Stand:
        assert stand in PLAIN
    for answer in Answer:
        assert answer.replace(", can", " and can") in section("4. Roll calls").replace("\n", " ")


def test_every_right_is_told_with_its_roles() -> None:
    told = {row[0]: {word.strip() for word in row[1].split(",")} for row in rows("8. Rights")[2:]}
    expected = {str(right): {str(role) for role in RIGHTS[right]} for right in Right}
    assert told == {
        right: {"everybody"} if roles == set(map(str, Role)) else roles
        for right, roles in expected.items()
    }


def test_every_table_of_the_house_is_told() -> None:
    assert {name for name in house.NAMES if f"`{name}`" not in PAGE} == set()

"""Operations on what the pod agreed on, and on how it works."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from node.shapes.plain import Json
from node.shapes.shape import Shape, flat, listed
from node.shapes.together import (
    AGREEMENT,
    agreement_data,
)
from node.web.api.operation import Call, Given, Operation, get, post
from node.web.api.proposals import WordingGiven
from protocol.aid.house.limits import DAY_S, MAX_TEST_DAYS, REVIEW_S
from protocol.aid.house.proposal import PodRules
from protocol.aid.house.rights import Right
from protocol.errors import UserError

MAX_REVIEW_DAYS: Final = 3660
DAYS: Final = REVIEW_S // DAY_S
RULES: Final = flat("PodRules", Shape, PodRules)


class AgreementGiven(Given):
    """What was agreed. proposal: from which it came, and whose words it has if none are given."""

    title: str | None = None
    text: str | None = None
    proposal: Annotated[str, Field(pattern=r"^[0-9a-f]{4,32}$")] | None = None
    review_days: Annotated[int, Field(ge=1, le=MAX_REVIEW_DAYS)] = DAYS


class RevisionGiven(WordingGiven):
    """Other words in place of what holds."""

    review_days: Annotated[int, Field(ge=1, le=MAX_REVIEW_DAYS)] = DAYS


class ReviewGiven(Given):
    """In how many days to look at it again."""

    review_days: Annotated[int, Field(ge=1, le=MAX_REVIEW_DAYS)] = DAYS


class RulesGiven(Given):
    """What changes about how the pod works; see docs/house.md §3.3."""

    floor_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    aside_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    test_days: Annotated[int, Field(ge=0, le=MAX_TEST_DAYS)] | None = None
    hide_names: bool | None = None
    members_invite: bool | None = None


def _agreements(call: Call) -> Mapping[str, Json]:
    return {"items": [agreement_data(it) for it in call.pod.agreements.all(call.viewer.looking)]}


def _agreed(call: Call) -> bytes:
    return call.pod.agreements.find(call.viewer.looking, call.path["reference"]).id


def _agreement(call: Call, id_: bytes) -> Mapping[str, Json]:
    found = call.pod.agreements.all(call.viewer.looking)
    return agreement_data(next(it for it in found if it.id == id_))


def _show(call: Call) -> Mapping[str, Json]:
    return _agreement(call, _agreed(call))


def _write(call: Call) -> Mapping[str, Json]:
    pod, said, looking = call.pod, call.said, call.viewer.looking
    source = pod.decisions.find(looking, said.proposal) if said.proposal else None
    title = said.title or (source.title if source else None)
    if title is None:
        raise UserError("invalid", "What was agreed?", 'pod agreement add "Quiet after ten"')
    made = pod.agreements.write(
        looking,
        title,
        said.text or (source.text if source else title),
        review_in_s=said.review_days * DAY_S,
        proposal=source.id if source else None,
    )
    return agreement_data(made)


def _revise(call: Call) -> Mapping[str, Json]:
    said = call.said
    made = call.pod.agreements.revise(
        call.viewer.looking,
        _agreed(call),
        title=said.title,
        text=said.text,
        review_in_s=said.review_days * DAY_S,
    )
    return agreement_data(made)


def _confirm(call: Call) -> Mapping[str, Json]:
    id_ = _agreed(call)
    call.pod.agreements.confirm(call.viewer.looking, id_, call.said.review_days * DAY_S)
    return _agreement(call, id_)


def _end(call: Call) -> Mapping[str, Json]:
    id_ = _agreed(call)
    call.pod.agreements.end(call.viewer.looking, id_)
    return _agreement(call, id_)


def _rules(call: Call) -> Mapping[str, Json]:
    told: dict[str, Json] = call.pod.agreements.rules().model_dump(mode="json")
    return told


def _set_rules(call: Call) -> Mapping[str, Json]:
    changes = {name: value for name, value in call.given.items() if value is not None}
    call.pod.agreements.set_rules(call.viewer.looking, changes)
    return _rules(call)


_AGREEMENT: Final = "/api/agreements/{reference}"
OPERATIONS: Final[tuple[Operation, ...]] = (
    get(
        "/api/agreements",
        "What the pod agreed on; what is to be looked at first comes first.",
        _agreements,
        listed("Agreements", AGREEMENT),
    ),
    get(_AGREEMENT, "One of them, in full.", _show, AGREEMENT),
    *(
        post(path, summary, does, AGREEMENT, takes=takes, may=Right.EDIT_AGREEMENTS, **more)
        for path, summary, does, takes, more in (
            (
                "/api/agreements",
                "Write down what was agreed.",
                _write,
                AgreementGiven,
                {"status": 201},
            ),
            (
                _AGREEMENT,
                "Put other words in place of what holds.",
                _revise,
                RevisionGiven,
                {"method": "PATCH"},
            ),
            (f"{_AGREEMENT}/confirm", "Say that it holds on.", _confirm, ReviewGiven, {}),
            (f"{_AGREEMENT}/end", "Say that it holds no longer.", _end, None, {}),
        )
    ),
    get("/api/rules", "How this pod decides and takes people in.", _rules, RULES),
    post(
        "/api/rules",
        "Change a rule, as the pod agreed.",
        _set_rules,
        RULES,
        takes=RulesGiven,
        may=Right.SET_RULES,
        method="PATCH",
    ),
)

"""What a program is told when a request goes no further: one JSON object, of one shape.

Spec: docs/api.md §5. Codes are those of protocol/errors.py, sentences those that people read.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from aiohttp import web
from pydantic import BaseModel

from node.words import Words, next_step
from node.words.labels import N_
from protocol.aid.sentences import WrongFields
from protocol.errors import ExplainedError, StoreError

STATUS_OF: Final = {
    "not_found": 404,
    "ambiguous": 404,
    "not_yours": 403,
    "not_allowed": 403,
    "conflict": 409,
    "over_quota": 409,
}
"""Statuses of what people asked for that cannot be done so; others are 422."""


class Told(BaseModel):
    """What went wrong. fields: by name, what is to be mended in a body or in the address."""

    code: str
    sentence: str
    next_step: str
    fields: dict[str, str] = {}


class Refusal(BaseModel):
    """The answer to a request that changed nothing."""

    error: Told


class _Saying(NamedTuple):
    code: str
    sentence: str
    next_step: str


_SAYINGS: Final[Mapping[str, _Saying]] = {
    "host": _Saying(
        "refused",
        N_("That is not this pod's address."),
        N_("Ask for it by an address of its own network, or by one of its names."),
    ),
    "origin": _Saying(
        "refused",
        N_("That came from a page of another site."),
        N_("Call the pod from a program, not from a page."),
    ),
    "token": _Saying(
        "no_token",
        N_("There is no good token in this request."),
        N_("Make one under “My devices”, and send it as: Authorization: Bearer TOKEN"),
    ),
    "sign-in": _Saying(
        "not_allowed",
        N_("A token opens no page."),
        N_("See: /api/openapi.json"),
    ),
    "right": _Saying(
        "not_allowed",
        N_("The member whose token this is may not do that."),
        N_("Ask a steward of this pod."),
    ),
    "json": _Saying(
        "malformed",
        N_("The body is not one JSON object, or goes beyond what is read."),
        N_("See the schema of this operation in /api/openapi.json."),
    ),
    "media": _Saying(
        "malformed",
        N_("The body is of another type than JSON."),
        N_("Send it with: Content-Type: application/json"),
    ),
    "slow": _Saying(
        "silent",
        N_("The body did not come in time."),
        N_("Nothing was changed. Try again."),
    ),
    "long": _Saying(
        "too_large",
        N_("The body is longer than what is read."),
        N_("Nothing was changed. Send less at once."),
    ),
    "changed": _Saying(
        "conflict",
        N_("It is not as you read it any more."),
        N_("Nothing was changed. Read it again, and decide anew."),
    ),
    "unmatched": _Saying(
        "conflict",
        N_("Nothing is read here that If-Match could name."),
        N_("Nothing was changed. Ask without If-Match."),
    ),
    "often": _Saying(
        "too_often",
        N_("That was very often in a short time."),
        N_("Nothing was changed. Wait as long as Retry-After says."),
    ),
    "none": _Saying(
        "not_found",
        N_("There is no such operation."),
        N_("See: /api/openapi.json"),
    ),
    "method": _Saying(
        "not_found",
        N_("There is no such operation at this address."),
        N_("See: /api/openapi.json"),
    ),
    "fault": _Saying(
        "fault",
        N_("Something went wrong on the pod's side."),
        N_("Look whether what was asked is done before asking again."),
    ),
}


def is_of_program(request: web.BaseRequest) -> bool:
    """Tell whether a program asks: it is told in JSON what people are told on a page."""
    return request.path.startswith("/api/") or "Authorization" in request.headers


def refuse(words: Words, status: int, word: str, headers: Mapping[str, str]) -> web.Response:
    """Return the answer to a request that was stopped by a guard."""
    saying = _SAYINGS.get(word, _SAYINGS["json"])
    if status == 401:
        headers = {**headers, "WWW-Authenticate": "Bearer"}
    sentence, next_step = words.gettext(saying.sentence), words.gettext(saying.next_step)
    return answer(status, saying.code, sentence, next_step, headers=headers)


def explain(words: Words, error: ExplainedError) -> web.Response:
    """Return the answer to what cannot be done so."""
    fields = {}
    if isinstance(error, WrongFields):
        fields = {it.field: it.sentence_in(words) for it in error.faults}
    status = 503 if isinstance(error, StoreError) else STATUS_OF.get(error.code, 422)
    return answer(status, error.code, error.sentence_in(words), next_step(words, error), fields)


def answer(
    status: int,
    code: str,
    sentence: str,
    next_step: str,
    fields: Mapping[str, str] = {},
    headers: Mapping[str, str] = {},
) -> web.Response:
    """Return a refusal as it is sent."""
    told = Told(code=code, sentence=sentence, next_step=next_step, fields=dict(fields))
    return json_response(Refusal(error=told).model_dump(), status, headers)


def json_response(said: Any, status: int = 200, headers: Mapping[str, str] = {}) -> web.Response:
    """Return a value as JSON, every character as it is."""
    return web.Response(
        body=json_bytes(said),
        status=status,
        content_type="application/json",
        charset="utf-8",
        headers=headers,
    )


def json_bytes(said: Any) -> bytes:
    """Return a value as it is sent."""
    return (json.dumps(said, ensure_ascii=False) + "\n").encode()

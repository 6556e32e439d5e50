"""What a hostile or careless program sends: a typed refusal, and the pod answers others."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.web.guard import MAX_BODY_BYTES, MAX_DEPTH, object_in
from tests.web.api.calling import validate
from tests.web.visiting import House, house

SOUP = b'{"type": "need", "title": "Soup", "category": "food"%s}'


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


BODIES: Final = (
    (b"", 400),
    (b"[]", 400),
    (b"null", 400),
    (b'{"title": "a", "title": "b"}', 400),
    (SOUP % b', "qty": 1e3', 400),
    (SOUP % b', "qty": 1.5', 400),
    (SOUP % b', "qty": NaN', 400),
    (SOUP % b', "qty": -Infinity', 400),
    (SOUP % (b', "qty": ' + b"9" * 5000), 400),
    (SOUP % b', "title2": "\\ud800"', 400),
    (SOUP % b', "details": "\xff"', 400),
    (b"\xff\xfe{\x00}\x00", 400),
    (b"[" * 60_000, 400),
    (b'{"a":' * 9_000 + b"1" + b"}" * 9_000, 400),
    (SOUP % b', "qty": 9999999999999999', 422),
    (SOUP % b', "qty": true', 422),
    (SOUP % b', "qty": "1"', 422),
    (SOUP % b', "tags": [["a"]]', 422),
    (SOUP % b', "tags": {"a": 1}', 422),
    (SOUP % b', "details": {"$gt": ""}', 422),
    (SOUP % b', "details": "a\\u0000b"', 422),
    (SOUP % b', "audience": "everybody"', 422),
    (SOUP % b', "audience": ["pod"]', 422),
    (SOUP % b', "valid_until_s": -1', 422),
    (SOUP % b', "posted_s": 1', 422),
    (SOUP % b', "by_whom": "x"', 422),
    (SOUP % b', "%%s{0}": "x"', 422),
)


async def test_body_that_cannot_be_used_changes_nothing(elm: House) -> None:
    tool = elm.tool_of("Ana")
    for body, status in BODIES:
        answer = await tool.call("POST", "/api/listings", body)
        assert answer.status == status, (body[:80], answer.text)
        validate(answer.said, "Refusal")
    assert (await tool.call("GET", "/api/listings")).said["items"] == []


async def test_body_of_another_type_is_refused(elm: House) -> None:
    tool = elm.tool_of("Ana")
    for said in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", "a"):
        answer = await tool.call("POST", "/api/listings", SOUP % b"", Content_Type=said)
        assert answer.status == 415
        validate(answer.said, "Refusal")


async def test_body_over_the_bound_is_refused(elm: House) -> None:
    tool = elm.tool_of("Ana")
    body = json.dumps({"details": "x" * MAX_BODY_BYTES}).encode()
    answer = await tool.call("POST", "/api/listings", body)
    assert (answer.status, answer.said["error"]["code"]) == (413, "too_large")


async def test_body_of_a_stranger_is_not_read(elm: House) -> None:
    body = b"x" * (MAX_BODY_BYTES * 2)
    answer = await elm.stranger.call("POST", "/api/listings", body)
    assert answer.status == 401


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "https://127.0.0.1"])
async def test_page_of_another_site_is_refused_even_with_a_token(elm: House, origin: str) -> None:
    tool = elm.tool_of("Ana")
    for method in ("GET", "POST"):
        answer = await tool.call(method, "/api/listings", SOUP % b"", Origin=origin)
        assert answer.status == 403
        assert not [it for it in answer.headers if it.startswith("access-control-")]
    asked = await tool.call("OPTIONS", "/api/listings", Origin=origin)
    assert asked.status == 405
    assert not [it for it in asked.headers if it.startswith("access-control-")]


async def test_name_that_was_pointed_here_gets_nothing(elm: House) -> None:
    answer = await elm.tool_of("Ana").call("GET", "/api/listings", Host="evil.example")
    assert (answer.status, answer.said["error"]["code"]) == (421, "refused")


QUERIES: Final = (
    *("limit=0", "limit=101", "limit=x", "limit=1&limit=2"),
    *("after=x", "after=99999999999999999999-1", "type=both", "audience=all", "wrods=soup"),
    "words=" + "x" * 81,
)


async def test_parameter_that_cannot_be_used_is_named(elm: House) -> None:
    tool = elm.tool_of("Ana")
    for query in QUERIES:
        answer = await tool.call("GET", f"/api/listings?{query}")
        assert answer.status == 422, answer.text
        assert list(answer.said["error"]["fields"]) == [query.partition("=")[0]]
    assert (await tool.call("GET", "/api/listings?pod_id=x")).status == 422


async def test_refusals_are_in_the_language_that_was_wished_for(elm: House) -> None:
    tool = elm.tool_of("Ana")
    body = {"type": "need", "category": "food"}
    said = {
        tag: (await tool.call("POST", "/api/listings", body, Accept_Language=tag)).said["error"]
        for tag in ("en", "es")
    }
    assert said["en"]["code"] == said["es"]["code"] == "invalid"
    assert said["en"]["fields"]["title"] == "The title is needed."
    assert said["es"]["fields"]["title"] != said["en"]["fields"]["title"]


async def test_changes_are_bounded_in_a_minute_and_looking_is_not(elm: House) -> None:
    tool = elm.tool_of("Ana")
    for _ in range(70):
        answer = await tool.call("POST", "/api/listings", b"{}")
    assert (answer.status, answer.said["error"]["code"]) == (429, "too_often")
    assert int(answer.headers["retry-after"]) > 0
    assert (await tool.call("GET", "/api/listings")).status == 200


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def test_a_body_is_as_deep_as_is_said_and_no_deeper() -> None:
    assert object_in(nested(MAX_DEPTH))
    with pytest.raises(ValueError, match="too deep"):
        object_in(nested(MAX_DEPTH + 1))
    assert object_in(b'{"a": "' + b"[" * 100 + b'\\"]"}')


def test_a_number_is_as_long_as_is_said_and_no_longer() -> None:
    assert object_in(b'{"a": -9999999999999999}')
    with pytest.raises(ValueError, match="huge"):
        object_in(b'{"a": 10000000000000000}')


async def test_listing_is_changed_by_whose_it_is_and_by_stewards(elm: House) -> None:
    ana, bo, cy = elm.tool_of("Ana"), elm.tool_of("Bo"), elm.tool_of("Cy")
    rid = (await bo.call("POST", "/api/listings", SOUP % b"")).said["rid"]
    at = f"/api/listings/{rid}"
    for method, path, body in (
        ("PATCH", at, {"title": "Mine"}),
        ("DELETE", at, None),
        ("POST", f"{at}/pause", None),
        ("POST", f"{at}/renew", {}),
    ):
        refused = await cy.call(method, path, body)
        assert (refused.status, refused.said["error"]["code"]) == (403, "not_allowed"), method
    changed = await ana.call("PATCH", at, {"title": "Soup for all"})
    assert changed.said["title"] == "Soup for all"
    assert (await cy.call("GET", "/api/log")).said["items"][0]["what"] == "listing_changed"


def values(depth: int) -> Any:
    plain = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text()
    if depth == 1:
        return plain
    deeper = values(depth - 1)
    return plain | st.lists(deeper, max_size=3) | st.dictionaries(st.text(), deeper, max_size=3)


@given(st.dictionaries(st.text(), values(MAX_DEPTH), max_size=4))
def test_whatever_fits_is_read_as_it_is(value: dict[str, Any]) -> None:
    assert object_in(json.dumps(value).encode()) == value
    assert object_in(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\ 0a').map(str.encode))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    try:
        found = object_in(body)
    except ValueError:
        return
    assert json.loads(body) == found

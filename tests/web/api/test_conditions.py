"""ETag, If-None-Match and If-Match: nothing is sent twice for nothing, and no change is lost."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from node.web.api.table import OPERATIONS, READING
from protocol.aid.house.rights import MACHINE, Role
from tests.web.api.life_outside import SOUP
from tests.web.visiting import Answer, House, Visitor, house

KEPT: Final = "private, no-cache"


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def read(tool: Visitor, path: str, **headers: str) -> tuple[str, Answer]:
    """Return the tag of an answer, and the answer."""
    answer = await tool.call("GET", path, **headers)
    return answer.headers.get("etag", ""), answer


async def test_what_a_program_has_is_not_sent_again_until_it_changes(elm: House) -> None:
    tool = elm.tool_of("Ana")
    tag, first = await read(tool, "/api/listings")
    assert (first.headers["cache-control"], first.headers["vary"]) == (
        KEPT,
        "Authorization, Accept-Language",
    )
    for said in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        _, same = await read(tool, "/api/listings", If_None_Match=said)
        assert (same.status, same.text, same.headers["etag"]) == (304, "", tag)
        assert same.headers["cache-control"] == KEPT
    await tool.call("POST", "/api/listings", SOUP)
    for said in (tag, '"other"', tag.strip('"'), "x" * 500):
        _, now = await read(tool, "/api/listings", If_None_Match=said)
        assert (now.status, now.headers["etag"] != tag) == (200, True)
        assert "Soup" in now.text


async def test_tag_of_another_tells_nothing(elm: House) -> None:
    """It fits what one's own member is sent, and nothing else; who may not read learns nothing."""
    ana, bo = elm.tool_of("Ana"), elm.tool_of("Bo")
    gil = elm.tool_of("Gil", Role.GUEST)
    at = f"/api/people/{elm.pod.people.find(MACHINE, 'Bo').id.hex()}"
    email = {"type": "email", "value": "bo@example.org", "on_screen": "stewards"}
    await bo.call("PATCH", "/api/me", {"contacts": [email]})
    of_ana, seen = await read(ana, at)
    assert email["value"] in seen.text
    cy = elm.tool_of("Cy")
    _, by_cy = await read(cy, at, If_None_Match=of_ana)
    assert (by_cy.status, email["value"] in by_cy.text) == (200, False)
    for said in (of_ana, "*"):
        assert (await read(gil, at, If_None_Match=said))[1].status == 403
        stranger = replace(elm.stranger, token="a" * 43)
        assert (await read(stranger, at, If_None_Match=said))[1].status == 401


async def test_what_a_phone_is_sent_is_kept_nowhere(elm: House) -> None:
    tool = elm.tool_of("Ana")
    bo = elm.somebody("Bo")
    assert (await bo.get("/files/people.vcf")).headers["cache-control"] == "no-store"
    assert (await tool.call("GET", "/files/people.vcf")).headers["cache-control"] == KEPT


async def test_change_that_was_decided_on_what_is_no_more_is_refused(elm: House) -> None:
    ana, bo = elm.tool_of("Ana"), elm.tool_of("Bo")
    rid = (await bo.call("POST", "/api/listings", SOUP)).said["rid"]
    at = f"/api/listings/{rid}"
    tag, _ = await read(bo, at)
    # A steward and the member read the same, and both change it.
    done = await ana.call("PATCH", at, {"title": "Soup for all"}, If_Match=tag)
    assert done.status == 200
    for method, path, body in (
        ("PATCH", at, {"title": "Mine"}),
        ("POST", f"{at}/pause", None),
        ("DELETE", at, None),
    ):
        for said in (tag, f"W/{tag}", '"other"', "no tag", "x" * 500):
            refused = await bo.call(method, path, body, If_Match=said)
            assert (refused.status, refused.said["error"]["code"]) == (412, "conflict"), said
    now, shown = await read(bo, at)
    assert (shown.said["title"], shown.said["state"]) == ("Soup for all", "open")
    weak = await bo.call("PATCH", at, {"title": "Mine"}, If_Match=f"W/{now}")
    assert weak.status == 412
    assert (await bo.call("POST", f"{at}/pause", If_Match=now)).status == 200
    assert (await bo.call("PATCH", at, {"title": "Mine"}, If_Match="*")).status == 200
    assert (await bo.call("DELETE", at, If_Match=(await read(bo, at))[0])).status == 200
    assert (await bo.call("PATCH", at, {"title": "Mine"}, If_Match="*")).status == 404


async def test_condition_on_what_nobody_reads_is_never_passed_over(elm: House) -> None:
    tool = elm.tool_of("Ana")
    for path, body in (
        ("/api/devices/code", None),
        ("/api/nearby", {}),
        ("/api/neighbours/accept", {"text": "x"}),
    ):
        for said in ("*", '"x"'):
            refused = await tool.call("POST", path, body, If_Match=said)
            assert refused.status == 412, path
            assert "If-Match" in refused.text
    assert elm.pod.pairing.look() is None


async def test_condition_is_judged_after_the_rights(elm: House) -> None:
    elm.tool_of("Ana")
    bo = elm.tool_of("Bo")
    refused = await bo.call("PATCH", "/api/settings", {"name": "Mine"}, If_Match='"x"')
    assert refused.status == 403


def test_whatever_is_changed_in_part_can_be_read_first() -> None:
    readings: dict[str, Any] = {
        line.path: READING[line.method, line.path] for line in OPERATIONS if line.method == "PATCH"
    }
    assert len(readings) > 10
    assert {path: it and it.path for path, it in readings.items()} == {it: it for it in readings}

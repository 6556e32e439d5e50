"""Which language a visitor reads (RFC 9110 §12.5.4)."""

import pytest
from aiohttp.test_utils import make_mocked_request

from node.web.view import LANGUAGE, accepted, language_of, region_of


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", []),
        ("es", ["es"]),
        ("en;q=0.5, es-MX", ["es-mx", "en"]),
        ("de, en;q=0.8, es;q=0.9", ["de", "es", "en"]),
        ("en;q=0, es", ["es"]),
        ("en;q=much, es", ["es"]),
        (";;;,,,", []),
    ],
)
def test_best_wish_is_first(header: str, tags: list[str]) -> None:
    assert accepted(header) == tags


def test_header_of_any_length_is_read_in_part() -> None:
    assert len(accepted(", ".join(f"a{n}" for n in range(10_000)))) <= 10


@pytest.mark.parametrize(
    ("header", "cookie", "found"),
    [
        ("en-US,en;q=0.9", "", ("en", "en-us")),
        ("es-MX, en-US;q=0.5", "", ("es", "es-mx")),
        ("es-MX, en-US;q=0.5", "en", ("en", "en-us")),
        ("de", "", ("en", "en")),
        ("en-" + "x" * 30, "", ("en", "en")),
        ("eng-US, en", "", ("en", "en")),
    ],
)
def test_days_are_said_as_where_the_phone_is_from(
    header: str, cookie: str, found: tuple[str, str]
) -> None:
    headers = {"Accept-Language": header, "Cookie": f"{LANGUAGE}={cookie}"}
    request = make_mocked_request("GET", "/", headers=headers)
    language = language_of(request, ["en", "es"])
    assert (language, region_of(request, language)) == found

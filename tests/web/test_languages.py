"""Which language a visitor reads (RFC 9110 §12.5.4)."""

import pytest

from node.web.view import accepted


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

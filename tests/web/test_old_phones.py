"""Nothing in style and script breaks a page on a phone of 2016 (docs/pages.md §9)."""

import re
from importlib.resources import files

import pytest

from tests.web.old_phones import Rule, rules_of, unknown_in

STATIC = files("node.web") / "static"
STYLE = (STATIC / "style.css").read_text("utf-8")
LATER_SCRIPT = (
    r"\basync\b|\bawait\b|\?\.|\?\?|\.\.\.|\*\*|\bcatch\s*\{|#\w+\s*[=(;]|replaceChildren|\.append\("
    r"|\.finally\(|AbortController|\.at\(|Object\.(entries|fromEntries)|\.flat\(|\.closest\("
)
"""Words of script that came after 2016; in a browser that cannot read one, nothing of it runs."""


def test_style_has_only_what_old_phones_know_or_do_not_miss() -> None:
    rules = list(rules_of(STYLE))
    assert len(rules) > 150
    assert [(rule.selectors, unknown_in(rule)) for rule in rules if unknown_in(rule)] == []


@pytest.mark.parametrize(
    "planted",
    [
        "a { inset: 0 }",
        "a { margin-inline-end: 1rem }",
        "ul { display: flex; gap: 1rem }",
        "ul { display: grid }",
        "a { width: min(2rem, 100%) }",
        "a { color: light-dark(#000, #fff) }",
        "p:has(a), q { color: #000 }",
        "a:focus, a:focus-visible { color: #000 }",
        ":is(h2, h3) { color: #000 }",
        "@container (min-width: 3rem) { a { color: #000 } }",
        "@media (width > 3rem) { a { color: #000 } }",
    ],
)
def test_what_would_break_there_is_found(planted: str) -> None:
    assert [it for rule in rules_of(planted) for it in unknown_in(rule)]


def test_sheet_is_read_as_browsers_do() -> None:
    assert list(rules_of("/* a{} */ @media print { a, b { top: 0; left: 1px } } i { top: 0 }")) == [
        Rule(("@media print",), ("a", "b"), (("top", "0"), ("left", "1px"))),
        Rule((), ("i",), (("top", "0"),)),
    ]


def test_script_has_only_what_old_phones_read() -> None:
    script = re.sub(r"//.*", "", (STATIC / "live.js").read_text("utf-8"))
    assert re.findall(LATER_SCRIPT, script) == []
    assert re.search(LATER_SCRIPT, "async function renew() {}")

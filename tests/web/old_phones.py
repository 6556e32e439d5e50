"""What a browser of 2016 knows of the style sheet: Chrome 50 (Android 6), Safari 10, Firefox 52.

They skip a declaration whose property or value they do not know, and a whole rule if one of its
selectors is new to them. So all that is new stands in @supports, or here with what people see
without it.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_WORDS: Final = """
    align-items background border border-bottom border-bottom-left-radius
    border-bottom-right-radius border-collapse border-color border-radius border-top
    border-top-left-radius border-top-right-radius border-width bottom box-shadow box-sizing clip
    color content cursor display fill flex flex-direction flex-wrap font font-family font-size
    font-weight height
    hyphens justify-content left letter-spacing line-height list-style margin margin-bottom
    margin-left margin-right margin-top max-width min-height min-width outline outline-offset
    overflow padding padding-bottom padding-left padding-right padding-top page-break-after
    page-break-inside position resize right stroke stroke-dasharray stroke-linecap stroke-linejoin
    stroke-width text-align text-anchor text-decoration text-transform top vertical-align
    white-space width word-wrap z-index -webkit-hyphens -webkit-text-size-adjust
    -webkit-user-select"""
KNOWN: Final = frozenset(_WORDS.split())
WITHOUT: Final = {
    "accent-color": "ticks have the browser's own colour",
    "break-after": "page-break-after stands beside it",
    "break-inside": "page-break-inside stands beside it",
    "color-scheme": "there is no dark mode in which fields would be light",
    "overflow-wrap": "word-wrap stands beside it",
    "scroll-behavior": "it jumps",
    "scroll-margin-top": "it stops at the very edge",
    "text-underline-offset": "the line is a little nearer",
    "text-wrap": "headings break where they are full",
    "user-select": "-webkit-user-select stands beside it",
}
"""Properties that are new, to what people see without them."""
NEW_SELECTORS: Final = {
    ":focus-visible": "the browser's own ring, on whatever has the focus",
    ":has": "what is ticked has its tick, and no tint around it",
}
KNOWN_SELECTORS: Final = frozenset(
    [
        ":root",
        "::before",
        "::after",
        "::first-letter",
        ":focus",
        ":target",
        ":hover",
        ":not",
        ":empty",
        ":checked",
        ":first-child",
        ":last-child",
    ]
)
KNOWN_FUNCTIONS: Final = frozenset(["var", "calc", "rect", "attr"])
CONDITIONS: Final = frozenset(
    ["max-width", "min-width", "prefers-color-scheme", "prefers-reduced-motion"]
)
"""What a question for a screen may ask; the last two are answered no."""
IN_GRID: Final = frozenset(["grid-template-columns", "grid-gap"])
GRID: Final = "@supports (display: grid)"


class Rule(NamedTuple):
    """One rule of a sheet. around: the at-rules that it stands in, the outermost first."""

    around: tuple[str, ...]
    selectors: tuple[str, ...]
    declarations: tuple[tuple[str, str], ...]


def rules_of(sheet: str, around: tuple[str, ...] = ()) -> Iterator[Rule]:
    """Read a style sheet; rules within at-rules name these."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    while match := re.search(r"([^{}]+)\{", sheet):
        depth, at = 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(sheet[at], 0)
            at += 1
        head, body, sheet = match[1].strip(), sheet[match.end() : at - 1], sheet[at:]
        if head.startswith("@"):
            yield from rules_of(body, (*around, head))
        else:
            yield Rule(around, tuple(map(str.strip, head.split(","))), tuple(_declared(body)))


def _declared(body: str) -> Iterator[tuple[str, str]]:
    for each in filter(None, map(str.strip, body.split(";"))):
        name, _, value = each.partition(":")
        yield name.strip(), value.strip()


def unknown_in(rule: Rule) -> list[str]:
    """Return what an old browser would stumble over in a rule, and for which nothing is said."""
    has_grid = GRID in rule.around
    known = KNOWN | WITHOUT.keys() | (IN_GRID if has_grid else set())
    found = [
        name for name, _ in rule.declarations if name not in known and not name.startswith("--")
    ]
    for name, value in rule.declarations:
        functions = set(re.findall(r"([\w-]+)\(", value))
        in_grid = {"repeat", "minmax"} if has_grid else set()
        found += [f"{it}()" for it in functions - KNOWN_FUNCTIONS - in_grid]
        found += [f"{name}: {value}"] * (not has_grid and (name, value) == ("display", "grid"))
    pseudos = [set(re.findall(r"::?[a-z-]+", it)) for it in rule.selectors]
    new = [bool(it & NEW_SELECTORS.keys()) for it in pseudos]
    found += ["one new selector of several takes the rule with it"] * (any(new) and not all(new))
    for each in pseudos:
        found += each - KNOWN_SELECTORS - NEW_SELECTORS.keys()
    for at in rule.around:
        asked = set(re.findall(r"\(([\w-]+)", at)) - CONDITIONS - {"display"}
        kind = at.split()[0]
        found += [at] * (bool(asked) or kind not in ("@media", "@supports"))
    return found


def as_it_is_read(sheet: str) -> str:
    """Return what an old browser, one without a grid, makes of a sheet."""
    kept = []
    for rule in rules_of(sheet):
        if any("supports" in it or "prefers" in it or "print" in it for it in rule.around):
            continue
        if any(new in it for it in rule.selectors for new in NEW_SELECTORS):
            continue
        body = "; ".join(
            f"{name}: {value}" for name, value in rule.declarations if name not in WITHOUT
        )
        text = f"{', '.join(rule.selectors)} {{ {body} }}"
        for at in reversed(rule.around):
            text = f"{at} {{ {text} }}"
        kept.append(text)
    return "\n".join(kept)

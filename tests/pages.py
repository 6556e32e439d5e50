"""The documents as the tests read them: sections, tables, fenced examples, links."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text("utf-8")

_FENCE = re.compile(r"^```.*?^```$", re.M | re.S)


def section(number: str) -> str:
    """Return the text of a numbered section of the protocol, its subsections included."""
    level = "#" * (2 + number.count("."))
    heading = rf"^{level} {re.escape(number)}\.? .*?$"
    found = re.search(rf"{heading}(.*?)(?=^#{{2,{len(level)}}} |\Z)", PROTOCOL, re.M | re.S)
    assert found is not None, f"no section {number}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """Return the cells of all table rows in text, as written."""
    lines = [line.strip() for line in text.splitlines()]
    tables = [line for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in line[1:].removesuffix("|").split("|")] for line in tables]


def named_rows(text: str) -> dict[str, list[str]]:
    """Return the other cells of each row that begins with one name in backticks."""
    found = ((re.fullmatch(r"`(\w+)`", row[0]), row[1:]) for row in rows(text))
    return {name[1]: cells for name, cells in found if name}


def fenced(text: str) -> list[tuple[str, str, str]]:
    """Return (kind, name, content) of each fenced block that says what it is."""
    found = re.findall(r"^```([\w-]+) ?(\w*)\n(.*?)^```$", text, re.M | re.S)
    return [(kind, name, content.strip()) for kind, name, content in found]


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.*)$", _FENCE.sub("", text), re.M)


def section_numbers(text: str) -> set[str]:
    return {found[1] for it in headings(text) if (found := re.match(r"([\d.]*\d)\b", it))}


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text))


def links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text("utf-8")))


def is_broken(page: Path, link: str) -> bool:
    """Tell whether an internal link of page leads nowhere."""
    where, _, part = link.partition("#")
    target = (page.parent / where).resolve() if where else page
    if not target.exists():
        return True
    return bool(part) and part not in map(_anchor, headings(target.read_text("utf-8")))


def _anchor(heading: str) -> str:
    """Return the anchor that a forge gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")

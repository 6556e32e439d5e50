"""The tables of docs/api.md, read off the code and off the table of reasons.

`python -m tests.web.api.pages` writes it anew; a test compares.
"""

import re
from itertools import groupby
from pathlib import Path
from typing import Final

from node.web.api.operation import Operation
from node.web.api.table import OPERATIONS
from protocol.aid.house.rights import RIGHTS, Role
from tests.web.api.same import NOT_FOR_PROGRAMS

PAGE: Final = Path(__file__).parents[3] / "docs" / "api.md"


def written(page: str) -> str:
    """Return the page with its tables as the code has it."""
    head = "| operation | for | |\n|---|---|---|\n"
    table = head + "".join(
        f"| `{line.method} {line.path}` | {who(line)} | {line.summary} |\n"
        for _, lines in groupby(OPERATIONS, key=lambda it: it.area)
        for line in lines
    )
    reasons = "| page | why there is no operation |\n|---|---|\n" + "".join(
        f"| `POST {path}` | {why} |\n" for path, why in NOT_FOR_PROGRAMS.items()
    )
    return _between("not for programs", reasons, _between("operations", table, page))


def _between(name: str, text: str, page: str) -> str:
    """Return the page with a text in the place of that name."""
    return re.sub(
        rf"<!-- {name} -->\n.*?<!-- end -->",
        lambda _: f"<!-- {name} -->\n{text}<!-- end -->",
        page,
        flags=re.DOTALL,
    )


def who(line: Operation) -> str:
    """Return who may, as the page says it."""
    roles = RIGHTS[line.may]
    if Role.GUEST in roles:
        return "all"
    return "members" if Role.MEMBER in roles else "stewards"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")

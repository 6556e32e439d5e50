"""The table of operations in docs/api.md, read off the code.

`python -m tests.web.api.pages` writes it anew; a test compares.
"""

import re
from itertools import groupby
from pathlib import Path
from typing import Final

from node.web.api.operation import Operation
from node.web.api.table import OPERATIONS
from protocol.aid.house.rights import RIGHTS, Role

PAGE: Final = Path(__file__).parents[3] / "docs" / "api.md"


def written(page: str) -> str:
    """Return the page with its table as the code has it."""
    head = "| operation | for | |\n|---|---|---|\n"
    table = head + "".join(
        f"| `{line.method} {line.path}` | {who(line)} | {line.summary} |\n"
        for _, lines in groupby(OPERATIONS, key=lambda it: it.area)
        for line in lines
    )
    return re.sub(
        r"<!-- operations -->\n.*?<!-- end -->",
        lambda _: f"<!-- operations -->\n{table}<!-- end -->",
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

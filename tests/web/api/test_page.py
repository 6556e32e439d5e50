"""The examples of docs/api.md, done: each request of the page is sent, and answered as it says."""

import re
import shlex
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.web.api.pages import PAGE
from tests.web.visiting import Answer, House, Visitor, house

_EXAMPLE: Final = re.compile(r"^    \$ curl (.*)\n((?:    [^$\n].*\n)*)", re.MULTILINE)


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def examples() -> Iterator[tuple[str, str]]:
    """Yield each request of the page with what it says comes back."""
    for found in _EXAMPLE.finditer(PAGE.read_text("utf-8")):
        yield found[1], "".join(line[4:] for line in found[2].splitlines())


async def sent(tool: Visitor, said: str) -> Answer:
    """Do as curl does, as far as the page uses it."""
    method, body, is_signed, path = "GET", None, False, ""
    words = iter(shlex.split(said))
    for word in words:
        match word:
            case "-s":
                pass
            case "-H":
                assert next(words) == "$AUTH"
                is_signed = True
            case "--json":
                method, body = "POST", next(words).encode()
            case _:
                assert word.startswith("$POD/")
                path = word.removeprefix("$POD")
    shown = {} if is_signed else {"Authorization": ""}
    return await tool.call(method, path, body, **shown)


async def test_examples_of_the_page_come_out_as_it_says(elm: House) -> None:
    tool = elm.tool_of("Rosa")
    done = 0
    for said, expected in examples():
        answer = await sent(tool, said)
        pattern = ".*".join(re.escape(part) for part in expected.split("..."))
        assert re.fullmatch(pattern, answer.text.strip(), re.DOTALL), (said, answer.text)
        done += 1
    assert done > 5

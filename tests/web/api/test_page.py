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

_PRINTED: Final = {"%header{etag}": "{etag}", "%{http_code}": "{status}"}


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def examples() -> Iterator[tuple[str, str]]:
    """Yield each request of the page with what it says comes back."""
    for found in _EXAMPLE.finditer(PAGE.read_text("utf-8")):
        yield found[1], "".join(line[4:] for line in found[2].splitlines())


async def sent(tool: Visitor, said: str, tag: str) -> tuple[Answer, str]:
    """Do as curl does, as far as the page uses it; return what it prints too. tag: $TAG."""
    method, body, path, printed = "GET", None, "", "{text}"
    headers = {"Authorization": ""}
    words = iter(shlex.split(said))
    for word in words:
        match word:
            case "-s":
                pass
            case "-o":
                next(words)
                printed = ""
            case "-w":
                printed += _PRINTED[next(words)]
            case "-H":
                name, _, value = next(words).replace("$TAG", tag).partition(": ")
                if name == "$AUTH":
                    headers.pop("Authorization")
                else:
                    headers[name] = value
            case "-X":
                method = next(words)
            case "--json":
                method, body = "POST" if method == "GET" else method, next(words).encode()
            case _:
                assert word.startswith("$POD/")
                path = word.removeprefix("$POD")
    answer = await tool.call(method, path, body, **headers)
    etag = answer.headers.get("etag", "")
    return answer, printed.format(text=answer.text.strip(), etag=etag, status=answer.status)


async def test_examples_of_the_page_come_out_as_it_says(elm: House) -> None:
    tool = elm.tool_of("Rosa")
    done, tag = 0, ""
    for said, expected in examples():
        answer, printed = await sent(tool, said, tag)
        if "%header{etag}" in said:
            tag = answer.headers["etag"]
        pattern = ".*".join(re.escape(part) for part in expected.split("..."))
        assert re.fullmatch(pattern, printed, re.DOTALL), (said, printed)
        done += 1
    assert done > 5

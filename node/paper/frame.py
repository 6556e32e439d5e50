"""What all sheets share: paper, size of letters, date and version, and one file for everything."""

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from markupsafe import Markup

from node import VERSION
from node.paper.job import Job
from node.words import templates
from protocol.clock import ClockState

MIN_PT: Final = 11
"""No letter is smaller; on large print none is smaller than MIN_LARGE_PT."""
MIN_LARGE_PT: Final = 16
MARK: Final = "mutualpod sheet"
"""Says in a file that it is one of ours and may be written over."""


class Printed(NamedTuple):
    """One sheet, ready. contents: a short code that is the same where the sheet says the same.

    left_out: for who prints, what is not on it and how it would be; empty if nothing is missing.
    """

    html: str
    contents: str
    left_out: str = ""


def is_a_sheet(file: Path) -> bool:
    """Tell whether a file was printed by a pod, and may be written over by the next one."""
    with file.open("rb") as content:
        return MARK.encode() in content.read(2048)


def framed(job: Job, sheet: str, title: str, said: Mapping[str, object]) -> Printed:
    """Return the whole file of a sheet. sheet: name of its template; said: what that shows."""
    env, style, pod, now = templates(__package__), job.style, job.pod.name, job.pod.now()
    body = env.get_template(f"{sheet}.html").render(
        words=style.words, large=style.large, title=title, pod=pod, **said
    )
    contents = _code_of(f"{pod}\n{title}\n{body}")
    # Without a clock that somebody believes, the day is for a pen.
    moment = None if now.state is ClockState.UNSET else local(now.wall_ms)
    html = env.get_template("frame.html").render(
        words=style.words,
        body_style=f"{sheet}.css",
        body=Markup(body),  # noqa: S704  # Jinja has just escaped it
        contents=contents,
        foot=_css_text(" · ".join([pod, title, contents])),
        large=style.large,
        mark=MARK,
        min_pt=MIN_LARGE_PT if style.large else MIN_PT,
        moment=moment,
        paper=style.paper.value,
        pod=pod,
        sheet=sheet,
        title=title,
        version=VERSION,
    )
    return Printed(html, contents, str(said.get("left_out", "")))


def local(at_ms: int) -> datetime:
    """Return a Unix time as the clock on the wall shows it."""
    return datetime.fromtimestamp(at_ms / 1000).astimezone()


def _code_of(text: str) -> str:
    """Return six letters and digits, enough to tell two states of one sheet apart by eye."""
    letters = base64.b32encode(sha256(text.encode()).digest()).decode("ascii")
    return f"{letters[:3]}-{letters[3:6]}"


def _css_text(text: str) -> Markup:
    """Return text as a string of CSS, every letter that could mean something by its number."""
    safe = re.sub(r"[^A-Za-z0-9 .,-]", lambda found: f"\\{ord(found[0]):x} ", text)
    return Markup(f'"{safe}"')  # noqa: S704  # no letter of HTML or CSS is left in it

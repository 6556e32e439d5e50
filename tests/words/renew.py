"""Brings each catalogue up to what code and templates say now: `python -m tests.words.renew`.

Messages that are new come without a translation, those that nobody says any more go, the order
is the alphabet's; so two people who add words seldom meet on one line.
"""

import io
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from node.words.catalogue import catalogues, is_said, read_catalogue
from tests.pages import ROOT

FOLDER = ROOT / "node" / "words"


@cache
def said() -> Catalog:
    """Return every message that code and templates say, and where, by rules in pyproject.toml."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "messages.pot"
        tool = (sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract")
        rules = ("--mapping-file", "pyproject.toml", "--output-file", str(file))
        subprocess.run([*tool, *rules, "."], cwd=ROOT, check=True)
        return read_catalogue(file.read_bytes())


def renewed(content: bytes, messages: Catalog) -> bytes:
    """Return a catalogue's file with exactly these messages, under the header that it had."""
    header, _, _ = content.partition(b"\n\n")
    old, new = read_catalogue(content), Catalog(charset="utf-8")
    for message in messages:
        if message.id:
            known = old.get(message.id, message.context)
            new.add(
                message.id,
                string=known.string if known else None,
                flags=message.flags,
                auto_comments=message.auto_comments,
                user_comments=known.user_comments if known else (),
                context=message.context,
            )
    body = io.BytesIO()
    write_po(body, new, width=100, omit_header=True, sort_output=True)
    return header + b"\n\n" + body.getvalue()


def main() -> None:
    messages = said()
    for tag in catalogues():
        path = FOLDER / f"{tag}.po"
        path.write_bytes(renewed(path.read_bytes(), messages))
        missing = [it.id for it in read_catalogue(path.read_bytes()) if it.id and not is_said(it)]
        print(f"{path.name}: {len(missing)} without a translation", *missing, sep="\n  ")


if __name__ == "__main__":
    main()

"""Searching words: what is shown has its words in a full-text index beside its table.

Spec: docs/kinds.md §1.7. Found whatever case and accents, by the beginning of a word from four
letters on, all words that were asked for. A category is found by its names in English and
Spanish too, and by the words that people use for it, whatever the language of what was posted.
"""

import json
import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Final, NamedTuple

from protocol.aid.categories import CATEGORIES
from protocol.aid.category_words import WORDS
from protocol.aid.fields import fold

MAX_ASKED: Final = 200
"""Characters of one search that are read: two lines on a phone."""
MAX_WORDS: Final = 12
"""Words of one search; each costs a look into the index. What is beyond is not asked for."""
BEGINNING: Final = 4
"""Letters from which a word is taken for the beginning of one: shorter ones begin half of all."""
SETTLED_PAGES: Final = 500
"""Pages of 4 KB merged in one turn, an hour apart: a town's index is merged within a night."""
FEW: Final = 400
"""Found rows that are sorted as they are. Of more, the newest are picked by the table's own order:
sorting half a board to show a page of it takes longer."""
_NOT_ALONE: Final = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff])"
)
"""Letters of scripts that put no blank between words: each is indexed as a word of its own."""

_BEYOND: Final = re.compile(r"[^\x00-\x7f]")
_WORD: Final = re.compile(r"[a-z0-9]+")
_LETTER: Final = re.compile(r"u[0-9a-f]{5}")
_FILED: Final = re.compile(r"[a-z-]{1,40}")

Condition = tuple[str, Sequence[object]]


class WordIndex:
    """The index of one table (number, words, ...). It has no copy of the words, nor their order.

    key: columns of the slot. Triggers would keep it by themselves, but ours may not touch virtual
    tables: a file that somebody brought is not trusted with code (trusted_schema).
    """

    def __init__(self, table: str, key: Sequence[str]) -> None:
        self.table, self.name = table, f"{table}_words"
        at = " AND ".join(f"{column} = ?" for column in key)
        self._newest = f"SELECT ifnull(max(number), 0) FROM {table}"  # noqa: S608  # names are ours
        self._learn = (
            f"INSERT INTO {self.name} (rowid, words)"  # noqa: S608  # as above
            f" SELECT number, words FROM {table} WHERE number > ?"
        )
        self._found = f"SELECT rowid FROM {self.name} WHERE {self.name} MATCH ? LIMIT ?"  # noqa: S608
        self._forget = (
            f"INSERT INTO {self.name} ({self.name}, rowid, words)"  # noqa: S608  # as above
            f" SELECT 'delete', number, words FROM {table} WHERE {at}"
        )

    @property
    def made(self) -> str:
        """The statement that makes it, knowing nothing."""
        return (
            f"CREATE VIRTUAL TABLE {self.name} USING fts5 (words, content = '{self.table}',"
            " content_rowid = 'number', tokenize = \"ascii tokenchars '_'\", detail = 'none',"
            " columnsize = 0)"
        )

    @property
    def learn_all(self) -> str:
        """The statement by which it knows every row that the table has."""
        return f"INSERT INTO {self.name} ({self.name}) VALUES ('rebuild')"  # noqa: S608

    def forget(self, connection: sqlite3.Connection, keys: Iterable[Sequence[object]]) -> None:
        """Take the rows in these slots out, while the table still has them."""
        connection.executemany(self._forget, keys)

    @contextmanager
    def learning(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Take in all rows that are written meanwhile: each gets a number above all others.

        In one statement, as FTS5 writes what it has gathered at the end of each.
        """
        (newest,) = connection.execute(self._newest).fetchone()
        yield
        connection.execute(self._learn, (newest,))

    def settle(self, connection: sqlite3.Connection) -> None:
        """Merge a bounded part of what the index gathered; what was taken out leaves the file so.

        Until then FTS5 keeps the words of a row that is gone, though not their order.
        """
        connection.execute(
            f"INSERT INTO {self.name} ({self.name}, rank) VALUES ('merge', ?)",  # noqa: S608
            (-SETTLED_PAGES,),
        )

    def holding(
        self, connection: sqlite3.Connection, asked: str, filed_under: Collection[str] = ()
    ) -> list[Condition]:
        """Return conditions that lead to the rows with all words asked for, so filed.

        To few rows by the index. Where many are, a page is full before a fraction of the table
        is read in its own order, and each row tells its words; what it is filed under, by the
        condition that the caller has in any case.
        """
        wanted = _read(asked)
        if wanted is None and not filed_under:
            return []
        if (wanted and not wanted.words) or not all(map(_FILED.fullmatch, filed_under)):
            return [("0", ())]
        parts = [f'"{_mark(it)}"' for it in filed_under]
        parts += [f"({wanted.expression()})"] if wanted else []
        few = connection.execute(self._found, (" AND ".join(parts), FEW + 1)).fetchall()
        if len(few) > FEW:
            return [wanted.condition()] if wanted else []
        return [
            ("number IN (SELECT value FROM json_each(?))", (json.dumps([it[0] for it in few]),))
        ]


def index_text(texts: Iterable[str], filed_under: Iterable[str] = ()) -> str:
    """Return what is indexed of these texts, filed under these words: words of ASCII.

    One blank around each, so that SQL sees where it begins and ends.
    """
    words = _WORD.findall(_in_ascii(fold("\n".join(texts))))
    return f" {' '.join([*words, *map(_mark, filed_under)])} "


def expression(asked: str) -> str | None:
    """Return a search in the language of FTS5; "" if nothing can fit, None if nothing is asked.

    Whatever was typed, it comes out as letters and digits of ASCII in quotation marks.
    """
    wanted = _read(asked)
    return wanted and wanted.expression()


class _Asked(NamedTuple):
    """What a person looks for: all words, or what is filed under what they mean together."""

    words: list[str]
    meant: str | None

    def expression(self) -> str:
        """Return it in the language of FTS5."""
        each = " AND ".join(f"({_one(word)})" for word in self.words)
        return f'({each}) OR "{_mark(self.meant)}"' if self.meant else each

    def condition(self) -> Condition:
        """Return it as a condition on a row's own words.

        For what many rows have: of those a page is full before the index has named them all.
        """
        parts = [_has(word) for word in self.words]
        condition = " AND ".join(f"({part})" for part, _ in parts)
        values = [value for _, several in parts for value in several]
        if self.meant is None:
            return f"({condition})", values
        return f"({condition} OR instr(words, ?))", [*values, f" {_mark(self.meant)} "]


def _read(asked: str) -> _Asked | None:
    folded = fold(asked[:MAX_ASKED])
    if not folded.split():
        return None
    words = _WORD.findall(_in_ascii(folded))[:MAX_WORDS]
    return _Asked(words, _meant().get(" ".join(words)) if len(words) > 1 else None)


def _one(word: str) -> str:
    """Return what finds a word, or what is filed under the category that it means."""
    meant = _meant().get(word)
    begins = "*" if _may_begin(word) else ""
    return f'"{word}"{begins}' + (f' OR "{_mark(meant)}"' if meant else "")


def _has(word: str) -> Condition:
    """Return the same as a condition on words."""
    values = [f" {word}" if _may_begin(word) else f" {word} "]
    if meant := _meant().get(word):
        values.append(f" {_mark(meant)} ")
    return " OR ".join(["instr(words, ?)"] * len(values)), values


def _may_begin(word: str) -> bool:
    return len(word) >= BEGINNING and not _LETTER.fullmatch(word)


def _mark(filed_under: str) -> str:
    """Return the word that stands in the index for a category or topic: nobody can type it."""
    return f"_{filed_under.replace('-', '_')}"


@cache
def _meant() -> dict[str, str]:
    """What people call a category; not the one for all else, whose names say nothing."""
    said = [(id_, name) for id_, name in CATEGORIES.items()]
    said += [(id_, id_) for id_ in CATEGORIES]
    said += [(id_, word) for id_, words in WORDS.items() for word in words.split(", ")]
    return {" ".join(_WORD.findall(fold(word))): id_ for id_, word in said if id_ != "other"}


def _in_ascii(folded: str) -> str:
    """Return text whose words FTS5 tells apart as we do, by whatever Unicode it was built.

    A letter beyond ASCII becomes its number, always as long, so that a beginning stays one. What
    blanks do not part, in the scripts that have none, is a word for each letter.
    """
    said = folded.replace("_", " ")
    if said.isascii():
        return said
    return _BEYOND.sub(_number, _NOT_ALONE.sub(r" \1 ", said))


def _number(found: re.Match[str]) -> str:
    char = found[0]
    is_letter = char.isalnum() or unicodedata.category(char).startswith("M")
    return f"u{ord(char):05x}" if is_letter else " "

"""A marker of its own in each column of each table of the house, however many there come to be.

`plant` reads the tables themselves, so a table that is added tomorrow is planted tomorrow.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from store import house

PREFIX = "zqx"
"""Begins each marker; no word of ours or of any language does."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column, as its table declares it. part: which one of a key of several columns."""

    table: str
    name: str
    type: str
    refers_to: str | None
    part: int
    choices: tuple[str, ...]
    length: int | None

    @property
    def marker(self) -> str:
        return f"{PREFIX}-{self.table}-{self.name}"

    @property
    def is_marked(self) -> bool:
        """Tell whether people can have written what stands here."""
        return self.type in ("TEXT", "BLOB") and not self.choices and self.refers_to is None

    def value(self, number: int) -> object:
        """Return a marker, or what the column's own rules allow."""
        if self.choices:
            return self.choices[0]
        if self.type == "INTEGER":
            return 1
        marker = f"{self.marker}-{number}"
        if self.type == "BLOB":
            return blob(marker, self.length)
        return marker


def blob(marker: str, length: int | None) -> bytes:
    """Return a marker as bytes of that length: a hash of it where it must fit."""
    return marker.encode() if length is None else hashlib.sha256(marker.encode()).digest()[:length]


def plant(connection: sqlite3.Connection) -> dict[str, list[bytes]]:
    """Fill every table of the house with two rows; return the markers of each column."""
    planted: dict[str, list[bytes]] = {}
    keys: dict[str, list[tuple[object, ...]]] = {}
    waiting = sorted(house.NAMES)
    while waiting:
        ready = [it for it in waiting if _referred(connection, it) <= {*keys, it}]
        assert ready, f"tables that refer to each other: {waiting}"
        for table in ready:
            _plant_table(connection, table, keys, planted)
            waiting.remove(table)
    return planted


def _referred(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[2] for row in connection.execute(f"PRAGMA foreign_key_list({table})")}


def _plant_table(
    connection: sqlite3.Connection,
    table: str,
    keys: dict[str, list[tuple[object, ...]]],
    planted: dict[str, list[bytes]],
) -> None:
    columns = list(columns_of(connection, table))
    for number in (0, 1):
        row: dict[str, object] = {}
        turn = number
        for column in columns:
            if column.refers_to is None:
                row[column.name] = column.value(number)
                if column.type == "INTEGER" and not column.choices:
                    row[column.name] = number + 1
            elif column.part:  # of the same row as the part before it
                row[column.name] = keys[column.refers_to][(turn - 1) % 2][column.part]
            else:
                row[column.name] = keys[column.refers_to][turn % 2][0]
                turn += 1  # two columns that refer to people refer to two
        if table == "house_buddies":
            row["one"], row["other"] = sorted([row["one"], row["other"]], key=bytes)  # type: ignore[call-overload]
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        connection.execute(
            f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", list(row.values())
        )
        keys.setdefault(table, []).append(tuple(row.values()))
        for column in columns:
            if column.is_marked:
                value = row[column.name]
                data = value if isinstance(value, bytes) else str(value).encode()
                planted.setdefault(f"{table}.{column.name}", []).append(data)


def columns_of(connection: sqlite3.Connection, table: str) -> Iterator[Column]:
    """Yield the columns of a table with what its CREATE TABLE says of each."""
    (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    keys = list(connection.execute(f"PRAGMA foreign_key_list({table})"))
    refers, parts = {row[3]: row[2] for row in keys}, {row[3]: row[1] for row in keys}
    for _, name, type_, *_ in connection.execute(f"PRAGMA table_info({table})"):
        choices = re.search(rf'\b"?{name}"? IN \(([^)]*)\)', sql)
        length = re.search(rf"length\({name}\) = (\d+)", sql)
        yield Column(
            table,
            name,
            type_,
            refers.get(name),
            parts.get(name, 0),
            tuple(it.strip(" '") for it in choices[1].split(",")) if choices else (),
            int(length[1]) if length else None,
        )


def found_in(data: bytes, planted: dict[str, list[bytes]]) -> set[str]:
    """Return the columns of which a marker stands in data."""
    return {column for column, markers in planted.items() if any(it in data for it in markers)}


def everything_in(folder: Path) -> bytes:
    """Return the bytes of all files in a folder: the database, its log, whatever lies there."""
    return b"".join(it.read_bytes() for it in sorted(folder.rglob("*")) if it.is_file())

"""Rows of the house's tables: a mapping of columns in, a mapping out. Lists are JSON text.

Names of tables and columns come from our own code, never from what anybody typed.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from store.database import Tx


def save(tx: Tx, table: str, row: Mapping[str, object], *, key: Sequence[str]) -> None:
    """Save a row in place of the one with the same key; what refers to it stays."""
    rest = [f'"{name}" = excluded."{name}"' for name in row if name not in key]
    update = f"UPDATE SET {', '.join(rest)}" if rest else "NOTHING"
    tx.connection.execute(
        f"{_insert(table, row)} ON CONFLICT ({', '.join(key)}) DO {update}",
        [_kept(value) for value in row.values()],
    )


def add(tx: Tx, table: str, row: Mapping[str, object]) -> int:
    """Add a row; return its number."""
    cursor = tx.connection.execute(_insert(table, row), [_kept(it) for it in row.values()])
    return int(cursor.lastrowid or 0)


def select(
    connection: sqlite3.Connection, table: str, rest: str = "", values: Sequence[object] = ()
) -> Iterator[dict[str, Any]]:
    """Yield rows as mappings. rest: what follows the table's name, with ? for values."""
    cursor = connection.execute(f"SELECT * FROM {table} {rest}", values)  # noqa: S608  # names are ours
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


def delete(tx: Tx, table: str, where: str, values: Sequence[object]) -> int:
    """Delete rows; return how many there were."""
    cursor = tx.connection.execute(f"DELETE FROM {table} WHERE {where}", values)  # noqa: S608
    return cursor.rowcount


def count(connection: sqlite3.Connection, table: str) -> int:
    """Return how many rows a table has."""
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def has(connection: sqlite3.Connection, table: str, column: str, value: object) -> bool:
    """Tell whether a table has a row with this value."""
    found = connection.execute(f'SELECT 1 FROM {table} WHERE "{column}" = ? LIMIT 1', (value,))  # noqa: S608
    return found.fetchone() is not None


def listed(text: str) -> tuple[str, ...]:
    """Return a list that was kept as JSON."""
    return tuple(json.loads(text))


def _insert(table: str, row: Mapping[str, object]) -> str:
    columns = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  # names are ours


def _kept(value: object) -> object:
    if isinstance(value, tuple | list | frozenset):
        return json.dumps(list(value), ensure_ascii=False)
    if isinstance(value, StrEnum):
        return value.value
    return int(value) if isinstance(value, bool) else value

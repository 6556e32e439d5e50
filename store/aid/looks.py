"""What somebody should look at again: told long ago, or found by others not to be so."""

import sqlite3
from typing import Final, TypeVar

from protocol.aid.body import Body
from protocol.identity import PodId
from store.aid.items import Item, numbered

B = TypeVar("B", bound=Body)


def longest_ago(
    connection: sqlite3.Connection, kind: type[B], author: PodId, before_s: int, limit: int
) -> list[Item[B]]:
    """Return an author's own of one kind that were looked at before a time, the oldest first."""
    found = connection.execute(_LONGEST_AGO, (author, kind.CODE, before_s, limit)).fetchall()
    shown = numbered(connection, kind, [number for (number,) in found])
    return [shown[number] for (number,) in found]


def doubted(connection: sqlite3.Connection, author: PodId, limit: int) -> list[str]:
    """Return what of an author's was lately found not to be so, as references.

    limit: of all that was found; several pods may have looked at one thing.
    """
    found = connection.execute(_DOUBTED, (author.hex(), limit))
    return list(dict.fromkeys(subject for (subject,) in found))


_LONGEST_AGO: Final = """
SELECT number FROM aid_item
WHERE author = ? AND kind = ? AND looked_s > 0 AND looked_s < ? ORDER BY looked_s LIMIT ?
"""
_DOUBTED: Final = """
SELECT subject FROM aid_item WHERE doubts AND substr(subject, 1, 64) = ?
  AND author NOT IN (SELECT pod_id FROM author WHERE hidden)
ORDER BY looked_s DESC LIMIT ?
"""

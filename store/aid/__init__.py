"""What the travelling kinds of mutual aid say, laid out for pages and lists.

Derived from records: everything here can be dropped and made again. Each kind has a module of
its own; this package is the store.Projection that they are together.
"""

from store.aid.listings import (
    INDEXES,
    LAYOUT,
    MAX_PAGE,
    TABLES,
    BoardItem,
    BoardQuery,
    Placed,
    Position,
    apply,
    board,
    count,
    find,
    is_current,
    rebuild,
    remove,
    show,
)

__all__ = [
    "INDEXES",
    "LAYOUT",
    "MAX_PAGE",
    "TABLES",
    "BoardItem",
    "BoardQuery",
    "Placed",
    "Position",
    "apply",
    "board",
    "count",
    "find",
    "is_current",
    "rebuild",
    "remove",
    "show",
]

"""`pod.ways`: how the pod keeps in touch, in the order in which to try. docs/house.md §2.4."""

from collections.abc import Mapping

from node.keeper import Keeper
from protocol.aid.fields import fold
from protocol.aid.form import fill
from protocol.aid.house.limits import MAX_WAYS
from protocol.aid.house.rights import STRANGER, Right, Viewer, require
from protocol.aid.house.way import Way
from protocol.errors import UserError
from store.house import ways


class Ways:
    """The ways of one pod."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper, self._store = keeper, keeper.store

    def ways(self, viewer: Viewer) -> list[Way]:
        """Return all, the one to try first first."""
        require(viewer, Right.SEE_POD)
        return ways.ways(self._store.connection)

    def public(self, viewer: Viewer = STRANGER) -> list[Way]:
        """Return those that the pod's public page may show."""
        require(viewer, Right.SEE_PUBLIC)
        return [it for it in ways.ways(self._store.connection) if it.public]

    def put(
        self,
        viewer: Viewer,
        fields: Mapping[str, object],
        *,
        place: int | None = None,
        was: str | None = None,
    ) -> Way:
        """Add a way, or change the one of that name. place: 1 is tried first; None: as it is.

        was: the name of the one that it takes the place of, if that gets another name.
        Raises UserError (invalid, conflict, not_found, over_quota, not_allowed).
        """
        require(viewer, Right.EDIT_WAYS)
        way = fill(Way, fields)
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            kept = ways.ways(tx.connection)
            at = _place_of(kept, was or way.name)
            if was is not None and at is None:
                raise _no_way(was)
            if at is None and len(kept) >= MAX_WAYS:
                raise UserError(
                    "over_quota",
                    "A pod keeps {most} ways.",
                    "pod way remove",
                    most=MAX_WAYS,
                )
            if at is not None:
                del kept[at]
            if _place_of(kept, way.name) is not None:
                raise UserError("conflict", "There is a way of that name already.")
            where = place - 1 if place is not None else at
            kept.insert(len(kept) if where is None else max(0, where), way)
            ways.put_ways(tx, kept)
        return way

    def remove(self, viewer: Viewer, name: str) -> None:
        """Take a way off the list. Raises UserError (not_found, not_allowed)."""
        require(viewer, Right.EDIT_WAYS)
        with self._store.atomic(self._keeper.now().wall_ms) as tx:
            kept = ways.ways(tx.connection)
            at = _place_of(kept, name)
            if at is None:
                raise _no_way(name)
            del kept[at]
            ways.put_ways(tx, kept)


def _place_of(kept: list[Way], name: str) -> int | None:
    wanted = fold(name.strip())
    return next((at for at, it in enumerate(kept) if fold(it.name) == wanted), None)


def _no_way(name: str) -> UserError:
    return UserError("not_found", "There is no way '{name}'.", "See: pod way list", name=name)

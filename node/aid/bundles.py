"""Bundles as people use them: for all, for one neighbour, a summary to carry the other way.

Spec: docs/protocol.md §14 (R13). For one thread; a running node notices what came.
"""

from pathlib import Path

from node import bundle_files, bundle_intake, bundles
from node.aid.card import Card
from node.bundle_files import Looked, Progress
from node.bundle_intake import Imported
from node.bundles import Alone, Exported
from node.keeper import Keeper
from protocol.errors import UserError
from protocol.identity import PodId
from store.bundles import CarriedNeighbour, carried_neighbours
from store.peers import Neighbour


class Bundles:
    """What this pod writes to sticks, and takes from them."""

    def __init__(self, keeper: Keeper, card: Card) -> None:
        self._keeper = keeper
        self._card = card

    def export(
        self,
        path: Path,
        *,
        neighbour: Neighbour | None = None,
        theirs: Path | None = None,
        progress: Progress | None = None,
    ) -> Exported:
        """Write what this pod has for all, and for neighbour alone, to path.

        theirs: a bundle or summary of theirs: what it says that they have is left out.
        Raises UserError (conflict, invalid, not_found, ...) and StoreError.
        """
        alone = None if neighbour is None else self._alone(neighbour)
        known = None
        if theirs is not None:
            if theirs.exists() and path.exists() and theirs.samefile(path):
                raise UserError(
                    "conflict",
                    "{path} is the file of theirs: it would be overwritten.",
                    "Give the new one another name.",
                    path=path,
                )
            known = bundle_files.summary_of(theirs, self._keeper.mail_key)
        return bundles.export(self._keeper, path, known=known, alone=alone, progress=progress)

    def _alone(self, neighbour: Neighbour) -> Alone:
        name = neighbour.name or "That neighbour"
        if not neighbour.near_allowed:
            raise UserError(
                "invalid",
                "{name} is new, and no steward has seen its name yet.",
                "Look at it, then do this again: pod neighbor list",
                name=name,
            )
        mail_key = self._card.mail_key_of(neighbour.pod_id)
        if mail_key is None:
            raise UserError(
                "not_found",
                "{name} has told no key to which anything for it alone could be sealed.",
                "Bring a bundle of theirs first, or leave --for away: then all is for everybody.",
                name=name,
            )
        return Alone(neighbour.pod_id, mail_key)

    def summarize(self, path: Path, progress: Progress | None = None) -> Exported:
        """Write to path what this pod has, and no record: network records alone (R9).

        Raises UserError and StoreError.
        """
        return bundles.export(self._keeper, path, is_summary=True, progress=progress)

    def take_in(
        self, path: Path, progress: Progress | None = None, *, carry: bool = False
    ) -> Imported:
        """Take in what the bundle at path holds; see bundle_intake.take_from."""
        return bundle_intake.take_from(self._keeper, path, progress, carry=carry)

    def carried(self) -> list[CarriedNeighbour]:
        """Return the pods that are no neighbours, and whose bundles people let in."""
        return carried_neighbours(self._keeper.store.connection)

    def forget(self, pod_id: PodId) -> None:
        """Let in no more bundles of one of those. Raises UserError (not_found)."""
        if pod_id not in {it.pod_id for it in self.carried()}:
            raise UserError(
                "not_found", "Bundles of that pod are not let in.", "See: pod bundle carried"
            )
        self._keeper.roster.drop_carried([pod_id], self._keeper.now())

    def look_into(self, path: Path, progress: Progress | None = None) -> Looked:
        """Tell what the bundle at path is; see bundle_files.look_into."""
        return bundle_files.look_into(path, self._keeper.mail_key, progress)

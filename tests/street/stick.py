"""A USB stick in the tests: people carry it between houses, which are off or beyond any network."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from node import bundle_files, bundle_intake, bundles
from node.bundle_intake import Imported
from node.bundles import Alone
from protocol.bundle import For, Inner, write_bundle
from protocol.record import Record
from protocol.trust import Table
from tests.bundles import RUN_ID, Author, head_of
from tests.street.house import House


class Stick:
    """A USB stick that people carry between houses, which are off or beyond any network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(
        self, house: House, name: str, *, since: str | None = None, to: House | None = None
    ) -> Path:
        """Export at house, in a process of its own. to: for whom alone near records are in it."""
        path = self.folder / name
        with house.as_command() as keeper:
            known = bundle_files.summary_of(self.folder / since, keeper.mail_key) if since else None
            alone = None if to is None else Alone(to.pod_id, to.keeper.mail_key.public)
            bundles.export(keeper, path, known=known, alone=alone)
        return path

    def summarize(self, house: House, name: str) -> Path:
        """Write what house has, and no record."""
        with house.as_command() as keeper:
            bundles.export(keeper, self.folder / name, is_summary=True)
        return self.folder / name

    def empty(self, house: House, name: str, *, carry: bool = False) -> Imported:
        """Import at house, in a process of its own."""
        with house.as_command() as keeper:
            return bundle_intake.take_from(keeper, self.folder / name, carry=carry)

    def forge(
        self,
        creator: House,
        name: str,
        records: Iterable[Record],
        *authors: Author,
        to: House | None = None,
        parts: Sequence[Inner] = (),
    ) -> None:
        """Write a bundle that creator signs, with whatever is in it. parts: sealed to to."""
        wires = [record.wire for record in records]
        keeper = creator.keeper
        keeper.renew_table()
        entries = [*keeper.directory.own_table.entries.values(), *(it.entry(1) for it in authors)]
        certificates = [keeper.certificate.wire, *(it.certificate.wire for it in authors)]
        head = head_of(Author(1), records=len(wires))._replace(
            certificate=keeper.certificate,
            run_id=RUN_ID,
            created_ms=creator.now().wall_ms,
            table=Table(entries),
            certificates=len(certificates),
            sealed=len(parts),
            sealed_to=to.keeper.mail_key.id if to else b"",
        )
        alone = For(to.keeper.mail_key.public, parts) if to else None
        pieces = write_bundle(keeper.working_key, head, certificates, wires, (), alone)
        (self.folder / name).write_bytes(b"".join(pieces))

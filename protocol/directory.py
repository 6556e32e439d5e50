"""What one node knows of authors and neighbours, in memory: the private side of the tables.

Spec: docs/protocol.md §6. Loaded from the store at start and kept beside it; sessions read it,
the engine writes it. Bounded by the tables of the neighbours (R8) and the authors held.
"""

from collections.abc import Iterable, Mapping

from protocol.identity import Certificate, PodId
from protocol.trust import (
    EMPTY_TABLE,
    NO_CERTIFICATE,
    Entry,
    Table,
    branch_of,
    choose_entries,
    own_distance,
    reached_pods,
)


class Directory:
    """Certificates, local author numbers, and the last tables told and heard.

    certificates: the greatest known of each author.  numbers: author to local number.
    told_by: the last table of each neighbour; its keys are the neighbours.  told_to: the last
    table that each neighbour has from us.  carried: of pods that are no neighbours, the table in
    the last bundle that people let in.  not_carried: blocked authors and those over budget.
    has_room: whether there is room on the disk for anything by others.
    """

    def __init__(self, certificate: Certificate) -> None:
        self.us: PodId = certificate.pod_id
        self.certificates: dict[PodId, Certificate] = {certificate.pod_id: certificate}
        self.numbers: dict[PodId, int] = {}
        self.by_number: dict[int, PodId] = {}
        self.told_by: dict[PodId, Table] = {}
        self.told_to: dict[PodId, Table] = {}
        self.carried: dict[PodId, Table] = {}
        self.not_carried: set[PodId] = set()
        self.has_room = True
        self.own_table = EMPTY_TABLE
        self._made_from: object = None

    @property
    def own_certificate(self) -> Certificate:
        """The greatest certificate of this pod known here."""
        return self.certificates[self.us]

    def name_author(self, author: PodId, number: int) -> None:
        """Note the store's number of author."""
        self.numbers[author] = number
        self.by_number[number] = author

    def add_neighbour(self, neighbour: PodId) -> None:
        """Begin with empty tables both ways; a neighbour known already keeps its tables."""
        self.told_by.setdefault(neighbour, EMPTY_TABLE)
        self.told_to.setdefault(neighbour, EMPTY_TABLE)

    def drop_neighbour(self, neighbour: PodId) -> None:
        """End what its tables said; only this or 90 days without contact ends it (R2)."""
        self.told_by.pop(neighbour, None)
        self.told_to.pop(neighbour, None)

    def void_tables(self, neighbour: PodId) -> None:
        """Begin anew with empty tables both ways."""
        self.drop_neighbour(neighbour)
        self.add_neighbour(neighbour)

    def has_tables_of(self, neighbour: PodId) -> bool:
        """Tell whether anything was told by neighbour, or to it."""
        tables = self.told_by.get(neighbour), self.told_to.get(neighbour)
        return any(table is not None and table.entries for table in tables)

    @property
    def neighbours(self) -> Iterable[PodId]:
        return self.told_by.keys()

    def learn(self, certificate: Certificate) -> bool:
        """Keep certificate if it is the greatest of its pod; tell whether it is (R3)."""
        known = self.certificates.get(certificate.pod_id)
        if known is not None and known.rank >= certificate.rank:
            return False
        self.certificates[certificate.pod_id] = certificate
        return True

    def table_rank(self, author: PodId) -> tuple[int, bytes]:
        """Return the (epoch, tag) that we can tell of author; below all others if none."""
        certificate = self.certificates.get(author)
        return (certificate.epoch, certificate.tag16) if certificate else (-1, b"")

    def carries(self, author: PodId) -> bool:
        """Tell whether records of another pod are taken in here."""
        return self.has_room and author not in self.not_carried

    @property
    def heard(self) -> Mapping[PodId, Table]:
        """All tables that count for what is near: of neighbours, and of those carried (R13)."""
        return {**self.carried, **self.told_by} if self.carried else self.told_by

    def distance(self, author: PodId) -> int:
        """Return our distance of author in hops, at most REACH_HOPS (out of reach)."""
        return own_distance(self.us, self.heard, author)

    def way(self, author: PodId) -> int:
        """Return the same over neighbours alone: no mail goes through one that is only carried."""
        return own_distance(self.us, self.told_by, author)

    def reach(self, author: PodId) -> int:
        """Return how many other pods the network records of author reach, as far as we know."""
        return len(reached_pods(self.us, self.told_by, author))

    def renew_own_table(self, held: Iterable[int]) -> bool:
        """Work out anew what we tell; tell whether it changed.

        held: local numbers of the authors of whom we hold a record, shelves included.
        """
        others = {self.by_number[number] for number in held if number in self.by_number}
        others |= self.not_carried
        # Asked at every act, and of a thousand authors the answer takes 6 ms: most acts change
        # nothing of all that it is made from.
        heard, certificates = dict(self.heard), dict(self.certificates)
        made_from = others, heard, certificates, set(self.not_carried), self.has_room
        if made_from == self._made_from:
            return False
        self._made_from = made_from
        first = [self.us, *self.told_by]
        table = choose_entries(
            map(self._entry, first),
            self._by_branch(others.difference(first)),
            self._told_last(),
        )
        if table.hash == self.own_table.hash:
            return False
        self.own_table = table
        return True

    def _told_last(self) -> frozenset[PodId]:
        """Return the authors told last, which keep their place: after a restart too."""
        told = [self.own_table] if self.own_table.entries else self.told_to.values()
        return frozenset().union(*(table.entries for table in told))

    def _by_branch(self, authors: Iterable[PodId]) -> Mapping[PodId | None, list[Entry]]:
        by_branch: dict[PodId | None, list[Entry]] = {}
        for author in authors:
            by_branch.setdefault(branch_of(self.heard, author), []).append(self._entry(author))
        return by_branch

    def _entry(self, author: PodId) -> Entry:
        epoch, tag = self.table_rank(author)
        carried = author == self.us or self.carries(author)
        return Entry(author, max(epoch, 0), tag or NO_CERTIFICATE, self.distance(author), carried)

"""What is new in the store, whoever wrote it, on its way to indexes, tables and sessions.

Spec: docs/protocol.md §7.5 (R14). Everything goes by the log of changes: what this process took
in, what a command signed, what another process let go.
"""

from collections.abc import Mapping, Sequence

from node.keeper import Keeper
from node.lives import Lives
from node.postman import Postman
from protocol.clock import Now
from protocol.record import Record
from store.changes import Change
from store.records.ledger import SHELF_LOG


class News:
    """That of one engine. mark: number of the last record known to be in the indexes."""

    def __init__(self, keeper: Keeper, lives: Lives, postman: Postman) -> None:
        self._keeper = keeper
        self._lives = lives
        self._postman = postman
        self.mark = keeper.last_number()
        keeper.catch_up()
        keeper.renew_table()

    def spread(self, known: Mapping[bytes, Record], now: Now) -> None:
        """Bring indexes and table up to date, and push what came into a set to who may have it.

        known: records at hand, so that they are not read from the disk again. Sessions leave
        out what their peer has shown or been sent.
        """
        self.mark = self._keeper.last_number()  # before: what follows is then in the indexes
        changes = self._keeper.catch_up()
        for live in self._lives:
            live.session.rounds.mark = self.mark
        self._keeper.renew_table()
        self._postman.look_again()
        if self._lives.in_turn():
            self._push(_entered(changes), known, now)
            if not known and self._lost_of_others(changes):
                for live in self._lives.in_turn():
                    live.session.rounds.want(now)

    def _push(self, news: Sequence[bytes], known: Mapping[bytes, Record], now: Now) -> None:
        listeners = self._lives.in_turn()
        # In a first sync that is nothing: its only listener has just sent all of them.
        unseen = dict.fromkeys(i for live in listeners for i in live.session.unseen(news))
        bodies = self._keeper.bodies_of([record for i, record in known.items() if i in unseen])
        bodies += self._keeper.bodies([i for i in unseen if i not in known])
        for live in listeners:
            for body in bodies:
                live.session.push(body, now)

    def _lost_of_others(self, changes: Sequence[Change]) -> bool:
        """Tell whether another process took records of other pods out of the sets.

        A pod blocked and let in again between two looks leaves no other trace.
        """
        ours = self._keeper.directory.numbers[self._keeper.pod_id]
        return any(not it.entered and it.author != ours for it in changes)


def _entered(changes: Sequence[Change]) -> list[bytes]:
    """Return the ids that came into a set and did not leave it again, in the order they came."""
    news: dict[bytes, None] = {}
    for change in changes:
        if change.entered and change.log != SHELF_LOG:
            news[change.id] = None
        else:
            news.pop(change.id, None)
    return list(news)

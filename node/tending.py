"""What a node tends to each minute: upkeep, room on the disk, and each open session.

Spec: docs/protocol.md §5, §7.6. What the store does by itself as time passes is in
node/upkeep.py; here is what follows from it for neighbours, and from them for the clock.
"""

from typing import Final

from node.carrying import Carrying
from node.conduct import Conduct
from node.keeper import Keeper
from node.live import Live
from node.lives import Lives
from node.news import News
from node.upkeep import Upkeep
from protocol.clock import ClockState, Now

CONTACT_MS: Final = 600_000
"""How often it is noted that a neighbour is still there: what a power cut may lose of it."""


class Tending:
    """That of one engine."""

    def __init__(
        self, keeper: Keeper, lives: Lives, news: News, conduct: Conduct, now: Now
    ) -> None:
        self._keeper = keeper
        self._lives = lives
        self._news = news
        self._conduct = conduct
        self._upkeep = Upkeep(keeper, now)
        self._carrying = Carrying(keeper)
        self._contact_due_ms = now.mono_ms + CONTACT_MS

    def turn(self, now: Now) -> None:
        """Do all of it now."""
        for live in self._lives:
            self._conduct.note_session(live.peer, now.mono_ms - live.since_ms, now)
            self._hear_time(live, now)
        changed = self._upkeep.turn(now) | self._carrying.turn(now)
        if now.state is ClockState.SYNCED:
            floor_s = self._keeper.floor_s
            changed |= self._keeper.roster.void_old_tables(self._lives.peers, floor_s)
        if changed:
            self._news.spread({}, now)
        newest = self._keeper.newest_own_number()
        for live in self._lives.in_turn():
            live.session.terms.floor_s = self._keeper.floor_s
            if live.lacks_word(newest):
                live.session.rounds.want(now)
        self._note_contacts(now)

    def _hear_time(self, live: Live, now: Now) -> None:
        if live.session.terms.peer_now is not None:
            now_s, heard_ms = live.session.terms.peer_now
            self._keeper.time.hear(now_s * 1000 + now.mono_ms - heard_ms, now.mono_ms)

    def _note_contacts(self, now: Now) -> None:
        if self._contact_due_ms <= now.mono_ms:
            self._contact_due_ms = now.mono_ms + CONTACT_MS
            for live in self._lives.in_turn():
                silent_ms = now.mono_ms - live.session.heard_ms  # a cable may have been pulled
                self._keeper.roster.note_contact(live.peer, now, ago_ms=silent_ms)

"""Mail over the open sessions of a node: who is offered what, and when.

Spec: docs/protocol.md §15.4 (R15). What mail is kept, opened or deleted is decided by the mail
room; here is only who is there. For the one thread that owns the store.
"""

from collections.abc import Callable, Iterable

from node.live import Live
from node.mail import MailRoom, Token
from protocol.clock import Now
from protocol.events import Event, MailOffered, MailTold, MailWanted, TokensTold
from protocol.identity import Certificate, PodId
from protocol.limits import ROUND_EVERY_MS


class Postman:
    """One engine's. sessions: the open ones.

    room: None where nobody writes letters; then nothing is offered, and nothing wanted.
    """

    def __init__(
        self, room: MailRoom | None, sessions: Callable[[], Iterable[Live]], now: Now
    ) -> None:
        self._room = room
        self._sessions = sessions
        self._to_see: set[int] = set()
        self._turn_is_due = self._sealing_is_due = True
        self._anew_ms = now.mono_ms

    def call_on(self, live: Live) -> None:
        """Look at what there is to offer in one session: it is new, or its peer has moved."""
        self._to_see.add(live.number)

    def call_on_all(self) -> None:
        """Look at all sessions: there is mail to pass on."""
        self._to_see.update(live.number for live in self._sessions())

    def offer_anew(self, live: Live) -> None:
        """Offer once more what was declined or forgotten: the peer has told another table."""
        live.session.mailing.offer_anew()
        self.call_on_all()

    def look_again(self) -> None:
        """See whether letters can be sealed now: a card, a key or a letter may have come."""
        self._sealing_is_due = True

    def tidy_up(self, now: Now) -> None:
        """Delete what is over, before the next offers; and now and then offer all of them anew.

        What a peer declined for its full share or its wrong clock it may want by now, and a token
        that was lost with a connection comes as the answer.
        """
        self._turn_is_due = self._sealing_is_due = True
        if now.mono_ms - self._anew_ms >= ROUND_EVERY_MS:
            self._anew_ms = now.mono_ms
            for live in self._sessions():
                self.offer_anew(live)

    def answer(self, live: Live, event: Event, now: Now) -> list[Certificate]:
        """Do what an event about mail says; return certificates that letters have shown."""
        mailing, room = live.session.mailing, self._room
        match event:
            case MailOffered(offers):
                wanted, tokens = room.judge(offers, live.peer, now) if room else ([], [])
                mailing.answer(wanted, tokens)
            case MailWanted(ids):
                mailing.hand_over(room.hand_over(ids, live.peer, now) if room else ())
                self.call_on(live)
            case MailTold(wires) if room:
                taken = room.take_in(wires, live.peer, now)
                mailing.reply(taken.to_answer)
                self._release(taken.released, but=live)
                if taken.is_news or taken.released:  # a letter that came may have been answered
                    self.call_on_all()
                return taken.certificates
            case TokensTold(tokens) if room:
                self._release(room.take_tokens(tokens, now), but=live)
        return []

    def make_offers(self, now: Now) -> None:
        """Offer what is to be offered in sessions that have nothing else to send."""
        if self._room is None:
            return
        if self._turn_is_due:
            self._turn_is_due = False
            self._room.turn(now)
        if self._sealing_is_due:
            self._sealing_is_due = False
            if self._room.seal_waiting(now):
                self.call_on_all()
        for live in list(self._sessions()):
            if live.number in self._to_see and live.session.may_offer_mail:
                self._to_see.discard(live.number)
                self._offer(self._room, live, now)

    def gone(self, live: Live) -> None:
        """Note that a session has ended: what was on offer in it may be offered to others."""
        self._to_see.discard(live.number)
        if live.session.mailing.under_way:
            self.call_on_all()

    def _offer(self, room: MailRoom, live: Live, now: Now) -> None:
        mailing = live.session.mailing
        offers = room.offers_to(
            live.peer, now, offered=mailing.was_offered, promised=self._promised_to
        )
        if offers:
            mailing.offer(offers)

    def _promised_to(self, mail_id: bytes) -> set[PodId]:
        """Return the neighbours to which this mail is on offer at this moment."""
        lives = self._sessions()
        return {it.peer for it in lives if mail_id in (it.session.mailing.under_way or ())}

    def _release(self, tokens: list[Token], *, but: Live) -> None:
        if tokens:
            for live in self._sessions():
                if live is not but:
                    live.session.mailing.release(tokens)

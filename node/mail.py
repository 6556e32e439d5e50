"""The mail room of one pod: letters sealed and sent, mail carried, opened, and deleted.

Spec: docs/protocol.md §15 (R15). One act for each call. Whoever brings a letter for us gets its
token when the letter is saved, and not before; whoever offers mail whose token is known gets
that.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from node.keeper import Keeper
from node.mail_doors import LetterIn, MailDoors
from protocol.clock import Now
from protocol.errors import PeerError, UserError
from protocol.frames import Offer
from protocol.identity import Certificate, PodId, short_id
from protocol.limits import (
    LETTER_TRIED_RUNNING_S,
    LETTERS_WAITING,
    MAIL_AHEAD_S,
    MAIL_COPIES,
    MAIL_KEPT_RUNNING_S,
    MAIL_LIFETIME_S,
    MAIL_PER_FRAME,
    MAIL_PER_NEIGHBOUR,
    MAIL_REMEMBERED_RUNNING_S,
    REACH_HOPS,
)
from protocol.mail import (
    MESSAGE_ID_BYTES,
    TOKEN_BYTES,
    Address,
    Draft,
    Letter,
    Mail,
    open_mail,
    read_mail,
    seal_letter,
    token_hash,
)
from protocol.trust import EMPTY_TABLE, told_distance
from store import Tx, mail, meta
from store.mail import Carried, LetterOut

log = logging.getLogger("pod.mail")

Token = tuple[bytes, bytes]
"""(hash, token): what was released."""


class TakenIn(NamedTuple):
    """What a batch of mail came to.

    to_answer: tokens for whoever brought it.  released: those of letters that are now here.
    certificates: greater ones that letters showed.  is_news: mail to be passed on is among it.
    """

    to_answer: list[bytes]
    released: list[Token]
    certificates: list[Certificate]
    is_news: bool


class MailRoom:
    """Mail over one keeper, for whoever has a Tx or a session; it keeps nothing in memory."""

    def __init__(self, keeper: Keeper, doors: MailDoors) -> None:
        self._keeper = keeper
        self._doors = doors

    @property
    def _epochs(self) -> Mapping[PodId, int]:
        return self._keeper.roster.certificates.epochs

    @property
    def _running_ms(self) -> int:
        return meta.get(self._keeper.store.connection, meta.RUNNING_MS) or 0

    @property
    def _remembered_ms(self) -> int:
        """Until when what happens now is remembered, in running time."""
        return self._running_ms + MAIL_REMEMBERED_RUNNING_S * 1000

    # --- Our own letters ---

    def send_in(
        self, tx: Tx, recipient: PodId, content: bytes, *, message_id: bytes | None = None
    ) -> bytes:
        """Have a letter sent, as part of an act; return its message id.

        It is sealed now if the recipient's card is here, else as soon as it comes. content: at
        most MAX_LETTER_BYTES.  message_id: of a letter that was given up, to be tried again.
        Raises UserError (over_quota, invalid).
        """
        if recipient == self._keeper.pod_id:
            raise UserError("invalid", "A letter goes to another pod.")
        if len(mail.letters_out(tx.connection)) >= LETTERS_WAITING:
            raise UserError(
                "over_quota",
                "{most} letters are waiting to arrive; there is room for no more.",
                "See which, and forget those that are not needed: pod mail",
                most=LETTERS_WAITING,
            )
        message_id = message_id or self._keeper.random_bytes(MESSAGE_ID_BYTES)
        until_ms = self._running_ms + LETTER_TRIED_RUNNING_S * 1000
        letter = LetterOut(message_id, recipient, tx.now_ms // 1000, content, until_ms)
        mail.put_letter(tx, letter)
        if self._keeper.may_sign:
            self._seal(tx, letter)
        return message_id

    def take_back_in(self, tx: Tx, message_id: bytes) -> None:
        """Send a letter no longer. Copies that went out already may still arrive."""
        mail.drop_letter(tx, message_id)

    def knows_way_to(self, recipient: PodId) -> bool:
        """Tell whether any neighbour has told that it reaches this pod."""
        return any(
            entry.carried and told_distance(table, teller, recipient) < REACH_HOPS
            for teller, table in self._keeper.directory.told_by.items()
            if (entry := table.entries.get(recipient)) is not None
        )

    def turn(self, now: Now) -> None:
        """Delete what is over: each minute or so."""
        connection = self._keeper.store.connection
        if not mail.has_any(connection) and not mail.letters_out(connection):
            return
        now_s, running_ms = now.synced_s, self._running_ms
        with self._keeper.store.atomic(now.wall_ms) as tx:
            mail.delete_old(tx, running_ms=running_ms, now_s=now_s)
            for recipient in mail.recipients(tx.connection):
                mail.delete_lower(tx, recipient, self._epochs.get(recipient, 0))
            for letter in mail.letters_out(tx.connection):
                if letter.until_running_ms <= running_ms:
                    mail.drop_letter(tx, letter.message_id)
                    self._doors.given_up(tx, letter.message_id)

    def seal_waiting(self, now: Now) -> bool:
        """Seal the letters of which no mail is under way that its recipient could open today.

        Written before there was a card; after a rotation, theirs or ours; after the mail's end; or
        sealed by a clock far ahead. Tells whether any was sealed.
        """
        if not self._keeper.may_sign or not mail.letters_out(self._keeper.store.connection):
            return False
        with self._keeper.store.atomic(now.wall_ms) as tx:
            letters = mail.letters_out(tx.connection)
            sealed = [self._seal(tx, letter, now.synced_s) for letter in letters]
        return any(sealed)

    def _seal(self, tx: Tx, letter: LetterOut, now_s: int | None = None) -> bool:
        """Seal a letter to its recipient's key of today, if that is known and it is not yet."""
        key = self._doors.recipient_key(tx, letter.recipient)
        epoch = self._epochs.get(letter.recipient)
        working_key, certificate = self._keeper.signer.keys_in(tx)
        is_ahead = now_s is not None and (letter.expires_s or 0) > now_s + MAIL_AHEAD_S
        today = (certificate.epoch, epoch, key)
        if key is None or epoch is None:
            return False
        if (letter.own_epoch, letter.epoch, letter.sealed_to) == today and not is_ahead:
            return False
        try:
            sealed = seal_letter(
                Draft(letter.message_id, letter.written_s, letter.content),
                Address(letter.recipient, epoch, key),
                working_key=working_key,
                certificate=certificate,
                token=self._keeper.random_bytes(TOKEN_BYTES),
                expires_s=tx.now_ms // 1000 + MAIL_LIFETIME_S,
            )
        except PeerError as err:  # a card with a key to which nothing can be sealed
            log.warning("seal_failed to=%s code=%s", short_id(letter.recipient), err.code)
            return False
        if letter.mail is not None:
            mail.delete_mail(tx, letter.mail)
        number = self._put(tx, sealed, None)
        mail.note_sealed(
            tx, letter.message_id, mail=number, own_epoch=certificate.epoch, sealed_to=key
        )
        return True

    def _put(
        self, tx: Tx, sealed: Mail, brought_by: PodId | None, *, is_refused: bool = False
    ) -> int:
        until_ms = self._running_ms + MAIL_KEPT_RUNNING_S * 1000
        return mail.put_mail(
            tx, sealed, brought_by=brought_by, until_running_ms=until_ms, is_refused=is_refused
        )

    # --- What neighbours offer and hand over ---

    def judge(
        self, offers: Sequence[Offer], neighbour: PodId, now: Now
    ) -> tuple[list[bytes], list[bytes]]:
        """Return (ids wanted, tokens) for what neighbour offers."""
        with self._keeper.store.reading() as connection:
            tokens = [mail.released_token(connection, offer.token_hash) for offer in offers]
            room = self._room(neighbour)
            wanted = [
                offer.id
                for offer, token in zip(offers, tokens, strict=True)
                if token is None and self._is_welcome(offer, now)
            ]
        return wanted[: max(0, room)], [token for token in tokens if token is not None]

    def _room(self, neighbour: PodId) -> int:
        """Return how much more mail neighbour may bring: a flood takes its own share alone."""
        return MAIL_PER_NEIGHBOUR - mail.mail_of(self._keeper.store.connection, neighbour)

    def _is_welcome(self, it: Offer | Mail, now: Now) -> bool:
        """Tell whether mail is for us, or can be brought nearer to whom it is for."""
        keeper, directory = self._keeper, self._keeper.directory
        now_s = now.synced_s
        if now_s is not None and not now_s < it.expires_s <= now_s + MAIL_AHEAD_S:
            return False
        if mail.has_mail(keeper.store.connection, it.id):
            return False
        if it.recipient == keeper.pod_id:
            has_room = keeper.space().lets_own_in
            return it.epoch == keeper.certificate.epoch and keeper.may_sign and has_room
        return (
            directory.carries(it.recipient)
            and it.epoch >= self._epochs.get(it.recipient, 0)
            and directory.way(it.recipient) < REACH_HOPS
        )

    def take_in(self, wires: Sequence[bytes], neighbour: PodId, now: Now) -> TakenIn:
        """Keep, or open, what neighbour handed over; saved when it returns.

        Raises PeerError for bytes that are no mail; what is sealed wrongly is no fault of those
        who carried it.
        """
        taken = TakenIn([], [], [], is_news=False)
        batch = [read_mail(wire) for wire in wires]
        is_news = False
        with self._keeper.store.atomic(now.wall_ms) as tx:
            for sealed in batch:
                token = mail.released_token(tx.connection, sealed.token_hash)
                if token is not None:
                    taken.to_answer.append(token)
                elif self._room(neighbour) > 0 and self._is_welcome(sealed, now):
                    if sealed.recipient == self._keeper.pod_id:
                        self._open(tx, sealed, neighbour, taken)
                    else:
                        self._put(tx, sealed, neighbour)
                        is_news = True
        return taken._replace(is_news=is_news)

    def _open(self, tx: Tx, sealed: Mail, neighbour: PodId, taken: TakenIn) -> None:
        """Open mail for us and have its letter kept; what cannot be opened does not come again."""
        letter = self._opened(sealed)
        if letter is None or not self._may_write_to_us(letter.sender):
            self._put(tx, sealed, neighbour, is_refused=True)
            return
        sender = letter.sender.pod_id
        if not mail.was_seen(tx.connection, sender, letter.message_id):
            content = LetterIn(
                sender, letter.message_id, letter.written_s, letter.content, neighbour
            )
            if not self._doors.deliver(tx, content):
                return
            mail.note_seen(tx, sender, letter.message_id, until_running_ms=self._remembered_ms)
        taken.certificates.append(letter.sender)
        self._release(tx, (sealed.token_hash, letter.token), neighbour)
        taken.to_answer.append(letter.token)
        taken.released.append((sealed.token_hash, letter.token))

    def _opened(self, sealed: Mail) -> Letter | None:
        try:
            return open_mail(sealed, self._keeper.pod_id, self._keeper.mail_key)
        except PeerError as err:
            log.info("mail_refused code=%s", err.code)
            return None

    def _may_write_to_us(self, sender: Certificate) -> bool:
        """Tell whether a letter under this certificate counts: not of a thief, nor of a block."""
        directory = self._keeper.directory
        known = directory.certificates.get(sender.pod_id)
        if known is not None and known.rank > sender.rank:
            return False
        return sender.pod_id != self._keeper.pod_id and sender.pod_id not in directory.not_carried

    def take_tokens(self, tokens: Iterable[bytes], now: Now) -> list[Token]:
        """Delete the mail whose tokens these are; return what was news, to be passed on."""
        news: list[Token] = []
        told = [(token_hash(token), token) for token in tokens]
        here = [it for it in told if mail.mail_of_token(self._keeper.store.connection, it[0])]
        if not here:
            return news
        with self._keeper.store.atomic(now.wall_ms) as tx:
            for hashed, token in here:
                found = mail.mail_of_token(tx.connection, hashed)
                for carried in found:
                    self._note_arrived(tx, carried)
                self._release(tx, (hashed, token), found[0].brought_by if found else None)
                news.append((hashed, token))
        return news

    def _release(self, tx: Tx, token: Token, brought_by: PodId | None) -> None:
        until_ms = self._remembered_ms
        mail.release(tx, *token, brought_by=brought_by, until_running_ms=until_ms)

    def _note_arrived(self, tx: Tx, carried: Carried) -> None:
        letter = mail.letter_of_mail(tx.connection, carried.number)
        if letter is not None:
            mail.drop_letter(tx, letter.message_id)
            self._doors.arrived(tx, letter.message_id)

    # --- What we offer ---

    def offers_to(
        self,
        peer: PodId,
        now: Now,
        *,
        offered: Callable[[bytes], bool],
        promised: Callable[[bytes], Collection[PodId]],
    ) -> list[Offer]:
        """Return what to offer to peer next, MAIL_PER_FRAME at most: own mail first (R15).

        offered: whether it was, on this channel.  promised: neighbours to whom mail is being
        offered at this moment, by its id.
        """
        connection = self._keeper.store.connection
        under_way = mail.carried(connection)
        taken = mail.copies(connection) if under_way else {}
        offers: list[Offer] = []
        for it in under_way:
            if offered(it.id) or not self._is_nearer(peer, it, now):
                continue
            takers = {n for n in taken.get(it.number, ()) if self._is_nearer(n, it, now)}
            if peer in takers or len(takers.union(promised(it.id))) < MAIL_COPIES:
                offers.append(Offer(it.id, it.recipient, it.epoch, it.expires_s, it.token_hash))
                if len(offers) == MAIL_PER_FRAME:
                    break
        return offers

    def _is_nearer(self, peer: PodId, it: Carried, now: Now) -> bool:
        """Tell whether peer has told that it is nearer to the recipient, and mail may go there."""
        directory = self._keeper.directory
        table = directory.told_by.get(peer, EMPTY_TABLE)
        entry = table.entries.get(it.recipient)
        if entry is None or not entry.carried or peer == it.brought_by:
            return False
        if it.epoch < self._epochs.get(it.recipient, 0):
            return False
        if it.expires_s <= (now.synced_s or 0):
            return False
        return told_distance(table, peer, it.recipient) < directory.way(it.recipient)

    def hand_over(self, ids: Sequence[bytes], peer: PodId, now: Now) -> list[bytes]:
        """Return the mail that peer wants of an offer, and note that it has taken it."""
        wires = mail.mail_wires(self._keeper.store.connection, ids)
        if wires:
            with self._keeper.store.atomic(now.wall_ms) as tx:
                mail.note_copies(tx, ids, peer)
        return wires

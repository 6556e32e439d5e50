"""A neighbour that lies about mail: it gains nothing, and nobody else loses anything (R15)."""

from collections.abc import Sequence

import pytest

from protocol.frames import (
    Frame,
    MailBatch,
    MailOffers,
    MailTokens,
    MailWant,
    Offer,
)
from protocol.identity import PodId
from protocol.limits import (
    MAIL_AHEAD_S,
    MAIL_LIFETIME_S,
    MAIL_PER_FRAME,
    MAIL_PER_NEIGHBOUR,
    RELEASED_PER_NEIGHBOUR,
)
from protocol.mail import Address, Draft, Mail, open_mail, read_mail, seal_letter, token_hash
from protocol.sealed import MailKey
from store import mail, peers
from tests.neighbourhood import START_MS, House, Neighbourhood
from tests.street.guest import Guest, Keys
from tests.street.post import settled

NOW_S = START_MS // 1000
TOKEN = bytes(range(16))
FAR = Keys("far")


def house_of(street: Neighbourhood) -> House:
    (house,) = street.build(["house"])
    house.show_card()
    return house


def address_of(house: House) -> Address:
    return Address(house.pod_id, house.certificate.epoch, house.keeper.mail_key.public)


def letter(
    sender: Keys,
    to: Address,
    text: str = "hello",
    *,
    number: int = 0,
    token: bytes | None = None,
    expires_s: int = NOW_S + MAIL_LIFETIME_S,
) -> Mail:
    return seal_letter(
        Draft(number.to_bytes(16, "big"), NOW_S, text.encode()),
        to,
        working_key=sender.working_key,
        certificate=sender.certificate,
        token=number.to_bytes(16, "little") if token is None else token,
        expires_s=expires_s,
    )


def hand_over(guest: Guest, *mails: Mail) -> list[Frame]:
    return guest.send(MailBatch(tuple(it.wire for it in mails)))


def offered(it: Mail) -> Offer:
    return Offer(it.id, it.recipient, it.epoch, it.expires_s, it.token_hash)


def offers_heard(guest: Guest) -> list[Offer]:
    """Return the mail offered to guest, once all that was under way is sent."""
    guest.wait_s(1)
    return [it for frame in guest.heard if isinstance(frame, MailOffers) for it in frame.offers]


def wanted(said: Sequence[Frame]) -> tuple[bytes, ...]:
    (want,) = [frame for frame in said if isinstance(frame, MailWant)]
    return want.ids


def tokens(said: Sequence[Frame]) -> list[bytes]:
    return [token for frame in said if isinstance(frame, MailTokens) for token in frame.tokens]


def for_far(number: int = 0, **how: int) -> Mail:
    """Return mail for a pod that house can carry to."""
    key = MailKey.of(FAR.working_key)
    to = Address(FAR.pod_id, FAR.certificate.epoch, key.public)
    return letter(Keys("writer"), to, number=number, **how)  # type: ignore[arg-type]


def carrier(house: House, name: str, *, far: int | None = 1) -> Guest:
    """Return a neighbour that says how far it is from the pod far."""
    guest = Guest(house, name)
    entries = [guest.entry(0)] + ([] if far is None else [FAR.entry(far)])
    return guest.meet(calls=True, entries=entries)


# --- Letters to us ---


def test_letter_of_a_stranger_is_taken_in_and_its_token_released(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    sent = letter(Keys("stranger"), address_of(house), token=TOKEN)
    assert wanted(guest.send(MailOffers((offered(sent),)))) == (sent.id,)
    assert tokens(hand_over(guest, sent)) == [TOKEN]
    assert house.letters() == ["hello"]


def test_mail_replayed_is_answered_with_its_token_each_time(street: Neighbourhood) -> None:
    house = house_of(street)
    guest, other = Guest(house).meet(calls=True), Guest(house, "other").meet(calls=True)
    sent = letter(Keys("stranger"), address_of(house), token=TOKEN)
    hand_over(guest, sent)
    for who in (guest, other, guest):
        assert tokens(hand_over(who, sent)) == [TOKEN]
        said = who.send(MailOffers((offered(sent),)))
        assert (wanted(said), tokens(said)) == ((), [TOKEN])
    assert house.letters() == ["hello"]


def test_letter_sealed_anew_is_read_once(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    first, again = (letter(Keys("ada"), address_of(house), token=bytes([n]) * 16) for n in (1, 2))
    assert tokens(hand_over(guest, first, again)) == [bytes([1]) * 16, bytes([2]) * 16]
    assert house.letters() == ["hello"]


def test_two_senders_may_use_one_message_id(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    for name in ("ada", "ben"):
        token = name.encode().ljust(16)
        hand_over(guest, letter(Keys(name), address_of(house), name, token=token))
    assert house.letters() == ["ada", "ben"]


def test_forged_letter_leaves_no_letter_and_gets_no_token(street: Neighbourhood) -> None:
    """Signed by another key than the certificate names: whoever sealed it is not its sender."""
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    thief = Keys("thief")
    thief.certificate = Keys("ada").certificate
    forged = letter(thief, address_of(house))
    assert tokens(hand_over(guest, forged)) == []
    assert house.letters() == []
    assert wanted(guest.send(MailOffers((offered(forged),)))) == (), "it does not come again"
    assert guest.closed is None, "who carried it cannot know"


def test_letter_resealed_to_a_third_pod_is_refused(street: Neighbourhood) -> None:
    house, third = street.build(["house", "third"])
    guest = Guest(third).meet(calls=True)
    sent = letter(Keys("ada"), address_of(house))
    opened = open_mail(sent, house.pod_id, house.keeper.mail_key)
    assert opened.content == b"hello"
    # What house can do with what it opened: everything but sign for Ada.
    ben = Keys("ben")
    ben.certificate = opened.sender
    hand_over(guest, letter(ben, address_of(third)))
    assert third.letters() == []


def test_junk_under_the_token_of_a_letter_does_not_keep_the_letter_out(
    street: Neighbourhood,
) -> None:
    house = house_of(street)
    guest, honest = Guest(house).meet(calls=True), Guest(house, "honest").meet(calls=True)
    sent = letter(Keys("ada"), address_of(house), token=TOKEN)
    junk = read_mail(sent.wire[:-1] + bytes([sent.wire[-1] ^ 1]))
    assert tokens(hand_over(guest, junk)) == []
    assert tokens(hand_over(honest, sent)) == [TOKEN]
    assert house.letters() == ["hello"]


def test_letter_under_a_replaced_key_is_refused_and_gets_no_token(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    old = Keys("guest")
    newer = Keys("guest", old.certificate.epoch + 1)
    house.keeper.learn([newer.certificate], house.now())
    other = Guest(house, "other").meet(calls=True)
    assert tokens(hand_over(other, letter(old, address_of(house)))) == []
    assert house.letters() == []
    assert guest.closed is None or guest.closed == "epoch_superseded"


def test_letter_with_a_greater_certificate_ends_the_lower_one(street: Neighbourhood) -> None:
    """A letter proves its sender's key as well as a greeting does (R3)."""
    house = house_of(street)
    Guest(house, "guest").meet(calls=True)
    other = Guest(house, "other").meet(calls=True)
    newer = Keys("guest", Keys("guest").certificate.epoch + 1)
    hand_over(other, letter(newer, address_of(house)))
    assert house.letters() == ["hello"]
    assert house.keeper.roster.certificates.epochs[newer.pod_id] == newer.certificate.epoch


@pytest.mark.parametrize("change", [-1, 1])
def test_mail_to_another_epoch_of_ours_is_not_taken(street: Neighbourhood, change: int) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    to = address_of(house)
    sent = letter(Keys("ada"), to._replace(epoch=to.epoch + change))
    assert wanted(guest.send(MailOffers((offered(sent),)))) == ()
    hand_over(guest, sent)
    assert house.letters() == []
    assert not mail.has_mail(house.store.connection, sent.id)


def test_letter_from_ourselves_is_refused(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    us = Keys("us")
    us.working_key, us.certificate = house.keeper.working_key, house.certificate
    hand_over(guest, letter(us, address_of(house)))
    assert house.letters() == []


# --- Mail to be carried ---


def test_mail_for_who_is_out_of_reach_is_not_carried(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = carrier(house, "guest", far=None)
    assert wanted(guest.send(MailOffers((offered(for_far()),)))) == ()
    hand_over(guest, for_far())
    assert house.mail() == 0


def test_mail_to_a_lower_epoch_is_neither_taken_nor_passed_on(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = carrier(house, "guest", far=3)
    guest.wait_s(1)  # the first upkeep is over, the next one a minute away
    sent = for_far()
    hand_over(guest, sent)
    assert house.mail() == 1
    near = Guest(house, "near")
    newer = Keys("far", FAR.certificate.epoch + 1)
    house.keeper.learn([newer.certificate], house.now())
    near.meet(calls=True, entries=[near.entry(0), newer.entry(1)])
    assert offers_heard(near) == []
    assert wanted(guest.send(MailOffers((offered(for_far(1)),)))) == ()
    guest.wait_s(61)
    assert house.mail() == 0


@pytest.mark.parametrize(
    ("expires_s", "is_taken"),
    [
        (NOW_S - 1, False),
        (NOW_S + 60, True),
        (NOW_S + MAIL_AHEAD_S, True),
        (NOW_S + MAIL_AHEAD_S + 60, False),
    ],
)
def test_mail_that_has_ended_or_ends_too_late_is_not_taken(
    street: Neighbourhood, expires_s: int, is_taken: bool
) -> None:
    house = house_of(street)
    guest = carrier(house, "guest")
    hand_over(guest, for_far(expires_s=expires_s))
    assert house.mail() == is_taken


def test_flood_takes_the_share_of_its_neighbour_alone(street: Neighbourhood) -> None:
    house = house_of(street)
    guest, other = carrier(house, "guest"), carrier(house, "other")
    flood = [for_far(number) for number in range(MAIL_PER_NEIGHBOUR + 10)]
    for at in range(0, len(flood), MAIL_PER_FRAME):
        hand_over(guest, *flood[at : at + MAIL_PER_FRAME])
    assert house.mail() == MAIL_PER_NEIGHBOUR
    assert wanted(guest.send(MailOffers((offered(for_far(999)),)))) == ()
    hand_over(other, for_far(1000))
    assert house.mail() == MAIL_PER_NEIGHBOUR + 1


def test_flood_of_letters_nobody_can_open_ends_at_the_share_too(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    to = address_of(house)._replace(mail_key=MailKey(bytes(32)).public)
    flood = [letter(Keys("ada"), to, number=number) for number in range(MAIL_PER_NEIGHBOUR + 5)]
    for at in range(0, len(flood), MAIL_PER_FRAME):
        hand_over(guest, *flood[at : at + MAIL_PER_FRAME])
    assert mail.mail_of(house.store.connection, guest.pod_id) == MAIL_PER_NEIGHBOUR
    assert house.letters() == []


def test_tokens_remembered_of_one_neighbour_are_bounded(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = carrier(house, "guest")
    with house.store.atomic(house.now().wall_ms) as tx:
        for number in range(RELEASED_PER_NEIGHBOUR + 5):
            token = number.to_bytes(16, "big")
            mail.release(tx, token_hash(token), token, brought_by=guest.pod_id, until_running_ms=1)
    count = "SELECT count(*) FROM mail_released"
    assert house.store.connection.execute(count).fetchone() == (RELEASED_PER_NEIGHBOUR,)


def test_own_mail_goes_first_and_the_rest_in_fair_turns(street: Neighbourhood) -> None:
    house = house_of(street)
    flooding, quiet = carrier(house, "flooding", far=3), carrier(house, "quiet", far=3)
    hand_over(flooding, *(for_far(number) for number in range(50)))
    hand_over(quiet, for_far(100))
    own = for_far(200)
    with house.store.atomic(house.now().wall_ms) as tx:
        mail.put_mail(tx, own, brought_by=None, until_running_ms=1 << 50)
    order = [it.brought_by for it in mail.carried(house.store.connection)]
    assert order[0] is None
    assert set(order[1:3]) == {flooding.pod_id, quiet.pod_id}
    near = carrier(house, "near")
    offers = offers_heard(near)
    assert offers[0].id == own.id
    assert len(offers) == 52


# --- Offers, wants, tokens ---


def test_want_of_what_was_not_offered_ends_the_session(street: Neighbourhood) -> None:
    house = house_of(street)
    sender = carrier(house, "sender", far=3)
    hand_over(sender, for_far())
    peeking = carrier(house, "peeking", far=None)
    peeking.send(MailWant((for_far().id,)))
    assert peeking.closed == "out_of_turn"
    assert not [frame for frame in peeking.heard if isinstance(frame, MailBatch)]


def test_mail_is_offered_to_nobody_that_is_not_nearer_or_does_not_carry(
    street: Neighbourhood,
) -> None:
    house = house_of(street)
    sender, near = carrier(house, "sender", far=3), carrier(house, "near", far=2)
    sent = for_far()
    hand_over(sender, sent)
    as_far = carrier(house, "as far", far=3)
    blocking = Guest(house, "blocking")
    blocking.meet(calls=True, entries=[blocking.entry(0), FAR.entry(1, carried=False)])
    claiming = Guest(house, "claiming")
    claiming.meet(calls=True, entries=[claiming.entry(0), FAR.entry(0)])
    for guest in (as_far, blocking, claiming, sender):
        assert offers_heard(guest) == [], guest
    assert offers_heard(near) == [offered(sent)]


def test_mail_is_not_offered_back_to_who_brought_it(street: Neighbourhood) -> None:
    house = house_of(street)
    bringer, other = carrier(house, "bringer", far=1), carrier(house, "other", far=1)
    hand_over(bringer, for_far())
    assert offers_heard(bringer) == []
    assert len(offers_heard(other)) == 1


def test_made_up_tokens_delete_nothing_and_are_not_remembered(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = carrier(house, "guest")
    hand_over(guest, for_far())
    guest.send(MailTokens(tuple(bytes([n]) * 16 for n in range(20, 40))))
    assert house.mail() == 1
    assert house.store.connection.execute("SELECT * FROM mail_released").fetchall() == []


def test_sender_hears_of_an_arrival_only_by_the_token(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house)
    house.keeper.roster.note_contact(guest.pod_id, house.now())
    message_id = house.send(street.build(["other"])[0], "hello")
    guest.meet(calls=True)
    guest.send(MailTokens((message_id, bytes(16))))
    assert settled(house) == {}


def test_mail_of_a_neighbour_goes_with_the_federation(street: Neighbourhood) -> None:
    house = house_of(street)
    guest, other = carrier(house, "guest"), carrier(house, "other")
    hand_over(guest, for_far(1))
    hand_over(other, for_far(2))
    house.keeper.roster.remove_neighbour(guest.pod_id, house.now())
    assert [it.brought_by for it in mail.carried(house.store.connection)] == [other.pod_id]


def test_bytes_that_are_no_mail_end_the_session(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = Guest(house).meet(calls=True)
    guest.send(MailBatch((b"no mail",)))
    assert guest.closed == "malformed"


def test_nothing_is_carried_for_a_blocked_pod(street: Neighbourhood) -> None:
    house = house_of(street)
    guest = carrier(house, "guest")
    with house.store.atomic(house.now().wall_ms) as tx:
        peers.set_carried(tx, PodId(FAR.pod_id), carried=False, why="block")
    house.keeper.roster.load_authors()
    hand_over(guest, for_far())
    assert house.mail() == 0

"""Letters find their pod over pods that cannot read them, once, and leave nothing behind (R15)."""

from protocol.frames import Frame, MailBatch, MailOffers, MailTokens
from protocol.limits import LETTER_TRIED_RUNNING_S, MAIL_COPIES
from store import mail, peers
from store.mail import carried
from tests.neighbourhood import START_MS, House, Neighbourhood
from tests.street.post import key_in_card, settled


def lane(street: Neighbourhood, names: str) -> list[House]:
    """Build houses in a row, each with a card that all the others have."""
    houses = street.build(names)
    street.line(houses)
    for house in houses:
        house.show_card()
    street.settle()
    return houses


def batches(street: Neighbourhood) -> list[tuple[str, str]]:
    """Return who handed mail to whom, so far."""
    return [(a.name, b.name) for _, a, b, frame in street.wires.frames if type(frame) is MailBatch]


def test_letter_crosses_two_hops_and_more_and_is_deleted_everywhere(street: Neighbourhood) -> None:
    a, b, c, d = lane(street, "abcd")
    message_id = a.send(d, "Two bags of rice?")
    street.settle()
    assert d.letters() == ["Two bags of rice?"]
    assert batches(street) == [("a", "b"), ("b", "c"), ("c", "d")]
    assert [house.mail() for house in (a, b, c, d)] == [0, 0, 0, 0]
    assert settled(a) == {message_id: True}
    street.assert_all_is_well()


def test_letter_reaches_six_hops_and_no_seventh(street: Neighbourhood) -> None:
    houses = lane(street, "abcdefgh")
    houses[0].send(houses[6], "six hops")
    houses[0].send(houses[7], "seven hops")
    street.settle()
    assert houses[6].letters() == ["six hops"]
    assert houses[7].letters() == []
    assert [house.mail() for house in houses] == [0] * 8, "no card, so it is not even sealed"


def test_letter_written_before_the_card_came_is_sealed_when_it_has(street: Neighbourhood) -> None:
    a, b, c = street.build("abc")
    street.line([a, b, c])
    c.write("known, but without a card")
    street.settle()
    a.send(c, "hello")
    street.settle()
    assert (a.mail(), c.letters()) == (0, [])
    c.show_card()
    street.settle()
    assert c.letters() == ["hello"]


def test_relay_off_for_days_delivers_when_it_is_back(street: Neighbourhood) -> None:
    a, b, c, d = lane(street, "abcd")
    c.stop()
    a.send(d, "late")
    street.settle()
    assert (b.mail(), d.letters()) == (1, [])
    a.stop()
    street.sleep_days(9)
    b.restart()
    c.start()
    street.settle()
    assert d.letters() == ["late"]
    assert [b.mail(), c.mail()] == [0, 0]
    a.start()
    street.settle()
    assert a.mail() == 0
    assert list(settled(a).values()) == [True]


def test_copies_go_to_three_that_are_nearer_and_all_are_deleted_by_the_token(
    street: Neighbourhood,
) -> None:
    a, *relays, d = street.build("abcefgd")
    for relay in relays:
        street.federate(a, relay)
        street.federate(relay, d)
    d.show_card()
    street.settle()
    d.stop()
    a.send(d, "to all of you")
    street.settle()
    assert sum(relay.mail() for relay in relays) == MAIL_COPIES
    d.start()
    street.settle(900)
    assert d.letters() == ["to all of you"]
    assert [house.mail() for house in (a, *relays, d)] == [0] * 7


def test_never_offered_back_nor_to_who_is_not_nearer(street: Neighbourhood) -> None:
    a, b, _c, d = lane(street, "abcd")
    side = street.build("s")[0]
    street.federate(side, b)
    street.settle()
    d.stop()
    a.send(d, "straight on")
    street.settle(1800)
    assert batches(street) == [("a", "b"), ("b", "c")]
    assert side.mail() == 0
    d.start()
    street.settle()
    assert d.letters() == ["straight on"]
    told = {b.name for _, _, b, frame in street.wires.frames if isinstance(frame, MailTokens)}
    assert told == {"a", "b", "c"}, "tokens go where the mail has been"


def test_released_mail_injected_again_is_answered_with_the_token(street: Neighbourhood) -> None:
    a, b, c = lane(street, "abc")
    seen: list[Frame] = []
    street.watch = lambda _sender, _receiver, frame: seen.append(frame)
    a.send(c, "once")
    street.settle()
    (first, *_) = [frame for frame in seen if isinstance(frame, MailBatch)]
    (token,) = {frame for frame in seen if isinstance(frame, MailTokens)}
    for sender, receiver in ((a, b), (b, c)):
        wire = street.wires.between(sender, receiver)
        assert wire is not None
        seen.clear()
        street.wires.hand_over(wire, receiver, first)
        street.settle()
        assert [it for it in seen if isinstance(it, MailTokens)] == [token]
        assert not [it for it in seen if isinstance(it, MailOffers)], "it is dropped"
    assert c.letters() == ["once"]
    assert [house.mail() for house in (a, b, c)] == [0, 0, 0]


def test_recipient_that_rotates_gets_its_letters_sealed_anew(street: Neighbourhood) -> None:
    a, b, c = lane(street, "abc")
    c.stop()
    a.send(c, "to your new key")
    street.settle()
    assert b.mail() == 1
    c.rotate()
    c.start()
    street.settle()
    assert c.letters() == ["to your new key"]
    street.settle(120)
    assert [house.mail() for house in (a, b, c)] == [0, 0, 0]


def test_card_signed_again_with_the_old_key_only_delays_a_letter(street: Neighbourhood) -> None:
    """A new epoch whose card still shows the key of before: nobody can open what is sealed."""
    a, _b, c = lane(street, "abc")
    c.has_card = False  # nobody publishes the new one
    c.rotate()
    street.settle(900)
    assert c.keeper.mail_key.public != post_key(a, c)
    a.send(c, "hello")
    street.settle()
    assert c.letters() == []
    c.show_card()
    street.settle()
    assert c.letters() == ["hello"]


def post_key(house: House, of: House) -> bytes | None:
    return key_in_card(house.store.connection, of.pod_id)


def test_sender_that_rotates_seals_anew_and_is_read_once(street: Neighbourhood) -> None:
    a, _b, c, d = lane(street, "abcd")
    c.stop()
    a.send(d, "by my new key")
    street.settle()
    a.rotate()
    street.settle()
    c.start()
    street.settle(900)
    assert d.letters() == ["by my new key"]
    assert list(settled(a).values()) == [True]


def test_letter_of_a_stolen_machine_is_refused_once_the_theft_is_known(
    street: Neighbourhood,
) -> None:
    a, b, c = lane(street, "abc")
    c.stop()
    a.send(c, "by the thief")
    street.settle()
    a.stop()
    b.keeper.learn([a.certificate_of_epoch(street_epoch(a) + 50)], b.now())
    street.settle()
    c.start()
    street.settle()
    assert c.letters() == []


def street_epoch(house: House) -> int:
    return START_MS // 1000 + house.street.mono_ms // 1000


def test_sender_restored_from_a_backup_is_read_once(street: Neighbourhood) -> None:
    a, _b, c = lane(street, "abc")
    c.stop()
    a.send(c, "once")
    street.settle()
    a.stop()
    backup = a.copy_disk()
    a.start()
    c.start()
    street.settle()
    assert c.letters() == ["once"]
    a.stop()
    a.restore_disk(backup)
    a.start()
    street.settle()
    assert a.mail() == 0
    a.stop()
    a.restore_disk(backup)
    a.start()
    a.rotate()
    street.settle(900)
    assert c.letters() == ["once"]
    assert list(settled(a).values()) == [True]


def test_crash_between_saving_and_releasing_costs_nothing(street: Neighbourhood) -> None:
    a, b, c = lane(street, "abc")

    def crash(_sender: House, receiver: House, frame: Frame) -> None:
        if receiver is b and isinstance(frame, MailTokens):
            c.crash()
            street.watch = None

    street.watch = crash
    a.send(c, "once")
    street.run_s(5)
    assert not c.is_on
    c.start()
    street.settle(900)
    assert c.letters() == ["once"]
    assert [house.mail() for house in (a, b, c)] == [0, 0, 0]


def test_recipient_without_room_is_tried_again(street: Neighbourhood) -> None:
    a, b, c = lane(street, "abc")
    c.box.is_full = True
    a.send(c, "when there is room")
    street.settle()
    assert (b.mail(), c.letters()) == (1, [])
    c.box.is_full = False
    street.settle(900)
    assert c.letters() == ["when there is room"]


def test_expired_mail_is_sealed_anew_for_a_month_of_running(street: Neighbourhood) -> None:
    a, b, c = lane(street, "abc")
    c.stop()
    message_id = a.send(c, "are you there?")
    street.settle()
    first = carried(a.store.connection)[0].id
    street.sleep_days(15)
    street.settle()
    assert carried(a.store.connection)[0].id != first
    assert [it.id for it in carried(b.store.connection)] == [carried(a.store.connection)[0].id]
    with a.as_command() as keeper:
        keeper.save_time(a.now(), LETTER_TRIED_RUNNING_S * 1000)
    street.settle()
    assert a.mail() == 0
    assert settled(a) == {message_id: False}


def test_letter_of_a_blocked_pod_is_not_taken_in(street: Neighbourhood) -> None:
    a, _b, c = lane(street, "abc")
    with c.as_command() as keeper, keeper.store.atomic(c.now().wall_ms) as tx:
        peers.set_carried(tx, a.pod_id, carried=False, why="block")
    street.settle()
    a.send(c, "let me in")
    street.settle()
    assert c.letters() == []
    assert settled(a) == {}


def test_letters_stopped_by_a_block_come_once_it_is_lifted(street: Neighbourhood) -> None:
    """Of the sender at the recipient, who refused them; of the recipient at a relay, who waits."""
    a, b, c, d = lane(street, "abcd")
    d.block(a.pod_id, blocked=True)
    a.send(d, "refused")
    street.settle()
    c.block(d.pod_id, blocked=True)
    street.settle()
    a.send(d, "held back")
    street.settle(900)
    assert d.letters() == []
    c.unblock_all()
    d.unblock_all()
    street.settle(900)
    assert sorted(d.letters()) == ["held back", "refused"]
    assert list(settled(a).values()) == [True, True]
    assert [house.mail() for house in (a, b, c, d)] == [0, 0, 0, 0]


def test_sender_and_text_are_on_no_other_disk(street: Neighbourhood) -> None:
    """Relays hold the mail for days; nothing in their files, log included, tells of it."""
    a, b, c, d = lane(street, "abcd")
    c.stop()
    text = "Rice for Marisol, third floor"
    a.send(d, text)
    street.settle()
    assert b.mail() == 1
    (letter,) = mail.letters_out(a.store.connection)
    for path in b.folder.iterdir():
        data = path.read_bytes()
        assert text.encode() not in data
        assert letter.message_id not in data
    (wire,) = mail.mail_wires(b.store.connection, [carried(b.store.connection)[0].id])
    for secret in (a.pod_id, a.keeper.working_key.public, a.name.encode() * 3, text.encode()):
        assert secret not in wire

"""Two pods want the same thing: what everybody sees, whatever the network does meanwhile.

Whole pods on the simulator: real stores, sessions and sealed letters.
"""

from pathlib import Path
from typing import Any

import pytest

from protocol.aid.audience import Audience
from protocol.aid.letter import Answer, Reply
from protocol.aid.life import Standing
from protocol.aid.listing import State, state
from store.aid import BoardItem, BoardQuery
from tests.aid.listings import soup
from tests.neighbourhood import DAY_S
from tests.street.people import Home, Street


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path, seed=11)


def lane(street: Street, names: str) -> list[Home]:
    """Build homes in a row, each knowing the cards of all."""
    homes = [home for home in street.build(names) if isinstance(home, Home)]
    street.line(homes)
    street.settle(600)
    return homes


def offer(home: Home, title: str, *, end_s: int | None = None, **fields: Any) -> bytes:
    with home.people() as pod:
        listing = soup(title=title, **fields)
        item = pod.listings.publish(listing, audience=Audience.NETWORK, valid_until_s=end_s)
    return item.rid


def item_at(home: Home, rid: bytes) -> BoardItem | None:
    with home.people() as pod:
        found = pod.listings.board(BoardQuery(open_only=False))
    return next((it for it in found if it.rid == rid), None)


def seen(home: Home, rid: bytes) -> State | None:
    """Return what people of home see of a listing."""
    item = item_at(home, rid)
    now_s = home.now().wall_ms // 1000
    return item and state(item.listing, item.valid_until_s, now_s)


def ask(home: Home, rid: bytes, who: str) -> None:
    """Reply to another pod's listing, as far as this home still sees it."""
    item = item_at(home, rid)
    assert item is not None
    with home.people() as pod:
        pod.letters.reply(item, from_label=who)


def told(home: Home) -> list[str]:
    """Return what other pods answered home's replies, in order."""
    with home.people() as pod:
        came = [it.body for it in reversed(pod.letters.all()) if not it.kept.is_ours]
    return [body.verdict for body in came if isinstance(body, Answer)]


def standings(home: Home, rid: bytes) -> dict[str, Standing]:
    with home.people() as pod:
        return {answer.by or "": answer.standing for answer in pod.answers.of(rid)}


def promise(home: Home, rid: bytes, who: str) -> None:
    with home.people() as pod:
        number = next(it.number for it in pod.answers.of(rid) if it.by == who)
        pod.answers.promise(rid, number)


def test_two_pods_ask_for_the_last_one_during_a_split_and_one_is_promised_it(
    street: Street,
) -> None:
    b, a, c = lane(street, "bac")
    ladder = offer(a, "Ladder")
    street.settle()
    street.split(a, b)
    street.split(a, c)
    ask(b, ladder, "Ben")
    ask(c, ladder, "Cleo")
    street.settle()
    # Nobody shows that it is promised before the pod that made it has said so.
    assert [seen(home, ladder) for home in (a, b, c)] == [State.OPEN] * 3
    assert standings(a, ladder) == {}

    street.heal(a, b)
    street.settle()
    promise(a, ladder, "Ben")
    street.settle()
    assert told(b) == ["accepted"]
    assert seen(c, ladder) is State.OPEN  # still cut off: it has heard nothing
    street.heal(a, c)
    street.settle()
    assert standings(a, ladder) == {"Ben": Standing.PROMISED, "Cleo": Standing.WAITING}
    assert told(c) == ["waiting"]
    assert [seen(home, ladder) for home in (a, b, c)] == [State.SPOKEN_FOR] * 3


def test_a_reply_that_travels_while_the_listing_is_withdrawn_hears_that_it_is_gone(
    street: Street,
) -> None:
    a, b, c = lane(street, "abc")
    plums = offer(a, "Plums")
    street.settle()
    street.split(a, b)
    ask(c, plums, "Cleo")
    street.settle()  # as far as b
    with a.people() as pod:
        pod.listings.withdraw(plums)
    street.heal(a, b)
    street.settle()
    assert told(c) == ["gone"]
    assert standings(a, plums) == {"Cleo": Standing.GONE}
    assert item_at(c, plums) is None
    with c.people() as pod:  # what Cleo wrote is still there
        assert any(isinstance(it.body, Reply) for it in pod.letters.all())


def test_a_reply_that_comes_after_the_end_is_delivered_and_marked_late(street: Street) -> None:
    a, b = lane(street, "ab")
    plums = offer(a, "Plums", end_s=a.now().wall_ms // 1000 + 2 * DAY_S)
    street.settle()
    street.split(a, b)
    ask(b, plums, "Ben")
    street.settle()
    street.sleep_days(3)
    street.heal(a, b)
    street.settle()
    with a.people() as pod:
        (answer,) = pod.answers.of(plums)
        assert (answer.by, answer.is_late, answer.standing) == ("Ben", True, Standing.WAITING)
        pod.answers.promise(plums, answer.number)  # kindness has no end
    street.settle()
    assert told(b) == ["accepted"]


def test_a_pod_that_is_lost_for_good_is_seen_to_end(street: Street) -> None:
    a, b = lane(street, "ab")
    plums = offer(a, "Plums", end_s=a.now().wall_ms // 1000 + 2 * DAY_S)
    street.settle()
    a.crash()
    assert seen(b, plums) is State.OPEN
    street.sleep_days(3)
    street.settle()
    assert seen(b, plums) is State.EXPIRED


def test_an_old_backup_of_the_author_promises_nothing_twice(street: Street) -> None:
    a, b = lane(street, "ab")
    ladder = offer(a, "Ladder")
    street.settle()
    backup = a.copy_disk()
    ask(b, ladder, "Ben")
    street.settle()
    promise(a, ladder, "Ben")
    street.settle()

    a.stop()
    a.restore_disk(backup)
    a.start()
    street.settle()
    with a.people() as pod:
        item = pod.listings.own(ladder)
        assert item.listing.left == 0, "its neighbours brought its newer version home"
        # Whom it was promised to is not known here; that it is promised is.
        assert pod.answers.of(ladder) == []
        assert pod.answers.unknown_promises(item) == 1
    assert seen(b, ladder) is State.SPOKEN_FOR
    assert told(b) == ["accepted"]


def test_an_old_backup_does_not_forget_by_itself_what_was_opened_again(street: Street) -> None:
    a, b = lane(street, "ab")
    plums = offer(a, "Plums", end_s=0, status="done")
    with a.people() as pod:
        pod.tidy()
    street.settle()
    backup = a.copy_disk()
    with a.people() as pod:
        pod.listings.edit(plums, soup(title="Plums again"))
    street.settle()
    a.stop()
    a.restore_disk(backup)
    street.split(a, b)
    a.start()
    street.sleep_days(31)
    a.pod.tidy()  # done for 31 days, as this machine knows it
    assert item_at(a, plums) is not None, "it has not heard yet what its neighbours have"
    street.heal(a, b)
    street.settle()
    a.pod.tidy()
    assert [seen(home, plums) for home in (a, b)] == [State.OPEN] * 2

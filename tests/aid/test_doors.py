"""What people do with resources, events, notices and crises at the pod's doors."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from node.aid.zones import zone_of
from node.drafts import Draft
from node.pod import Pod
from node.words import words_in
from protocol.aid import limits
from protocol.aid.audience import Audience
from protocol.aid.crisis_status import CrisisStatus
from protocol.aid.event import EVENT, Event
from protocol.aid.house.limits import MAX_RSVPS
from protocol.aid.house.rights import MACHINE, STRANGER
from protocol.aid.notice import Notice
from protocol.aid.outcome import Outcome
from protocol.aid.reference import refer
from protocol.aid.resource import Resource
from protocol.errors import UserError
from protocol.record import Scope
from store.aid import Item, ItemQuery
from tests.aid.bodies import LEAST
from tests.aid.village import Village
from tests.neighbourhood import START_MS

DAY_S = 86_400
TODAY = date(2027, 1, 15)  # of every village
NOW_S = START_MS // 1000
POD, NEAR, NETWORK = Audience


@pytest.fixture
def pod(village: Village) -> Iterator[Pod]:
    (house,) = village.houses_named("a")
    with house.as_pod() as opened:
        yield opened


def resource(**fields: Any) -> Resource:
    return Resource.write(LEAST["resource"] | {"last_checked": TODAY.isoformat()} | fields)


def event(**fields: Any) -> Event:
    return Event.write(LEAST["event"] | {"start": "2027-01-16T10:00"} | fields)


def notice(**fields: Any) -> Notice:
    return Notice.write(LEAST["notice"] | fields)


# --- What holds at every door ---


def test_what_is_for_the_pod_alone_makes_no_record(pod: Pod) -> None:
    item = pod.notices_board.publish(notice(), audience=POD)
    assert item.record is None
    rows = pod.keeper.store.connection.execute("SELECT count(*) FROM record").fetchone()
    assert rows == (0,)
    pod.notices_board.withdraw(item.rid)
    assert pod.notices_board.page(ItemQuery()) == []


def test_tables_made_anew_show_the_same(pod: Pod) -> None:
    for audience in Audience:
        pod.notices_board.publish(notice(title=audience.value), audience=audience)
    before = pod.notices_board.page(ItemQuery())
    with pod.keeper.store.atomic(START_MS) as tx:
        tx.connection.execute("UPDATE aid_layout SET version = 0")
    after = Pod(pod.keeper).notices_board.page(ItemQuery())
    assert {it.body.title for it in after} == {it.body.title for it in before}
    assert len(after) == 3


def test_reference_is_the_beginning_of_a_rid_and_ours_comes_first(pod: Pod) -> None:
    item = pod.readings.publish(
        type(pod.readings).BODY.write(LEAST["reading"]), audience=POD, rid=b"\xab" * 16
    )
    assert pod.readings.find(" ABAB ").rid == item.rid
    for wrong, code in (("aba", "invalid"), ("zzzz", "invalid"), ("abac", "not_found")):
        with pytest.raises(UserError) as err:
            pod.readings.find(wrong)
        assert err.value.code == code
    with pytest.raises(UserError) as none:
        pod.readings.own(b"\xac" * 16)
    assert none.value.code == "not_found"


def test_words_and_categories_narrow_a_list(pod: Pod) -> None:
    pod.directory.publish(resource(name="Café Sol", categories=("food", "water")), audience=POD)
    pod.directory.publish(resource(name="Warm room"), audience=POD)

    def found(**query: Any) -> list[str]:
        return [it.body.name for it in pod.directory.page(ItemQuery(**query))]

    assert found(words="cafe SOL") == ["Café Sol"]
    assert found(words="cafe room") == []
    assert found(filed_under="water") == ["Café Sol"]
    assert found(filed_under="wat") == []
    assert sorted(found(filed_under="food")) == ["Café Sol", "Warm room"]


def test_pages_follow_one_another_without_gap_or_repeat(pod: Pod) -> None:
    for number in range(5):
        pod.notices_board.publish(notice(title=str(number)), audience=POD)
    first = pod.notices_board.page(ItemQuery(limit=2))
    rest = pod.notices_board.page(ItemQuery(after=first[-1].position))
    assert [it.body.title for it in [*first, *rest]] == ["4", "3", "2", "1", "0"]
    assert [it.body.title for it in pod.notices_board.each(ItemQuery())] == [
        "4",
        "3",
        "2",
        "1",
        "0",
    ]
    assert pod.notices_board.count(ItemQuery(limit=2)) == 5


@pytest.mark.parametrize("end_s", [NOW_S, NOW_S - 1, NOW_S + limits.MAX_OPEN_S + 1])
def test_end_lies_between_now_and_400_days(pod: Pod, end_s: int) -> None:
    with pytest.raises(UserError, match="400 days"):
        pod.notices_board.publish(notice(), audience=POD, valid_until_s=end_s)


def test_alert_cannot_be_meant_for_longer_than_three_days(pod: Pod) -> None:
    for end_s in (0, NOW_S + limits.ALERT_S + 1):
        with pytest.raises(UserError, match="72 hours"):
            pod.notices_board.publish(notice(topic="alert"), audience=POD, valid_until_s=end_s)


def test_renewed_alert_counts_from_now(village: Village) -> None:
    (house,) = village.houses_named("a")
    with house.as_pod() as pod:
        item = pod.notices_board.publish(notice(topic="alert"), audience=POD)
        assert pod.notices_board.ending() == []
    village.sleep_days(2.6)
    with house.as_pod() as pod:
        assert [it.rid for it in pod.notices_board.ending()] == [item.rid]
        renewed = pod.notices_board.renew(item.rid)
        assert renewed.closes_s == item.closes_s + 2.6 * DAY_S
        assert pod.notices_board.ending() == []
        edited = pod.notices_board.edit(item.rid, notice(topic="alert", text="Longer"))
        assert edited.closes_s == renewed.closes_s


def test_confirmation_under_another_rid_is_not_shown(pod: Pod) -> None:
    item = pod.directory.publish(resource(), audience=NETWORK)
    said = pod.directory.confirm(item, "closed", on=TODAY).body
    second = Draft(said.CODE, b"x" * 16, Scope.NETWORK, said.to_payload())
    pod.keeper.signer.sign([second], pod.now())
    assert len(pod.directory.entry(item).found) == 1


def test_time_of_posting_to_come_keeps_nothing_up(pod: Pod) -> None:
    tomorrow = notice(title="Tomorrow", posted_s=NOW_S + DAY_S).to_payload()
    pod.keeper.signer.sign([Draft(Notice.CODE, b"n" * 16, Scope.NETWORK, tomorrow)], pod.now())
    assert [it.posted_s for it in pod.notices_board.page(ItemQuery())] == [NOW_S]


@pytest.mark.parametrize(("days", "soon"), [(2, True), (4, False)])
def test_notice_is_to_be_renewed_a_weekend_before_its_end(
    pod: Pod, days: int, *, soon: bool
) -> None:
    pod.notices_board.publish(notice(), audience=POD, valid_until_s=NOW_S + days * DAY_S)
    assert bool(pod.notices_board.ending()) is soon


# --- The directory ---


def test_second_word_of_a_pod_takes_the_place_of_its_first(pod: Pod) -> None:
    item = pod.directory.publish(resource(), audience=NETWORK)
    pod.directory.confirm(item, "closed", on=TODAY, note="The door was shut.")
    pod.directory.confirm(item, "still-true", on=TODAY)
    (found,) = pod.directory.entry(item).found
    assert (found.body.says, found.body.note) == ("still-true", None)


@pytest.mark.parametrize(("days", "old"), [(180, False), (181, True)])
def test_resource_that_nobody_checked_for_long_is_old(pod: Pod, days: int, *, old: bool) -> None:
    before = (TODAY - timedelta(days=days)).isoformat()
    item = pod.directory.publish(resource(last_checked=before), audience=POD)
    assert pod.directory.entry(item).is_old is old
    assert bool(pod.directory.to_check()) is old
    checked = pod.directory.checked(item.rid, TODAY)
    assert not pod.directory.entry(checked).is_old


def test_word_that_it_is_closed_counts_until_somebody_finds_it_open_later(pod: Pod) -> None:
    item = pod.directory.publish(resource(last_checked="2027-01-01"), audience=POD)
    pod.directory.confirm(item, "closed", on=date(2027, 1, 10))
    assert pod.directory.entry(item).is_doubted
    assert [entry.item.rid for entry in pod.directory.to_check()] == [item.rid]
    checked = pod.directory.checked(item.rid, TODAY)
    assert not pod.directory.entry(checked).is_doubted


def test_day_to_come_makes_nothing_fresh(pod: Pod) -> None:
    item = pod.directory.publish(resource(last_checked="2099-01-01"), audience=POD)
    assert pod.directory.entry(item).last_true <= TODAY + timedelta(days=1)
    with pytest.raises(UserError, match="still to come"):
        pod.directory.confirm(item, "still-true", on=TODAY + timedelta(days=2))


def test_confirmation_is_seen_by_those_who_see_the_resource(pod: Pod) -> None:
    for audience in Audience:
        item = pod.directory.publish(resource(), audience=audience)
        assert pod.directory.confirm(item, "changed", on=TODAY).audience is audience


def test_what_is_to_check_is_found_whoever_doubts_it_and_the_oldest_first(village: Village) -> None:
    ours, theirs = village.houses_named("ab")
    village.line([ours, theirs])
    days = ("2026-12-30", "2026-02-03", "2027-01-10", "2025-01-01", "2026-02-02")
    with ours.as_pod() as pod:
        items = [pod.directory.publish(resource(last_checked=it), audience=NETWORK) for it in days]
        fresh, older, doubted, oldest, found_true = items
        pod.directory.confirm(found_true, "still-true", on=TODAY)
        pod.directory.confirm(fresh, "closed", on=date(2026, 12, 29))  # and looked at after that
    village.settle()
    with theirs.as_pod() as pod:
        found = pod.directory.find(doubted.rid.hex())
        pod.directory.confirm(found, "changed", on=date(2027, 1, 11))
    village.settle()
    with ours.as_pod() as pod:
        assert [it.item for it in pod.directory.to_check()] == [oldest, older, doubted]
        assert [it.item for it in pod.directory.to_check(1)] == [oldest]
        pod.authors.hide(theirs.pod_id, hidden=True)
        assert [it.item for it in pod.directory.to_check()] == [oldest, older]


def test_what_is_to_check_costs_the_same_however_many_places_there_are(pod: Pod) -> None:
    steps = []
    for _ in range(2):
        for _ in range(40):
            pod.directory.publish(resource(last_checked="2027-01-10"), audience=POD)
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        pod.keeper.store.connection.set_progress_handler(step, 1)
        assert pod.directory.to_check() == []
        pod.keeper.store.connection.set_progress_handler(None, 1)
        steps.append(count)
    assert steps[0] == steps[1]


def test_removed_resource_takes_this_pods_word_with_it(pod: Pod) -> None:
    item = pod.directory.publish(resource(), audience=NETWORK)
    pod.directory.confirm(item, "closed", on=TODAY)
    pod.directory.withdraw(item.rid)
    assert pod.directory.confirmations.page(ItemQuery()) == []


# --- Meetups ---


def begins(pod: Pod, **how: Any) -> list[str]:
    return [it.begins.isoformat() for it in pod.meetups.upcoming(**how)]


def test_meetings_of_all_events_come_in_the_order_of_the_world(pod: Pod) -> None:
    pod.meetups.publish(event(), audience=POD)
    pod.meetups.publish(event(tz="America/New_York", start="2027-01-16T05:00"), audience=POD)
    pod.meetups.publish(event(tz="Asia/Tokyo", start="2027-01-16T17:30"), audience=POD)
    assert begins(pod) == [
        "2027-01-16T17:30:00+09:00",
        "2027-01-16T10:00:00+01:00",
        "2027-01-16T05:00:00-05:00",
    ]


def test_row_stays_at_its_hour_when_summer_time_comes(pod: Pod) -> None:
    pod.meetups.publish(event(repeats="weekly", start="2027-03-21T10:00"), audience=POD)
    assert begins(pod, ahead_s=90 * DAY_S)[:2] == [
        "2027-03-21T10:00:00+01:00",
        "2027-03-28T10:00:00+02:00",
    ]


def test_meeting_is_shown_until_it_is_over(pod: Pod) -> None:
    # It is nine in the morning in Madrid.
    pod.meetups.publish(event(start="2027-01-15T07:01"), audience=POD)
    pod.meetups.publish(event(start="2027-01-15T06:59"), audience=POD)
    assert begins(pod) == ["2027-01-15T07:01:00+01:00"]


def test_zone_that_this_machine_does_not_know_is_shown_as_it_is_written(pod: Pod) -> None:
    item = pod.meetups.publish(event(tz="Moon/Tycho"), audience=POD)
    (meeting,) = pod.meetups.next_of(item)
    assert (meeting.day, meeting.begins.hour, meeting.zone_known) == ("2027-01-16", 10, False)


def test_a_night_of_a_row_keeps_its_hours_over_the_change_to_summer_time(pod: Pod) -> None:
    row = event(
        tz="America/New_York", start="2027-03-06T22:00", end="2027-03-07T03:30", repeats="weekly"
    )
    nights = pod.meetups.next_of(pod.meetups.publish(row, audience=POD), 3)
    said = [(f"{it.begins:%d %H:%M %z}", f"{it.ends:%d %H:%M %z}") for it in nights]
    assert said == [
        ("06 22:00 -0500", "07 03:30 -0500"),
        ("13 22:00 -0500", "14 03:30 -0400"),  # an hour less, by the same clock on the wall
        ("20 22:00 -0400", "21 03:30 -0400"),
    ]
    assert words_in("en").span(nights[1].begins, nights[1].ends) == (
        "Sat 13 Mar, 22:00 – Sun 14 Mar, 03:30"
    )


@pytest.mark.parametrize("name", ["posixrules", "Europe", "a" * 40, "tzdata"])
def test_no_name_of_a_zone_breaks_anything(name: str) -> None:
    assert zone_of(name) is None or zone_of(name)


def test_daily_row_of_one_pod_does_not_fill_the_list(pod: Pod) -> None:
    every_day = ("mo", "tu", "we", "th", "fr", "sa", "su")
    pod.meetups.publish(event(repeats="weekly", on=every_day), audience=POD)
    pod.meetups.publish(event(title="Assembly", start="2027-12-01T10:00"), audience=POD)
    found = pod.meetups.upcoming(ahead_s=10_000 * DAY_S, limit=1000)
    assert len(found) == limits.MAX_MEETINGS_OF_ONE + 1
    assert found[-1].item.body.title == "Assembly"


def test_cancelled_event_is_seen_as_cancelled_and_one_of_a_row_is_left_out(pod: Pod) -> None:
    once = pod.meetups.publish(event(), audience=POD)
    row = pod.meetups.publish(event(repeats="weekly"), audience=POD)
    pod.meetups.cancel_on(once.rid, "2027-01-16")
    pod.meetups.cancel_on(row.rid, "2027-01-23")
    found = [(it.day, it.item.body.status) for it in pod.meetups.upcoming()][:3]
    assert sorted(found) == [
        ("2027-01-16", "cancelled"),
        ("2027-01-16", "planned"),
        ("2027-01-30", "planned"),
    ]
    with pytest.raises(UserError, match="Nobody meets"):
        pod.meetups.cancel_on(row.rid, "2027-01-24")


def test_event_that_is_over_is_gone_and_no_flood_of_old_ones_hides_the_next(pod: Pod) -> None:
    for number in range(3):
        old = event(title=str(number), start="2027-01-10T10:00")
        pod.keeper.signer.sign(
            [Draft(EVENT, bytes([number]) * 16, Scope.NETWORK, old.to_payload())], pod.now()
        )
    pod.meetups.publish(event(), audience=POD)
    assert len(begins(pod)) == 1


def test_calendar_keeps_what_is_over_for_a_month(pod: Pod) -> None:
    for day in ("2026-12-10", "2026-12-20", "2027-12-20"):
        pod.meetups.publish(event(title=day, start=f"{day}T10:00"), audience=POD)
    assert {it.body.title for it in pod.meetups.for_calendar()} == {"2026-12-20", "2027-12-20"}


def test_who_comes_stays_in_the_pod_and_is_forgotten_a_month_after(village: Village) -> None:
    (house,) = village.houses_named("a")
    with house.as_pod() as pod:
        ana = pod.people.add(MACHINE, "Ana")
        ben = pod.people.add(MACHINE, "Ben")
        item = pod.meetups.publish(event(), audience=NETWORK)
        (meeting,) = pod.meetups.next_of(item)
        pod.meetups.rsvp(MACHINE, ben.id, meeting, "yes", along=2, wishes="No nuts")
        pod.meetups.rsvp(MACHINE, ana.id, meeting, "yes")
        pod.meetups.rsvp(MACHINE, ana.id, meeting, "no")
        said = pod.meetups.coming(MACHINE, meeting)
        assert [(name, it.coming, it.along) for name, it in said] == [
            ("Ana", "no", 0),
            ("Ben", "yes", 2),
        ]
        with pytest.raises(UserError):
            pod.meetups.coming(STRANGER, meeting)
        bodies = pod.keeper.store.connection.execute("SELECT body FROM record").fetchall()
        assert all(b"No nuts" not in body and b"Ben" not in body for (body,) in bodies)
    village.sleep_days(29)
    with house.as_pod() as pod:
        pod.tidy()
        assert len(pod.meetups.coming(MACHINE, meeting)) == 2
    village.sleep_days(3)
    with house.as_pod() as pod:
        pod.tidy()
        assert pod.meetups.coming(MACHINE, meeting) == []


def test_member_speaks_for_a_neighbour_without_a_phone_and_a_guest_for_nobody(pod: Pod) -> None:
    rosa, ben = pod.people.add(MACHINE, "Rosa"), pod.people.add(MACHINE, "Ben")
    (meeting,) = pod.meetups.next_of(pod.meetups.publish(event(), audience=POD))
    pod.meetups.rsvp(pod.people.viewer(ben.id), rosa.id, meeting, "maybe")
    assert len(pod.meetups.coming(pod.people.viewer(ben.id), meeting)) == 1
    with pytest.raises(UserError):
        pod.meetups.rsvp(STRANGER, ben.id, meeting, "yes")


def test_words_of_one_person_on_meetings_are_bounded(pod: Pod) -> None:
    ana = pod.people.add(MACHINE, "Ana")
    every_day = ("mo", "tu", "we", "th", "fr", "sa", "su")
    row = pod.meetups.publish(event(repeats="weekly", on=every_day), audience=POD)
    later = pod.meetups.publish(event(start="2027-06-01T10:00"), audience=POD)
    for meeting in pod.meetups.next_of(row, MAX_RSVPS):
        pod.meetups.rsvp(MACHINE, ana.id, meeting, "yes")
    pod.meetups.rsvp(MACHINE, ana.id, meeting, "no")
    with pytest.raises(UserError) as full:
        pod.meetups.rsvp(MACHINE, ana.id, pod.meetups.next_of(later)[0], "yes")
    assert full.value.code == "over_quota"


# --- Crises and questions ---


def test_pod_has_one_status_to_whomever_it_speaks(pod: Pod) -> None:
    pod.crisis.say(CrisisStatus(level="watch"), NEAR)
    pod.crisis.say(CrisisStatus(level="active", what="Flood"), NETWORK)
    (found,) = pod.crisis.statuses()
    assert (found.body.level, found.audience) == ("active", NETWORK)
    own = pod.crisis.get()
    assert own is not None
    assert own.body.what == "Flood"
    pod.crisis.take_back()
    assert pod.crisis.get() is None


def test_outcomes_stand_under_the_question_that_they_answer(pod: Pod) -> None:
    question: Item[Notice] = pod.notices_board.publish(notice(), audience=NETWORK)
    said = {"proposal": refer(question.author, question.rid), "title": "A seed swap?"}
    pod.outcomes.publish(Outcome.write(said | {"position": "block"}), audience=NETWORK)
    pod.outcomes.publish(Outcome.write(said | {"position": "agree"}), audience=NETWORK)
    (found,) = pod.outcomes.on(question)
    assert found.body.position == "agree"


def test_outcome_cannot_become_one_on_another_question(pod: Pod) -> None:
    said = pod.outcomes.publish(Outcome.write(LEAST["outcome"]), audience=NETWORK)
    other = Outcome.write(LEAST["outcome"] | {"proposal": refer(pod.pod_id, b"o" * 16)})
    with pytest.raises(UserError, match="something else"):
        pod.outcomes.edit(said.rid, other)

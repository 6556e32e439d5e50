"""Two entries of one person become one, by two people's word: nothing is lost, no right is won."""

import itertools
import sqlite3
from typing import Any

import pytest

from node.aid.merging import Offer
from protocol.aid.house.limits import MAX_CONTACTS, MAX_MERGE_OFFERS, MERGE_KEPT_S
from protocol.aid.house.member import Contact
from protocol.aid.house.proposal import Stand
from protocol.aid.house.rights import MACHINE, MemberId, Role
from protocol.aid.house.roll_call import Answer
from protocol.errors import UserError
from store.house import merges
from tests.aid.house.markers import columns_of
from tests.aid.house.street import Street

NUMBERS = itertools.count(100)
NOTE = "Insulin in the fridge"


def add(street: Street, name: str, **fields: Any) -> MemberId:
    id_ = street.pod.people.add(MACHINE, name, **fields).id
    street.ids[name] = id_
    return id_


@pytest.fixture(name="paper")
def paper_(street: Street) -> MemberId:
    """Maria, as Rosa wrote her in from paper."""
    return add(street, "Maria (paper)", languages=("es",), how_best="Knock")


@pytest.fixture(name="maria")
def maria_(street: Street) -> MemberId:
    """The same Maria, who joined with her phone."""
    id_ = add(street, "Maria")
    street.pod.devices.sign_in(id_, "phone")
    return id_


def merge(street: Street, goes: MemberId, stays: MemberId, by: str = "Rosa") -> None:
    street.pod.merging.say(street.as_(by), goes, stays)
    for viewer in (street.pod.people.viewer(goes), street.pod.people.viewer(stays)):
        if street.pod.merging.asks(viewer) and street.pod.devices.of_member(viewer.member or b""):
            street.pod.merging.say_yes(viewer, goes, stays)


def names(street: Street) -> list[str]:
    return [it.name for it in street.pod.people.members(MACHINE)]


def log_of(street: Street) -> list[str]:
    return [it.what for it in street.pod.steward_log.entries(MACHINE)]


# --- Who says it, and who says yes ---


def test_steward_says_it_and_it_is_done_when_she_says_yes_on_her_phone(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    merging, her = street.pod.merging, street.pod.people.viewer(maria)
    waits = merging.say(street.as_("Rosa"), paper, maria)
    assert isinstance(waits, Offer)
    assert "Maria (paper)" in names(street)
    assert [it.what.name for it in street.pod.for_you.waiting(her)] == ["TWICE"]
    assert street.pod.for_you.waiting(street.as_("Ben")) == []
    assert merging.say_yes(her, paper, maria) is None
    assert names(street) == ["Ana", "Ben", "Maria", "Rosa"]
    assert log_of(street)[:2] == ["merged", "said_twice"]
    became = street.pod.people.member(her, maria)
    assert (became.languages, became.how_best) == (("es",), "Knock")
    assert merging.offers(street.as_("Rosa")) == []


def test_nobody_but_the_two_says_yes_or_no_and_only_stewards_say_it(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    merging, her = street.pod.merging, street.pod.people.viewer(maria)
    for viewer in (street.as_("Ben"), her):
        with pytest.raises(UserError, match="not_allowed"):
            merging.say(viewer, paper, maria)
        with pytest.raises(UserError, match="not_allowed"):
            merging.look(viewer, paper, maria)
    merging.say(street.as_("Rosa"), paper, maria)
    for name in ("Ben", "Rosa"):
        with pytest.raises(UserError, match="not_allowed"):
            merging.say_yes(street.as_(name), paper, maria)
    with pytest.raises(UserError, match="not_allowed"):
        merging.say_no(street.as_("Ben"), paper, maria)
    merging.say_no(her, paper, maria)
    assert merging.offers(street.as_("Rosa")) == []
    with pytest.raises(UserError, match="not_found"):
        merging.say_yes(her, paper, maria)
    assert "Maria (paper)" in names(street)


def test_devices_of_both_mean_a_yes_of_both(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    phone = street.pod.devices.sign_in(paper, "old phone")
    merging, as_paper = street.pod.merging, street.pod.people.viewer(paper)
    merging.say(street.as_("Rosa"), paper, maria)
    assert merging.say_yes(street.pod.people.viewer(maria), paper, maria) is not None
    assert "Maria (paper)" in names(street)
    assert merging.asks(street.pod.people.viewer(maria)) == []
    assert merging.say_yes(as_paper, paper, maria) is None
    device = street.pod.devices.of_token(phone.token)
    assert device is not None
    assert device.member == maria


def test_steward_alone_takes_nobody_over(street: Street, paper: MemberId) -> None:
    """Neither on a page, nor at the machine, where nobody knows who types."""
    merging, rosa = street.pod.merging, street.ids["Rosa"]
    street.pod.care.write_note(street.pod.people.viewer(paper), paper, {"words": NOTE})
    for goes, stays in ((paper, rosa), (rosa, paper)):
        for viewer in (street.as_("Rosa"), MACHINE):
            with pytest.raises(UserError, match="not_allowed"):
                merging.say(viewer, goes, stays)
    assert street.pod.care.notes(street.as_("Rosa")) == []


def test_two_without_a_phone_are_put_together_at_a_stewards_word(street: Street) -> None:
    one, other = add(street, "Ida"), add(street, "Old Ida")
    assert street.pod.merging.say(MACHINE, other, one) is None
    assert "Old Ida" not in names(street)


# --- What is seen before ---


def test_look_shows_a_steward_nothing_that_is_not_for_stewards(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    her = street.pod.people.viewer(maria)
    own = [{"type": "phone", "value": "555 hidden", "on_screen": "nobody"}]
    street.pod.people.set_contacts(her, maria, own)
    street.pod.care.write_note(her, maria, {"words": NOTE})
    street.pod.decisions.propose(her, "A draft", "Of mine.", draft=True)
    looked = str(street.pod.merging.look(street.as_("Rosa"), paper, maria))
    for hidden in ("555 hidden", NOTE, "A draft"):
        assert hidden not in looked
    street.pod.merging.say(street.as_("Rosa"), paper, maria)
    assert "555 hidden" in str(street.pod.merging.look(her, paper, maria))


# --- Nothing is lost ---


def stand_in(connection: sqlite3.Connection, table: str, given: dict[str, object]) -> list[object]:
    """Save a row with these values; what else it needs is made up, or is what is there."""
    row: dict[str, object] = {}
    for it in columns_of(connection, table):
        if it.name in given:
            row[it.name] = given[it.name]
        elif it.refers_to is None:
            number = next(NUMBERS)
            is_count = it.type == "INTEGER" and not it.choices
            row[it.name] = number if is_count else it.value(number)
        else:
            there = connection.execute(f"SELECT * FROM {it.refers_to} LIMIT 1").fetchone()
            row[it.name] = (there or stand_in(connection, it.refers_to, given))[it.part]
    marks = ", ".join("?" * len(row))
    columns = ", ".join(f'"{it}"' for it in row)
    connection.execute(
        f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})",
        list(row.values()),
    )
    return list(row.values())


def naming(connection: sqlite3.Connection, member: MemberId) -> dict[str, int]:
    """Return how often each table names a person."""
    found = {}
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'house_%'"
    )
    for (table,) in tables.fetchall():
        for _, _, referred, column, *_ in connection.execute(f"PRAGMA foreign_key_list({table})"):
            if referred == "house_member":
                (count,) = connection.execute(
                    f"SELECT count(*) FROM {table} WHERE {column} = ?",
                    (member,),
                ).fetchone()
                found[f"{table}.{column}"] = count
    return found


LEFT: frozenset[str] = frozenset(
    (
        *("house_contact", "house_tree", "house_device_code", "house_import_person"),
        *("house_merge", "house_merge_offer"),
    )
)
"""Written anew, or about the entry itself."""


@pytest.fixture(name="busy")
def busy_(street: Street, paper: MemberId) -> Street:
    """Who stands in each column of each table that can name somebody."""
    pod, connection, ana = street.pod, street.pod.keeper.store.connection, street.ids["Ana"]
    pod.care.write_note(street.as_("Ana"), ana, {"words": "Mine"})
    proposal = pod.decisions.propose(street.as_("Rosa"), "Open the door", "Now.")
    others: dict[str, dict[str, object]] = {
        "house_care_viewer": {"member": ana},
        "house_buddies": {"one": min(ana, paper), "other": max(ana, paper)},
    }
    needs = {"category": "food", "needs": "[]", "proposal": proposal.id}
    with pod.keeper.store.atomic(pod.now().wall_ms):
        for place in naming(connection, paper):
            table, _, column = place.partition(".")
            if table not in LEFT:
                stand_in(connection, table, needs | {column: paper} | others.get(table, {}))
    return street


def test_all_that_is_somebodys_moves_whatever_table_it_is_in(
    busy: Street, paper: MemberId, maria: MemberId
) -> None:
    connection = busy.pod.keeper.store.connection
    before = {name: count for name, count in naming(connection, paper).items() if count}
    empty = {it for it in naming(connection, paper) if it.partition(".")[0] not in LEFT} - {*before}
    assert len(empty) == 1, "buddies stand in order of their ids"
    assert empty < {"house_buddies.one", "house_buddies.other"}
    merge(busy, paper, maria)
    after = naming(connection, maria)
    lost = [
        name
        for name, count in before.items()
        if name.partition(".")[0] not in LEFT | {"house_buddies"} and after[name] < count
    ]
    assert lost == []
    assert after["house_buddies.one"] + after["house_buddies.other"] == 1
    assert set(naming(connection, paper).values()) == {0}
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_taken_apart_all_stands_where_it_stood(
    busy: Street, paper: MemberId, maria: MemberId
) -> None:
    connection = busy.pod.keeper.store.connection

    def everything() -> dict[str, list[Any]]:
        tables = {it.partition(".")[0] for it in naming(connection, paper)}
        tables -= {*LEFT, "house_steward_log"}
        return {
            table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}")))
            for table in tables
        }

    def people() -> list[Any]:
        return busy.pod.people.members(MACHINE)

    before, were = everything(), people()
    merge(busy, paper, maria)
    assert everything() != before
    [done] = busy.pod.merging.done(busy.as_("Maria"), maria)
    busy.pod.merging.undo(busy.as_("Maria"), done.number)
    assert everything() == before
    assert people() == were
    assert busy.pod.merging.done(busy.as_("Maria"), maria) == []


# --- What stands beside each other ---


def test_same_contact_keeps_the_narrower_consent(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    wide = {"type": "phone", "value": "555 0100", "on_screen": "pod", "on_paper": True}
    street.pod.people.set_contacts(MACHINE, paper, [wide])
    narrow = {"type": "phone", "value": "5550100", "on_screen": "stewards", "on_paper": False}
    street.pod.people.set_contacts(street.pod.people.viewer(maria), maria, [narrow])
    merge(street, paper, maria)
    became = street.pod.people.member(street.pod.people.viewer(maria), maria)
    assert became.contacts == (Contact.model_validate(narrow),)


def test_more_contacts_than_fit_are_said_before(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    for id_, first in ((paper, 0), (maria, MAX_CONTACTS - 1)):
        ways = [{"type": "phone", "value": f"555 {first + it}"} for it in range(MAX_CONTACTS - 1)]
        street.pod.people.set_contacts(street.pod.people.viewer(id_), id_, ways)
    with pytest.raises(UserError, match="over_quota"):
        street.pod.merging.say(street.as_("Rosa"), paper, maria)
    assert "Maria (paper)" in names(street)


def test_of_two_care_notes_the_newer_stays_with_its_own_readers(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    care, store = street.pod.care, street.pod.keeper.store
    as_paper, her = street.pod.people.viewer(paper), street.pod.people.viewer(maria)
    care.write_note(her, maria, {"words": "Newer", "viewers": (street.ids["Ana"],)})
    care.write_note(as_paper, paper, {"words": "Older", "viewers": (street.ids["Ben"],)})
    store.connection.execute(
        "UPDATE house_care_note SET written_s = written_s - 9 WHERE member = ?", (paper,)
    )
    merge(street, paper, maria)
    assert [it.note.words for it in care.notes(street.as_("Ana"))] == ["Newer"]
    assert care.notes(street.as_("Ben")) == []
    assert [it.note.words for it in care.notes(her)] == ["Newer"]


def test_answer_of_the_newest_and_the_position_of_their_own_mouth_count(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    pod, rosa = street.pod, street.as_("Rosa")
    her, as_paper = street.pod.people.viewer(maria), street.pod.people.viewer(paper)
    pod.roll_calls.open(rosa, "Storm")
    pod.roll_calls.check_in(her, maria, Answer.OK)
    pod.roll_calls.check_in(as_paper, paper, Answer.NEED_HELP)
    pod.keeper.store.connection.execute(
        "UPDATE house_check_in SET at_s = at_s - 9 WHERE member = ?", (maria,)
    )
    proposal = pod.decisions.propose(rosa, "Open the door", "Now.")
    pod.decisions.record_position(rosa, proposal.id, maria, Stand.AGREE)
    pod.decisions.take_position(as_paper, proposal.id, Stand.ASIDE)
    merge(street, paper, maria)
    asked = pod.keeper.store.connection.execute("SELECT answer FROM house_check_in").fetchall()
    assert asked == [(Answer.NEED_HELP.value,)]
    view = pod.decisions.view(her, proposal.id)
    assert view.mine is not None
    assert (view.mine.stand, view.mine.recorded) == (Stand.ASIDE, False)


# --- No right is won ---


def test_role_of_the_entry_that_goes_ends_and_does_not_come_back(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    street.pod.people.set_role(MACHINE, paper, Role.STEWARD)
    look = street.pod.merging.look(street.as_("Rosa"), paper, maria)
    assert look.ends is Role.STEWARD
    merge(street, paper, maria)
    assert street.pod.people.member(MACHINE, maria).role is Role.MEMBER
    [done] = street.pod.merging.done(street.as_("Rosa"), maria)
    assert street.pod.merging.undo(street.as_("Maria"), done.number).role is Role.MEMBER


def test_only_steward_is_not_put_away(street: Street, maria: MemberId) -> None:
    pod = street.pod
    pod.people.set_role(MACHINE, street.ids["Ben"], Role.STEWARD)
    pod.people.set_role(MACHINE, street.ids["Rosa"], Role.MEMBER)
    with pytest.raises(UserError, match="not_allowed"):
        pod.merging.say(MACHINE, street.ids["Ben"], maria)
    pod.people.set_role(MACHINE, street.ids["Rosa"], Role.STEWARD)
    assert pod.merging.say(street.as_("Rosa"), street.ids["Ben"], maria) is not None
    pod.people.set_role(MACHINE, street.ids["Rosa"], Role.MEMBER)
    with pytest.raises(UserError, match="conflict"):
        pod.merging.say_yes(street.pod.people.viewer(maria), street.ids["Ben"], maria)


def test_who_is_kept_out_stays_out(street: Street, paper: MemberId, maria: MemberId) -> None:
    street.pod.people.suspend(street.as_("Rosa"), paper)
    merge(street, paper, maria)
    assert street.pod.people.viewer(maria).role is Role.GUEST


def test_who_has_left_is_not_put_together_and_nothing_of_it_stays(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    merge(street, paper, maria)
    street.pod.people.leave(street.pod.people.viewer(maria), maria, withdraw=True)
    connection = street.pod.keeper.store.connection
    for table in ("house_merge", "house_merge_row", "house_merge_offer"):
        assert connection.execute(f"SELECT * FROM {table}").fetchall() == []


# --- Taken apart ---


def test_taken_apart_by_herself_or_a_steward_while_it_is_kept(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    merging = street.pod.merging
    merge(street, paper, maria)
    [done] = merging.done(street.as_("Maria"), maria)
    assert done.name == "Maria (paper)"
    with pytest.raises(UserError, match="not_allowed"):
        merging.undo(street.as_("Ben"), done.number)
    with pytest.raises(UserError, match="not_allowed"):
        merging.done(street.as_("Ben"), maria)
    merging.undo(street.as_("Rosa"), done.number)
    assert "Maria (paper)" in names(street)
    assert log_of(street)[0] == "merge_undone"
    merge(street, paper, maria)
    street.pod.keeper.time.confirm(street.pod.now().wall_ms)
    merging.tidy()
    [done] = merging.done(street.as_("Maria"), maria)
    with street.pod.keeper.store.atomic(1) as tx:
        tx.connection.execute("UPDATE house_merge SET done_s = done_s - ?", (MERGE_KEPT_S + 60,))
    merging.tidy()
    with pytest.raises(UserError, match="not_found"):
        merging.undo(street.as_("Maria"), done.number)


def test_what_was_changed_since_stays_so(street: Street, paper: MemberId, maria: MemberId) -> None:
    pod, her = street.pod, street.pod.people.viewer(maria)
    ways = [{"type": "door", "value": "No. 4"}, {"type": "phone", "value": "555 0100"}]
    pod.people.set_contacts(MACHINE, paper, ways)
    merge(street, paper, maria)
    pod.people.set_contacts(her, maria, [ways[0]])  # the number is taken off
    pod.people.edit(her, maria, {"how_best": "Ring twice"})
    [done] = pod.merging.done(her, maria)
    pod.merging.undo(her, done.number)
    assert [it.value for it in pod.people.member(MACHINE, paper).contacts] == ["No. 4"]
    own = pod.people.member(her, maria)
    assert own.contacts == ()
    assert own.how_best == "Ring twice"
    assert own.languages == ()


def test_name_that_somebody_has_meanwhile_is_said(
    street: Street, paper: MemberId, maria: MemberId
) -> None:
    merge(street, paper, maria)
    add(street, "Maria (paper)")
    [done] = street.pod.merging.done(street.as_("Maria"), maria)
    with pytest.raises(UserError, match="conflict"):
        street.pod.merging.undo(street.as_("Maria"), done.number)


def test_so_many_wait_and_no_more(street: Street, maria: MemberId) -> None:
    rosa = street.as_("Rosa")
    for number in range(MAX_MERGE_OFFERS):
        street.pod.merging.say(rosa, add(street, f"Ida {number}"), maria)
    assert len(merges.offers(street.pod.keeper.store.connection)) == MAX_MERGE_OFFERS
    with pytest.raises(UserError, match="over_quota"):
        street.pod.merging.say(rosa, add(street, "One more"), maria)

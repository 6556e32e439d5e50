"""What an import would do: docs/kinds.md §11.4. The same file twice adds nothing."""

from datetime import UTC, timedelta, timezone
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.spreadsheet import Action, Held, Terms, What, plan_import, read_sheet, to_csv
from protocol.aid.audience import Audience
from protocol.aid.listing import Listing
from protocol.identity import PodId, pod_id_text
from store.aid import BoardItem, Position
from tests.aid.listings import listings, soup

NOW_S = 1_767_225_600  # 2026-01-01
US, THEM = PodId(b"\x01" * 32), PodId(b"\x02" * 32)
TERMS = Terms(US, NOW_S, UTC, Audience.POD)


class Board:
    """What a pod has, as an import changes it: the writing side in a dict."""

    def __init__(self) -> None:
        self.held: dict[bytes, Held | Literal["withdrawn"]] = {}

    def run(self, sheet: bytes, terms: Terms = TERMS) -> tuple[Action, ...]:
        """Carry the plan out and return it."""
        actions = plan_import(read_sheet(sheet), self.held.get, terms)
        for action in actions:
            if action.listing is not None:
                held = Held(action.listing, action.audience, action.valid_until_s)
                self.held[action.rid] = held
        return actions

    def withdraw(self, title: str) -> None:
        self.held |= {rid: "withdrawn" for rid, held in self.of(title).items()}

    def edit(self, title: str, **fields: Any) -> None:
        for rid, held in self.of(title).items():
            self.held[rid] = held._replace(listing=held.listing.model_copy(update=fields))

    def of(self, title: str) -> dict[bytes, Held]:
        return {
            rid: held
            for rid, held in self.held.items()
            if held != "withdrawn" and held.listing.title == title
        }

    def listings(self) -> list[Listing]:
        return [held.listing for held in self.held.values() if held != "withdrawn"]

    def exported(self) -> bytes:
        return to_csv(
            [item(rid, held) for rid, held in self.held.items() if held != "withdrawn"], mark=False
        )


def item(rid: bytes, held: Held, author: PodId = US) -> BoardItem:
    return BoardItem(
        author=author,
        audience=held.audience,
        rid=rid,
        record=None,
        stamp_ms=NOW_S * 1000,
        posted_s=NOW_S,
        valid_until_s=held.valid_until_s,
        listing=held.listing,
        position=Position(NOW_S, 1),
    )


def whats(actions: tuple[Action, ...]) -> list[What]:
    return [action.what for action in actions]


STREET = b"Type,Title,Details\noffer,Soup,hot\nneed,Ladder,tall\noffer,Soup,hot\n"


def test_file_imported_twice_adds_nothing() -> None:
    board = Board()
    assert whats(board.run(STREET)) == [What.ADD] * 3
    before = dict(board.held)
    assert whats(board.run(STREET)) == [What.UNCHANGED] * 3
    assert board.held == before
    assert len(board.held) == 3  # two equal rows are two offers


def test_file_saved_anew_by_another_program_adds_nothing() -> None:
    board = Board()
    board.run(STREET)
    saved = "Details;Offer or need;What\nhot;OFFER;Soup \ntall;I need;Ladder\nhot;offer;Soup\n"
    assert whats(board.run(saved.encode("utf-16"))) == [What.UNCHANGED] * 3


def test_rows_put_before_others_change_nothing_of_theirs() -> None:
    board = Board()
    board.run(STREET)
    longer = STREET.replace(b"Details\n", b"Details\nneed,Song,\n")
    assert whats(board.run(longer)) == [What.ADD, What.UNCHANGED, What.UNCHANGED, What.UNCHANGED]


def test_two_pods_give_one_row_two_rids() -> None:
    (ours, *_), (theirs, *_) = Board().run(STREET), Board().run(STREET, TERMS._replace(pod_id=THEM))
    assert ours.rid != theirs.rid


def test_withdrawn_row_does_not_come_back_by_the_same_file() -> None:
    board = Board()
    board.run(STREET)
    board.withdraw("Ladder")
    assert whats(board.run(STREET)) == [What.UNCHANGED, What.WITHDRAWN_STAYS, What.UNCHANGED]
    assert [listing.title for listing in board.listings()] == ["Soup", "Soup"]


def test_what_was_edited_here_is_not_undone_by_the_file_it_came_from() -> None:
    board = Board()
    board.run(STREET)
    board.edit("Ladder", status="done", details="lent out")
    assert whats(board.run(STREET)) == [What.UNCHANGED] * 3
    ladder = board.of("Ladder").popitem()[1].listing
    assert (ladder.status, ladder.details) == ("done", "lent out")


def test_row_with_an_id_of_its_own_is_followed_when_its_cells_change() -> None:
    board = Board()
    board.run(b"ID,Type,Title,Until\nA-1,offer,Soup,2026-05-01\n")
    (action,) = board.run(b"id,type,title,until\na-1,offer,Stew,2026-06-01\n")
    assert action.what is What.UPDATE
    assert action.reason == "changes the title, how long it is open"
    assert [listing.title for listing in board.listings()] == ["Stew"]


def test_edit_leaves_alone_what_the_sheet_does_not_show_and_empties_what_it_shows_empty() -> None:
    board = Board()
    board.run(b"id,type,title,where,tags,qty\n7,offer,Soup,Corner,hot,3 jars\n")
    board.run(b"id,type,title,tags,qty\n7,offer,Soup,,\n")
    assert board.listings() == [
        soup(title="Soup", category="other", place="Corner", posted_s=NOW_S)
    ]


def test_second_row_with_the_same_id_is_bad() -> None:
    actions = Board().run(b"id,type,title\n7,offer,Soup\n7,need,Ladder\n")
    assert whats(actions) == [What.ADD, What.BAD]
    assert actions[1].reason == "the same id as in line 2"


def test_offer_and_need_of_one_row_with_an_id_are_two() -> None:
    board = Board()
    assert whats(board.run(b"id,I offer,I need\n7,Soup,Ladder\n")) == [What.ADD, What.ADD]
    assert len(board.held) == 2


def test_each_row_of_the_file_has_an_action_in_its_order() -> None:
    board = Board()
    board.run(STREET)
    actions = board.run(b"type,title,details,qty\noffer,,x,no\noffer,Soup,hot,\ngift,a,b,\n")
    assert [(action.place.line, action.what) for action in actions] == [
        (2, What.BAD),
        (3, What.UNCHANGED),
        (4, What.BAD),
    ]
    assert actions[0].reason.startswith("qty: not a quantity")


# --- Our own export ---


@given(listings(), st.sampled_from(list(Audience)), st.integers(0, (1 << 40) - 1))
def test_export_comes_back_without_a_change(
    listing: Listing, audience: Audience, valid_until_s: int
) -> None:
    listing = listing.for_audience(audience)
    board = Board()
    board.held[b"r" * 16] = Held(listing, audience, valid_until_s)
    (action,) = plan_import(read_sheet(board.exported()), board.held.get, TERMS)
    assert (action.what, action.reason) == (What.UNCHANGED, "as it is here")


def test_edited_export_updates_its_listing() -> None:
    board = Board()
    board.run(STREET)
    actions = board.run(board.exported().replace(b"Ladder", b"Long ladder"))
    assert sorted(whats(actions)) == [What.UNCHANGED, What.UNCHANGED, What.UPDATE]
    assert len(board.held) == 3
    assert board.of("Long ladder")


def test_change_of_audience_withdraws_the_old_slot() -> None:
    board = Board()
    board.run(b"id,type,title,cell,audience\n7,offer,Soup,u33dbc,near\n")
    (action,) = board.run(b"id,type,title,audience\n7,offer,Soup,network\n")
    assert (action.what, action.moved_from) == (What.UPDATE, Audience.NEAR)
    assert action.audience is Audience.NETWORK
    assert action.listing
    assert action.listing.cell == "u33db"


def test_listing_of_another_pod_in_an_export_does_not_become_ours() -> None:
    theirs = to_csv([item(b"r" * 16, Held(soup(), Audience.NETWORK, 0), THEM)])
    board = Board()
    assert whats(board.run(theirs)) == [What.NOT_OURS]
    assert pod_id_text(THEM).encode() in theirs


def test_expired_listing_of_an_export_is_no_bad_row() -> None:
    board = Board()
    board.held[b"r" * 16] = Held(soup(), Audience.NEAR, NOW_S - 1)
    assert whats(board.run(board.exported())) == [What.UNCHANGED]


# --- What the sheet leaves open ---


def test_row_that_does_not_say_who_may_see_it_is_seen_by_whom_the_import_says() -> None:
    sheet = b"type,title,audience,cell\noffer,Soup,,u33dbc\noffer,Stew,near,u33dbc\n"
    actions = Board().run(sheet, TERMS._replace(audience=Audience.NETWORK))
    assert [action.audience for action in actions] == [Audience.NETWORK, Audience.NEAR]
    assert [action.listing and action.listing.cell for action in actions] == ["u33db", "u33dbc"]


def test_row_without_an_end_closes_after_the_usual_time() -> None:
    actions = Board().run(b"type,title\noffer,Soup\nneed,Ladder\n")
    days = [(action.valid_until_s - NOW_S) // 86_400 for action in actions]
    assert days == [60, 14]


@pytest.mark.parametrize(("hours", "expected_s"), [(0, 0), (2, -7200), (-5, 18_000)])
def test_last_day_ends_by_the_clock_on_the_wall(hours: int, expected_s: int) -> None:
    terms = TERMS._replace(zone=timezone(timedelta(hours=hours)))
    (action,) = Board().run(b"type,title,until\noffer,Soup,2026-01-31\n", terms)
    assert action.valid_until_s == NOW_S + 31 * 86_400 + expected_s


@pytest.mark.parametrize(
    ("until", "what"),
    [
        ("2025-12-31", What.BAD),
        ("2026-01-01", What.ADD),
        ("until I say", What.ADD),
        ("2027-02-04", What.ADD),  # 400 days
        ("2027-02-05", What.BAD),
    ],
)
def test_end_lies_ahead_and_no_farther_than_400_days(until: str, what: What) -> None:
    assert whats(Board().run(f"type,title,until\noffer,Soup,{until}\n".encode())) == [what]


def test_time_of_posting_is_now_or_what_the_file_says_but_never_ahead() -> None:
    rows = (
        b"type,title,posted\noffer,a,\noffer,b,2025-06-01T00:00:00Z\noffer,c,2027-01-01T00:00:00Z\n"
    )
    posted = [action.listing and action.listing.posted_s for action in Board().run(rows)]
    assert posted == [NOW_S, 1_748_736_000, NOW_S]


def test_edit_that_breaks_a_rule_with_what_is_here_is_bad() -> None:
    board = Board()
    board.run(b"id,type,title,plenty\n7,offer,Soup,yes\n")
    actions = board.run(b"id,type,title,left\n7,offer,Soup,3\n")
    assert whats(actions) == [What.BAD]
    assert [listing.plenty for listing in board.listings()] == [True]

"""The board: what the store's records say, as pages read it. Real records in a real store."""

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.aid import KINDS, LISTING
from protocol.aid.audience import Audience
from protocol.aid.listing import Listing
from protocol.identity import PodId, PodKey, WorkingKey
from protocol.kinds import KindTable
from protocol.record import Record, Scope, seal
from store import Store, aid, open_store
from store.aid import BoardItem, BoardQuery, Placed
from store.records import IntakeFacts, raise_epoch, take_in
from tests.aid.listings import payload, soup

NOW_S = 1_767_225_600
US, THEM = PodId(b"\x01" * 32), PodId(b"\x02" * 32)
KEY = WorkingKey.from_seed(bytes(32))  # take_in is given records that were verified
ALL = BoardQuery(open_only=False)


class Pod:
    """A store with its board."""

    def __init__(self, path: Path) -> None:
        self.store: Store = open_store(path, now_ms=NOW_S * 1000, create=True)
        self.store.projections.append(aid)
        with self.store.atomic(NOW_S * 1000) as tx:
            aid.rebuild(tx.connection)

    @property
    def connection(self) -> sqlite3.Connection:
        return self.store.connection

    def take(self, *records: Record) -> None:
        facts = IntakeFacts(
            us=US,
            peer=None,
            epochs={record.author: 1 for record in records},
            floor_s=0,
            ceiling_s=None,
            run=1,
            kinds=KindTable(KINDS),
        )
        with self.store.atomic(NOW_S * 1000) as tx:
            take_in(tx, records, facts)

    def say(self, title: str, **said: Any) -> Record:
        record = listing_record(soup(title=title, **said))
        self.take(record)
        return record

    def titles(self, query: BoardQuery = ALL, now_s: int = NOW_S) -> list[str]:
        return [item.listing.title for item in aid.board(self.connection, query, now_s=now_s)]

    def check_words(self) -> None:
        """Fail unless the index knows the words of the rows, and of nothing else."""
        for name in ("aid_listing_words", "aid_item_words"):
            self.connection.execute(f"INSERT INTO {name} ({name}) VALUES ('integrity-check')")

    def rows(self) -> list[Any]:
        """Return all of the board but the numbers of its rows."""
        columns = [row[1] for row in self.connection.execute("PRAGMA table_info(aid_listing)")]
        names = ", ".join(columns[1:])
        return self.connection.execute(
            f"SELECT {names} FROM aid_listing ORDER BY 1, 2, 3"
        ).fetchall()


def listing_record(
    listing: Listing | bytes | None,
    rid: str = "",
    *,
    author: PodId = US,
    at_s: int = 0,
    scope: Scope = Scope.NEAR,
    valid_until_s: int = 0,
    kind: int = LISTING,
) -> Record:
    """Return a record at NOW_S + at_s; its rid from the text, else from what it says."""
    said = listing.to_payload() if isinstance(listing, Listing) else listing
    return seal(
        KEY,
        author=author,
        epoch=1,
        kind=kind,
        rid=hashlib.sha256(rid.encode() or said or b"").digest()[:16],
        stamp_ms=(NOW_S + at_s) * 1000,
        scope=scope,
        valid_until_s=valid_until_s,
        payload=said,
    )


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    pod = Pod(tmp_path / "pod.db")
    yield pod
    pod.store.close()


# --- It follows the records ---


def test_record_taken_in_is_on_the_board_with_its_place_among_records(pod: Pod) -> None:
    record = listing_record(soup(), scope=Scope.NETWORK, valid_until_s=NOW_S + 9)
    pod.take(record)
    (item,) = aid.board(pod.connection, BoardQuery(), now_s=NOW_S)
    assert item == BoardItem(
        author=US,
        audience=Audience.NETWORK,
        rid=record.rid,
        record=record.id,
        stamp_ms=NOW_S * 1000,
        posted_s=NOW_S,
        valid_until_s=NOW_S + 9,
        listing=soup(),
        position=item.position,
    )


def test_newer_version_takes_the_place_of_the_older_in_whichever_order_they_come(pod: Pod) -> None:
    old = listing_record(soup(title="Soup"), "slot")
    new = listing_record(soup(title="Stew"), "slot", at_s=1)
    for batch in ([old, new], [new, old]):
        pod.take(*batch)
        assert pod.titles() == ["Stew"]


def test_withdrawal_takes_a_listing_off_and_no_older_version_brings_it_back(pod: Pod) -> None:
    record = listing_record(soup(), "slot")
    pod.take(record)
    pod.take(listing_record(None, "slot", at_s=1))
    assert pod.titles() == []
    pod.take(record)
    assert pod.titles() == []


def test_near_and_network_versions_are_two_slots(pod: Pod) -> None:
    pod.take(listing_record(soup(title="near"), "slot"))
    pod.take(listing_record(soup(title="net"), "slot", scope=Scope.NETWORK, at_s=1))
    assert pod.titles() == ["net", "near"]
    pod.take(listing_record(None, "slot", at_s=2))
    assert pod.titles() == ["net"]


def test_unfit_version_is_not_shown_and_hides_the_one_before(pod: Pod) -> None:
    pod.take(listing_record(soup(), "slot"))
    pod.take(listing_record(payload(qty=0), "slot", at_s=1))
    assert pod.titles() == []
    pod.take(listing_record(soup(title="Fit again"), "slot", at_s=2))
    assert pod.titles() == ["Fit again"]


def test_record_of_another_kind_is_no_listing(pod: Pod) -> None:
    pod.take(listing_record(payload(), kind=999))
    pod.take(listing_record(None, kind=999, at_s=1))
    assert pod.rows() == []


def test_listing_of_a_lower_epoch_leaves_the_board(pod: Pod) -> None:
    record = pod.say("Soup")
    key = PodKey.from_seed(b"\x07" * 32)
    certificate = key.certify(2, KEY.public, NOW_S)
    with pod.store.atomic(NOW_S * 1000) as tx:
        raise_epoch(tx, record.author, certificate)
    assert pod.titles() == []


_ACTS = st.lists(
    st.tuples(
        st.sampled_from([US, THEM]),
        st.sampled_from("abc"),
        st.sampled_from(list(Scope)),
        st.integers(0, 5),
        st.sampled_from([soup(), soup(title="Stew", cell="u33dbc"), None, payload(left=1)]),
    ),
    max_size=15,
)


@settings(max_examples=25)  # each opens a store of its own
@given(_ACTS, st.integers(1, 4))
def test_board_made_anew_from_the_records_is_the_same(acts: list[Any], batch: int) -> None:
    records = [
        listing_record(said, slot, author=author, scope=scope, at_s=at_s)
        for author, slot, scope, at_s, said in acts
    ]
    with TemporaryDirectory() as directory:
        pod = Pod(Path(directory) / "pod.db")
        for start in range(0, len(records), batch):
            pod.take(*records[start : start + batch])
            pod.check_words()
        grown = pod.rows()
        with pod.store.atomic(NOW_S * 1000) as tx:
            aid.rebuild(tx.connection)
        assert pod.rows() == grown
        pod.check_words()
        pod.store.close()


def test_board_of_this_version_is_current_and_of_no_other(pod: Pod) -> None:
    assert aid.is_current(pod.connection)
    pod.connection.execute("UPDATE aid_layout SET version = version + 1")
    assert not aid.is_current(pod.connection)
    pod.connection.execute("DROP TABLE aid_layout")
    assert not aid.is_current(pod.connection)


def test_layout_number_belongs_to_these_tables() -> None:
    """A change of the tables needs a new number, or boards of the old layout stay in use."""
    digest = hashlib.sha256("\n".join((*aid.TABLES, *aid.INDEXES)).encode()).hexdigest()
    assert (aid.LAYOUT, digest[:8]) == (7, "b5b794a3")


def test_rebuilding_judges_fitness_anew(pod: Pod) -> None:
    pod.take(listing_record(payload(qty=0)))
    pod.say("Soup")
    pod.connection.execute("UPDATE record SET unfit = NULL")
    with pod.store.atomic(NOW_S * 1000) as tx:
        aid.rebuild(tx.connection)
    assert pod.titles() == ["Soup"]


# --- For this pod only ---


def placed(title: str, rid: bytes = b"r" * 16) -> Placed:
    said = soup(title=title).to_payload()
    return Placed(US, 0, LISTING, rid, None, NOW_S * 1000, 0, said)


def test_listing_for_this_pod_only_is_shown_without_a_record(pod: Pod) -> None:
    pod.say("Shared", posted_s=NOW_S - 1)
    aid.show(pod.connection, [placed("Ours")])
    (ours, _) = aid.board(pod.connection, BoardQuery(), now_s=NOW_S)
    assert (ours.listing.title, ours.audience, ours.record) == ("Ours", Audience.POD, None)
    assert pod.titles(BoardQuery(audience=Audience.POD)) == ["Ours"]
    aid.show(pod.connection, [placed("Ours, changed")])
    assert pod.titles() == ["Ours, changed", "Shared"]
    aid.remove(pod.connection, [(US, 0, LISTING, b"r" * 16)])
    assert pod.titles() == ["Shared"]


def test_rebuilding_keeps_what_is_for_this_pod_only(pod: Pod) -> None:
    pod.say("Shared", posted_s=NOW_S - 1)
    with pod.store.atomic(NOW_S * 1000) as tx:
        aid.rebuild(tx.connection, [placed("Ours")])
    assert pod.titles() == ["Ours", "Shared"]


# --- What a page asks for ---


def test_newest_comes_first_and_a_renewal_makes_nothing_new(pod: Pod) -> None:
    pod.take(listing_record(soup(title="old", posted_s=NOW_S), "old", at_s=0))
    pod.take(listing_record(soup(title="new", posted_s=NOW_S + 1), "new", at_s=1))
    pod.take(listing_record(soup(title="old", posted_s=NOW_S), "old", at_s=100))
    assert pod.titles() == ["new", "old"]


def test_nobody_stays_on_top_by_a_time_of_posting_to_come(pod: Pod) -> None:
    pod.take(listing_record(soup(title="greedy", posted_s=NOW_S + 10**6)))
    pod.take(listing_record(soup(title="new"), at_s=1))
    assert pod.titles() == ["new", "greedy"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        (BoardQuery(), ["d", "c", "b", "a"]),
        (BoardQuery(type="need"), ["d", "b"]),
        (BoardQuery(category="water"), ["c", "b"]),
        (BoardQuery(author=US), ["c", "b", "a"]),
        (BoardQuery(not_author=US), ["d"]),
        (BoardQuery(audience=Audience.NETWORK), ["d"]),
        (BoardQuery(type="need", category="water", author=US), ["b"]),
        (BoardQuery(type="offer", not_author=US), []),
        (BoardQuery(limit=2), ["d", "c"]),
        (BoardQuery(limit=0), []),
    ],
)
def test_every_field_of_a_query_narrows(pod: Pod, query: BoardQuery, titles: list[str]) -> None:
    pod.take(
        listing_record(soup(title="a")),
        listing_record(soup(title="b", type="need", category="water"), at_s=1),
        listing_record(soup(title="c", category="water"), at_s=2),
        listing_record(soup(title="d", type="need"), author=THEM, scope=Scope.NETWORK, at_s=3),
    )
    assert pod.titles(query) == titles
    if query.limit > len(titles):
        assert aid.count(pod.connection, query, now_s=NOW_S) == len(titles)


def test_open_only_leaves_out_what_is_over_paused_or_spoken_for(pod: Pod) -> None:
    pod.take(
        listing_record(soup(title="open")),
        listing_record(soup(title="done", status="done")),
        listing_record(soup(title="paused", status="paused")),
        listing_record(soup(title="spoken for", qty=2, left=0)),
        listing_record(soup(title="one left", qty=2, left=1)),
        listing_record(soup(title="ends now"), valid_until_s=NOW_S),
        listing_record(soup(title="ends soon"), valid_until_s=NOW_S + 1),
    )
    assert set(pod.titles(BoardQuery())) == {"open", "one left", "ends soon"}
    assert len(pod.titles(ALL)) == 7


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("nino", True),
        ("NIÑO", True),
        ("abrigo azul", True),
        ("azul abrigo", True),
        ("esquina", True),
        ("invierno", True),
        ("abrigo verde", False),
        ("%", False),
        ("a_rigo", False),
        ("'; DROP TABLE record; --", False),
        ("water", False),
    ],
)
def test_all_words_are_found_whatever_case_and_accents(pod: Pod, words: str, found: bool) -> None:
    pod.say("Abrigo de niño", details="Es azul.", place="En la esquina", tags=("Invierno",))
    assert bool(pod.titles(BoardQuery(words=words))) is found


def test_pages_together_are_the_whole_board_once(pod: Pod) -> None:
    # Five of one second: the order among them must not change between pages.
    pod.take(*(listing_record(soup(title=f"{n}"), at_s=n // 5) for n in range(23)))
    pages, after = [], None
    while page := aid.board(pod.connection, BoardQuery(limit=4, after=after), now_s=NOW_S):
        pages.append([item.listing.title for item in page])
        after = page[-1].position
    assert [len(page) for page in pages] == [4, 4, 4, 4, 4, 3]
    together = [title for page in pages for title in page]
    assert together == pod.titles()
    assert len(set(together)) == 23


def test_page_is_never_longer_than_its_bound(pod: Pod) -> None:
    aid.show(
        pod.connection,
        [placed(f"{n}", n.to_bytes(16, "big")) for n in range(aid.MAX_PAGE + 1)],
    )
    assert len(pod.titles(BoardQuery(limit=10**9))) == aid.MAX_PAGE


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (BoardQuery(), "posted"),
        (BoardQuery(after=aid.Position(NOW_S, 3)), "posted"),
        (BoardQuery(audience=Audience.NETWORK), "posted"),
        (BoardQuery(not_author=US), "posted"),
        (BoardQuery(author=US, open_only=False), "author"),
        (BoardQuery(audience=Audience.POD), "scope"),
    ],
)
def test_page_is_read_in_order_of_an_index_not_sorted(
    pod: Pod, query: BoardQuery, index: str
) -> None:
    statements: list[str] = []
    pod.connection.set_trace_callback(statements.append)
    pod.titles(query)
    pod.connection.set_trace_callback(None)
    plan = pod.connection.execute(f"EXPLAIN QUERY PLAN {statements[0]}").fetchall()
    told = " / ".join(row[3] for row in plan)
    assert f"aid_listing_by_{index}" in told
    assert "TEMP B-TREE" not in told


def test_listings_are_counted_no_farther_than_asked(pod: Pod) -> None:
    aid.show(pod.connection, [placed(f"{n}", n.to_bytes(16, "big")) for n in range(5)])
    query = BoardQuery()
    counts = [aid.count(pod.connection, query, now_s=NOW_S, most=most) for most in (4, 5, 6)]
    assert counts == [4, 5, 5]
    assert aid.count(pod.connection, query, now_s=NOW_S) == 5


def test_hidden_author_is_carried_and_not_shown(pod: Pod) -> None:
    pod.take(listing_record(soup(), author=THEM))
    pod.connection.execute("UPDATE author SET hidden = 1")
    assert pod.titles() == []
    pod.connection.execute("UPDATE author SET hidden = 0")
    assert pod.titles() == ["Hot soup"]


def test_place_told_too_exactly_is_shown_coarser_to_the_network(pod: Pod) -> None:
    pod.take(listing_record(soup(cell="u33dbc"), scope=Scope.NETWORK))
    pod.take(listing_record(soup(cell="u33dbc"), scope=Scope.NEAR, at_s=1))
    found = aid.board(pod.connection, BoardQuery(), now_s=NOW_S)
    assert [item.listing.cell for item in found] == ["u33dbc", "u33db"]


# --- By reference ---


def test_listing_is_found_by_how_its_rid_begins(pod: Pod) -> None:
    one, two = bytes.fromhex("abcd" + "00" * 14), bytes.fromhex("abce" + "00" * 14)
    aid.show(pod.connection, [placed("one", one), placed("two", two)])

    def found(begins: str) -> list[str]:
        return [item.listing.title for item in aid.find(pod.connection, begins)]

    assert found("abcd") == found("ABCD") == found(one.hex()) == ["one"]
    assert found("abc") == found("") == ["one", "two"]
    for nothing in ("abcf", "abcd1", one.hex() + "0", "xyz", "ab cd", "%"):
        assert found(nothing) == []


def test_own_listing_is_found_beside_others_that_use_its_rid(pod: Pod) -> None:
    ours = listing_record(soup(title="Ours"), "slot", author=US)
    pod.take(ours)
    for number in range(2, 11):
        pod.take(listing_record(soup(title="Copy"), "slot", author=PodId(bytes([number]) * 32)))
    found = aid.find(pod.connection, ours.rid.hex(), author=US)
    assert [item.listing.title for item in found] == ["Ours"]


def test_what_ends_is_found_without_looking_at_the_rest(pod: Pod) -> None:
    """A desk with thousands of listings asks for the few that wait, by their index."""
    asked: list[str] = []
    pod.connection.set_trace_callback(asked.append)
    aid.ending(pod.connection, US, from_s=1, before_s=9, posted_before_s=9, limit=5)
    pod.connection.set_trace_callback(None)
    plan = pod.connection.execute(f"EXPLAIN QUERY PLAN {asked[0]}").fetchall()
    [step] = [row[3] for row in plan]
    assert step.startswith("SEARCH aid_listing USING INDEX aid_listing_by_end (author=?")
    assert "valid_until_s<?" in step

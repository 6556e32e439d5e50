"""Searching words, on the board and in what every other kind says."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from node.pod import Pod
from node.words.languages import languages, words_in
from protocol.aid.audience import Audience
from protocol.aid.categories import CATEGORIES
from protocol.aid.listing import Listing
from protocol.aid.resource import Resource
from store.aid import BoardQuery, ItemQuery, search
from store.aid.search import FEW, MAX_ASKED, MAX_WORDS, WordIndex, expression, index_text
from tests.aid.listings import listings, soup
from tests.nodes import make_pod


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with make_pod(tmp_path / "maple") as made:
        yield made


def post(pod: Pod, **fields: object) -> bytes:
    return pod.listings.publish(soup(**fields), audience=Audience.POD).rid


def found(pod: Pod, words: str) -> list[str]:
    return [it.listing.title for it in pod.listings.board(BoardQuery(words=words))]


# --- What is found ---


@pytest.mark.parametrize(
    "words",
    [
        *("niño", "nino", "NIÑO", "abrigo nino", "nino abrigo", "abri", "invier"),
        *("azul_esquina", "azul esquina", "abrigo, azul!", '"abrigo"', "abrigo*", "(abrigo)", "de"),
    ],
)
def test_all_words_are_found_by_their_beginnings_without_accents(pod: Pod, words: str) -> None:
    post(pod, title="Abrigo de niño", details="Es azul.", place="Esquina", tags=("Invierno",))
    assert found(pod, words) == ["Abrigo de niño"]


@pytest.mark.parametrize(
    "words",
    ["abrigo verde", "brigo", "abr", "ab", "a", "zul", "abrigo NOT azul", "_items", "%", "--"],
)
def test_other_words_are_not(pod: Pod, words: str) -> None:
    post(pod, title="Abrigo de niño", details="Es azul.")
    assert found(pod, words) == []


def test_no_words_narrow_nothing(pod: Pod) -> None:
    post(pod, title="Soup")
    assert found(pod, "") == found(pod, "  ") == ["Soup"]


@pytest.mark.parametrize("tag", languages())
@pytest.mark.parametrize("category", [it for it in CATEGORIES if it != "other"])
def test_a_category_is_found_by_its_name_in_every_language(
    pod: Pod, category: str, tag: str
) -> None:
    post(pod, title="XXXX", category=category)
    post(pod, title="YYYY", category="other")
    assert found(pod, words_in(tag).gettext(CATEGORIES[category])) == ["XXXX"]


@pytest.mark.parametrize(
    ("words", "title"), [("ropa", "Coat"), ("clothes", "Abrigo"), ("ride", "")]
)
def test_words_that_mean_a_category_find_it_in_whatever_language(
    pod: Pod, words: str, title: str
) -> None:
    post(pod, title=title or "Coat", category="clothing")
    assert found(pod, words) == ([title] if title else [])


def test_a_category_and_a_word_narrow_together(pod: Pod) -> None:
    post(pod, title="Abrigo azul", category="clothing")
    post(pod, title="Silla azul", category="items")
    assert found(pod, "clothes azul") == ["Abrigo azul"]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("番茄和鸡蛋", "鸡蛋"),
        ("ข้าวสวย", "สวย"),
        ("Суп с грибами", "гриб"),
        ("हिन्दी पाठ", "हिन्दी"),
        ("Straße", "strasse"),
        ("ΚΑΛΗΜΕΡΑ", "καλημέρα"),
        ("مرحبا بكم", "مرحبا"),
    ],
)
def test_every_script_is_found(pod: Pod, title: str, words: str) -> None:
    post(pod, title=title)
    post(pod, title="Another")
    assert found(pod, words) == [title]


def test_what_was_changed_or_withdrawn_is_not_found_by_its_old_words(pod: Pod) -> None:
    rid = post(pod, title="Ladder")
    pod.listings.edit(rid, soup(title="Stool"))
    assert (found(pod, "ladder"), found(pod, "stool")) == ([], ["Stool"])
    pod.listings.withdraw(rid)
    assert found(pod, "stool") == []


def test_withdrawn_words_leave_the_file(pod: Pod) -> None:
    for number in range(50):
        post(pod, title=f"Soup {number}")
    pod.listings.withdraw(post(pod, title="Xylophone"))
    post(pod, title="Quilt")
    blocks = "SELECT count(*) FROM aid_listing_words_data WHERE instr(block, CAST(? AS BLOB))"

    def held(word: str) -> bool:
        return bool(pod.keeper.store.connection.execute(blocks, (word,)).fetchone()[0])

    assert held("xylophone")  # in what FTS5 has not merged yet
    pod.tidy()
    assert held("quilt")
    assert not held("xylophone")


def test_the_directory_is_searched_alike(pod: Pod) -> None:
    resource = Resource.write(
        {"name": "Clínica del Río", "categories": ("health",), "last_checked": "2026-01-01"}
    )
    pod.directory.publish(resource, audience=Audience.POD)
    for words in ("clinica", "rio", "salud", "health clin"):
        assert [it.body.name for it in pod.directory.page(ItemQuery(words=words))]
    assert pod.directory.page(ItemQuery(words="food")) == []


# --- Newest first, few or many ---


class Table:
    """A table of words alone, with an index."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.index = WordIndex("said", ("number",))
        self.connection.execute("CREATE TABLE said (number INTEGER PRIMARY KEY, words TEXT)")
        self.connection.execute(self.index.made)

    def close(self) -> None:
        self.connection.close()

    def say(self, *texts: str) -> None:
        self.connection.executemany(
            "INSERT INTO said (words) VALUES (?)", [(index_text([text]),) for text in texts]
        )
        self.connection.execute(self.index.learn_all)

    def find(self, asked: str) -> list[int]:
        parts = self.index.holding(self.connection, asked)
        where = " AND ".join(condition for condition, _ in parts) or "1"
        values = [value for _, values in parts for value in values]
        rows = self.connection.execute(f"SELECT number FROM said WHERE {where}", values)
        return [number for (number,) in rows]


@pytest.mark.parametrize("many", [1, FEW, FEW + 1, 3 * FEW])
def test_few_and_many_are_found_alike(many: int) -> None:
    with closing(Table()) as table:
        table.say(*["soup"] * many, *["stew"] * 3)
        assert table.find("soup") == list(range(1, many + 1))


_PIECES = st.sampled_from(
    [
        "soup",
        "soups",
        "sou",
        "a",
        "Café",
        "cafetera",
        "comida",
        "food",
        "health care",
        "salud",
        "湯",
        "ö",
    ]
)
_TEXTS = st.lists(st.lists(_PIECES, max_size=4).map(" ".join) | st.text(max_size=20), min_size=1)


@given(_TEXTS, st.lists(_PIECES, min_size=1, max_size=3).map(" ".join) | st.text(max_size=20))
@example(["health care", "health", "care health"], "health care")
@example(["soup,stew", "stew\nsoup", "xsoup"], "soup")
def test_a_row_tells_its_own_words_as_the_index_does(texts: list[str], asked: str) -> None:
    with closing(Table()) as table, pytest.MonkeyPatch.context() as patch:
        table.say(*texts)
        by_index = table.find(asked)
        patch.setattr(search, "FEW", 0)
        assert table.find(asked) == by_index


# --- Whatever is typed ---

_NASTY = [
    '"',
    '""',
    "'",
    "*",
    "NEAR(a b)",
    "a AND",
    "OR",
    "NOT",
    "words:a",
    "^a",
    "-a",
    "{a}",
    "\0",
]


@given(st.text(max_size=60) | st.lists(st.sampled_from(_NASTY)).map(" ".join))
@example("\ud7ff\uffff")
@example('a"b')
@example("\U0001f33b")
@example("۱۲۳")
def test_whatever_is_typed_is_a_search_and_no_error(asked: str) -> None:
    with closing(Table()) as table:
        table.say("soup")
        assert table.find(asked) in ([], [1])


@given(listings())
def test_every_listing_is_found_by_every_word_of_its_title(listing: Listing) -> None:
    with closing(Table()) as table:
        table.say(listing.title)
        for word in listing.title.split():
            assert expression(word) == "" or table.find(word) == [1]


def test_a_search_is_as_long_as_its_bounds() -> None:
    asked = expression("ab " * 1000)
    assert asked is not None
    assert asked.count("AND") == MAX_WORDS - 1
    assert len(expression("a" * 100_000) or "") < 2 * MAX_ASKED

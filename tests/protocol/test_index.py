"""The record index: what it holds, what a view sees, and what either may cost."""

import tracemalloc
from array import array
from collections.abc import Iterable
from hashlib import sha256
from itertools import cycle
from random import Random
from struct import pack
from zlib import crc32

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol.blocks import MAX_BLOCK_ITEMS
from protocol.errors import LocalError
from protocol.index import FILTERS_KEPT, AuthorFilter, Item, RecordIndex

DAY_S = 86_400
NOW_S = 1_790_000_000


def made_items(count: int, *, seed: int = 1, authors: int = 5, seconds: int = DAY_S) -> list[Item]:
    chance = Random(seed)
    return [
        (NOW_S + chance.randrange(seconds), chance.randbytes(32), chance.randrange(authors))
        for _ in range(count)
    ]


def index_of(items: Iterable[Item]) -> RecordIndex:
    index = RecordIndex()
    index.add_many(items)
    return index


def plain_fingerprint(ids: list[bytes]) -> bytes:
    """The fingerprint by its definition; sets under 16,384 items."""
    total = sum(int.from_bytes(record_id, "little") for record_id in ids) % 2**256
    count = len(ids)
    varint = bytes([count]) if count < 128 else bytes([0x80 | count >> 7, count & 127])
    return sha256(total.to_bytes(32, "little") + varint).digest()[:16]


# --- What it holds ---


def test_item_is_held_from_add_to_remove() -> None:
    index = RecordIndex()
    assert index.add(NOW_S, b"a" * 32, 7)
    assert (NOW_S, b"a" * 32) in index
    assert len(index) == 1
    assert index.authors() == {7}
    assert index.remove(NOW_S, b"a" * 32)
    assert (NOW_S, b"a" * 32) not in index
    assert len(index) == 0
    assert index.authors() == set()


def test_adding_what_is_held_changes_nothing() -> None:
    index = index_of([(NOW_S, b"a" * 32, 7)])
    before = index.view().summary()
    assert not index.add(NOW_S, b"a" * 32, 8)
    assert index.add_many([(NOW_S, b"a" * 32, 8), (NOW_S, b"b" * 32, 8)]) == 1
    assert index.remove(NOW_S, b"b" * 32)
    assert index.view().summary() == before
    assert index.authors() == {7}


def test_removing_what_is_not_held_changes_nothing() -> None:
    index = index_of([(NOW_S, b"a" * 32, 7)])
    before = index.view().summary()
    assert not index.remove(NOW_S, b"b" * 32)
    assert not index.remove(NOW_S + 1, b"a" * 32)
    assert index.view().summary() == before


@pytest.mark.parametrize("stamp_s", [-1, 2**64 - 1])
def test_stamp_outside_its_bounds_is_refused(stamp_s: int) -> None:
    index = RecordIndex()
    with pytest.raises(LocalError):
        index.add(stamp_s, bytes(32), 0)
    with pytest.raises(LocalError):
        index.remove(stamp_s, bytes(32))
    assert len(index) == 0


@pytest.mark.parametrize("record_id", [b"", bytes(31), bytes(33)])
def test_id_of_another_length_is_refused(record_id: bytes) -> None:
    with pytest.raises(LocalError):
        RecordIndex().add(NOW_S, record_id, 0)


@pytest.mark.parametrize("author", [-1, 2**32])
def test_author_outside_its_bounds_is_refused(author: int) -> None:
    index = RecordIndex()
    with pytest.raises(LocalError):
        index.add(NOW_S, bytes(32), author)
    assert len(index) == 0


def test_greatest_stamp_and_author_are_taken() -> None:
    index = index_of([(2**64 - 2, b"\xff" * 32, 2**32 - 1), (0, bytes(32), 0)])
    assert list(index.view().items(0, 2)) == [(0, bytes(32)), (2**64 - 2, b"\xff" * 32)]
    assert len(index.view(AuthorFilter(only=frozenset({2**32 - 1})))) == 1
    assert len(index.view(floor_s=2**64 - 2, ceiling_s=2**64 - 2)) == 1


# --- What a view sees ---


Held = dict[tuple[int, bytes], int]
Cut = tuple[AuthorFilter, int, int | None]


def some_cut(chance: Random, seconds: int) -> Cut:
    only = frozenset(chance.sample(range(6), chance.randrange(5)))
    without = frozenset(chance.sample(range(6), chance.randrange(3)))
    floor_s = chance.choice([0, NOW_S, NOW_S + seconds // 5])
    ceiling_s = chance.choice([None, NOW_S - 1, NOW_S + seconds // 2, NOW_S + seconds])
    return AuthorFilter(chance.choice([None, only]), without), floor_s, ceiling_s


def walked(held: Held, cut: Cut) -> list[tuple[int, bytes]]:
    """The items of a view, by its definition."""
    authors, floor_s, ceiling_s = cut
    return [
        (stamp_s, record_id)
        for (stamp_s, record_id), author in sorted(held.items())
        if (authors.only is None or author in authors.only)
        and author not in authors.without
        and floor_s <= stamp_s
        and (ceiling_s is None or stamp_s <= ceiling_s)
    ]


def change(index: RecordIndex, held: Held, count: int, seed: int, seconds: int) -> None:
    """Add `count` items by chance, or take that many out if it is negative."""
    for stamp_s, record_id, author in made_items(max(0, count), seed=seed, seconds=seconds):
        assert index.add(stamp_s, record_id, author)
        held[stamp_s, record_id] = author
    for key in Random(seed).sample(sorted(held), min(max(0, -count), len(held))):
        assert index.remove(*key)
        del held[key]


@settings(max_examples=80, deadline=None)
@given(
    changes=st.lists(st.integers(-500, 500), min_size=1, max_size=5),
    seed=st.integers(0, 2**32),
    seconds=st.sampled_from([1, 7, 40, 5000]),
)
@example(changes=[500, 500, -300, 500, -1200], seed=3, seconds=40)
def test_view_is_what_a_walk_of_the_items_finds(
    changes: list[int], seed: int, seconds: int
) -> None:
    chance = Random(seed)
    index, held = RecordIndex(), Held()
    cuts = [some_cut(chance, seconds) for _ in range(4)]
    views = [(cut, index.view(*cut)) for cut in cuts]
    for step, count in enumerate(changes):
        change(index, held, count, seed + step, seconds)
        assert len(index) == len(held)
        for cut, view in views:
            seen = walked(held, cut)
            low, high = sorted(chance.choices(range(len(seen) + 1), k=2))
            stamp_s, record_id = chance.choice([*held, (NOW_S, bytes(32))])
            bound = (stamp_s, record_id[: chance.choice([0, 1, 32])])
            assert len(view) == len(seen)
            assert list(view.items(low, high)) == seen[low:high]
            assert [view.item(at) for at in range(low, min(low + 3, high))] == seen[low:high][:3]
            assert view.find(bound) == sum(item < bound for item in seen)
            ids = [record_id for _, record_id in seen]
            assert view.fingerprint(low, high) == plain_fingerprint(ids[low:high])
            assert view.summary() == (len(seen), plain_fingerprint(ids))


def test_floor_and_ceiling_are_themselves_in_the_view() -> None:
    items = [(NOW_S + second, bytes([second]) * 32, 0) for second in range(10)]
    view = index_of(items).view(floor_s=NOW_S + 3, ceiling_s=NOW_S + 6)
    assert [stamp_s for stamp_s, _ in view.items(0, len(view))] == [
        NOW_S + at for at in (3, 4, 5, 6)
    ]


def test_ceiling_below_the_floor_leaves_nothing() -> None:
    view = index_of(made_items(50)).view(floor_s=NOW_S + 100, ceiling_s=NOW_S + 50)
    assert view.summary() == (0, plain_fingerprint([]))
    assert view.find((NOW_S + 200, b"")) == 0


@pytest.mark.parametrize("stamp_s", [-1, 2**64 - 1])
@pytest.mark.parametrize("which", ["floor_s", "ceiling_s"])
def test_floor_or_ceiling_that_is_no_stamp_is_refused(which: str, stamp_s: int) -> None:
    with pytest.raises(LocalError):
        RecordIndex().view(**{which: stamp_s})


def test_two_views_of_one_filter_both_see_a_change() -> None:
    index = index_of(made_items(1000))
    authors = AuthorFilter(without=frozenset({1}))
    first, second = index.view(authors), index.view(authors, floor_s=NOW_S + 10)
    first.summary(), second.summary()
    index.add(NOW_S + DAY_S, b"\xff" * 32, 2)
    index.add(NOW_S, bytes(32), 2)
    assert first.summary() == index.view(authors).summary()
    assert second.summary() == index.view(authors, floor_s=NOW_S + 10).summary()


# --- What it may cost ---


def test_filter_that_leaves_out_nobody_here_costs_as_none() -> None:
    index = index_of(made_items(1000, authors=5))
    everyone = index.view()
    everyone.summary()
    for authors in (
        AuthorFilter(only=frozenset(range(9))),
        AuthorFilter(without=frozenset({5, 6})),
    ):
        view = index.view(authors)
        view.summary()
        assert view._totals is everyone._totals
    assert not index._filtered


def test_filter_keeps_its_sums_when_an_author_it_names_is_new_here() -> None:
    index = index_of(made_items(1000, authors=5))
    before = index.view(AuthorFilter(only=frozenset({1, 2})))
    before.summary()
    index.add(NOW_S, bytes(32), 6)
    after = index.view(AuthorFilter(only=frozenset({1, 2, 6})))
    after.summary()
    assert after._totals is before._totals


@pytest.mark.parametrize("authors", [AuthorFilter(), AuthorFilter(without=frozenset({3}))])
def test_only_changed_blocks_are_summed_again(authors: AuthorFilter) -> None:
    index = index_of(sorted(made_items(5000)))
    view = index.view(authors)
    view.summary()
    before = {id(part) for part in view._totals.slices}
    index.add(NOW_S + 2 * DAY_S, bytes(32), 0)
    index.add(NOW_S + DAY_S // 2, bytes(32), 0)
    view.summary()
    new = [part for part in view._totals.slices if id(part) not in before]
    assert len(new) == 3  # the last block, and the two halves of a full one


def test_block_without_the_filtered_authors_shares_the_sums_of_everyone() -> None:
    index = index_of([(NOW_S + at, at.to_bytes(32, "big"), int(at < 10)) for at in range(2000)])
    everyone, view = index.view(), index.view(AuthorFilter(without=frozenset({1})))
    everyone.summary(), view.summary()
    assert view._totals.slices[1:] == everyone._totals.slices[1:]
    assert view._totals.slices[0] != everyone._totals.slices[0]


def test_sums_of_many_filters_are_not_all_kept() -> None:
    index = index_of(made_items(1000, authors=40))
    often = index.view(AuthorFilter(without=frozenset({0})))
    often.summary()
    kept = often._totals
    for author in range(1, 40):
        index.view(AuthorFilter(without=frozenset({author}))).summary()
        index.add(NOW_S + author, bytes(32), 1)
        often.summary()
    assert len(index._filtered) == FILTERS_KEPT
    assert often._totals is kept


def test_halves_of_split_blocks_keep_sums_of_their_own() -> None:
    items = [(NOW_S + at, Random(at).randbytes(32), 0) for at in range(4 * MAX_BLOCK_ITEMS)]
    index = index_of(items)
    view = index.view()
    for block in range(4):
        items.append((NOW_S + block * MAX_BLOCK_ITEMS, b"\xff" * 32, 0))
        index.add(*items[-1])
        assert view.summary() == index_of(items).view().summary()


def test_items_in_order_fill_their_blocks() -> None:
    index = index_of(sorted(made_items(10 * MAX_BLOCK_ITEMS)))
    assert [len(block) for block in index._blocks.blocks] == [MAX_BLOCK_ITEMS] * 10


def test_items_before_a_newer_one_fill_their_blocks_too() -> None:
    index = index_of([(NOW_S + 2 * DAY_S, bytes(32), 0)])
    items = sorted(made_items(10 * MAX_BLOCK_ITEMS))
    for start in range(0, len(items), 100):
        index.add_many(items[start : start + 100])
    assert [len(block) for block in index._blocks.blocks[:-1]] == [MAX_BLOCK_ITEMS] * 10


@given(
    items=st.integers(0, 3).map(lambda seed: made_items(900, seed=seed, seconds=99)),
    sizes=st.lists(st.sampled_from([1, 2, 15, 16, 40, 300]), min_size=1, max_size=12),
    in_order=st.booleans(),
)
def test_index_is_the_same_however_many_items_come_at_once(
    items: list[Item], sizes: list[int], *, in_order: bool
) -> None:
    one_by_one, index = RecordIndex(), RecordIndex()
    for item in items:
        one_by_one.add(*item)
    rest = sorted(items) if in_order else items
    for size in cycle(sizes):
        batch, rest = rest[:size], rest[size:]
        assert index.add_many([*batch, *batch[:2]]) == len(batch)
        if not rest:
            break
    assert index.add_many(items) == 0
    view = index.view()
    assert list(view.items(0, len(view))) == sorted(item[:2] for item in items)
    assert view.summary() == one_by_one.view().summary()
    assert index.authors() == one_by_one.authors()
    assert max(map(len, index._blocks.blocks)) <= MAX_BLOCK_ITEMS
    only = AuthorFilter(only=frozenset({1, 3}))
    assert index.view(only).summary() == one_by_one.view(only).summary()


def test_removed_items_leave_no_thin_blocks() -> None:
    items = made_items(5000)
    index = index_of(items)
    for stamp_s, record_id, _ in items[:4900]:
        index.remove(stamp_s, record_id)
    blocks = index._blocks.blocks
    assert len(blocks) <= 2
    for stamp_s, record_id, _ in items[4900:]:
        index.remove(stamp_s, record_id)
    assert [len(block) for block in blocks] == [0]


def test_block_emptied_between_two_full_ones_goes() -> None:
    items = sorted(made_items(3 * MAX_BLOCK_ITEMS))
    index = index_of(items)
    for stamp_s, record_id, _ in items[MAX_BLOCK_ITEMS : 2 * MAX_BLOCK_ITEMS]:
        index.remove(stamp_s, record_id)
    assert [len(block) for block in index._blocks.blocks] == [MAX_BLOCK_ITEMS] * 2


@pytest.mark.parametrize("order", ["by stamp", "by chance"])
def test_item_takes_at_most_60_bytes(order: str) -> None:
    items = made_items(20_000)
    if order == "by stamp":
        items.sort()
    tracemalloc.start()
    index = RecordIndex()
    for item in items:
        index.add(*item)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / len(index) <= 60


# --- Saved beside the store ---


@pytest.mark.parametrize("count", [0, 1, MAX_BLOCK_ITEMS, MAX_BLOCK_ITEMS + 1, 3000])
def test_blob_gives_the_same_index_back(count: int) -> None:
    index = index_of(made_items(count, authors=300))
    for stamp_s, record_id, _ in made_items(count, authors=300)[::3]:
        index.remove(stamp_s, record_id)
    loaded = RecordIndex.from_blob(index.to_blob())
    authors = AuthorFilter(without=frozenset(range(100)))
    assert len(loaded) == len(index)
    assert loaded.authors() == index.authors()
    for view, same in ((loaded.view(), index.view()), (loaded.view(authors), index.view(authors))):
        assert view.summary() == same.summary()
        assert list(view.items(0, len(view))) == list(same.items(0, len(same)))


def test_loaded_index_goes_on_changing() -> None:
    items = made_items(2000)
    loaded = RecordIndex.from_blob(index_of(items[:1500]).to_blob())
    assert loaded.add_many(items) == 500
    for stamp_s, record_id, _ in items[:1000]:
        assert loaded.remove(stamp_s, record_id)
    assert loaded.view().summary() == index_of(items[1000:]).view().summary()


def test_blob_with_any_byte_changed_is_refused() -> None:
    blob = index_of(made_items(5)).to_blob()
    for at in range(len(blob)):
        for flip in (1, 0x80):
            with pytest.raises(ValueError, match=r"index|counts"):
                RecordIndex.from_blob(blob[:at] + bytes([blob[at] ^ flip]) + blob[at + 1 :])


def test_blob_cut_anywhere_is_refused() -> None:
    blob = index_of(made_items(5)).to_blob()
    for at in range(len(blob)):
        with pytest.raises(ValueError, match="index"):
            RecordIndex.from_blob(blob[:at])
    with pytest.raises(ValueError, match="index"):
        RecordIndex.from_blob(blob + b"\0")


def blob_of(authors: dict[int, int], blocks: list[list[int]], items: int) -> bytes:
    """A blob with a good check sum that says what it likes; blocks: stamps of their items."""
    stamps = [stamp for block in blocks for stamp in block]
    parts = [
        pack("=4I", 0x4D504931, items, len(blocks), len(authors)),
        array("I", authors.keys()).tobytes() + array("I", authors.values()).tobytes(),
        array("H", map(len, blocks)).tobytes() + bytes(32 * len(blocks)),
        array("Q", stamps).tobytes() + bytes(4 * len(stamps)) + bytes(32 * len(stamps)),
    ]
    blob = b"".join(parts)
    return blob + pack("=I", crc32(blob))


@pytest.mark.parametrize(
    ("why", "blob"),
    [
        ("authors have more items than there are", blob_of({0: 3}, [[1, 2]], 2)),
        ("an author has fewer items than there are", blob_of({0: 1}, [[1, 2]], 2)),
        ("an empty block", blob_of({0: 1}, [[1], []], 1)),
        ("a block of 257", blob_of({0: 257}, [list(range(257))], 257)),
        ("blocks out of order", blob_of({0: 2}, [[2], [1]], 2)),
    ],
)
def test_blob_that_contradicts_itself_is_refused(why: str, blob: bytes) -> None:  # noqa: ARG001
    with pytest.raises(ValueError, match=r"index|counts|blocks"):
        RecordIndex.from_blob(blob)


def test_blob_made_by_hand_is_taken_if_it_agrees() -> None:
    assert len(RecordIndex.from_blob(blob_of({0: 2}, [[1], [2]], 2))) == 2

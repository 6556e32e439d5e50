"""Set reconciliation: both sides find the difference, in few bytes, whatever the frames hold.

What each message is, byte for byte, is in tests/vectors/negentropy_*.json.
"""

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol.errors import LocalError, PeerError
from protocol.index import IndexView, RecordIndex
from protocol.reconcile import MIN_FRAME_LIMIT, Comparison, answer, compare, initiate
from protocol.varint import encode_varint
from tests.patience import PATIENCE_S

NOW_S = 1_790_000_000
DAY_S = 86_400

Key = tuple[int, bytes]


def made_keys(count: int, *, seed: int = 1, seconds: int = 90 * DAY_S) -> list[Key]:
    chance = Random(seed)
    return sorted((NOW_S + chance.randrange(seconds), chance.randbytes(32)) for _ in range(count))


def view_of(keys: list[Key]) -> IndexView:
    index = RecordIndex()
    index.add_many((*key, 0) for key in keys)
    return index.view()


def exchange(
    client: IndexView, server: IndexView, client_limit: int = 0, server_limit: int = 0
) -> Iterator[tuple[bytes, bytes, Comparison]]:
    """Yield (what the client sent, what the server answered, what the client found) by turns."""
    message: bytes | None = initiate(client)
    while message is not None:
        reply = answer(server, message, frame_limit=server_limit)
        found = compare(client, reply, frame_limit=client_limit)
        yield message, reply, found
        message = found.reply


def found_by(turns: list[tuple[bytes, bytes, Comparison]]) -> tuple[set[bytes], set[bytes]]:
    have = {record_id for _, _, found in turns for record_id in found.have}
    need = {record_id for _, _, found in turns for record_id in found.need}
    return have, need


def size_of(turns: list[tuple[bytes, bytes, Comparison]]) -> int:
    return sum(len(message) + len(reply) for message, reply, _ in turns)


# --- What is found ---


@settings(max_examples=60, deadline=None)
@given(
    shared=st.integers(0, 1500),
    only_client=st.integers(0, 200),
    only_server=st.integers(0, 200),
    seconds=st.sampled_from([1, 50, 90 * DAY_S]),
    limits=st.tuples(*[st.sampled_from([0, MIN_FRAME_LIMIT, 20_000])] * 2),
    seed=st.integers(0, 2**32),
)
@example(0, 0, 200, 1, (MIN_FRAME_LIMIT, MIN_FRAME_LIMIT), 0)
@example(1500, 200, 200, 1, (MIN_FRAME_LIMIT, MIN_FRAME_LIMIT), 0)
def test_client_finds_the_difference_in_frames_within_the_limits(
    shared: int,
    only_client: int,
    only_server: int,
    seconds: int,
    limits: tuple[int, int],
    seed: int,
) -> None:
    keys = made_keys(shared + only_client + only_server, seed=seed, seconds=seconds)
    Random(seed).shuffle(keys)
    ours, theirs = keys[:only_client], keys[only_client : only_client + only_server]
    both = keys[only_client + only_server :]
    turns = list(exchange(view_of(both + ours), view_of(both + theirs), *limits))
    assert found_by(turns) == ({key[1] for key in ours}, {key[1] for key in theirs})
    client_limit, server_limit = limits
    for message, reply, _ in turns:
        assert not client_limit or len(message) <= client_limit
        assert not server_limit or len(reply) <= server_limit


def test_index_that_changes_between_messages_is_settled_by_the_next_round() -> None:
    keys = made_keys(3000)
    client, server = RecordIndex(), RecordIndex()
    client.add_many((*key, 0) for key in keys[:2900:2])
    server.add_many((*key, 0) for key in keys[:2900:3])
    coming = iter(keys[2900:])
    for _, _, found in exchange(client.view(), server.view(), MIN_FRAME_LIMIT, MIN_FRAME_LIMIT):
        assert len(found.need) <= len(keys)
        # Meanwhile others push to both sides, and something is withdrawn.
        for index, key in zip((client, server), coming, strict=False):
            index.add(*key, 0)
        client.remove(*next(client.view().items(500, 501)))
        server.remove(*next(server.view().items(100, 101)))
    wanted = {key for index in (client, server) for key in index.view().items(0, len(index))}
    have, need = found_by(list(exchange(client.view(), server.view())))
    for key in wanted:
        assert (key[1] in have) == (key in client and key not in server)
        assert (key[1] in need) == (key in server and key not in client)


def test_id_listed_twice_is_needed_once() -> None:
    message = b"\x61\0\0\x02\x02" + b"a" * 64
    assert compare(view_of([]), message, frame_limit=0) == Comparison([], [b"a" * 32], None)


def test_needs_come_in_the_order_they_were_listed_and_haves_in_ours() -> None:
    keys = made_keys(20)
    ids = [record_id for _, record_id in made_keys(20, seed=2)]
    message = b"\x61\0\0\x02\x14" + b"".join(ids)
    found = compare(view_of(keys), message, frame_limit=0)
    assert found.need == ids
    assert found.have == [record_id for _, record_id in keys]


# --- What it costs ---


def test_first_message_of_an_empty_set_is_as_published() -> None:
    assert initiate(view_of([])).hex() == "6100000200"


@pytest.mark.parametrize("count", [32, 1000, 20_000])
def test_equal_sets_of_32_and_more_cost_one_message_and_one_byte(count: int) -> None:
    keys = made_keys(count)
    ((message, reply, found),) = exchange(view_of(keys), view_of(keys))
    assert 300 <= len(message) <= 340 + 16
    assert reply == b"\x61"
    assert found == Comparison([], [], None)


def test_equal_sets_of_31_cost_their_ids_both_ways() -> None:
    keys = made_keys(31)
    turns = list(exchange(view_of(keys), view_of(keys)))
    assert [(len(message), len(reply)) for message, reply, _ in turns] == [(997, 997)]


def test_newest_100_of_20000_are_found_in_few_bytes_and_rounds() -> None:
    keys = made_keys(20_000)
    new = made_keys(20_100)[20_000:]
    new = [(stamp_s + 90 * DAY_S, record_id) for stamp_s, record_id in new]
    turns = list(exchange(view_of(keys + new[::2]), view_of(keys + new[1::2])))
    assert len(turns) <= 3
    assert size_of(turns) <= 5000


def test_one_difference_in_20000_costs_at_most_2500_bytes() -> None:
    keys = made_keys(20_000)
    turns = list(exchange(view_of(keys), view_of(keys[:9999] + keys[10_000:])))
    assert found_by(turns) == ({keys[9999][1]}, set())
    assert len(turns) <= 3
    assert size_of(turns) <= 2500


def test_round_without_news_sums_no_block_again() -> None:
    view = view_of(made_keys(20_000))
    list(exchange(view, view_of(made_keys(20_000))))
    before = list(map(id, view._totals.slices))
    list(exchange(view, view_of(made_keys(20_000)[:-50])))
    assert list(map(id, view._totals.slices)) == before


# --- What is refused ---


@pytest.mark.parametrize("limit", [-1, 1, MIN_FRAME_LIMIT - 1])
def test_frame_limit_below_the_least_is_our_mistake(limit: int) -> None:
    with pytest.raises(LocalError):
        answer(view_of([]), b"\x61", frame_limit=limit)
    with pytest.raises(LocalError):
        compare(view_of([]), b"\x61", frame_limit=limit)


def test_what_follows_a_full_frame_must_still_be_well_formed() -> None:
    view = view_of(made_keys(300))
    full = b"\x61" + encode_varint(NOW_S + 80 * DAY_S) + b"\0\x02\0"
    assert len(answer(view, full + b"\0\0\x02\0", frame_limit=MIN_FRAME_LIMIT)) > 3000
    for follower in (b"\0\0\x03", b"\0\0\x02\x01", b"\x80"):
        with pytest.raises(PeerError):
            answer(view, full + follower, frame_limit=MIN_FRAME_LIMIT)


def hostile_messages(size: int) -> Iterator[bytes]:
    """Messages of about `size` bytes that ask for as much as they can."""
    start = b"\x61" + encode_varint(NOW_S) + b"\0\0"
    yield start + b"\x01\0\0" * (size // 3)
    yield start + b"\x02\0\x02\0" * (size // 4)
    yield start + b"\x02\0\x01".ljust(19, b"\xaa") * (size // 19)
    yield b"\x61\0\0\x02" + encode_varint(size // 32) + b"\xaa" * (size // 32 * 32)
    yield b"\x61\0\0\x02" + encode_varint(2**63) + b"\xaa" * size
    yield b"\x61\0\0\x02\0"


@pytest.mark.parametrize("number", range(6))
def test_hostile_message_takes_memory_for_its_bytes_alone(number: int) -> None:
    view = view_of(made_keys(2000, seconds=2000))
    limit = 16_384
    list(exchange(view, view_of([]), limit, limit))
    message = list(hostile_messages(60_000))[number]
    tracemalloc.start()
    try:
        reply = answer(view, message, frame_limit=limit)
        assert len(reply) <= limit
    except PeerError:
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * len(message) + 8 * limit + 300_000


# --- The program for other implementations ---

ROOT = Path(__file__).parents[2]


def run_program(text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.interop.negentropy_stdio"],
        input=text,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
        timeout=PATIENCE_S,
    )


def test_program_answers_each_line_before_it_reads_the_next() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.interop.negentropy_stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"item,5,{'00' * 32}\nseal\ninitiate\n")
    process.stdin.flush()
    assert process.stdout.readline() == f"msg,6100000201{'00' * 32}\n"
    process.stdin.write(f"msg,6100000201{'11' * 32}\n")
    process.stdin.flush()
    told = [process.stdout.readline() for _ in range(3)]
    assert told == [f"have,{'00' * 32}\n", f"need,{'11' * 32}\n", "done\n"]
    assert process.communicate() == ("", None)
    assert process.returncode == 0


def test_program_is_a_server_until_told_to_initiate() -> None:
    result = run_program("seal\nmsg,6100000200\nmsg,62\n")
    assert (result.returncode, result.stdout) == (0, "msg,6100000200\nmsg,61\n")


def test_program_keeps_to_its_frame_limit_and_tells_each_id_once() -> None:
    items = "".join(f"item,{n},{n:064x}\n" for n in range(300))
    result = run_program(items + "seal\nmsg,6100000200\n", FRAMESIZELIMIT="4096")
    assert 7000 < len(result.stdout) <= 2 * 4096 + 5
    reply = result.stdout.strip()
    result = run_program(f"seal\ninitiate\n{reply}\n{reply}\n", FRAMESIZELIMIT="4096")
    needs = [line for line in result.stdout.split() if line.startswith("need,")]
    assert len(needs) == len(set(needs)) == 122


@pytest.mark.parametrize(
    "text",
    [
        "hello\n",
        "initiate\n",
        "msg,61\n",
        "item,1\nseal\n",
        f"item,-1,{'00' * 32}\n",
        f"item,1.5,{'00' * 32}\n",
        f"item,1,{'00' * 31}\n",
        f"item,1,{'AA' * 32}\n",
        f"item,{2**64 - 1},{'00' * 32}\n",
        f"item,1,{'00' * 32}\n" * 2,
        f"seal\nitem,1,{'00' * 32}\n",
        "seal\nseal\n",
        "seal\ninitiate\ninitiate\n",
        "seal\nmsg,6\n",
        "seal\nmsg,zz\n",
        "seal\nmsg,\n",
        "seal\nmsg,50\n",
        "seal\ninitiate\nmsg,62\n",
        "seal\n\n",
    ],
)
def test_program_ends_with_a_word_on_bad_input(text: str) -> None:
    result = run_program(text)
    assert result.returncode == 1
    assert result.stderr.startswith("negentropy_stdio: ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("limit", ["x", "-1", "4095"])
def test_program_ends_with_a_word_on_a_bad_frame_limit(limit: str) -> None:
    result = run_program("seal\nmsg,6100000200\n", FRAMESIZELIMIT=limit)
    assert result.returncode == 1
    assert result.stderr.startswith("negentropy_stdio: ")

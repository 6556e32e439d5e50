"""A node starts, serves and stops; and leaves everything as it should be, however it ends."""

import asyncio
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.config import Config
from node.engine import Engine
from node.federation import accept, invite
from node.pod import Pod
from node.run import serve
from node.serving import Serving
from protocol.aid.audience import Audience
from protocol.aid.listing import Listing
from protocol.clock import Now
from protocol.errors import ConfigError, StoreError
from protocol.identity import PodKey, WorkingKey
from store import hold_lock
from store.aid import BoardQuery
from tests.nodes import ANY_PORT, make_pod, seed_of, serving, until
from tests.patience import PATIENCE_S

HOUR_S = 3600
SECRET = "Grandmother's ladder"
LADDER = Listing(
    type="offer", title=SECRET, category="items", status="open", reply_via=("at-meetup",)
)


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with make_pod(tmp_path / "a", name="Maple Street") as opened:
        yield opened


def titles(pod: Pod) -> list[str]:
    return [item.listing.title for item in pod.listings.board(BoardQuery())]


async def test_node_says_who_and_where_it_is(tmp_path: Path, pod: Pod) -> None:
    stop, heard = asyncio.Event(), asyncio.Queue[Serving]()
    node = asyncio.create_task(serve(tmp_path / "a", ANY_PORT, heard.put_nowait, stop))
    said = await heard.get()
    assert (said.pod_id, said.name) == (pod.pod_id, "Maple Street")
    socket.create_connection(("127.0.0.1", said.port)).close()
    stop.set()
    await node


async def test_only_one_node_runs_on_a_folder(tmp_path: Path, pod: Pod) -> None:
    async with serving(tmp_path / "a"):
        with pytest.raises(StoreError) as caught:
            async with serving(tmp_path / "a"):
                pass
        assert caught.value.code == "locked"
    async with serving(tmp_path / "a"):
        assert pod.pod_id


async def test_folder_without_a_pod(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        async with serving(tmp_path):
            pass
    assert caught.value.code == "missing"


async def test_port_in_use_is_an_error_that_leaves_nothing_behind(tmp_path: Path, pod: Pod) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        taken = ANY_PORT.with_option("sync_port", port, "--port")
        tasks = asyncio.all_tasks()
        with pytest.raises(ConfigError, match=str(port)):
            async with serving(tmp_path / "a", config=taken):
                pass
    assert asyncio.all_tasks() == tasks
    hold_lock(tmp_path / "a").release()
    assert pod.pod_id


async def test_bug_in_a_loop_of_the_node_ends_it_loudly(
    tmp_path: Path, pod: Pod, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tick(_engine: Engine, _now: Now) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Engine, "tick", tick)
    tasks = asyncio.all_tasks()
    with pytest.raises(ZeroDivisionError):
        await serve(tmp_path / "a", ANY_PORT, lambda _: None, asyncio.Event())
    assert asyncio.all_tasks() == tasks
    hold_lock(tmp_path / "a").release()
    assert pod.pod_id


async def test_stop_leaves_no_task_no_thread_and_a_free_port(tmp_path: Path, pod: Pod) -> None:
    with make_pod(tmp_path / "b") as b:
        tasks, threads = asyncio.all_tasks(), thread_names()
        async with serving(tmp_path / "a") as at_a, serving(tmp_path / "b") as at_b:
            await accept(b, invite(pod, [at_a], HOUR_S), our_addresses=[at_b])
            b.listings.publish(LADDER, audience=Audience.NETWORK)
            await until(lambda: titles(pod) == [SECRET])
        assert asyncio.all_tasks() == tasks
        assert {
            name for name in thread_names() - threads if not name.startswith("asyncio")
        } == set()
        host, _, port = at_a.rpartition(":")
        socket.create_server((host, int(port))).close()


def thread_names() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


async def test_neighbour_that_was_off_is_met_when_it_is_back(tmp_path: Path, pod: Pod) -> None:
    with make_pod(tmp_path / "b") as b:
        async with serving(tmp_path / "a") as at_a:
            await accept(b, invite(pod, [at_a], HOUR_S), our_addresses=[])
            b.listings.publish(LADDER, audience=Audience.NETWORK)
            async with serving(tmp_path / "b"):
                await until(lambda: titles(pod) == [SECRET])
            b.listings.withdraw(b.listings.board(BoardQuery())[0].rid)
            async with serving(tmp_path / "b"):
                await until(lambda: titles(pod) == [])


async def test_neighbour_that_was_removed_is_not_let_in(
    tmp_path: Path, pod: Pod, caplog: pytest.LogCaptureFixture
) -> None:
    with make_pod(tmp_path / "b") as b:
        async with serving(tmp_path / "a") as at_a:
            await accept(b, invite(pod, [at_a], HOUR_S), our_addresses=[])
            pod.neighbours.remove(b.pod_id)
            b.listings.publish(LADDER, audience=Audience.NETWORK)
            caplog.set_level(logging.INFO)
            async with serving(tmp_path / "b"):
                await until(lambda: "code=not_federated" in caplog.text)
        assert titles(pod) == []


async def test_pod_whose_key_was_replaced_elsewhere_learns_so(tmp_path: Path, pod: Pod) -> None:
    """B was restored from an old card; a neighbour knows the newer certificate (R3)."""
    with make_pod(tmp_path / "b") as b:
        newer = PodKey.from_seed(seed_of("b")).certify(
            b.keeper.certificate.epoch + 1, WorkingKey.from_seed(b"n" * 32).public, 0
        )
        async with serving(tmp_path / "a") as at_a:
            await accept(b, invite(pod, [at_a], HOUR_S), our_addresses=[])
            pod.keeper.roster.load()  # the other process, which serves, has let b in
            pod.keeper.learn([newer], pod.now())
            async with serving(tmp_path / "b"):
                await until(lambda: _greatest(b) == newer.epoch)


def _greatest(pod: Pod) -> int:
    pod.keeper.roster.load()
    return pod.keeper.certificate.epoch


# --- What is logged ---


async def test_log_names_no_person_no_listing_and_no_token(
    tmp_path: Path, pod: Pod, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with make_pod(tmp_path / "b", name="Elm Street") as b:
        async with serving(tmp_path / "a") as at_a, serving(tmp_path / "b") as at_b:
            text = invite(pod, [at_a], HOUR_S)
            await accept(b, text, our_addresses=[at_b])
            b.listings.publish(LADDER, audience=Audience.NETWORK)
            await until(lambda: titles(pod) == [SECRET])
    ours = [r for r in caplog.records if r.name.startswith(("node", "pod", "store"))]
    assert ours
    for record in ours:
        line = record.getMessage()
        assert re.fullmatch(r"[a-z_]+( [a-z_]+=\S.*)*", line), line
        for secret in (SECRET, "Maple", "Elm", text[12:40]):
            assert secret not in line


# --- Signals ---

PROGRAM = """
import sys
from pathlib import Path
from node.config import Config
from node.engine import Engine
from node.run import run
uvloop = sys.argv[2] == "uvloop"
config = Config(sync_port=0, listen=("127.0.0.1",), mdns=False, uvloop=uvloop)
run(Path(sys.argv[1]), config, lambda serving: print("up", serving.port, flush=True))
print("down", flush=True)
"""


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_the_node_cleanly(
    tmp_path: Path, pod: Pod, number: signal.Signals, loop: str
) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    pod.close()
    node = subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM, str(tmp_path / "a"), loop],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert node.stdout is not None
    assert node.stdout.readline().startswith("up ")
    os.kill(node.pid, number)
    out, err = node.communicate(timeout=PATIENCE_S)
    assert (node.returncode, out) == (0, "down\n")
    assert "Warning" not in err
    assert "Traceback" not in err
    with Pod.open(tmp_path / "a") as again:
        assert again.keeper.store.was_clean


def test_uvloop_that_is_asked_for_and_not_installed_is_only_missed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from node.run import _loop_factory

    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert _loop_factory(Config(uvloop=True)) is None
    assert "uvloop missing=true" in caplog.text

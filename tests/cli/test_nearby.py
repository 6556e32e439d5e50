"""`pod nearby` on loopback: what it says of those whom it knows, and of those whom it does not.

Other programs on this machine may announce pods there too, so only ours are looked at.
"""

import asyncio
import json
from pathlib import Path

from click.testing import CliRunner

from cli.main import main
from node.discovery import Announcement, Discovery
from node.first_start import create_known
from node.recovery import new_seed
from protocol.identity import pod_id_text, short_id
from tests.channels import identity

MILL = identity("mill lane").certificate
STRANGER = identity("somebody").certificate.pod_id


def make_pod(folder: Path, *settings: str) -> Path:
    with create_known(folder / "pod", name="Maple Street", seed=new_seed()) as pod:
        pod.neighbours.add(MILL, "Mill Lane", ["127.0.2.9:1"], seen=True)
    (folder / "pod" / "config.toml").write_text("\n".join(settings))
    return folder / "pod"


def nearby(folder: Path, *words: str) -> str:
    result = CliRunner().invoke(main, ["--data", str(folder), "nearby", "--seconds", "1", *words])
    assert result.exit_code == 0, result.output
    return result.output


async def while_announced(folder: Path, *words: str) -> str:
    """Return what `pod nearby` prints while Mill Lane and a stranger are there."""
    there = [
        Discovery(lambda: ["127.0.2.1"], chance=lambda: 0.5, announcement=Announcement(tag, port))
        for tag, port in ((short_id(MILL.pod_id), 4781), (short_id(STRANGER), 4782))
    ]
    tasks = [asyncio.create_task(it.run()) for it in there]
    said = await asyncio.to_thread(nearby, folder, *words)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return said


async def test_neighbours_have_their_name_and_strangers_their_tag(tmp_path: Path) -> None:
    folder = make_pod(tmp_path, 'listen = ["127.0.2.2"]')
    said = json.loads(await while_announced(folder, "--json"))
    seen = {it["tag"]: it for it in said["seen"]}
    assert said["trouble"] is None
    assert seen[short_id(MILL.pod_id)] == {
        "tag": short_id(MILL.pod_id),
        "is": "neighbour",
        "name": "Mill Lane",
        "pod_id": pod_id_text(MILL.pod_id),
        "addresses": ["127.0.2.1:4781"],
    }
    assert seen[short_id(STRANGER)] == {
        "tag": short_id(STRANGER),
        "is": "unknown",
        "name": None,
        "pod_id": None,
        "addresses": ["127.0.2.1:4782"],
    }


async def test_people_read_who_it_seems_to_be_and_what_to_do_next(tmp_path: Path) -> None:
    said = await while_announced(make_pod(tmp_path, 'listen = ["127.0.2.3"]', "mdns = false"))
    lines = [line.split() for line in said.splitlines()]
    assert [short_id(MILL.pod_id), "Mill", "Lane", "127.0.2.1:4781"] in lines
    assert [short_id(STRANGER), "unknown", "127.0.2.1:4782"] in lines
    assert "next: To become neighbours, run on both machines: pod neighbor pair" in said
    assert "note: This pod does not show itself on the LAN." in said


def test_nobody_and_no_network_are_told_apart(tmp_path: Path) -> None:
    nowhere = nearby(make_pod(tmp_path, 'listen = ["::1"]'))  # mDNS goes over IPv4
    assert "This machine cannot look around: no address in any LAN." in nowhere
    assert "next: Is it on a network?" in nowhere
    assert "No other pod is seen here." not in nowhere

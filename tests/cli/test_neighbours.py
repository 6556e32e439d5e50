"""A neighbour that broke the protocol is shown so until people forgive it."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from cli.main import main
from node.first_start import create_known
from protocol.identity import pod_id_text
from store import conduct
from store.conduct import Fault
from tests.channels import identity

MILL, BIRCH = identity("mill").certificate, identity("birch").certificate


def pod_with_faults(data_dir: Path) -> None:
    """Make a pod with two neighbours that broke the protocol, and wait for an hour."""
    with create_known(data_dir, name="Elm Court", seed=bytes(range(32))) as pod:
        at_ms = pod.now().wall_ms
        for certificate, name in ((MILL, "Mill Lane"), (BIRCH, "Birch Row")):
            pod.neighbours.add(certificate, name, ["192.168.1.7:4781"], seen=True)
            fault = Fault(certificate.pod_id, 4, "malformed", at_ms, at_ms + 3_600_000)
            with pod.keeper.store.atomic(at_ms) as tx:
                conduct.note_fault(tx, fault)


def run(data_dir: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data_dir), *words])


def test_a_neighbour_that_is_forgiven_is_met_again(tmp_path: Path) -> None:
    pod_with_faults(tmp_path)
    shown = run(tmp_path, "neighbor", "show", "mill lane")
    assert "broke the protocol 4 times in a row (malformed); not met before" in shown.stdout
    assert 'pod neighbor forgive "Mill Lane"' in shown.stdout

    done = run(tmp_path, "neighbor", "forgive", "mill lane")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "Mill Lane is met again as soon as both nodes run.\n"

    shown = run(tmp_path, "neighbor", "show", "mill lane")
    assert shown.exit_code == 0
    assert "broke the protocol" not in shown.stdout
    assert "forgive" not in shown.stdout
    # The other one waits as before.
    assert "broke the protocol" in run(tmp_path, "neighbor", "show", "birch row").stdout


def test_who_is_forgiven_is_told_to_programs_too(tmp_path: Path) -> None:
    pod_with_faults(tmp_path)
    # Twice: there may be nothing to forgive.
    for _ in range(2):
        done = run(tmp_path, "neighbor", "forgive", "Mill Lane", "--json")
        assert json.loads(done.stdout) == {"pod_id": pod_id_text(MILL.pod_id), "forgiven": True}


def test_who_is_no_neighbour_cannot_be_forgiven(tmp_path: Path) -> None:
    pod_with_faults(tmp_path)
    done = run(tmp_path, "neighbor", "forgive", "maple street")
    assert done.exit_code == 2
    assert "'maple street' is no neighbour of this pod." in done.stderr
    assert "pod neighbor list" in done.stderr

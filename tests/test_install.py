"""`./run install`: a pod that stays, upgrades in place and keeps its data when it is taken off.

The machine is a folder that stands for /, and systemctl a script that writes down what it was
told: no systemd runs where tests do. The unit itself is read by systemd's own tools.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

HERE = Path(__file__).resolve().parent.parent
UNIT = HERE / "install" / "mutualpod.service"
MOST_EXPOSED = 1.5

needs_systemd_tools = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


class Machine:
    """A folder that stands for /; told: what systemctl was told so far."""

    def __init__(self, root: Path) -> None:
        self.root = root / "machine"
        self.code = self.root / "opt" / "mutualpod"
        self.data = self.root / "var" / "lib" / "private" / "mutualpod"
        self._log = root / "told"
        self._bin = root / "bin"
        self._bin.mkdir()
        systemctl = self._bin / "systemctl"
        systemctl.write_text(f'#!/bin/sh\necho "$*" >>{self._log}\n')
        systemctl.chmod(0o755)

    @property
    def told(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []

    def run(self, what: str, source: Path = HERE) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", str(source / "install" / "install.sh"), what],
            env=os.environ
            | {"MUTUALPOD_ROOT": str(self.root), "PATH": f"{self._bin}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the tree whose ./run makes no environment: that is tried by test_run.py."""
    tree = tmp_path / "source"
    ignored = shutil.ignore_patterns(".git", ".venv*", "tests", "*cache*")
    shutil.copytree(HERE, tree, ignore=ignored)
    set_run(tree, works=True)
    return tree


def set_run(tree: Path, *, works: bool) -> None:
    (tree / "run").write_text(f"#!/bin/sh\nexit {0 if works else 1}\n")
    (tree / "run").chmod(0o755)


def test_a_first_install_puts_code_and_service_in_place(machine: Machine, source: Path) -> None:
    done = machine.run("install", source)
    assert done.returncode == 0, done.stderr
    assert (machine.code / "cli" / "main.py").exists()
    assert not (machine.code / "tests").exists()
    installed = machine.root / "etc" / "systemd" / "system" / "mutualpod.service"
    assert installed.read_bytes() == UNIT.read_bytes()
    assert machine.told == ["daemon-reload", "enable --now mutualpod.service"]


def test_an_upgrade_copies_the_data_first_and_only_while_the_node_is_off(
    machine: Machine, source: Path
) -> None:
    machine.run("install", source)
    machine.data.mkdir(parents=True)
    (machine.data / "pod.db").write_bytes(b"the pod")
    (source / "docs" / "new-page.md").write_text("new")
    assert machine.run("install", source).returncode == 0
    (copy,) = machine.data.parent.glob("mutualpod-before-*")
    assert (copy / "pod.db").read_bytes() == b"the pod"
    assert (machine.code / "docs" / "new-page.md").exists()
    assert machine.told[2:] == [
        "stop mutualpod.service",
        "daemon-reload",
        "enable --now mutualpod.service",
    ]


def test_an_upgrade_that_fails_leaves_the_old_code_running(machine: Machine, source: Path) -> None:
    machine.run("install", source)
    set_run(source, works=False)
    (source / "docs" / "new-page.md").write_text("new")
    assert machine.run("install", source).returncode == 1
    assert not (machine.code / "docs" / "new-page.md").exists()
    assert (machine.code / "cli" / "main.py").exists()
    assert machine.told[-1] == "start mutualpod.service"


def test_uninstall_keeps_the_data(machine: Machine, source: Path) -> None:
    machine.run("install", source)
    machine.data.mkdir(parents=True)
    (machine.data / "pod.db").write_bytes(b"the pod")
    assert machine.run("uninstall", source).returncode == 0
    assert (machine.data / "pod.db").read_bytes() == b"the pod"
    assert not machine.code.exists()
    assert not list((machine.root / "etc").rglob("*.service"))
    assert machine.told[-2:] == ["disable --now mutualpod.service", "daemon-reload"]


@needs_systemd_tools
def test_the_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    # verify looks for the program, which is not installed here.
    unit = tmp_path / "mutualpod.service"
    unit.write_text(UNIT.read_text().replace("/opt/mutualpod/.venv/bin/pod", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [line for line in done.stderr.splitlines() if "mutualpod" in line]
    assert (done.returncode, about_ours) == (0, [])


@needs_systemd_tools
def test_the_unit_is_exposed_to_little() -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
    )
    verdict = done.stdout.strip().splitlines()[-1]
    assert float(verdict.split(": ")[1].split()[0]) <= MOST_EXPOSED, verdict

"""./run on a machine without a network: what it makes, keeps, refuses and says.

Each test has a little project of its own: the real ./run and interpreter, a `cli` that prints the
words it is given, and one requirement, a wheel made here. pip finds it in a folder, not on a host.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.test_imports import ROOT

MAKING = "making the environment"
CLI = """
import json, sys
import lantern
print(json.dumps({"words": sys.argv[1:], "lantern": lantern.GLOW}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Little:
    """A little project in `home` and the folder that its pip finds wheels in."""

    home: Path
    wheels: Path

    def require(self, glow: int) -> None:
        """Ask for the version of the lantern that has this glow, and put its wheel there."""
        line = f"lantern=={glow} --hash=sha256:{make_wheel(self.wheels, glow)}\n"
        (self.home / "requirements.txt").write_text(line)

    def environment(self, python: str | None) -> dict[str, str]:
        chosen = {} if python is None else {"PYTHON": python}
        return chosen | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
        }

    def start(self, *words: str, python: str | None = None) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [self.home / "run", *words],
            cwd="/",
            env=self.environment(python),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, python: str | None = None) -> tuple[int, str, str]:
        """Return (status, stdout, stderr) of ./run with these words, from another folder."""
        process = self.start(*words, python=python)
        out, err = process.communicate()
        return process.returncode, out, err

    def wrapper(self, body: str) -> str:
        """Return the path of a stand-in interpreter; $REAL in its body is the system's."""
        path = self.home / "python-stand-in"
        path.write_text(f"#!/bin/sh\nREAL='{Path(sys.executable).resolve()}'\n{body}\n")
        path.chmod(0o755)
        return str(path)


def make_wheel(folder: Path, glow: int) -> str:
    """Write lantern-GLOW to folder and return its SHA-256."""
    info = f"lantern-{glow}.dist-info"
    path = folder / f"lantern-{glow}-py3-none-any.whl"
    files = {
        "lantern.py": f"GLOW = {glow}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: lantern\nVersion: {glow}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n",
        f"{info}/RECORD": f"lantern.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n",
    }
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in files.items():
            wheel.writestr(zipfile.ZipInfo(name), text)  # always of 1980, so the hash is the same
    return hashlib.sha256(path.read_bytes()).hexdigest()


def answer(words: list[str], glow: int) -> str:
    return json.dumps({"words": words, "lantern": glow}) + "\n"


@pytest.fixture
def fresh(tmp_path: Path) -> Little:
    """A clone that was never started, in a folder whose name has a space and an apostrophe."""
    project = Little(home=tmp_path / "the pod's home", wheels=tmp_path / "wheels")
    (project.home / "cli").mkdir(parents=True)
    project.wheels.mkdir()
    shutil.copy(ROOT / "run", project.home)
    (project.home / "cli/__init__.py").touch()
    (project.home / "cli/__main__.py").write_text(CLI)
    project.require(1)
    return project


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("template")


@pytest.fixture
def made(fresh: Little, template: Path) -> Little:
    """The same with its environment made once and copied: making takes seconds."""
    if not (template / ".venv").exists():
        assert fresh.run()[0] == 0
        shutil.copytree(fresh.home / ".venv", template / ".venv", symlinks=True)
    else:
        shutil.copytree(template / ".venv", fresh.home / ".venv", symlinks=True)
    return fresh


def test_first_run_makes_the_environment_and_starts(fresh: Little) -> None:
    status, out, err = fresh.run("offer", "two words")
    assert (status, out) == (0, answer(["offer", "two words"], 1)), err
    assert MAKING in err


def test_finished_environment_starts_without_asking_anybody(made: Little) -> None:
    shutil.rmtree(made.wheels)
    assert made.run("board") == (0, answer(["board"], 1), "")


def test_no_words_mean_up(made: Little) -> None:
    assert made.run() == (0, answer(["up"], 1), "")


def test_runs_through_a_symlink(made: Little, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "mypod"
    link.parent.mkdir()
    link.symlink_to(made.home / "run")
    done = subprocess.run([link, "x"], env=made.environment(None), capture_output=True, check=True)
    assert done.stdout.decode() == answer(["x"], 1)


def test_command_in_the_environment_is_the_same_pod(made: Little, tmp_path: Path) -> None:
    link = tmp_path / "pod"
    link.symlink_to(made.home / ".venv/bin/pod")
    done = subprocess.run([link, "status"], cwd="/", capture_output=True, check=True)
    assert done.stdout.decode() == answer(["status"], 1)


def test_folder_called_like_a_package_where_it_is_started_changes_nothing(
    made: Little, tmp_path: Path
) -> None:
    # python -m would look for cli in the folder one stands in first.
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli/__main__.py").write_text("print('somebody else')")
    done = subprocess.run(
        [made.home / "run"],
        cwd=tmp_path,
        env=made.environment(None) | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == answer(["up"], 1)


def test_changed_requirements_make_it_anew(made: Little) -> None:
    made.require(2)
    status, out, err = made.run()
    assert (status, out) == (0, answer(["up"], 2)), err
    assert MAKING in err
    assert not (made.home / ".venv.before").exists()


def test_failed_rebuild_keeps_the_environment_before(made: Little) -> None:
    old = (made.home / "requirements.txt").read_text()
    made.require(2)
    (made.wheels / "lantern-2-py3-none-any.whl").unlink()
    status, out, err = made.run()
    assert (status, out) == (1, "")
    assert "Is there an internet connection?" in err
    # Back to the version before, still with no network.
    (made.home / "requirements.txt").write_text(old)
    assert made.run() == (0, answer(["up"], 1), "")


def test_wheel_with_another_hash_is_refused(made: Little) -> None:
    made.require(2)
    with zipfile.ZipFile(made.wheels / "lantern-2-py3-none-any.whl", "a") as wheel:
        wheel.writestr("evil.py", "")
    status, out, err = made.run()
    assert (status, out) == (1, "")
    assert "HASHES" in err
    assert not list((made.home / ".venv").rglob("evil.py"))


def test_rebuild_that_was_killed_is_undone(made: Little) -> None:
    (made.home / ".venv").rename(made.home / ".venv.before")
    (made.home / ".venv/bin").mkdir(parents=True)
    assert made.run() == (0, answer(["up"], 1), "")
    assert not (made.home / ".venv.before").exists()


def test_rebuild_that_was_killed_at_its_very_end_is_kept(made: Little) -> None:
    # Whole, while the one before is half removed: that one must not come back, whatever follows.
    old = (made.home / "requirements.txt").read_text()
    (made.home / ".venv.before/lib").mkdir(parents=True)
    made.require(2)
    (made.wheels / "lantern-2-py3-none-any.whl").unlink()
    assert made.run()[0] == 1
    (made.home / "requirements.txt").write_text(old)
    assert made.run() == (0, answer(["up"], 1), "")


def test_two_at_once_make_it_once(fresh: Little) -> None:
    both = [fresh.start("one"), fresh.start("two")]
    ends = [process.communicate() for process in both]
    assert [out for out, _ in ends] == [answer(["one"], 1), answer(["two"], 1)]
    assert sum(MAKING in err for _, err in ends) == 1


def test_environment_of_another_python_is_made_anew(made: Little) -> None:
    # As after an upgrade of the system: .venv/bin/python is there and finds no libraries.
    (library,) = (made.home / ".venv/lib").glob("python3.*")
    library.rename(library.with_name("python3.1"))
    status, out, err = made.run()
    assert (status, out) == (0, answer(["up"], 1)), err
    assert MAKING in err


def test_missing_venv_module_names_the_one_line_that_helps(fresh: Little) -> None:
    python = fresh.wrapper(
        'case "$*" in "-m venv "*) echo "ensurepip is not available" >&2; exit 1;; esac\n'
        'exec "$REAL" "$@"'
    )
    status, out, err = fresh.run(python=python)
    assert (status, out) == (1, "")
    assert "sudo apt install python3-venv\n" in err
    assert not (fresh.home / ".venv").exists()


def test_missing_python_is_a_sentence(fresh: Little) -> None:
    status, out, err = fresh.run(python="python3-of-nobody")
    assert (status, out) == (1, "")
    assert err.startswith("run: there is no python3-of-nobody here.")


def test_old_python_is_refused(fresh: Little) -> None:
    (fresh.home / "sitecustomize.py").write_text("import sys; sys.version_info = (3, 10, 9)")
    python = fresh.wrapper(f'PYTHONPATH="{fresh.home}" exec "$REAL" "$@"')
    status, out, err = fresh.run(python=python)
    assert (status, out) == (1, "")
    assert "is older than Python 3.11" in err
    assert not (fresh.home / ".venv").exists()

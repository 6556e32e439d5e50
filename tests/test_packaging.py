"""The project as a newcomer finds it: four names, pinned requirements, what the README promises."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from ast import parse
from importlib.metadata import packages_distributions
from importlib.util import find_spec

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cli import VERSION
from tests.test_imports import LAYERS, ROOT, imported, sources

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
PINNED = re.compile(
    r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9.]+)(?P<marker> ; [^\\]+)?"
    r"( --hash=sha256:[0-9a-f]{64})+"
)


def pins(file: str) -> dict[str, tuple[str, str | None]]:
    """Return name -> (version, marker) of a requirements file; every line must pin and hash."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / file).read_text(), flags=re.MULTILINE)
    lines = [re.sub(r"\s+", " ", line) for line in text.replace("\\\n", " ").splitlines()]
    found = [PINNED.fullmatch(line) for line in lines]
    assert None not in found, [line for line, pin in zip(lines, found, strict=True) if not pin]
    return {pin["name"]: (pin["version"], pin["marker"]) for pin in found if pin}


def declared(*, development: bool) -> list[Requirement]:
    lines = [*PROJECT["dependencies"]]
    if development:
        lines += [*PROJECT["optional-dependencies"]["fast"], *PYPROJECT["dependency-groups"]["dev"]]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", LAYERS)
def test_our_package_names_are_ours_alone(name: str) -> None:
    # Plain names (docs/adr/0001): another distribution's `store` would shadow ours.
    assert set(packages_distributions().get(name, [])) <= {"mutualpod"}
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin == str(ROOT / name / "__init__.py")


@pytest.mark.parametrize("folder", sorted({path.parent for path in ROOT.glob("tests/**/*.py")}))
def test_every_test_folder_is_a_package(folder: os.PathLike[str]) -> None:
    # Without it pytest puts tests/ first on the path, and tests/protocol shadows protocol.
    assert os.path.exists(os.path.join(folder, "__init__.py"))


@pytest.mark.parametrize("file", [RUNTIME, DEVELOPMENT])
def test_requirements_are_pinned_with_hashes_and_name_no_address(file: str) -> None:
    assert len(pins(file)) > 10
    assert not re.search(r"://|--index|--extra-index|--find-links| @ ", (ROOT / file).read_text())


def test_development_pins_are_the_runtime_pins_and_more() -> None:
    # ./run test adds to the environment that ./run made, so no version may change between them.
    assert pins(RUNTIME).items() < pins(DEVELOPMENT).items()


@pytest.mark.parametrize(("file", "development"), [(RUNTIME, False), (DEVELOPMENT, True)])
def test_pins_are_what_pyproject_allows(file: str, development: bool) -> None:
    pinned = pins(file)
    for requirement in declared(development=development):
        version, _ = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_every_import_is_declared_and_every_dependency_is_imported() -> None:
    names = {
        name.partition(".")[0]
        for file in sources(ROOT)
        for _, name in imported(parse(file.read_bytes()), file.relative_to(ROOT).as_posix())
    }
    names -= {*sys.stdlib_module_names, *LAYERS}
    providers = packages_distributions()
    used = {canonicalize_name(provider) for name in names for provider in providers[name]}
    runtime = {canonicalize_name(requirement.name) for requirement in declared(development=False)}
    optional = {
        canonicalize_name(Requirement(line).name)
        for line in PROJECT["optional-dependencies"]["fast"]
    }
    # pydantic-core is pydantic's own half and pinned with it.
    assert used - {"pydantic-core"} == runtime | optional


@pytest.mark.parametrize(("script", "shell"), [("run", "sh"), (".ci/run", "bash")])
def test_scripts_parse_and_may_be_executed(script: str, shell: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    interpreter = shutil.which(shell)
    assert interpreter is not None
    subprocess.run([interpreter, "-n", ROOT / script], check=True)


def test_ci_runs_what_developers_run() -> None:
    assert "exec ./run test\n" in (ROOT / ".ci/run").read_text()


def test_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "\n    ./run\n" in readme
    assert "\n    ./run test\n" in readme


def test_what_is_no_python_ships_too() -> None:
    """Templates, catalogues, samples: the wheel takes all in these folders but what git ignores."""
    target = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert target == {"packages": [*LAYERS]}
    files = [it for layer in LAYERS for it in (ROOT / layer).rglob("*") if it.is_file()]
    data = [it for it in files if it.suffix not in (".py", ".pyc")]
    assert {it.suffix for it in data} >= {".html", ".css", ".po", ".toml", ".csv", ".sql"}
    ignored = (ROOT / ".gitignore").read_text().split()
    assert [it for it in data if any(it.match(pattern) for pattern in ignored)] == []


def test_version_is_one_everywhere() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert newest is not None
    assert newest[1] == PROJECT["version"] == VERSION

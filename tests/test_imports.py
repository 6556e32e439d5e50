"""What must never import, call or reach what, as tables; the code is read, not run.

The tables are the project's shape: cli -> node -> store -> protocol, and beside that a sync core
that never learns what an offer is. docs/architecture.md draws the same.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("protocol", "store", "node", "cli")  # each may import those before it

# Mutual aid: what a listing is, how it is kept, shown and read from a spreadsheet.
AID = (
    *("protocol/aid", "store/aid", "store/house"),
    *(
        "node/aid",
        "node/formats",
        "node/paper",
        "node/samples",
        "node/shapes",
        "node/web",
        "node/words",
        "node/spreadsheet",
    ),
)
# Where the sync core and mutual aid are put together.
WIRING = (
    "node/run.py",
    "node/pod.py",
    "node/health.py",
    "node/demo.py",
    "node/demo_outage.py",
    "node/bench",
)
BARE = "node/bench/floor.py"
"""Measures what the bare libraries can do: it imports them all, and nothing of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Files in `who`, but not in `but`, never name one of `never` in an import or a call."""

    who: tuple[str, ...]
    but: tuple[str, ...] = ()
    never: tuple[str, ...]
    why: str


def only(where: tuple[str, ...], what: tuple[str, ...], why: str) -> Rule:
    return Rule(who=LAYERS, but=(*where, BARE), never=what, why=why)


def modules(places: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(place.removesuffix(".py").replace("/", ".") for place in places)


IMPORTS = (
    Rule(
        who=("protocol",),
        never=(
            *("asyncio", "concurrent", "threading", "multiprocessing", "subprocess", "signal"),
            *("socket", "ssl", "select", "selectors", "sqlite3", "urllib", "http"),
            *("time", "random", "secrets", "uuid", "os", "sys", "io"),
            *("pathlib", "tempfile", "shutil", "logging"),
        ),
        why="protocol is pure: a test decides time, chance and bytes",
    ),
    Rule(who=("protocol",), never=("store", "node", "cli"), why="protocol is the lowest layer"),
    Rule(who=("store",), never=("node", "cli"), why="store knows protocol alone"),
    Rule(who=("node",), never=("cli",), why="the node runs without its command line"),
    Rule(who=LAYERS, never=("tests",), why="what ships cannot need what does not"),
    Rule(
        who=("protocol", "store", "node"),
        but=(*AID, *WIRING),
        never=modules(AID),
        why="the sync core carries any kind, so it must not know one",
    ),
    Rule(
        who=("protocol/aid/house",),
        never=(
            *("msgpack", "protocol.codec", "protocol.record", "protocol.kinds", "protocol.frames"),
            *("protocol.bundle", "protocol.session"),
        ),
        why="what never leaves has no form on the wire",
    ),
    Rule(
        who=LAYERS,
        but=(
            "protocol/aid/house",
            "store/house",
            *WIRING,
            "node/aid",
            "node/formats",
            "node/paper",
            "node/samples",
            "node/shapes",
            "node/web",
            "cli",
        ),
        never=("store.house", "protocol.aid.house"),
        why="what never leaves is read behind Pod alone",
    ),
    Rule(who=("store",), never=("asyncio",), why="the store is used without an event loop too"),
    Rule(
        who=("node/web",),
        never=("store", "node.sync", "node.gossip"),
        why="pages speak to Pod, the one door for writing",
    ),
    # One place to read when a library changes.
    only(("protocol/codec.py", "protocol/record.py"), ("msgpack",), "one byte form"),
    only(
        ("protocol/identity.py", "protocol/sealed.py", "node/tls.py"),
        ("cryptography",),
        "one signature rule, one way to seal, one pipe",
    ),
    only(("protocol/identity.py",), ("nacl",), "one signature rule, whichever library"),
    only(("store",), ("sqlite3", "sqlite_utils"), "only the store knows where things are kept"),
    only(("node",), ("aiohttp",), "only the node speaks to the network"),
    only(("node/discovery.py",), ("zeroconf",), "an address is a hint, and hints come from here"),
    only(("cli",), ("click", "rich"), "only the command line has a terminal"),
    only(("cli", "node"), ("segno", "mnemonic", "platformdirs", "uvloop"), "not for the core"),
    only(
        ("protocol/aid", "node/shapes", "node/web"),
        ("pydantic",),
        "bodies, forms and JSON of mutual aid alone",
    ),
)

CALLS = (
    Rule(
        who=("protocol",),
        never=("open", "input", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
        why="protocol is pure: a test decides time, chance and bytes",
    ),
    only(
        ("cli/out.py",),
        ("print", "click.echo", "click.secho", "sys.stdout.write", "sys.stderr.write"),
        "one place decides how a terminal, a pipe and --json read",
    ),
)


def sources(root: Path) -> list[Path]:
    return sorted(path for layer in LAYERS for path in (root / layer).rglob("*.py"))


def imported(tree: ast.AST, path: str) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of everything that the file at path may import, wherever."""
    package = path.split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            # "from store import aid" may bring a module, so both names count.
            yield node.lineno, source
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and is_dynamic_import(node):
            yield node.lineno, constant_argument(node)


def is_dynamic_import(call: ast.Call) -> bool:
    return ast.unparse(call.func).rpartition(".")[2] in {"__import__", "import_module"}


def constant_argument(call: ast.Call) -> str:
    """Return the module's name, or fail: a name that is computed cannot be held to a table."""
    match call.args:
        case [ast.Constant(value=str(name)), *_]:
            return name
    raise AssertionError(f"line {call.lineno}: {ast.unparse(call)} hides what it imports")


def named(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of everything that is called, or handed on by its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            yield node.lineno, ast.unparse(node)


def is_in(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def is_import_of(name: str, banned: str) -> bool:
    return name == banned or name.startswith(f"{banned}.")


def is_call_of(name: str, banned: str) -> bool:
    # datetime.now is also datetime.datetime.now; but self.open() is a method of somebody's.
    return name == banned or ("." in banned and name.endswith(f".{banned}"))


def violations(root: Path) -> list[tuple[Rule, str]]:
    """Return each broken rule with a line that says where and why."""
    found = []
    for file in sources(root):
        path = file.relative_to(root).as_posix()
        tree = ast.parse(file.read_bytes())
        facts = (
            (IMPORTS, sorted(set(imported(tree, path))), is_import_of),
            (CALLS, sorted(set(named(tree))), is_call_of),
        )
        found += [
            (rule, f"{path}:{line} names {name}: {rule.why}")
            for rules, names, is_one in facts
            for rule in rules
            if is_in(path, rule.who) and not is_in(path, rule.but)
            for line, name in names
            if any(is_one(name, banned) for banned in rule.never)
        ]
    return found


def test_nothing_imports_or_calls_what_the_tables_forbid() -> None:
    assert [sentence for _, sentence in violations(ROOT)] == []


# One violation for each rule, in the forms that imports take.
PLANTED = {
    "protocol/planted.py": [
        "def late():\n    from time import monotonic",
        "import os.path as path",
        "from datetime import datetime\nnow = datetime.now()",
        "import datetime\nnow = datetime.datetime.now",
        "from ..store import records",
        "from protocol import aid",
        "from .aid.listing import Listing",
        "import importlib\nlisting = importlib.import_module('protocol.aid')",
        "data = open('x')",
    ],
    "protocol/aid/planted.py": ["import secrets", "from msgpack import packb"],
    "protocol/aid/house/planted.py": ["from protocol.codec import encode"],
    "store/planted.py": [
        "if True:\n    import asyncio",
        "from node.pod import Pod",
        "from . import aid",
        "from store.house import members",
    ],
    "store/aid/planted.py": ["import pydantic"],
    "node/planted.py": [
        "import cli",
        "import node.web.routes",
        "from .spreadsheet import read",
        "from store.house import members",
        "import sqlite3",
        "from sqlite_utils import Database",
        "import cryptography.hazmat",
        "import nacl.signing",
        "import zeroconf",
        "from rich.console import Console",
        "import tests.toy",
        "show = print",
    ],
    "node/web/planted.py": ["from store.records import Records", "from ..sync import drive"],
    "cli/planted.py": ["import aiohttp", "import click\nclick.echo('x')", "print('x')"],
    "store/records.py": ["import segno"],
}


@pytest.mark.parametrize(
    ("path", "code"), [(path, code) for path, codes in PLANTED.items() for code in codes]
)
def test_planted_violation_is_found(tmp_path: Path, path: str, code: str) -> None:
    plant(tmp_path, path, code)
    assert [sentence.partition(":")[0] for _, sentence in violations(tmp_path)]


def test_every_rule_finds_its_planted_violation(tmp_path: Path) -> None:
    broken = set()
    for path, codes in PLANTED.items():
        for code in codes:
            plant(tmp_path, path, code)
            broken |= {rule for rule, _ in violations(tmp_path)}
        (tmp_path / path).unlink()
    assert broken == {*IMPORTS, *CALLS}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("protocol/planted.py", "import timeit_of_ours, osmosis"),
        ("protocol/planted.py", "def f(file):\n    return file.open()"),
        ("protocol/planted.py", "from . import aidless\nfrom .record import print_order"),
        ("node/run.py", "from node.web.routes import add\nfrom protocol.aid import KINDS"),
        (
            "node/web/planted.py",
            "from protocol.aid.listing import Listing\nfrom storefront import x",
        ),
        ("cli/out.py", "import rich\nprint('x')"),
        ("cli/planted.py", "from protocol.aid.listing import Listing"),
    ],
)
def test_what_is_allowed_is_not_found(tmp_path: Path, path: str, code: str) -> None:
    plant(tmp_path, path, code)
    assert violations(tmp_path) == []


def test_import_by_a_computed_name_is_refused(tmp_path: Path) -> None:
    plant(tmp_path, "protocol/planted.py", "name = 'time'\n__import__(name)")
    with pytest.raises(AssertionError, match="hides what it imports"):
        violations(tmp_path)


def plant(root: Path, path: str, code: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(code)

"""The page that tells a newcomer how to read protocol/ is true."""

import ast
import re
from pathlib import Path

import protocol

FOLDER = Path(protocol.__file__).parent
ORDER = re.findall(r"^    (\w+)  ", str(protocol.__doc__), re.MULTILINE)


def needed_by(module: str) -> set[str]:
    """Return the modules of protocol that module imports."""
    tree = ast.parse((FOLDER / f"{module}.py").read_text("utf-8"))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.removeprefix("protocol.") for name in names if name.startswith("protocol.")}


def test_every_module_has_its_line() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert sorted(ORDER) == sorted(modules)


def test_no_module_needs_one_that_stands_below_it() -> None:
    read: set[str] = set()
    for module in ORDER:
        assert needed_by(module) <= read, module
        read.add(module)

"""The package's source files, and the calls in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import derive

PACKAGE = Path(derive.__file__).resolve().parent
ROOT = PACKAGE.parent


def sources(*rooms: str) -> list[Path]:
    """The Python files of the package, or of some of its rooms."""
    folders = [PACKAGE / room for room in rooms] or [PACKAGE]
    found = {path for folder in folders for path in folder.rglob("*.py")}
    return sorted(path for path in found if not {"_templates", "_examples"} & set(path.parts))


def name_calls(path: Path) -> Iterator[tuple[str, int]]:
    """`f(…)`: names that are called, with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node.lineno


def attribute_calls(path: Path) -> Iterator[tuple[str, int]]:
    """`x.f(…)`: attributes that are called, with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node.lineno


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """The package's own modules that a file imports, and whether only for type checking or inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(n) for n in tree.body}
    for node in ast.walk(tree):
        late = id(node) not in top
        if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").startswith("derive"):
            yield node.module or "", late
        elif isinstance(node, ast.Import):
            yield from ((a.name, late) for a in node.names if a.name.startswith("derive"))

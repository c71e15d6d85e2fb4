"""Files: short, documented, typed, without marks of unfinished work or of one machine."""

from __future__ import annotations

import ast
import os
import re
import socket
from pathlib import Path

from tests.source_files import ROOT, sources

LONGEST = 330
"""About 300; a file that is longer holds more than one idea."""
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
TEXTS = ("*.md", "*.py", "*.toml", "*.txt", "*.yaml", "*.j2", "Makefile", ".ci/run")
SKIPPED = {".venv", "build", ".git", "generated", "node_modules", ".hypothesis", ".mypy_cache", ".ruff_cache"}


def committed_texts() -> list[Path]:
    found = {p for pattern in TEXTS for p in ROOT.rglob(pattern)}
    return sorted(p for p in found if not SKIPPED & set(p.relative_to(ROOT).parts))


def test_a_file_is_short_and_says_what_it_is() -> None:
    for path in sources():
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        assert len(lines) <= LONGEST, f"{path} has {len(lines)} lines"
        if text.strip():
            tree = ast.parse(text)
            assert ast.get_docstring(tree), f"{path} has no docstring"


def test_every_function_has_types() -> None:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                untyped = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
                assert not untyped and node.returns is not None, f"{path}:{node.lineno} {node.name}"


def test_nothing_is_left_unfinished() -> None:
    for path in sources():
        text = path.read_text(encoding="utf-8")
        assert not UNFINISHED.search(text), path
        assert ("breakpoint(" not in text and "print(" not in text) or path.name in ("cli.py", "demo.py"), path


def test_names_say_what_they_are() -> None:
    for path in sources():
        assert path.stem not in ("utils", "helpers", "helper", "misc", "common"), path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert node.name not in ("do_it", "helper", "process", "handle_it"), (path, node.name)
            if isinstance(node, ast.Name):
                assert node.id not in ("tmp", "tmp2", "res", "foo"), (path, node.id)


def test_no_flag_chooses_a_stage() -> None:
    """`do_fold=True` hides a stage; a stage is a function of its own."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for a in [*node.args.args, *node.args.kwonlyargs]:
                    assert not a.arg.startswith(("do_", "should_")), (path, node.name, a.arg)


def test_nothing_names_this_machine() -> None:
    here = {str(ROOT), "/" + "root/", "/" + "home/", "site-" + "packages/derive"}
    host = socket.gethostname()
    if len(host) > 6:
        here.add(host)
    user = os.environ.get("USER", "")
    if len(user) > 6:
        here.add(user)
    for path in committed_texts():
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not [word for word in here if word in text], path

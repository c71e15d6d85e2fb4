"""What the code may do where: one derivative table, no code from text, rules for every kind of node."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import derive
from derive.calculus.occurrence import in_atom
from derive.errors import DeriveError
from derive.network.builder import Builder
from derive.simplify.joined import Joined
from derive.terms.term import Atom, Partial
from tests.source_files import PACKAGE, attribute_calls, name_calls, sources

NO_OCCURRENCE = {Partial, Joined}
"""Occur in lines that are shown, never in what is differentiated."""

DIFFERENTIATES = {"calculus/scalar.py"}
"""Where SymPy differentiates a function of one number."""


def kinds_of_atoms() -> Iterator[type[Atom]]:
    waiting = [Atom]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind.__module__.startswith("derive."):
                yield kind
                waiting.append(kind)


def test_every_kind_of_atom_has_one_rule_of_differentiation() -> None:
    """The table of the occurrence rule lists every atom once; only its default, which raises, is for all others."""
    kinds = set(kinds_of_atoms())
    assert len(kinds) >= 10
    registered = set(in_atom.registry) - {object}
    assert registered == kinds - NO_OCCURRENCE


def test_the_default_of_the_table_raises() -> None:
    assert in_atom.registry[object].__name__ == "in_atom"
    for kind in NO_OCCURRENCE:
        assert in_atom.dispatch(kind) is in_atom.registry[object]


def test_no_rule_is_written_for_a_layer() -> None:
    """What comes after `network/` names no layer, activation or loss."""
    for path in sources("calculus", "graph", "derivation", "simplify"):
        words = {"dense", "softmax", "sigmoid", "relu", "residual", "cross_entropy", "layer_norm", "batch_norm", "conv"}
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        names |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        names |= {
            n.value
            for n in ast.walk(tree)
            if isinstance(n, ast.Constant) and isinstance(n.value, str) and " " not in n.value
        }
        assert not {n for n in names if n.lower() in words}, path


def test_sympy_differentiates_in_one_place() -> None:
    for path in sources():
        calls = {line for name, line in attribute_calls(path) if name in ("diff", "fdiff", "doit")}
        if path.relative_to(PACKAGE).as_posix() not in DIFFERENTIATES:
            assert not calls, f"{path} differentiates or evaluates SymPy terms on lines {sorted(calls)}"


def test_no_text_becomes_code() -> None:
    """No eval, exec, compile of text, parse_expr, sympify of strings; `compile` of a built tree is allowed."""
    for path in sources():
        called = dict(name_calls(path)) | dict(attribute_calls(path))
        forbidden = {"eval", "parse_expr", "__import__", "execfile", "S"}
        assert not forbidden & set(called), path
        allowed_exec = {"kernels", "pipeline.py", "verify"}
        where = path.relative_to(PACKAGE).parts[0]
        if where not in allowed_exec:
            assert "exec" not in called, path


def test_sympify_never_sees_a_string() -> None:
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("sympify", "lambdify"):
                assert not any(isinstance(a, ast.Constant | ast.JoinedStr) for a in node.args), (path, node.lineno)


def test_symbols_of_the_user_never_reach_generated_code() -> None:
    """`lambdify` runs whatever a symbol is called: it is used in one place, on generated symbols."""
    users = {p.relative_to(PACKAGE).as_posix() for p in sources() if "lambdify" in dict(attribute_calls(p))}
    assert users <= {"verify/scalars.py"}


def test_the_builder_refuses_text() -> None:
    """A right side given as text is not turned into a term."""
    net = Builder("t")
    i = net.index("i", net.size("n"))
    net.parameter("x", (i,))
    with pytest.raises((DeriveError, TypeError)):
        net.define("y", (), "__import__('os').system('true')")  # type: ignore[arg-type]


def test_importing_derive_imports_neither_sympy_nor_numpy() -> None:
    code = "import sys, derive; sys.exit(any(m in sys.modules for m in ('sympy', 'numpy', 'jinja2', 'pydantic')))"
    root = Path(derive.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_nothing_but_forward_equations_stands_in_network() -> None:
    """No derivative is formed there: neither the words nor the calls."""
    for path in sources("network"):
        text = path.read_text(encoding="utf-8").lower()
        for word in ("backward", "grad", "adjoint", "jacobian"):
            assert word not in text, (path, word)
        assert not {name for name, _ in attribute_calls(path)} & {"diff", "occurrences", "derivative"}, path


def test_module_state_is_rule_tables_only() -> None:
    """No module-level name is rebound by a function."""
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.Global)], path

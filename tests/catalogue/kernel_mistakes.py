"""Mistakes in the kernels that are emitted for bundled networks, made in their source, behind the loss."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from tests.catalogue.code_mistakes import CodeMutant

GENERATED = Path(__file__).resolve().parents[2] / "generated"
LAST_OF = """

def _last_by_ids(values, ids, count):
    rows = values.reshape(-1, *values.shape[ids.ndim:])
    out = np.zeros((count, *rows.shape[1:]), values.dtype)
    out[ids.ravel()] = rows
    return out
"""
PARTS = ("missing-branch", "cut-recursion", "constant-statistic", "missing-penalty", "missing-term")
"""What is lost where one part of a sum is: a branch of the network, a step, a statistic, a penalty, another term."""


@dataclass(frozen=True)
class Kernel:
    """The module that is emitted for a network, without layers of any number."""

    name: str

    @property
    def network(self) -> str:
        return self.name.replace("_", "-")

    @cached_property
    def source(self) -> str:
        return (GENERATED / f"{self.name}.py").read_text() + LAST_OF

    def made(self, source: str) -> SimpleNamespace:
        scope: dict[str, Any] = {"__name__": self.name}
        exec(compile(source, self.name, "exec"), scope)
        return SimpleNamespace(**scope)

    def gradients(self, module: SimpleNamespace) -> dict[str, Any]:
        params, inputs = self.data(module)
        return dict(module.value_and_grad(params, inputs)[1]._asdict())

    @staticmethod
    def data(module: SimpleNamespace) -> tuple[Any, Any]:
        """Random arrays of the shapes that the module states, all sizes different; ids repeat."""
        rng, sizes = np.random.default_rng(1), dict[str, int]()
        following = count(3)
        values = []
        for _, shape, _, kind, _ in module._FIELDS:
            extents = []
            for factor, size in re.findall(
                r"(\d*)·?([A-Za-z_]\w*)?,?\s*", shape.strip("()") if kind != "number" else ""
            ):
                if factor or size:
                    number = int(factor or 1)
                    extents.append(number * (sizes.setdefault(size, next(following)) if size else 1))
            values.append(rng.integers(0, 2, extents) if kind == "integer" else 0.5 * rng.standard_normal(extents))
        number = len(module.Params._fields)
        return module.Params(*values[:number]), module.Inputs(*values[number:])


KERNELS = tuple(
    Kernel(p.stem) for p in sorted(GENERATED.glob("*.py")) if not re.search(r"_FIELDS[^$]*?True\),", p.read_text())
)


def kernel_mutants(kernel: Kernel) -> Iterator[CodeMutant]:
    """Every mistake that runs and changes a gradient; those with equal gradients share their codes."""
    right = kernel.gradients(kernel.made(kernel.source))
    found: list[tuple[str, frozenset[str], Any, str, dict[str, Any]]] = []
    for kind, codes, source, text in _mutated(kernel.source):
        module = kernel.made(source)
        try:
            with np.errstate(all="ignore"):
                gradients = kernel.gradients(module)
        except (ValueError, IndexError, NameError, TypeError, AttributeError):
            continue
        if not _same(gradients, right):
            found.append((kind, codes, module.value_and_grad, text, gradients))
    for kind, _, function, text, gradients in found:
        alike = frozenset[str]().union(*(codes for _, codes, _, _, g in found if _same(g, gradients)))
        yield CodeMutant(kind, function, text, alike)


def _same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    pairs = [(np.asarray(a[n]), np.asarray(b[n])) for n in b]
    return all(x.shape == y.shape and np.allclose(x, y, rtol=1e-9, atol=1e-12) for x, y in pairs)


Mutated = Iterator[tuple[str, frozenset[str], str, str]]


def _mutated(source: str) -> Mutated:
    yield from _with_new_nodes(source)
    yield from _with_new_lines(source)


def _with_new_nodes(source: str) -> Mutated:
    tree = ast.parse(source)
    for place, node in enumerate(_backward(tree)):
        for kind, codes, new in _changes(node):
            other = copy.deepcopy(tree)
            old = list(_backward(other))[place]
            text = f"{ast.unparse(node)} → {ast.unparse(ast.fix_missing_locations(new))}"
            yield kind, frozenset(codes), ast.unparse(ast.fix_missing_locations(_Put(old, new).visit(other))), text


def _backward(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes of `value_and_grad` behind the loss, and behind all that only makes room or reads values."""
    function = next(d for d in tree.body if isinstance(d, ast.FunctionDef) and d.name == "value_and_grad")
    behind = [k for k, s in enumerate(function.body) if isinstance(s, ast.Assign) and ast.unparse(s.targets[0]) == "C"]
    for statement in function.body[behind[-1] + 1 :]:
        yield from ast.walk(statement)


class _Put(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _changes(node: ast.AST) -> Iterator[tuple[str, tuple[str, ...], ast.AST]]:
    match node:
        case ast.Call(func=ast.Name(id="Params"), args=results):
            for k, result in enumerate(results):
                for kind, template in RESULTS:
                    new = _expression(template.replace("E", ast.unparse(result)))
                    yield kind, (kind,), ast.Call(node.func, [*results[:k], new, *results[k + 1 :]], [])
        case ast.AugAssign(target=target, op=ast.Add()) if "here" not in ast.unparse(node.value):
            is_window = re.search(r"\bk_?\d*:", ast.unparse(target)) is not None
            codes = ("single-window",) if is_window else PARTS
            assigned = ast.Assign([_stored(target)], node.value)
            yield ("overwritten window" if is_window else "overwritten"), codes, assigned
            if not is_window:
                yield "missing-branch", codes, ast.Pass()
        case ast.Call(func=ast.Name(id="_by_ids"), args=args):
            yield "single-occurrence", ("single-occurrence",), ast.Call(_expression("_last_by_ids"), args, [])
        case ast.BinOp(left=left, op=ast.Div(), right=ast.Name(id="m")):
            yield "missing-mean", ("missing-mean",), left
        case ast.Name(id=name, ctx=ast.Load()):
            yield from _other_layers(name)


RESULTS = (
    ("sign", "-E"),
    ("factor-two", "2 * E"),
    ("factor-half", "E / 2"),
    ("extra-mean", "E / m"),
    ("transposed", "E.T"),
    ("shape", "E.reshape(1, -1) if E.ndim == 1 or 1 in E.shape else E"),
    ("zero", "0 * E"),
)


def _stored(target: ast.expr) -> ast.expr:
    """A whole array is overwritten in place, so that its other names see that too."""
    new = copy.deepcopy(target)
    if isinstance(new, ast.Name):
        return ast.Subscript(ast.Name(new.id, ast.Load()), ast.Constant(...), ast.Store())
    return new


def _other_layers(name: str) -> Iterator[tuple[str, tuple[str, ...], ast.AST]]:
    """`W3` for `W2`, `delta3` for `delta2`: names of other layers; those that are not there do not run."""
    for pattern, kind, codes in (
        (r"W(\d)", "wrong-weight", ("wrong-weight",)),
        (r"delta(\d)", "wrong-delta", ("wrong-delta", "missing-derivative")),
    ):
        found = re.fullmatch(pattern, name)
        for other in range(1, 6) if found else ():
            if found and str(other) != found[1]:
                yield kind, codes, ast.Name(name.replace(found[1], str(other)), ast.Load())


def _with_new_lines(source: str) -> Mutated:
    """The sign, a factor 2 or a factor 1/m of a whole gradient, put behind the lines that compute it."""
    lines = source.split("\n")
    start = next(k for k, line in enumerate(lines) if line.startswith("def value_and_grad"))
    start = next(k for k in range(start, len(lines)) if re.match(r" +C = ", lines[k]))
    end = next(k for k in range(start, len(lines)) if lines[k].startswith("    return"))
    headed = [k for k in range(start, end) if re.match(r"    # (δ\w+|∂C/∂\w+)(\[[^\]]*[ijk][^\]]*\])? = ", lines[k])]
    for head in headed:
        after = next(k for k in range(head + 1, end + 1) if re.match(r"    (#|return|for)", lines[k]))
        name = next(
            (m[1] for k in range(head, after) if (m := re.match(r"    (delta\w+|grad_\w+) = ", lines[k]))), None
        )
        for kind, change in (("sign", "*= -1"), ("factor-two", "*= 2"), ("extra-mean", "/= m")) if name else ():
            changed = [*lines[:after], f"    {name} {change}", *lines[after:]]
            yield kind, frozenset((kind,)), "\n".join(changed), f"{lines[head].strip()}: {change}"

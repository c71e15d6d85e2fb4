"""Mistakes in hand-written backpropagation, each a small change of the syntax tree behind the line with the loss."""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from tests.handwritten.cases import Case

Gradients = dict[str, Any]


@dataclass(frozen=True)
class CodeMutant:
    """A kind of mistake, the code with it, and the codes of all mistakes that give the same gradients."""

    kind: str
    function: Callable[..., Any]
    source: str
    codes: frozenset[str]


def code_mutants(case: Case) -> Iterator[CodeMutant]:
    """Every mistake that runs, keeps the number of layers, and changes a gradient: found out by running both."""
    function = case.value_and_grad
    assert isinstance(function, FunctionType)
    params, inputs = case.data(1)
    right = function(params, inputs)[1]
    found = []
    for kind, tree in _mutated(function):
        made = _made(tree, function)
        with np.errstate(all="ignore"):
            try:
                gradients = made(params, inputs)[1]
            except (ValueError, IndexError, NameError, TypeError, AttributeError):
                continue
        if all(len(_arrays(gradients[n])) == len(_arrays(right[n])) for n in right) and not _same(gradients, right):
            found.append((kind, made, ast.unparse(tree), gradients))
    for kind, made, source, gradients in {s: (k, m, s, g) for k, m, s, g in reversed(found)}.values():
        alike = {c for k, _, _, g in found if _same(g, gradients) for c in CODES.get(k, (k,))}
        yield CodeMutant(kind, made, source, frozenset(alike))


def _same(a: Gradients, b: Gradients) -> bool:
    """Equal in all parameters, shapes too; the gradient of the input is nobody's claim."""
    pairs = [(x, y) for n in a if n != "x" for x, y in zip(_arrays(a[n]), _arrays(b[n]), strict=True)]
    return all(x.shape == y.shape and np.allclose(x, y, rtol=1e-9, atol=1e-12) for x, y in pairs)


def _arrays(gradient: Any) -> list[Any]:
    """One for each layer of a family."""
    return [np.asarray(x) for x in gradient] if isinstance(gradient, list) else [np.asarray(gradient)]


def _made(tree: ast.Module, function: FunctionType) -> Callable[..., Any]:
    scope = dict(function.__globals__)
    exec(compile(ast.fix_missing_locations(tree), "mutant", "exec"), scope)
    made: Callable[..., Any] = scope[function.__name__]
    return made


def _mutated(function: FunctionType) -> Iterator[tuple[str, ast.Module]]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for place, node in enumerate(_backward(tree)):
        for rule in RULES:
            for kind, new in rule(node, names):
                other = copy.deepcopy(tree)
                old = list(_backward(other))[place]
                yield kind, ast.fix_missing_locations(_Put(old, new).visit(other))


def _backward(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes behind the loss; of what is returned only the gradients."""
    [function] = tree.body
    assert isinstance(function, ast.FunctionDef)
    is_behind = False
    for statement in function.body:
        if is_behind:
            inner = statement.value.elts[1] if _is_result(statement) else statement  # type: ignore[attr-defined]
            yield from ast.walk(inner)
        is_behind |= isinstance(statement, ast.Assign) and "loss" in ast.unparse(statement.targets[0])
        is_behind |= "cross_entropy =" in ast.unparse(statement)


def _is_result(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Return) and isinstance(statement.value, ast.Tuple)


class _Put(ast.NodeTransformer):
    """One node in place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


Found = Iterator[tuple[str, ast.AST]]


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _wrapped(template: str, node: ast.expr) -> ast.expr:
    """`template` with a node at its `E`."""
    return _expression(template.replace("E", f"({ast.unparse(node)})"))


def of_results(node: ast.AST, names: set[str]) -> Found:
    if not isinstance(node, ast.Dict):
        return
    for k, (name, value) in enumerate(zip(node.keys, node.values, strict=True)):
        assert isinstance(name, ast.Constant)
        templates = [("sign", "-E"), ("factor-two", "2 * E"), ("factor-half", "E / 2")]
        templates += [("extra-mean", "E / m")] if "m" in names else []
        templates += [("transposed", "E.T")] if str(name.value).startswith("W") else []
        for kind, template in templates:
            if name.value != "x":
                values = [*node.values[:k], _wrapped(template, value), *node.values[k + 1 :]]
                yield kind, ast.Dict(node.keys, values)


def of_deltas(node: ast.AST, names: set[str]) -> Found:
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
        for kind, template in (("sign", "-E"), ("factor-two", "2 * E")):
            yield kind, ast.Assign(node.targets, _wrapped(template, node.value))


def of_operators(node: ast.AST, names: set[str]) -> Found:
    if not isinstance(node, ast.BinOp):
        return
    left, right = node.left, node.right
    if isinstance(node.op, ast.Div) and ast.unparse(right) == "m":
        yield "missing-mean", left
    if isinstance(node.op, ast.Sub) and ast.unparse(right) == "y":
        yield "sign", ast.BinOp(right, ast.Sub(), left)
    if isinstance(node.op, ast.Add):
        for kept, lost in ((left, right), (right, left)):
            is_penalized = ["lambda_" in ast.unparse(x) for x in (lost, kept)]
            yield (
                "missing-penalty" if is_penalized[0] else "missing-term" if is_penalized[1] else "missing-branch",
                kept,
            )
    if isinstance(node.op, ast.Mult):
        yield from _of_slopes(left, right)


def _of_slopes(left: ast.expr, right: ast.expr) -> Found:
    """`… * a * (1 − a)`, `… * (1 − a * a)`, `… * (z > 0)`."""
    value = _value_of_slope(right)
    if isinstance(right, ast.Compare):
        yield "missing-derivative", left
    elif value is not None and isinstance(left, ast.BinOp) and ast.unparse(left.right) == value:
        yield "missing-derivative", left.left
        yield "value-for-derivative", left
    elif value is not None:
        yield "missing-derivative", left
        yield "value-for-derivative", ast.BinOp(left, ast.Mult(), _expression(value))


def _value_of_slope(node: ast.expr) -> str | None:
    """`a` of `1 − a` and `1 − a * a`."""
    if (
        not isinstance(node, ast.BinOp)
        or not isinstance(node.op, ast.Sub)
        or ast.unparse(node.left) not in ("1.0", "1")
    ):
        return None
    inner = node.right
    return ast.unparse(inner.left if isinstance(inner, ast.BinOp) else inner)


def of_transposes(node: ast.AST, names: set[str]) -> Found:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "lost-transpose", node.value


def of_sums(node: ast.AST, names: set[str]) -> Found:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "sum":
        return
    given = {k.arg: ast.unparse(k.value) for k in node.keywords}
    if "axis" not in given:
        return
    body = node.func.value
    yield "missing-sum", body
    yield "mean-for-sum", ast.Call(ast.Attribute(body, "mean", ast.Load()), node.args, node.keywords)
    other = "1" if given["axis"] == "0" else "0"
    swapped = [ast.keyword("axis", _expression(other)), *(k for k in node.keywords if k.arg != "axis")]
    yield "wrong-axis", ast.Call(node.func, node.args, swapped)
    if "keepdims" in given:
        yield "shape", ast.Call(node.func, node.args, [k for k in node.keywords if k.arg != "keepdims"])
    else:
        yield "shape", ast.Call(node.func, node.args, [*node.keywords, ast.keyword("keepdims", _expression("True"))])


def of_names(node: ast.AST, names: set[str]) -> Found:
    """`a1` for `a2`, `W_left` for `W_right`, `delta2` for `delta3`."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return
    for name in sorted(names | {"x"}):
        if name != node.id and _family(name) == _family(node.id) and _family(name):
            kind = {"W": "wrong-weight", "delta": "wrong-delta"}.get(_family(name), "wrong-input")
            yield kind, ast.Name(name, ast.Load())


def _family(name: str) -> str:
    if name.startswith("W"):
        return "W"
    if name.startswith("delta"):
        return "delta"
    return "value" if name.rstrip("0123456789") in ("a", "h", "x", "t", "trunk", "left", "right", "merged") else ""


RULES = (of_results, of_deltas, of_operators, of_transposes, of_sums, of_names)
CODES = {"mean-for-sum": ("mean-for-sum", "extra-mean"), "wrong-delta": ("wrong-delta", "missing-derivative")}
"""The codes of kinds that have several: a mean over the batch is a sum with a factor 1/m, and a δ is the one before it
times a derivative."""

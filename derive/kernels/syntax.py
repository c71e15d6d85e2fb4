"""Python syntax trees, a little shorter to write."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Expr = ast.expr


def name(identifier: str) -> Expr:
    """A name, or a dotted one."""
    first, *rest = identifier.split(".")
    out: Expr = ast.Name(first)
    for attribute in rest:
        out = ast.Attribute(out, attribute)
    return out


def call(function: str | Expr, *args: Expr, **keywords: Expr) -> Expr:
    f = name(function) if isinstance(function, str) else function
    return ast.Call(f, list(args), [ast.keyword(k, v) for k, v in keywords.items()])


def constant(value: object) -> Expr:
    """A constant; a negative number stands under a minus sign, as in source text."""
    if isinstance(value, Fraction):
        value = float(value)
    if value == float("inf"):
        return name("np.inf")
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)  # type: ignore[arg-type]


def tuple_of(items: Sequence[Expr]) -> Expr:
    return ast.Tuple(list(items), ast.Load())


def subscript(value: Expr, *at: Expr) -> ast.Subscript:
    return ast.Subscript(value, at[0] if len(at) == 1 else tuple_of(at))


def slice_of(start: Expr | None = None, stop: Expr | None = None) -> Expr:
    return ast.Slice(start, stop)


def attribute(value: Expr, of: str) -> Expr:
    return ast.Attribute(value, of)


OPERATORS: dict[str, type[ast.operator]] = {
    "add": ast.Add,
    "subtract": ast.Sub,
    "multiply": ast.Mult,
    "divide": ast.Div,
    "floor_divide": ast.FloorDiv,
    "remainder": ast.Mod,
    "power": ast.Pow,
}
COMPARISONS: dict[str, type[ast.cmpop]] = {
    "greater": ast.Gt,
    "greater_equal": ast.GtE,
    "equal": ast.Eq,
}


def binary(operator: str, left: Expr, right: Expr) -> Expr:
    if operator in COMPARISONS:
        return ast.Compare(left, [COMPARISONS[operator]()], [right])
    return ast.BinOp(left, OPERATORS[operator](), right)


def assign(target: str | Expr, value: Expr) -> ast.stmt:
    return ast.Assign([name(target) if isinstance(target, str) else target], value, lineno=0)


def augmented(target: str | Expr, operator: str, value: Expr) -> ast.stmt:
    to = ast.Name(target) if isinstance(target, str) else target
    assert isinstance(to, ast.Name | ast.Subscript)
    return ast.AugAssign(to, OPERATORS[operator](), value)


# -- lines with comments, which syntax trees do not have -----------------------------------------------------


@dataclass(frozen=True)
class Comment:
    """A comment on a line of its own."""

    text: str


@dataclass(frozen=True)
class Nest:
    """A compound statement; the body of `header` is replaced by `body`."""

    header: ast.For | ast.If
    body: tuple[Line, ...]


Line = Comment | Nest | ast.stmt

INDENT = "    "


def rendered(lines: Sequence[Line], depth: int = 0) -> list[str]:
    """The source lines of statements with comments."""
    out: list[str] = []
    for line in lines:
        match line:
            case Comment():
                out.append(f"{INDENT * depth}# {line.text}")
            case Nest():
                line.header.body = [ast.Pass()]
                [head, *_] = ast.unparse(ast.fix_missing_locations(line.header)).splitlines()
                out.append(INDENT * depth + head)
                out.extend(rendered(line.body, depth + 1))
            case _:
                text = ast.unparse(ast.fix_missing_locations(line))
                out.extend(INDENT * depth + part for part in text.splitlines())
    return out

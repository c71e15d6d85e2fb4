"""Reads a hand-written file without running it: is it Python, and on which line is each gradient made?"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from derive.errors import DeriveError
from derive.verify.calling import LOSS_NAMES, OFFERED

LARGEST_FILE = 1 << 20


def read_source(path: Path) -> ast.Module:
    """The syntax tree of the file.

    Raises: DeriveError with the place if it cannot be read or is not Python.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise DeriveError(
                "the file is larger than 1 MiB", repair="give the file with the gradients", file=str(path)
            )
        return ast.parse(path.read_bytes(), filename=str(path))
    except OSError as error:
        raise DeriveError(f"cannot be read: {error.strerror}", repair="check the path", file=str(path)) from error
    except SyntaxError as error:
        raise DeriveError(
            f"is not Python: {error.msg}",
            repair="mend the line",
            file=str(path),
            line=error.lineno,
            column=error.offset,
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise DeriveError(f"is not Python: {error}", repair="give a Python file", file=str(path)) from error


def gradient_lines(tree: ast.Module, params: Sequence[str], inputs: Sequence[str]) -> dict[str, int]:
    """For each gradient (and `loss`) the line that assigns or returns it, where it can be found."""
    functions = {f.name: f for f in tree.body if isinstance(f, ast.FunctionDef)}
    name = next((n for n in OFFERED if n in functions), None)
    if name is None:
        return {}
    body = _Body(functions[name])
    made = body.value(body.returned)
    if name == "gradients":
        parts: list[tuple[ast.expr | None, list[str]]] = [(body.returned, [*params, *inputs])]
        found: dict[str, int] = {}
    else:
        elements = made.elts if isinstance(made, ast.Tuple | ast.List) else []
        found = {"loss": body.line(elements[0])} if elements else {}
        parts = list(zip(elements[1:], (list(params), list(inputs)), strict=False))
    for part, fields in parts:
        found |= body.lines_of_record(part, fields)
    for field in (*params, *inputs):
        for spelled in (f"d{field}", f"grad_{field}", f"{field}_grad", f"d_{field}", f"g{field}"):
            if field not in found and spelled in body.assigned:
                found[field] = body.assigned[spelled].lineno
    return found


class _Body:
    """What a function assigns: the last value of each name, and of each constant key of a name."""

    def __init__(self, function: ast.FunctionDef) -> None:
        self.assigned: dict[str, ast.expr] = {}
        self.items: dict[tuple[str, str], int] = {}
        self.returned: ast.expr | None = None
        for node in _statements(function.body):
            if isinstance(node, ast.Return):
                self.returned = node.value
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node.value)
            elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
                self._assign(node.target, node.value)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.assigned[target.id] = value
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for t, v in zip(target.elts, value.elts, strict=True):
                self._assign(t, v)
        elif isinstance(target, ast.Subscript):
            name, key = target.value, target.slice
            if isinstance(name, ast.Name) and isinstance(key, ast.Constant):
                self.items[name.id, str(key.value)] = target.lineno

    def value(self, e: ast.expr | None) -> ast.expr | None:
        """What a name stands for, or the expression itself."""
        if isinstance(e, ast.Name) and e.id in self.assigned:
            return self.assigned[e.id]
        return e

    def line(self, e: ast.expr) -> int:
        made = self.value(e)
        return e.lineno if made is None else made.lineno

    def lines_of_record(self, part: ast.expr | None, fields: Sequence[str]) -> dict[str, int]:
        """The lines of a dict, a call `Params(…)` or a tuple, field by field."""
        pairs: dict[str, ast.expr] = {}
        found: dict[str, int] = {}
        if isinstance(part, ast.Name):
            found = {key: line for (name, key), line in self.items.items() if name == part.id}
        made = self.value(part)
        if isinstance(made, ast.Dict):
            items = zip(made.keys, made.values, strict=True)
            pairs = {str(k.value): v for k, v in items if isinstance(k, ast.Constant)}
        elif isinstance(made, ast.Call):
            pairs = dict(zip(fields, made.args, strict=False))
            pairs |= {k.arg: k.value for k in made.keywords if k.arg is not None}
        elif isinstance(made, ast.Tuple | ast.List) and len(made.elts) == len(fields):
            pairs = dict(zip(fields, made.elts, strict=False))
        found = {**{k: self.line(v) for k, v in pairs.items()}, **found}
        return _by_field(found, fields)


def _by_field(lines: Mapping[str, int], fields: Sequence[str]) -> dict[str, int]:
    """`dW1` counts for `W1`; what a `gradients` function returns as the loss counts for `loss`."""
    found = {f: lines[k] for f in fields for k in (f"d{f}", f) if k in lines}
    loss = next((lines[k] for k in LOSS_NAMES if k in lines and k not in fields), None)
    return found if loss is None else found | {"loss": loss}


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a function in order, without those of functions inside it."""
    for node in body:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for inner in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(node, inner, []))
        for handler in getattr(node, "handlers", []):
            yield from _statements(handler.body)

"""Reads a hand-written file without running it: what it defines, and on which line each gradient is made."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from derive.errors import DeriveError
from derive.verify.calling import LOSS_NAMES, OFFERED, spellings
from derive.verify.tracing import Part, Place, Scope, Trace

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


def defined(tree: ast.Module) -> list[str]:
    """The functions and classes of a file."""
    return [d.name for d in tree.body if isinstance(d, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]


def gradient_lines(tree: ast.Module, params: Sequence[str], inputs: Sequence[str]) -> dict[str, int]:
    """For each gradient (and `loss`) the line that computes it; where that does not show, the line that returns it."""
    trace = Trace(tree)
    outermost = {f.name for f in tree.body if isinstance(f, ast.FunctionDef)}
    name = next((n for n in OFFERED if n in outermost), None)
    scope = trace.scopes.get(name or "", Scope())
    if not scope.returned:
        return {}
    made = scope.returned[-1]
    found = {field: trace.line(made, path, scope) for field, path in _paths(name or "", params, inputs)}
    for field in (*params, *inputs):
        own = next((scope.names[n][-1].value.lineno for n in spellings(field) if n in scope.names), None)
        found[field] = found[field] or own
    record = None if name == "gradients" else trace.line(made, (Part(place=1),), scope)
    returned = made.lineno if record is None else record
    return {**dict.fromkeys(params, returned), **{f: k for f, k in found.items() if k is not None}}


def _paths(name: str, params: Sequence[str], inputs: Sequence[str]) -> Iterator[tuple[str, Place]]:
    """Where in what is returned the loss and each gradient stand: `dW1` counts for `W1`."""
    if name == "gradients":
        yield "loss", (Part(LOSS_NAMES),)
        yield from ((f, (Part((*spellings(f), f)),)) for f in (*params, *inputs))
        return
    yield "loss", (Part(place=0),)
    for k, fields in enumerate((params, inputs), start=1):
        for place, f in enumerate(fields):
            yield f, (Part(place=k), Part((*spellings(f), f), place, len(fields)))

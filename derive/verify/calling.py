"""Calls hand-written functions on copies of the data and takes down whatever they give back.

Stands alone (standard library and NumPy): the worker loads it by path, in a process of its own.
What a function gave is a tree for `packing.write`. A value is `{"array": …}`, a list of values, or
`{"problem": text}`; an outcome is `{"loss", "params", "inputs", "unknown", "changed"}` or `{"raised", "line", "hint"}`.
"""

from __future__ import annotations

import inspect
import traceback
from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Field = Any
LOSS_NAMES = ("loss", "cost", "C")
LARGEST_ARRAY = 1 << 28
RECORDS = ("Params", "Inputs")
OFFERED = ("value_and_grad", "gradients")


class Misfit(Exception):
    """What was returned is not what the contract says; the text follows the name of the function."""


def outcome(
    offered: Mapping[str, Callable[..., Any]], params: Mapping[str, Field], inputs: Mapping[str, Field], file: str
) -> dict[str, Any]:
    """One call, with everything that can go wrong in it as text."""
    name = next(n for n in OFFERED if n in offered)
    own_params, own_inputs = copied(params), copied(inputs)
    call = _value_and_grad if name == "value_and_grad" else _gradients
    try:
        with np.errstate(all="ignore"):
            found = call(offered[name], own_params, own_inputs)
    except Misfit as misfit:
        return {"raised": f"{name} {misfit}", "line": None}
    except (Exception, SystemExit) as error:
        return raised(error, file)
    given, own = {**params, **inputs}, {**own_params, **own_inputs}
    return {**found, "changed": [n for n in given if not _same(given[n], own[n])]}


def raised(error: BaseException, file: str) -> dict[str, Any]:
    """The error in one line, and the last line of `file` that it came through."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    if isinstance(error, SyntaxError) and error.filename == file:
        lines.append(error.lineno)
    try:
        text = " ".join(str(error).split())[:300]
    except Exception:
        text = ""
    kind = type(error).__name__
    if isinstance(error, SystemExit):
        return {"raised": f"it leaves by sys.exit({text})", "line": lines[-1] if lines else None}
    told = {"raised": f"{kind}: {text}" if text else kind, "line": lines[-1] if lines else None}
    return {**told, "hint": _there_is(error)}


def _there_is(error: BaseException) -> str:
    """Of a field that `Params` or `Inputs` lacks: those that it has."""
    record = error.obj if isinstance(error, AttributeError) else None
    kind, fields = type(record).__name__, getattr(type(record), "_fields", None)
    if kind not in RECORDS or not isinstance(fields, tuple):
        return ""
    return f"{kind} has {', '.join(map(str, fields))}"


def copied(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Fresh arrays; a number stays a NumPy number."""
    return {n: tuple(a.copy() for a in f) if isinstance(f, tuple) else f.copy() for n, f in fields.items()}


def _same(given: Field, own: Field) -> bool:
    if isinstance(given, tuple):
        return len(given) == len(own) and all(_same(a, b) for a, b in zip(given, own, strict=True))
    return np.shape(given) == np.shape(own) and bool(np.array_equal(given, own))


# -- the two ways to offer gradients ------------------------------------------------------------------


def _value_and_grad(function: Callable[..., Any], params: dict[str, Field], inputs: dict[str, Field]) -> dict[str, Any]:
    made = function(*(_record(kind, fields) for kind, fields in zip(RECORDS, (params, inputs), strict=True)))
    if not isinstance(made, tuple | list) or len(made) not in (2, 3):
        raise Misfit(f"returns {described(made)} instead of (loss, gradients)")
    loss, *parts = made
    out: dict[str, Any] = {"loss": taken(loss), "params": {}, "inputs": {}, "unknown": []}
    for part, key, fields in zip(parts, ("params", "inputs"), (params, inputs), strict=False):
        by_name, unknown = _by_name(part, list(fields))
        if key == "params" and not by_name and set(_names(part)) & set(inputs):
            by_name, unknown, key, fields = *_by_name(part, list(inputs)), "inputs", inputs
        out[key] = {n: taken_field(v, fields[n]) for n, v in by_name.items()}
        out["unknown"] += unknown
    return out


def _gradients(function: Callable[..., Any], params: dict[str, Field], inputs: dict[str, Field]) -> dict[str, Any]:
    made = function(**_accepted(function, {**params, **inputs}))
    if not isinstance(made, Mapping):
        raise Misfit(f"returns {described(made)} instead of a dict of gradients")
    out: dict[str, Any] = {"loss": None, "params": {}, "inputs": {}, "unknown": []}
    rest = {}
    for name, value in made.items():
        if name in LOSS_NAMES and name not in params and name not in inputs:
            out["loss"] = taken(value)
        else:
            rest[name] = value
    by_name, _ = _by_name(rest, [*params, *inputs])
    for key, fields in (("params", params), ("inputs", inputs)):
        out[key] = {n: taken_field(v, fields[n]) for n, v in by_name.items() if n in fields}
    out["unknown"] = [str(n) for n in rest if _field_of(n, [*params, *inputs]) is None]
    return out


def _accepted(function: Callable[..., Any], arrays: dict[str, Field]) -> dict[str, Field]:
    """The arrays that the function asks for by name; all of them if it takes `**arrays`."""
    try:
        asked = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return arrays
    if any(p.kind is p.VAR_KEYWORD for p in asked):
        return arrays
    needed = [p.name for p in asked if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
    unknown = [name for name in needed if name not in arrays]
    if unknown:
        raise Misfit(f"asks for {', '.join(unknown)}; the network has {', '.join(arrays)}")
    return {p.name: arrays[p.name] for p in asked if p.name in arrays}


def _record(kind: str, fields: dict[str, Field]) -> Any:
    return namedtuple(kind, list(fields))(**fields)


def _names(part: Any) -> list[str]:
    if isinstance(part, Mapping):
        return [str(n) for n in part]
    return list(getattr(part, "_fields", ()))


def _by_name(part: Any, fields: list[str]) -> tuple[dict[str, Any], list[str]]:
    """The gradients by field, and the names that belong to no field."""
    if isinstance(part, Mapping):
        pairs = [(str(n), v) for n, v in part.items()]
    elif hasattr(part, "_fields"):
        pairs = list(zip(part._fields, part, strict=True))
    elif isinstance(part, tuple | list):
        if len(part) != len(fields):
            raise Misfit(f"returns {len(part)} gradients without names; there are {len(fields)}: {', '.join(fields)}")
        pairs = list(zip(fields, part, strict=True))
    else:
        raise Misfit(f"returns {described(part)} instead of the gradients")
    found: dict[str, Any] = {}
    for name, value in pairs:
        field = _field_of(name, fields)
        if field is not None:
            found[field] = value
    return found, [n for n, _ in pairs if _field_of(n, fields) is None]


def _field_of(name: Any, fields: list[str]) -> str | None:
    """`W1` for `W1` and for `dW1`."""
    if name in fields:
        return str(name)
    bare = str(name)[1:]
    return bare if str(name).startswith("d") and bare in fields else None


# -- values -------------------------------------------------------------------------------------------


def taken_field(value: Any, like: Field) -> Any:
    """A gradient; for a tuple of layers one for each."""
    if value is None:
        return {"problem": "is None"}
    if not isinstance(like, tuple):
        return taken(value)
    if not isinstance(value, tuple | list):
        return {"problem": f"is {described(value)}, not a tuple with one array for each layer"}
    return [taken(v) for v in value]


def taken(value: Any) -> dict[str, Any]:
    """A real array in float64 (float32 stays), or what is wrong with it."""
    if not isinstance(value, np.ndarray | np.generic | int | float | complex):
        return {"problem": f"is {described(value)}, not an array"}
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        return {"problem": f"has the dtype {array.dtype}, not real numbers"}
    if array.dtype.kind == "f" and array.dtype.itemsize < 4:
        return {"problem": f"has the dtype {array.dtype}, which is too coarse to tell right from wrong"}
    if array.size * 8 > LARGEST_ARRAY:
        return {"problem": f"has the shape {array.shape}, which is too large"}
    kept = array.dtype if array.dtype == np.float32 else np.dtype(np.float64)
    return {"array": np.array(array, dtype=kept, order="C", subok=False)}


def described(value: Any) -> str:
    kind = type(value).__name__
    if isinstance(value, tuple | list):
        return f"a {kind} of length {len(value)}"
    return "None" if value is None else f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"

"""Calls hand-written functions on copies of the data and takes down whatever they give back.

Stands alone (standard library and NumPy): the worker loads it by path, in a process of its own.
A function is given `params` and `inputs`, or fields of them by name; it returns the loss and the gradients, or the
gradients alone. What it gave is a tree for `packing.write`. A value is `{"array": …}`, a list of values, or
`{"problem": text}`; an outcome is `{"loss", "params", "inputs", "unknown", "changed"}` or `{"raised", "line", "hint"}`.
"""

from __future__ import annotations

import inspect
import traceback
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Field = Any
LOSS_NAMES = ("loss", "cost", "C")
LARGEST_ARRAY = 1 << 28
RECORDS = ("Params", "Inputs")
OFFERED = ("value_and_grad", "gradients")
LOADED = 'the file is imported: what trains, plots or reads arguments belongs under `if __name__ == "__main__":`'
RETURN = "return the loss and the gradients, by name: return loss, {%s}"


class Misfit(Exception):
    """What was returned is not what the contract says; the text follows the name of the function."""


def outcome(
    offered: Mapping[str, Callable[..., Any]], params: Mapping[str, Field], inputs: Mapping[str, Field], file: str
) -> dict[str, Any]:
    """One call, with everything that can go wrong in it as text."""
    name = next(n for n in OFFERED if n in offered)
    own_params, own_inputs = copied(params), copied(inputs)
    try:
        with np.errstate(all="ignore"):
            places, names = _arguments(offered[name], own_params, own_inputs)
            made = offered[name](*places, **names)
        found = _result(made, params, inputs, name == "value_and_grad")
    except Misfit as misfit:
        shown = ", ".join(f'"{n}": d{n}' for n in params)
        hint = RETURN % shown if "returns" in str(misfit) else ""
        return {"raised": f"{name} {misfit}", "line": None, "hint": hint}
    except (Exception, SystemExit) as error:
        return raised(error, file)
    given, own = {**params, **inputs}, {**own_params, **own_inputs}
    return {**found, "changed": [n for n in given if not _same(given[n], own[n])]}


def raised(error: BaseException, file: str, hint: str = "") -> dict[str, Any]:
    """The error in one line, the last line of `file` that it came through, and what might help."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    if isinstance(error, SyntaxError) and error.filename == file:
        lines.append(error.lineno)
    try:
        text = " ".join(str(error).split())[:300]
    except Exception:
        text = ""
    kind = type(error).__name__
    if isinstance(error, SystemExit):
        return {"raised": f"it leaves by sys.exit({text})", "line": lines[-1] if lines else None, "hint": hint}
    told = {"raised": f"{kind}: {text}" if text else kind, "line": lines[-1] if lines else None}
    if isinstance(error, ModuleNotFoundError):
        hint = f"leave out what needs {error.name}: only the gradients are looked at" if error.name else hint
    return {**told, "hint": _there_is(error) or hint}


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


# -- what a function is given -------------------------------------------------------------------------


class _ByKey:
    """Fields of a named tuple by key too, as in a dict: `params["W1"]`, `params.items()`."""

    _fields: tuple[str, ...]

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return super().__getitem__(key)  # type: ignore[misc]
        name = alike(key, self._fields)
        if name is None:
            raise KeyError(f"{type(self).__name__} has {', '.join(self._fields)}; not {key}")
        return getattr(self, name)

    def __setitem__(self, key: Any, value: Any) -> None:
        """What `params["W1"] -= …` ends with: the array has been changed, and is the same one."""
        if self[key] is not value:
            raise TypeError(f"{type(self).__name__} takes no other arrays; make a dict: dict(params.items())")

    def __contains__(self, key: object) -> bool:
        return key in self._fields if isinstance(key, str) else any(key is value for value in self.values())

    def keys(self) -> tuple[str, ...]:
        return self._fields

    def values(self) -> list[Any]:
        return [self[name] for name in self._fields]

    def items(self) -> list[tuple[str, Any]]:
        return [(name, self[name]) for name in self._fields]

    def get(self, key: str, default: Any = None) -> Any:
        return default if alike(key, self._fields) is None else self[key]


def record(kind: str, fields: Mapping[str, Field]) -> Any:
    """A named tuple whose fields can be had by key as well."""
    made = type(kind, (_ByKey, namedtuple(kind, list(fields))), {})
    return made(**fields)


def _arguments(
    function: Callable[..., Any], params: dict[str, Field], inputs: dict[str, Field]
) -> tuple[list[Any], dict[str, Any]]:
    """What to call a function with: the fields that it names; `params` and `inputs` for its other arguments, in order.

    A function of two arguments of which the first is no field is given both; `**arrays` takes all fields.
    """
    arrays = {**params, **inputs}
    try:
        asked = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return [record("Params", params), record("Inputs", inputs)], {}
    takes_all = any(p.kind is p.VAR_KEYWORD for p in asked)
    asked = [p for p in asked if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    field = {p.name: alike(p.name, list(arrays)) for p in asked}
    asked = [p for p in asked if p.default is p.empty or field[p.name] is not None]
    if len(asked) == 2 and field[asked[0].name] is None:
        field[asked[1].name] = None
    named = {f for p in asked if (f := field[p.name]) is not None}
    records = [record(k, f) for k, f in (("Params", params), ("Inputs", inputs)) if named.isdisjoint(f)]
    others = [p.name for p in asked if field[p.name] is None]
    if len(others) > len(records):
        raise Misfit(f"asks for {', '.join(others[len(records) :])}; the network has {', '.join(arrays)}")
    given = {p.name: arrays[field[p.name] or ""] for p in asked if p.name not in others}
    given |= zip(others, records, strict=False)
    if takes_all and not others:
        given |= {n: a for n, a in arrays.items() if n not in named}
    places = [given.pop(p.name) for p in asked if p.kind is p.POSITIONAL_ONLY]
    return places, given


def alike(name: str, fields: Sequence[str]) -> str | None:
    """The one field that a name means: itself, or else `x` for `X` and `lambda_` for `lambda`."""
    if name in fields:
        return name
    found = [f for f in fields if f.rstrip("_").lower() == name.rstrip("_").lower()]
    return found[0] if len(found) == 1 else None


# -- what it returns ----------------------------------------------------------------------------------


def _result(made: Any, params: Mapping[str, Field], inputs: Mapping[str, Field], has_loss: bool) -> dict[str, Any]:
    """The loss, if there is one, and the gradients by field, in all the ways that people return them."""
    out: dict[str, Any] = {"loss": None, "params": {}, "inputs": {}, "unknown": []}
    both = {"params": params, "inputs": inputs}
    if _is_named(made):
        pairs = dict(_pairs(made))
        lone = [n for n in pairs if n in LOSS_NAMES and n not in params and n not in inputs]
        if lone:
            out["loss"] = _number(pairs.pop(lone[0]))
        inner = list(pairs.values())
        made = inner[0] if lone and len(inner) == 1 and _are_gradients(inner[0], params) else pairs
        _take(out, _by_place(made, params), both)
        return out
    loss, gradients, *more = _parts(made, params, has_loss)
    out["loss"] = None if loss is None else _number(loss)
    _take(out, _by_place(gradients, params), both)
    for part in more:
        _take(out, _by_place(part, inputs), {"inputs": inputs})
    return out


def _parts(made: Any, params: Mapping[str, Field], has_loss: bool) -> list[Any]:
    """[loss, gradients], and perhaps those of the inputs.

    `loss, dW1, db1, …` and `gradients, loss` are the same. Without a loss, which `gradients` need not give, it is None.
    """
    if not isinstance(made, tuple | list):
        raise Misfit(f"returns {described(made)} instead of (loss, gradients)")
    parts = list(made)
    if len(parts) == 2 and _are_gradients(parts[0], params) and not _are_gradients(parts[1], params):
        return parts[::-1]
    if len(parts) == 1 + len(params) and _are_gradients(parts[1:], params):
        return [parts[0], parts[1:]]
    if not has_loss and _are_gradients(parts, params):
        return [None, parts]
    if len(parts) not in (2, 3):
        raise Misfit(f"returns {described(made)} instead of (loss, gradients)")
    return parts


def _are_gradients(part: Any, params: Mapping[str, Field]) -> bool:
    """Whether something has the form of the gradients by `params`: names, or an array for each (a list for layers)."""
    if _is_named(part):
        return True
    if not isinstance(part, tuple | list) or len(part) != len(params):
        return False
    pairs = zip(part, params.values(), strict=True)
    return all(
        isinstance(p, tuple | list) and all(map(_is_array, p)) if isinstance(f, tuple) else _is_array(p)
        for p, f in pairs
    )


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | int | float)


def _is_named(part: Any) -> bool:
    return isinstance(part, Mapping) or (isinstance(part, tuple) and hasattr(part, "_fields"))


def _pairs(part: Any) -> list[tuple[str, Any]]:
    if isinstance(part, Mapping):
        return [(str(n), v) for n, v in part.items()]
    return list(zip(part._fields, part, strict=True))


def _by_place(part: Any, fields: Mapping[str, Field]) -> list[tuple[str, Any]]:
    """Names and gradients."""
    if _is_named(part):
        return _pairs(part)
    if not isinstance(part, tuple | list):
        raise Misfit(f"returns {described(part)} instead of the gradients")
    if len(part) != len(fields):
        raise Misfit(f"returns {len(part)} gradients without names; there are {len(fields)}: {', '.join(fields)}")
    return list(zip(fields, part, strict=True))


def _take(out: dict[str, Any], pairs: list[tuple[str, Any]], groups: Mapping[str, Mapping[str, Field]]) -> None:
    """Puts gradients where their fields belong; a field that two names mean has none."""
    fields = {n: f for group in groups.values() for n, f in group.items()}
    found: dict[str, str] = {}
    for name, value in pairs:
        field = field_of(name, list(fields))
        if field is None:
            out["unknown"].append(name)
            continue
        key = next(k for k, group in groups.items() if field in group)
        twice = {"problem": f"is given twice, as {found.get(field)} and as {name}"}
        out[key][field] = twice if field in found else taken_field(value, fields[field])
        found[field] = name


def field_of(name: str, fields: Sequence[str]) -> str | None:
    """The field whose gradient a name stands for: `W1`, `dW1`, `grad_W1`, `W1_grad`, `dL_dW1`, …; `dX` for `x`."""
    if name in fields:
        return name
    found = [f for f in fields if name in spellings(f)] or [
        f for f in fields if name.lower() in [s.lower() for s in spellings(f)]
    ]
    return found[0] if len(found) == 1 else None


BEFORE = ("d", "g", "grad", "nabla", "delta", *(f"d{c}_d" for c in ("L", "J", "C", "E", "loss", "cost")))


def spellings(field: str) -> list[str]:
    """The names that people give to the gradient by a field."""
    bare = field.rstrip("_")
    return [f"{b}{mark}{f}" for f in dict.fromkeys((field, bare)) for b in BEFORE for mark in ("", "_")] + [
        f"{field}_grad"
    ]


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


def _number(value: Any) -> dict[str, Any]:
    """The loss; one number in brackets is that number."""
    out = taken(value)
    return {"array": out["array"].reshape(())} if "array" in out and out["array"].size == 1 else out


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

"""Validating a piece of the tree with a pydantic model, and saying in our words what is wrong and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from derive.errors import quoted
from derive.network.spec.complaints import Complaints, nearest, suggestion
from derive.network.spec.names import MISTAKE, NESTED
from derive.network.spec.options import BESIDE_A_KIND
from derive.network.spec.tree import Entry, MappingNode, Node, describe, describe_scalar, locate, plain

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Site:
    """A validation below `path` in the tree `root`, for `model`, called `what` in messages."""

    root: Node
    path: tuple[int | str, ...]
    model: type[BaseModel]
    what: str


_EXPECTED = {
    "bool_type": ("true or false was expected", "write true or false"),
    "string_type": ("a text was expected", "write a word"),
    "int_type": ("a whole number was expected", "write a whole number"),
    "model_type": ("options were expected", "write them as {key: value}"),
    "dict_type": ("a mapping was expected", "write it as {key: value}"),
}


def validate(model: type[Model], node: Node, complaints: Complaints, what: str) -> Model | None:
    """The model filled from a mapping of the file; `None` if something was wrong with it.

    `what` names the mapping in messages, as in: an unknown key of `what`.
    """
    if not isinstance(node, MappingNode):
        complaints.add(node.place, f"{what} has {describe(node)} where a mapping belongs", "write it as {key: value}")
        return None
    try:
        return model.model_validate(plain(node), context=node)
    except ValidationError as error:
        _complain(error, _Site(node, (), model, what), complaints)
        return None


def read_value(parse: Callable[[object], Value], node: Node, complaints: Complaints) -> Value | None:
    """A single value of the file, read by `parse`; `None` if something was wrong with it."""
    try:
        return parse(plain(node))
    except PydanticCustomError as error:
        wording = error.context or {}
        complaints.add(node.place, wording["text"], wording["repair"])
        return None


def entries_of(node: Node, complaints: Complaints, what: str, example: str) -> tuple[Entry, ...]:
    """The entries of a mapping that may not be empty."""
    if isinstance(node, MappingNode) and node.entries:
        return node.entries
    found = "empty" if isinstance(node, MappingNode) else f"{describe(node)}, not a mapping"
    complaints.add(node.place, f"{what} is {found}", f"write it as {example}")
    return ()


def _complain(error: ValidationError, site: _Site, complaints: Complaints) -> None:
    """Every mistake of a validation, those of options inside options included."""
    details = error.errors(include_url=False)
    meant = {
        nearest(str(detail["loc"][-1]), site.model.model_fields)
        for detail in details
        if detail["type"] == "extra_forbidden"
    }
    for detail in details:
        if detail["type"] == "missing" and detail["loc"][-1] in meant:
            continue
        path = site.path + detail["loc"]
        if detail["type"] == NESTED:
            kind, inner, model = (detail["ctx"][key] for key in ("kind", "error", "model"))
            _complain(inner, _Site(site.root, (*path, kind), model, quoted(kind)), complaints)
            continue
        place = locate(site.root, path, key=detail["type"] == "extra_forbidden")
        complaints.add(place, *_wording(detail, site.model, site.what))


def _wording(detail: ErrorDetails, model: type[BaseModel], what: str) -> tuple[str, str]:
    """What is wrong and how to mend it, for one mistake found by pydantic."""
    kind, context = detail["type"], detail.get("ctx", {})
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == MISTAKE:
        return context["text"], context["repair"]
    if kind == "extra_forbidden":
        if key in BESIDE_A_KIND and key not in model.model_fields:
            return f"{quoted(key)} is no option of {what}", "write it beside the kind, not inside"
        return f"{what} has no {quoted(key)}", suggestion(key, model.model_fields)
    if kind == "missing":
        return f"{what} lacks {quoted(key)}", f"add {quoted(key + ': …')}"
    if kind == "literal_error":
        possible = context["expected"].replace(" or ", ", ").replace("'", "").split(", ")
        given = detail["input"]
        is_plain = isinstance(given, str | int | float) and not isinstance(given, bool)
        wrong = quoted(given) if is_plain else describe_scalar(given)
        return f"{wrong} is not possible for {quoted(key)}", suggestion(str(given), possible)
    expected, repair = _EXPECTED.get(kind, (detail["msg"], "correct the value"))
    return f"{expected} for {quoted(key) if key else what}, not {describe_scalar(detail['input'])}", repair

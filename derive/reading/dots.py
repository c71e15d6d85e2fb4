"""Products with dots, `A_{l+1} A_{l+2} ⋯ A_L`: what stands before the dots tells how they go on.

The factors before the dots are two groups of one form, each index of the second larger by 1, or smaller; the group
behind them is the last one. All indices must be numbers, as they are where layers are numbered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from derive.latex.reading.syntax import Ellipsis, Node, Number, Scripts, Span
from derive.latex.reading.trees import walk
from derive.reading.quantity import Unknown

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

MOST = 40
"""So many groups are written out at most."""
Path = tuple[object, ...]


def written_out(reader: Reader, factors: Sequence[Node], operators: Sequence[str]) -> tuple[list[Node], list[str]]:
    """The factors without dots.

    Raises: Unknown for dots of which it is not clear what they stand for.
    """
    at = next(k for k, f in enumerate(factors) if isinstance(f, Ellipsis))
    before, behind = list(factors[:at]), list(factors[at + 1 :])
    for size in range(1, len(before) // 2 + 1):
        if size > len(behind):
            break
        first, second, last = before[-2 * size : -size], before[-size:], behind[:size]
        steps = _steps(reader, first, second, last)
        if steps is None:
            continue
        groups = [[_at(f, steps, j, k) for k, f in enumerate(first)] for j in range(_count(steps))]
        middle = [f for group in groups for f in group]
        start = at - 2 * size
        inner = list(operators[start : start + size])
        joined = [o for k in range(len(groups)) for o in (inner if k + 1 < len(groups) else inner[:-1])]
        rest = list(operators[at + size :])
        return [*before[: -2 * size], *middle, *behind[size:]], [*operators[:start], *joined, *rest]
    raise Unknown("what the dots stand for is not clear")


Step = tuple[Path, int, int, int]
"""Where an index stands in a group; its first value, whether it grows or falls, its last value."""


def _steps(reader: Reader, first: Sequence[Node], second: Sequence[Node], last: Sequence[Node]) -> list[Step] | None:
    found: list[Step] = []
    for k, (a, b, c) in enumerate(zip(first, second, last, strict=True)):
        places, more = _different(a, b, (k,)), _different(b, c, (k,))
        if places is None or more is None or not set(more) <= set(places):
            return None
        for path in places:
            values = [_number(reader, _node(x, path[1:])) for x in (a, b, c)]
            if None in values:
                return None
            lo, next_one, hi = (v for v in values if v is not None)
            if abs(next_one - lo) != 1:
                return None
            found.append((path, lo, next_one - lo, hi))
    counts = {(hi - lo) * step for _, lo, step, hi in found}
    return found if len(counts) == 1 and 0 <= counts.copy().pop() < MOST else None


def _count(steps: Sequence[Step]) -> int:
    _, lo, step, hi = steps[0]
    return (hi - lo) * step + 1


def _at(node: Node, steps: Sequence[Step], j: int, k: int) -> Node:
    """The factor of group j."""
    for path, lo, step, _ in steps:
        if path[0] == k:
            inner = _node(node, path[1:])
            node = _replaced(node, path[1:], Number(str(lo + step * j), inner.span))
    return node


def _different(a: Any, b: Any, path: Path) -> list[Path] | None:
    """The smallest scripts in which two expressions differ; None if they differ elsewhere too."""
    if _bare(a) == _bare(b):
        return []
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        parts = [_different(x, y, (*path, k)) for k, (x, y) in enumerate(zip(a, b, strict=True))]
    elif is_dataclass(a) and type(a) is type(b):
        parts = [_of_field(a, name, x, y, (*path, name)) for name, x, y in _fields(a, b)]
    else:
        return None
    return None if any(p is None for p in parts) else [x for p in parts if p is not None for x in p]


def _of_field(node: Any, name: str, a: Any, b: Any, path: Path) -> list[Path] | None:
    is_script = isinstance(node, Scripts) and name in ("below", "above")
    if is_script and _bare(a) != _bare(b) and _is_index(a) and _is_index(b):
        return [path]
    return _different(a, b, path)


def _is_index(node: Any) -> bool:
    return not any(isinstance(x, Scripts) for x in walk(node))


def _fields(a: Any, b: Any) -> list[tuple[str, Any, Any]]:
    return [(f.name, getattr(a, f.name), getattr(b, f.name)) for f in fields(a) if f.name != "span"]


_NOWHERE = Span(0, 0)


def _bare(node: Any) -> Any:
    """An expression without its places in the text."""
    if isinstance(node, tuple):
        return tuple(map(_bare, node))
    if not is_dataclass(node) or isinstance(node, Span):
        return _NOWHERE if isinstance(node, Span) else node
    return replace(node, **{f.name: _bare(getattr(node, f.name)) for f in fields(node)})  # type: ignore[type-var]


def _node(node: Any, path: Path) -> Any:
    for step in path:
        node = node[step] if isinstance(step, int) else getattr(node, str(step))
    return node


def _replaced(node: Any, path: Path, new: Node | None) -> Any:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return (*node[:step], _replaced(node[step], rest, new), *node[step + 1 :])
    return replace(node, **{str(step): _replaced(getattr(node, str(step)), rest, new)})


def _number(reader: Reader, node: Node) -> int | None:
    try:
        at = reader.scope.indices.affine(node)
    except Unknown:
        return None
    return at.const if at.is_number else None

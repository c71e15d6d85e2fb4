"""Shapes that a document states: `ℝ^{m × n}`, `(3, 4)`, `m × n`, and what a quantity of such a shape looks like."""

from __future__ import annotations

from collections.abc import Sequence

from derive.latex.reading.syntax import Applied, Bracketed, Listed, Multiplied, Node, Scripts
from derive.reading.keys import Key, key_of
from derive.reading.marks import sequence
from derive.reading.quantity import ONE_PLACE, Quantity
from derive.terms.affine import Affine

REALS = (Key("R", "bb"), Key("R", "bold"), Key("R"), Key("ℝ"))
SHAPES = frozenset(("dim", "shape", "size"))


def extents_of_space(node: Node) -> tuple[Node, ...] | None:
    """The extents in `ℝ^{m × n}`, `ℝ^n`; none for `ℝ`; None for any other set."""
    if key_of(node) in REALS:
        return ()
    if not isinstance(node, Scripts) or node.below is not None or node.primes or key_of(node.base) not in REALS:
        return None
    return _extents(node.above) if node.above is not None else ()


def extents_of_tuple(node: Node) -> tuple[Node, ...] | None:
    """The extents in `(m, n)`, `(n,)`, `m × 4n`; None for anything else."""
    if isinstance(node, Multiplied):
        return _between_times(node)
    if not isinstance(node, Bracketed) or node.opening not in ("(", "["):
        return None
    if isinstance(node.body, Listed):
        return node.body.items if set(node.body.separators) == {","} else None
    return extents_of_tuple(node.body)


def _extents(node: Node) -> tuple[Node, ...]:
    """The extents above ℝ: a product by ×, or items between commas."""
    if isinstance(node, Bracketed) and node.opening in ("{", "("):
        return _extents(node.body)
    if isinstance(node, Multiplied) and (found := _between_times(node)):
        return found
    return sequence(node) if isinstance(node, Listed) else (node,)


def _between_times(node: Multiplied) -> tuple[Node, ...] | None:
    """What stands between the `×`: m and 4n of `m × 4n`; None where there is another sign, or none."""
    if not set(node.operators) <= {"times", ""} or "times" not in node.operators:
        return None
    first, *rest = node.factors
    parts = [[first]]
    for sign, factor in zip(node.operators, rest, strict=True):
        if sign:
            parts.append([factor])
        else:
            parts[-1].append(factor)
    return tuple(_product(p) for p in parts)


def _product(factors: Sequence[Node]) -> Node:
    if len(factors) == 1:
        return factors[0]
    return Multiplied(tuple(factors), ("",) * (len(factors) - 1), factors[0].span | factors[-1].span)


def shaped(node: Node) -> Node | None:
    """What the shape is of in `dim(W)`, `shape(W)`; None for anything else."""
    name: Node
    argument: Node
    if isinstance(node, Applied):
        name, argument = node.function, node.argument
    elif isinstance(node, Multiplied) and len(node.factors) == 2 and not any(node.operators):
        name, argument = node.factors
    else:
        return None
    key = key_of(name)
    if key is None or key.name not in SHAPES or not isinstance(argument, Bracketed) or argument.opening != "(":
        return None
    return argument.body


def has_shape(q: Quantity, extents: Sequence[Affine]) -> bool:
    """Whether a quantity has these extents; a vector of n may be said to be n, n × 1 or 1 × n as it lies."""
    rows, columns = (ONE_PLACE if a is None else a.extent for a in (q.rows, q.columns))
    if len(extents) == 2:
        return (rows, columns) == tuple(extents)
    wanted = extents[0] if extents else ONE_PLACE
    return len(extents) < 2 and ONE_PLACE in (rows, columns) and wanted in (rows, columns) and _is_all(q, wanted)


def _is_all(q: Quantity, extent: Affine) -> bool:
    """Whether 1 is said of what is a number only."""
    return extent != ONE_PLACE or all(a.extent == ONE_PLACE for a in q.axes)

"""Differentials, `dC = tr(Gᵀ dW)`: the change of what is on the left, as those on the right change and nothing else.

What stands behind a d on the right changes by any small amount, all of its entries. Of everything else the differential
is Σ ∂q/∂X dX over these X. So `dC = tr(Gᵀ dW)` says that G is the gradient.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction as Number
from typing import TYPE_CHECKING

from derive.calculus.occurrence import occurrences
from derive.ir.tensor import ADJOINT, Tensor
from derive.latex.reading.syntax import Accented, Bracketed, Fraction, Multiplied, Node, Scripts, Symbol
from derive.latex.reading.trees import parts
from derive.network.network import Network
from derive.reading.differentiated import Variable
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import Lexicon
from derive.reading.quantity import Quantity, Unknown
from derive.terms.affine import Affine, index
from derive.terms.algebra import times, total
from derive.terms.blocks import sum_over
from derive.terms.term import Entry, Poly, of_atom
from derive.terms.walk import entries_in

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

MARKS = frozenset((Key("d"), Key("d", "rm")))
CHANGE = "·change of "
"""The engine's names of the changes of values begin with it."""


@dataclass(frozen=True)
class Moving:
    """A value that changes: its tensor, and the places on ordered axes, such as its layer, that are fixed."""

    tensor: Tensor
    fixed: tuple[Affine, ...]


def differentials(lexicon: Lexicon, node: Node) -> Iterator[Node]:
    """`x` of every `dx` that is no part of a derivative `dy/dx`."""
    yield from _within(_marks(lexicon), node)


def changing(lexicon: Lexicon, left: Node, right: Node) -> tuple[Node, ...]:
    """The differentials on the right of an equation of differentials: the left side has some too.

    In `∂r/∂h = h/(d r)` d is a number.
    """
    return tuple(differentials(lexicon, right)) if _is_marked(_marks(lexicon), left) else ()


def _is_marked(marks: frozenset[Key], node: Node) -> bool:
    """Whether a d stands in it that is none of a derivative."""
    if isinstance(node, Fraction) and all(_begins(marks, x) for x in (node.above, node.below)):
        return False
    return key_of(node) in marks or any(_is_marked(marks, part) for part in parts(node))


def is_mark(reader: Reader, node: Node) -> bool:
    """Whether it is the d of a differential in a formula that has some on its right."""
    return bool(reader.scope.differentials) and key_of(node) in _marks(reader.scope.lexicon)


def _marks(lexicon: Lexicon) -> frozenset[Key]:
    """Without those that are names."""
    return frozenset(k for k in MARKS if not lexicon.find(k) and k != lexicon.prefix)


def _within(marks: frozenset[Key], node: Node) -> Iterator[Node]:
    if isinstance(node, Fraction) and all(_begins(marks, x) for x in (node.above, node.below)):
        return
    if isinstance(node, Multiplied):
        yield from _among(marks, node)
    else:
        for part in parts(node):
            yield from _within(marks, part)


def _among(marks: frozenset[Key], node: Multiplied) -> Iterator[Node]:
    signs = (*node.operators, None, None)
    skipped = -1
    for k, factor in enumerate(node.factors):
        if k <= skipped:
            continue
        if key_of(factor) in marks and signs[k] == "" and isinstance(node.factors[k + 1], Symbol | Scripts | Accented):
            if signs[k + 1] == "/" and k + 3 < len(node.factors) and key_of(node.factors[k + 2]) in marks:
                skipped = k + 3
                continue
            yield node.factors[k + 1]
            skipped = k + 1
        else:
            yield from _within(marks, factor)


def _begins(marks: frozenset[Key], node: Node) -> bool:
    """Whether it is `d`, `dx`."""
    if isinstance(node, Bracketed) and node.opening == "{":
        return _begins(marks, node.body)
    first = node.factors[0] if isinstance(node, Multiplied) else node
    return key_of(first) in marks


def with_changes(network: Network) -> Network:
    """The network with the changes of all its values as inputs of the same shapes."""
    kept = [t for t in network.tensors.values() if not t.name.startswith("·")]
    new = {CHANGE + t.name: Tensor(CHANGE + t.name, t.axes, "input", family=t.family) for t in kept}
    return replace(network, tensors={**network.tensors, **new})


def moving(reader: Reader, nodes: Sequence[Node]) -> tuple[Moving, ...]:
    """What the differentials of these names change.

    Raises: Unknown for what is no value, for single entries by their number, and where one change makes another.
    """
    found = dict.fromkeys(_moved(reader, node) for node in nodes)
    for a in found:
        for b in found:
            if a is not b and reader.derivatives.depends(a.tensor.name, b.tensor.name):
                names = f"{a.tensor.name} and {b.tensor.name}"
                raise Unknown(f"of the differentials on the right one makes the other: those of {names}")
    return tuple(found)


def _moved(reader: Reader, node: Node) -> Moving:
    scope = reader.scope
    aside = type(reader)(replace(scope.aside(), differentials=()))
    q, said = aside.read(node), scope.said(node)
    entries = list(entries_in(q.poly))
    [entry, *others] = [*entries, None]
    if not isinstance(entry, Entry) or others != [None] or q.poly != of_atom(entry) or ADJOINT in entry.tensor:
        raise Unknown(f"d{said} is the change of no value")
    tensors = scope.lexicon.network.tensors
    tensor = tensors[entry.tensor]
    if CHANGE + entry.tensor not in tensors:
        raise Unknown(f"d{said} is the change of no value")
    batch = scope.batch
    opened = {a.name for a in q.axes}
    for axis, at in list(zip(tensor.axes, entry.idx, strict=True))[tensor.family :]:
        is_sample = batch is not None and axis.name == batch.name and at.variable not in opened
        if at.is_number or is_sample:
            raise Unknown(f"d{said} is the change of a part of a value: that is not judged")
    return Moving(tensor, entry.idx[: tensor.family])


def differential(reader: Reader, q: Quantity, said: str) -> Quantity:
    """Σ ∂q/∂X dX over what changes.

    Raises: Unknown where nothing changes it, or gradients stand in it.
    """
    scope = reader.scope
    changed = moving(reader, scope.differentials)
    read = {e.tensor for e in entries_in(q.poly)}
    if any(ADJOINT in t for t in read):
        raise Unknown("differentials of gradients are not judged")
    changes: list[Poly] = []
    for m in changed:
        name = m.tensor.name
        at = {a.name: x for a, x in zip(m.tensor.axes, m.fixed, strict=False)}
        fresh = tuple(scope.fresh.axis(a.subs(at)) for a in m.tensor.axes[len(m.fixed) :])
        idx = (*m.fixed, *(index(a.name) for a in fresh))
        wrt = Variable(name, idx, Number(1), Quantity(of_atom(Entry(name, idx))))
        avoid = q.poly.free | {a.name for a in (*q.axes, *fresh)} | {x for a in m.fixed for x in a.free}
        for t in read:
            if t != name and not reader.derivatives.depends(t, name):
                continue
            for o in occurrences(q.poly, t, avoid):
                p = sum_over(o.bounds, times(o.coefficient, reader.derivatives.inner(t, o.idx, wrt)), {})
                changes.append(
                    sum_over(fresh, times(p, of_atom(Entry(CHANGE + name, idx))), {a.name: a for a in q.axes})
                )
    if not changes:
        raise Unknown(
            f"nothing that changes on the right changes {said}; if d{said} is a gradient, name it in a profile"
        )
    return Quantity(total(changes), q.rows, q.columns)

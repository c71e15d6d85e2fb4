"""The `init` of a kernel: random parameters, scaled by how many units feed and are fed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from functools import reduce

from derive.errors import UnsupportedError
from derive.kernels.checking import Shapes
from derive.kernels.fields import Field, Names
from derive.kernels.syntax import Comment, Expr, Line, assign, binary, call, constant, name, tuple_of
from derive.network.network import Network
from derive.terms.affine import Affine, Size
from derive.terms.term import Block, Entry
from derive.terms.walk import atoms_in

FORMULAS = {
    "xavier": "{0}: normal, of variance 2 / (n_in + n_out)",
    "he": "{0}: normal, of variance 2 / n_in",
    "zeros": "{0} = 0",
    "ones": "{0} = 1",
}


class Initializing:
    """Writes `init(rng, *, sizes…, dtype)`; the sizes are those that are symbolic."""

    def __init__(self, network: Network, fields: Sequence[Field]) -> None:
        self.network, self.fields = network, [f for f in fields if f.is_parameter]
        self.names = Names()
        self.variables = {f.tensor: self.names.fresh(f.tensor) for f in self.fields}
        self.shapes = Shapes(network, fields, self.names)
        extents = [f.storage.tensor.axes[k].extent for f in self.fields for k in f.storage.layout if k is not None]
        ranges = [e for f in self.fields if f.is_sequence for e in (f.family_axis.lo, f.family_axis.hi)]
        self.used = dict.fromkeys(s for e in (*extents, *ranges) for s in _sizes(e))
        self.deduced = {s: lists for s in self.used if (lists := self._deduced(s)) is not None}

    def _deduced(self, size: str) -> Expr | None:
        """`L = len(n) − 1`, if a list of sizes says how long it is."""
        for f in self.fields:
            if f.is_sequence and f.family_axis.hi == Affine([(Size(size), 1)]):
                for family, start in self.shapes.starts.items():
                    if family in self.used and start.is_number:
                        length = call("len", name(self.shapes.local[family]))
                        return binary("subtract", length, constant(1 - start.const)) if start.const != 1 else length
        return None

    @property
    def signature(self) -> str:
        sizes = [self.shapes.local[s] for s in self.used if s not in self.deduced]
        sizes += [f"{self.shapes.local[s]}=None" for s in self.deduced]
        return ", ".join(["rng", "*", *sizes, "dtype=np.float64"])

    @property
    def docstring(self) -> str:
        families = [self.shapes.local[s] for s in self.used if s in self.shapes.starts]
        text = "Random parameters from a `numpy.random.Generator`."
        if families:
            text += f"\n\n{', '.join(families)}: the sizes of all layers, a sequence."
        return text

    def lines(self) -> list[Line]:
        out: list[Line] = []
        for s, value in self.deduced.items():
            local = self.shapes.local[s]
            is_none = ast.Compare(name(local), [ast.Is()], [constant(None)])
            out.append(assign(local, ast.IfExp(is_none, value, name(local))))
        for f in self.fields:
            kind = self.network.initializers.get(f.tensor) or ("xavier" if len(f.storage.layout) > 1 else "zeros")
            out.append(Comment(FORMULAS.get(kind, f"{{0}} = {kind}").format(f.name)))
            out.append(assign(self.variables[f.tensor], self._value(f, kind)))
        return [*out, ast.Return(call("Params", *(name(self.variables[f.tensor]) for f in self.fields)))]

    def _value(self, f: Field, kind: str) -> Expr:
        one = self._array(f, kind)
        if not f.is_sequence:
            return one
        axis = f.family_axis
        counted = call("range", self.shapes.affine(axis.lo), self.shapes.affine(axis.hi + 1))
        each = ast.comprehension(ast.Name(self.shapes.local[axis.name]), counted, [], 0)
        return call("tuple", ast.GeneratorExp(one, [each]))

    def _array(self, f: Field, kind: str) -> Expr:
        extents = [
            constant(1) if k is None else self.shapes.affine(f.storage.tensor.axes[k].extent) for k in f.storage.layout
        ]
        if kind in ("zeros", "ones"):
            return call(f"np.{kind}", tuple_of(extents), name("dtype"))
        if kind not in ("xavier", "he"):
            return call("np.full", tuple_of(extents), constant(float(kind)), name("dtype"))
        n_in, n_out = ([extents[k] for k in axes] for axes in self._fans(f))
        fan = binary("add", _product(n_in), _product(n_out)) if kind == "xavier" and n_out else _product(n_in)
        deviation = binary("power", binary("divide", constant(2.0), fan), constant(0.5))
        normal = binary("multiply", deviation, call("rng.standard_normal", tuple_of(extents)))
        return call(ast.Attribute(normal, "astype"), name("dtype"))

    def _fans(self, f: Field) -> tuple[list[int], list[int]]:
        """Which axes of the array count what one result is fed by, and what one entry feeds.

        The first are those that the layer sums over. The second are the others, and the taps of a window.
        """
        layout = f.storage.layout
        axes = [k for k in layout if k is not None]
        if not axes:
            raise UnsupportedError(f"{f.tensor} has no axes to be initialized by", repair="give it a number")
        summed, taps = self._summed(f.tensor, axes) or ({axes[-1]}, set())
        into = [q for q, k in enumerate(layout) if k in summed]
        return into, [q for q, k in enumerate(layout) if k is not None and (k not in summed or k in taps)]

    def _summed(self, tensor: str, axes: Sequence[int]) -> tuple[set[int], set[int]] | None:
        """The axes that a sum runs along where the tensor is read, and those of them that are taps of a window."""
        for e in self.network.readers(tensor):
            for block in (a for a in atoms_in(e.rhs) if isinstance(a, Block)):
                bound = frozenset(b.name for b in block.bounds)
                entries = [entry for entry, _ in block.body.powers if isinstance(entry, Entry)]
                for entry in (entry for entry in entries if entry.tensor == tensor):
                    summed = {k for k in axes if entry.idx[k].free & bound}
                    if summed:
                        return summed, _taps(entry, summed, entries, bound)
        return None


def _taps(entry: Entry, summed: set[int], entries: Sequence[Entry], bound: frozenset[str]) -> set[int]:
    """The axes of a weight whose summed index stands beside a position, as `r` does in `x_{p+r-1}`.

    A position is an index at which the weight itself is the same.
    """
    own = frozenset[str]().union(*(a.free for k, a in enumerate(entry.idx) if k not in summed))
    moving = [a.free & bound for other in entries for a in other.idx if a.free - bound - own]
    return {k for k in summed if any(entry.idx[k].free & names for names in moving)}


def _product(factors: Sequence[Expr]) -> Expr:
    return reduce(lambda left, right: binary("multiply", left, right), factors)


def _sizes(e: Affine) -> Iterable[str]:
    for v, _ in e.terms:
        if isinstance(v, Size):
            yield v.name
            for a in v.args:
                yield from _sizes(a)

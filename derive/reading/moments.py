"""Means and variances: `\\mathbb E[X]`, `\\operatorname{Var}(z_j)`, `v_x`, and those over the samples of a batch.

Of a name without its indices, `Var[W]`, it is that of any of its entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from derive.ir.moment import MEAN, MOMENTS, VARIANCE
from derive.ir.tensor import ADJOINT
from derive.latex.reading.syntax import Node
from derive.reading.keys import Key
from derive.reading.quantity import (
    ONE_PLACE,
    Quantity,
    Unknown,
    added,
    divided,
    is_fresh,
    raised,
    renamed,
    scaled,
    total_over,
)
from derive.terms.affine import IdEntry, Index, index
from derive.terms.algebra import function
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Entry, Func, Poly, of_affine, of_atom
from derive.terms.walk import atoms_in, entries_in, rewrite

if TYPE_CHECKING:
    from derive.reading.expressions import Reader
    from derive.reading.lexicon import Lexicon
    from derive.reading.scope import Scope

ALWAYS: Mapping[Key, str] = MappingProxyType(
    {
        Key("E", "bb"): "mean",
        Key("E", "rm"): "mean",
        Key("V", "bb"): "variance",
        Key("Var"): "variance",
        Key("Var", "rm"): "variance",
        Key("Var", "bb"): "variance",
        Key("var"): "variance",
        Key("var", "rm"): "variance",
    }
)
"""What means the same everywhere, unless it is a name of the network or of the document."""

KINDS = frozenset(("mean", "variance", "deviation", "batch_mean", "batch_variance"))


def moment_named(lexicon: Lexicon, key: Key) -> str | None:
    """Which moment a symbol stands for; None for any other symbol."""
    own = lexicon.own_functions.get(key, ())
    if own:
        return own[0] if own[0] in KINDS else None
    return None if lexicon.table.get(key) else ALWAYS.get(key)


def moment(reader: Reader, kind: str, node: Node) -> Quantity:
    """Raises: Unknown for a moment over samples where there is no batch."""
    outside, reader.scope.of_any_entry = reader.scope.of_any_entry, not kind.startswith("batch_")
    q = reader.read(node)
    reader.scope.of_any_entry = outside
    if kind.startswith("batch_"):
        return _over_samples(reader, kind, q)
    q = _of_any_entry(reader.scope, q)
    of = q.map(lambda p: function(MEAN if kind == "mean" else VARIANCE, (p,)))
    return raised(of, Fraction(1, 2)) if kind == "deviation" else of


def _of_any_entry(scope: Scope, q: Quantity) -> Quantity:
    """A function of one name that stands without its indices is one of any entry: `E[z^2]`."""
    entries = list(dict.fromkeys(entries_in(q.poly)))
    opened = [Index(x, ONE_PLACE, ONE_PLACE) for x in q.poly.free if is_fresh(x)]
    source = source_of(scope, entries[0], opened) if len(entries) == 1 and opened else None
    if source is None:
        return q
    return Quantity(rewrite(q.poly, lambda a: of_atom(source) if a == entries[0] else None))


def source_of(scope: Scope, entry: Atom | IdEntry | None, opened: Sequence[Index]) -> Entry | None:
    """The tensor of an entry, in its layer, if no index of it is said; None for all else."""
    if not isinstance(entry, Entry):
        return None
    tensor = scope.lexicon.network.tensors.get(entry.tensor.removeprefix(ADJOINT))
    family = tensor.family if tensor is not None else 0
    unsaid = [index(a.name) for a in (*opened, *([scope.batch] if scope.batch is not None else []))]
    return Entry(entry.tensor, entry.idx[:family]) if all(a in unsaid for a in entry.idx[family:]) else None


def lone(p: Poly) -> Atom | None:
    """The atom that a term is; None for a term of any other kind."""
    [(m, c)] = p.terms if len(p.terms) == 1 else [(None, 0)]
    return m.powers[0][0] if m is not None and c == 1 and len(m.powers) == 1 and m.powers[0][1] == 1 else None


def _over_samples(reader: Reader, kind: str, q: Quantity) -> Quantity:
    """1/m Σ_i x_i, and 1/m Σ_i (x_i − that)²."""
    batch = reader.scope.batch
    if batch is None:
        raise Unknown("there are no samples over which a mean could be taken")
    mean = _mean(reader, q, batch)
    if kind == "batch_mean":
        return mean
    return _mean(reader, raised(added(q, scaled(mean, -1), batch), 2), batch)


def _mean(reader: Reader, q: Quantity, batch: Index) -> Quantity:
    own = next((a for a in q.axes if a.extent == batch.extent), None)
    fresh = reader.scope.fresh.axis(batch)
    if own is not None:
        inner = Quantity(renamed(q.poly, own, fresh), *(None if a is own else a for a in (q.rows, q.columns)))
    else:
        inner = q.map(lambda p: substitute(p, {batch.name: index(fresh.name)}))
    return divided(total_over(inner, [fresh]), Quantity(of_affine(batch.extent)))


# -- moments in terms ------------------------------------------------------------------------------------------


def moments_of(p: Poly) -> list[Func]:
    """All means and variances in a term."""
    return [a for a in atoms_in(p) if is_moment(a)]  # type: ignore[misc]


def is_moment(atom: Atom) -> bool:
    """Whether an atom is a mean or a variance."""
    return isinstance(atom, Func) and atom.name in MOMENTS


def lone_moment(p: Poly) -> Func | None:
    """The moment that a term is; None for a term of any other kind."""
    atom = lone(p)
    return atom if isinstance(atom, Func) and is_moment(atom) else None

"""Functions that a recursion computes on its way and its adjoints need again: kept as tensors of their own.

In `h_t = o_t tanh(c_t)` the adjoints read `tanh(c_t)` and `tanh′(c_t)`. With `s_t = tanh(c_t)` as a definition the
loop backwards reads `s_t` and `1 − s_t²` and evaluates no function again. Only functions whose derivatives are
polynomials of their values are worth it; that an entry lies in the range of the definition is proved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derive.ir.tensor import Equation, Tensor
from derive.kernels.definitions import Definition
from derive.simplify.output import OutputForms
from derive.simplify.output_form import output_form
from derive.terms.affine import index
from derive.terms.prover import Context
from derive.terms.settle import settle
from derive.terms.term import Entry, Func
from derive.terms.view import (
    Apply,
    Chosen,
    Largest,
    Leaf,
    Power,
    Summed,
    View,
    as_view,
    children,
    rebuild,
    times,
    to_poly,
)


@dataclass(frozen=True)
class Shared:
    """`definitions` with shared functions as entries of the new `tensors`."""

    definitions: list[Definition]
    tensors: dict[str, Tensor]


@dataclass
class _Sharing:
    """What is shared so far: the helper equations, and their tensors."""

    tensors: Mapping[str, Tensor]
    helpers: dict[str, Tensor] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)

    def stored(self, d: Definition, a: Apply) -> Definition:
        """`s_t = f(z_t)` over the range of `d`."""
        [leaf] = a.args
        assert isinstance(leaf, Leaf) and isinstance(leaf.atom, Entry)
        base = name = f"{a.name}_{leaf.atom.tensor}"
        number = 2
        while name in self.tensors or name in self.helpers:
            name, number = f"{base}_{number}", number + 1
        entry, poly = Entry(name, d.lhs.idx), to_poly(a)
        self.helpers[name] = Tensor(name, d.domain, "value", family=d.family)
        self.equations.append(Equation(entry, d.domain, None, poly))
        return replace(d, lhs=entry, poly=poly, view=a)


def with_functions_shared(
    definitions: Sequence[Definition], tensors: Mapping[str, Tensor], exact: Collection[str]
) -> Shared:
    """The definitions; functions within recursive equations that adjoints read again are definitions of their own.

    The equations of `exact` tensors, whose functions need relative accuracy, stay as they are.
    """
    needed = {key for d in definitions if d.meaning == "adjoint" for a in _applied(d.view) if (key := _key(a))}
    already = {_key(d.view) for d in definitions if isinstance(d.view, Apply)}
    sharing = _Sharing(tensors)
    ahead: list[Definition] = []
    for d in definitions:
        for a in _applied(d.view) if _is_over_time(d) and d.tensor not in exact else ():
            if _key(a) in needed - already and a.args[0] == Leaf(_at_same_place(a, d)):
                ahead.append(sharing.stored(d, a))
                already.add(_key(a))
    if not ahead:
        return Shared(list(definitions), {})
    forms = OutputForms(tuple(sharing.equations))
    by_place = {h.lhs.tensor: h for h in ahead}
    out: list[Definition] = []
    for d in definitions:
        new = _rewritten(d, forms)
        for name in [n for n, h in by_place.items() if n in new.tensors and new.meaning == h.meaning]:
            out.append(by_place.pop(name))
        out.append(new)
    return Shared(out, sharing.helpers)


def _is_over_time(d: Definition) -> bool:
    is_plain = d.lhs.idx == tuple(index(b.name) for b in d.domain)
    sizes_free = all(b.free.isdisjoint(x.name for x in d.domain) for b in d.domain)
    return d.meaning == "forward" and d.family == 1 and not d.over and is_plain and sizes_free


def _at_same_place(a: Apply, d: Definition) -> Entry:
    """The entry that a function is applied to, if it stands at the indices of the definition."""
    key = _key(a)
    assert key is not None
    return Entry(key[1], d.lhs.idx)


def _key(a: View) -> tuple[str, str] | None:
    """A function with a derivative by its value, or that derivative, and the tensor that it is applied to."""
    if not isinstance(a, Apply) or len(a.args) != 1 or a.orders not in ((0,), (1,)) or output_form(a.name) is None:
        return None
    [leaf] = a.args
    return (a.name, leaf.atom.tensor) if isinstance(leaf, Leaf) and isinstance(leaf.atom, Entry) else None


def _applied(view: View) -> Iterator[Apply]:
    """The functions that stand in a view, sums left out, the view itself too."""
    for part in () if isinstance(view, Summed | Largest | Chosen) else children(view):
        if isinstance(part, Apply) and _key(part):
            yield part
        yield from _applied(part)


def _rewritten(d: Definition, forms: OutputForms) -> Definition:
    """The definition with shared functions read from where they are kept."""
    context = {b.name: b for b in d.domain}
    view = _shown(d.view, forms, context)
    return d if view == d.view else replace(d, view=view, poly=settle(to_poly(view), context))


def _shown(view: View, forms: OutputForms, context: Context) -> View:
    if isinstance(view, Summed | Largest | Chosen):
        return view
    if isinstance(view, Apply) and _key(view):
        found = _value(view, forms, context)
        if found is not None:
            return found
    parts = tuple(_shown(p, forms, context) for p in children(view))
    return view if parts == children(view) else rebuild(view, parts)


def _value(a: Apply, forms: OutputForms, context: Context) -> View | None:
    """The kept entry for a function, its output form for a derivative; None where it is not surely in range."""
    ((monomial, _),) = to_poly(a).terms
    atom = monomial.powers[0][0]
    assert isinstance(atom, Func)
    if a.orders == (0,):
        entry = forms.value(atom, context)
        return None if entry is None else Leaf(entry)
    factors = forms.factors(atom, context)
    if factors is None:
        return None
    return times([as_view(p) if k == 1 else Power(as_view(p), Fraction(k)) for p, k in factors])

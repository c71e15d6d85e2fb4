"""Why each line of a derivation follows from the line before, in words, with what it used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.calculus.adjoint import AdjointEquation, Contribution
from derive.ir.record import Case, Line
from derive.latex.naming import Names
from derive.notes.document import Inline, Listing, Math, Reference, Words, words
from derive.notes.formula import width
from derive.notes.formulas import Formulas
from derive.terms.affine import Index, index
from derive.terms.algebra import delta, times, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.settle import settle
from derive.terms.term import Delta, Func, Partial, Poly
from derive.terms.view import Apply, Chosen, Largest, Leaf, Plus, Power, Summed, Times, View, children, to_poly
from derive.terms.view import times as product

LONG = 26.0
"""Formulas in a reason that together are wider (em) are left out for their names."""


@dataclass(frozen=True)
class Situation:
    """A line of a derivation with the line before it, and the letters of the free indices."""

    formulas: Formulas
    equation: AdjointEquation
    names: Names
    line: Line
    before: Line | None = None
    case: Case | None = None

    @property
    def readers(self) -> tuple[str, ...]:
        return tuple(self.formulas.readers(self.equation))

    @property
    def reader_symbols(self) -> Listing:
        return Listing(tuple(Math(text) for text in self.formulas.readers(self.equation).values()))


def reason(situation: Situation) -> Words:
    """The reason for a line, by its rule; a rule without a reason raises."""
    return _REASONS[situation.line.rule](situation)


@dataclass(frozen=True)
class Placed:
    """A part of a view, with the letters and ranges of the indices around it."""

    view: View
    names: Names
    scope: Mapping[str, Index]


def _placed(s: Situation, view: View) -> Iterator[Placed]:
    """A view and all its parts, from the outside inwards."""
    domain = s.case.domain if s.case is not None else s.equation.domain
    stack = [Placed(view, s.names, {b.name: b for b in domain})]
    while stack:
        node = stack.pop()
        yield node
        names, scope = node.names, node.scope
        if isinstance(node.view, Summed | Largest | Chosen):
            names = s.formulas.printer.names_inside(node.view, names)
            scope = {**scope, **{b.name: b for b in node.view.bounds}}
        stack += [Placed(part, names, scope) for part in reversed(children(node.view))]


# -- the chain rule ------------------------------------------------------------------------------------


def _chain(s: Situation) -> Words:
    """Σ over the readers."""
    symbol = Math(s.formulas.symbol(s.equation.tensor.name))
    if s.readers == (s.formulas.cost,):
        return words("reason.chain_cost", symbol=symbol)
    key = "reason.chain" if len(s.readers) == 1 else "reason.chain_several"
    known = [n for n in s.readers if n != s.formulas.cost]
    if not all(s.formulas.is_boxed(n) for n in known):
        return words(key, symbol=symbol, readers=s.reader_symbols)
    results = Listing(tuple(Reference(s.formulas.anchor(n)) for n in known))
    return words(f"{key}_known", symbol=symbol, readers=s.reader_symbols, results=results)


def _local(s: Situation) -> Words:
    """The derivative of each reader, worked out."""
    if s.readers == (s.formulas.cost,):
        has_brackets = any(_by_sum(s, s.line.view))
        return words("reason.local_cost" if has_brackets else "reason.local_cost_plain")
    found = tuple(_local_derivatives(s))
    if found and sum(width(f) for f in found) <= LONG:
        return words("reason.local", derivatives=Listing(tuple(Math(f) for f in found)))
    return words("reason.local_long", readers=s.reader_symbols)


def _local_derivatives(s: Situation) -> Iterator[str]:
    """`∂z_k/∂a_j = W_kj` for each reader, under the letters of the chain rule's line."""
    if s.before is None or s.before.rule != "chain":
        return
    for node in _placed(s, s.before.view):
        partial = node.view.atom if isinstance(node.view, Leaf) else None
        if not isinstance(partial, Partial):
            continue
        parts = [c for c in s.equation.contributions if c.reader.lhs.tensor == partial.of.tensor]
        is_part = len(s.formulas.network.definitions(partial.of.tensor)) > 1
        own = {b.name for c in parts for b in c.bounds[: len(c.reader.domain)] if is_part and not b.ordered}
        value = _local_derivative(s.equation, parts, own)
        view = s.formulas.presenter.view(value, frozenset(node.names))
        printer = s.formulas.printer
        yield f"{printer.entry(partial, node.names)} = {printer.view(view, node.names)}"


def _local_derivative(
    equation: AdjointEquation, contributions: Sequence[Contribution], partial: Collection[str]
) -> Poly:
    """Σ_B c · Π δ(e_q, k_q) over the occurrences in one reader, whose own indices stay free.

    Nothing is concluded from the range of an index over a `partial` axis, which has more places.
    """
    context = {b.name: b for b in equation.domain}
    parts = []
    for c in contributions:
        count = len(c.reader.domain)
        context |= {b.name: b for b in c.bounds[:count]}
        deltas = times_all(delta(e - index(a.name)) for e, a in zip(c.at, equation.tensor.axes, strict=True))
        parts.append(sum_over(c.bounds[count:], times(c.coefficient, deltas), context))
    return settle(total(parts), {n: b for n, b in context.items() if n not in partial})


def _delta(s: Situation) -> Words:
    """Brackets solved for summed indices, in each sum apart where they differ."""
    groups = tuple(dict.fromkeys(_by_sum(s, s.before.view))) if s.before is not None else ()
    if not groups:
        return words("reason.collect")
    factored = _is_factored(s.line.view) and s.before is not None and not _is_factored(s.before.view)
    suffix = "_factored" if factored else ""
    if len(groups) == 1:
        return words(f"reason.delta{suffix}", pairs=_listed(groups[0]))
    common = [text for text in groups[0] if all(text in group for group in groups)]
    rest = [[text for text in group if text not in common] for group in groups]
    if common and all(rest):
        return words(f"reason.delta_common{suffix}", common=_listed(common), pairs=_in_turn(list(map(_listed, rest))))
    return words(f"reason.delta_each{suffix}", pairs=_in_turn(list(map(_listed, groups))))


def _listed(texts: Sequence[str]) -> Listing:
    return Listing(tuple(Math(text) for text in texts))


def _in_turn(parts: Sequence[Inline]) -> Inline:
    """`first; second; third`."""
    first, *rest = parts
    return words("list.then", first=first, rest=_in_turn(rest)) if rest else first


def _by_sum(s: Situation, view: View) -> Iterator[tuple[str, ...]]:
    """For each term of a view the equations in its brackets."""
    for term in view.terms if isinstance(view, Plus) else (view,):
        found = tuple(dict.fromkeys(_deltas(s, term)))
        if found:
            yield found


def _deltas(s: Situation, view: View) -> Iterator[str]:
    """The equations in the brackets of a view."""
    for node in _placed(s, view):
        if isinstance(node.view, Leaf) and isinstance(node.view.atom, Delta):
            yield s.formulas.printer.symbols.indices.equality(node.view.atom.difference, node.names)


def _is_factored(view: View) -> bool:
    return isinstance(view, Times) and any(isinstance(f, Plus) for f in view.factors)


# -- what is put in, and what is recognized ------------------------------------------------------------


def _unfold(s: Situation) -> Words:
    """Adjoints without a name of their own, put in."""
    adjoints = Listing(tuple(Math(s.formulas.adjoint(n)) for n in s.line.uses))
    return words("reason.unfold", adjoints=adjoints)


def _case(s: Situation) -> Words:
    assert s.case is not None, "a case line outside a case"
    return words("reason.case", condition=Math(s.formulas.printer.span(s.case)))


def _piece(s: Situation) -> Words:
    """The same for a slice of the range, or for every index in blocks."""
    assert s.case is not None, "a line of a piece outside a case"
    entry, ranges = s.formulas.case(s.case)[0], s.formulas.printer.piece(s.case)
    return words("reason.piece", entry=Math(entry), ranges=Math(ranges))


def _fold(s: Situation) -> Words:
    """A forward value recognized by its definition."""
    return _by_definition(s, "reason.fold", "reason.fold_long")


def _vanish(s: Situation) -> Words:
    return _by_definition(s, "reason.vanish", "reason.vanish_long")


def _by_definition(s: Situation, short: str, long: str) -> Words:
    [name] = s.line.uses
    equations = s.formulas.network.definitions(name)
    sides = [s.formulas.forward(e) for e in equations]
    texts = [f"{lhs} = {rhs}" for lhs, rhs in sides]
    symbol = Math(s.formulas.symbol(name))
    if len(texts) == 1 and width(texts[0]) <= LONG:
        return words(short, symbol=symbol, equation=Math(texts[0]))
    return words(long, symbol=symbol)


def _fact(s: Situation) -> Words:
    """A declared equality, as it was declared."""
    facts = [f for f in s.formulas.network.facts if f.statement in s.line.uses]
    return words("reason.fact", fact=Listing(tuple(Math(s.formulas.fact(f)) for f in facts)))


def _output(s: Situation) -> Words:
    """σ' by the value of σ."""
    outputs = s.formulas.outputs
    slopes: dict[Inline, None] = {}
    for node in _placed(s, s.before.view if s.before is not None else s.line.view):
        if not isinstance(node.view, Apply) or not any(node.view.orders):
            continue
        atom = to_poly(node.view).terms[0][0].powers[0][0]
        factors = outputs.factors(atom, node.scope) if isinstance(atom, Func) else None
        if factors is not None:
            form = product([_power(s.formulas.presenter.view(p), e) for p, e in factors])
            texts = (s.formulas.printer.view(v, node.names) for v in (node.view, form))
            slopes[Math(" = ".join(texts))] = None
    return words("reason.output", slopes=Listing(tuple(slopes))) if slopes else words("reason.collect")


def _power(view: View, exponent: int) -> View:
    return view if exponent == 1 else Power(view, Fraction(exponent))


def _definition(s: Situation) -> Words:
    return words("reason.definition", cost=Math(s.formulas.symbol(s.formulas.cost)))


def _collect(s: Situation) -> Words:
    return words("reason.collect")


_REASONS: dict[str, Callable[[Situation], Words]] = {
    "chain": _chain,
    "local": _local,
    "delta": _delta,
    "unfold": _unfold,
    "case": _case,
    "piece": _piece,
    "fold": _fold,
    "fact": _fact,
    "vanish": _vanish,
    "output": _output,
    "definition": _definition,
    "collect": _collect,
}
"""One reason for each rule of `derive.ir.record.Line`."""

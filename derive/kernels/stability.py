"""Rewrites that keep the value and keep floating point finite, on forward equations and adjoints alike.

- log(f·g) = log f + log g for positive factors, log exp u = u; the value of a softmax or sigmoid layer is unfolded
  under a logarithm: log σ(z) = −softplus(−z), log(1 − σ(z)) = −softplus(z), log(1 + exp u) = softplus(u);
- z = s + M with M_i = max_k z_ki wherever a sum of exponentials of z_ki is formed and M cancels:
  exp z_j / Σ_k exp z_k = exp s_j / Σ_k exp s_k, and log Σ_k exp z_k = M + log Σ_k exp s_k; an exponent that is no
  entry, or that a mask takes out of the sum in places, becomes a tensor first (`derive.kernels.exponents`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derive.ir.tensor import Equation, Fact, Tensor
from derive.kernels.definitions import Definition
from derive.kernels.exponents import Exponent, exponents, in_terms_of
from derive.network.network import Network
from derive.simplify.definition import pattern_of_fact
from derive.simplify.fold import fold
from derive.simplify.present import Presenter
from derive.terms.affine import Size
from derive.terms.algebra import add, function, scale, subtract, times_all, total
from derive.terms.prover import Context
from derive.terms.settle import settle
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Base, Block, Entry, Func, Poly, Scalar, constant, of_atom
from derive.terms.walk import atoms_in, entries_in, rewrite


@dataclass
class Stabilizer:
    """Rewrites polynomials; the tensors M and s that this needs are collected on the way."""

    equations: Mapping[str, tuple[Equation, ...]]
    facts: Sequence[Fact]
    tensors: dict[str, Tensor]
    helpers: dict[str, Tensor] = field(default_factory=dict)
    definitions: dict[str, tuple[Definition, ...]] = field(default_factory=dict)
    exponents: dict[str, Exponent] = field(default_factory=dict)

    def stable(self, p: Poly, context: Context) -> Poly:
        """A polynomial of equal value; `p` itself where there is nothing to do."""
        out = self._with_exponents(self._split_logarithms(p, context), context)
        for entry, place, sign in _exponentiated(out):
            shifted = self._shifted(out, entry, place, sign, context)
            out = out if shifted is None else shifted
        if out == p:
            return p
        return fold(out, [pattern_of_fact(f) for f in self.facts], context)[0]

    def _with_exponents(self, p: Poly, context: Context) -> Poly:
        """`p` with exponents that are not entries written as entries; `p` itself where no largest one would cancel."""
        for exponent in list(exponents(p, {**self.tensors, **self.helpers})):
            if exponent.is_entry:
                continue
            name = self._named(exponent)
            entry = self.helpers[name].entry
            named = settle(in_terms_of(p, exponent, name, frozenset(context)), context)
            found = [(e, k, s) for e, k, s in _exponentiated(named) if e.tensor == entry.tensor]
            if any(self._shifted(named, *f, context) is not None for f in found):
                p = named
        return p

    def _named(self, exponent: Exponent) -> str:
        """The tensor of an exponent, the same one again for the same exponent."""
        for name, known in self.exponents.items():
            if known == exponent:
                return name
        name = "exponent"
        while name in self.tensors or name in self.helpers:
            name += "_"
        tensor = Tensor(name, exponent.axes, "value")
        self.exponents[name], self.helpers[name] = exponent, tensor
        poly = times_all([exponent.poly, *map(of_atom, exponent.mask)])
        self.definitions[name] = (
            Definition(tensor.entry, exponent.axes, poly, exponent.value, tensor.family, meaning="stable"),
        )
        return name

    # -- logarithms ------------------------------------------------------------------------------------

    def _split_logarithms(self, p: Poly, context: Context) -> Poly:
        def rule(atom: Atom) -> Poly | None:
            return self._logarithm(atom.args[0]) if isinstance(atom, Func) and atom.name == "log" else None

        if not any(isinstance(a, Func) and a.name == "log" for a in atoms_in(p)):
            return p
        return settle(rewrite(p, rule, frozenset(context)), context)

    def _logarithm(self, p: Poly) -> Poly | None:
        """log p in a stable form; None where there is none."""
        if len(p.terms) == 1:
            [(m, c)] = p.terms
            parts = [self._log_of_atom(a, e, alone=len(m.powers) == 1) for a, e in m.powers]
            if c <= 0 or not parts or any(q is None for q in parts):
                return None
            return total([function("log", (constant(c),)), *(q for q in parts if q is not None)])
        rest = subtract(p, constant(1))
        if len(rest.terms) != 1:
            return None
        [(m, c)] = rest.terms
        if c == 1 and all(isinstance(a, Func) and a.name == "exp" for a, _ in m.powers):
            return function("softplus", (total(scale(a.args[0], e) for a, e in m.powers if isinstance(a, Func)),))
        if c == -1 and len(m.powers) == 1 and m.powers[0][1] == 1:
            argument = self._argument_of_sigmoid(m.powers[0][0])
            return None if argument is None else scale(function("softplus", (argument,)), -1)
        return None

    def _log_of_atom(self, atom: Atom, e: Fraction, alone: bool) -> Poly | None:
        """log atom^e for a factor that is positive; any single factor may stand under its own logarithm."""
        if isinstance(atom, Func) and atom.name == "exp":
            return scale(atom.args[0], e)
        argument = self._argument_of_sigmoid(atom)
        if argument is not None:
            return scale(function("softplus", (scale(argument, -1),)), -e)
        if isinstance(atom, Entry):
            definition = self._definition(atom)
            unfolded = None if definition is None or len(definition.terms) != 1 else self._logarithm(definition)
            if unfolded is not None:
                return scale(unfolded, e)
        is_positive = isinstance(atom, Block) and all(_is_exponential(a) for a, _ in atom.body.powers)
        if is_positive or (isinstance(atom, Scalar) and isinstance(atom.variable, Size)):
            return scale(function("log", (of_atom(atom),)), e)
        return function("log", (of_atom(atom),)) if alone and e == 1 else None

    def _argument_of_sigmoid(self, atom: Atom) -> Poly | None:
        """u where `atom` is σ(u), or a value defined so, or (1 + exp(−u))^-1."""
        if isinstance(atom, Entry):
            definition = self._definition(atom)
            if definition is None or len(definition.terms) != 1 or definition.terms[0][1] != 1:
                return None
            powers = definition.terms[0][0].powers
            is_function = len(powers) == 1 and powers[0][1] == 1 and isinstance(powers[0][0], Func)
            return self._argument_of_sigmoid(powers[0][0]) if is_function else None
        return atom.args[0] if isinstance(atom, Func) and atom.name == "sigmoid" and not any(atom.orders) else None

    def _definition(self, entry: Entry) -> Poly | None:
        """What the only equation of a tensor says of an entry."""
        found = self.equations.get(entry.tensor, ())
        if len(found) != 1 or any(e.variable is None for e in found[0].lhs.idx):
            return None
        binding = {e.variable: f for e, f in zip(found[0].lhs.idx, entry.idx, strict=True) if e.variable}
        return substitute(found[0].rhs, binding)

    # -- the largest exponent ----------------------------------------------------------------------------

    def _shifted(self, p: Poly, entry: Entry, place: int, sign: int, context: Context) -> Poly | None:
        """`p` in s = z − M instead of z; None where M does not cancel."""
        largest, shifted = self._helpers(entry.tensor, place, sign)

        def rule(atom: Atom) -> Poly | None:
            if not isinstance(atom, Entry) or atom.tensor != entry.tensor:
                return None
            rest = (*atom.idx[:place], *atom.idx[place + 1 :])
            return add(of_atom(Entry(shifted, atom.idx)), of_atom(Entry(largest, rest)))

        q = settle(rewrite(p, rule, frozenset(context)), context)
        q = self._split_logarithms(q, context)
        return None if any(e.tensor == largest for e in entries_in(q)) else q

    def _helpers(self, tensor: str, place: int, sign: int) -> tuple[str, str]:
        """The names of M and s for a tensor and the axis along which the sums run."""
        names = _helper_names(tensor, place, sign, self.tensors)
        if names[0] not in self.definitions:
            z = self.tensors.get(tensor) or self.helpers[tensor]
            rest = (*z.axes[:place], *z.axes[place + 1 :])
            largest = replace(z, name=names[0], axes=rest, role="value", kind="real")
            shifted = replace(z, name=names[1], role="value", kind="real")
            self.helpers |= {names[0]: largest, names[1]: shifted}
            over = (z.axes[place],)
            value, difference = of_atom(z.entry), subtract(of_atom(z.entry), of_atom(largest.entry))
            view = Presenter({}).view
            self.definitions[names[0]] = (
                Definition(largest.entry, rest, value, view(value), z.family, over, _extreme(sign), "stable"),
                Definition(shifted.entry, z.axes, difference, view(difference), z.family, meaning="stable"),
            )
        return names


def _extreme(sign: int) -> str:
    return "maximum" if sign > 0 else "minimum"


def _helper_names(tensor: str, place: int, sign: int, taken: Mapping[str, object]) -> tuple[str, str]:
    word = "max" if sign > 0 else "min"
    mark = f"_{place}" if place else ""
    names = [f"{tensor}_{word}{mark}", f"{tensor}_shifted{mark}"]
    while any(n in taken for n in names):
        names = [n + "_" for n in names]
    return names[0], names[1]


def _is_exponential(atom: Atom) -> bool:
    return isinstance(atom, Func) and atom.name == "exp"


def _exponentiated(p: Poly) -> list[tuple[Entry, int, int]]:
    """Entries z[.., k, ..] of which a sum over k forms the exponential, with the place of k and the sign of z."""
    found: dict[tuple[str, int, int], Entry] = {}
    for block in (a for a in atoms_in(p) if isinstance(a, Block)):
        names = {b.name for b in block.bounds}
        for atom, e in block.body.powers:
            z = _only_entry(atom.args[0]) if isinstance(atom, Func) and atom.name == "exp" else None
            if z is None:
                continue
            places = [k for k, a in enumerate(z.idx) if a.variable in names]
            if len(places) == 1 and len(z.free & names) == 1:
                found.setdefault((z.tensor, places[0], 1 if e > 0 else -1), z)
    return [(z, place, sign) for (_, place, sign), z in found.items()]


def _only_entry(p: Poly) -> Entry | None:
    if len(p.terms) == 1 and p.terms[0][1] == 1 and len(p.terms[0][0].powers) == 1:
        atom, e = p.terms[0][0].powers[0]
        return atom if isinstance(atom, Entry) and e == 1 else None
    return None


def needs_relative_accuracy(polys: Sequence[Poly]) -> frozenset[str]:
    """The tensors that stand under a logarithm or in a denominator: there a small value must be a good one."""
    found: set[str] = set()
    for p in polys:
        for atom in atoms_in(p):
            if isinstance(atom, Func) and atom.name == "log":
                found.update(e.tensor for e in entries_in(atom.args[0]))
        found |= _in_denominators(p)
    return frozenset(found)


def _in_denominators(p: Poly) -> set[str]:
    found: set[str] = set()
    for m, _ in p.terms:
        for atom, e in m.powers:
            if e < 0 and isinstance(atom, Base):
                found.update(x.tensor for x in entries_in(atom.poly))
            elif e < 0 and isinstance(atom, Entry):
                found.add(atom.tensor)
            if isinstance(atom, Block):
                found |= _in_denominators(Poly({atom.body: Fraction(1)}))
    return found


def stabilizer_of(network: Network) -> Stabilizer:
    by_tensor: dict[str, list[Equation]] = {}
    for e in network.equations:
        by_tensor.setdefault(e.lhs.tensor, []).append(e)
    return Stabilizer({n: tuple(es) for n, es in by_tensor.items()}, network.facts, dict(network.tensors))

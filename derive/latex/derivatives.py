"""How gradients, partial derivatives and abstract costs are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from derive.ir.tensor import ADJOINT, GRADIENT, Tensor
from derive.latex.naming import Names
from derive.latex.precedence import Level, Text, fraction
from derive.latex.symbols import Drawn, Places, Symbols
from derive.latex.tex import name
from derive.terms.affine import Affine, index
from derive.terms.substitute import substitute
from derive.terms.term import Block, Entry, Functional, Monomial, Partial, Poly, of_atom, of_monomial
from derive.terms.walk import atoms_in


class Derivatives:
    """Draws adjoints as the gradients of `seed` (a cost, or the value whose Jacobian they are)."""

    def __init__(self, symbols: Symbols, seed: str | None) -> None:
        self.symbols, self.notation = symbols, symbols.notation
        self._tensors = symbols.network.tensors
        self.seed = seed if seed is not None else symbols.network.cost
        labelled = (t.name for t in self._tensors.values() if t.label.meaning == "cost")
        self._letters = _letters_of_gradients(symbols)
        self.cost = next(labelled, None) or (self.seed if not self._has_gradients() else None)

    def letter(self, tensor: str) -> str:
        """The symbol that the gradient by a tensor has of its own, in words; empty if it has none."""
        return self._letters.get(tensor, "")

    def _has_gradients(self) -> bool:
        return any(n.startswith(GRADIENT) for n in self._tensors)

    # -- entries and whole tensors -----------------------------------------------------------------

    def entry(self, tensor: str, places: Places, names: Names) -> Drawn:
        """Any tensor, adjoint or gradient, at `places`; a place that is None stays open."""
        if tensor.startswith(ADJOINT):
            return self._adjoint(tensor.removeprefix(ADJOINT), places, names)
        if tensor.startswith(GRADIENT):
            return self._gradient(tensor.removeprefix(GRADIENT), places, names)
        return self.symbols.drawn(tensor, places, names)

    def _adjoint(self, tensor: str, places: Places, names: Names) -> Drawn:
        """∂seed/∂tensor; what of `places` lies behind the tensor's axes belongs to the seed."""
        own = len(self._tensors[tensor].axes)
        if self.seed == self.cost and not places[own:] and not tensor.startswith(GRADIENT):
            return self._gradient(tensor, places, names)
        seed = self.seed or ""
        below = f"\\partial {self.entry(tensor, places[:own], names).text().tex}"
        if seed.startswith(GRADIENT):
            first = self.entry(seed.removeprefix(GRADIENT), places[own:], names).text().tex
            return _fraction(f"\\partial^{{2}} {self.cost_tex}", f"\\partial {first} {below}")
        return _fraction(f"\\partial {self.entry(seed, places[own:], names).text().tex}", below)

    def _gradient(self, tensor: str, places: Places, names: Names) -> Drawn:
        """The gradient of the cost under its name in the notation."""
        letter = self.letter(tensor)
        if letter:
            return self.symbols.drawn(tensor, places, names, letter=letter)
        if self.notation.gradients == "prefix":
            return self.symbols.drawn(tensor, places, names, prefix=self.notation.gradient_prefix)
        below = self.entry(tensor, places, names).text().tex
        if self.notation.gradients == "nabla" and any(p is None for p in places):
            return Drawn(f"\\nabla_{{{below}}} {self.cost_tex}", level=Level.PREFIX)
        return _fraction(f"\\partial {self.cost_tex}", f"\\partial {below}")

    @property
    def cost_tex(self) -> str:
        if self.cost is not None:
            return self.entry(self.cost, (), {}).text().tex
        return self.symbols.cost_letter(self.notation.symbols["cost"]).tex

    def partial(self, p: Partial, names: Names) -> Text:
        """∂z_k/∂a_j, or ∂⁺C/∂W_jk."""
        of, wrt = (self.entry(e.tensor, e.idx, names).text().tex for e in (p.of, p.wrt))
        mark = "^{+}" if p.immediate else ""
        return fraction(Text(f"\\partial{mark} {of}"), Text(f"\\partial {wrt}"))

    # -- abstract costs -----------------------------------------------------------------------------

    def functional(self, f: Functional, names: Names) -> Text:
        """`C(a^L, y)`, or its derivative `∂C/∂a_j`; the cost of one sample carries the sample's index."""
        head = self._functional_head(f, names)
        if not f.wrt:
            arguments = (self._argument(f, k, None, names).text().tex for k in range(len(f.args)))
            return Text(f"{head}({', '.join(arguments)})", Level.RAISED)
        power = f"^{{{len(f.wrt)}}}" if len(f.wrt) > 1 else ""
        below = " ".join(f"\\partial {self._argument(f, k, at, names).text().tex}" for k, at in f.wrt)
        return fraction(Text(f"\\partial{power} {head}"), Text(below))

    def gradient_of_functional(self, f: Functional, axes: Sequence[str], names: Names) -> Text:
        """`∇_a C` over `axes`; over samples too it is the gradient of the sum of their costs."""
        (k, at), *rest = f.wrt
        assert not rest, f"the second derivative {f!r} has no gradient form"
        entry = self._entry_at(f, k, at)
        places = tuple(None if a.variable in axes else a for a in entry.idx)
        below = self.entry(entry.tensor, places, names).text().tex
        samples = {n: self._sample_letter for n in axes if n in _free(f)}
        sums = "".join(f"\\sum_{{{self.symbols.indices.letter(n, samples).tex}}} " for n in samples)
        names = {**names, **samples}
        level = Level.TAIL if sums else Level.PREFIX
        return Text(f"\\nabla_{{{below}}} {sums}{self._functional_head(f, names)}", level, bool(sums))

    @property
    def _sample_letter(self) -> str:
        batch = self.symbols.network.batch
        return "i" if batch is None else self.symbols.lettering.names.get(batch.name, batch.name)

    def as_cost(self, f: Functional) -> tuple[Poly, Functional] | None:
        """The factor of `Σ_i C_i` in the cost, and the derivative of the cost that `factor · ∂C_i/∂a_i` is.

        None where the functional depends on no sample, or the cost reads it in any other way.
        """
        free = sorted(_free(f) - self._ordered(f))
        equation = next((e for e in self.symbols.network.equations if e.lhs.tensor == self.cost), None)
        if len(free) != 1 or equation is None or self.cost is None:
            return None
        reading = [(m, c) for m, c in equation.rhs.terms if f.name in _functionals(m)]
        blocks = [a for m, _ in reading for a, _ in m.powers if isinstance(a, Block)]
        if len(reading) != 1 or len(blocks) != 1 or len(blocks[0].bounds) != 1:
            return None
        (m, c), block = reading[0], blocks[0]
        bounds = (*f.bounds, block.bounds[0].renamed(free[0]))
        wrt = tuple((k, (*at, index(free[0]))) for k, at in f.wrt)
        return of_monomial(m.without(block), c), Functional(self.cost, bounds, f.args, wrt)

    def axes_of_functional(self, f: Functional, axes: Sequence[str]) -> tuple[str, ...]:
        """The axes of `∇_a C` in the order in which `a` has them."""
        return _in_order(self._entry_at(f, *f.wrt[0]).idx, axes)

    def axes_of_entry(self, entry: Entry, axes: Sequence[str]) -> tuple[str, ...]:
        """The axes as the entry has them; a Jacobian `∂p/∂x` has those of p first, along its rows."""
        own = len(self._tensors[entry.tensor.removeprefix(ADJOINT)].axes)
        return _in_order((*entry.idx[own:], *entry.idx[:own]), axes)

    def _functional_head(self, f: Functional, names: Names) -> str:
        free = sorted(_free(f) - self._ordered(f))
        subs = self.symbols.indices.subscripts((), tuple(index(n) for n in free), names)
        return f"{self._functional_letter(f, bool(free))}{f'_{{{subs}}}' if subs else ''}"

    def _functional_letter(self, f: Functional, of_sample: bool) -> str:
        """The cost's own letter if the cost is this functional (or its sum over samples), else its name."""
        plain = next((e for e in self.symbols.network.equations if e.lhs.tensor == self.cost), None)
        same = plain is not None and plain.rhs == of_atom(Functional(f.name, f.bounds, f.args))
        if not of_sample and (same or f.name == self.cost):
            return self.cost_tex
        if of_sample and f.name == self.cost:
            return self.symbols.cost_letter(self.notation.symbols.get("loss", f.name)).tex
        return name(f.name).tex

    def _ordered(self, f: Functional) -> frozenset[str]:
        """The free indices that stand for layers or steps in the arguments."""
        found: set[str] = set()
        for k in range(len(f.args)):
            entry = self._entry_at(f, k, None)
            family = self._tensors[entry.tensor].family if entry.tensor in self._tensors else 0
            found.update(n for a in entry.idx[:family] for n in a.free)
        return frozenset(found)

    def _entry_at(self, f: Functional, k: int, at: tuple[Affine, ...] | None) -> Entry:
        """The k-th argument, at the given values of the bound indices."""
        mapping = {} if at is None else {b.name: a for b, a in zip(f.bounds, at, strict=True)}
        entry = substitute(f.args[k], mapping).terms[0][0].powers[0][0]
        assert isinstance(entry, Entry), f"the argument {f.args[k]!r} of {f.name} is no entry"
        return entry

    def _argument(self, f: Functional, k: int, at: tuple[Affine, ...] | None, names: Names) -> Drawn:
        entry = self._entry_at(f, k, at)
        bound = {b.name for b in f.bounds}
        return self.entry(entry.tensor, tuple(None if a.free & bound else a for a in entry.idx), names)

    def is_given_number(self, entry: Entry) -> bool:
        """Whether an entry is a number that comes with the network, such as ε, and not a gradient."""
        found = self._tensors.get(entry.tensor)
        return found is not None and found.role == "hyper" and not found.axes

    def is_known(self, name: str) -> bool:
        return name.removeprefix(ADJOINT).removeprefix(GRADIENT) in self._tensors

    def tensor(self, name: str) -> Tensor:
        """The tensor that an entry, an adjoint or a gradient belongs to."""
        return self._tensors[name.removeprefix(ADJOINT).removeprefix(GRADIENT)]


def _fraction(numerator: str, denominator: str) -> Drawn:
    return Drawn(f"\\frac{{{numerator}}}{{{denominator}}}", level=Level.FRACTION)


def _letters_of_gradients(symbols: Symbols) -> dict[str, str]:
    """The letters that gradients have of their own, by tensor; none where another gradient would look the same."""
    found: dict[str, str] = {}
    taken: set[tuple[object, ...]] = set()
    for meaning, letter in symbols.notation.gradient_symbols.items():
        for t in symbols.network.tensors.values():
            key = (letter, *symbols.place_of(t.name))
            if letter and t.label.meaning == meaning and key not in taken:
                taken.add(key)
                found[t.name] = letter
    return found


def _in_order(idx: Sequence[Affine], axes: Sequence[str]) -> tuple[str, ...]:
    return tuple(n for a in idx for n in axes if n in a.free)


def _functionals(m: Monomial) -> frozenset[str]:
    return frozenset(a.name for a in atoms_in(of_monomial(m)) if isinstance(a, Functional))


def _free(f: Functional) -> frozenset[str]:
    """The indices on which the value before differentiation depends: those of samples and layers."""
    inner = {b.name for b in f.bounds}
    return frozenset().union(*(a.free for a in f.args)) - inner

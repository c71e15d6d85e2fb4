"""The printed formulas of a network in a notation, and what their mutants may name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from derive.latex.printer import Printer
from derive.network.network import Network
from derive.pipeline import derive, load, restated
from derive.terms.affine import Affine
from derive.terms.term import Entry, Poly
from tests.catalogue.mistakes import Around, Mutant, codes, mutants
from tests.catalogue.rows import Equation, equations
from tests.catalogue.values import Meaning, equal_names

NETWORKS = (
    "attention",
    "batch-norm-mlp",
    "branches",
    "char-lstm",
    "deep",
    "deep-tanh",
    "depth-study",
    "gru",
    "lenet",
    "net-3-3-1",
    "net-3-4-2",
    "neuron",
    "residual",
    "residual-cnn",
    "softmax-classifier",
    "three-layer",
    "transformer-block",
    "two-branch",
)
NOTATIONS = ("nielsen", "source-target", "ng", "residual", "ufldl", "rows")


@dataclass(frozen=True)
class Printed:
    """A formula as it is printed, of the adjoint of `tensor`, in `index` or `matrix` form."""

    network: str
    notation: str
    tensor: str
    form: str
    text: str


@dataclass(frozen=True)
class Wrong:
    """A formula with one mistake in it; `codes` are those of all mistakes that give the same value."""

    printed: Printed
    kind: str
    text: str
    right: str
    codes: frozenset[str]


@dataclass(frozen=True)
class Subject:
    """One network in one notation."""

    name: str
    notation: str

    @cached_property
    def network(self) -> Network:
        return restated(load(self.name), self.notation)

    @cached_property
    def printer(self) -> Printer:
        return Printer(self.network, self.notation)

    @cached_property
    def formulas(self) -> tuple[Printed, ...]:
        found = derive(self.network).summary(None, self.notation)
        return tuple(
            Printed(self.name, self.notation, row["name"], form, row[form])
            for rows in found.values()
            for row in rows
            for form in ("index", "matrix")
            if row[form]
        )

    def wrong(self) -> Iterator[Wrong]:
        """Every formula with every mistake that changes its value."""
        for printed in self.formulas:
            yield from self.wrong_of(printed)

    def wrong_of(self, printed: Printed) -> Iterator[Wrong]:
        """One formula with every mistake that changes its value."""
        for equation in equations(printed.text):
            yield from self._wrong(printed, equation)

    def _wrong(self, printed: Printed, equation: Equation) -> Iterator[Wrong]:
        meaning = self.meaning(printed.form)
        right = meaning.value(equation.rhs)
        found: list[tuple[Mutant, object]] = []
        for mutant in mutants(equation.rhs, self.around(printed.form)):
            value = meaning.value(mutant.text)
            if not meaning.same(value, right):
                found.append((mutant, value))
        for mutant, value in {m.text: (m, v) for m, v in reversed(found)}.values():
            alike = {c for m, v in found if meaning.same(v, value) for c in codes(m.kind)}
            if meaning.same(value, -right):
                alike.add("sign")
            end = equation.start + len(equation.rhs)
            text = f"{printed.text[: equation.start]}{mutant.text}{printed.text[end:]}"
            yield Wrong(printed, mutant.kind, text, equation.rhs, frozenset(alike))

    # -- what the names mean -------------------------------------------------------------------------------

    def meaning(self, form: str) -> Meaning:
        return self._meanings[form]

    @cached_property
    def _meanings(self) -> dict[str, Meaning]:
        sizes = frozenset(self.printer.affine(Affine([(s, 1)])) for s in self.network.sizes)
        hyper = frozenset(self.printer.whole(t.name) for t in self.network.tensors.values() if t.role == "hyper")
        numbers = frozenset(" ".join(re.findall(r"\\[a-zA-Z]+|\S", n)) for n in sizes | hyper)
        return {form: Meaning(tuple(self._equal(form)), numbers, form == "matrix") for form in ("index", "matrix")}

    def _equal(self, form: str) -> Iterator[tuple[str, str]]:
        """Values that are other values, by their equations; gradients that are other gradients, as printed."""
        for e in self.network.equations:
            other = _single(e.rhs)
            if other is not None and other.idx == e.lhs.idx:
                yield equal_names(*(self._shown(x, form) for x in (e.lhs, other)))
        for printed in self.formulas:
            for e in equations(printed.text):
                if printed.form == form and re.fullmatch(r"[^ +]*(\\partial[^+]*)?", e.rhs):
                    yield equal_names(e.lhs, e.rhs)

    def _shown(self, entry: Entry, form: str) -> str:
        if form == "matrix":
            return self.printer.whole(entry.tensor)
        return self.printer.entry(entry, self.printer.names_of(entry))

    def around(self, form: str) -> Around:
        return self._arounds[form]

    @cached_property
    def _arounds(self) -> dict[str, Around]:
        return {form: self._around(form) for form in ("index", "matrix")}

    def _around(self, form: str) -> Around:
        """Names that may be mistaken for one another: of equal extents, and of one role in another layer."""
        batch = self.network.batch
        tensors = [t for t in self.network.tensors.values() if t.role in ("value", "input", "target", "parameter")]
        tensors = [t for t in tensors if t.name != self.network.cost and t.axes]
        shown = {t.name: self._shown(t.entry, form) for t in tensors}
        others: dict[str, tuple[str, ...]] = {}
        layers: dict[str, tuple[str, ...]] = {}
        for t in tensors:
            for u in tensors:
                if u.name == t.name or len(u.axes) != len(t.axes) or u.family != t.family:
                    continue
                pattern, name = equal_names(shown[t.name], shown[u.name])
                is_renumbered = _letters(shown[t.name]) == _letters(shown[u.name])
                if is_renumbered and u.role == t.role and not t.family:
                    layers[pattern] = (*layers.get(pattern, ()), name)
                elif self.printer.shape(u) == self.printer.shape(t) and (t.family or u.label.layer == t.label.layer):
                    others[pattern] = (*others.get(pattern, ()), name)
        units = any(a.lo == a.hi for t in self.network.tensors.values() for a in t.axes)
        size = self.printer.affine(batch.extent) if batch is not None else ""
        return Around(size, form == "matrix", units, others, layers)


def _letters(text: str) -> str:
    return re.sub(r"\d", "", text)


def _single(p: Poly) -> Entry | None:
    if len(p.terms) != 1:
        return None
    [(monomial, coefficient)] = p.terms
    if coefficient != 1 or len(monomial.powers) != 1 or monomial.powers[0][1] != 1:
        return None
    atom = monomial.powers[0][0]
    return atom if isinstance(atom, Entry) else None

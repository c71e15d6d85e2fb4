"""The formulas of one setting, a single sample or a batch: left and right sides as the notation writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass

from derive.calculus.adjoint import AdjointEquation, Contribution, adjoint_name
from derive.ir.record import Case
from derive.ir.stated_view import stated_view
from derive.ir.tensor import ADJOINT, Equation, Fact, Tensor
from derive.latex.naming import Names
from derive.latex.printer import both
from derive.notes.input import Form
from derive.raising.raise_case import Raised
from derive.simplify.output import OutputForms, output_forms
from derive.simplify.present import Presenter
from derive.terms.affine import Affine, Index, index
from derive.terms.matrix import Matrix, Whole
from derive.terms.term import Entry, Partial
from derive.terms.view import View

Sides = tuple[str, str]
"""The left and the right side of an equation, in LaTeX."""


@dataclass(frozen=True)
class Result:
    """An equation `lhs = rhs` for an adjoint, at one layer or step, and for some ranges (empty: always).

    `held` are those ranges among them that the equation itself does not tell: of indices that stay fixed in a matrix
    form, and of those that run over a part of an axis or share one.
    """

    lhs: str
    rhs: str
    at: str
    ranges: str
    held: str = ""

    @property
    def condition(self) -> str:
        return both(self.at, self.ranges)


class Formulas:
    """Prints the equations and results of a form."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.network, self.adjoints, self.printer = form.network, form.adjoints, form.printer
        roles: dict[str, str] = {t.name: t.role for t in self.network.tensors.values()}
        self.presenter = Presenter(roles | {adjoint_name(n): "adjoint" for n in self.network.tensors})

    @property
    def cost(self) -> str:
        """The name of the cost."""
        assert self.network.cost is not None, "a network without a cost has no adjoints"
        return self.network.cost

    @property
    def outputs(self) -> OutputForms:
        return output_forms(self.network.equations)

    # -- symbols ---------------------------------------------------------------------------------------

    def symbol(self, name: str) -> str:
        """A whole tensor."""
        return self.printer.whole(name)

    def adjoint(self, name: str) -> str:
        """The adjoint of a whole tensor."""
        return self.printer.whole(adjoint_name(name))

    def layer(self, lhs: Entry, names: Names | None = None) -> str:
        """A tensor or an adjoint of one layer, all its other axes left open: `a^{0}` of `a[0, j]`."""
        tensor = self.network.tensor(lhs.tensor.removeprefix(ADJOINT))
        axes = tuple(a.name for a in tensor.axes[tensor.family :])
        entry = Entry(lhs.tensor, (*lhs.idx[: tensor.family], *(index(a) for a in axes)))
        return self.printer.matrix(Whole(entry, axes), self.printer.names_of(lhs) if names is None else names)

    def readers(self, equation: AdjointEquation) -> dict[str, str]:
        """The symbols of the readers of a tensor, by name."""
        found: dict[str, str] = {}
        for c in equation.contributions:
            found.setdefault(c.reader.lhs.tensor, self._reader(equation, c))
        return found

    def _reader(self, equation: AdjointEquation, c: Contribution) -> str:
        """A reader in the layer where it reads the tensor's own one: `z^{l+1}` of `a^{l}`."""
        lhs = c.reader.lhs
        layers = {n for at in lhs.idx[: self.network.tensor(lhs.tensor).family] for n in at.free}
        names = self.printer.numbered(self.printer.names_of(lhs), layers, equation.tensor.name)
        originals = {b.name: own.name for b, own in zip(c.bounds, c.reader.domain, strict=False)}
        moved: dict[str, Affine] = {}
        for at in c.at[: equation.tensor.family]:
            for name in at.free & originals.keys():
                if (at - index(name)).is_number:
                    moved[originals[name]] = index(originals[name]) - (at - index(name))
        return self.layer(Entry(lhs.tensor, tuple(e.subs(moved) for e in lhs.idx)), names)

    def anchor(self, name: str) -> str:
        """Where the result for a tensor stands in the document."""
        return re.sub(r"[^A-Za-z0-9_-]+", "-", f"{self.network.name}-{name}")

    def is_boxed(self, name: str) -> bool:
        """Whether the adjoint of a tensor has a result of its own before it is used; a recursion uses itself."""
        return name in self.adjoints.named and not self.network.tensor(name).family

    def shape(self, at: Entry, names: Names) -> str:
        """The shape of a tensor in the layer of an entry: `n_{l-1}` of `a[l-1, j]`."""
        tensor = self.network.tensor(at.tensor)
        layer = {a.name: e for a, e in zip(tensor.axes[: tensor.family], at.idx, strict=False)}
        return self.printer.extents([a.extent.subs(layer) for a in tensor.axes[tensor.family :]], names)

    def family(self, tensor: Tensor) -> str:
        """`l=1,\\dots,L` for a tensor of every layer, else empty."""
        names = self.printer.names_of(tensor.entry)
        return self.printer.domain(tensor.axes[: tensor.family], names)

    def kind_of_family(self, tensor: Tensor) -> str:
        """`time` if the ordered index counts steps beside the layer's own mark, or is called t; else `depth`."""
        name = tensor.axes[0].name
        letter = self.network.names.get(name, name)
        return "time" if isinstance(tensor.label.layer, int | str) or letter.startswith("t") else "depth"

    def names(self, equation: AdjointEquation) -> Names:
        """The letters of the free indices of an adjoint equation."""
        return self.printer.names_of(equation.lhs)

    def partial(self, name: str) -> Sides:
        """The adjoint of an entry under its name, and as a partial derivative of the cost."""
        entry = self.network.tensor(name).entry
        adjoint = Entry(adjoint_name(name), entry.idx)
        names = self.printer.names_of(adjoint)
        of = Partial(Entry(self.cost, ()), entry)
        return self.printer.entry(adjoint, names), self.printer.entry(of, names)

    # -- forward ---------------------------------------------------------------------------------------

    def forward(self, e: Equation, letters: Names | None = None) -> Sides:
        """An equation in index form, in the letters given for its free indices or in its own."""
        names = self.printer.names_stating(e.lhs) if letters is None else letters
        return self.printer.entry(e.lhs, names), self.printer.view(self.view(e), names)

    def view(self, e: Equation) -> View:
        """The right side of an equation as its author wrote it."""
        if e.stated is None:
            return self.presenter.view(e.rhs)
        return stated_view(e, self.network.tensors, self.network.batch)

    def forward_matrix(self, e: Equation) -> Sides | None:
        """An equation in matrix form, where it has one."""
        sides = self._raised(self.forward_raised(e))
        return sides if sides is None or e.rhs.terms else (sides[0], "0")

    def forward_raised(self, e: Equation) -> Raised | None:
        forms = self.form.forward.get(e.lhs.tensor, ())
        k = self.network.definitions(e.lhs.tensor).index(e)
        return forms[k] if k < len(forms) else None

    def domain(self, e: Equation) -> str:
        """The range of the layers for which an equation holds, and of letters that stand for a part of an axis."""
        axes = self.network.tensor(e.lhs.tensor).axes
        at = {a.name: i for a, i in zip(axes, e.lhs.idx, strict=True)}
        extents = {at[a.name].variable: a.extent.subs(at) for a in axes}
        return self._ranges(e, lambda b: b.ordered or extents.get(b.name, b.extent) != b.extent)

    def _ranges(self, e: Equation, is_said: Callable[[Index], bool]) -> str:
        return self.printer.domain([b for b in e.domain if is_said(b)], self.printer.names_stating(e.lhs))

    def matrix_domain(self, e: Equation) -> str:
        """For which layers, and for which samples, heads or steps, the matrix form of an equation holds, or empty."""
        raised = self.forward_raised(e)
        layers = self._ranges(e, lambda b: b.ordered)
        return layers if raised is None else both(layers, self._held(raised))

    def fact(self, fact: Fact) -> str:
        names = self.printer.names(fact.free)
        lhs, rhs = (self.printer.view(self.presenter.view(p), names) for p in (fact.lhs, fact.rhs))
        return f"{lhs} = {rhs}"

    # -- results ---------------------------------------------------------------------------------------

    def case(self, case: Case) -> Sides:
        """A result in index form."""
        names = self.printer.names_of(case.lhs)
        return self.printer.entry(case.lhs, names), self.printer.view(case.view, names)

    def results(self, name: str) -> list[Result]:
        """The result for an adjoint in index form, case by case."""
        return [self._result(self.case(c), c, self.printer.piece(c)) for c in self.adjoints.results[name]]

    def matrix_results(self, name: str) -> list[Result]:
        """The result for an adjoint in matrix form, slices as one matrix; empty unless there is one for every case."""
        cases = self.adjoints.results[name]
        if stacked := self.form.stacked.get(name):
            parts = {c.condition: c for c in reversed(cases)}
            pairs = zip(reversed(parts.values()), stacked, strict=True)
            return [self._result(self._printed(r), c, "", self._held(r)) for c, r in pairs]
        out = []
        for case in cases:
            raised = self.case_raised(case)
            if raised is None:
                return []
            out.append(self._result(self._printed(raised), case, self.printer.piece(case), self._held(raised)))
        return out

    def _result(self, sides: Sides, case: Case, piece: str, held: str = "") -> Result:
        span, ranges = self.printer.span(case), both(piece, held)
        is_single = case.condition is not None and case.condition[1] != "rest"
        return Result(*sides, *((span, ranges) if is_single else ("", both(span, ranges))), ranges)

    def case_raised(self, case: Case) -> Raised | None:
        name = case.lhs.tensor.removeprefix(ADJOINT)
        forms = self.form.backward.get(name, ())
        k = self.adjoints.results[name].index(case)
        return forms[k] if k < len(forms) else None

    def matrix_parts(self) -> Iterator[Matrix]:
        """Every matrix expression in the forward equations and the results, and all that they are made of."""
        for forms in (*self.form.forward.values(), *self.form.backward.values(), *self.form.stacked.values()):
            for raised in forms:
                if raised is not None:
                    yield from parts_of(raised.rhs)

    def _raised(self, raised: Raised | None) -> Sides | None:
        return None if raised is None else self._printed(raised)

    def _held(self, raised: Raised) -> str:
        """The ranges of the indices that stay fixed in a matrix form."""
        if not raised.held:
            return ""
        left = raised.lhs
        assert isinstance(left, Whole) and isinstance(left.atom, Entry), f"{left} is no whole tensor"
        return self.printer.domain(raised.held, self.printer.names_stating(left.atom))

    def _printed(self, raised: Raised) -> Sides:
        names = None
        if isinstance(raised.lhs, Whole) and isinstance(raised.lhs.atom, Entry):
            names = self.printer.names_stating(raised.lhs.atom)
        equation = self.printer.matrix_equation(raised.lhs, raised.rhs, names)
        lhs = self.printer.matrix(raised.lhs, names)
        assert equation.startswith(f"{lhs} = "), equation
        return lhs, equation.removeprefix(f"{lhs} = ")


def parts_of(matrix: Matrix) -> Iterator[Matrix]:
    """A matrix expression and everything that it is made of."""
    yield matrix
    for f in fields(matrix):
        value = getattr(matrix, f.name)
        for part in value if isinstance(value, tuple) else (value,):
            if is_dataclass(part) and isinstance(part, Matrix):
                yield from parts_of(part)

"""A worked example: given numbers, and every value that comes from them, forward and backward."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from derive.calculus.adjoint import adjoint_name
from derive.ir.tensor import Tensor
from derive.notes.document import Block, Display, Listing, Math, Paragraph, Row, Section, words
from derive.notes.formulas import Formulas
from derive.notes.input import Form
from derive.notes.numerals import shown
from derive.notes.studies_worked import Rows, Worked
from derive.notes.subject import Subject
from derive.terms.affine import index, number
from derive.terms.matrix import Whole
from derive.terms.term import Entry


def worked_section(subject: Subject, form: Form, worked: Worked) -> Section:
    """The section."""
    return _Writer(subject, Formulas(form), worked).section()


class _Writer:
    """Writes down values of one setting of a network."""

    def __init__(self, subject: Subject, formulas: Formulas, worked: Worked) -> None:
        self.subject, self.formulas, self.worked = subject, formulas, worked
        self.is_by_rows = formulas.printer.notation.layout == "rows"

    def section(self) -> Section:
        worked, printer = self.worked, self.formulas.printer
        given = tuple(row for name in worked.given for row in self.numbers(name, worked.values[name], ""))
        sizes = Listing(tuple(Math(printer.setting(n, v)) for n, v in worked.sizes))
        intro = words("worked.intro", sizes=sizes) if worked.sizes else words("worked.intro_fixed")
        tolerance = {"worst": Math(shown(worked.worst)), "step": Math(f"h = {shown(worked.step)}")}
        blocks: tuple[Block, ...] = (
            Paragraph(intro),
            Display(given),
            Paragraph(words("worked.forward")),
            *(Display(rows) for rows in self.forward()),
            Paragraph(words("worked.backward")),
            *(Display(rows) for rows in self.backward()),
            Paragraph(words("worked.check", **tolerance)),
        )
        return Section("worked", words("worked.title"), blocks)

    def forward(self) -> Iterator[tuple[Row, ...]]:
        """Each equation, and below those of one tensor what it comes to."""
        formulas, network = self.formulas, self.formulas.network
        for name in dict.fromkeys(e.lhs.tensor for e in network.equations):
            rows = []
            for e in network.definitions(name):
                sides, domain = formulas.forward_matrix(e) or formulas.forward(e), formulas.matrix_domain(e)
                rows.append(Row(*sides, note=words("forward.domain", domain=Math(domain)) if domain else None))
            yield (*rows, *self.numbers(name, self.worked.values[name], "", len(rows) == 1))

    def backward(self) -> Iterator[tuple[Row, ...]]:
        """Each result in the order of the handout, and what it comes to."""
        formulas = self.formulas
        for name in (n for group in self.subject.groups for n in group):
            found = formulas.matrix_results(name) or formulas.results(name)
            rows = [
                Row(r.lhs, r.rhs, note=words("forward.domain", domain=Math(r.condition)) if r.condition else None)
                for r in found
            ]
            yield (*rows, *self.numbers(name, self.worked.adjoints[name], adjoint_name(name), len(rows) == 1))

    def numbers(self, name: str, rows: Rows, of: str, goes_on: bool = False) -> Iterator[Row]:
        """The arrays of a tensor, or of its adjoint `of`; a single one goes on the equation above it."""
        tensor = self.formulas.network.tensor(name)
        for at in sorted(rows):
            array = np.asarray(rows[at])
            if array.ndim < 3:
                lhs = "" if goes_on and not at else self.symbol(tensor, of or name, at, ())
                yield Row(lhs, self.matrix(array))
                continue
            for place in np.ndindex(array.shape[:-2]):
                yield Row(self.symbol(tensor, of or name, at, place), self.matrix(array[place]))

    def symbol(self, tensor: Tensor, name: str, at: tuple[int, ...], place: tuple[int, ...]) -> str:
        """A tensor at a layer or step `at`, its first other indices fixed at `place` (from 0)."""
        if not at and not place:
            return self.formulas.printer.whole(name)
        layers, first = iter(at), iter(k + 1 for k in place)
        idx, open_axes = [], []
        for axis in tensor.axes:
            fixed = next(layers) if axis.ordered else next(first, None)
            idx.append(index(axis.name) if fixed is None else number(fixed))
            open_axes += [axis.name] if fixed is None else []
        return self.formulas.printer.matrix(Whole(Entry(name, tuple(idx)), tuple(open_axes)))

    def matrix(self, array: Any) -> str:
        """A number, a vector as the layout has it, or a matrix."""
        if array.ndim == 0:
            return _number(array)
        table = array if array.ndim == 2 else array[None, :] if self.is_by_rows else array[:, None]
        body = r" \\ ".join(" & ".join(_number(v) for v in row) for row in table)
        return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def _number(value: Any) -> str:
    return str(int(value)) if np.issubdtype(np.asarray(value).dtype, np.integer) else shown(float(value))

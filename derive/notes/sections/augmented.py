"""The bias as one more column of the weights, and its gradient as one more column of theirs."""

from __future__ import annotations

from fractions import Fraction

from derive.ir.tensor import ADJOINT
from derive.notes.document import Block, Display, Math, Paragraph, Row, Section, words
from derive.notes.formulas import Formulas
from derive.notes.recipe import Request
from derive.notes.sections.branches_statement import boxed, derived, equations, statements
from derive.notes.stage import Stage
from derive.raising.raise_case import vectors_are_rows
from derive.terms.affine import index
from derive.terms.matrix import Matrix, ScalarPart, Stacked, Whole
from derive.terms.term import Entry
from derive.terms.view import Num

WIDE, LONG = "W_augmented", "x_augmented"


def augmented_section(stage: Stage, request: Request) -> Section:
    """The section; the bias is one more row where samples are rows."""
    formulas = statements(stage, request, "augmented")["augmented"]
    [z] = formulas.network.definitions("z")
    key = "row" if vectors_are_rows(formulas.network) else "column"
    wide, long = Math(formulas.symbol(WIDE)), Math(formulas.symbol(LONG))
    blocks: list[Block] = [
        Paragraph(words(f"augmented.intro_{key}", W=wide, x=long)),
        equations(formulas, (WIDE, LONG)),
        _blocks(formulas, "", (WIDE, LONG)),
        Paragraph(words("augmented.forward")),
        Display((Row(*formulas.forward(z)), *_matrix(formulas.forward_matrix(z)))),
        Paragraph(words("augmented.backward", W=wide)),
        *derived(formulas, WIDE),
        boxed(formulas, WIDE),
        Paragraph(words(f"augmented.parts_{key}")),
        *derived(formulas, "W"),
        *derived(formulas, "b"),
        Paragraph(words("augmented.together")),
        _blocks(formulas, ADJOINT, (WIDE,)),
    ]
    return Section("augmented", words("augmented.title"), tuple(blocks))


def _matrix(sides: tuple[str, str] | None) -> tuple[Row, ...]:
    return () if sides is None else (Row(*sides),)


def _blocks(formulas: Formulas, mark: str, names: tuple[str, ...]) -> Display:
    """`W̃ = (W | b)`, `x̃ = (x; 1)`; with the mark of an adjoint `∂W̃ = (∂W | ∂b)`."""
    rows = vectors_are_rows(formulas.network)
    parts: dict[str, Matrix] = {
        WIDE: Stacked((_whole(formulas, mark + "W"), _whole(formulas, mark + "b")), below=rows),
        LONG: Stacked((_whole(formulas, "x"), ScalarPart(Num(Fraction(1)))), below=not rows),
    }
    printer = formulas.printer
    shown = [Row(printer.matrix(_whole(formulas, mark + n)), printer.matrix(parts[n])) for n in names]
    return Display(tuple(shown))


def _whole(formulas: Formulas, name: str) -> Whole:
    axes = tuple(a.name for a in formulas.network.tensor(name.removeprefix(ADJOINT)).axes)
    return Whole(Entry(name, tuple(map(index, axes))), axes)

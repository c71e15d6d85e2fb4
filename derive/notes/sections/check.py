"""The check at the end: derived gradients and difference quotients on real numbers."""

from __future__ import annotations

from derive.calculus.adjoint import adjoint_name
from derive.ir.scalar import PLAIN
from derive.notes.document import Block, Display, Inline, Listing, Math, Paragraph, Row, Section, Table, Words, words
from derive.notes.formulas import Formulas
from derive.notes.functions import is_defined
from derive.notes.input import Comparison, GradientCheck
from derive.notes.numerals import shown
from derive.notes.subject import Subject
from derive.terms.affine import number
from derive.terms.term import Entry, Func, Functional
from derive.terms.walk import atoms_in

STEP = r"\varepsilon"
"""As in the section on differences; h is a value of many networks."""


def check_section(subject: Subject) -> Section | None:
    """The section; None where nothing was computed."""
    check = subject.given.check
    if check is None:
        return None
    formulas = subject.widest
    rows = [c for c in check.comparisons if not subject.given.only or c.tensor in subject.wanted]
    blocks: list[Block] = [
        Paragraph(_intro(formulas, check), tuple(_stand_ins(formulas))),
        Paragraph(words("check.compare", w=Math("w"), step=Math(f"{STEP} = {shown(check.step)}"))),
        Display((Row(rf"\frac{{\partial {_cost(formulas)}}}{{\partial w}}", _quotient(formulas), r"\approx"),)),
        _table(formulas, rows),
        Paragraph(_verdict(formulas, check)),
        Paragraph(_effort(formulas, check)),
    ]
    return Section("check", words("section.check"), tuple(blocks))


def _cost(formulas: Formulas) -> str:
    return formulas.symbol(formulas.cost)


def _intro(formulas: Formulas, check: GradientCheck) -> Words:
    cost = Math(f"{_cost(formulas)} = {shown(check.cost)}")
    if not check.sizes:
        return words("check.intro_fixed", cost=cost)
    sizes = (formulas.printer.setting(name, value) for name, value in check.sizes)
    return words("check.intro", sizes=Listing(tuple(Math(s) for s in sizes)), cost=cost)


def _stand_ins(formulas: Formulas) -> list[Words]:
    """What stands for functions that are not given any further."""
    atoms = [a for e in formulas.network.equations for a in atoms_in(e.rhs)]
    names = dict.fromkeys(
        a.name for a in atoms if isinstance(a, Func) and a.name not in PLAIN and not is_defined(a.name)
    )
    said = [words("check.stand_in", f=Math(formulas.printer.function(n))) for n in names]
    if any(isinstance(a, Functional) for a in atoms):
        said.append(words("check.stand_in_cost", cost=Math(_cost(formulas))))
    return said


def _quotient(formulas: Formulas) -> str:
    cost = _cost(formulas)
    return rf"\frac{{{cost}(w + {STEP}) - {cost}(w - {STEP})}}{{2 {STEP}}}"


def _table(formulas: Formulas, rows: list[Comparison]) -> Table:
    head = (words("check.entry"), words("check.derived"), words("check.quotient"))
    body = tuple(_row(formulas, c) for c in rows)
    return Table(words("check.table"), head, body, "lrr")


def _row(formulas: Formulas, c: Comparison) -> tuple[Inline, ...]:
    adjoint = Entry(adjoint_name(c.tensor), tuple(number(k) for k in c.at))
    return Math(formulas.printer.entry(adjoint, {})), Math(shown(c.derived)), Math(shown(c.quotient))


def _verdict(formulas: Formulas, check: GradientCheck) -> Words:
    bad = [n for n, worst in check.worst.items() if worst > check.tolerance]
    if bad:
        names = Listing(tuple(Math(formulas.adjoint(n)) for n in bad))
        return words("check.failed", adjoints=names, bound=Math(shown(check.tolerance)))
    return words("check.passed", bound=Math(shown(check.tolerance)))


def _effort(formulas: Formulas, check: GradientCheck) -> Words:
    cost = _cost(formulas)
    return words(
        "check.effort",
        n=Math(str(check.parameters)),
        naive=Math(rf"({cost}(w + {STEP}) - {cost}(w)) / {STEP}"),
        evaluations=Math(str(check.parameters + 1)),
    )

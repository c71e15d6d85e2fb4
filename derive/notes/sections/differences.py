"""Difference quotients in place of derivatives: how exact they are, and how many evaluations of the cost they take."""

from __future__ import annotations

import sympy

from derive.network.network import Network
from derive.notes.document import Block, Display, Inline, Math, Paragraph, Row, Section, Table, words
from derive.notes.formulas import Formulas
from derive.notes.subject import Subject
from derive.terms.affine import Index
from derive.terms.algebra import times_all, total
from derive.terms.blocks import sum_over
from derive.terms.settle import settle
from derive.terms.term import Poly, of_affine
from derive.terms.view import View, plus

COUNTS = ("n", "N", "P")
"""Letters for the number of all learned numbers; the first one that means nothing else is taken."""

ORDER = 3
STEP = sympy.Symbol("epsilon")


def differences_section(subject: Subject) -> Section | None:
    """The section; None for a network that learns nothing."""
    formulas = subject.sample
    if not formulas.network.parameters:
        return None
    cost, n = formulas.symbol(formulas.cost), count_letter(formulas)
    forward, central = error_of(forward_quotient()), error_of(central_quotient())
    derivative = _derivative(cost, 1)
    step = r"\varepsilon \, \mathbf{e}_{i}"
    quotients = (
        Row(rf"\frac{{{cost}(w + {step}) - {cost}(w)}}{{\varepsilon}}", _expanded(cost, forward)),
        Row(rf"\frac{{{cost}(w + {step}) - {cost}(w - {step})}}{{2 \varepsilon}}", _expanded(cost, central)),
    )
    given = {
        "w": Math("w"),
        "n": Math(n),
        "i": Math("i"),
        "unit": Math(r"\mathbf{e}_{i}"),
        "step": Math(r"\varepsilon"),
    }
    blocks: list[Block] = [
        Paragraph(words("differences.intro", cost=Math(cost), **given)),
        Display(quotients),
        Paragraph(words("differences.error", derivative=Math(derivative), step=Math(r"\varepsilon"))),
        Paragraph(words("differences.count", n=Math(n))),
        Display((Row(n, formulas.printer.view(_counted(formulas))),)),
        _table(n, forward, central),
        Paragraph(words("differences.effort", n=Math(n))),
    ]
    return Section("differences", words("differences.title"), tuple(blocks))


# -- how exact -------------------------------------------------------------------------------------------------


def _taylor(sign: int) -> sympy.Expr:
    """C(w + sign·ε e_i) up to the third order; `D_k` is the k-th derivative along w_i."""
    terms = (sympy.Symbol(f"D_{k}") * (sign * STEP) ** k / sympy.factorial(k) for k in range(ORDER + 1))
    return sympy.Add(*terms)


def forward_quotient() -> sympy.Expr:
    """(C(w + ε e_i) − C(w)) / ε by Taylor's formula."""
    return sympy.expand((_taylor(1) - _taylor(0)) / STEP)


def central_quotient() -> sympy.Expr:
    """(C(w + ε e_i) − C(w − ε e_i)) / 2ε by Taylor's formula."""
    return sympy.expand((_taylor(1) - _taylor(-1)) / (2 * STEP))


def error_of(quotient: sympy.Expr) -> tuple[sympy.Rational, int]:
    """The first term by which a quotient differs from D_1: its coefficient c and its order k in `c εᵏ D_{k+1}`."""
    rest = sympy.expand(quotient - sympy.Symbol("D_1"))
    order = min(sympy.Poly(term, STEP).degree() for term in sympy.Add.make_args(rest))
    return rest.coeff(STEP, order).coeff(sympy.Symbol(f"D_{order + 1}")), order


def _expanded(cost: str, error: tuple[sympy.Rational, int]) -> str:
    """`∂C/∂w_i + ε/2 ∂²C/∂w_i² + ⋯`."""
    coefficient, order = error
    first = sympy.latex(coefficient * STEP**order, symbol_names={STEP: r"\varepsilon"})
    return rf"{_derivative(cost, 1)} + {first} \, {_derivative(cost, order + 1)} + \cdots"


def _derivative(cost: str, order: int) -> str:
    power = f"^{{{order}}}" if order > 1 else ""
    return rf"\frac{{\partial{power} {cost}}}{{\partial w_{{i}}{power}}}"


# -- how much ---------------------------------------------------------------------------------------------------


def count_letter(formulas: Formulas) -> str:
    """A letter for the number of all learned numbers."""
    tensors = formulas.network.tensors.values()
    taken = {formulas.symbol(t.name) for t in tensors}
    taken |= {formulas.printer.affine(a.extent) for t in tensors for a in t.axes}
    return next((letter for letter in COUNTS if letter not in taken), COUNTS[-1])


def parameter_counts(network: Network) -> list[Poly]:
    """How many numbers are learned: the entries of each parameter, and of all those that are there in every layer."""
    single: list[Poly] = []
    layered: dict[tuple[Index, ...], list[Poly]] = {}
    for t in network.parameters:
        entries = times_all(of_affine(a.extent) for a in t.axes[t.family :])
        if t.family:
            layered.setdefault(t.axes[: t.family], []).append(entries)
        else:
            single.append(entries)
    return [*single, *(sum_over(layers, total(parts), {}) for layers, parts in layered.items())]


def _counted(formulas: Formulas) -> View:
    return plus([formulas.presenter.view(settle(p, {})) for p in parameter_counts(formulas.network)])


def _table(n: str, forward: tuple[sympy.Rational, int], central: tuple[sympy.Rational, int]) -> Table:
    head = (words("differences.way"), words("differences.deviation"), words("differences.evaluations"))
    rows: tuple[tuple[Inline, ...], ...] = (
        (words("differences.forward"), _size(forward), Math(f"{n} + 1")),
        (words("differences.central"), _size(central), Math(f"2 {n}")),
        (words("differences.backpropagation"), words("differences.none"), words("differences.passes")),
    )
    return Table(words("differences.table"), head, rows)


def _size(error: tuple[sympy.Rational, int]) -> Inline:
    return words("differences.order", power=Math(sympy.latex(STEP ** error[1], symbol_names={STEP: r"\varepsilon"})))

"""The chain rule once in general, and how adjoints are written."""

from __future__ import annotations

from derive.notes.document import Block, Display, Math, Paragraph, Row, Section, Statement, words
from derive.notes.formulas import Formulas
from derive.notes.subject import Subject
from derive.terms.affine import index
from derive.terms.algebra import delta


def chain_section(subject: Subject) -> Section:
    formulas = subject.sample
    cost = formulas.symbol(formulas.cost)
    blocks: list[Block] = [
        Paragraph(words("chain.adjoint")),
        Statement(
            words("chain.title"),
            words("chain.rule", u=Math("u"), v=Math("v"), w=Math("w")),
            (Display((Row(_by(cost, "u_{k}"), _sum_over_readers(cost)),)),),
        ),
        Paragraph(words("chain.readers")),
        *bracket_blocks(formulas),
    ]
    if _has_immediate(subject):
        mark = Math(rf"\frac{{\partial^{{+}} {cost}}}{{\partial u_{{k}}}}")
        blocks.append(Paragraph(words("chain.immediate", mark=mark, u=Math("u"), cost=Math(cost))))
    names = _names(formulas)
    if names:
        blocks += [Paragraph(words("chain.names")), Display(names)]
    blocks.append(Paragraph(words("chain.order")))
    return Section("chain", words("section.chain"), tuple(blocks))


def bracket_blocks(formulas: Formulas) -> tuple[Block, ...]:
    """What a bracket means, and what it does under a sum."""
    bracket = formulas.printer.view(formulas.presenter.view(delta(index("i") - index("k"))), {"i": "i", "k": "k"})
    said = Paragraph(words("chain.delta", bracket=Math(bracket)))
    return said, Display((Row(rf"\sum_{{i}} f_{{i}} {bracket}", "f_{k}"),))


def _has_immediate(subject: Subject) -> bool:
    """Whether something is read by the cost and by others as well."""
    formulas = subject.sample
    return any(
        formulas.cost in readers and len(readers) > 1
        for name in subject.wanted
        for readers in ({c.reader.lhs.tensor for c in formulas.adjoints.equations[name].contributions},)
    )


def _by(cost: str, entry: str) -> str:
    return rf"\frac{{\partial {cost}}}{{\partial {entry}}}"


def _sum_over_readers(cost: str) -> str:
    terms = [
        rf"\sum_{{{i}}} {_by(cost, f'{v}_{{{i}}}')} {_by(f'{v}_{{{i}}}', 'u_{k}')}" for v, i in (("v", "i"), ("w", "j"))
    ]
    return " + ".join([*terms, r"\cdots"])


def _names(formulas: Formulas) -> tuple[Row, ...]:
    """For each kind of tensor whose adjoint has a name of its own, the first one."""
    rows: dict[str, Row] = {}
    for name in formulas.adjoints.named:
        adjoint, partial = formulas.partial(name)
        kind = formulas.network.tensor(name).label.meaning
        if adjoint != partial:
            rows.setdefault(kind, Row(adjoint, partial))
    return tuple(rows.values())

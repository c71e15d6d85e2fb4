"""A single logistic neuron and its gradient."""

from __future__ import annotations

from derive.notes.document import Block, Display, Math, Paragraph, Row, Section, words
from derive.notes.formulas import Formulas
from derive.notes.recipe import Request
from derive.notes.sections.branches_statement import boxed, derived, equations, statements
from derive.notes.sections.scalars_naming import plain_naming
from derive.notes.sections.scalars_spelled import put_in, spelled
from derive.notes.stage import Stage
from derive.terms.matrix import Added, Entrywise, Hadamard, Matrix, Ones, Product, Transposed, Whole
from derive.terms.term import Entry
from derive.terms.view import Apply, View


def neuron_section(stage: Stage, request: Request) -> Section:
    """The section, about a neuron of any number of inputs."""
    formulas = statements(stage, request, "neuron")["single"]
    a, z, cost = (Math(formulas.symbol(n)) for n in ("a", "z", formulas.cost))
    blocks: list[Block] = [
        Paragraph(words("neuron.intro")),
        equations(formulas, ("z", "a")),
        Paragraph(words("neuron.written")),
        _written(formulas),
        Paragraph(words("neuron.regression")),
        Paragraph(words("neuron.gradient", cost=cost, a=a, z=z)),
    ]
    for name in ("z", "w", "b"):
        blocks += [*derived(formulas, name), boxed(formulas, name)]
    return Section("neuron", words("neuron.title"), tuple(blocks))


def _written(formulas: Formulas) -> Display:
    """`a = σ(w_1 x_1 + … + w_K x_K + b)`, and the sum as a product of vectors."""
    [z], [a] = formulas.network.definitions("z"), formulas.network.definitions("a")
    known: dict[Entry, View] = {z.lhs: spelled(formulas.view(z), {})}
    naming = plain_naming(formulas)
    rows = [Row(naming.entry(a.lhs), naming.view(put_in(formulas.view(a), known)))]
    of, inner = formulas.view(a), formulas.forward_raised(z)
    assert isinstance(of, Apply) and inner is not None, "an activation of a sum of products"
    rows.append(Row("", formulas.printer.matrix(Entrywise(of.name, of.orders, (_with_inner_products(inner.rhs),)), {})))
    return Display(tuple(rows))


def _with_inner_products(matrix: Matrix) -> Matrix:
    """`1ᵀ(u ⊙ v)` as `uᵀ v`, for vectors."""
    if isinstance(matrix, Added):
        return Added(tuple(map(_with_inner_products, matrix.terms)))
    match matrix:
        case Product(factors=(Transposed(arg=Ones()), Hadamard(factors=(Whole() as u, Whole() as v)))):
            return Product((Transposed(u), v))
    return matrix

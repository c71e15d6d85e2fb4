"""What is derived for the left side of an equation, as the notation prints it: what a right side can be compared with.

A comparison of texts decides nothing; it only tells where to look for the mistake in what has been found wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.errors import DeriveError
from derive.ir.record import Case
from derive.ir.stated_view import stated_view
from derive.ir.tensor import ADJOINT, Equation
from derive.raising.raise_case import Raised, raise_view
from derive.raising.raise_pieces import raise_pieces
from derive.reading.quantity import Quantity
from derive.simplify.rescale import rescaled
from derive.terms.matrix import Whole
from derive.terms.term import Entry
from derive.terms.walk import entries_in
from derive.verify.document.context import Context


def references(context: Context, left: Quantity) -> Iterator[str]:
    """The right sides of a gradient, in index form if no axis of it runs, and as matrices; of a value as it is stated.

    Nothing for what is no single entry, up to a factor.
    """
    names = {e.tensor for e in entries_in(left.poly)}
    if len(names) != 1:
        return
    [name] = names
    try:
        if not name.startswith(ADJOINT):
            for e in context.network.definitions(name):
                yield from _stated(context, e)
                yield from _raised(context, e)
        else:
            cases = _cases(context, name.removeprefix(ADJOINT))
            if left.is_scalar:
                for case in cases:
                    yield from _index_form(context, case)
            yield from _matrix_forms(context, cases)
    except DeriveError:
        return


def _cases(context: Context, tensor: str) -> tuple[Case, ...]:
    """The results that are made of what the notation has names for: names of the document are none of it."""
    drawn = context.lexicon.printer.network.tensors
    results = tuple(
        case
        for case in context.world.prover.results.get(tensor, ())
        if all(e.tensor.removeprefix(ADJOINT) in drawn for e in entries_in(case.poly))
    )
    if context.lexicon.notation.scaling == "cost":
        return results
    return tuple(rescaled(c, context.network) for c in results)


def _index_form(context: Context, case: Case) -> Iterator[str]:
    printer = context.lexicon.printer
    yield printer.view(case.view, printer.names_of(case.lhs))


def _matrix_forms(context: Context, cases: Sequence[Case]) -> Iterator[str]:
    single = (raise_view(context.network, c.lhs, c.domain, c.view) for c in cases)
    for raised in (*single, *raise_pieces(context.network, cases)):
        if raised is not None:
            yield _right_side(context, raised)


def _raised(context: Context, e: Equation) -> Iterator[str]:
    """A value as a matrix of those that it is stated with."""
    if e.stated is not None:
        view = stated_view(e, context.network.tensors, context.network.batch)
        raised = raise_view(context.network, e.lhs, e.domain, view)
        if raised is not None:
            yield _right_side(context, raised)


def _right_side(context: Context, raised: Raised) -> str:
    printer, lhs = context.lexicon.printer, raised.lhs
    names = None
    if isinstance(lhs, Whole) and isinstance(lhs.atom, Entry):
        names = printer.names_stating(lhs.atom)
    head = printer.matrix(lhs, names)
    return printer.matrix_equation(lhs, raised.rhs, names).removeprefix(f"{head} = ")


def _stated(context: Context, e: Equation) -> Iterator[str]:
    if e.stated is not None:
        printer = context.lexicon.printer
        view = stated_view(e, context.network.tensors, context.network.batch)
        yield printer.view(view, printer.names_stating(e.lhs))

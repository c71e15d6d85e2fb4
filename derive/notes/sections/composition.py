"""An abstract cost with everything put in that it is made of: a function of what is given and learned alone."""

from __future__ import annotations

from derive.notes.formulas import Formulas
from derive.notes.sections.scalars_spelled import put_in
from derive.terms.term import Entry, Functional
from derive.terms.view import Leaf, View, as_view


def composed_arguments(formulas: Formulas) -> tuple[View, ...]:
    """What the cost reads, each value replaced by its definition until none is left.

    The cost is an abstract function of numbers, as `J(h_1, h_2)`; the values are numbers, each defined once.
    """
    known: dict[Entry, View] = {
        e.lhs: formulas.view(e) for e in formulas.network.equations if e.lhs.tensor != formulas.cost
    }
    [cost] = formulas.network.definitions(formulas.cost)
    stated = formulas.view(cost)
    assert isinstance(stated, Leaf) and isinstance(stated.atom, Functional), "the cost is abstract"
    return tuple(_all_put_in(as_view(a), known) for a in stated.atom.args)


def composed_cost(formulas: Formulas) -> str:
    """`J(ψ_1(φ(θ)), ψ_2(φ(θ)))` in LaTeX."""
    arguments = (formulas.printer.view(v, {}) for v in composed_arguments(formulas))
    return f"{formulas.symbol(formulas.cost)}({', '.join(arguments)})"


def _all_put_in(view: View, known: dict[Entry, View]) -> View:
    """Definitions do not go round in circles, so this comes to an end."""
    while (new := put_in(view, known)) != view:
        view = new
    return view

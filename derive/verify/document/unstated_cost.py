"""Equations that say what the cost is, where the document leaves that open: `∂L/∂z = ŷ - y`.

The cost is any function there. What holds for some of them only, a derivative of the cost on one side and none on the
other, is a fact about the cost that the document means, and not refuted by another one.
"""

from __future__ import annotations

from derive.ir.tensor import ADJOINT
from derive.latex.reading.syntax import Accented, Node, Scripts, Symbol
from derive.reading.marks import marks_of
from derive.terms.term import Functional
from derive.terms.walk import atoms_in, entries_in
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.verdict import Verdict, undecided
from derive.verify.document.written import walk

SAYS_COST = "it says something of the cost, and no equation says what that is"


def unless_says_cost(context: Context, left: Node, right: Node, verdict: Verdict) -> Verdict:
    """The verdict; undecided where something wrong could be right of the cost that is meant."""
    if verdict.status is not Status.WRONG or not _is_open(context) or _speaks(context, left) == _speaks(context, right):
        return verdict
    return undecided(SAYS_COST)


def _is_open(context: Context) -> bool:
    """Whether the cost of the document's own network is any function of something: none is stated, or `C = C(a, y)`."""
    cost = context.network.cost
    if context.own is None or cost is None:
        return False
    return any(isinstance(a, Functional) for e in context.network.definitions(cost) for a in atoms_in(e.rhs))


def _speaks(context: Context, node: Node) -> bool:
    """Whether the cost, a derivative of it, or anything made of one occurs."""
    names = (x for x in walk(node) if isinstance(x, Symbol | Scripts | Accented))
    keys = {key for x in names if (key := marks_of(x).key) is not None}
    found = {n for key in keys for n in context.lexicon.find(key)}
    tensors = {e.tensor for n in found if n.expansion is not None for e in entries_in(n.expansion.value.poly)}
    tensors |= {n.tensor.name for n in found}
    made = {t for name in tensors for t in context.lexicon.network.made_of(name)}
    return any(n.gradient for n in found) or any(ADJOINT in t or t == context.network.cost for t in made)

"""Updates: `w ← w − η ∂C/∂w` is right if it is a step down the gradient of the cost."""

from __future__ import annotations

from collections.abc import Mapping

from derive.errors import DeriveError
from derive.ir.tensor import ADJOINT
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Fraction, Node, Symbol
from derive.latex.reading.trees import walk
from derive.reading.calls import entry_of
from derive.reading.choices import Choices, readings
from derive.reading.definitions import with_given
from derive.reading.expressions import Reader
from derive.reading.free_letters import free_letters
from derive.reading.keys import key_of
from derive.reading.marks import marks_of
from derive.reading.operators import is_derivative
from derive.reading.quantity import Misfit, Quantity, Unknown, added, like, scaled
from derive.terms.algebra import power, times
from derive.terms.term import Entry, Poly, of_atom
from derive.terms.walk import entries_in
from derive.verify.claims import RIGHT, Status
from derive.verify.document.context import Context
from derive.verify.document.link import Links, Pair
from derive.verify.document.verdict import Verdict, undecided, verdict_of

UNKNOWN = "it is no single step along a gradient that is known here"


RATES = frozenset(("eta", "alpha", "epsilon", "varepsilon", "gamma", "lambda", "mu", "rho", "tau"))
"""Letters of learning rates."""


def judged_update(context: Context, left: Node, right: Node, source: str) -> Verdict:
    """A step by −η times the gradient is right, one by +η times that of the network's cost wrong.

    Any other update is a choice of its author.
    """
    _take_up_rate(context, right)
    links = context.links(source)
    try:
        down = _verdict(context, links, left, right, 1)
        if down.status is not Status.WRONG or down.is_misfit:
            return down
        up = _verdict(context, links, left, right, -1)
    except DeriveError as e:
        return undecided(e.message)
    if up.status in RIGHT and context.network.cost is not None:
        return Verdict(Status.WRONG, "it is a step up the gradient, where the cost grows", down.difference)
    return undecided(UNKNOWN)


def old_value(left: Node, right: Node) -> Node | None:
    """`w_5` of `w_5^{+} = w_5 - …`: what has a new value, by its letter and what stands below it; None without one."""
    terms = right.terms if isinstance(right, Added) else ()
    own = _letter(left)
    return next((x for x in terms if own is not None and _letter(x) == own), None) if len(terms) > 1 else None


def _letter(node: Node) -> tuple[str, ...] | None:
    marks = marks_of(node)
    key = marks.key
    return None if key is None else (key.name, *map(shown, marks.below))


def steps_up(context: Context, left: Node, right: Node, source: str) -> Verdict | None:
    """Of `w^{+} = w + η ∂C/∂w`, a new name for what a parameter becomes: that it is a step up, if it is."""
    old = old_value(left, right)
    if old is None or not any(is_derivative(x) for x in walk(right) if isinstance(x, Fraction)):
        return None
    verdict = judged_update(context, old, right, source)
    return verdict if verdict.status is Status.WRONG and not verdict.is_misfit else None


def _take_up_rate(context: Context, right: Node) -> None:
    """A letter of learning rates that means nothing yet, the only one in a step, is the rate of this step."""
    letters = {x.name: x for x in walk(right) if isinstance(x, Symbol) and x.name in RATES}
    new = [x for x in letters.values() if (key := key_of(x)) is not None and not context.lexicon.find(key)]
    if len(new) == 1:
        context.lexicon = with_given(context.lexicon, new[0], (), "hyper")


def _verdict(context: Context, links: Links, left: Node, right: Node, sign: int) -> Verdict:
    instances = []
    unknown: DeriveError | None = None
    for numbers in links.instances(left, right):
        a, b = links.entries(left, right, numbers)
        found = readings(lambda c, n=numbers, a=a, b=b: _pair(context, links, a, b, c, n, sign), lambda p: p.key)  # type: ignore[misc]
        if found.found:
            instances.append([links.compared(p) for p in found.found])
        elif found.unknown:
            unknown = unknown or found.unknown[0]
        else:
            instances.append([links.unfit(m) for m in found.misfits[:1]])
    if not instances and unknown is not None:
        raise unknown
    return verdict_of(instances)


def _pair(
    context: Context, links: Links, left: Node, right: Node, choices: Choices, numbers: Mapping[str, int], sign: int
) -> Pair:
    """The gradient, and what the update takes away, by the rate."""
    reader = Reader(links.scope(choices, numbers))
    old, new = reader.read(left), reader.read(right)
    of = entry_of(old)
    if of is None or context.network.definitions(of.tensor):
        raise Unknown("what is updated is no parameter")
    step = added(old, scaled(like(new, old) if new.axes else new, -1))
    if step.axes != old.axes:
        raise Misfit(f"the old value is {old.shape}, the new one {new.shape}", old.measure, new.measure)
    taken = _by_rate(context, step.poly)
    gradient = Quantity(of_atom(_gradient(context, of, taken)), old.rows, old.columns)
    by_rate = scaled(Quantity(taken, old.rows, old.columns), sign)
    return Pair(gradient, by_rate, free_letters(reader.scope, gradient, by_rate))


def _by_rate(context: Context, step: Poly) -> Poly:
    """The step without its rate, the one number that every term has as a factor.

    Raises: Unknown for a step without one, or with several.
    """
    entries = (e for e in entries_in(step) if isinstance(e, Entry))
    numbers = {e for e in entries if context.network.tensors[_stem(e)].role == "hyper"}
    found = [(e, times(step, power(of_atom(e), -1))) for e in numbers]
    rates = [taken for e, taken in found if e not in entries_in(taken)]
    if len(rates) != 1:
        raise Unknown(UNKNOWN)
    return rates[0]


def _stem(e: Entry) -> str:
    return e.tensor.rpartition(ADJOINT)[2]


def _gradient(context: Context, of: Entry, taken: Poly) -> Entry:
    """∂C/∂w of the network's cost, else of the one value of which the update has the derivative.

    Raises: Unknown if there is none.
    """
    if context.network.cost is not None:
        return Entry(f"{ADJOINT}{of.tensor}", of.idx)
    found = {e for e in entries_in(taken) if isinstance(e, Entry) and e.tensor.partition(ADJOINT)[2] == of.tensor}
    if len(found) != 1 or len(next(iter(found)).idx) != len(of.idx):
        raise Unknown(UNKNOWN)
    return Entry(next(iter(found)).tensor, of.idx)

"""How random values are drawn: `w ∼ N(0, σ²)`, `w ∼ U[−a, a]`; the variance is judged as one that is chosen."""

from __future__ import annotations

from fractions import Fraction

from derive.errors import DeriveError
from derive.latex.reading.syntax import Bracketed, Listed, Multiplied, Node, Number
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.keys import Key, key_of
from derive.reading.moments import moment, moments_of
from derive.reading.quantity import Quantity
from derive.terms.algebra import add, power, scale, subtract
from derive.terms.term import Poly
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.demands import of_variances
from derive.verify.document.link import Pair
from derive.verify.document.verdict import Verdict, undecided

NORMAL = (Key("N", "cal"), Key("N"), Key("Normal"), Key("Normal", "rm"))
UNIFORM = (Key("U", "cal"), Key("U"), Key("U", "rm"), Key("Uniform"), Key("Uniform", "rm"))


def judged_drawn(context: Context, left: Node, right: Node, source: str) -> Verdict:
    """The mean must be the one that is declared, the variance the one that the document asks for."""
    given = _given(right)
    if given is None or not context.declared.random:
        return undecided("how a value is drawn is a choice, which nothing else says")
    key, first, second = given
    if key in NORMAL and isinstance(second, Number):
        return undecided("whether the second number is the variance or its root is not said")
    links = context.links(source)
    try:
        reader = Reader(links.scope(Choices(), context.numbers))
        a, b = reader.read(first).poly, reader.read(second).poly
        mean, variance = (links.randomness.settled(moment(reader, k, left).poly, ()) for k in ("mean", "variance"))
    except DeriveError as e:
        return undecided(e.message)
    to_be, spread = (a, b) if key in NORMAL else (scale(add(a, b), Fraction(1, 2)), _of_uniform(a, b))
    if not moments_of(mean) and subtract(mean, to_be).terms:
        return Verdict(Status.WRONG, "its mean is not the one that is declared")
    if not subtract(variance, spread).terms:
        return Verdict(Status.PROVED, "it has the variance that follows for it")
    wrong = Verdict(Status.WRONG, "its variance is another one")
    return of_variances(context, Pair(Quantity(variance), Quantity(spread), ()), source.strip(), wrong)


def _given(node: Node) -> tuple[Key, Node, Node] | None:
    """The distribution and its two numbers; None for anything else."""
    if not isinstance(node, Multiplied) or len(node.factors) != 2 or any(node.operators):
        return None
    head, body = node.factors
    key = key_of(head)
    if key is None or key not in (*NORMAL, *UNIFORM):
        return None
    if not isinstance(body, Bracketed) or not isinstance(body.body, Listed):
        return None
    items = body.body.items
    return (key, items[0], items[1]) if len(items) == 2 else None


def _of_uniform(a: Poly, b: Poly) -> Poly:
    """(b − a)² / 12, the variance of a uniform value between a and b."""
    return scale(power(subtract(b, a), 2), Fraction(1, 12))

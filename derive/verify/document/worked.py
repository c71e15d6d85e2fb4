"""Worked numbers: what an example of a network comes to, `out = 1 / (1 + e^{-0.3775}) = 0.5933`.

Where a document gives every input, target and parameter a number, the network has one value there, for gradients as
well. A right side in numbers is right if it is that value as far as its digits say, and wrong if it is far from it:
what lies between may be rounding on the way. Two numeric expressions beside one another are held against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from derive.errors import DeriveError
from derive.latex.reading.document import Document
from derive.latex.reading.formula import read_formula
from derive.latex.reading.macros import macros_of
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Bracketed, Chain, Node, Number, Scripts, Symbol
from derive.latex.reading.trees import changed, walk
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.keys import key_of
from derive.reading.lexicon import SLOT
from derive.reading.quantity import Unknown
from derive.reading.scope import Scope
from derive.terms.term import Entry, Poly, of_atom
from derive.terms.walk import entries_in, sizes_of
from derive.verify.claims import Status
from derive.verify.document.comparison import ROUNDING
from derive.verify.document.context import Context
from derive.verify.document.example import Example
from derive.verify.document.gap import Difference
from derive.verify.document.verdict import Verdict, undecided
from derive.verify.document.world import SEED
from derive.verify.points import GIVEN, Point, random_points

FEWEST_DIGITS = 3
"""A number with fewer digits that count is meant as it is written, and no other number is rounded to it."""
MANY_DIGITS, LAST = 6, 3
"""Of a number with many digits the last one may be off by so much: it was made of rounded ones."""
FAR = 0.02
"""What differs by more is no rounding on the way."""
MOST_NUMBERS = 24
"""So many numbers in an expression are taken for rounded ones."""
CLOSE = 1e-9
ROUNDED = "equal up to the last digit that is written"
SAME = "it is the number before it, of which it is not known whether it is right"
OTHER = "the number before it comes to another one"
GIVES = "a number of the example"
GIVEN_BY = "the numbers of the example give it, up to the last digit that is written"
OTHER_BY = "the numbers of the example give another one"
NUMBERS = (OTHER, OTHER_BY)
"""What is said of a wrong number: nothing in the formula was meant otherwise."""
NEAR = "it is near the right number, and may be rounded on the way"
STEPPED = "the example gives another number, but parameters were changed before it"
FAULTS = (DeriveError, ArithmeticError, LookupError, TypeError, ValueError)


def example_of(context: Context, document: Document) -> Example | None:
    """The example that a document works out; None where something has no number, or two of them."""
    network = context.network
    if network.cost is None or network.sizes:
        return None
    vocabulary = context.vocabulary(tuple(macros_of(document.definitions)))
    chains = (c for f in document.fragments for c in read_formula(f.source, vocabulary).chains)
    leaves = {t.name: t for t in network.role(*GIVEN) if t.name != SLOT.tensor}
    read = {x.tensor for e in network.equations for x in entries_in(e.rhs)}
    numbers: dict[tuple[str, tuple[int, ...]], float] = {}
    names: set[str] = set()
    for left, right in _settings(chains):
        at = _place(context, left)
        value = value_of(context, right) if at is not None and at[0] in leaves else None
        if at is None or value is None:
            continue
        if numbers.setdefault(at, value) != value:
            return None
        names.add(shown(left))
    point = random_points(network, 1, SEED)[0]
    data = {name: dict(rows) for name, rows in point.data.items()}
    for name, t in leaves.items():
        [axes, row] = [t.axes, np.full_like(data[name].get((), np.empty(0)), np.nan, dtype=float)]
        if any(a.ordered for a in axes) or () not in data[name]:
            return None
        for place in np.ndindex(row.shape):
            whole = tuple(k + a.lo.const for k, a in zip(place, axes, strict=True))
            row[place] = numbers.get((name, whole), np.nan)
        if np.isnan(row).any() and name in read:
            return None
        data[name] = {(): row}
    return Example(Point(point.sizes, data), frozenset(names), frozenset(numbers.values()))


def _settings(chains: Iterable[Chain]) -> Iterator[tuple[Node, Node]]:
    """`w = 0.15`: equations of two sides, the right one a number."""
    for chain in chains:
        match chain.members:
            case (left, right) if left is not None and right is not None and chain.relations == ("=",):
                if not any(isinstance(x, Scripts) for x in walk(right)):
                    yield left, right


def _place(context: Context, node: Node) -> tuple[str, tuple[int, ...]] | None:
    """The tensor and the numbers of its indices, if an expression is one entry with numbers; else None."""
    try:
        p = Reader(Scope(context.lexicon, Choices(), context.numbers)).read(node).poly
    except DeriveError:
        return None
    found = [e for e in entries_in(p) if isinstance(e, Entry)]
    if len(found) != 1 or of_atom(found[0]).key != p.key or any(i.terms for i in found[0].idx):
        return None
    return found[0].tensor, tuple(i.const for i in found[0].idx)


def value_of(context: Context, node: Node) -> float | None:
    """The value of an expression that is one number, whatever the numbers of the network are; None for any other."""
    try:
        q = Reader(Scope(context.lexicon, Choices(), context.numbers)).read(node)
        if not q.is_scalar or any(sizes_of(q.poly)) or q.poly.free:
            return None
        if q.poly.constant is not None:
            return float(q.poly.constant)
        if not _is_fixed(context, q.poly):
            return None
        values = [float(x.array) for _, (x,) in context.world.values((q.poly,), ())]
    except FAULTS:
        return None
    is_one = bool(values) and all(np.isfinite(values)) and max(values) - min(values) <= CLOSE * abs(values[0])
    return values[0] if is_one else None


def _is_fixed(context: Context, p: Poly) -> bool:
    """Whether all that an expression is made of has an equation: nothing in it may have another value."""
    network = context.network
    made = {t for e in entries_in(p) for t in network.made_of(e.tensor)}
    return all(network.definitions(t) for t in made)


def worked(
    context: Context, left: Node, before: Node, right: Node, source: str, verdict: Verdict, was_right: bool
) -> Verdict | None:
    """The verdict on a right side in numbers that is no identity; None for every other link, `\\pi = 3.14` among them.

    `before` is the member before it, and `was_right` says whether that one was right, or introduced the left side.
    """
    if verdict.status not in (Status.WRONG, Status.NOT_CHECKED) or (left is before and _is_written_out(context, left)):
        return None
    written = value_of(context, right)
    if written is None:
        return None
    if not _is_written_out(context, right):
        value = value_of(context, left) if context.has_example and verdict.status is Status.WRONG else None
        return undecided(NEAR) if value is not None and abs(value - written) <= FAR * abs(value) else None
    number = _Written(context, right, written)
    at = _at_example(context, left, right, source, number) or _by_names(context, left, number)
    context.has_example |= at is not None
    if at is not None and at.status is not Status.NOT_CHECKED:
        return at
    value = value_of(context, before) if all(_is_written_out(context, x) for x in (before, right)) else None
    if value is None:
        return at
    if number.says(value):
        return at or (Verdict(Status.AGREES, ROUNDED) if was_right else undecided(SAME))
    if abs(value - written) > number.slack + _Written(context, before, value).slack:
        return Verdict(Status.WRONG, OTHER, Difference({}, {}, value, written))
    return undecided(NEAR)


def _is_written_out(context: Context, node: Node) -> bool:
    """Whether there are no names in an expression, which may stand for rounded numbers."""
    keys = (key_of(x) for x in walk(node) if isinstance(x, Symbol))
    return not any(key is not None and context.lexicon.find(key) for key in keys)


@dataclass(frozen=True)
class _Written:
    """An expression in numbers, with its value: how much its digits leave open."""

    context: Context
    node: Node
    value: float

    def says(self, value: float) -> bool:
        """Whether it is that number as far as its digits say: one is rounded or cut off, several leave a digit each."""
        if isinstance(number := _number(self.node), Number):
            unit = _unit(number)
            apart, is_cut_off = abs(value - self.value), 0 <= abs(value) - abs(self.value) < unit
            if _digits(number) >= MANY_DIGITS:
                return apart <= LAST * unit
            return _has_digits(number) and (apart <= unit / 2 * (1 + CLOSE) or (is_cut_off and value * self.value > 0))
        return abs(value - self.value) <= self._moved(_has_digits) + CLOSE * abs(value)

    @property
    def slack(self) -> float:
        """By so much it changes if every number in it that is not given changes by one in its last digit."""
        return self._moved(lambda number: True)

    def _moved(self, counts: Callable[[Number], bool]) -> float:
        numbers = [x for x in walk(self.node) if isinstance(x, Number) and not self._is_exact(x) and counts(x)]
        if len(numbers) > MOST_NUMBERS:
            return float("inf")
        return sum(abs(self._with(x) - self.value) for x in numbers)

    def _is_exact(self, number: Number) -> bool:
        example = self.context.example
        return "." not in number.text or (example is not None and float(number.text) in example.numbers)

    def _with(self, number: Number) -> float:
        """The value with one more in the last digit of a number."""
        text = f"{float(number.text) + _unit(number):.15g}"
        moved = changed(self.node, lambda x: Number(text, x.span) if x is number and isinstance(x, Number) else None)
        value = value_of(self.context, moved)
        return float("inf") if value is None else value


def _number(node: Node) -> Node:
    """A number without its sign and brackets; any other expression as it is."""
    if isinstance(node, Added) and len(node.terms) == 1:
        return _number(node.terms[0])
    return _number(node.body) if isinstance(node, Bracketed) and node.opening in "({" else node


def _unit(number: Number) -> float:
    return 10.0 ** -len(number.text.partition(".")[2])


def _has_digits(number: Number) -> bool:
    return _digits(number) >= FEWEST_DIGITS


def _digits(number: Number) -> int:
    """How many digits of a decimal fraction count."""
    return len(number.text.replace(".", "").lstrip("0")) if "." in number.text else 0


def _at_example(context: Context, left: Node, right: Node, source: str, number: _Written) -> Verdict | None:
    """The verdict by the values that the example gives; None where it gives none."""
    example = context.example
    if example is None:
        return None
    if shown(left) in example.names:
        return Verdict(Status.DEFINITION, GIVES)
    try:
        with context.supposing(example.world(context.network)):
            outcomes = [o for row in context.links(source).outcomes(left, right) for o in row]
    except FAULTS as e:
        return Verdict(Status.AGREES, GIVEN_BY) if isinstance(e, Unknown) and e.message == ROUNDING else None
    differences = [o.difference for o in outcomes]
    if not outcomes or any(o.misfit for o in outcomes):
        return None
    if all(d is None or number.says(d.left) for d in differences):
        return Verdict(Status.AGREES, GIVEN_BY)
    far = [d for d in differences if d is not None and _is_far(d, number)]
    if len(far) < len(outcomes):
        return undecided(NEAR)
    return undecided(STEPPED) if context.has_stepped else Verdict(Status.WRONG, OTHER_BY, far[0])


def _by_names(context: Context, left: Node, number: _Written) -> Verdict | None:
    """The verdict by the numbers that the document gave to the names on the left; None where these may be any."""
    value = None if _is_written_out(context, left) else value_of(context, left)
    if value is None:
        return None
    if number.says(value):
        return Verdict(Status.AGREES, GIVEN_BY)
    return None if _is_far(Difference({}, {}, value, number.value), number) else undecided(NEAR)


def _is_far(d: Difference, number: _Written) -> bool:
    """Whether a number is another one: no rounding on the way explains it, nor a number that is written as a whole."""
    apart = abs(d.left - d.right)
    return apart > max(
        FAR * abs(d.left), number.slack, _unit(x) / 2 if isinstance(x := _number(number.node), Number) else 0.0
    )

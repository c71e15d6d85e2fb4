"""Shapes of names: those that the equations need, and where they leave a choice, those that letters stand for.

A name with letters below has so many axes; one with a stated shape has that. Otherwise a capital is a matrix and a
small letter a vector, a column if this fits, else a row, else a number, where nothing else in the document speaks of
vectors. If no such reading fits, one letter, then two, may have another number of axes, rather two than one, and one
than none; if several ways are left, nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from derive.errors import DeriveError
from derive.forward.calls import Unread, inner
from derive.forward.evaluation import Evaluation
from derive.forward.forms import Form, Settled
from derive.forward.names import Named
from derive.forward.naming import name_of
from derive.forward.parts import Parts
from derive.forward.ranks import counted_entries, declared_shape, fixed_rank, is_adaptive, is_bold, ranks_of
from derive.forward.roles import of_loss
from derive.forward.running import batch_of, ends_of, run_as_said, sample_letter
from derive.forward.signs import Sign, Use
from derive.forward.sizes import Conflict, Extent, Sizes
from derive.forward.statements import Statement
from derive.forward.windows import fit
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Node, Number

MODES = (("column", 1), ("row", 1), ("column", 0))
MOST_CHANGES = 2
VECTORS = re.compile(
    r"\\odot|\\circ|\\top|\^\{?(?:\\math\w+\{?)?T\b|\\\||\\l?Vert|\\math(?:bb|bf)|\\boldsymbol|\\vec|\\times"
)
"""What nobody writes about numbers alone."""
MOST_TRIALS = 400


class Misfit(Exception):
    """A way to give shapes fails at an equation."""

    def __init__(self, message: str, equation: Statement, node: Node | None = None, repair: str = "") -> None:
        super().__init__(message)
        self.message, self.equation, self.node, self.repair = message, equation, node, repair


@dataclass
class Solved:
    """All shapes, and the form of every equation's right side."""

    parts: Parts
    evaluation: Evaluation
    forms: tuple[tuple[Statement, Use, Form], ...]
    is_row: bool

    @property
    def named(self) -> Mapping[Sign, Named]:
        return self.evaluation.named

    @property
    def batch(self) -> Extent | None:
        return batch_of(self.parts, self.evaluation)


def solved(parts: Parts) -> Solved:
    """Raises: DeriveError where no shapes fit, or several do."""
    number = ("hyper", "count")
    names = [s for s in parts.leaves if fixed_rank(parts, s) is None and parts.leaves[s] not in number]
    bold = any(is_bold(s) for s in (*names, *parts.definitions))
    free = {s: is_adaptive(parts, s) and not (bold and not is_bold(s)) for s in names}
    free |= {s: False for s in _recursive(parts) if fixed_rank(parts, s) is None}
    first: Misfit | None = None
    modes: tuple[tuple[str, int], ...] = MODES[:2] if VECTORS.search(parts.stated.text) else MODES
    modes = tuple((side, 0) for side, _ in MODES[:2]) if bold else modes
    for changes in range(MOST_CHANGES + 1):
        found: list[tuple[int, Solved]] = []
        for side, small in modes:
            for trial, (cost, ranks) in enumerate(ranks_of(free, small, changes, parts.of_all_samples)):
                if trial > MOST_TRIALS:
                    break
                try:
                    found.append((cost, attempt(parts, ranks, side == "row")))
                except Misfit as e:
                    first = first or e
            if found and not changes:
                return found[0][1]
        best = [f for cost, f in found if cost == min(c for c, _ in found)]
        if best and _differ(best):
            raise _ambiguous(parts, best)
        if best:
            return best[0]
    for side, _ in modes if not bold else ():
        try:
            _, ranks = next(ranks_of(free, 1, 0, parts.of_all_samples))
            return _narrowed(parts, ranks, attempt(parts, ranks, side == "row", single=True))
        except Misfit:
            continue
    assert first is not None
    node = first.node or first.equation.right
    repair = first.repair or "say shapes in the document, `W \\in \\mathbb{R}^{m \\times n}`, or under `derive:`"
    raise parts.stated.error(f"{first.equation.text}: {first.message}", repair, first.equation.fragment, node)


def _narrowed(parts: Parts, ranks: Mapping[Sign, int | None], found: Solved) -> Solved:
    """The same without the axes of size 1: weights of one output are rows, or columns."""
    ranks, lying, one = dict(ranks), {}, found.evaluation.sizes.named(1)
    for sign in parts.leaves:
        named = found.named[sign]
        axes = [found.evaluation.sizes.same(a, one) for a in named.axes]
        if any(axes) and fixed_rank(parts, sign) is None:
            ranks[sign] = axes.count(False)
            lying[sign] = axes[0] if len(axes) == 2 else named.is_row
    try:
        return attempt(parts, ranks, found.is_row, lying=lying)
    except Misfit:
        return found


def _differ(found: list[Solved]) -> bool:
    return len({tuple((s, len(n.axes)) for s, n in f.named.items()) for f in found}) > 1


def _ambiguous(parts: Parts, found: list[Solved]) -> DeriveError:
    one, other = found[:2]
    sign = next(s for s, n in one.named.items() if s in other.named and len(n.axes) != len(other.named[s].axes))
    node = parts.first[sign]
    e = next(e for e in parts.needed if any(u.node is node for u in (*parts.uses(e), parts.use(e))))
    ways = sorted({("a number", "a vector", "a matrix")[len(f.named[sign].axes)] for f in found})
    return parts.stated.error(
        f"{e.said(node)} may be {' or '.join(ways)}", "say its shape, under `derive:` as `shapes:`", e.fragment, node
    )


def _recursive(parts: Parts) -> list[Sign]:
    """Values of families that are read before they are stated, also by themselves, or that begin as a number."""
    stated: set[Sign] = set()
    early: dict[Sign, None] = {}
    for e in parts.needed:
        read = (u.sign for u in parts.uses(e) if u.sign not in parts.leaves and parts.signs.is_family(u.sign))
        early |= dict.fromkeys(s for s in read if s not in stated)
        mine = parts.use(e).sign
        if parts.signs.is_family(mine) and isinstance(e.right, Number):
            early[mine] = None
        stated.add(mine)
    return [s for s in early if s in parts.definitions]


def _evaluation(parts: Parts, single: bool) -> Evaluation:
    sizes = Sizes(frozenset(parts.signs.ordered))
    return Evaluation(parts.signs, parts.functions, sizes, {}, parts.numbers, single=single)


def attempt(
    parts: Parts,
    ranks: Mapping[Sign, int | None],
    is_row: bool,
    single: bool = False,
    lying: Mapping[Sign, bool] = MappingProxyType({}),
) -> Solved:
    """Shapes with these numbers of axes; `single` for networks with one output, `lying` tells rows from columns.

    Raises: Misfit at the first equation that does not fit.
    """
    ev = _evaluation(parts, single)
    ev.sample = sample_letter(parts)
    ev.samples = ev.sizes.fresh() if parts.sampled else None
    ev.steps = {letter: ev.sizes.fresh() for letter in sorted(parts.signs.ordered)}
    for letter, end in ends_of(parts).items():
        if letter in ev.steps:
            ev.sizes.unify(ev.steps[letter], ev.sizes.named(end))
    names: dict[str, None] = {}
    for sign in (*parts.leaves, *_recursive(parts)):
        rank = fixed_rank(parts, sign)
        is_family = parts.signs.is_family(sign)
        count = (ranks.get(sign) or 0) if rank is None else rank
        axes = tuple(ev.sizes.family() if is_family else ev.sizes.fresh() for _ in range(count))
        ev.named[sign] = _entered(parts, sign, axes, lying.get(sign, is_row), names)
        ev.named[sign].is_open = rank is None and ranks.get(sign, 0) is None
        _declare(parts, ev, sign)
    forms = []
    for e in parts.needed:
        if _is_another_name(parts, ev, e):
            continue
        try:
            forms.append(_equation(parts, ev, e, is_row, names))
        except Conflict as problem:
            raise Misfit(str(problem), e) from problem
        except Unread as problem:
            node = e.place_of(problem.node)
            message, repair = f"{e.said(node)}: {problem.message}", problem.repair or "write it in another way"
            raise parts.stated.error(message, repair, e.fragment, node) from problem
    _even_out(parts, ev)
    fit(ev.windows, ev.sizes)
    last = parts.definitions[parts.cost][0]
    if ev.named[parts.cost].axes or ev.named[parts.cost].has_sample:
        raise Misfit("the cost is no number", last)
    _refuse_single(parts, ev)
    batch = batch_of(parts, ev)
    if batch is None and "count" in parts.leaves.values():
        raise Misfit("the number of samples stands in the cost, and nothing has an axis of samples", last)
    for sign, role in parts.leaves.items():
        if role == "parameter" and batch is not None and batch in map(ev.sizes.resolved, ev.named[sign].axes):
            raise Misfit(f"{ev.named[sign].name} is a parameter, and has a value for each sample", last)
    return Solved(parts, ev, tuple(forms), is_row)


def _is_another_name(parts: Parts, ev: Evaluation, e: Statement) -> bool:
    """`ŷ = a`: both names mean one value, which has an equation of its own."""
    letters = parts.signs.letters[e.start]
    mine, other = parts.use(e), parts.signs.use(e.right, letters)
    if other is None or other.sign not in parts.definitions or other.sign not in ev.named or mine.sign == parts.cost:
        return False
    if other.transposed or other.power is not None or mine.order is not None or other.order is not None:
        return False
    if [shown(x) for x in mine.indices] != [shown(x) for x in other.indices] or mine.sign in ev.named:
        return False
    ev.named[mine.sign] = ev.named[other.sign]
    _declare(parts, ev, mine.sign)
    return True


def _refuse_single(parts: Parts, ev: Evaluation) -> None:
    """One output is none of a softmax, and no reason that there is one input.

    Raises: Misfit.
    """
    last, one = parts.definitions[parts.cost][0], ev.sizes.named(1)
    inputs = [a for s, role in parts.leaves.items() if role == "input" for a in ev.named[s].axes]
    if ev.single and any(ev.sizes.same(a, one) for a in (*ev.algebra.plural, *inputs)):
        raise Misfit("the cost is a vector", last)


def _even_out(parts: Parts, ev: Evaluation) -> None:
    """Steps all have one size; layers may have different ones."""
    for sign, named in ev.named.items():
        letter = parts.signs.runs(sign)
        if named.has_order and letter not in parts.declared.depth:
            for axis in named.axes:
                ev.sizes.unify(axis.at(letter, 0), axis.at(letter, 1))


def _entered(parts: Parts, sign: Sign, axes: tuple[Extent, ...], is_row: bool, names: dict[str, None]) -> Named:
    has_order = parts.signs.is_family(sign)
    name = name_of(sign, names)
    learned = parts.leaves.get(sign) in ("parameter", "hyper")
    return Named(name, axes, is_row, has_order, sign in parts.sampled, learned)


def _declare(parts: Parts, ev: Evaluation, sign: Sign) -> None:
    """Sizes that the document or front matter states."""
    sizes, named = declared_shape(parts, sign), ev.named[sign]
    if sizes is None:
        if len(named.axes) == 1 and not named.has_order and not named.has_sample:
            for size in counted_entries(parts, sign):
                ev.sizes.unify(named.axes[0], ev.size_of(size))
        return
    kept = [s for s in sizes if shown(s) != "1"]
    if len(sizes) == 2 and len(kept) == 1:
        named.is_row = shown(sizes[0]) == "1"
    for axis, node in zip(named.axes, kept, strict=False):
        ev.sizes.unify(axis, ev.size_of(node))


def _read(parts: Parts, ev: Evaluation, e: Statement) -> Form:
    """The right side; once more whenever a name has got its axes."""
    while True:
        ev.letters = {}
        for letter in e.ranges:
            run_as_said(e.ranges, ev, letter)
        try:
            form = ev.read(e.right)
            if form.settle is None:
                return form
            form.settle(0, None)
        except Settled:
            continue


def _equation(
    parts: Parts, ev: Evaluation, e: Statement, is_row: bool, names: dict[str, None]
) -> tuple[Statement, Use, Form]:
    ev.letters, ev.counting, before = {}, parts.signs.letters[e.start], len(ev.windows)
    ev.algebra.single = ev.single and id(e) in of_loss(parts)
    use = parts.use(e)
    ev.sample = shown(use.sample) if use.sample is not None else sample_letter(parts)
    form = _read(parts, ev, e)
    for x in use.indices:
        run_as_said(parts.stated.ranges, ev, shown(inner(x)))
    if ev.single and use.sign == parts.cost and form.axes:
        form = ev.algebra.only_entry(form)
    known = ev.named.get(use.sign)
    if known is None and parts.signs.is_family(use.sign):
        count = len(use.indices) or len(form.axes)
        family = tuple(ev.sizes.family() for _ in range(count))
        known = _entered(parts, use.sign, family, is_row if use.indices else form.rows is None, names)
        ev.named[use.sign] = known
        _declare(parts, ev, use.sign)
    if known is None:
        axes = tuple(ev.letter(shown(inner(x))) for x in use.indices) if use.indices else form.axes
        known = _entered(parts, use.sign, axes, is_row if use.indices else form.rows is None, names)
        ev.named[use.sign] = known
        _declare(parts, ev, use.sign)
    else:
        left = ev.placed(use)
        if use.indices or not form.is_number:
            if (left.rows is None) != (form.rows is None) or (left.columns is None) != (form.columns is None):
                raise Conflict("both sides have different shapes")
            for a, b in zip(left.axes, form.axes, strict=True):
                ev.sizes.unify(a, b)
    if use.indices and not form.is_number:
        raise Conflict("the left side is an entry, and the right side is none")
    if known.has_sample and ev.samples is not None:
        ev.run(ev.sample, ev.samples)
    for window in ev.windows[before:]:
        window.complete(ev.letters)
    return e, use, form

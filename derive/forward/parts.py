"""The equations of a document that make its network, and its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from derive.forward.declared import Declared
from derive.forward.functions import Functions
from derive.forward.signs import Sign, Signs, Use, names_in
from derive.forward.statements import Stated, Statement
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Bracketed, Listed, Node, Scripts, Symbol
from derive.reading.keys import Key
from derive.reading.marks import marks_of


@dataclass(frozen=True)
class Parts:
    """`needed` in the order in which they are stated; `definitions` of all names, the first one of each counts."""

    stated: Stated
    signs: Signs
    functions: Functions
    declared: Declared
    needed: tuple[Statement, ...]
    definitions: Mapping[Sign, tuple[Statement, ...]]
    cost: Sign
    leaves: Mapping[Sign, str]
    numbers: Mapping[Sign, str]
    sampled: frozenset[Sign] = frozenset()
    first: Mapping[Sign, Node] = field(default_factory=dict)
    """How each name is written where it stands first."""
    capitals: frozenset[Key] = frozenset()
    """Capitals for all samples whose small letters are those of one."""
    assumed: str = ""
    """What is said of a cost that the document does not state."""

    def use(self, e: Statement) -> Use:
        found = self.signs.use(e.left, self.signs.letters[e.start])
        assert found is not None
        return found

    def uses(self, e: Statement) -> Iterator[Use]:
        for node in names_in(e.right):
            found = self.signs.use(node, self.signs.letters[e.start])
            if found is not None:
                yield found

    @property
    def of_all_samples(self) -> frozenset[Sign]:
        """Capitals that have samples, and are never written with the mark of one: `X` beside `y_i`."""
        uses = (u for e in self.needed for u in (*self.uses(e), self.use(e)))
        marked = {u.sign for u in uses if u.sample is not None}
        return frozenset(s for s in self.sampled - marked if s.key.name[:1].isupper())

    def with_letters(self) -> Iterator[tuple[Sign, Node, tuple[str, ...]]]:
        """The names that are told by their letters, or have that of a sample below, as they are, with those letters."""
        for use in (u for e in self.needed for u in (*self.uses(e), self.use(e))):
            if use.sign.key in self.signs.lettered and use.indices:
                yield use.sign, use.node, tuple(map(shown, use.indices))
            elif use.sample is not None and self.signs.mark(use.node) is not None and not use.indices:
                yield use.sign, use.node, (shown(use.sample),)

    def bare(self, sign: Sign) -> Node:
        """A name as it is written where it stands first, without its indices and the mark of a sample."""
        return bare(self.first[sign], sign)

    def stepped(self, sign: Sign, letter: str) -> Node | None:
        return stepped(self.first[sign], sign, self.signs, Symbol(letter, self.first[sign].span)) if letter else None


def bare(node: Node, sign: Sign) -> Node:
    """A name without its indices and the mark of a sample."""
    marks = marks_of(node)
    above = tuple(x for x in marks.above if shown(x.body if isinstance(x, Bracketed) else x) == sign.layer)
    below = marks.below if tuple(map(shown, marks.below)) == sign.subs else ()
    if not above and not below and not marks.primes:
        return marks.base
    return Scripts(marks.base, _joined(below), _joined(above), marks.primes, node.span)


def stepped(node: Node, sign: Sign, signs: Signs, step: Node) -> Node | None:
    """`h_t`, `a^f_t`, `L^{(t)}`: a name at one of its steps or layers; None where more belongs to it."""
    side = signs.families.get((sign.key, sign.subs))
    if sign.subs or sign.is_total or side is None:
        return None
    marks = marks_of(node)
    if side == "below":
        return Scripts(marks.base, step, _joined(marks.above) if sign.layer else None, marks.primes, node.span)
    if sign.layer or len(marks.above) != 1:
        return None
    [above] = marks.above
    order = replace(above, body=step) if isinstance(above, Bracketed) else step
    return Scripts(marks.base, None, order, marks.primes, node.span)


def _joined(items: tuple[Node, ...]) -> Node | None:
    if len(items) < 2:
        return items[0] if items else None
    return Listed(items, (",",) * (len(items) - 1), items[0].span | items[-1].span)

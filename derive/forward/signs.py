"""Names as they are written: what in their scripts belongs to the name, and what counts units, layers, steps, samples.

A letter below counts if a sum of the equation binds it, if it stands beside one that counts, or if it is one of the
usual letters, or one that a sum binds elsewhere, and stands below on both sides; everything else below belongs to the
name. A number above is a layer, unless the name occurs without any: then it is a power. Brackets above hold a layer, or
the letter of a sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from derive.forward.bound import bound_letters, letters_bound_in
from derive.forward.calls import inner
from derive.forward.entry_names import entry_names, numbers_in
from derive.forward.sample_marks import marked_below, marked_letter
from derive.forward.statements import Statement
from derive.latex.notation import LayerMark
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import (
    Added,
    Applied,
    Big,
    Bracketed,
    Multiplied,
    Node,
    Number,
    Prefixed,
    Scripts,
    Symbol,
)
from derive.latex.reading.trees import parts, walk
from derive.reading.definitions import INDICES
from derive.reading.keys import Key
from derive.reading.marks import as_many, is_transpose, marks_of, sequence


@dataclass(frozen=True)
class Sign:
    """A name of the document: its letter, the words and numbers that belong to it, and a fixed layer above."""

    key: Key
    subs: tuple[str, ...] = ()
    layer: str = ""
    is_total: bool = False
    """Whether it is made of all values with that letter: `L = Σ_t L_t`."""


@dataclass(frozen=True)
class Use:
    """A name at one place. `order` is its layer or step in a family, `sample` the letter of a sample."""

    sign: Sign
    indices: tuple[Node, ...]
    order: Node | None
    sample: Node | None
    power: Node | None
    transposed: bool
    node: Node


@dataclass
class Signs:
    """What the whole document tells of its names.

    `families` have ordered letters, `above` or `below`; `bare` are names that occur without anything above; `counts`
    are the numbers of letters below.
    """

    ordered: set[str] = field(default_factory=set)
    families: dict[tuple[Key, tuple[str, ...]], str] = field(default_factory=dict)
    bare: set[tuple[Key, tuple[str, ...]]] = field(default_factory=set)
    counts: dict[tuple[Key, tuple[str, ...]], int] = field(default_factory=dict)
    running: dict[tuple[Key, tuple[str, ...]], str] = field(default_factory=dict)
    """The letter that counts the layers or steps of a family."""
    style: LayerMark = "^l"
    totals: set[tuple[Key, tuple[str, ...]]] = field(default_factory=set)
    """Names that stand for a value of their own where they stand bare: `L = Σ_t L_t`."""
    marked: frozenset[tuple[Key, str]] = frozenset()
    """Names with the letter below that marks their samples."""
    lettered: frozenset[Key] = frozenset()
    """Names that their letters tell apart."""
    letters: dict[int, frozenset[str]] = field(default_factory=dict)
    """Of each statement, by where it starts: its letters that count."""
    meant: Mapping[Key, Key] = field(default_factory=dict)
    """Names of entries, `y_i`, `w_{ij}`, each with that of their array, `\\mathbf{y}`, `W`; those with other arrows."""

    def use(self, node: Node, letters: frozenset[str]) -> Use | None:
        """The name that a node is; None for anything else."""
        marks = marks_of(node)
        key = marks.key
        if key is None or not isinstance(node, Symbol | Scripts):
            return None
        key = self.meant.get(key, key)
        marked = self.mark(node)
        below = [x for x in self._multiples(key, marks.below, letters) if x is not marked]
        indices, subs = self.split(key, below, letters)
        side = self.families.get((key, subs))
        order: Node | None = None
        if below and not indices and all(isinstance(x, Number) for x in below):
            order, indices, subs, side = self._numbered(key, subs, below)
        if side == "below" and indices and order is None:
            order, indices = indices[0], indices[1:]
        elif side is None and subs and self.families.get((key, subs[1:])) == "below":
            order, subs, side = below[0], subs[1:], "below"
        layer, sample, power = "", None if marked is None else inner(marked), None
        for item in marks.above:
            body = item.body if isinstance(item, Bracketed) and item.opening in ("[", "(", r"\langle") else item
            is_round = isinstance(item, Bracketed) and item.opening == "("
            is_letter = isinstance(body, Symbol) and body.name in letters
            if isinstance(item, Prefixed):
                power = item.body
            elif is_round and is_letter and isinstance(body, Symbol) and body.name not in self.ordered:
                sample = body
            elif item is body and isinstance(item, Number) and (key, subs) in self.bare:
                power = item
            elif side == "above":
                order = body
            else:
                layer = shown(body)
        is_bare = not layer and order is None and sample is None and not indices
        sign = Sign(key, subs, layer, is_bare and (key, subs) in self.totals)
        return Use(sign, tuple(indices), order, sample, power, marks.transposed, node)

    def split(self, key: Key, below: Sequence[Node], letters: frozenset[str]) -> tuple[list[Node], tuple[str, ...]]:
        """What counts below a name, and what belongs to the name."""
        indices = [x for x in below if _counts(x, letters)]
        own = tuple(map(shown, indices)) if key in self.lettered else ()
        return indices, (*(shown(x) for x in below if not _counts(x, letters)), *own)

    def mark(self, node: Node) -> Node | None:
        """The letter below that marks a sample; None where there is none."""
        if marked_letter(node) not in self.marked:
            return None
        return next(x for x in marks_of(node).below if isinstance(inner(x), Symbol))

    def _multiples(self, key: Key, below: Sequence[Node], letters: frozenset[str]) -> list[Node]:
        """`2j` as one index of a name that has one."""
        is_one = self.counts.get((key, ())) == 1 and len(below) == 2 and isinstance(below[0], Number)
        if is_one and _counts(below[1], letters):
            return [Multiplied(tuple(below), ("",), below[0].span | below[1].span)]
        return list(below)

    def is_family(self, sign: Sign) -> bool:
        """Whether a name has a value for each layer or step."""
        return (sign.key, sign.subs) in self.families and not sign.is_total

    def runs(self, sign: Sign) -> str:
        """The letter that counts the layers or steps of a family."""
        return "" if sign.is_total else self.running.get((sign.key, sign.subs), "")

    def _numbered(
        self, key: Key, subs: tuple[str, ...], below: list[Node]
    ) -> tuple[Node | None, list[Node], tuple[str, ...], str | None]:
        """`x_1` is an entry of x where x has letters elsewhere, `h_0` a step of h; else the number is of the name."""
        side = self.families.get((key, ()))
        count = self.counts.get((key, ()))
        if side == "below":
            return below[0], below[1:], (), side
        if count is not None and len(as_many(below, count)) == count:
            return None, list(as_many(below, count)), (), side
        return None, [], subs, self.families.get((key, subs))


def signs_of(
    equations: Sequence[Statement],
    others: Iterable[Node] = (),
    lettered: frozenset[Key] = frozenset(),
    ends: frozenset[str] = frozenset(),
) -> Signs:
    """What the equations tell of the names in them; `others` are names that stand elsewhere, `ends` those of ranges."""
    signs = Signs(lettered=lettered)
    places = (s for e in equations for name in _names(e) for s in _scripts(name))
    signs.ordered.update(x for s in places if (x := moved_letter(s)) and not (x in ends and place_of(s)[1] > 0))
    summed = {x for e in equations for x in letters_bound_in(e.right)}
    signs.letters |= {e.start: _letters(e, signs.ordered, INDICES | summed) for e in equations}
    signs.marked = marked_below(equations, signs.ordered)
    others = tuple(others)
    names = ((marks_of(n), signs.letters[e.start]) for e in equations for n in _names(e))
    counted = ((m.key, sum(_counts(x, letters) for x in m.below)) for m, letters in names)
    whole = ((m.key, len(m.below)) for m in map(marks_of, others))
    known = ((key, count) for key, count in (*counted, *whole) if key is not None)
    signs.meant = entry_names(known, frozenset(numbers_in(equations)))
    told = ((name, signs.letters[e.start]) for e in equations for name in _names(e))
    for name, letters in (*told, *((name, frozenset(signs.ordered)) for name in others)):
        _learn(signs, name, letters)
    for e in equations:
        own = signs.use(e.left, signs.letters[e.start])
        uses = [signs.use(n, signs.letters[e.start]) for n in names_in(e.right)] if own is not None else []
        if own is not None and any(u is not None and _is_part(u, own) for u in uses):
            signs.totals.add((own.sign.key, own.sign.subs))
    return signs


def _is_part(use: Use, whole: Use) -> bool:
    """Whether `L` on a left side is made of `L_t`, or of `L^{(i)}`."""
    is_marked = [bool(u.indices) or u.order is not None or u.sample is not None for u in (use, whole)]
    return use.sign == whole.sign and is_marked == [True, False] and not whole.sign.layer


def _names(e: Statement) -> Iterator[Node]:
    """All names with their scripts, the outermost of each."""
    for side in (e.left, e.right):
        yield from names_in(side)


def names_in(node: Node) -> Iterator[Node]:
    """Every symbol with its scripts; what stands in these is no name, but what stands above a bare `e` is looked at."""
    if isinstance(node, Scripts):
        marks = marks_of(node)
        key = marks.key
        if key is not None and (key != Key("e") or marks.below):
            yield node
            return
        yield from names_in(node.base) if key is None else ()
        for item in sequence(node.above):
            if not is_transpose(item):
                yield from names_in(item)
        return
    if isinstance(node, Symbol):
        yield node
        return
    if isinstance(node, Big):
        yield from names_in(node.body)
        return
    for part in (node.argument,) if isinstance(node, Applied) else parts(node):
        yield from names_in(part)


def _scripts(name: Node) -> Iterator[Node]:
    marks = marks_of(name)
    for item in (*marks.below, *marks.above):
        yield item.body if isinstance(item, Bracketed) else item


def moved_letter(item: Node) -> str:
    """`l` of `l-1`."""
    node = inner(item)
    if isinstance(node, Added) and len(node.terms) == 2 and isinstance(node.terms[1], Number):
        first = node.terms[0]
        return first.name if isinstance(first, Symbol) and not first.font and not first.accents else ""
    return ""


def _counts(item: Node, letters: frozenset[str]) -> bool:
    node = inner(item)
    if isinstance(node, Symbol):
        return node.name in letters and not node.font
    return isinstance(node, Added | Multiplied) and any(isinstance(x, Symbol) and x.name in letters for x in walk(node))


def _letters(e: Statement, ordered: set[str], usual: frozenset[str]) -> frozenset[str]:
    """The letters of an equation that count; `usual` do where they stand below on both sides."""
    found = set(ordered) | set(e.ranges)
    for node in walk(e.right):
        if isinstance(node, Big) and node.below is not None:
            found |= set(bound_letters(node))
    sides = [[_scripted(n) for n in names_in(s)] for s in (e.left, e.right)]
    left, right = ({x for row in side for x in row} for side in sides)
    found |= left & right & usual
    found |= {x for x in left if x in INDICES and not right}
    for node in (e.left, e.right):
        for name in names_in(node):
            for item in marks_of(name).above:
                body = item.body if isinstance(item, Bracketed) and item.opening == "(" else None
                if isinstance(body, Symbol) and body.name in INDICES:
                    found.add(body.name)
    before = -1
    while before != len(found):
        before = len(found)
        for row in (row for side in sides for row in side):
            if found & set(row):
                found |= {x for x in row if len(x) == 1}
    return frozenset(found)


def _scripted(name: Node) -> list[str]:
    """The letters that stand below a name, in `i + a` too."""
    items = (inner(x) for x in marks_of(name).below)
    kept = (walk(x) if isinstance(x, Added | Multiplied) else (x,) for x in items)
    return [x.name for row in kept for x in row if isinstance(x, Symbol)]


def _learn(signs: Signs, name: Node, letters: frozenset[str]) -> None:
    marks = marks_of(name)
    key = marks.key
    if key is None:
        return
    key = signs.meant.get(key, key)
    marked = signs.mark(name)
    indices, subs = signs.split(key, [x for x in marks.below if x is not marked], letters)
    if not marks.above:
        signs.bare.add((key, subs))
    for item in marks.above:
        if isinstance(item, Bracketed) and item.opening in "[(":
            body = item.body
            is_sample = item.opening == "(" and isinstance(body, Symbol) and body.name not in signs.ordered
            if not is_sample:
                signs.style = "^[l]" if item.opening == "[" else "^(l)"
        body = inner(item.body if isinstance(item, Bracketed) else item)
        if _is_ordered(body, signs.ordered):
            signs.families[key, subs] = "above"
            signs.running.setdefault((key, subs), _letter_of(body))
    if indices and _is_ordered(inner(indices[0]), signs.ordered):
        signs.families[key, subs] = "below"
        signs.running.setdefault((key, subs), _letter_of(inner(indices[0])))
        indices = indices[1:]
    if indices:
        signs.counts[key, subs] = max(len(indices), signs.counts.get((key, subs), 0))


def _is_ordered(node: Node, ordered: set[str]) -> bool:
    if isinstance(node, Symbol):
        return node.name in ordered
    return moved_letter(node) in ordered if moved_letter(node) else False


def _letter_of(node: Node) -> str:
    return node.name if isinstance(node, Symbol) else moved_letter(node)


def place_of(order: Node) -> tuple[str, int]:
    """`l-1` as (l, -1), `0` as (nothing, 0), `L` as (L, 0)."""
    node = inner(order)
    if isinstance(node, Number):
        return "", int(node.text) if node.text.isdigit() else 0
    if isinstance(node, Added) and isinstance(node.terms[1], Number) and node.terms[1].text.isdigit():
        return moved_letter(node), int(node.terms[1].text) * (-1 if node.signs[1] == "-" else 1)
    return (node.name, 0) if isinstance(node, Symbol) else ("", 0)

"""Tensors and their gradients, by what stands above and below their letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Bracketed, Ellipsis, Node, Number, Symbol
from derive.latex.tex import symbol, upright
from derive.reading.called_values import is_parameter
from derive.reading.keys import key_of
from derive.reading.lexicon import node_of
from derive.reading.marks import Marks, as_many, entrywise_power, has_arrow, marks_of, place_of
from derive.reading.named import Named, counts_others
from derive.reading.placed import Placed
from derive.reading.preference import ends_with, is_part_of_name, preferred
from derive.reading.quantity import Quantity, Unknown
from derive.reading.scope import IMPLICIT_LAYER, SOME_LAYER, OpenLayer, Scope
from derive.terms.affine import Affine, number
from derive.terms.term import Scalar

_BRACKETS = {"^(l)": "(", "^[l]": "["}


class NotThis(Exception):
    """The marks are not those of this tensor."""


@dataclass
class Tensors:
    """Reads occurrences of the tensors of a network."""

    scope: Scope

    def read(self, candidates: Sequence[Named], marks: Marks) -> Quantity:
        """The tensor that the marks single out.

        Raises: Unknown if none fits, OpenLayer if a letter stands for a numbered layer.
        """
        fitting, open_layer, miscounted = [], None, None
        likely = self._likely(candidates, marks)
        for named in likely or candidates:
            try:
                placed = self._placed(named, marks, candidates, is_told=bool(likely))
                if placed.counts_fit:
                    fitting.append(placed)
                else:
                    miscounted = placed
            except NotThis:
                continue
            except OpenLayer as e:
                open_layer = e
        if not fitting and open_layer is not None:
            raise open_layer
        if not fitting and miscounted is not None:
            return miscounted.settle()
        if not fitting and (others := self._others(candidates, marks)):
            return self.read(others, marks)
        if not fitting:
            raise Unknown(f"{self.scope.said(marks.base)} with these marks is nothing in this network")
        fitting = preferred([p for p in fitting if not p.is_of_all_steps] or fitting)
        if self.scope.lexicon.notation.layer_mark == "_l":
            fitting = [p for p in fitting if p.family or p.named.layer is not None] or fitting
        chosen = self.scope.choices.choose(fitting)
        self.scope.shapes_decide += ["all steps"] if chosen.is_of_all_steps else []
        return chosen.settle()

    def _others(self, candidates: Sequence[Named], marks: Marks) -> Sequence[Named]:
        """What a letter alone may stand for that is known as a whole under an arrow, or in another font, only."""
        key = marks.key
        table = self.scope.lexicon.table
        if key is None or table.get(key) is not candidates or marks.above or marks.below:
            return ()
        return [n for k, names in table.items() if k.plain == key.plain and k != key for n in names]

    def id_entry(self, node: Node) -> Affine | None:
        """An entry of class ids, as an index; None for any other symbol.

        Raises: Unknown for ids of which more than one is meant.
        """
        marks = marks_of(node)
        key = marks.key
        counts = self.scope.lexicon.id_counts
        known = self.scope.lexicon.find(key) if key is not None and counts else ()
        found = [n for n in known if n.tensor.name in counts and not n.gradient]
        if not marks.below and not marks.above:
            found = [n for n in found if not n.tensor.axes]
        if not found:
            return None
        q = self.read(found, marks)
        atoms = [a for m, _ in q.poly.terms for a, _ in m.powers]
        if not q.is_scalar or len(atoms) != 1 or not isinstance(atoms[0], Scalar):
            raise Unknown(f"{self.scope.said(node)} is no single index")
        return Affine([(atoms[0].variable, 1)])

    def _likely(self, candidates: Sequence[Named], marks: Marks) -> Sequence[Named]:
        """Without a mark, the layers whose units have these letters: `w_{ij}` leads from I to J; empty if none do."""
        if marks.above or not marks.below:
            return ()
        letters = [shown(x) for x in marks.below]
        units = self.scope.lexicon.unit_letters
        return [c for c in candidates if units.get(c.tensor.name) and _same(units[c.tensor.name], letters)]

    # -- marks ---------------------------------------------------------------------------------------------

    def _placed(self, named: Named, marks: Marks, candidates: Sequence[Named], is_told: bool) -> Placed:
        above, below = list(marks.above), list(marks.below)
        if named.is_prediction and below and all(is_parameter(self.scope, x) for x in below):
            below = []
        if ends_with(marks, named):
            below = [below[-1], *below[:-1]]
        for sub in named.subs:
            if not below or not self._is_sub(named, below[0], sub):
                raise NotThis
            del below[0]
        if named.needs_index and not (marks.above or below):
            raise NotThis
        if named.is_own:
            return self._own(named, above, below, marks, candidates)
        family = [] if is_told and isinstance(named.layer, int) else self._layer(named, above, below)
        sample, exponent = self._rest(named, above)
        batch = self.scope.batch
        if sample is not None and batch is not None and batch.name not in {a.name for a in named.tensor.axes}:
            raise NotThis
        if not named.subs and below and is_part_of_name(below[0], candidates):
            raise NotThis
        if named.is_marked and named.tensor.family and below:
            steps = below[: named.tensor.family]
            if len(steps) < named.tensor.family:
                raise NotThis
            family = [self.scope.indices.affine(x) for x in steps]
            below = below[named.tensor.family :]
        if named.is_entry and len(as_many(below, rank := len(named.tensor.axes) - named.tensor.family)) != rank:
            raise NotThis
        return Placed(self.scope, named, tuple(family), tuple(below), sample, exponent, marks)

    def _own(
        self, named: Named, above: Sequence[Node], below: Sequence[Node], marks: Marks, candidates: Sequence[Named]
    ) -> Placed:
        """A name of the document's own: all of its indices, as many as its tensor has axes, or none."""
        expansion = named.expansion
        count = len(named.tensor.axes) + (len(expansion.value.axes) if expansion is not None else 0)
        kept, higher, exponent = _taken(named, [self._numbered(named, x) for x in above])
        is_iterate = any(c.is_own and any(m.isdigit() for m in c.above) for c in candidates)
        if kept != named.above or (exponent != 1 and is_iterate) or (exponent == 1 and len(above) > len(kept)):
            raise NotThis
        items = [*higher, *as_many(below, (named.arity or count) - len(higher))]
        is_other = named.tensor.role == "parameter" and all(isinstance(x, Number) for x in items)
        if named.is_told and not named.arity and 0 < len(items) < count and not is_other:
            return Placed(self.scope, named, (), tuple(items), None, exponent, marks)
        counts = (count,) if named.is_entry else (0, len(higher), named.arity, count, count - named.units)
        if len(items) not in counts or (items and len(items) == count and has_arrow(marks)):
            raise NotThis
        if not items and named.arity and any(c.is_own and not c.arity for c in candidates):
            raise NotThis
        if not self._is_of_letters(named, items, candidates):
            raise NotThis
        if named.expansion is not None or not items:
            return Placed(self.scope, named, (), tuple(items), None, exponent, marks)
        places: list[Node] = [Ellipsis(marks.base.span)] * count
        axes = named.axes[: len(items)] if len(items) <= len(named.axes) else range(count)
        for k, item in zip(axes, items, strict=True):
            places[k] = item
        return Placed(self.scope, named, (), tuple(places), None, exponent, marks)

    def _is_of_letters(self, named: Named, items: Sequence[Node], candidates: Sequence[Named]) -> bool:
        """Whether no other name of the same form is told apart from this one by the letters that stand here."""
        others = [c for c in candidates if c is not named and c.is_own and c.arity == named.arity == len(items)]
        letters = [shown(x).rstrip("' ") for x in items]
        alike = [c for c in others if (c.subs, c.above) == (named.subs, named.above)]
        if (
            named.letters
            and list(named.letters) != letters
            and not named.is_told
            and counts_others(named, letters, self.scope.lexicon.own)
        ):
            return False
        return list(named.letters) == letters or not any(list(c.letters) == letters for c in alike)

    def _is_sub(self, named: Named, item: Node, sub: str) -> bool:
        """Whether an item below is the one that belongs to the name.

        Raises: OpenLayer for a letter in place of the number of a numbered name.
        """
        if shown(item) == sub:
            return True
        at = self._number_of(item) if named.is_numbered and sub.isdigit() else None
        return at is not None and sub == str(at)

    def _numbered(self, named: Named, item: Node) -> Node:
        """A mark above with the number of the layer that its letter stands for, where layers are told apart so."""
        body = item.body if isinstance(item, Bracketed) else item
        at = None if not named.is_numbered or isinstance(body, Number) else self._number_of(body)
        if at is None:
            return item
        number = Number(str(at), body.span)
        return replace(item, body=number) if isinstance(item, Bracketed) else number

    def _number_of(self, item: Node) -> int | None:
        """The number that an index is; None for what is no index, or one that is bound.

        Raises: OpenLayer for a letter that stands for the number of a layer.
        """
        try:
            at = self.scope.indices.affine(item)
        except Unknown:
            return None
        if isinstance(at.variable, str) or len(at.free) == 1:
            [letter] = at.free
            if letter not in self.scope.ranges.letters:
                raise OpenLayer(letter)
        return at.const if at.is_number else None

    def _layer(self, named: Named, above: list[Node], below: list[Node]) -> list[Affine]:
        """The values of ordered axes that the mark gives; takes it away from `above` or `below`.

        Of a single layer whose number is a letter, `x_{i+1}`, the mark is that number.
        """
        if named.fixed or (named.layer is None and not named.tensor.family):
            return list(named.fixed)
        mark = self._take_mark(above, below)
        layer = named.layer
        if isinstance(layer, str):
            if mark is None or shown(mark) != shown(node_of(upright(layer))):
                raise NotThis
            return []
        if mark is None:
            if isinstance(layer, int) and self.scope.lexicon.is_alone(named):
                return []
            at = self._implicit(named)
        else:
            try:
                number = self._number(mark)
            except Unknown as e:
                raise NotThis from e
            self.scope.seen.setdefault(number)
            at = number - named.shift
        if isinstance(layer, int):
            return self._is_layer(at, layer)
        if named.tensor.family:
            return [at]
        if at != layer:
            raise NotThis
        return []

    def _implicit(self, named: Named) -> Affine:
        """The layer of a symbol that carries no mark: one of those that the formula mentions."""
        if self.scope.layers:
            return self.scope.choices.choose(self.scope.layers, "layer") - named.shift
        if not isinstance(named.layer, int):
            return self.scope.indices.affine(node_of(IMPLICIT_LAYER)) - named.shift
        if SOME_LAYER not in self.scope.numbers:
            raise OpenLayer(SOME_LAYER)
        return number(self.scope.numbers[SOME_LAYER] - named.shift)

    def _is_layer(self, at: Affine, layer: int) -> list[Affine]:
        if not at.is_number:
            letters = sorted(at.free) or [repr(at)]
            raise OpenLayer(letters[0])
        if at.const != layer:
            raise NotThis
        return []

    def _take_mark(self, above: list[Node], below: list[Node]) -> Node | None:
        style = self.scope.lexicon.notation.layer_mark
        if style == "_l":
            return below.pop(0) if below else None
        if not above:
            return None
        first = above[0]
        is_bracketed = isinstance(first, Bracketed) and first.opening in "(["
        if style == "^l" and is_bracketed:
            return None
        if style in _BRACKETS and not (isinstance(first, Bracketed) and first.opening == _BRACKETS[style]):
            return None
        del above[0]
        return first.body if isinstance(first, Bracketed) else first

    def _number(self, mark: Node) -> Affine:
        """The number of a layer, or that of its letter."""
        key = key_of(mark)
        letters = [key_of(node_of(symbol(x).tex)) for x in self.scope.lexicon.notation.layer_letters]
        if key is not None and key in letters:
            return number(letters.index(key) + self.scope.lexicon.notation.input_layer)
        return self.scope.indices.affine(mark)

    def _rest(self, named: Named, above: list[Node]) -> tuple[Affine | None, Fraction]:
        """The sample that is left above, and the power."""
        sample, exponent = None, Fraction(1)
        batch = self.scope.batch
        for node in above:
            style = self.scope.lexicon.notation.sample_mark
            if style == "^(n)" and isinstance(node, Bracketed) and node.opening == "(" and batch is not None:
                sample = self.scope.indices.affine(node.body)
            elif style == "^n" and batch is not None and isinstance(node, Symbol):
                sample = self.scope.indices.affine(node)
            elif (power := entrywise_power(node)) is not None:
                exponent = power
            else:
                raise NotThis
        return sample, exponent


def _taken(named: Named, above: Sequence[Node]) -> tuple[tuple[str, ...], list[Node], Fraction]:
    """The marks above a name, `(·)` for an index; the indices among them; the power behind them."""
    kept: list[str] = []
    indices: list[Node] = []
    exponent = Fraction(1)
    for k, node in enumerate(above):
        wanted = named.above[k] if k < len(named.above) else None
        if place_of(node) == wanted:
            kept.append(wanted)
            indices.append(node.body if isinstance(node, Bracketed) else node)
        elif wanted is None and (power := entrywise_power(node)) is not None:
            exponent *= power
        else:
            kept.append(shown(node))
    return tuple(kept), indices, exponent


def _same(wanted: Sequence[str], given: Sequence[str]) -> bool:
    return len(wanted) == len(given) and all(w in ("", g) for w, g in zip(wanted, given, strict=True))

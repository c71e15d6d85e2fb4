"""Names the mistake in a wrong equation: the smallest change of the author's text that makes it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from itertools import chain

from derive.errors import DeriveError
from derive.latex.functions import function_symbol
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Fraction, Multiplied, Node, Scripts
from derive.latex.reading.vocabulary import Vocabulary
from derive.latex.tex import capital, symbol
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.keys import key_of
from derive.reading.marks import sequence
from derive.reading.quantity import Quantity
from derive.terms.affine import size as named_size
from derive.terms.term import Func
from derive.terms.walk import atoms_in
from derive.verify.claims import RIGHT
from derive.verify.document.context import Context
from derive.verify.document.departure import Departure, departure
from derive.verify.document.edits import EXPLAINED, SEVERAL, SHAPE, Surroundings, edits, spliced
from derive.verify.document.kinds import code_of
from derive.verify.document.link import Links
from derive.verify.document.manner import Manner
from derive.verify.document.operands import other_operands
from derive.verify.document.reference import references
from derive.verify.document.shapes import respelt
from derive.verify.document.signed import signed
from derive.verify.document.verdict import UNSIGNED, Verdict, verdict_of
from derive.verify.document.written import walk
from derive.verify.effort import Effort

MOST_SIZES = 6
MOST = 12_000
"""Changes of one equation are tried until their texts together have so many characters."""


@dataclass(frozen=True)
class Finding:
    """The code of a mistake, and the equation's right side without it, where it is one that would be accepted."""

    code: str
    text: str | None

    @property
    def sentence(self) -> str:
        return EXPLAINED[self.code]

    def beside(self, reason: str) -> str:
        """The mistake and why it is one, which may say the same."""
        return reason if reason.startswith(self.sentence.removeprefix("it is ")) else f"{self.sentence}; {reason}"


@dataclass(frozen=True)
class Trial:
    """Tries other right sides of one equation."""

    context: Context
    left: Node
    source: str
    vocabulary: Vocabulary
    effort: Effort
    remarks: Sequence[Node] = ()
    said: Sequence[Node] = ()
    """What words around it say of its letters, under which it may be right where it is not for all of them."""
    judge: Callable[[Node], Verdict] | None = None
    """The verdict on another right side, where the link is no equation."""
    manner: Manner = field(default_factory=Manner)
    names: Sequence[str] = ()
    """Those that the author has written so far."""

    def found(self, right: Node) -> Finding | None:
        """What was done wrong in `right`; None if no single change mends it. `remarks` stand beside the equation.

        Looked for first where it departs from what is derived, then among all small changes, the likeliest first.
        """
        if self.judge is not None:
            found = self.edited(right)
        else:
            found = self.departing(right) or self.edited(right) or self.replaced(right) or self.derived(right)
        return None if found is None else replace(found, text=self._told(found.text or ""))

    def _told(self, text: str) -> str | None:
        """A right side in the author's manner, its products with signs; None for one that would not be accepted."""
        node = self._node(text)
        own = (self.manner.of(text), text)
        more = iter(()) if node is None else (self.manner.of(t) for t in signed(node, text))
        return next((t for t in chain(own, more) if self._is_right(t)), None)

    def _is_right(self, text: str) -> bool:
        verdict = self._verdict(text)
        return verdict is not None and verdict.status in RIGHT

    @cached_property
    def links(self) -> Links:
        return replace(self.context.links(self.source), is_quick=True)

    def mends(self, text: str) -> bool:
        """Whether a right side is right, or would be with signs between factors that its author writes without."""
        if not self.effort.allows(self.source[self.left.span.start : self.left.span.end]):
            return False
        verdict = self._verdict(text)
        if verdict is None or verdict.status in RIGHT:
            return verdict is not None
        return verdict.reason == UNSIGNED and _signs(text) >= _signs(self.source)

    def _verdict(self, text: str) -> Verdict | None:
        node = self._node(text)
        if node is None:
            return None
        if self.judge is not None:
            return self.judge(node)
        verdict = self._under(node, self.remarks)
        if not self.said or (verdict is not None and verdict.status in RIGHT):
            return verdict
        return self._under(node, (*self.remarks, *self.said)) or verdict

    def _under(self, node: Node, remarks: Sequence[Node]) -> Verdict | None:
        try:
            return verdict_of(self.links.outcomes(self.left, node, remarks))
        except DeriveError:
            return None

    def _node(self, text: str) -> Node | None:
        formula = read_formula(text, self.vocabulary)
        members = [c.members for c in formula.chains]
        return None if formula.problems or len(members) != 1 or len(members[0]) != 1 else members[0][0]

    # -- departures from what is derived -------------------------------------------------------------------

    def departing(self, right: Node) -> Finding | None:
        """The part that has to be another one, if all around it is as it was derived."""
        batch = self.context.network.batch
        size = "" if batch is None else self.context.lexicon.printer.affine(batch.extent)
        base = right.span.start
        whole = self.source[base : right.span.end]
        for text, d in sorted(self._departures(right), key=lambda x: x[1].size):
            code = code_of(d, size, self.context.lexicon.notation.layer_mark.startswith("_"))
            new = spliced(whole, base, d.own.span, text[d.right.span.start : d.right.span.end])
            if code is not None and self.mends(new):
                return Finding(code, new)
        return None

    def _departures(self, right: Node) -> Iterator[tuple[str, Departure]]:
        for text in dict.fromkeys(self._references(right)):
            node = self._node(text)
            found = None if node is None else departure(right, node)
            if found is not None:
                yield text, found

    def _references(self, right: Node) -> Iterator[str]:
        for numbers in self.links.instances(self.left, right):
            try:
                left = Reader(self.links.scope(Choices(), numbers)).read(self.left)
            except DeriveError:
                continue
            yield from references(self.context, left)

    # -- small changes -------------------------------------------------------------------------------------

    def edited(self, right: Node) -> Finding | None:
        around = surroundings(self.context, self.left, right, self.source)
        likeliest = sorted(edits(right, self.source, around), key=lambda e: e.rank)
        texts = {e.text: e for e in reversed(likeliest)}
        written = 0
        for edit in sorted(texts.values(), key=lambda e: e.rank):
            written += len(edit.text)
            if written > MOST:
                break
            if self.mends(edit.text):
                return Finding(edit.code, edit.text)
        return None

    # -- other names -----------------------------------------------------------------------------------------

    def replaced(self, right: Node) -> Finding | None:
        base = right.span.start
        whole = self.source[base : right.span.end]
        if len(whole) > MOST:
            return None
        numbers = next(iter(self.links.instances(self.left, right)), {})
        itself = self.source[self.left.span.start : self.left.span.end]
        names = [name for name in self.names if name != itself]
        written = 0
        for code, span, name in other_operands(right, self.source, names, cache(partial(self._value, numbers))):
            written += len(whole)
            if written > MOST or self.effort.is_cut:
                break
            if self.mends(text := spliced(whole, base, span, name)):
                return Finding(code, text)
        return None

    def _value(self, numbers: Mapping[str, int], text: str) -> Quantity | None:
        node = self._node(text)
        try:
            return None if node is None else Reader(self.links.scope(Choices(), numbers)).read(node)
        except DeriveError:
            return None

    # -- all of it -----------------------------------------------------------------------------------------

    def derived(self, right: Node) -> Finding | None:
        """What is derived for the left side, in place of all that stands on the right."""
        found = (text for text in dict.fromkeys(self._references(right)) if self.mends(text))
        return next((Finding(SEVERAL, text) for text in found), None)


def _signs(text: str) -> int:
    """How many entrywise products have a sign."""
    return sum(text.count(sign) for sign in (r"\odot", r"\circ", "⊙", "∘"))


def surroundings(context: Context, left: Node, right: Node, source: str) -> Surroundings:
    """What stands around an equation that could be missing in it."""
    printer, batch = context.lexicon.printer, context.network.batch
    size = printer.affine(batch.extent) if batch is not None else ""
    sizes = sorted(s.name for s in context.lexicon.all_sizes if not s.args)
    others = [text for s in sizes if (text := printer.affine(named_size(s))) != size][:MOST_SIZES]
    slopes = tuple(_slopes(context, left, source))
    return Surroundings(size, slopes, tuple(_letters((left, right))), tuple(others))


def _letters(nodes: tuple[Node, ...]) -> Iterator[str]:
    """Single letters that stand as indices."""
    seen = set()
    for node in nodes:
        for inner in walk(node):
            if not isinstance(inner, Scripts) or inner.below is None:
                continue
            for item in sequence(inner.below):
                key = key_of(item)
                if key is not None and len(key.name) == 1 and key.name not in seen:
                    seen.add(key.name)
                    yield key.name


def _slopes(context: Context, left: Node, source: str) -> Iterator[str]:
    """`σ'(z^l)` where the left side is the gradient of layer l, with the marks that it has."""
    node = left.factors[-1] if isinstance(left, Multiplied) else left
    if isinstance(node, Fraction):
        node = next((n for n in reversed(list(walk(node.below))) if isinstance(n, Scripts)), node)
    base = node.base if isinstance(node, Scripts) else node
    marks = source[base.span.end : node.span.end]
    notation = context.lexicon.notation
    words = notation.symbols["preactivation"]
    names = dict.fromkeys(a.name for e in context.network.equations for a in atoms_in(e.rhs) if isinstance(a, Func))
    for name in names:
        if name in ("exp", "log", "pi"):
            continue
        for letter in dict.fromkeys((words, capital(words) if notation.capitals else words)):
            yield f"{function_symbol(notation, name)}'({symbol(letter).tex}{marks})"


def of_shape(verdict: Verdict, right: Node | None, source: str, manner: Manner) -> Finding | None:
    """A statement of a shape with the extents that it should have."""
    text = respelt(right, source, verdict.extents) if verdict.extents and right is not None else None
    return None if text is None else Finding(SHAPE, manner.of(text))

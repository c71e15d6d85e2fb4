"""Names the mistake in a wrong equation: the smallest change of the author's text that makes it right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.errors import DeriveError
from derive.latex.functions import function_symbol
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Multiplied, Node, Scripts
from derive.latex.reading.vocabulary import Vocabulary
from derive.latex.tex import capital, symbol
from derive.reading.keys import key_of
from derive.reading.marks import sequence
from derive.terms.term import Func
from derive.terms.walk import atoms_in
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.edits import EXPLAINED, Edit, Surroundings, edits, walk
from derive.verify.document.verdict import Verdict, verdict_of

MOST = 240
"""So many changes of one equation are tried."""


@dataclass(frozen=True)
class Finding:
    """The code of a mistake, and the equation's right side without it."""

    code: str
    text: str

    @property
    def sentence(self) -> str:
        return EXPLAINED[self.code]


def diagnosed(
    context: Context, left: Node, right: Node, source: str, vocabulary: Vocabulary, remarks: Sequence[Node] = ()
) -> Finding | None:
    """What was done wrong in `right`, where the remarks hold; None if no single change mends it."""
    around = surroundings(context, left, right, source)
    found: list[Edit] = []
    tried: set[str] = set()
    for edit in edits(right, source, around):
        if edit.text in tried or any(e.rank <= edit.rank for e in found):
            continue
        if len(tried) >= MOST:
            break
        tried.add(edit.text)
        if _mends(context, left, edit.text, source, vocabulary, remarks):
            found.append(edit)
    best = min(found, key=lambda e: e.rank, default=None)
    return None if best is None else Finding(best.code, best.text)


def _mends(
    context: Context, left: Node, text: str, source: str, vocabulary: Vocabulary, remarks: Sequence[Node]
) -> bool:
    formula = read_formula(text, vocabulary)
    members = [c.members for c in formula.chains]
    if formula.problems or len(members) != 1 or len(members[0]) != 1 or members[0][0] is None:
        return False
    try:
        verdict: Verdict = verdict_of(context.links(source).outcomes(left, members[0][0], remarks))
    except DeriveError:
        return False
    return verdict.status in (Status.PROVED, Status.AGREES)


def surroundings(context: Context, left: Node, right: Node, source: str) -> Surroundings:
    """What stands around an equation that could be missing in it."""
    printer, batch = context.lexicon.printer, context.network.batch
    size = printer.affine(batch.extent) if batch is not None else ""
    return Surroundings(size, tuple(_slopes(context, left, source)), tuple(_letters((left, right))))


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

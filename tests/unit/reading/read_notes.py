"""The notes of bundled networks as Markdown, read by the verifier of documents: what it makes of each formula.

Notes derive for one sample and state for a batch, so a formula is right if it is right of either.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from derive.errors import DeriveError
from derive.ir.tensor import Tensor
from derive.latex.notation import Notation
from derive.latex.printer import Printer
from derive.latex.reading.document import Document, Fragment
from derive.latex.reading.formula import read_formula
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Bracketed, Listed, Node
from derive.network.network import Network
from derive.reading.choices import Choices
from derive.reading.definitions import with_given
from derive.reading.expressions import Reader
from derive.reading.lexicon import SLOT, Lexicon, node_of
from derive.reading.sample_cost import with_sample_cost
from derive.reading.scope import OpenLayer, Scope
from derive.reading.shapes import extents_of_tuple
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentClaim
from derive.verify.document.context import Context
from derive.verify.document.diagnosis import Finding
from derive.verify.document.examples import EXAMPLE
from derive.verify.document.judge import ALONE, CASE
from derive.verify.document.names import condition_node, with_name
from derive.verify.document.profile import EMPTY, Meaning
from derive.verify.document.statements import REASONS
from derive.verify.document.verifier import Verifier
from tests.unit.reading.note_parts import Passage, Subject, passages

RIGHT = (Status.PROVED, Status.AGREES, Status.DEFINITION)

RANK = (*RIGHT, Status.CONVENTION, Status.NOT_CHECKED, Status.WRONG)

OUTSIDE: dict[str, str] = {
    r"\\cdots$|\\partial\^\{\+\}": "any number of further terms, and the name of a derivative",
    r"\\approx .*\(w [+-] \\varepsilon\)|^(\\frac\{|\()\w+\(w \+ \\varepsilon": "difference quotients",
    r"^\s*= |^0 .*<": "the mark of an equation above, and conditions",
    r"\\min_\{.*\\dots": "what is minimised over any number of parameters",
    r"\\max_\{z\}": "the largest of the values at all numbers",
    r"\\Delta f_\{i,25o\+5u\+v-30\}": "a row of a table, whose letters have their ranges elsewhere",
    r"\\star|^\\nabla \w\(\\theta\^": "names of operations, and of columns of numbers",
    r"\\operatorname\{Var\}\[.*?\] = (1$|\\frac)": "what the variance of weights is to be",
    r"= \\sum_\{\w(=1)?\}(\^\{.*?\}\]?\}?)? \\operatorname\{Var\}\[[^_\]]*\]": "a sum over a letter it has not",
    r"\\int|^r = \\sqrt": "an integral, and the bound of a start in a layer that its name does not tell",
    r"M\^\{": "products over layers or steps",
}
"""What is in formulas that say nothing of the values of a network, and why they are not judged."""

WHY_READ = (ALONE, REASONS["→"])
"""What claims nothing: it only has to be understood."""

UNDERSTOOD = "it claims nothing, and is understood"

NUMBERS = (CASE, EXAMPLE)
"""What is said in numbers of what may have any value."""


Wanted = Callable[[str, Sequence[Fragment]], Sequence[Fragment]]
"""Which formulas of a section of that kind are read."""


def _all(kind: str, fragments: Sequence[Fragment]) -> Sequence[Fragment]:
    return fragments


@dataclass
class _Read(Verifier):
    """A document about one network, which is there already; mistakes are not explained."""

    context: Context | None = None

    def _context(self, fragment: Fragment) -> Context:
        assert self.context is not None
        return self.context

    def _diagnosis(self, *_: object) -> Finding | None:
        return None

    def _trace(self, *_: object) -> None:
        return None


def context_of_network(network: Network, notation: Notation | None = None) -> Context:
    """What the notes of a network speak of."""
    drawn = replace(network, tensors={n: t for n, t in network.tensors.items() if not n.startswith("·")})
    printer = Printer(drawn, network.notation if notation is None else notation)
    full = with_sample_cost(network)
    full = replace(full, tensors={**full.tensors, SLOT.tensor: Tensor(SLOT.tensor, (), "input")})
    lexicon = with_given(Lexicon(printer, full), node_of(printer.rate), (), "hyper")
    layers = [t.label.layer for t in full.tensors.values() if isinstance(t.label.layer, int)]
    return Context(lexicon, {"L": max(layers)} if layers else {})


@dataclass
class Note:
    """The note of an example under a notation; it speaks of small networks of its own, of one sample, of the batch."""

    example: str
    notation: str | None
    language: str = "en"
    contexts: dict[int, Context] = field(default_factory=dict)
    equal: dict[tuple[int, str], list[DocumentClaim]] = field(default_factory=dict)
    """What is equal, by section and formula: the same in every language, unless the words around it count."""

    def claims(self, wanted: Wanted = _all) -> list[DocumentClaim]:
        """The best verdict on each link of the wanted formulas, each formula once in a section."""
        found: list[DocumentClaim] = []
        english = note(self.example, self.notation, "en").equal
        for k, passage in enumerate(passages(self.example, self.notation, self.language)):
            readers = [
                _Read(passage.document, EMPTY, context=c) for s in passage.subjects for c in self._contexts(s, passage)
            ]
            once = {f.source: f for f in reversed(list(_stated(passage.document)))}
            fragments = sorted(wanted(passage.kind, sorted(once.values(), key=_start)), key=_start)
            claims = {f: english.get((k, f.source)) or _best(readers, f) for f in fragments}
            again = (f for f, own in claims.items() if any(c.status is Status.NOT_CHECKED for c in own))
            claims |= {f: _best(readers, f) for f in list(again)}
            self.equal |= {(k, f.source): own for f, own in claims.items() if all(map(_is_equal, own))}
            found += (c for own in claims.values() for c in own)
        self.contexts.clear()
        return found

    def _contexts(self, subject: Subject, passage: Passage) -> Iterator[Context]:
        """One for all sections about the same network, so that names that are defined are kept."""
        if id(subject) not in self.contexts:
            context = context_of_network(subject.form.network, passage.notation)
            for new, plain in subject.others.items():
                context.lexicon = with_name(context.lexicon, Meaning(new, "is", plain, 0))
            context.given = frozenset(context.network.tensors)
            context.declared = subject.declared
            context.assumed = tuple(map(condition_node, subject.assumed))
            self.contexts[id(subject)] = context
        yield self.contexts[id(subject)]


def _is_equal(claim: DocumentClaim) -> bool:
    return claim.status in (Status.PROVED, Status.AGREES) and "said around it" not in claim.reason


def _best(readers: Sequence[_Read], fragment: Fragment) -> list[DocumentClaim]:
    """The best verdict on each link; of other subjects than the first none gives a name that another one refutes."""
    best: dict[tuple[int, str], DocumentClaim] = {}
    refuted, named = set(), set()
    for reader in readers:
        claims = list(reader._claims(fragment, ()))
        if not claims:
            return []
        for c in claims:
            at = (c.start, c.latex)
            if c.status is Status.WRONG:
                refuted.add(at)
            if c.status is Status.DEFINITION and reader is readers[0]:
                named.add(at)
            if at not in best or RANK.index(c.status) < RANK.index(best[at].status):
                best[at] = c
        if all(c.status in (Status.PROVED, Status.AGREES) for c in best.values()):
            break
    best = {
        at: replace(c, status=Status.WRONG) if c.status is Status.DEFINITION and at in refuted - named else c
        for at, c in best.items()
    }
    stated = list(best.values())
    if all(c.reason in WHY_READ for c in stated) and any(_understands(r.context, fragment) for r in readers):
        return [replace(c, reason=UNDERSTOOD) for c in stated]
    return stated


def _understands(context: Context | None, fragment: Fragment) -> bool:
    """Whether all that a formula is made of has a meaning, or is a shape, or an interval of numbers."""
    assert context is not None
    members = [m for c in read_formula(fragment.source, context.vocabulary(())).chains for m in c.members]
    return all(_is_understood(context, m) for m in members)


def _is_understood(context: Context, node: Node | None) -> bool:
    if node is None:
        return False
    interval = node.body if isinstance(node, Bracketed) and isinstance(node.body, Listed) else None
    if parts := extents_of_tuple(node) or (interval.items if interval is not None else ()):
        return all(_is_understood(context, x) for x in parts)
    if "∞" in shown(node):
        return True
    try:
        Reader(Scope(context.lexicon, Choices(), {**context.numbers, "l": 1}, "")).read(node)
    except OpenLayer:
        return True
    except DeriveError:
        return False
    return True


def _start(fragment: Fragment) -> int:
    return fragment.start


_OF_ENTRIES = re.compile(r"_\{?[a-z]|_\{[^}]*\},[a-z]")

_SHAPE = re.compile("shape|形状")


def _stated(document: Document) -> Iterator[Fragment]:
    """All formulas; in place of a shape in a table what it says: `symbol ∈ ℝ^shape` of each symbol before it."""
    lines = document.text.splitlines()
    for fragment in document.fragments:
        at = document.place(fragment.start)
        names = _shaped_in(lines, at.line - 1, at.column - 1)
        if not names:
            yield fragment
        for name in names:
            yield replace(fragment, source=rf"{name} \in \mathbb{{R}}^{{{fragment.source}}}")


def _shaped_in(lines: Sequence[str], at: int, column: int) -> list[str]:
    """The names before a place of a table whose column has shapes; none anywhere else.

    Of `x` and `X` in one cell the first is one sample, which comes first, the second a batch. The shape beside an
    equation of `S_i` is that of the whole S.
    """
    if not lines[at].startswith("| "):
        return []
    head = next(k for k in range(at, -1, -1) if not lines[k].startswith("| ")) + 1
    cells = lines[at][:column].split("|")
    shapes = [k for k, h in enumerate(lines[head].split("|")) if _SHAPE.search(h)]
    here = len(cells) - 1
    if here not in shapes:
        return []
    is_sample = here == shapes[0] != shapes[-1]
    named = (re.findall(r"\$(.+?)\$", c) for k, c in enumerate(cells[:-1]) if k not in shapes and c.startswith(" $"))
    names = [(found[0] if is_sample else found[-1]).partition(" = ")[0] for found in named if found]
    return [n for n in names if not _OF_ENTRIES.search(n)]


def outside(claim: DocumentClaim) -> str | None:
    """Why a formula says nothing of the network; None for all others."""
    if claim.reason in NUMBERS:
        return "sizes and values of an example"
    if claim.reason == UNDERSTOOD:
        return claim.reason
    return next((why for pattern, why in OUTSIDE.items() if re.search(pattern, claim.whole)), None)


def counted(claims: Sequence[DocumentClaim]) -> Counter[str]:
    """How many claims have which status; what is not checked and says nothing of the network apart."""
    return Counter("outside" if c.status not in RIGHT and outside(c) else c.status.value for c in claims)


@cache
def note(example: str, notation: str | None, language: str = "en") -> Note:
    return Note(example, notation, language)


def main(arguments: Sequence[str]) -> None:
    """`EXAMPLES NOTATIONS [LANGUAGE]`, with commas: a row for each note, and what is not right in it."""
    examples, notations, *language = arguments
    whole: Counter[str] = Counter()
    for example in examples.split(","):
        for notation in notations.split(","):
            try:
                claims = note(example, None if notation == "own" else notation, *language).claims()
            except DeriveError as e:
                print(f"{example} {notation}: {e.message}", flush=True)
                continue
            for c in claims:
                if c.status not in RIGHT and not outside(c):
                    print(f"  {c.status.value}: {c.place.line}: {' '.join(c.whole.split())}\n      {c.reason}")
            whole += counted(claims)
            print(example, notation, *language, dict(counted(claims)), flush=True)
    print("all", dict(whole))


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])

"""The notes of bundled networks as Markdown, read by the verifier of documents: what it makes of each formula.

Notes derive for one sample and state for a batch, so a formula is right if it is right of either.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from derive.errors import DeriveError
from derive.ir.tensor import Tensor
from derive.latex.printer import Printer
from derive.latex.reading.document import Document, Fragment
from derive.latex.reading.extract import document_of
from derive.network.network import Network
from derive.pipeline import derive, load, restated
from derive.reading.definitions import with_given
from derive.reading.lexicon import SLOT, Lexicon, node_of
from derive.reading.sample_cost import with_sample_cost
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentClaim
from derive.verify.document.context import Context
from derive.verify.document.diagnosis import Finding
from derive.verify.document.examples import EXAMPLE
from derive.verify.document.profile import EMPTY
from derive.verify.document.verifier import Verifier

RIGHT = (Status.PROVED, Status.AGREES, Status.DEFINITION)

RANK = (*RIGHT, Status.CONVENTION, Status.NOT_CHECKED, Status.WRONG)

OUTSIDE = {
    r"\\partial u_\{?k|f_\{?i\}? *\[|\[i = k\]": "calculus at large: any u, v, w and f",
    r"\\leftarrow|\\(?:var)?theta": "steps of learning",
    r"\(w \+ h\)|^h = 10": "difference quotients",
    r"\\star": "names of operations",
    r"\\mathbb\{E\}|\\operatorname\{Var\}": "random weights, which moments judge",
    r"M\^\{": "products over layers or steps",
}
"""Formulas of the notes that say nothing of the network's values: what is in them, and why."""


@dataclass
class _Read(Verifier):
    """A document about one network, which is there already; mistakes are not explained."""

    context: Context | None = None

    def _context(self, fragment: Fragment) -> Context:
        assert self.context is not None
        return self.context

    def _diagnosis(self, *_: object) -> Finding | None:
        return None


def context_of_network(network: Network) -> Context:
    """What the notes of a network speak of."""
    printer = Printer(network, network.notation)
    full = with_sample_cost(network)
    full = replace(full, tensors={**full.tensors, SLOT.tensor: Tensor(SLOT.tensor, (), "input")})
    lexicon = with_given(Lexicon(printer, full), node_of(printer.rate), (), "hyper")
    layers = [t.label.layer for t in full.tensors.values() if isinstance(t.label.layer, int)]
    return Context(lexicon, {"L": max(layers)} if layers else {})


@dataclass(frozen=True)
class Note:
    """The note of an example under a notation, with what it speaks of: the batch, and one sample."""

    example: str
    notation: str
    language: str = "en"

    def document(self) -> Document:
        derivation = derive(restated(load(self.example), self.notation))
        files = derivation.notes(("md",), self.notation, language=self.language)
        [text] = (t for name, t in files.items() if name == "md" or name.endswith(".md"))
        return document_of(text.decode(), self.example, "markdown")

    def contexts(self) -> Iterator[Context]:
        network = restated(load(self.example), self.notation)
        if network.sample is not None:
            yield context_of_network(network.sample)
        yield context_of_network(network)

    def claims(self, wanted: Callable[[Sequence[Fragment]], Sequence[Fragment]] = list) -> list[DocumentClaim]:
        """The best verdict on each link of the wanted formulas, each formula once."""
        document = self.document()
        readers = [_Read(document, EMPTY, context=c) for c in self.contexts()]
        once = {f.source: f for f in reversed(document.fragments)}
        found: list[DocumentClaim] = []
        for fragment in sorted(wanted(sorted(once.values(), key=_start)), key=_start):
            best: dict[tuple[int, str], DocumentClaim] = {}
            for reader in readers:
                for c in reader._claims(fragment, ()):
                    known = best.get((c.start, c.latex))
                    if known is None or RANK.index(c.status) < RANK.index(known.status):
                        best[c.start, c.latex] = c
                if all(c.status in RIGHT for c in best.values()):
                    break
            found += best.values()
        return found


def _start(fragment: Fragment) -> int:
    return fragment.start


def outside(claim: DocumentClaim) -> str | None:
    """Why a formula says nothing of the network; None for all others."""
    if EXAMPLE in claim.reason:
        return "sizes and values of an example"
    return next((why for pattern, why in OUTSIDE.items() if re.search(pattern, claim.whole)), None)


def counted(claims: Sequence[DocumentClaim]) -> Counter[str]:
    """How many claims have which status; what is not checked and says nothing of the network apart."""
    return Counter("outside" if c.status not in RIGHT and outside(c) else c.status.value for c in claims)


@cache
def note(example: str, notation: str, language: str = "en") -> Note:
    return Note(example, notation, language)


def main(arguments: Sequence[str]) -> None:
    """`EXAMPLES NOTATIONS [LANGUAGE]`, with commas: a row for each note, and what is not right in it."""
    examples, notations, *language = arguments
    whole: Counter[str] = Counter()
    for example in examples.split(","):
        for notation in notations.split(","):
            try:
                claims = note(example, notation, *language).claims()
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

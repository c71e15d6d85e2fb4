"""Words of a letter and a number in scripts, `net_{h1}`, `out_{o2}`: parts of names, and no indices.

They are where some name is defined with them, by more than a number, and nothing on the right of that has the letter:
`net_{h1} = w_1 i_1 + b_1`, while `z_{i1} = w x_i + b` is about any i. Nowhere may the letter be one that runs: below a
name that carries it with a number elsewhere, in a range, below a sum with an end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from derive.latex.reading.document import Document
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Big, Chain, Listed, Multiplied, Node, Number, Scripts, Symbol
from derive.latex.reading.trees import parts, walk
from derive.reading.keys import Key, key_of
from derive.reading.marks import marks_of

LIKELY = re.compile(r"_\s*\{\s*[A-Za-z]\s*[0-9]+\s*\}")
DEFINING = ("=", ":=", "≡")


def numbered_words(document: Document) -> frozenset[str]:
    """All such words of a document."""
    if not any(LIKELY.search(f.source) for f in document.fragments):
        return frozenset()
    chains = [c for f in document.fragments for c in read_formula(f.source).chains]
    defined: set[tuple[str, str]] = set()
    for chain in chains:
        defined |= set(_defined(chain))
    letters = {letter for letter, _ in defined} - _running(chains)
    return frozenset(
        f"{letter}{number}" for node in _nodes(chains) for letter, number in _words(node) if letter in letters
    )


def _nodes(chains: Iterable[Chain]) -> Iterator[Node]:
    for chain in chains:
        for part in (*chain.members, *chain.remarks):
            if part is not None:
                yield from walk(part)


def _words(node: Node) -> Iterator[tuple[str, str]]:
    """`(h, 1)` of `net_{h1}`: a letter and a whole number that make up what stands below a name."""
    match node:
        case Scripts(_, Multiplied((Symbol() as letter, Number(number)), ("",))) if number.isdigit():
            if _is_plain(letter):
                yield letter.name, number


def _is_plain(letter: Symbol) -> bool:
    return len(letter.name) == 1 and letter.name.isalpha() and key_of(letter) == Key(letter.name)


def _defined(chain: Chain) -> Iterator[tuple[str, str]]:
    """The word below the name that an equation gives a value made of other names, none of which has its letter."""
    if len(chain.members) < 2 or chain.relations[0] not in DEFINING:
        return
    left, right = chain.members[:2]
    if left is None or right is None or marks_of(left).key is None:
        return
    names = [x for x in walk(right) if isinstance(x, Symbol)]
    for letter, number in _words(left):
        if names and not any(x.name == letter for x in names):
            yield letter, number


def _running(chains: Iterable[Chain]) -> set[str]:
    """The letters that run: below a name that has them with a number too, in a range, below a sum with an end."""
    numbered = {(key_of(node.base), x) for node in _nodes(chains) if isinstance(node, Scripts) for x, _ in _words(node)}
    found: set[str] = set()
    for chain in chains:
        if any(isinstance(x, Listed) for x in chain.members):
            found |= {x.name for x in chain.members if isinstance(x, Symbol)}
        for member in chain.members:
            found |= set(_below(member, numbered, frozenset())) if member is not None else set()
    for node in _nodes(chains):
        if isinstance(node, Big) and node.below is not None and not _is_open(node):
            found |= {x.name for x in walk(node.below) if isinstance(x, Symbol)}
    return found


def _is_open(sum_: Big) -> bool:
    """Whether a sum says no more than its letter, `Σ_o`: that may be any of the words with it."""
    return isinstance(sum_.below, Symbol) and sum_.above is None


def _below(node: Node, numbered: set[tuple[Key | None, str]], bound: frozenset[str]) -> Iterator[str]:
    """The letters below names that have them with a number as well, but for those that open sums bind."""
    if isinstance(node, Scripts) and node.below is not None and not list(_words(node)):
        letters = {x.name for x in walk(node.below) if isinstance(x, Symbol)}
        yield from (x for x in letters - bound if (key_of(node.base), x) in numbered)
    if isinstance(node, Big) and isinstance(node.below, Symbol) and _is_open(node):
        bound = bound | {node.below.name}
    for part in parts(node):
        yield from _below(part, numbered, bound)

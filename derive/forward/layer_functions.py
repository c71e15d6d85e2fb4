"""Functions with the mark of a layer, `a^{[1]} = g^{[1]}(z^{[1]})`, `f_l(z^{(l)})`: of which nothing is said.

They are read as one function g: what is right of any g for all layers is right of one for each, as long as each stands
before values of its own layer only. Where words or a formula say what one of them is, nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from derive.errors import DeriveError
from derive.forward.calls import call_of, is_round
from derive.latex.reading.document import Document
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Bracketed, Chain, Multiplied, Node, Scripts, Symbol
from derive.latex.reading.trees import changed, walk
from derive.reading.marks import marks_of

LETTERS = frozenset(("f", "g", "h", "phi", "varphi", "psi", "sigma", "rho"))
SAID = {
    "sigmoid|logistic": r"\\sigma|sigmoid",
    "tanh|hyperbolic tangent|双曲正切": r"tanh",
    "relu|rectifie|修正线性": r"ReLU|relu|\\max",
    "softmax": r"softmax",
    "softplus": r"softplus|\\l(n|og)",
}
"""Functions that words may name, each with how formulas write it."""


def one_for_all(document: Document, chains: Sequence[Chain]) -> list[Chain]:
    """The chains without the marks of functions, where all of them stand before values of that layer.

    Raises: DeriveError where some do not, or where words say what they are.
    """
    letters = {x.name for c in chains for m in c.members if m is not None for x in _marked(m)}
    letters -= {x for c in chains for x in _defined(c)}
    unclear = letters & {x for c in chains for x in (*_elsewhere(c, letters), *_equal(c))}
    if letters and not unclear and _words_name_one(document):
        unclear = letters
    if unclear:
        message = f"which function {min(unclear)} with the mark of a layer is, is not clear"
        raise DeriveError(message, repair="give each function a letter of its own", file=document.name)
    return [_unmarked(c, letters) for c in chains]


def _marked(node: Node) -> Iterable[Symbol]:
    for x in walk(node):
        pairs = zip(x.factors, x.factors[1:], x.operators, strict=False) if isinstance(x, Multiplied) else ()
        for name, behind, sign in pairs:
            letter = _letter(name)
            if letter is not None and not sign and _is_alike(name, behind):
                yield letter


def _letter(node: Node) -> Symbol | None:
    """`g` of `g^{[1]}`, of `f_l`."""
    base = node.base if isinstance(node, Scripts) else None
    if not isinstance(base, Symbol) or base.name not in LETTERS or base.font or base.accents:
        return None
    marks = marks_of(node)
    return base if len((*marks.above, *marks.below)) == 1 and not marks.transposed else None


def _is_alike(name: Node, behind: Node) -> bool:
    """Whether the brackets hold a value of the layer that is the function's."""
    if not is_round(behind) or not isinstance(behind, Bracketed) or not isinstance(behind.body, Scripts):
        return False
    own, theirs = marks_of(name), marks_of(behind.body)
    [item] = (*own.above, *own.below)
    return any(_text(item) == _text(x) for x in (*theirs.above, *theirs.below))


def _text(mark: Node) -> str:
    return shown(mark.body if isinstance(mark, Bracketed) else mark)


def _defined(chain: Chain) -> Iterable[str]:
    """The letter of a function that has a formula of its own, `g^{[1]}(u) = …`."""
    first = chain.members[0]
    call = call_of(first) if first is not None and len(chain.members) > 1 else None
    if call is not None and (letter := _letter(call[0])) is not None:
        yield letter.name


def _equal(chain: Chain) -> Iterable[str]:
    """The letter of a function whose values are said to be those of another, `g^{[2]}(z^{[2]}) = σ(z^{[2]})`."""
    for member, other in pairwise(chain.members):
        calls = [call_of(x) for x in (member, other) if x is not None]
        if len(calls) == 2 and all(call is not None for call in calls):
            yield from (x.name for call in calls if call is not None and (x := _letter(call[0])) is not None)


def _elsewhere(chain: Chain, letters: set[str]) -> Iterable[str]:
    """The letters that stand somewhere else too, alone or before another value; derivatives are of no forward pass."""
    for member in chain.members if len(chain.members) > 1 else ():
        found = list(walk(member)) if member is not None else []
        alike = {id(x) for x in _marked(member)} if member is not None else set()
        alike |= {id(x.base) for x in found if isinstance(x, Scripts) and x.primes}
        yield from (x.name for x in found if isinstance(x, Symbol) and x.name in letters and id(x) not in alike)


def _words_name_one(document: Document) -> bool:
    """Whether words name a function that no formula writes: one with the mark of a layer may be meant."""
    formulas = "\n".join(f.source for f in document.fragments)
    words, at = [], 0
    for f in document.fragments:
        words.append(document.text[at : f.start])
        at = f.start + len(f.source)
    prose = "\n".join([*words, document.text[at:]]).lower()
    return any(re.search(name, prose) and not re.search(formula, formulas) for name, formula in SAID.items())


def _unmarked(chain: Chain, letters: set[str]) -> Chain:
    def bare(node: Node) -> Node | None:
        if not isinstance(node, Multiplied):
            return None
        factors = list(node.factors)
        for k, sign in enumerate(node.operators):
            letter = _letter(factors[k])
            if letter is not None and letter.name in letters and not sign and _is_alike(factors[k], factors[k + 1]):
                primes = marks_of(factors[k]).primes
                factors[k] = Scripts(letter, None, None, primes, factors[k].span) if primes else letter
        if factors == list(node.factors):
            return None
        return Multiplied(tuple(changed(x, bare) for x in factors), node.operators, node.span)

    return changed(chain, bare)  # type: ignore[return-value]

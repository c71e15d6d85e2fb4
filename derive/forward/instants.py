"""A letter in brackets that says when values are looked at, `v_j(n) = Σ_i w_{ji}(n) x_i(n)`: it means nothing else.

Such is one behind the names of several left sides that stands on their right sides behind names only; `x` in
`f(x) = W x + b` is the argument of a function. Sums over it are about several networks, and make none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.latex.reading.syntax import Big, Bracketed, Chain, Multiplied, Node, Scripts, Symbol
from derive.latex.reading.trees import changed, walk

FEWEST = 2
"""On so many left sides it stands at least."""


def instants_in(chains: Sequence[Chain]) -> frozenset[str]:
    """These letters."""
    sides: dict[str, list[Node]] = {}
    for chain in chains:
        for left, right in zip(chain.members, chain.members[1:], strict=False):
            letter = _instant(left) if left is not None else None
            if letter is not None and right is not None:
                sides.setdefault(letter, []).append(right)
    return frozenset(
        letter
        for letter, rights in sides.items()
        if len(rights) >= FEWEST and not any(_stands_free(letter, right) for right in rights)
    )


def at_any_time(chain: Chain, letters: frozenset[str]) -> Chain:
    """The chain without them; of one that sums over them nothing is left."""
    if not letters:
        return chain
    if any(_is_over(x, letters) for m in chain.members if m is not None for x in walk(m)):
        return replace(chain, members=tuple(None for _ in chain.members))
    members = tuple(None if m is None else changed(m, lambda x: _without(x, letters)) for m in chain.members)
    return replace(chain, members=members)


def _is_over(node: Node, letters: frozenset[str]) -> bool:
    """Whether it is a sum over such a letter."""
    below = node.below if isinstance(node, Big) else None
    return below is not None and any(isinstance(x, Symbol) and x.name in letters for x in walk(below))


def _instant(node: Node) -> str | None:
    """n of `v_j(n)`."""
    found = list(_instants(node))
    return found[0][1] if isinstance(node, Multiplied) and len(node.factors) == 2 and found else None


def _instants(node: Node) -> Iterator[tuple[int, str]]:
    """Where letters in brackets stand behind names, among factors."""
    if isinstance(node, Multiplied):
        for k, (a, operator, b) in enumerate(zip(node.factors, node.operators, node.factors[1:], strict=False), 1):
            if not isinstance(a, Symbol | Scripts) or operator or not isinstance(b, Bracketed) or b.opening != "(":
                continue
            if isinstance(b.body, Symbol) and len(b.body.name) == 1:
                yield k, b.body.name


def _stands_free(letter: str, right: Node) -> bool:
    everywhere = sum(isinstance(x, Symbol) and x.name == letter for x in walk(right))
    behind = sum(name == letter for x in walk(right) for _, name in _instants(x))
    return everywhere != behind


def _without(node: Node, letters: frozenset[str]) -> Node | None:
    places = {k for k, letter in _instants(node) if letter in letters}
    if not places or not isinstance(node, Multiplied):
        return None
    kept = [k for k in range(len(node.factors)) if k not in places]
    factors = tuple(changed(node.factors[k], lambda x: _without(x, letters)) for k in kept)
    if len(factors) == 1:
        return factors[0]
    return Multiplied(factors, tuple(node.operators[k - 1] for k in kept[1:]), node.span)

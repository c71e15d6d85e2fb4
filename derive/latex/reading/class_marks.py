"""The class of a target written as a condition: `1\\{y^{(i)} = j\\}` is an entry of its one-hot vector, `y_j^{(i)}`.

So is `P(y^{(i)} = j | x^{(i)}; θ)` the entry j of a vector P, for the sample of y.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from derive.latex.reading.syntax import Bracketed, Chain, Listed, Multiplied, Node, Number, Scripts, Symbol
from derive.latex.reading.trees import changed, walk

INDICATORS = frozenset(("1", "I"))
PROBABILITIES = frozenset(("P", "p", "Pr"))


def by_entries(chain: Chain, names: Set[str]) -> Chain:
    """The chain with entries in place of what is said of the classes of these names."""

    def entry(node: Node) -> Node | None:
        if isinstance(node, Multiplied):
            factors, operators = _joined(node, names)
            if len(factors) < len(node.factors):
                if len(factors) == 1:
                    return factors[0]
                return Multiplied(tuple(changed(x, entry) for x in factors), tuple(operators), node.span)
        said = indicated(node)
        return _entry(said[0], said[1], node) if said is not None and _name(said[0]) in names else None

    return changed(chain, entry)  # type: ignore[return-value]


def _joined(node: Multiplied, names: Set[str]) -> tuple[list[Node], list[str]]:
    """The factors of a product, a letter and the brackets behind it as one where these speak of a class."""
    factors: list[Node] = []
    operators: list[str] = []
    k = 0
    while k < len(node.factors):
        factor, step = node.factors[k], 1
        behind = node.factors[k + 1] if k + 1 < len(node.factors) and not node.operators[k] else None
        said = None if behind is None else _beside(factor, behind)
        if said is not None and behind is not None and _name(said[0]) in names:
            is_probability = isinstance(factor, Symbol) and factor.name in PROBABILITIES
            base = factor if is_probability else said[0]
            whole = Bracketed("{", "}", factor, factor.span | behind.span)
            factor, step = _entry(said[0], said[1], whole, base), 2
        if factors:
            operators.append(node.operators[k - 1])
        factors.append(factor)
        k += step
    return factors, operators


def indicated(node: Node) -> tuple[Node, Node] | None:
    """The name and the class of `1_{y = j}`, or of `[y = j]`; None for anything else."""
    match node:
        case Scripts(base, below, None, 0) if below is not None and _is_indicator(base):
            return _classified(below.body if isinstance(below, Bracketed) else below)
        case Bracketed("[", _, body):
            return _classified(body)
    return None


def said_of_classes(node: Node) -> Iterator[tuple[Node, Node]]:
    """The names and the classes of all indicators in an expression."""
    for x in walk(node):
        pairs = zip(x.factors, x.factors[1:], strict=False) if isinstance(x, Multiplied) else ()
        found = (_beside(a, b) for a, b in pairs if _is_indicator(a))
        yield from (said for said in (*found, indicated(x)) if said is not None)


def _beside(head: Node, brackets: Node) -> tuple[Node, Node] | None:
    """The name and the class of `1\\{y = j\\}`, or of `P(y = j | x)`."""
    if not isinstance(brackets, Bracketed):
        return None
    if _is_indicator(head):
        return _classified(brackets.body)
    if isinstance(head, Symbol) and head.name in PROBABILITIES and brackets.opening == "(":
        body = brackets.body
        return _classified(body.items[0] if isinstance(body, Listed) and body.items else body)
    return None


def _is_indicator(node: Node) -> bool:
    return (isinstance(node, Number) and node.text == "1") or (
        isinstance(node, Symbol) and node.name in INDICATORS and bool(node.font)
    )


def _classified(node: Node) -> tuple[Node, Node] | None:
    """`y = j`: a name without letters below it, and a letter or a number."""
    match node:
        case Chain((left, Symbol() | Number() as right), ("=",)) if left is not None and _name(left):
            return left, right
    return None


def _name(node: Node) -> str:
    """The letter of a name that has nothing below it; empty for anything else."""
    if isinstance(node, Scripts):
        return _name(node.base) if node.below is None and not node.primes else ""
    return node.name if isinstance(node, Symbol) and not node.accents and not node.font else ""


def _entry(name: Node, place: Node, whole: Node, base: Node | None = None) -> Node:
    above = name.above if isinstance(name, Scripts) else None
    own = name.base if isinstance(name, Scripts) else name
    return Scripts(own if base is None or base is name else base, place, above, 0, whole.span)

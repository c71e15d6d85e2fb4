"""What a departure is called: the code of the mistake that has one part stand in place of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from derive.latex.reading.syntax import (
    Added,
    Applied,
    Big,
    Bracketed,
    Fraction,
    Multiplied,
    Node,
    Number,
    Root,
    Scripts,
    Symbol,
)
from derive.reading.marks import Marks, entrywise_power, is_transpose, marks_of, sequence
from derive.verify.document.departure import Departure, Factor, bare, factors, is_leaf, key, signed_terms, unmatched

ENTRYWISE = ("odot", "circ", "ast", "star")


def code_of(d: Departure, batch: str = "", has_layers_below: bool = False) -> str | None:
    """The name of a departure; None for one that has none.

    `batch` is the size of the batch as it is written, `has_layers_below` whether layers are numbered by subscripts.
    """
    own, right = bare(d.own), bare(d.right)
    for rule in (_of_transposes, _of_powers, _of_signs, _of_sums, _of_slopes, _of_terms):
        code = rule(own, right)
        if code is not None:
            return code
    if is_leaf(own) and is_leaf(right):
        return _of_symbols(marks_of(own), marks_of(right), d.in_argument, has_layers_below)
    return _of_factors(factors(own), factors(right), batch)


# -- one part ----------------------------------------------------------------------------------------------


def _of_transposes(own: Node, right: Node) -> str | None:
    """`W` for `Wᵀ`."""
    turned = [_untransposed(n) for n in (own, right)]
    (a, is_a), (b, is_b) = turned
    return "lost-transpose" if a == b and is_a != is_b else None


def _untransposed(node: Node) -> tuple[str, bool]:
    """What is written without the transpose behind it, and whether there is one."""
    marks = marks_of(node)
    if isinstance(node, Scripts) and (isinstance(marks.base, Symbol) or marks.transposed):
        above, below = " ".join(map(key, marks.above)), " ".join(map(key, marks.below))
        if isinstance(marks.base, Symbol) or not (above or below):
            return f"{key(marks.base)} _{below} ^{above} {marks.primes}".replace(" _ ^ 0", ""), marks.transposed
    return key(node), False


def _of_powers(own: Node, right: Node) -> str | None:
    """`a` for `a²`, `v` for `√v`, `v⁻¹` for `v^{-1/2}`."""
    if all(isinstance(n, Scripts) and n.above is not None and is_leaf(n) for n in (own, right)):
        return None
    (a, p), (b, q) = _powered(own), _powered(right)
    return "wrong-power" if a == b and p != q else None


def _powered(node: Node) -> tuple[str, str]:
    if isinstance(node, Root) and node.degree is None:
        return key(node.arg), "1/2"
    if isinstance(node, Scripts) and node.above is not None:
        above = node.above
        if entrywise_power(above) is not None or not is_leaf(node):
            base = bare(node.base)
            alone = key(base) if node.below is None else f"({key(base)} _{key(node.below)})"
            items = sequence(above)
            if not (items and is_transpose(items[-1])):
                return alone, key(above).replace("prefix odot ", "").replace("prefix circ ", "")
    return key(node), "1"


def _of_signs(own: Node, right: Node) -> str | None:
    mine, theirs = signed_terms(own), signed_terms(right)
    if len(mine) != len(theirs) or Counter(key(t) for _, t in mine) != Counter(key(t) for _, t in theirs):
        return None
    alike = [x for x in mine if (x[0], key(x[1])) in {(s, key(t)) for s, t in theirs}]
    return None if len(alike) == len(mine) else "sign-of-term" if alike else "sign"


def _of_sums(own: Node, right: Node) -> str | None:
    """A sum sign that is missing, or one too many."""
    for a, b, code in ((own, right, "missing-sum"), (right, own, "extra-sum")):
        inner = b
        while isinstance(inner, Big) and inner.operator == "sum":
            inner = bare(inner.body)
            if key(inner) == key(a):
                return code
    return None


def _of_slopes(own: Node, right: Node) -> str | None:
    """`a` for `1 − a²`, and for `a (1 − a)`: the function for its derivative."""
    inner = _complement(right)
    if inner is not None and key(own) in (inner, _powered_text(right)):
        return "value-for-derivative"
    mine, theirs = unmatched(factors(own), factors(right), lambda f: f.key)
    if not mine and len(theirs) == 1:
        inner = _complement(theirs[0].nodes[-1])
        if inner is not None and any(f.key == inner for f in factors(own)):
            return "value-for-derivative"
    return None


def _complement(node: Node) -> str | None:
    """What is written for u in `1 − u`."""
    terms = signed_terms(node)
    is_complement = len(terms) == 2 and terms[0][0] == "+" and key(terms[0][1]) == "1" and terms[1][0] == "-"
    return key(terms[1][1]) if is_complement else None


def _powered_text(node: Node) -> str | None:
    """What is written for a in `1 − a²`."""
    terms = signed_terms(node)
    return _powered(terms[1][1])[0] if len(terms) == 2 else None


def _of_terms(own: Node, right: Node) -> str | None:
    """Terms that are missing, or too many."""
    mine, theirs = (signed_terms(n) for n in (own, right))
    a, b = unmatched(mine, theirs, lambda t: f"{t[0]} {key(t[1])}")
    if len(a) + len(b) == max(len(mine), len(theirs)) or (a and b):
        return None
    return "missing-term" if b else "extra-term"


def _of_symbols(own: Marks, right: Marks, in_argument: bool, has_layers_below: bool) -> str | None:
    """What one symbol in place of another is called."""
    if key(own.base) != key(right.base):
        return "wrong-argument" if in_argument else "wrong-operand"
    if own.primes != right.primes:
        return "value-for-derivative" if own.primes < right.primes else "derivative-for-value"
    above, below = ([key(n) for n in m.above] for m in (own, right)), ([key(n) for n in m.below] for m in (own, right))
    (a, b), (c, d) = above, below
    if a != b:
        return "wrong-layer" if c == d else None
    if has_layers_below and len(c) == len(d) and c[1:] == d[1:]:
        return "wrong-layer"
    if sorted(c) == sorted(d):
        return "swapped-indices"
    return "wrong-index" if len(c) == len(d) else "missing-index" if len(c) < len(d) else None


# -- factors -----------------------------------------------------------------------------------------------


def _of_factors(own: Sequence[Factor], right: Sequence[Factor], batch: str) -> str | None:
    missing, extra = unmatched(right, own, lambda f: f.key)
    if missing and extra:
        return _turned(own, right) or _opened(own, right, batch)
    if missing:
        return _missing(missing, batch)
    if extra:
        return _extra(extra, batch)
    if [f.key for f in own] != [f.key for f in right]:
        return "swapped-factors"
    for a, b in zip(own, right, strict=True):
        if a.operator != b.operator:
            return "hadamard-for-product" if a.operator in ENTRYWISE else "product-for-hadamard"
    return None


def _turned(own: Sequence[Factor], right: Sequence[Factor]) -> str | None:
    """`x δᵀ` for `δ xᵀ`: all factors transposed, in the other order."""
    if len(own) != len(right) or any(len(f.nodes) > 1 for f in (*own, *right)):
        return None
    pairs = [(_untransposed(a.nodes[0]), _untransposed(b.nodes[0])) for a, b in zip(own, reversed(right), strict=True)]
    return "transposed" if all(a == b and x != y for (a, x), (b, y) in pairs) else None


def _opened(own: Sequence[Factor], right: Sequence[Factor], batch: str) -> str | None:
    """A last factor that is a sum or a product in brackets, taken apart."""
    mine, theirs = ([f for x in side for f in _flat(x)] for side in (own, right))
    return _of_factors(mine, theirs, batch) if (len(mine), len(theirs)) != (len(own), len(right)) else None


def _flat(f: Factor) -> list[Factor]:
    inner = bare(f.nodes[-1])
    return factors(inner) if len(f.nodes) == 1 and isinstance(inner, Multiplied) else [f]


def _missing(found: Sequence[Factor], batch: str) -> str:
    if len(found) == 1:
        value = _number(found[0], batch)
        if value is not None:
            return {"1/m": "missing-mean", "m": "extra-mean", "2": "factor-half", "1/2": "factor-two"}[value]
        if _is_ones(found[0]):
            return "missing-sum"
    return "missing-derivative" if any(_is_slope(f) for f in found) else "missing-factor"


def _extra(found: Sequence[Factor], batch: str) -> str:
    if len(found) == 1:
        value = _number(found[0], batch)
        if value is not None:
            return {"1/m": "extra-mean", "m": "missing-mean", "2": "factor-two", "1/2": "factor-half"}[value]
        if _is_ones(found[0]):
            return "extra-sum"
    return "extra-factor"


def _number(f: Factor, batch: str) -> str | None:
    """`2`, `1/2`, `m`, `1/m`; None for anything else."""
    node = bare(f.nodes[0])
    if isinstance(node, Fraction) and key(node.above) == "1":
        below = key(node.below)
        return "1/m" if below == batch else "1/2" if below == "2" else None
    text = key(node)
    return "m" if text == batch and batch else "2" if isinstance(node, Number) and text == "2" else None


def _is_ones(f: Factor) -> bool:
    base = marks_of(f.nodes[0]).base
    return isinstance(base, Symbol) and base.name == "1" and len(f.nodes) == 1


def _is_slope(f: Factor) -> bool:
    """`σ'(z)`, `1 − a`."""
    head = f.nodes[0].function if isinstance(f.nodes[0], Applied) else f.nodes[0]
    is_primed = isinstance(head, Scripts) and head.primes > 0
    return is_primed or (isinstance(f.nodes[-1], Bracketed | Added) and _complement(f.nodes[-1]) is not None)

"""Mistakes as people make them, each a small change of the text of a right side.

A mistake is left out by rule where it may change nothing: transposes, the order of factors and sums over ones in
networks with an axis of extent 1; the argument of the derivative of ReLU, which is the same at z and at max(0, z); one
of the two vectors of ones in `1 1ᵀ`, as a column that is added to a matrix is added to each of its columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tests.catalogue.printed import Node, parsed, walk
from tests.catalogue.values import TRANSPOSE

HADAMARD = ("\\odot", "\\circ")
STEPS = ("ReLU",)


@dataclass(frozen=True)
class Mutant:
    """A kind of mistake and the text with it."""

    kind: str
    text: str


@dataclass(frozen=True)
class Around:
    """What else the notation writes: the size of the batch; other symbols in place of a symbol, by its stem."""

    batch: str
    is_matrix: bool
    has_units: bool
    others: Mapping[str, tuple[str, ...]]
    layers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Formula:
    """The right side of an equation, taken apart."""

    text: str
    around: Around

    @property
    def root(self) -> Node:
        return parsed(self.text)

    def of(self, node: Node) -> str:
        return self.text[node.start : node.end]

    def put(self, start: int, end: int, new: str) -> str:
        before, after = self.text[:start], self.text[end:]
        if not new:
            before, after = before.rstrip(), f" {after.lstrip()}"
        gap = " " if re.search(r"\\[a-zA-Z]+$", before) and re.match(r"[a-zA-Z]", new) else ""
        return f"{before}{gap}{new}{after}".strip()

    def closed(self, node: Node) -> str:
        return rf"\left( {self.of(node)} \right)" if node.kind == "sum" else self.of(node)


Mutation = Callable[[Formula], Iterator[str]]


def mutants(text: str, around: Around) -> Iterator[Mutant]:
    """Every mistake that can be made in a right side, one at a time."""
    formula = Formula(text, around)
    for kind, mutation in MUTATIONS.items():
        for new in mutation(formula):
            if new and new != text:
                yield Mutant(kind, new)


# -- of the whole ------------------------------------------------------------------------------------------


def sign(f: Formula) -> Iterator[str]:
    yield f"-{f.closed(f.root)}"


def factor_two(f: Formula) -> Iterator[str]:
    yield f"2 {f.closed(f.root)}"


def factor_half(f: Formula) -> Iterator[str]:
    yield rf"\frac{{1}}{{2}} {f.closed(f.root)}"


def extra_mean(f: Formula) -> Iterator[str]:
    if f.around.batch:
        yield rf"\frac{{1}}{{{f.around.batch}}} {f.closed(f.root)}"


def transposed(f: Formula) -> Iterator[str]:
    """`x δᵀ` for `δ xᵀ`."""
    for node, k in _matrix_products(f):
        if node == f.root and k == len(node.parts) - 2 and {p.kind for p in node.parts[:k]} <= {"fraction"}:
            a, b = node.parts[k:]
            yield f.put(a.start, b.end, f"{_turned(f.of(b))} {_turned(f.of(a))}")


# -- of sums -----------------------------------------------------------------------------------------------


def _sums(f: Formula) -> Iterator[Node]:
    return (n for n in walk(f.root) if n.kind == "sum" and len(n.parts) > 1)


def _joined(f: Formula, terms: list[tuple[str, Node]]) -> str:
    out = " ".join(f"{s} {f.of(p)}" for s, p in terms)
    return out.removeprefix("+ ")


def sign_of_term(f: Formula) -> Iterator[str]:
    for node in _sums(f):
        terms = list(zip(node.marks, node.parts))
        for k, (mark, part) in enumerate(terms):
            flipped = "+" if mark == "-" else "-"
            yield f.put(node.start, node.end, _joined(f, [*terms[:k], (flipped, part), *terms[k + 1 :]]))


def turned_difference(f: Formula) -> Iterator[str]:
    """y − a for a − y."""
    for node in _sums(f):
        if node.marks == ("+", "-"):
            a, b = node.parts
            yield f.put(node.start, node.end, f"{f.of(b)} - {f.of(a)}")


def missing_term(f: Formula) -> Iterator[str]:
    for node in _sums(f):
        terms = list(zip(node.marks, node.parts))
        for k in range(len(terms)):
            yield f.put(node.start, node.end, _joined(f, [*terms[:k], *terms[k + 1 :]]))


# -- of products -------------------------------------------------------------------------------------------


def missing_mean(f: Formula) -> Iterator[str]:
    fraction = rf"\frac{{1}}{{{f.around.batch}}}"
    for node in walk(f.root):
        if f.around.batch and node.kind == "fraction" and f.of(node) == fraction:
            yield f.put(node.start, node.end, "")


def missing_sum(f: Formula) -> Iterator[str]:
    for node in walk(f.root):
        if node.kind == "sigma":
            yield f.put(node.start, node.parts[0].start, "")
        parts = node.parts if node.kind == "product" and _has_order(f) else ()
        ones = [p for p in parts if f.of(p).startswith("\\mathbf{1}")]
        if len(ones) == 1:
            yield f.put(ones[0].start, ones[0].end, "")


def missing_derivative(f: Formula) -> Iterator[str]:
    yield from (new for is_slope, new in _without_factors(f) if is_slope)


def missing_factor(f: Formula) -> Iterator[str]:
    yield from (new for is_slope, new in _without_factors(f) if not is_slope)


def _without_factors(f: Formula) -> Iterator[tuple[bool, str]]:
    """The text without one factor, and whether that is the derivative of an activation."""
    for node in walk(f.root):
        if node.kind != "product":
            continue
        for k, part in enumerate(node.parts):
            if part.kind in ("fraction", "sigma") or f.of(part).startswith(("\\mathbf{1}", "[")):
                continue
            start, end = (node.parts[k - 1].end, part.end) if k else (part.start, node.parts[1].start)
            yield _is_slope(f, node, k), f.put(start, end, "")


def _is_slope(f: Formula, node: Node, k: int) -> bool:
    part = node.parts[k]
    return (part.kind == "call" and "'" in part.marks) or _complement(f, part) is not None


def _complement(f: Formula, part: Node) -> str | None:
    """The text of u in the factor `(1 − u)` or `(1 − u²)`."""
    if part.kind != "bracket" or part.marks or part.parts[0].kind != "sum":
        return None
    inner = part.parts[0]
    is_complement = inner.marks == ("+", "-") and f.of(inner.parts[0]) == "1"
    return f.of(inner.parts[1]) if is_complement else None


def missing_slope(f: Formula) -> Iterator[str]:
    """`a (1 − a)` left out altogether."""
    for node in walk(f.root):
        for k in range(1, len(node.parts)) if node.kind == "product" else ():
            text = _complement(f, node.parts[k])
            if text is not None and text == f.of(node.parts[k - 1]):
                first = k - 1
                start, end = (
                    (node.parts[first - 1].end, node.parts[k].end)
                    if first
                    else (node.parts[0].start, node.parts[k + 1].start)
                    if k + 1 < len(node.parts)
                    else (0, 0)
                )
                if end:
                    yield f.put(start, end, "")


def value_for_derivative(f: Formula) -> Iterator[str]:
    """σ for σ', a for a (1 − a) and for 1 − a²."""
    for node in walk(f.root):
        if node.kind == "call" and "'" in node.marks:
            at = f.text.index("'", node.start)
            yield f.text[:at] + f.text[at + 1 :]
        for k, part in enumerate(node.parts) if node.kind == "product" else ():
            text = _complement(f, part)
            if text is None:
                continue
            if k and text == f.of(node.parts[k - 1]):
                yield f.put(node.parts[k - 1].end, part.end, "")
            elif (square := re.fullmatch(r"(.*)\^\{?(?:\\odot|\\circ)? ?2\}?", text)) is not None:
                yield f.put(part.start, part.end, _unbracketed(square.group(1)))


def _unbracketed(text: str) -> str:
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text


def hadamard_for_product(f: Formula) -> Iterator[str]:
    for node, k in _matrix_products(f):
        yield f.put(node.parts[k].end, node.parts[k + 1].start, rf" {_hadamard(f)} ")


def product_for_hadamard(f: Formula) -> Iterator[str]:
    for node in walk(f.root):
        for k, mark in enumerate(node.marks) if node.kind == "product" else ():
            if mark in HADAMARD and _has_order(f):
                yield f.put(node.parts[k].end, node.parts[k + 1].start, " ")


def _hadamard(f: Formula) -> str:
    return "\\circ" if "\\circ" in f.text else "\\odot"


def _has_order(f: Formula) -> bool:
    return f.around.is_matrix and not f.around.has_units


def _matrix_products(f: Formula) -> Iterator[tuple[Node, int]]:
    """Factors side by side of which one is transposed: both are matrices or vectors."""
    for node in walk(f.root):
        for k, mark in enumerate(node.marks) if node.kind == "product" and _has_order(f) else ():
            a, b = node.parts[k], node.parts[k + 1]
            if not mark and TRANSPOSE in f.of(a) + f.of(b) and {a.kind, b.kind} <= {"leaf", "bracket"}:
                yield node, k


def swapped_factors(f: Formula) -> Iterator[str]:
    for node, k in _matrix_products(f):
        a, b = node.parts[k], node.parts[k + 1]
        yield f.put(a.start, b.end, f"{f.of(b)} {f.of(a)}")


def lost_transpose(f: Formula) -> Iterator[str]:
    for node in walk(f.root):
        if not _has_order(f) or TRANSPOSE not in "".join(node.marks):
            continue
        text = f.of(node)
        at = text.rindex(TRANSPOSE)
        new = (text[:at] + text[at + len(TRANSPOSE) :]).replace("^{}", "")
        yield f.put(node.start, node.end, _unbracketed(new) if node.kind == "bracket" and "(" not in new[1:] else new)


def added_transpose(f: Formula) -> Iterator[str]:
    for node, k in _matrix_products(f):
        for part in node.parts[k : k + 2]:
            if TRANSPOSE not in f.of(part):
                yield f.put(part.start, part.end, _turned(f.of(part)))


def _turned(text: str) -> str:
    if TRANSPOSE in text:
        found = re.fullmatch(r"\((.*)\)\^\{\\mathsf\{T\}\}", text)
        return found.group(1) if found and "(" not in found.group(1) else text.replace(TRANSPOSE, "").replace("^{}", "")
    return rf"({text})^{{{TRANSPOSE}}}"


# -- of symbols --------------------------------------------------------------------------------------------


def swapped_indices(f: Formula) -> Iterator[str]:
    """`W_{jk}` for `W_{kj}`: of a symbol with two letters as its last group of indices."""
    for node in () if f.around.is_matrix else walk(f.root):
        found = re.search(r"_\{(?:[^{}]*\{[^{}]*\},)?([a-z])([a-z])\}(?:\^\{[^_]*\})?$", f.of(node))
        if node.kind == "leaf" and found and found.group(1) != found.group(2):
            start, end = node.start + found.start(1), node.start + found.end(2)
            yield f.put(start, end, found.group(2) + found.group(1))


def wrong_layer(f: Formula) -> Iterator[str]:
    for node in walk(f.root):
        if node.kind != "leaf":
            continue
        text = f.of(node)
        for new in _renamed(text, f.around.layers):
            yield f.put(node.start, node.end, new)
        for old, new in (("{l+1}", "{l}"), ("{l-1}", "{l}"), ("[l+1]", "[l]"), ("[l-1]", "[l]"), ("(l+1)", "(l)")):
            if old in text:
                yield f.put(node.start, node.end, text.replace(old, new))


def wrong_operand(f: Formula) -> Iterator[str]:
    inside = [p for n in walk(f.root) if n.kind == "call" for p in walk(n.parts[0])]
    for node in walk(f.root):
        if node.kind == "leaf" and node not in inside:
            for new in _renamed(f.of(node), f.around.others):
                yield f.put(node.start, node.end, new)


def wrong_argument(f: Formula) -> Iterator[str]:
    for call in walk(f.root):
        if call.kind != "call" or "'" not in call.marks or any(s in call.marks[0] for s in STEPS):
            continue
        for node in walk(call.parts[0]):
            if node.kind == "leaf":
                for new in _renamed(f.of(node), f.around.others):
                    yield f.put(node.start, node.end, new)


def _renamed(text: str, table: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The symbol under other names, its indices kept."""
    for pattern, names in table.items():
        if re.fullmatch(pattern, text):
            for name in names:
                yield re.sub(pattern, name, text)


def wrong_power(f: Formula) -> Iterator[str]:
    """`a` for `a²`, `v` for `√v`, `(…)^{-1/2}` without its half."""
    for node in walk(f.root):
        text = f.of(node)
        if node.kind == "root":
            yield f.put(node.start, node.end, rf"\left( {f.of(node.parts[0])} \right)")
        if node.kind == "bracket" and any(re.fullmatch(r"\^(\\odot|\\circ)? ?2", m) for m in node.marks):
            yield f.put(node.start, node.end, _unbracketed(text[: text.rindex("^")]))
        elif node.kind == "bracket" and "-1/2" in "".join(node.marks):
            yield f.put(node.start, node.end, text.replace("-1/2", "-1"))


MUTATIONS: Mapping[str, Mutation] = {
    "sign": sign,
    "sign-of-term": sign_of_term,
    "turned-difference": turned_difference,
    "factor-two": factor_two,
    "factor-half": factor_half,
    "missing-mean": missing_mean,
    "extra-mean": extra_mean,
    "transposed": transposed,
    "lost-transpose": lost_transpose,
    "added-transpose": added_transpose,
    "swapped-factors": swapped_factors,
    "hadamard-for-product": hadamard_for_product,
    "product-for-hadamard": product_for_hadamard,
    "missing-derivative": missing_derivative,
    "missing-slope": missing_slope,
    "value-for-derivative": value_for_derivative,
    "wrong-argument": wrong_argument,
    "missing-factor": missing_factor,
    "missing-term": missing_term,
    "missing-sum": missing_sum,
    "swapped-indices": swapped_indices,
    "wrong-layer": wrong_layer,
    "wrong-operand": wrong_operand,
    "wrong-power": wrong_power,
}

CODES: Mapping[str, tuple[str, ...]] = {
    "turned-difference": ("sign", "sign-of-term"),
    "added-transpose": ("lost-transpose",),
    "missing-slope": ("missing-derivative",),
}
"""The codes of kinds that the closed list calls otherwise."""


def codes(kind: str) -> tuple[str, ...]:
    return CODES.get(kind, (kind,))

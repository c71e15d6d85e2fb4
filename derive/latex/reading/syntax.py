"""The syntax of mathematics as it stands on the page: what is written, with its place, before anything is decided.

Nothing here knows what a symbol means. Products are flat, because the precedence of `⊙` against the matrix product, of
`/` against juxtaposition, and whether `f(x)` is a call or a product, is decided later, from shapes and names. Brackets
are kept for the same reason. A superscript may be a power, a layer, a sample, or a transpose: scripts stay scripts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Span:
    """A part of the source of a formula: offsets of its first character and of the one behind its last."""

    start: int
    end: int

    def __or__(self, other: Span) -> Span:
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True)
class Number:
    """A decimal number as written, `0.01`; digits beside one another in an index, `11`, are one number."""

    text: str
    span: Span


@dataclass(frozen=True)
class Symbol:
    """A letter or a word: `x`, `alpha` for `\\alpha`, `softmax`, a declared name such as `dZ`; `∂`, `∇` and `∞` too.

    `font` is that of `\\mathbf x` (`bold`), `\\mathcal L` (`cal`), `\\mathbb R` (`bb`), `\\mathrm d` (`rm`),
    `\\mathsf T` (`sf`), `\\mathfrak g` (`frak`), `\\mathtt x` (`tt`); a word in `\\text{…}` that stands where a name
    can is `rm` too; empty for plain italics and for functions. A digit with a font is a symbol: `\\mathbf 1`. `accents`
    stand outermost first: `hat`, `vec`, `bar` (`\\overline` too), `tilde`, `dot`, … A sign that stands alone is a
    symbol: `*` in `x^*`, `|` in `f|_{x=0}`. The name is empty where scripts have no base, `{}^T`, and nothing stands
    before them.
    """

    name: str
    span: Span
    font: str = ""
    accents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scripts:
    """A base with what stands below, above and as primes; `above` and `below` of big operators are limits instead."""

    base: Node
    below: Node | None
    above: Node | None
    primes: int
    span: Span


@dataclass(frozen=True)
class Bracketed:
    """What stands between brackets, which are kept: `(`, `[`, `\\{`, `|`, `\\|`, `\\langle`; `{` for a TeX group
    that is no more than that."""

    opening: str
    closing: str
    body: Node
    span: Span


@dataclass(frozen=True)
class Listed:
    """Items between `,`, `;`, `:` or a bar, `p(y|x)`; `separators` are those between them. No items where nothing
    stands: `f()`, a sum without a summand."""

    items: tuple[Node, ...]
    separators: tuple[str, ...]
    span: Span


@dataclass(frozen=True)
class Keyword:
    """`axis=1` inside a call of a NumPy function."""

    name: str
    value: Node
    span: Span


@dataclass(frozen=True)
class Added:
    """Terms with their signs, `+`, `-`, `±`; the first sign is `+` where none is written."""

    terms: tuple[Node, ...]
    signs: tuple[str, ...]
    span: Span


@dataclass(frozen=True)
class Multiplied:
    """Factors from left to right, with the operators between them; empty text for juxtaposition.

    Operators: `cdot`, `times`, `*`, `odot`, `circ`, `otimes`, `/`, `div`, `oslash`, `star`, `bullet`, `@`, `oplus`,
    `ominus`, `cup`, `cap`, `setminus`, `wedge`, `vee`, `bmod`.
    """

    factors: tuple[Node, ...]
    operators: tuple[str, ...]
    span: Span


@dataclass(frozen=True)
class Prefixed:
    """An operator of products before what has nothing on its left: the exponents of `X^{\\odot 2}`, `X^{\\odot -1}`."""

    operator: str
    body: Node
    span: Span


@dataclass(frozen=True)
class Fraction:
    """`\\frac{above}{below}` and its relatives."""

    above: Node
    below: Node
    span: Span


@dataclass(frozen=True)
class Root:
    """`\\sqrt[degree]{arg}`."""

    arg: Node
    degree: Node | None
    span: Span


@dataclass(frozen=True)
class Big:
    """`\\sum_{below}^{above} body`; also `prod`, `int`, `lim`, and with limits `max`, `min`, `sup`, `inf`,
    `argmax`, `argmin`.

    The body reaches as far as a product does. `\\max(0, x)` is a function; `\\mathbb E` a symbol.
    """

    operator: str
    below: Node | None
    above: Node | None
    body: Node
    span: Span


@dataclass(frozen=True)
class Applied:
    """A function written by a command or a NumPy name (`\\log`, `\\tanh`, `\\operatorname{diag}`, `np.sum`) and its
    argument, which needs no brackets: `\\ln a^{[2]}`. `function` may carry scripts (`\\log_2`, `\\tanh'`).

    An argument in brackets is these brackets alone: `\\log(x)y` is a product, and scripts behind, `\\log(x)^2`, stand
    around the application. One without brackets reaches over juxtaposed factors to the next operator or function.
    """

    function: Node
    argument: Node
    span: Span


@dataclass(frozen=True)
class Accented:
    """An accent or a line over more than a symbol: `\\overline{a+b}`, `\\hat{y_i}`."""

    accent: str
    body: Node
    span: Span


@dataclass(frozen=True)
class Table:
    """`matrix`, `array` and their relatives: rows of cells, None for an empty one, in the environment's brackets."""

    opening: str
    closing: str
    rows: tuple[tuple[Node | None, ...], ...]
    span: Span


@dataclass(frozen=True)
class Branch:
    """A row of `cases`: a value, and when it holds, as written (formula and words mixed)."""

    value: Node
    condition: tuple[Node, ...]
    span: Span


@dataclass(frozen=True)
class Cases:
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True)
class Words:
    """`\\text{…}`, and words of a language between formulas."""

    text: str
    span: Span


@dataclass(frozen=True)
class Ellipsis:
    """`\\dots`, `\\cdots`, a placeholder `\\cdot` alone in a cell."""

    span: Span


@dataclass(frozen=True)
class Quantified:
    """`\\forall j`, `\\exists`."""

    quantifier: str
    body: Node
    span: Span


@dataclass(frozen=True)
class Unread:
    """A part that could not be read, and why; the rest of the formula still can."""

    reason: str
    span: Span


Relation = Literal[
    "=", ":=", "=:", "≈", "≠", "<", "≤", ">", "≥", "≪", "≫", "∈", "∉", "⊂", "←", "→", "↦", "∝", "≡", "∼", "⊥", "⇒", "⇔",
    "+=", "-=", "≟",
]  # fmt: skip


@dataclass(frozen=True)
class Chain:
    """`a = b = c`: members, with the relations between them; one member alone is a bare expression.

    `members[0]` is None where the chain begins with a relation (`= b`) and continues nothing.
    `remarks` stand beside it: conditions (`l = 1, …, L`, `\\forall j`) and words.
    """

    members: tuple[Node | None, ...]
    relations: tuple[Relation, ...]
    spans: tuple[Span, ...]
    """Of each member: where the link begins, its relation included."""
    remarks: tuple[Node, ...] = ()

    @property
    def span(self) -> Span:
        return Span(min(s.start for s in self.spans), max(s.end for s in self.spans))


Node = (
    Number
    | Symbol
    | Scripts
    | Bracketed
    | Listed
    | Keyword
    | Added
    | Multiplied
    | Prefixed
    | Fraction
    | Root
    | Big
    | Applied
    | Accented
    | Table
    | Cases
    | Words
    | Ellipsis
    | Quantified
    | Unread
    | Chain
)


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with the writing itself: a bracket without its partner, an unknown command."""

    kind: Literal["bracket", "brace", "command", "nesting", "length", "environment", "script", "operand", "macro"]
    message: str
    span: Span


@dataclass(frozen=True)
class Formula:
    """All chains of one formula (rows of `aligned` joined where a row continues the one before), and problems."""

    source: str
    chains: tuple[Chain, ...]
    problems: tuple[Problem, ...] = ()

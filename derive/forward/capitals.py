"""Capitals whose columns, or rows, are what small letters with the mark of a sample stand for.

`Z = W X + b` and `J = \\frac1m \\sum_i L(a^{(i)}, y^{(i)})`: the columns of `A` are the `a^{(i)}`, so that what is said
of the capitals holds for each sample, `z^{(i)} = W x^{(i)} + b`. It does where samples stay apart: no such capital is
transposed, multiplied by another one, or in a norm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.forward.bound import letters_bound_in
from derive.forward.constants import COSTS, INPUTS
from derive.forward.signs import names_in
from derive.forward.statements import Statement
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Bracketed, Multiplied, Node, Scripts, Symbol
from derive.latex.reading.trees import changed, walk
from derive.reading.keys import Key, key_of
from derive.reading.marks import is_transpose, marks_of, sequence

PLAIN = ("", "cdot")


def for_each_sample(equations: Sequence[Statement]) -> tuple[list[Statement], frozenset[Key]]:
    """The equations with small letters for such capitals, and which these are."""
    marked = {key for e in equations for key in _marked(e)}
    defining = (e for e in equations if shown(e.left) not in map(shown, names_in(e.right)))
    stated = {key for e in defining if (key := marks_of(e.left).key) is not None}
    if not any(_capital(k) in stated and k not in stated for k in marked):
        return list(equations), frozenset()
    capitals = {k for k in stated if k.name[:1].isupper() and k.name not in COSTS}
    capitals |= {Key(x) for x in INPUTS if x.isupper()} | {_capital(k) for k in marked}

    def small(x: Node) -> Node | None:
        return replace(x, name=x.name.lower()) if isinstance(x, Symbol) and key_of(x) in capitals else None

    put_in = [replace(e, left=changed(e.left, small), right=changed(e.right, small)) for e in equations]
    return put_in, frozenset(capitals)


def stay_apart(node: Node, capitals: frozenset[Key]) -> bool:
    """Whether samples do not meet in an expression of such capitals."""
    return not any(_is_mixed(x, capitals) for x in walk(node))


def _is_mixed(x: Node, capitals: frozenset[Key]) -> bool:
    if isinstance(x, Scripts):
        turned = any(map(is_transpose, sequence(x.above)))
        return (turned and _holds(x.base, capitals)) or (x.below is not None and key_of(x.base) in capitals)
    if isinstance(x, Bracketed):
        return x.opening in ("|", r"\|") and _holds(x.body, capitals)
    if isinstance(x, Multiplied):
        pairs = zip(x.factors, x.operators, x.factors[1:], strict=False)
        return any(o in PLAIN and _holds(a, capitals) and _holds(b, capitals) for a, o, b in pairs)
    return False


def _capital(key: Key) -> Key:
    return replace(key, name=key.name.upper())


def _marked(e: Statement) -> Iterator[Key]:
    """The small letters that carry the letter of a sum in brackets: `a^{[2](i)}`."""
    bound = letters_bound_in(e.right)
    for node in names_in(e.right):
        marks = marks_of(node)
        key = marks.key
        bodies = (x.body for x in marks.above if isinstance(x, Bracketed) and x.opening == "(")
        is_marked = any(isinstance(b, Symbol) and b.name in bound for b in bodies)
        if key is not None and is_marked and len(key.name) == 1 and key.name.islower():
            yield key


def _holds(node: Node, capitals: frozenset[Key]) -> bool:
    return any(isinstance(x, Symbol) and key_of(x) in capitals for x in walk(node))

"""What stands above and below the name of a function: a power, a layer, the base of a logarithm, an entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.ir.scalar import REGISTRY
from derive.latex.functions import function_symbol
from derive.latex.notation import Notation
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Bracketed, Node, Number, Scripts, Symbol
from derive.latex.reading.trees import walk
from derive.latex.tex import GREEK
from derive.reading.function_names import WHOLE, is_scalar_function
from derive.reading.keys import key_of
from derive.reading.lexicon import node_of
from derive.reading.marks import is_transpose, marks_of
from derive.reading.parts import part
from derive.reading.quantity import Quantity, Unknown, multiplied, raised, transposed
from derive.terms.algebra import function
from derive.terms.term import Poly, constant

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

LOGARITHMS = frozenset(("log", "lg"))
LAYERS = frozenset(("l", "L"))


def marked(reader: Reader, name: Node, argument: Node, value: Quantity) -> Quantity:
    """The value of a function, with what is written above and below its name.

    Raises: Unknown for marks that are none of these: an inverse `σ^{-1}`, the layer of another argument.
    """
    marks = marks_of(name, t_is_free=False)
    key = key_of(marks.base)
    word = key.name if key is not None else ""
    if word in LOGARITHMS:
        value = _by_base(reader, word, marks.below, value)
    elif marks.below and word in WHOLE:
        value = part(reader, value, marks.below, reader.scope.said(marks.base))
    elif _is_of_layer(marks.below, argument):
        pass
    elif _is_of_another(marks.below, argument):
        raise Unknown(_of_another(reader, name, argument))
    elif marks.below and (is_scalar_function(word) or (_is_word(word) and not _are_indices(marks.below))):
        raise Unknown(f"what stands below {reader.scope.said(name)} has no meaning here")
    above = marks.above
    if above and is_transpose(above[-1]):
        value, above = transposed(value), above[:-1]
    return _raised(reader, name, above, argument, value) if above else value


def _of_another(reader: Reader, name: Node, argument: Node) -> str:
    return f"the function of {reader.scope.said(name)} is applied to a value of {reader.scope.said(argument)}"


def _is_like(mark: Node, item: Bracketed) -> bool:
    return isinstance(mark, Bracketed) and mark.opening == item.opening


def _is_of_layer(below: Sequence[Node], argument: Node) -> bool:
    """Whether what stands below is the mark of the layer of the argument: `f_l(z^{(l)})`."""
    return len(below) == 1 and any(shown(x) == shown(below[0]) for x in _layers(argument))


def _is_of_another(below: Sequence[Node], argument: Node) -> bool:
    """Whether it is that of another layer, `f_{l+1}(z^{(l)})`, `f_1(z^{(2)})`, and no letter of a unit, `φ_j(v_j)`."""
    [item, *rest] = below or (None,)
    is_mark = isinstance(item, Added | Number) or (isinstance(item, Symbol) and item.name in LAYERS)
    return bool(_layers(argument)) and not rest and is_mark


def _layers(argument: Node) -> list[Node]:
    return [x.body if isinstance(x, Bracketed) else x for x in marks_of(argument).above]


def marked_function(notation: Notation, name: Node) -> str | None:
    """The function whose symbol has this mark below, which tells it from another: `GELU_{\\tanh}`."""
    if not isinstance(name, Scripts):
        return None
    written = shown(replace(name, primes=0, above=None))
    symbols = ((n, function_symbol(notation, n)) for n in REGISTRY.functions)
    return next((n for n, symbol in symbols if "_" in symbol and shown(node_of(symbol)) == written), None)


def _by_base(reader: Reader, word: str, below: Sequence[Node], value: Quantity) -> Quantity:
    """log_b x = ln x / ln b; `lg` has a base of its author's own: e, 10 or 2."""
    if word == "lg":
        base = reader.scope.choices.choose((None, Fraction(10), Fraction(2)), word)
    elif not below or shown(below[0]) == "e":
        base = None
    elif len(below) == 1 and isinstance(below[0], Number) and Fraction(below[0].text) > 1:
        base = Fraction(below[0].text)
    else:
        raise Unknown("the base of this logarithm is no number")
    return value if base is None else value.map(lambda p: _over_log(p, base))


def _over_log(p: Poly, base: Fraction) -> Poly:
    below = Quantity(function("log", (constant(base),)))
    return multiplied(p, raised(below, -1).poly)


def _is_word(name: str) -> bool:
    """Whether a function has a name of several letters, in which what stands below belongs to it: `ReLU_6`."""
    return len(name) > 1 and name.isalpha() and name not in GREEK


def _are_indices(below: Sequence[Node]) -> bool:
    return len(below) <= 2 and all(isinstance(x, Symbol) and len(x.name) == 1 for x in below)


def _raised(reader: Reader, name: Node, above: Sequence[Node], argument: Node, value: Quantity) -> Quantity:
    """A power, or the mark of the layer whose function it is: that of the argument, where this has one."""
    said = reader.scope.said(name)
    item, *rest = above
    if rest:
        raise Unknown(f"what stands above {said} has no meaning here")
    theirs = marks_of(argument).above
    is_alike = bool(theirs) and shown(theirs[0]) == shown(item)
    if isinstance(item, Number):
        is_layer = is_alike and reader.scope.choices.choose((True, False), ("layer", said))
        return value if is_layer else reader.power(value, above)
    if isinstance(item, Bracketed) and item.opening in "([":
        if theirs and isinstance(theirs[0], Bracketed) and theirs[0].opening in "([" and not is_alike:
            raise Unknown(_of_another(reader, name, argument))
        inside = {shown(y) for x in walk(argument) for y in marks_of(x).above if _is_like(y, item)}
        if inside and shown(item) not in inside:
            raise Unknown(_of_another(reader, name, argument))
        is_layer = is_alike or item.opening == "[" or not isinstance(item.body, Number)
    else:
        is_layer = is_alike or (isinstance(item, Symbol) and item.name in LAYERS)
    if not is_layer:
        raise Unknown(f"what stands above {said} has no meaning here")
    return value

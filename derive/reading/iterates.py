"""Names of learning: `Δw` for the change of a weight, `w(n)` and `w(n+1)` for its value in an iteration.

A value in the present iteration, `(n)`, is the value; in the next one, `(n+1)`, it is another name. `Δw` is a name of
the document's own where the notation does not write gradients so.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Bracketed, Multiplied, Node, Number, Symbol
from derive.reading.keys import Key, key_of

CHANGES = ("Delta", "Δ")
_CHANGE = "Delta "


def change_of(mark: Node, of: Key) -> Key | None:
    """The key of `Δw`; None if the mark is no Δ."""
    key = key_of(mark)
    if key is None or key.name not in CHANGES:
        return None
    return Key(_CHANGE + of.name, of.font, of.accents, of.primes)


def changed(key: Key) -> str | None:
    """The name of w in the key of `Δw`; None for any other."""
    return key.name.removeprefix(_CHANGE) if key.name.startswith(_CHANGE) else None


def iteration(node: Node) -> tuple[str, ...] | None:
    """`()` for `(n)`, a fixed mark for `(n+1)`; None for anything else in brackets."""
    if not isinstance(node, Bracketed) or node.opening != "(":
        return None
    if isinstance(node.body, Symbol) and len(node.body.name) == 1:
        return ()
    body = node.body
    is_next = isinstance(body, Added) and len(body.terms) == 2 and isinstance(body.terms[0], Symbol)
    return (shown(node),) if is_next and isinstance(body, Added) and isinstance(body.terms[1], Number) else None


def name_parts(node: Node) -> tuple[Node | None, Node, tuple[str, ...]]:
    """`Δ`, the symbol, and the mark of the iteration of a name such as `Δw_{ij}(n)`."""
    if not isinstance(node, Multiplied) or any(node.operators):
        return None, node, ()
    factors: Sequence[Node] = node.factors
    mark = iteration(factors[-1])
    if mark is not None:
        factors = factors[:-1]
    if len(factors) == 2 and change_of(factors[0], Key("")) is not None:
        return factors[0], factors[1], mark or ()
    return (None, factors[0], mark or ()) if len(factors) == 1 else (None, node, ())

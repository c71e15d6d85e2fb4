"""Losses that go by a name: `CE(y, ŷ)` is `-y^T log ŷ`, whichever of both stands first.

The prediction is what an equation defines, or what has no letter of targets; where that tells nothing the name stays, a
loss of which nothing is said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from derive.forward.calls import arguments, is_round
from derive.forward.constants import TARGETS
from derive.forward.statements import Statement
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Applied, Bracketed, Multiplied, Node, Symbol
from derive.latex.reading.trees import changed
from derive.reading.keys import Key
from derive.reading.marks import marks_of

_CROSS, _BINARY = r"(-(\tau)^T \log(\pi))", r"(-(\tau)^T \log(\pi) - (1 - \tau)^T \log(1 - \pi))"
FORMULAS: Mapping[str, str] = {
    **dict.fromkeys(("CE", "CrossEntropy", "crossentropy", "XE", "XEnt"), _CROSS),
    **dict.fromkeys(("BCE", "BinaryCrossEntropy"), _BINARY),
}


def with_named_losses(equations: Sequence[Statement]) -> list[Statement]:
    """The equations with formulas for such names; a name that an equation defines is none."""
    defined = {key for e in equations if (key := _name(e.left)) is not None}
    return [_spelled_out(e, defined) for e in equations]


def _name(node: Node) -> Key | None:
    """The letter of a left side, of a call that of the function."""
    head = node.function if isinstance(node, Applied) else node
    return marks_of(head).key


def _spelled_out(e: Statement, defined: Collection[Key]) -> Statement:
    def put_in(x: Node) -> Node | None:
        if isinstance(x, Applied) and isinstance(x.function, Symbol):
            return _formula(x.function.name, x.argument, defined)
        return _beside(x, defined) if isinstance(x, Multiplied) else None

    right = changed(e.right, put_in)
    return e if right is e.right else replace(e, right=right, written=e.written or e.right)


def _beside(node: Multiplied, defined: Collection[Key]) -> Node | None:
    """`CE(y, ŷ)` in plain letters, which are factors, at the end of a product."""
    *letters, last = node.factors
    names = [x.name for x in letters if isinstance(x, Symbol) and len(x.name) == 1 and not x.font]
    for count in (3, 2):
        is_run = len(names) >= count and not any(node.operators[-count:])
        word = "".join(names[-count:]) if is_run and all(isinstance(x, Symbol) for x in letters[-count:]) else ""
        made = _formula(word, last, defined)
        if made is not None:
            rest, operators = letters[:-count], node.operators[: len(letters) - count]
            return made if not rest else Multiplied((*rest, made), operators, node.span)
    return None


def _formula(name: str, argument: Node, defined: Collection[Key]) -> Node | None:
    """The formula of a name with its two arguments in place; None where it has none."""
    given = arguments(argument) if is_round(argument) else ()
    if name not in FORMULAS or Key(name) in defined or len(given) != 2:
        return None
    target = _target(given, defined)
    if target is None:
        return None
    places = {"tau": target, "pi": given[0] if target is given[1] else given[1]}
    [chain] = read_formula(FORMULAS[name]).chains
    [body] = chain.members
    assert body is not None

    def fill(x: Node) -> Node | None:
        return places.get(x.name) if isinstance(x, Symbol) else None

    filled = changed(body, fill)
    return replace(filled, span=argument.span) if isinstance(filled, Bracketed) else filled


def _target(given: Sequence[Node], defined: Collection[Key]) -> Node | None:
    """The one of two arguments that is the target."""
    keys = [marks_of(x).key for x in given]
    for is_such in (
        [key not in defined for key in keys],
        [key is not None and key.name in TARGETS and not key.accents for key in keys],
    ):
        if is_such.count(True) == 1:
            return given[is_such.index(True)]
    return None

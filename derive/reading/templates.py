"""Functions of arrays that are written out: `Σ'(z) = diag(tanh'(z))`, `⟨u⟩ = Σ_j u_j / n`.

What is written is read again wherever the function is applied, with the argument in place of its letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Bracketed, Listed, Multiplied, Node
from derive.reading.jacobians import Jacobian
from derive.reading.keys import Key, key_of
from derive.reading.marks import marks_of
from derive.reading.quantity import Misfit, Quantity, Unknown

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

ANGLES = Key("⟨⟩")
"""The name of the function that angle brackets are."""

DEEPEST = 8


@dataclass(frozen=True)
class Template:
    """What stands on the right, with the letters of the arguments."""

    letters: tuple[Key, ...]
    body: Node
    source: str


@dataclass(frozen=True)
class Head:
    """`f(x)`, `f'(x)`, `J(w, b)`, `h_θ(x)`, `⟨x⟩`: the name, the letters of the arguments, and what stands below."""

    key: Key
    letters: tuple[Key, ...]
    below: tuple[Node, ...] = ()


def head(node: Node) -> Head | None:
    """The left side of the definition of a function; None for anything else."""
    if isinstance(node, Bracketed) and node.opening == r"\langle":
        letter = key_of(node.body)
        return None if letter is None else Head(ANGLES, (letter,))
    if not isinstance(node, Multiplied) or len(node.factors) != 2 or any(node.operators):
        return None
    name, argument = node.factors
    marks = marks_of(name, t_is_free=False)
    key = marks.key
    if key is None or not isinstance(argument, Bracketed) or argument.opening != "(" or marks.above:
        return None
    items = argument.body.items if isinstance(argument.body, Listed) else (argument.body,)
    letters = tuple(k for x in items if (k := key_of(x)) is not None)
    if len(letters) != len(items) or len(set(letters)) != len(letters):
        return None
    return Head(key, letters, tuple(marks.below))


def value_of(reader: Reader, key: Key) -> Quantity | None:
    """`J` where `J(θ)` is known: its value at the letters themselves; None if one of them is only a letter."""
    template = reader.scope.lexicon.templates.get(key)
    if template is None or not all(map(reader.scope.lexicon.find, template.letters)):
        return None
    inner = replace(reader.scope, source=template.source, depth=reader.scope.depth + 1)
    if inner.depth > DEEPEST:
        raise Unknown("functions stand in functions without end")
    return type(reader)(inner).read(template.body)


def applied(reader: Reader, template: Template, *arguments: Quantity) -> Quantity:
    """Raises: Unknown for functions within functions without end, and for another number of arguments; Misfit for
    derivatives among them that are no arrays."""
    scope = reader.scope
    if scope.depth >= DEEPEST:
        raise Unknown("functions stand in functions without end")
    if len(arguments) != len(template.letters):
        raise Unknown(f"a function of {len(template.letters)} arguments has {len(arguments)} here")
    if any(isinstance(q, Jacobian) for q in arguments):
        raise Misfit("an argument of a function is an array of rows and columns")
    meanings: Mapping[Key, Quantity] = {**scope.meanings, **dict(zip(template.letters, arguments, strict=True))}
    inner = replace(scope, meanings=meanings, source=template.source, depth=scope.depth + 1)
    return type(reader)(inner).read(template.body)

"""Functions of arrays that are written out: `Σ'(z) = diag(tanh'(z))`, `⟨u⟩ = Σ_j u_j / n`.

What is written is read again wherever the function is applied, with the argument in place of its letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Bracketed, Multiplied, Node
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


def head(node: Node) -> tuple[Key, Key] | None:
    """The name and the letter of `f(x)`, `f'(x)`, `⟨x⟩`; None for anything else."""
    if isinstance(node, Bracketed) and node.opening == r"\langle":
        letter = key_of(node.body)
        return None if letter is None else (ANGLES, letter)
    if not isinstance(node, Multiplied) or len(node.factors) != 2 or any(node.operators):
        return None
    name, argument = node.factors
    marks = marks_of(name, t_is_free=False)
    key = key_of(marks.base)
    letter = key_of(argument.body) if isinstance(argument, Bracketed) and argument.opening == "(" else None
    if key is None or letter is None or marks.above or marks.below:
        return None
    return replace(key, primes=key.primes + marks.primes), letter


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

"""What a new name stands for where a formula can be read in several ways: the first one that fits."""

from __future__ import annotations

from collections.abc import Callable

from derive.latex.reading.syntax import Node
from derive.reading.choices import MOST, Choices
from derive.reading.expressions import Reader
from derive.reading.quantity import Misfit, Quantity
from derive.reading.scope import Scope


def take_first_fitting(
    scope_of: Callable[[Choices], Scope], node: Node, take: Callable[[Quantity, Scope], None]
) -> None:
    """Take up the value in the first reading in which it fits, with the scope in which it was read.

    Raises: Misfit if they do in none, Unknown for what has no meaning.
    """
    choices: Choices | None = Choices()
    misfit: Misfit | None = None
    for _ in range(MOST):
        if choices is None:
            break
        scope = scope_of(choices)
        try:
            take(Reader(scope).read(node), scope)
            return
        except Misfit as e:
            misfit = misfit or e
        choices = choices.following()
    assert misfit is not None
    raise misfit

"""Steps of an iteration, `w^{(τ+1)} = w^{(τ)} - η g`: what is trained is one value of a forward pass, not one for each.

Such is an equation that takes something off a name with the letter before, if the name stands elsewhere without any.
`h^{(t+1)} = h^{(t)} - f(h^{(t)})` alone is a recurrence like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.forward.signs import moved_letter, names_in
from derive.forward.statements import Statement
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Bracketed, Node
from derive.reading.marks import marks_of


def without_iterations(equations: Sequence[Statement]) -> list[Statement]:
    """The equations that are none."""
    return [e for e in equations if not _is_iteration(e, equations)]


def _is_iteration(e: Statement, equations: Sequence[Statement]) -> bool:
    if not isinstance(e.right, Added) or e.right.signs[:2] != ("+", "-"):
        return False
    base, letters = shown(marks_of(e.left).base), _letters(e.left)
    old = e.right.terms[0]
    if len(letters) != 1 or shown(marks_of(old).base) != base or letters[0] not in _plain(old):
        return False
    others = (name for other in equations if other is not e for name in names_in(other.right))
    return any(shown(marks_of(x).base) == base and letters[0] not in (*_letters(x), *_plain(x)) for x in others)


def _letters(name: Node) -> list[str]:
    """`τ` of `w^{(τ+1)}`, `w_{τ+1}`."""
    return [letter for x in _scripts(name) if (letter := moved_letter(x))]


def _plain(name: Node) -> list[str]:
    return [shown(x) for x in _scripts(name)]


def _scripts(name: Node) -> list[Node]:
    marks = marks_of(name)
    return [x.body if isinstance(x, Bracketed) else x for x in (*marks.below, *marks.above)]

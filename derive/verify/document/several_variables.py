"""Functions of several numbers that a document writes out: `f(x, y) = x y`, where nothing introduces x and y.

The letters are any numbers from there on, and f is a value that is made of them: `∂f/∂x = y`.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.errors import DeriveError
from derive.latex.reading.syntax import Node, Symbol
from derive.reading.calls import Call, call_of
from derive.reading.choices import Choices
from derive.reading.definitions import head_of, with_definition, with_given
from derive.reading.expressions import Reader
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import Lexicon
from derive.reading.moments import moment_named
from derive.reading.quantity import Misfit
from derive.reading.scope import Scope
from derive.verify.claims import RIGHT, Status
from derive.verify.document.context import Context
from derive.verify.document.verdict import Verdict

NEW, AGAIN = "introduces a function of several numbers", "means from here on another function"


def of_several(
    context: Context, left: Node, right: Node, source: str, equation: Callable[[], Verdict]
) -> Verdict | None:
    """Take up `f(x, y) = …`, where f and the letters are new, or known so only; None for anything else.

    What is right of an f that is known is no new one.
    """
    call = call_of(left)
    if call is None or not isinstance(call.head, Symbol) or not _is_free(context, call):
        return None
    is_known = bool(context.lexicon.find(call.key))
    if is_known and (verdict := equation()).status in RIGHT:
        return verdict
    try:
        context.lexicon = _defined(context, call, right, source)
    except DeriveError:
        return None
    return Verdict(Status.DEFINITION, AGAIN if is_known else NEW)


def _is_free(context: Context, call: Call) -> bool:
    """Whether neither the function nor a letter is anything that somebody else has introduced."""
    keys = [key_of(a) for a in call.arguments]
    if len(keys) < 2 or len(set(keys)) < len(keys) or None in keys or call.key.primes:
        return False
    scope = Scope(context.lexicon, Choices(), context.numbers)
    if moment_named(context.lexicon, call.key) or context.lexicon.has_template(call.key):
        return False
    names = [call.key, *(k for k in keys if k is not None)]
    are_letters = all(k == k.plain and len(k.name.removeprefix("\\")) == 1 for k in names[1:])
    return are_letters and all(not scope.functions_of(k) and _is_own(context, k) for k in names)


def _is_own(context: Context, key: Key) -> bool:
    """Whether it is nothing, or a number that the document has brought up."""
    lexicon = context.lexicon
    if key in lexicon.sizes or key.name in context.numbers:
        return False
    return all(n.is_own and not n.tensor.axes and n.tensor.name not in context.given for n in lexicon.find(key))


def _defined(context: Context, call: Call, right: Node, source: str) -> Lexicon:
    """Raises: Misfit for what is no number; Unknown, Misfit where the right side is not understood."""
    lexicon = context.lexicon
    for letter in call.arguments:
        key = key_of(letter)
        if key is not None and not lexicon.find(key):
            lexicon = with_given(lexicon, letter, ())
    scope = Scope(lexicon, Choices(), context.numbers, source)
    value = Reader(scope).read(right)
    if not value.is_scalar:
        raise Misfit("a function of numbers is a number")
    return with_definition(lexicon, head_of(call.head), value, scope)

"""Functions that a document writes out: `f(x) = …` of one number, of a vector or a matrix; the letter they take."""

from __future__ import annotations

from collections.abc import Mapping

from derive.errors import DeriveError
from derive.latex.reading.syntax import Chain, Node, Span, Symbol
from derive.reading.called_values import is_parameter
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import SLOT, open_function
from derive.reading.moments import moment_named
from derive.reading.quantity import Misfit, Quantity
from derive.reading.scope import Scope
from derive.reading.templates import Head, Template, head
from derive.terms.affine import Index, index, number, size
from derive.terms.term import Entry, of_atom
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.identities import variable_of
from derive.verify.document.naming import NOTHING
from derive.verify.document.verdict import Verdict, undecided

_AXIS = Index("slot", number(1), size("·slot"))
_ARGUMENTS = (Quantity(of_atom(SLOT)), Quantity(of_atom(Entry(SLOT.tensor, (index(_AXIS.name),))), _AXIS))
"""A number, and a vector: what a function may be of."""


def called(context: Context, node: Node) -> Head | None:
    """The symbols of `f(x)`, where f is no function that the network has; None for anything else.

    What stands below it, if anything, are parameters: `h_θ(x)`.
    """
    found = head(node)
    lexicon = context.lexicon
    if found is None or not all(_is_known(context, x) for x in found.below):
        return None
    key = found.key
    if key.primes or lexicon.find(key) or moment_named(lexicon, key) or key in context.given_functions:
        return None
    known = lexicon.functions.get(key, ())
    return None if known and not set(known) <= {*lexicon.formulas, open_function(key)} else found


def _is_known(context: Context, node: Node) -> bool:
    """Whether what stands below a function is a parameter, or a name that is known, and no index."""
    key = key_of(node)
    is_named = key is not None and bool(context.lexicon.find(key))
    return is_named or is_parameter(Scope(context.lexicon, Choices(), context.numbers), node)


def argument_of(context: Context, node: Node, right: Node | None = None) -> Mapping[Key, Quantity]:
    """Any number for the letter t of `f(t) = …`, `f'(t)`, where it means nothing else; what arrays are stay arrays."""
    call = called(context, node)
    if call is not None:
        is_of_arrays = right is not None and _is_of_arrays(context, call, right)
        return NOTHING if is_of_arrays or len(call.letters) > 1 else {call.letters[0]: Quantity(of_atom(SLOT))}
    variable = variable_of(context, node)
    return NOTHING if variable is None else {variable: Quantity(of_atom(SLOT))}


def take_up_beside(context: Context, chain: Chain, k: int, source: str) -> None:
    """A new function within a chain is what stands behind it: `g(x) = h(x) = tanh(x)` introduces two."""
    here, behind = chain.members[k], chain.members[k + 1 : k + 2]
    call = called(context, here) if here is not None else None
    if call is not None and behind and behind[0] is not None and not context.lexicon.functions.get(call.key):
        taken_up(context, call, behind[0], source)


def _is_of_arrays(context: Context, call: Head, right: Node) -> bool:
    """Whether the letters stand for arrays that are known, of which the function makes a number: `J(θ) = ‖θ‖²`."""
    scope = Scope(context.lexicon, Choices(), context.numbers)
    try:
        arguments = [Reader(scope).read(_symbol(x)) for x in call.letters]
        return any(not q.is_scalar for q in arguments) and Reader(scope).read(right).is_scalar
    except DeriveError:
        return False


def _symbol(key: Key) -> Node:
    return Symbol(key.name, Span(0, 0), key.font, key.accents)


def taken_up(context: Context, call: Head, right: Node, source: str) -> Verdict:
    """Take a function up, as a formula in one number or as what is read again for every argument."""
    lexicon, key = context.lexicon, call.key
    is_formula = lexicon.own_functions.get(key, (open_function(key),)) != (open_function(key),)
    again = is_formula or lexicon.templates.get(key, Template(call.letters, right, source)) != Template(
        call.letters, right, source
    )
    told = Verdict(Status.DEFINITION, "means from here on another function" if again else "introduces a function")
    if len(call.letters) > 1 or _is_of_arrays(context, call, right):
        return _of_known(context, call, right, source, told)
    unknown = ""
    for given in _ARGUMENTS:
        try:
            value = Reader(Scope(lexicon, Choices(), context.numbers, source, {call.letters[0]: given})).read(right)
        except Misfit:
            value = None
        except DeriveError as e:
            unknown = unknown or e.message
            continue
        if value is not None and given.is_scalar and value.is_scalar and not value.poly.free:
            context.lexicon = lexicon.with_formula(key, value.poly)
        else:
            context.lexicon = lexicon.with_template(key, Template(call.letters, right, source))
        return told
    return undecided(unknown)


def _of_known(context: Context, call: Head, right: Node, source: str, told: Verdict) -> Verdict:
    """Take up a function whose letters are names that are known: what is written has to be understood, and to fit."""
    try:
        Reader(Scope(context.lexicon, Choices(), context.numbers, source)).read(right)
    except Misfit as e:
        return Verdict(Status.WRONG, e.message, is_misfit=True)
    except DeriveError as e:
        return undecided(e.message)
    context.lexicon = context.lexicon.with_template(call.key, Template(call.letters, right, source))
    return told

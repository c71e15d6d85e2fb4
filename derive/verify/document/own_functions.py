"""Functions that a document writes out: `f(x) = …` of one number, of a vector or a matrix; the letter they take."""

from __future__ import annotations

from collections.abc import Mapping

from derive.errors import DeriveError
from derive.latex.reading.syntax import Chain, Node
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.keys import Key
from derive.reading.lexicon import SLOT, open_function
from derive.reading.moments import moment_named
from derive.reading.quantity import Misfit, Quantity
from derive.reading.scope import Scope
from derive.reading.templates import Template, head
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


def called(context: Context, node: Node) -> tuple[Key, Key] | None:
    """The symbols of `f(x)`, where f is no function that the network has; None for anything else."""
    found = head(node)
    if found is None:
        return None
    key, body = found
    lexicon = context.lexicon
    if key.primes or lexicon.find(key) or moment_named(lexicon, key):
        return None
    known = lexicon.functions.get(key, ())
    return None if known and not set(known) <= {*lexicon.formulas, open_function(key)} else (key, body)


def argument_of(context: Context, node: Node) -> Mapping[Key, Quantity]:
    """Any number for the letter t of `f(t)`, `f'(t)`, where it means nothing else."""
    call = called(context, node)
    if call is not None:
        return {call[1]: Quantity(of_atom(SLOT))}
    variable = variable_of(context, node)
    return NOTHING if variable is None else {variable: Quantity(of_atom(SLOT))}


def take_up_beside(context: Context, chain: Chain, k: int, source: str) -> None:
    """A new function within a chain is what stands behind it: `g(x) = h(x) = tanh(x)` introduces two."""
    here, behind = chain.members[k], chain.members[k + 1 : k + 2]
    call = called(context, here) if here is not None else None
    if call is not None and behind and behind[0] is not None and not context.lexicon.functions.get(call[0]):
        taken_up(context, *call, behind[0], source)


def taken_up(context: Context, key: Key, argument: Key, right: Node, source: str) -> Verdict:
    """Take a function up, as a formula in one number or as what is read again for every argument."""
    lexicon = context.lexicon
    again = lexicon.own_functions.get(key, (open_function(key),)) != (open_function(key),) or key in lexicon.templates
    unknown = ""
    for given in _ARGUMENTS:
        try:
            value = Reader(Scope(lexicon, Choices(), context.numbers, source, {argument: given})).read(right)
        except Misfit:
            value = None
        except DeriveError as e:
            unknown = unknown or e.message
            continue
        if value is not None and given.is_scalar and value.is_scalar and not value.poly.free:
            context.lexicon = lexicon.with_formula(key, value.poly)
        else:
            context.lexicon = lexicon.with_template(key, Template((argument,), right, source))
        return Verdict(Status.DEFINITION, "means from here on another function" if again else "introduces a function")
    return undecided(unknown)

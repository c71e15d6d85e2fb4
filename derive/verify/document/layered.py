"""New names for each layer: `\\tilde a^l = m^l ⊙ a^l`, `W^l_{new} = W^l − η ∂C/∂W^l` where layers have numbers."""

from __future__ import annotations

from derive.errors import DeriveError
from derive.latex.reading.syntax import Node, Number
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.keys import Key
from derive.reading.named_sets import occurs, put_in
from derive.reading.quantity import Misfit, Unknown
from derive.reading.scope import Scope
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.verdict import Verdict


def defined_for_layers(context: Context, left: Node, right: Node, source: str) -> Verdict | None:
    """Take the name up for all layers for which the right side has a value; None where it is no new name with a letter
    of layers."""
    links = context.links(source)
    defined = 0
    misfit: Misfit | None = None
    try:
        for numbers in links.instances(left, right):
            letters = [x for x in numbers if x not in context.numbers and occurs(Key(x), left)]
            if len(letters) != 1:
                return None
            [letter] = letters
            name = put_in(left, Key(letter), Number(str(numbers[letter]), left.span))
            scope = Scope(context.lexicon, Choices(), numbers, source)
            if not _is_new(name, scope):
                return None
            try:
                value = Reader(scope).read(right)
                context.define(name, value, scope, is_numbered=True)
                defined += 1
            except Misfit as e:
                misfit = misfit or e
            except DeriveError:
                continue
    except DeriveError:
        return None
    if misfit is not None:
        return Verdict(Status.WRONG, misfit.message, is_misfit=True)
    return Verdict(Status.DEFINITION, "introduces a name in each layer") if defined else None


def _is_new(name: Node, scope: Scope) -> bool:
    try:
        Reader(scope).read(name)
    except Unknown:
        return True
    return False

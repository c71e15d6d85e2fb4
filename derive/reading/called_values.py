"""Values written with what they are made of: `h_{W,b}(x)`, `C(w, b)`, `J(W, b; x^{(i)}, y^{(i)})`, `C^n(θ)`.

The arguments add nothing to the name, but one with the mark of a sample tells of which sample the value is; and the
cost of `x` and `y`, where these are no capitals for all samples, is the cost of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Accented, Bracketed, Ellipsis, Listed, Node, Scripts, Symbol
from derive.reading.keys import Key, key_of
from derive.reading.marks import Marks, marks_of
from derive.reading.named import Named
from derive.reading.quantity import Quantity
from derive.reading.sample_cost import SAMPLE_COST
from derive.reading.scope import Scope
from derive.reading.special import special

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

ALL_PARAMETERS = frozenset(("theta", "Theta", "vartheta", "θ", "Θ", "w", "W", "b"))
"""Letters that stand for parameters below a prediction, whether or not the network has them."""

DATA = ("input", "target")


def called_value(reader: Reader, name: Node, argument: Bracketed) -> Quantity | None:
    """The cost or the prediction with its arguments; None for anything else, such as the cost times a sum.

    `\\mathbf{e}_k (…)` is a product with a column of the identity, where the cost is called e as well.
    """
    scope = reader.scope
    marks = marks_of(name, t_is_free=False)
    key = marks.key
    names = list(_named(argument.body))
    if key is None or not names or not all(isinstance(x, Symbol | Scripts | Accented | Ellipsis) for x in names):
        return None
    found = scope.lexicon.find(key)
    costs = [n for n in found if n.tensor.name in (scope.lexicon.network.cost, SAMPLE_COST) and not n.gradient]
    predictions = [n for n in found if n.is_prediction]
    if not (costs or predictions) or special(reader, name) is not None:
        return None
    data = [marks_of(x) for x in names if _is_one_sample(scope, x)]
    of_sample = next((m.above for m in data if m.above), ())
    if predictions:
        return reader.tensors.read(predictions, replace(marks, above=(*marks.above, *of_sample))) if data else None
    own = [replace(n, needs_index=False) for n in costs if n.tensor.name == SAMPLE_COST]
    if not data or not own or marks.above:
        return reader.read(name)
    scope.choices.settled["samples"] = False
    return reader.tensors.read(own[:1], Marks(marks.base, of_sample, (), False, 0))


def is_parameter(scope: Scope, node: Node) -> bool:
    """Whether what stands below a prediction is no index, but a parameter: `h_{W,b}`."""
    key = key_of(node)
    if key is None or key.name in scope.ranges.letters:
        return False
    found = scope.lexicon.find(key)
    return any(n.tensor.role == "parameter" for n in found) or (not found and key.name in ALL_PARAMETERS)


def _named(body: Node) -> Iterator[Node]:
    if isinstance(body, Listed):
        for item in body.items:
            yield from _named(item)
    else:
        yield body


def _is_one_sample(scope: Scope, node: Node) -> bool:
    """Whether an argument is data of a single sample: `x`, `y^{(i)}`, the prediction; not `X`."""
    key: Key | None = marks_of(node).key
    found: Sequence[Named] = scope.lexicon.find(key) if key is not None else ()
    capitals = scope.lexicon.notation.capitals
    data = [n for n in found if (n.tensor.role in DATA and not n.is_own) or n.is_prediction]
    return any(not n.gradient and not (capitals and n.large) for n in data)

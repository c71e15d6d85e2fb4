"""Values written with what they depend on: `f_i(x_i, Θ_i)`, `J(h(f(θ)))`.

Such a call is the value itself, if the network says that it is a function of the arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from derive.latex.reading.syntax import Accented, Bracketed, Multiplied, Node, Scripts, Symbol
from derive.network.network import Network
from derive.reading.functions import arguments
from derive.reading.keys import Key, key_of
from derive.reading.marks import marks_of
from derive.reading.quantity import Quantity, Unknown
from derive.terms.term import Entry, Func, Functional
from derive.terms.walk import atoms_in, entries_in

if TYPE_CHECKING:
    from derive.reading.expressions import Reader

OWN = "·"
"""The engine's names of functions that a document leaves open begin with it."""


@dataclass(frozen=True)
class Call:
    """`h_1(f(θ))`: what is called, its key, and the arguments, among them calls."""

    head: Node
    key: Key
    body: Bracketed
    arguments: tuple[Node, ...]


def call_of(node: Node) -> Call | None:
    """A name, and what it is applied to in round brackets; None for anything else."""
    if not isinstance(node, Multiplied) or len(node.factors) != 2 or any(node.operators):
        return None
    head, body = node.factors
    key = key_of(head.base if isinstance(head, Scripts) else head)
    if key is None or not isinstance(head, Symbol | Scripts) or not isinstance(body, Bracketed) or body.opening != "(":
        return None
    args = arguments(body)
    return Call(head, key, body, args) if args and all(map(is_argument, args)) else None


def is_argument(node: Node) -> bool:
    """Whether something is a name, or a call."""
    return isinstance(node, Symbol | Scripts | Accented) or call_of(node) is not None


def of_value(reader: Reader, head: Node, body: Node) -> Quantity | None:
    """The value of that name; None if it is none, or no function of the arguments.

    Raises: Unknown for a value that the document said to be a function of something else.
    """
    call = call_of(Multiplied((head, body), ("",), head.span | body.span))
    if call is None or not reader.scope.lexicon.find(call.key) or marks_of(head).primes:
        return None
    try:
        q = reader.read(head)
        value = entry_of(q)
        if value is None or not reader.scope.lexicon.network.definitions(value.tensor):
            return None
        is_function = depends_on(reader, value, call)
    except Unknown:
        return None
    if is_function:
        return q
    if is_composed(reader.scope.lexicon.network, value.tensor):
        raise Unknown(f"{reader.scope.said(head)} is no function of {reader.scope.said(body)}")
    return None


def depends_on(reader: Reader, value: Entry, call: Call) -> bool:
    """Whether a value is a function of the arguments alone.

    Raises: Unknown for an argument without a meaning, but for the parameters of a layer that has none.
    """
    some = [a for a in call.arguments if not is_nothing(reader, a)]
    held = [entry_of(reader.read(a)) for a in some]
    known = [e for e in held if e is not None]
    network = reader.scope.lexicon.network
    return len(known) == len(held) and is_function_of(network, value.tensor, known, len(some) < len(call.arguments))


def is_nothing(reader: Reader, node: Node) -> bool:
    """Whether a numbered name has no value at its number: a layer without parameters."""
    key = marks_of(node).key
    own = [o for o in reader.scope.lexicon.own if key is not None and o.key.plain == key.plain]
    if not any(s.isdigit() for o in own for s in o.named.subs):
        return False
    try:
        reader.read(node)
    except Unknown:
        return True
    return False


def entry_of(q: Quantity) -> Entry | None:
    """The entry, or the whole array, that a quantity is; None for anything else."""
    if len(q.poly.terms) != 1:
        return None
    m, c = q.poly.terms[0]
    [(atom, e), *rest] = m.powers or ((None, 0),)
    return atom if isinstance(atom, Entry) and c == 1 and e == 1 and not rest else None


def is_composed(network: Network, tensor: str) -> bool:
    """Whether a value is a function that the document leaves open."""
    return any(
        isinstance(a, Func | Functional) and a.name.startswith(OWN)
        for e in network.definitions(tensor)
        for a in atoms_in(e.rhs)
    )


def is_function_of(network: Network, tensor: str, held: Sequence[Entry], is_complete: bool = False) -> bool:
    """Whether nothing else moves a value while the arguments are held, and each of them moves it.

    Parameters may all be left out, `ŷ = f(x)`, unless the arguments are said to be complete.
    """
    if any(e.tensor not in network.tensors for e in held):
        return False
    whole = {e.tensor for e in held if _is_whole(network, e, held)}
    reached: set[str] = set()
    leaves: set[str] = set()
    waiting, seen = [tensor], {tensor}
    while waiting:
        current = waiting.pop()
        equations = network.definitions(current)
        if not equations:
            leaves.add(current)
        for found in sorted({x.tensor for e in equations for x in entries_in(e.rhs)}):
            if found in whole:
                reached.add(found)
            elif found not in seen:
                seen.add(found)
                waiting.append(found)
    free = {x for x in leaves if network.tensors[x].role != "hyper"}
    if not is_complete and not any(network.tensors[x].role == "parameter" for x in whole):
        free = {x for x in free if network.tensors[x].role != "parameter"}
    return not free and reached == {e.tensor for e in held}


def _is_whole(network: Network, entry: Entry, held: Sequence[Entry]) -> bool:
    """Whether all entries of a tensor are among the arguments: the whole array, or each one by its number."""
    axes = network.tensors[entry.tensor].axes
    if len(axes) == 1 and axes[0].lo.is_number and axes[0].hi.is_number:
        at = {e.idx[0].const for e in held if e.tensor == entry.tensor and e.idx[0].is_number}
        if at >= set(range(axes[0].lo.const, axes[0].hi.const + 1)):
            return True
    return not any(a.is_number for a in entry.idx[network.tensors[entry.tensor].family :]) and all(
        a.variable is not None for a in entry.idx[network.tensors[entry.tensor].family :]
    )

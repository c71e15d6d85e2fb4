"""Functions of functions that a document leaves open: `f(g(x), h(x))`, `J(h_1(f(θ)), h_2(f(θ)))`.

A chain in which such calls stand in one another, or are differentiated, says what depends on what. Its names become
values of the network: those that are called are any differentiable functions of their arguments, under the name of the
function, as `∂f/∂g` has it; letters that stand for nothing yet are numbers. Numbered names `h_1 … h_K` are the entries
of a vector `h`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass

from derive.latex.reading.syntax import Bracketed, Fraction, Multiplied, Node, Number, Scripts, Symbol
from derive.reading.calls import OWN, Call, call_of, is_composed, of_value
from derive.reading.choices import Choices
from derive.reading.definitions import head_of, with_definition, with_given
from derive.reading.expressions import Reader
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import Lexicon
from derive.reading.named import Own
from derive.reading.open_functions import known_function
from derive.reading.operators import NABLA, SIGNS
from derive.reading.quantity import Misfit, Quantity, Unknown
from derive.reading.scope import Scope
from derive.terms.affine import Index, index, number
from derive.terms.algebra import delta, function, times, total
from derive.terms.term import Functional, Poly, of_atom
from derive.terms.walk import entries_in

MOST = 12
"""So many open functions are taken up from one chain."""


@dataclass(frozen=True)
class _Open:
    """An open function: its letter, its number if it has one, and the call that shows its arguments."""

    letter: Key
    number: int | None
    call: Call


def with_compositions(lexicon: Lexicon, nodes: Sequence[Node]) -> Lexicon | None:
    """The lexicon with the functions that the expressions leave open; None if they introduce none.

    Names of the network, of a profile, and of functions stay what they are.
    """
    found = [pair for node in nodes for pair in _calls(node)]
    opened = [c for c, _ in found if _is_open(lexicon, c)]
    if not opened or len(opened) > MOST or not any(is_shown for c, is_shown in found if c in opened):
        return None
    if all(_is_known(lexicon, c) for c in opened):
        return None
    try:
        return _built(lexicon, opened)
    except (Unknown, Misfit):
        return None


def open_value(lexicon: Lexicon, node: Node, own: Key | None = None) -> tuple[Lexicon, Quantity] | None:
    """`g(x)`, where g stands for nothing: any function of x, and a number for x if that stands for nothing; else None.

    `own` is the name of what is said to be the value: `C(z)` is an open function if it is said to be C.

    Raises: Unknown for arguments that are not understood.
    """
    call = call_of(node)
    if call is None or not isinstance(call.head, Symbol):
        return None
    if call.key != own and (lexicon.find(call.key) or lexicon.functions.get(call.key)):
        return None
    lexicon, value = _value(lexicon, call, f"{OWN}{call.key.name}")
    return lexicon, Quantity(value)


def _calls(node: object, is_shown: bool = False) -> Iterator[tuple[Call, bool]]:
    """All calls, and whether each is differentiated or stands in, or around, another one."""
    if isinstance(node, Multiplied):
        for k, (a, operator, b) in enumerate(zip(node.factors, node.operators, node.factors[1:], strict=False)):
            call = call_of(Multiplied((a, b), ("",), a.span | b.span)) if operator == "" else None
            if call is not None:
                before = node.factors[k - 1] if k and node.operators[k - 1] == "" else None
                inner = any(call_of(x) is not None for x in call.arguments)
                yield call, is_shown or inner or (before is not None and _differentiates(before))
                for x in call.arguments:
                    yield from _calls(x, True)
        for f in node.factors:
            if not isinstance(f, Bracketed):
                yield from _calls(f)
        return
    if is_dataclass(node):
        for part in (getattr(node, f.name) for f in fields(node)):
            for x in part if isinstance(part, tuple) else (part,):
                yield from _calls(x)


def _differentiates(node: Node) -> bool:
    """`∇_x`, `∂`, `∂/∂x` before what they are applied to."""
    if isinstance(node, Fraction):
        return key_of(node.above) in SIGNS
    return key_of(node.base if isinstance(node, Scripts) else node) in NABLA | SIGNS


def _is_open(lexicon: Lexicon, call: Call) -> bool:
    if call.key.primes or _scope(lexicon).functions_of(call.key) or lexicon.has_template(call.key):
        return False
    if known_function(lexicon, call.head, len(call.arguments)) is not None:
        return False
    own = [o for o in lexicon.own if o.key.plain == call.key.plain]
    if own:
        return all(is_composed(lexicon.network, o.named.tensor.name) for o in own)
    return not lexicon.find(call.key)


def _is_known(lexicon: Lexicon, call: Call) -> bool:
    """Whether an earlier chain has said the same of it."""
    try:
        return of_value(Reader(_scope(lexicon)), call.head, call.body) is not None
    except (Unknown, Misfit):
        return False


def _scope(lexicon: Lexicon) -> Scope:
    return Scope(lexicon, Choices(), {})


def _built(lexicon: Lexicon, opened: Sequence[Call]) -> Lexicon:
    """Raises: Unknown for names that cannot be told apart, and for functions of what has no meaning."""
    groups: dict[Key, dict[int | None, Call]] = {}
    for call in opened:
        o = _open(call)
        calls = groups.setdefault(o.letter.plain, {})
        calls[o.number] = _fuller(calls.get(o.number, call), call)
    for calls in groups.values():
        if len(calls) > 1:
            calls.pop(None, None)
    for key in groups:
        lexicon = lexicon.without(key)
    waiting = dict(groups)
    while waiting:
        ready = [
            k for k, calls in waiting.items() if not any(_letters(c) & (set(waiting) - {k}) for c in calls.values())
        ]
        if not ready or any(_letters(c) & {k} for k in ready for c in waiting[k].values()):
            raise Unknown("a function is an argument of itself")
        for k in ready:
            lexicon = _defined(lexicon, k, waiting.pop(k))
    return lexicon


def _fuller(a: Call, b: Call) -> Call:
    """The call that says more: `J(h(f(θ)))` is `J(θ)` too.

    Raises: Unknown for a function at different arguments.
    """
    if _said(a) != _said(b) and _depth(a) == _depth(b):
        raise Unknown("one name is applied to different arguments")
    return max(a, b, key=_depth)


def _depth(call: Call) -> int:
    """How many calls it is made of."""
    return 1 + sum(_depth(inner) for a in call.arguments if (inner := call_of(a)) is not None)


def _open(call: Call) -> _Open:
    if not isinstance(call.head, Scripts):
        return _Open(call.key, None, call)
    below = call.head.below
    if call.head.above is not None or not isinstance(below, Number) or not below.text.isdigit():
        raise Unknown("this name of a function is not understood")
    return _Open(call.key, int(below.text), call)


def _said(call: Call) -> tuple[object, ...]:
    """What a call is applied to, without places."""
    return tuple(
        (inner.key, _open(inner).number, _said(inner)) if (inner := call_of(a)) is not None else _plain(a)
        for a in call.arguments
    )


def _plain(node: Node) -> tuple[object, ...]:
    scripts = isinstance(node, Scripts)
    return key_of(node.base if isinstance(node, Scripts) else node), str(getattr(node, "below", "")) if scripts else ""


def _letters(call: Call) -> set[Key]:
    """The heads of the calls among the arguments."""
    return {inner.key.plain for a in call.arguments if (inner := call_of(a)) is not None}


def _defined(lexicon: Lexicon, letter: Key, calls: dict[int | None, Call]) -> Lexicon:
    """Σ_k [i = k] h_k(…) for numbered names, f(…) for one without a number."""
    numbers = sorted(k for k in calls if k is not None)
    if not numbers:
        lexicon, value = _value(lexicon, calls[None], f"{OWN}{letter.name}")
        return _named(lexicon, calls[None].head, Quantity(value))
    if numbers != list(range(1, len(numbers) + 1)):
        raise Unknown(f"the functions {letter.name} are not numbered from 1 on")
    axis = Index(f"{OWN}{letter.name}", number(1), number(len(numbers)))
    parts = []
    for k in numbers:
        lexicon, value = _value(lexicon, calls[k], f"{OWN}{letter.name}{k}")
        parts.append(times(delta(index(axis.name) - k), value))
    head = calls[numbers[0]].head
    return _named(lexicon, head.base if isinstance(head, Scripts) else head, Quantity(total(parts), axis))


def _named(lexicon: Lexicon, node: Node, value: Quantity) -> Lexicon:
    """A number that another name has already, `y = g(x)`, is that one: `f(g(x))` depends on y."""
    equations = (e for e in lexicon.network.equations if value.is_scalar and not e.domain)
    same = next((e.lhs for e in equations if e.rhs.key == value.poly.key), None)
    value = value if same is None else Quantity(of_atom(same))
    return with_definition(lexicon, head_of(node), value, _scope(lexicon))


def _value(lexicon: Lexicon, call: Call, name: str) -> tuple[Lexicon, Poly]:
    """Any function of the arguments; each array among them enters by a number that is any function of it."""
    parts = []
    for k, node in enumerate(call.arguments):
        inner = call_of(node)
        target = node if inner is None else inner.head
        if isinstance(target, Symbol) and not lexicon.find(Key(target.name, target.font, target.accents)):
            if target.font or target.accents or (len(target.name) > 1 and not target.name.islower()):
                raise Unknown(f"of what shape {target.name} is, is not said")
            lexicon = with_given(lexicon, target, (), "input")
        q = Reader(_scope(lexicon)).read(target)
        parts.append(q.poly if q.is_scalar else of_atom(Functional(f"{name}.{k}", q.axes, (q.poly,))))
    if len(parts) == 1 and any(isinstance(a, Functional) for m, _ in parts[0].terms for a, _ in m.powers):
        return lexicon, parts[0]
    return lexicon, function(name, tuple(parts))


def taken_for_numbers(lexicon: Lexicon) -> frozenset[Key]:
    """The names of open functions and of their arguments, of which a document may have said too little."""
    opened = {o.named.tensor.name for o in lexicon.own if is_composed(lexicon.network, o.named.tensor.name)}
    read = {x.tensor for n in opened for e in lexicon.network.definitions(n) for x in entries_in(e.rhs)}
    numbers = (o for o in lexicon.own if not o.named.tensor.axes)
    return frozenset(o.key.plain for o in numbers if o.named.tensor.name in opened | read or is_any_number(lexicon, o))


def is_any_number(lexicon: Lexicon, own: Own) -> bool:
    """Whether a name is that of a number that came up as an argument, and that no equation gives."""
    tensor = own.named.tensor
    return tensor.role == "input" and not tensor.axes and not lexicon.network.definitions(tensor.name)

"""Functions: those with a name, those that a formula of the document defines, and those nothing is said of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from derive.forward.calls import arguments, call_of, is_round
from derive.forward.signs import names_in
from derive.forward.statements import MEANT, Statement
from derive.ir.scalar import PLAIN, REGISTRY
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Applied, Bracketed, Branch, Multiplied, Node, Scripts, Symbol
from derive.latex.reading.trees import changed, walk
from derive.network.activations import identity
from derive.network.losses import LOSSES
from derive.reading.definitions import INDICES
from derive.reading.function_names import ALIASES
from derive.reading.keys import Key, key_of
from derive.reading.marks import marks_of

Scalar = Callable[[Any], Any]

WORDS = frozenset(("softmax", "sigmoid", "ReLU", "relu", "tanh", "softplus", "exp", "log"))
ABSTRACT = frozenset(("f", "g", "h", "phi", "varphi", "psi", "Phi", "Psi", "sigma", "rho"))
"""Letters of functions of which nothing is said, where they always stand before round brackets."""

OWN: Mapping[str, Scalar] = {"identity": identity, "sqrt": sympy.sqrt, "abs": sympy.Abs, "tanh": sympy.tanh}
LOSSES_OPEN = frozenset(("ell", "l", "L", "C", "J", "E", "D"))
"""Letters of losses of which nothing need be said."""
NOTHING_TOLD: Mapping[Key, str] = MappingProxyType({})
MOST_CALLS = 12
MOST_IN_ALL = 1_000
"""So many formulas of functions are put in at most, one within another and in all."""
POINTS = tuple(sympy.Rational(k, 7) for k in (-19, -11, -5, -2, 3, 8, 13, 23))


assert LOSSES, "their functions are registered"


@dataclass(frozen=True)
class Macro:
    """`f(x, y) = body`: a call is the body with other arguments."""

    name: str
    arguments: tuple[Node, ...]
    body: Node
    statement: Statement


@dataclass
class Functions:
    """`macros` by the text of their names; `known` are letters that mean a function, `abstract` unknown ones."""

    macros: dict[str, Macro] = field(default_factory=dict)
    known: dict[Key, str] = field(default_factory=dict)
    abstract: dict[Key, str] = field(default_factory=dict)
    calls: int = 0
    """How many formulas of functions were put in."""
    costs: set[str] = field(default_factory=set)
    """Losses of which nothing is said: `ℓ(o, y)`."""
    values: set[str] = field(default_factory=set)
    """Names that are written with what they depend on, `f(x)`, and always the same."""

    def scalar(self, name: Node) -> Scalar | None:
        """The function of one number that a name stands for; None for any other."""
        key = key_of(name)
        if key is None:
            return None
        if key in self.known:
            return named(self.known[key])
        if key in self.abstract:
            return named_abstract(self.abstract[key])
        return named(ALIASES.get(key.name, MEANT.get(key.name, key.name)))

    def is_function(self, name: Node, taken: Mapping[str, object]) -> bool:
        """Whether a name before a round bracket is applied; `taken` are the names with equations."""
        if shown(name) in self.macros or shown(name) in self.costs:
            return True
        key = key_of(name)
        if key is None or shown(name) in taken:
            return False
        return self.scalar(name) is not None or ALIASES.get(key.name, key.name) in ("softmax", "max", "min")

    def called(self, node: Node, taken: Mapping[str, object], depth: int = 0) -> Node:
        """The tree with every call as an application, or as the formula of its function.

        Raises: RecursionError for functions that call themselves.
        """
        if depth > MOST_CALLS:
            raise RecursionError

        def change(x: Node) -> Node | None:
            if isinstance(x, Multiplied):
                return self._grouped(x, taken, depth)
            if isinstance(x, Applied) and shown(x.function) in self.values:
                return x.function
            if isinstance(x, Applied) and shown(x.function) in self.macros:
                return self._put_in(self.macros[shown(x.function)], x.argument, taken, depth)
            return None

        return changed(node, change)

    def _grouped(self, node: Multiplied, taken: Mapping[str, object], depth: int) -> Node | None:
        factors, operators = list(node.factors), list(node.operators)
        k, found = 0, False
        while k < len(operators):
            name, behind = factors[k], factors[k + 1]
            if operators[k] == "" and shown(name) in self.values and is_round(behind):
                del factors[k + 1], operators[k]
                found = True
                continue
            if operators[k] == "" and _is_name(name) and is_round(behind) and self.is_function(name, taken):
                macro = self.macros.get(shown(name))
                made: Node = Applied(name, behind, name.span | behind.span)
                if macro is not None:
                    made = self._put_in(macro, behind, taken, depth)
                factors[k : k + 2], found = [made], True
                del operators[k]
            else:
                k += 1
        if not found:
            return None
        inside = [self._inside(f, taken, depth) for f in factors]
        return inside[0] if len(inside) == 1 else Multiplied(tuple(inside), tuple(operators), node.span)

    def _inside(self, f: Node, taken: Mapping[str, object], depth: int) -> Node:
        if isinstance(f, Applied):
            return Applied(f.function, self.called(f.argument, taken, depth), f.span)
        return self.called(f, taken, depth)

    def _put_in(self, macro: Macro, behind: Node, taken: Mapping[str, object], depth: int) -> Node:
        self.calls += 1
        if self.calls > MOST_IN_ALL:
            raise RecursionError
        given = arguments(behind)
        body = macro.body
        if len(given) == len(macro.arguments):
            places = {shown(a): g for a, g in zip(macro.arguments, given, strict=True) if shown(a) != shown(g)}
            body = changed(body, lambda x: None if isinstance(x, Branch) else _wrapped(places.get(shown(x)), x))
        return Bracketed("(", ")", self.called(body, taken, depth + 1), behind.span)


def _wrapped(found: Node | None, at: Node) -> Node | None:
    """An argument with scripts or of several terms keeps together."""
    if found is None:
        return None
    return found if isinstance(found, Symbol | Scripts) else Bracketed("(", ")", found, at.span)


def _is_name(node: Node) -> bool:
    return isinstance(node, Symbol) or (isinstance(node, Scripts) and isinstance(marks_of(node).base, Symbol))


def named(name: str) -> Scalar | None:
    """A function of one number by its name."""
    known = REGISTRY.get(name)
    if name in OWN or name in PLAIN:
        return OWN.get(name) or PLAIN[name]
    return sympy.Function(name) if known is not None and not known.options else None


def named_abstract(name: str) -> Scalar:
    """A function of which nothing is said."""
    made: Scalar = sympy.Function(name)
    return made


def functions_of(equations: Sequence[Statement], told: Mapping[Key, str] = NOTHING_TOLD) -> Functions:
    """The functions of a document: a formula whose left side is a call with other calls elsewhere, and letters of
    functions that always stand before brackets; `told` are letters with a name that no formula defines."""
    out = Functions()
    calls, alone = _occurrences(equations)
    for e in equations:
        call = call_of(e.left)
        if call is None:
            continue
        name, given = call
        text = shown(name)
        others = [c for c in calls.get(text, ()) if c != tuple(map(shown, given))]
        if text in out.macros or text in out.values:
            continue
        if others or (_is_of_letters(name, given) and _is_of(e.right, given)) or _is_of_a_step(e.right, given):
            out.macros[text] = Macro(text, given, e.right, e)
        else:
            out.values.add(text)
    heads = {shown(n): key_of(n) for n in _heads(equations)}
    defined = {shown(call[0]) for e in equations if (call := call_of(e.left)) is not None}
    for text in calls:
        key = heads.get(text)
        if key is None or text in out.macros:
            continue
        if key in told:
            out.known[key] = told[key]
            continue
        if text in alone or key.name not in ABSTRACT - {"sigma"}:
            continue
        if text not in defined:
            out.abstract[key] = key.name
    out.costs |= set(_open_costs(equations, out)) - alone
    return out


def _open_costs(equations: Sequence[Statement], functions: Functions) -> Iterator[str]:
    """Letters of losses before several names, `ℓ(o, y)`, or `L = ℓ(o)` alone, that no formula defines."""
    for e in equations:
        for node in walk(e.right):
            factors = node.factors if isinstance(node, Multiplied) else ()
            for name, behind in pairwise(factors):
                key, text = key_of(name), shown(name)
                if key is None or key.name not in LOSSES_OPEN or not is_round(behind):
                    continue
                has_own = any(shown(x.left) == text and x is not e for x in equations)
                is_open = text not in functions.macros and text not in functions.values and not has_own
                given = arguments(behind)
                is_whole = node is e.right and len(factors) == 2
                if is_open and (len(given) > 1 or is_whole) and all(map(_is_name, given)):
                    yield text


def _is_of_letters(name: Node, given: tuple[Node, ...]) -> bool:
    """Whether `σ(z) = …` defines a function that goes by a letter of functions."""
    key = key_of(name)
    return (
        key is not None
        and len(given) == 1
        and (key.name in ABSTRACT or named(ALIASES.get(key.name, key.name)) is not None)
    )


def _is_of_a_step(body: Node, given: tuple[Node, ...]) -> bool:
    """Whether the argument is an index, and nothing else: `l(t) = -Σ_k y_k^{(t)} log ŷ_k^{(t)}`."""
    letter = shown(given[0])
    if len(given) != 1 or letter not in INDICES:
        return False
    marks = [m for n in names_in(body) if isinstance(n, Scripts) for m in (n.below, n.above) if m is not None]
    inside = any(shown(x) == letter for m in marks for x in walk(m))
    return inside and all(shown(n) != letter for n in names_in(body))


def _is_of(body: Node, given: tuple[Node, ...]) -> bool:
    """Whether a formula is made of numbers, functions and its arguments alone."""
    own = {shown(x) for x in given}
    return all(shown(n) in own or key_of(n) == Key("pi") for n in names_in(body))


def _occurrences(equations: Sequence[Statement]) -> tuple[dict[str, list[tuple[str, ...]]], set[str]]:
    """The arguments of every name that stands before round brackets on a right side; the names that stand alone."""
    calls: dict[str, list[tuple[str, ...]]] = {}
    alone: set[str] = set()
    for e in equations:
        for node in walk(e.right):
            if isinstance(node, Applied):
                calls.setdefault(shown(node.function), []).append(tuple(map(shown, arguments(node.argument))))
            if isinstance(node, Multiplied):
                pairs = list(zip(node.factors, [*node.factors[1:], None], [*node.operators, "."], strict=True))
                for a, b, o in pairs:
                    if o == "" and b is not None and _is_name(a) and is_round(b):
                        calls.setdefault(shown(a), []).append(tuple(map(shown, arguments(b))))
                    elif isinstance(a, Symbol | Scripts):
                        alone.add(shown(a))
    return calls, alone


def _heads(equations: Sequence[Statement]) -> list[Node]:
    return [
        a
        for e in equations
        for node in walk(e.right)
        if isinstance(node, Multiplied)
        for a in node.factors
        if isinstance(a, Symbol | Scripts)
    ]


def recognized(formula: sympy.Expr, x: sympy.Symbol) -> str | None:
    """The registered function that a formula in x is, by its values; None if it is none."""
    formula = _spelled_out(formula)
    for name in (*REGISTRY.functions, *PLAIN, "identity"):
        f = REGISTRY.get(name)
        if f is not None and f.options:
            continue
        plain = named(name)
        if f is not None:
            definition = f.definition
        else:
            definition = None if plain is None else plain(x)
        if definition is not None and _equal(formula, x, definition, x if f is None else f.arguments[0]):
            return str(name)
    return None


def _spelled_out(formula: sympy.Expr) -> sympy.Expr:
    """With the definitions of registered functions in it."""

    def definition(call: sympy.Expr) -> sympy.Expr:
        f = REGISTRY.get(call.func.__name__)
        return call if f is None or f.definition is None else f.definition.xreplace({f.arguments[0]: call.args[0]})

    return formula.replace(lambda t: isinstance(t, AppliedUndef), definition)


def _equal(a: sympy.Expr, x: sympy.Symbol, b: sympy.Expr, y: sympy.Symbol) -> bool:
    for p in POINTS:
        left, right = a.subs(x, p), b.subs(y, p)
        try:
            gap = abs(complex(left.evalf(30)) - complex(right.evalf(30)))
        except (TypeError, ValueError):
            return False
        if not gap <= 1e-20:
            return False
    return True

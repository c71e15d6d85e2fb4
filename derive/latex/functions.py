"""Scalar functions in LaTeX: `σ'(z)`, `e^{z}`, `log a`, `|x|`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from derive.ir.moment import MOMENTS
from derive.ir.scalar import REGISTRY
from derive.latex.notation import Notation
from derive.latex.precedence import Level, Text, enclosed
from derive.latex.tex import name, symbol

_COMMANDS = frozenset(("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh"))
_INVERSE: Mapping[str, str] = MappingProxyType(
    {"asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan", "asinh": r"\operatorname{arsinh}"}
)
CONSTANTS: Mapping[str, str] = MappingProxyType(
    {
        "pi": r"\pi",
        "exp1": r"\mathrm{e}",
        "e": r"\mathrm{e}",
        "eulergamma": r"\gamma_{\mathrm{E}}",
        "goldenratio": r"\varphi",
        "catalan": r"\mathrm{G}",
    }
)
MOST_PRIMES = 3
_E = re.compile(r"(?<![A-Za-z\\])e(?![A-Za-z])")


def function_symbol(notation: Notation, function: str) -> str:
    """The symbol of a scalar function: the notation's, the registered one, a standard one, or its name."""
    if function in notation.functions:
        return symbol(notation.functions[function]).tex
    known = REGISTRY.get(function)
    if known is not None and known.latex:
        return known.latex
    if function in _COMMANDS:
        return f"\\{function}"
    if function in _INVERSE:
        return _INVERSE[function]
    spelled = name(function)
    return f"\\operatorname{{{function}}}" if _is_word(function, spelled.tex) else spelled.tex


def _is_word(function: str, tex: str) -> bool:
    return tex == f"\\mathrm{{{function}}}" and function.isascii() and function.isalnum()


def differentiated(notation: Notation, function: str, orders: Sequence[int]) -> str:
    """`σ'`, `σ''`, `f^{(4)}` by the first argument; `∂_α f` by an option; `∂_1 f` where no name is known."""
    head = function_symbol(notation, function)
    if not any(orders):
        return head
    known = REGISTRY.get(function)
    has_options = known is not None and len(known.arguments) == len(orders)
    if not any(orders[1:]) and (has_options or len(orders) == 1):
        n = orders[0]
        return head + "'" * n if n <= MOST_PRIMES else f"{head}^{{({n})}}"
    names = [str(k + 1) for k in range(len(orders))]
    if known is not None and has_options:
        names = ["1", *(name(str(o)).tex for o in known.options)]
    return "".join(f"\\partial_{{{v}}}" * n for v, n in zip(names, orders, strict=True)) + f" {head}"


def applied(notation: Notation, function: str, orders: Sequence[int], args: Sequence[Text]) -> Text:
    """The function at its arguments, each of which stands between delimiters."""
    tall = any(a.tall for a in args)
    inside = ", ".join(a.tex for a in args)
    if function in MOMENTS:
        return Text(MOMENTS[function] + enclosed("[", inside, "]", tall), Level.ATOM, tall)
    if not args and function in CONSTANTS:
        return Text(CONSTANTS[function])
    if function == "abs" and not any(orders):
        return Text(enclosed("|", inside, "|", tall=True))
    head = r"\operatorname{sgn}" if function == "abs" and list(orders) == [1] else None
    head = head or differentiated(notation, function, orders)
    return Text(head + enclosed("(", inside, ")", tall), Level.RAISED, tall)


def exponential(arg: Text, e_is_taken: bool) -> Text:
    """e^arg, or exp(arg) where the exponent is tall, or e something else."""
    if arg.tall or e_is_taken:
        return Text(f"\\exp{enclosed('(', arg.tex, ')', arg.tall)}", Level.RAISED, arg.tall)
    return Text(f"e^{{{arg.tex}}}", Level.RAISED)


def without_powers_of_e(tex: str) -> str:
    """`\\exp(-z)` for every `e^{-z}` in a text, `\\mathrm{e}` for an e alone; words that have an e in them stay."""
    out, rest = "", tex
    while (found := _E.search(rest)) is not None:
        out, rest = out + rest[: found.start()], rest[found.end() :]
        if rest.startswith("^{"):
            inner, rest = _braced(rest[1:])
            inner = without_powers_of_e(inner)
            out += exponential(Text(inner, tall=r"\frac" in inner), True).tex
        else:
            out += CONSTANTS["e"]
    return out + rest


def _braced(text: str) -> tuple[str, str]:
    """What stands in the braces at the beginning of a text, and what is behind them."""
    depth = 0
    for k, c in enumerate(text):
        depth += {"{": 1, "}": -1}.get(c, 0)
        if not depth:
            return text[1:k], text[k + 1 :]
    raise AssertionError(f"the braces of {text} do not close")


def logarithm(arg: Text, simple: bool) -> Text:
    """log a for a single symbol, which reaches to the end of its product; else log(…)."""
    closed = f"\\log{enclosed('(', arg.tex, ')', arg.tall)}"
    if simple:
        return Text(f"\\log {arg.tex}", Level.TAIL, arg.tall, closed)
    return Text(closed, Level.RAISED, arg.tall)

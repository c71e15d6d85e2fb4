"""Right sides in words: tensors without their indices, `Σ`, and derivatives with a prime."""

from __future__ import annotations

from fractions import Fraction

from derive.ir.tensor import ADJOINT
from derive.terms.term import Atom, Base, Block, Entry, Func, Monomial, Poly, Positive, Scalar


def formula(p: Poly) -> str:
    """`lambda·W1 + Σ x·(gradient of z1)`."""
    text = ""
    for m, c in p.terms:
        sign = "− " if c < 0 else "+ " if text else ""
        text += f"{' ' if text else ''}{sign}{_term(m, abs(c))}"
    return text or "0"


def _term(m: Monomial, c: Fraction) -> str:
    above = [_factor(a, e) for a, e in m.powers if e > 0]
    below = [_factor(a, -e) for a, e in m.powers if e < 0]
    number = [] if c.numerator == 1 and above else [str(c.numerator)]
    if c.denominator != 1:
        below.insert(0, str(c.denominator))
    sums = [t for t in above if t.startswith("Σ")]
    plain = [t for t in above if not t.startswith("Σ")]
    text = "·".join([*number, *plain, *sums])
    return text + "".join(f"/{b}" for b in below)


def _factor(atom: Atom, e: Fraction) -> str:
    text = _atom(atom)
    return text if e == 1 else f"√{text}" if e == Fraction(1, 2) else f"{text}^{e}"


def _atom(atom: Atom) -> str:
    match atom:
        case Entry():
            name = atom.tensor.removeprefix(ADJOINT)
            return name if name == atom.tensor else f"(gradient of {name})"
        case Scalar():
            return str(atom.variable)
        case Func():
            return f"{atom.name}{chr(39) * sum(atom.orders)}({', '.join(formula(a) for a in atom.args)})"
        case Base():
            return f"({formula(atom.poly)})"
        case Block():
            return f"Σ {_term(atom.body, Fraction(1))}"
        case Positive():
            return f"[{formula(atom.poly)} > 0]"
    return "…"

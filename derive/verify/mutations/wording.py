"""Right sides in words: tensors without their indices, `Σ`, and derivatives with a prime."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.ir.tensor import ADJOINT, Tensor
from derive.network.network import Network
from derive.terms.affine import Index
from derive.terms.term import Atom, Base, Block, Entry, Func, Monomial, Poly, Positive, Scalar


def stage_of(network: Network, t: Tensor) -> str:
    """What an ordered index of a tensor counts: layers, each with parameters of its own, or steps in time."""
    ends = {a.hi for p in network.parameters for a in p.axes if a.ordered}
    return "layer" if any(a.ordered and a.hi in ends for a in t.axes) else "step"


def is_batch(network: Network, b: Index) -> bool:
    return network.batch is not None and b.hi == network.batch.hi


def place_name(network: Network, b: Index) -> str:
    """What an index counts, in one word: samples, steps in time, or positions of another kind."""
    if is_batch(network, b):
        return "sample"
    ends = {a.hi for t in network.role("value") for a in t.axes if a.ordered}
    return "step" if b.ordered or b.hi in ends else "position" if network.batch is not None else "sample"


def counted(network: Network, indices: Sequence[Index]) -> str:
    """`m samples and 4·5 positions`."""
    sizes: dict[str, list[str]] = {}
    for b in indices:
        sizes.setdefault(place_name(network, b), []).append(str(b.extent))
    return " and ".join(f"{'·'.join(s)} {name}s" for name, s in sizes.items())


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

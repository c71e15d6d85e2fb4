"""Elementary functions of one real or complex number, for the interpreter."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType

import sympy

Number = int | float | complex


def sign(u: Number) -> int:
    """The sign of the real part, so that a complex step takes the branch of the point that it starts from."""
    return (u.real > 0) - (u.real < 0)


def power(base: Number, exponent: Fraction) -> Number:
    """base^exponent, the principal value.

    Raises: ZeroDivisionError for 0 in a denominator, ValueError for a root of a negative real number.
    """
    if exponent.denominator == 1:
        return base ** int(exponent)
    if not isinstance(base, complex) and base < 0:
        raise ValueError(f"{base} has no real power {exponent}")
    if exponent.denominator == 2:
        root = cmath.sqrt(base) if isinstance(base, complex) else math.sqrt(base)
        return root**exponent.numerator
    return base ** float(exponent)


def erf(u: Number) -> Number:
    """The error function; for complex u by Abramowitz and Stegun 7.1.29, whose relative error is about 1e-16.

    erf(x + iy) = erf x + e^{−x²} (y sinc(xy) (sin xy + i cos xy) + 2 Σ_n e^{−n²/4} F_n / (n² + 4x²)) / π,
    F_n = 2x − 2x cosh(ny) e^{−2ixy} + n sinh(ny) (sin 2xy + i cos 2xy), n = 1, 2, …
    """
    if not isinstance(u, complex):
        return math.erf(u)
    x, y = u.real, u.imag
    t = x * y
    sinc = math.sin(t) / t if t else 1.0
    series = complex(0)
    for n in range(1, 16 + 2 * math.ceil(abs(y))):
        turned = complex(math.sin(2 * t), math.cos(2 * t))
        even = complex(
            4 * x * (math.sin(t) ** 2 - math.sinh(n * y / 2) ** 2 * math.cos(2 * t)),
            2 * x * math.cosh(n * y) * math.sin(2 * t),
        )
        series += math.exp(-n * n / 4) * (even + n * math.sinh(n * y) * turned) / (n * n + 4 * x * x)
    first = y * sinc * complex(math.sin(t), math.cos(t))
    return math.erf(x) + math.exp(-x * x) * (first + 2 * series) / math.pi


def _both(real: Callable[[float], float], other: Callable[[complex], complex]) -> Callable[[Number], Number]:
    def function(u: Number) -> Number:
        return other(u) if isinstance(u, complex) else real(u)

    return function


_SHARED = (
    *("exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)

FUNCTIONS: Mapping[str, Callable[[Number], Number]] = MappingProxyType(
    {name: _both(getattr(math, name), getattr(cmath, name)) for name in _SHARED} | {"erf": erf}
)
"""By SymPy's class names."""

CONSTANTS: Mapping[str, float] = MappingProxyType(
    {str(c).lower(): float(c) for c in (sympy.pi, sympy.E, sympy.EulerGamma, sympy.GoldenRatio, sympy.Catalan)}
)
"""By the names that they have in the normal form."""

"""Scalar functions: SymPy's own, and the primitives that SymPy lacks, each with its forward definition."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy

from derive.errors import DeriveError

x = sympy.Symbol("x", real=True)


@dataclass(frozen=True)
class ScalarFunction:
    """`name(x, *options)` is `definition`, an expression in `x` and `options`; None if the function is abstract."""

    name: str
    definition: sympy.Expr | None
    options: tuple[sympy.Symbol, ...] = ()
    latex: str = ""
    smooth: bool = True

    @property
    def arguments(self) -> tuple[sympy.Symbol, ...]:
        return (x, *self.options)


@dataclass
class Registry:
    """The rule table of scalar functions; filled once at import."""

    functions: dict[str, ScalarFunction] = field(default_factory=dict)

    def add(self, function: ScalarFunction) -> ScalarFunction:
        known = self.functions.get(function.name)
        if known is not None and known != function:
            raise DeriveError(f"the scalar function {function.name} is defined twice; give it another name")
        self.functions[function.name] = function
        return function

    def get(self, name: str) -> ScalarFunction | None:
        return self.functions.get(name)


REGISTRY = Registry()
"""Named functions: their derivatives are written with a prime and explained apart."""

PLAIN = {
    f.__name__: f
    for f in (
        sympy.exp,
        sympy.log,
        sympy.sin,
        sympy.cos,
        sympy.tan,
        sympy.sinh,
        sympy.cosh,
        sympy.erf,
        sympy.atan,
        sympy.asin,
        sympy.acos,
        sympy.asinh,
    )
}
"""SymPy's functions whose derivatives are put in at once."""

REGISTRY.add(ScalarFunction("tanh", sympy.tanh(x), latex=r"\tanh"))
REGISTRY.add(
    ScalarFunction(
        "abs", sympy.Piecewise((x, x > 0), (-x, x < 0), (0, True)), latex=r"\operatorname{abs}", smooth=False
    )
)

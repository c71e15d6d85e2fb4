"""What names stand for when equations are evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import sympy

from derive.errors import DeriveError, IndexRangeError, UnsupportedError
from derive.ir.elementary import Number

Place = tuple[int, ...]
Array = Mapping[Place, Number]
Orders = tuple[int, ...]
Wrt = tuple[tuple[int, Place], ...]
SizeRule = int | Mapping[Place, int] | Callable[..., int]
Function = Callable[[Orders, tuple[Number, ...]], Number]
Functional = Callable[[tuple[Array, ...], Wrt], Number]


class MissingEntry(IndexRangeError):
    """An entry is read that has no value: it is out of range, not given, or not yet computed."""

    def __init__(self, tensor: str, at: Place) -> None:
        super().__init__(f"{tensor}{list(at)} has no value", repair="it is out of range or was not given")
        self.tensor, self.at = tensor, at


def _no_derivative(name: str, orders: Orders) -> sympy.Expr:
    raise UnsupportedError(f"the environment does not say what the derivative {orders} of {name} is")


@dataclass(frozen=True)
class Environment:
    """What names stand for.

    `sizes`: an integer, or for a family `n[l]` a mapping from tuples or a function of the subscripts.
    `arrays`: entries by place, a tuple of integers that count from where the axis does (`()` for a scalar).
    `indices`: the values of the indices in scope.
    `functions`: abstract scalar functions, called with the orders of a partial derivative and the arguments.
    `functionals`: abstract costs, called with each argument as an array over the functional's own indices (in
    the order of their names as stated), and with the pairs (argument, place) by which it is differentiated.
    `derivative_of`: for a registered function and orders, the formula in the function's arguments.
    """

    sizes: Mapping[str, SizeRule] = field(default_factory=lambda: MappingProxyType({}))
    arrays: Mapping[str, Array] = field(default_factory=lambda: MappingProxyType({}))
    indices: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    functions: Mapping[str, Function] = field(default_factory=lambda: MappingProxyType({}))
    functionals: Mapping[str, Functional] = field(default_factory=lambda: MappingProxyType({}))
    derivative_of: Callable[[str, Orders], sympy.Expr] = _no_derivative

    def size(self, name: str, at: Place = ()) -> int:
        if name not in self.sizes:
            raise DeriveError(f"the size {name} has no value", repair="give it one")
        rule = self.sizes[name]
        if isinstance(rule, int):
            return rule
        if not isinstance(rule, Mapping):
            return rule(*at)
        if at not in rule:
            raise MissingEntry(name, at)
        return rule[at]

    def entry(self, tensor: str, at: Place) -> Number:
        array = self.arrays.get(tensor, {})
        if at not in array:
            raise MissingEntry(tensor, at)
        return array[at]

    def index(self, name: str) -> int:
        if name not in self.indices:
            raise DeriveError(f"the index {name} has no value", repair="bind it by a sum or give it a value")
        return self.indices[name]

    def bind(self, name: str, value: int) -> Environment:
        """The same with an index added, which hides an outer one of that name."""
        return replace(self, indices={**self.indices, name: value})

    def with_entry(self, tensor: str, at: Place, value: Number) -> Environment:
        """The same with one given entry replaced."""
        self.entry(tensor, at)
        return replace(self, arrays={**self.arrays, tensor: {**self.arrays[tensor], at: value}})

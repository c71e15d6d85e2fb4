"""A layer beside its hand-written oracle: the interpreted equations, the derived cases and the emitted kernel.

    BATCH_NORM = LayerCase(
        inputs="{x: 4}", layers="[{batch_norm: {eps: 0.1}}]",
        forward=batch_norm, backward=batch_norm_backward, settings={"eps": 0.1},
        variables=normal(1, x=(3, 4), gamma=(4,), beta=(4,)), names={"gamma": "gamma1", "beta": "beta1"},
    )
    BATCH_NORM.check_interpreted()
    BATCH_NORM.check_kernel()

The upstream gradient is random: the cost is the inner product of the last layer's result with a target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from derive.calculus.scalar import definition
from derive.derivation import Adjoints, derive_adjoints
from derive.ir.environment import Environment, SizeRule
from derive.ir.interpret import fill, run_forward
from derive.ir.normal_form import evaluate_affine, evaluate_poly
from derive.ir.tensor import ADJOINT
from derive.kernels import emit_kernel, load_kernel
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text
from derive.terms.affine import Size

TOLERANCE = 1e-9
UPSTREAM = "upstream"
"""The name of the target, which is the upstream gradient of the result."""

Arrays = Mapping[str, Any]


def normal(seed: int, **shapes: tuple[int, ...]) -> dict[str, Any]:
    """One array of standard normal numbers for each name."""
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def assert_near(actual: Any, expected: Any, what: str = "", tolerance: float = TOLERANCE) -> None:
    """Same shape, and equal up to `tolerance` times the norm (or times 1, if the norm is smaller)."""
    assert np.shape(actual) == np.shape(expected), f"{what}: {np.shape(actual)} is not {np.shape(expected)}"
    scale = max(float(np.linalg.norm(np.ravel(expected))), 1.0)
    error = float(np.linalg.norm(np.ravel(actual) - np.ravel(expected))) / scale
    assert error <= tolerance, f"{what} is off by {error}"


@dataclass(frozen=True)
class LayerCase:
    """A network in YAML and the oracle of what its layers compute together.

    `inputs` and `layers` are the YAML of these keys, in rows layout; `batch` its batch ("" for none). `target`
    is the YAML of the result's shape for one sample, needed only where that has a symbol. `forward(**variables,
    **given, **settings)` gives the result with the batch first, `backward(upstream, **variables, **given,
    **settings)` the gradients by name. `variables` and `given` are the oracle's arrays, those in `given` (a mask,
    ids) not differentiated; `names` says what the network calls them, where that differs.
    """

    inputs: str
    layers: str
    forward: Callable[..., Any]
    backward: Callable[..., Mapping[str, Any]]
    variables: Arrays
    given: Arrays = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    batch: str = "m"
    notation: str = "rows"

    def check_interpreted(self) -> None:
        """The forward equations and every derived case have the oracle's values, entry by entry."""
        env = run_forward(self.network.equations, self.network.tensors, self.environment)
        assert_near(self.read(env, self.result), self.expected, "the result")
        cases = [case for tensor in self.adjoints.results for case in self.adjoints.results[tensor]]
        found = fill(cases, env, lambda case, at: evaluate_poly(case.poly, at))
        for name, gradient in self.gradients.items():
            assert_near(self.read(found, self.named(name), ADJOINT), gradient, f"the derived gradient of {name}")

    def check_kernel(self, dtype: Any = np.float64, tolerance: float = TOLERANCE) -> None:
        """The emitted kernel has the oracle's prediction, cost and gradients."""
        module = load_kernel(emit_kernel(self.network, self.adjoints, wrt="all"))
        params, inputs = self.arguments(module.Params, dtype), self.arguments(module.Inputs, dtype)
        assert_near(module.forward(params, inputs), self.expected, "the prediction", tolerance)
        cost, *groups = module.value_and_grad(params, inputs)
        assert_near(cost, np.sum(self.upstream * self.expected), "the cost", tolerance)
        values = {name: value for group in groups for name, value in zip(group._fields, group, strict=True)}
        for name, gradient in self.gradients.items():
            assert_near(values[self.named(name)], gradient, f"the gradient of {name} in the kernel", tolerance)

    # -- the oracle -------------------------------------------------------------------------------

    @cached_property
    def expected(self) -> Any:
        """The oracle's result."""
        return self.forward(**self.variables, **self.given, **self.settings)

    @cached_property
    def upstream(self) -> Any:
        """A random gradient of the result."""
        return np.random.default_rng(7).standard_normal(np.shape(self.expected))

    @cached_property
    def gradients(self) -> Mapping[str, Any]:
        """The oracle's gradients of all variables."""
        found = self.backward(self.upstream, **self.variables, **self.given, **self.settings)
        return {name: found[name] for name in self.variables}

    # -- the network ------------------------------------------------------------------------------

    @cached_property
    def network(self) -> Network:
        """The network, compiled."""
        return compile_network(read_network_text(self.text))

    @cached_property
    def adjoints(self) -> Adjoints:
        """Its derivation."""
        return derive_adjoints(self.network)

    @property
    def text(self) -> str:
        """The network file."""
        shape = np.shape(self.expected)[1 if self.batch else 0 :]
        lines = [
            f"notation: {self.notation}",
            f"batch: {{size: {self.batch}, reduce: sum}}" if self.batch else "",
            f"inputs: {self.inputs}",
            f"targets: {{{UPSTREAM}: {self.target or list(shape)}}}",
            f"layers: {self.layers}",
            "loss: inner_product",
        ]
        return "".join(f"{line}\n" for line in lines if line)

    @property
    def result(self) -> str:
        """The name of what the last layer hands on."""
        return self.network.layers[-1].result

    def named(self, name: str) -> str:
        """What the network calls a variable of the oracle."""
        return self.names.get(name, name)

    # -- data -------------------------------------------------------------------------------------

    @cached_property
    def arrays(self) -> Arrays:
        """Every given array, by the name of its tensor."""
        given = {self.named(name): np.asarray(value) for name, value in {**self.variables, **self.given}.items()}
        return {**given, UPSTREAM: self.upstream}

    @cached_property
    def sizes(self) -> Mapping[str, SizeRule]:
        """The symbolic sizes, as the shapes of the arrays say."""
        found: dict[str, SizeRule] = {}
        for name, array in self.arrays.items():
            axes = self.network.tensor(name).axes
            assert len(axes) == np.ndim(array), f"{name} has {len(axes)} axes, and the array {np.ndim(array)}"
            for axis, extent in zip(axes, np.shape(array), strict=True):
                match axis.extent.terms:
                    case ((Size() as size, 1),) if axis.extent.const == 0:
                        found.setdefault(size.name, extent)
        for name, array in self.arrays.items():
            axes = self.network.tensor(name).axes
            expected = tuple(evaluate_affine(axis.extent, Environment(found)) for axis in axes)
            assert expected == np.shape(array), f"{name} is {expected}, and the array {np.shape(array)}"
        return found

    @property
    def environment(self) -> Environment:
        """The same arrays entry by entry."""
        entries = {}
        for name, array in self.arrays.items():
            starts = [evaluate_affine(axis.lo, Environment(self.sizes)) for axis in self.network.tensor(name).axes]
            entries[name] = {
                tuple(k + start for k, start in zip(at, starts, strict=True)): array[at].item()
                for at in np.ndindex(array.shape)
            }
        return Environment(self.sizes, entries, derivative_of=definition)

    def read(self, env: Environment, tensor: str, prefix: str = "") -> Any:
        """A tensor of the environment as an array."""
        axes = self.network.tensor(tensor).axes
        starts = [evaluate_affine(axis.lo, env) for axis in axes]
        array = np.zeros([evaluate_affine(axis.extent, env) for axis in axes])
        for at in np.ndindex(array.shape):
            array[at] = env.entry(prefix + tensor, tuple(k + start for k, start in zip(at, starts, strict=True)))
        return array

    def arguments(self, group: Any, dtype: Any) -> Any:
        """`Params` or `Inputs` of the kernel."""
        given = (self.arrays[name] for name in group._fields)
        return group(*(a if a.dtype.kind in "iu" else a.astype(dtype) for a in given))

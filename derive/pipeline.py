"""From a network to its derivation, and from there to notes, kernels and verdicts: who calls whom, and why there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from derive.derivation import Adjoints, derive_adjoints
from derive.errors import DeriveError
from derive.ir.record import Case, Line
from derive.ir.tensor import Tensor
from derive.network.network import Network


@dataclass(frozen=True)
class Result:
    """One derived adjoint: `∂C/∂T` for a tensor T of the network, by cases of an ordered index."""

    tensor: Tensor
    cases: tuple[Case, ...]

    @property
    def steps(self) -> tuple[Line, ...]:
        """The lines of the derivation, of the last case (for a recursion: the general step)."""
        return self.cases[-1].lines


@dataclass(frozen=True)
class Derivation:
    """Everything derived from a network's forward equations.

    `sample` is the derivation of the same network for a single sample, where the network has a batch: it gives
    the scalar and the vector form; this one gives the batched form.
    """

    network: Network
    adjoints: Adjoints
    sample: Derivation | None = None

    def gradient(self, name: str) -> Result:
        """The gradient of the cost by a parameter, an input or a value.

        Raises: DeriveError if the network has no such tensor, or the cost does not depend on it.
        """
        tensor = self.network.tensor(name)
        if name not in self.adjoints.results:
            raise DeriveError(f"the cost does not depend on {name}")
        return Result(tensor, self.adjoints.results[name])

    @property
    def gradients(self) -> Iterator[Result]:
        """The gradients of the parameters, in their order."""
        return (self.gradient(t.name) for t in self.network.parameters if t.name in self.adjoints.results)

    @cached_property
    def deltas(self) -> tuple[Result, ...]:
        """The named adjoints of values (the δ's), from the cost backwards."""
        values = (n for n in self.adjoints.named if self.network.tensor(n).role == "value")
        return tuple(self.gradient(n) for n in values)


def derive(network: Network, wrt: tuple[str, ...] | None = None) -> Derivation:
    """Differentiate a network's cost by `wrt` (default: all parameters and real inputs)."""
    sample = derive(network.sample, wrt) if network.sample is not None else None
    return Derivation(network, derive_adjoints(network, wrt), sample)

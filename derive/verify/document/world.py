"""A network on numbers: all its values, all gradients, and derivatives of values by values as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from derive.calculus.adjoint import AdjointEquation, Seed, adjoint_name
from derive.derivation import derive_adjoints
from derive.derivation.sweep import adjoint_equations
from derive.errors import DeriveError
from derive.ir.tensor import ADJOINT
from derive.network.network import Network
from derive.reading.quantity import MOST_TERMS, Unknown
from derive.terms.affine import Index
from derive.terms.term import Poly
from derive.terms.walk import entries_in
from derive.verify.chain import Chain
from derive.verify.document.instance import concrete, instance, instance_size
from derive.verify.document.proof import Prover
from derive.verify.document.twice import with_second
from derive.verify.evaluate import Frame
from derive.verify.kinks import MOST_POINTS, are_met
from derive.verify.labelled import Labelled
from derive.verify.points import Point, random_points
from derive.verify.rows import fill

POINTS = 3
SEED = 20


@dataclass
class World:
    """All that formulas about one network may speak of, at several random points."""

    network: Network
    points: int = POINTS
    factor: int = 1
    """By so much inputs and parameters are larger than usual."""
    given: tuple[Point, ...] = ()
    """Points in place of random ones."""
    _wide: dict[int, World] = field(default_factory=dict)
    _frames: list[Frame] = field(default_factory=list)

    @cached_property
    def concrete(self) -> Network:
        return concrete(self.network)

    @cached_property
    def chain(self) -> Chain:
        return Chain(self.concrete, derive_adjoints(self.concrete))

    @cached_property
    def prover(self) -> Prover:
        """Of the network as it is stated, abstract functions and all."""
        network = self.network
        if network.cost is None:
            return Prover(network, {})
        return Prover(network, derive_adjoints(network).results)

    def _start(self) -> list[Frame]:
        """All values, and all gradients if there is a cost."""
        number = self.points
        frames = self._drawn(number)
        while not self.given and number < MOST_POINTS and not are_met(self.concrete, frames):
            number *= 2
            frames = self._drawn(number)
        return frames

    def _drawn(self, number: int) -> list[Frame]:
        network = self.concrete
        drawn = (_scaled(network, p, self.factor) for p in random_points(network, number, SEED, self.points))
        points = self.given or tuple(drawn)
        if network.cost is not None:
            return [self.chain.at(p).frame for p in points]
        axes = {t.name: t.axes for t in network.tensors.values()}
        frames = [Frame(p.sizes, axes, p.data) for p in points]
        with np.errstate(all="ignore"):
            return [replace(f, values=fill(network.equations, f)) for f in frames]

    @cached_property
    def meets_kinks(self) -> bool:
        """Whether its points lie on both sides of every kink of the network."""
        return are_met(self.concrete, self.frames(()))

    def wide(self, reach: int) -> World:
        """The same with values beyond a number, on both sides of it: where a step there is no matter of sizes."""
        factor = 10 * reach
        if factor not in self._wide:
            self._wide[factor] = World(self.network, self.points, factor, self.given)
        return self._wide[factor]

    def frames(self, polys: Sequence[Poly]) -> list[Frame]:
        """The points, with everything in them that the polynomials read."""
        if not self._frames:
            self._frames = self._start()
        for name in {e.tensor for p in polys for e in entries_in(p)}:
            if ADJOINT in name and name not in self._frames[0].values:
                of, _, wrt = name.partition(ADJOINT)
                if ADJOINT in wrt:
                    self._frames = with_second(self.concrete, self._swept, self._frames, name)
                    continue
                if not of:
                    raise DeriveError(f"the cost does not depend on {wrt}")
                seed, equations = self._swept((wrt,), of)
                self._frames = [self._with(f, name, seed.axes, equations) for f in self._frames]
        return self._frames

    def _swept(self, wanted: tuple[str, ...], of: str | None = None) -> tuple[Seed, dict[str, AdjointEquation]]:
        """The adjoint equations between a value, or the cost, and what is wanted."""
        return adjoint_equations(self.concrete, wanted, of)

    def _with(
        self, frame: Frame, name: str, seeds: tuple[Index, ...], equations: Mapping[str, AdjointEquation]
    ) -> Frame:
        wrt = name.partition(ADJOINT)[2]
        if wrt not in equations:
            raise DeriveError(f"a derivative by {wrt} has no value here")
        axes = dict(frame.axes)
        for n in equations:
            axes[adjoint_name(n)] = (*self.concrete.tensor(n).axes, *seeds)
        inner = replace(frame, axes=axes)
        with np.errstate(all="ignore"):
            values = fill(equations.values(), inner)
        wrt_axes = self.concrete.tensor(wrt).axes
        return replace(
            frame,
            axes={**frame.axes, name: (*wrt_axes, *seeds)},
            values={**frame.values, name: values[adjoint_name(wrt)]},
        )

    def _instance(self, p: Poly) -> Poly:
        """Raises: DeriveError where concrete functions in place of abstract ones multiply out to too many terms."""
        if instance_size(p) > MOST_TERMS:
            raise Unknown(f"with numbers in it, it multiplies out to more than {MOST_TERMS} terms")
        return instance(p)

    def values(self, polys: Sequence[Poly], free: Sequence[Index]) -> Iterator[tuple[Frame, tuple[Labelled, ...]]]:
        """The values of polynomials at all points, for all values of the free indices.

        Raises: DeriveError for what has no value.
        """
        ready = tuple(map(self._instance, polys))
        for frame in self.frames(ready):
            for inner in frame.inside(tuple(free)):
                with np.errstate(all="ignore"):
                    yield inner, tuple(inner.poly(p) for p in ready)


def _scaled(network: Network, point: Point, factor: int) -> Point:
    """A point whose inputs and parameters are larger by a factor."""
    if factor == 1:
        return point
    names = {t.name for t in network.role("input", "parameter") if t.kind == "real"}
    data = {n: {k: v * factor for k, v in rows.items()} if n in names else rows for n, rows in point.data.items()}
    return Point(point.sizes, data)

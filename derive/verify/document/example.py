"""An example: one point at which every input, target and parameter of a network has a number."""

from __future__ import annotations

from dataclasses import dataclass, field

from derive.network.network import Network
from derive.verify.document.world import World
from derive.verify.points import Point


@dataclass
class Example:
    """`names` are how the document writes what it gives a number, `numbers` those numbers."""

    point: Point
    names: frozenset[str]
    numbers: frozenset[float]
    _worlds: list[World] = field(default_factory=list)

    def world(self, network: Network) -> World:
        """A network there; kept until it changes."""
        if not self._worlds or self._worlds[-1].network is not network:
            self._worlds = [World(network, given=(self.point,))]
        return self._worlds[-1]

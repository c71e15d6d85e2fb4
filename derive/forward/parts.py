"""The equations of a document that make its network, and its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from derive.forward.declared import Declared
from derive.forward.functions import Functions
from derive.forward.signs import Sign, Signs, Use, names_in
from derive.forward.statements import Stated, Statement
from derive.latex.reading.syntax import Node

COSTS = ("C", "L", "J", "E", "ell", "loss", "Loss", "cost", "Cost", "MSE", "CE", "l")
"""Letters of costs, and of losses of one sample."""


@dataclass(frozen=True)
class Parts:
    """`needed` in the order in which they are stated; `definitions` of all names, the first one of each counts."""

    stated: Stated
    signs: Signs
    functions: Functions
    declared: Declared
    needed: tuple[Statement, ...]
    definitions: Mapping[Sign, tuple[Statement, ...]]
    cost: Sign
    leaves: Mapping[Sign, str]
    numbers: Mapping[Sign, str]
    sampled: frozenset[Sign] = frozenset()
    first: Mapping[Sign, Node] = field(default_factory=dict)
    """How each name is written where it stands first."""

    def use(self, e: Statement) -> Use:
        found = self.signs.use(e.left, self.signs.letters[e.start])
        assert found is not None
        return found

    def uses(self, e: Statement) -> Iterator[Use]:
        for node in names_in(e.right):
            found = self.signs.use(node, self.signs.letters[e.start])
            if found is not None:
                yield found

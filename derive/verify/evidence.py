"""What the code claims, put beside what the equations give: one `Evidence` for each claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.errors import printable
from derive.verify.chain import Chain, State
from derive.verify.compare import Difference, difference, tolerance_for
from derive.verify.layout import Field, Fields, Layout
from derive.verify.points import Point, Sizes

LOSS = "loss"
Reference = Callable[[Sizes, Fields], tuple[float, Fields]]
"""From sizes and data (by field, in the layout of the module) to the loss and the gradients by field."""


@dataclass(frozen=True)
class Evidence:
    """One claim at every point that was reached: the claimed field, or text that says why there is none."""

    name: str
    claimed: tuple[Field | str, ...]
    expected: tuple[Field, ...]
    scales: tuple[float, ...]
    is_trivial: bool = False

    @property
    def problem(self) -> str:
        """Why the claim cannot be compared; empty if it can."""
        return next((c for c in self.claimed if isinstance(c, str)), "")

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(c for c in self.claimed if not isinstance(c, str))

    @property
    def differences(self) -> tuple[Difference, ...]:
        compared = zip(self.claimed, self.expected, self.scales, strict=True)
        return tuple(difference(c, e, s) for c, e, s in compared if not isinstance(c, str))

    @property
    def failure(self) -> tuple[int, Difference] | None:
        """The first point at which claimed and expected differ."""
        for k, (field, d) in enumerate(zip(self.fields, self.differences, strict=True)):
            if d.error > tolerance_for(field):
                return k, d
        return None

    @property
    def is_wrong(self) -> bool:
        return not self.problem and self.failure is not None


def expectations(
    chain: Chain, layout: Layout, states: Sequence[State], reference: Reference | None
) -> list[tuple[Field, Fields]]:
    """Loss and gradients at each point, by field: from `reference`, or from the adjoint equations themselves."""
    return [_expected(chain, layout, s, reference) for s in states]


def _expected(chain: Chain, layout: Layout, state: State, reference: Reference | None) -> tuple[Field, Fields]:
    tensors = {**layout.params, **layout.inputs}
    own = {f: layout.field(t, state.adjoint(t.name)) for f, t in tensors.items() if t.name in chain.equations}
    for f, t in layout.params.items():
        if f not in own:
            own[f] = _zeros(layout.field(t, state.point.data[t.name]))
    if reference is None:
        return np.asarray(state.loss), own
    loss, gradients = reference(state.point.sizes, data_of(layout, state.point))
    return np.asarray(float(loss)), {**own, **gradients}


def _zeros(field: Field) -> Field:
    return tuple(np.zeros_like(a) for a in field) if isinstance(field, tuple) else np.zeros_like(field)


def data_of(layout: Layout, point: Point) -> dict[str, Field]:
    """All given arrays by field."""
    return {**layout.fields(layout.params, point.data), **layout.fields(layout.inputs, point.data)}


def evidence(
    chain: Chain,
    layout: Layout,
    states: Sequence[State],
    outcomes: Sequence[Mapping[str, Any]],
    reference: Reference | None,
) -> list[Evidence]:
    """The claims in order: the loss if it is claimed, all parameters, the inputs that have gradients."""
    reached = [o for o in outcomes if "raised" not in o]
    expected = expectations(chain, layout, states[: len(reached)], reference)
    scales = tuple(s.scale for s in states[: len(reached)])
    found = []
    if any(o.get("loss") is not None for o in reached):
        values = tuple(_field(o.get("loss"), False) for o in reached)
        sizes = tuple(abs(float(np.asarray(e))) for e, _ in expected)
        found.append(Evidence(LOSS, values, tuple(e for e, _ in expected), sizes))
    for kind, fields in (("params", layout.params), ("inputs", layout.inputs)):
        for name, t in fields.items():
            given = [_part(o, kind).get(name) for o in reached]
            if kind == "inputs" and (all(g is None for g in given) or any(name not in e for _, e in expected)):
                continue
            family = any(a.ordered for a in t.axes)
            claimed = tuple(_field(g, family) for g in given)
            wanted = tuple(e[name] for _, e in expected)
            equation = chain.equations.get(t.name)
            found.append(Evidence(name, claimed, wanted, scales, equation is None or not equation.rhs))
    return found


def _part(outcome: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    part = outcome.get(kind)
    return part if isinstance(part, Mapping) else {}


def _field(value: Any, is_family: bool) -> Field | str:
    """A claimed field out of the tree that `calling` made; anything else is text."""
    if value is None:
        return "is not given"
    if isinstance(value, list) and is_family:
        parts = [_field(v, False) for v in value]
        problem = next((p for p in parts if isinstance(p, str)), None)
        return problem if problem is not None else tuple(p for p in parts if isinstance(p, np.ndarray))
    if isinstance(value, Mapping):
        if isinstance(array := value.get("array"), np.ndarray):
            return array
        if isinstance(problem := value.get("problem"), str):
            return printable(problem[:200])
    return "cannot be read"

"""What all recurrences share: the steps in order, states with a start, and the weights that every step reads."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy
from sympy import Sum

from derive.network.extents import Extent
from derive.network.sheet import Sheet
from derive.network.site import Site
from derive.network.spec.recurrent_layers import Start
from derive.network.value import Value


@dataclass(frozen=True)
class Recurrence:
    """One direction of a recurrent layer that reads a sequence (T, features) into states of `units` features.

    Step t follows on step t-1, and with `reverse` on step t+1. A state has an entry more than there are steps:
    its start is at t = 0, or at T+1.
    """

    site: Site
    units: Extent
    initial: Start = "zero"
    reverse: bool = False

    @property
    def sheet(self) -> Sheet:
        return self.site.sheet

    @property
    def steps(self) -> Extent:
        return self.site.source.shape[0]

    @property
    def t(self) -> sympy.Idx:
        return self.sheet.axis(self.steps, "t", ordered=True)

    @property
    def before(self) -> sympy.Expr:
        """The step on which step t follows."""
        return self.t + 1 if self.reverse else self.t - 1

    @property
    def _all_states(self) -> sympy.Idx:
        """The steps and the start."""
        if self.reverse:
            return self.sheet.axis(self.steps + 1, "t", ordered=True)
        return self.sheet.axis(self.steps, "t", ordered=True, lo=0)

    @property
    def j(self) -> sympy.Idx:
        """Along the units that are stated."""
        return self.sheet.units((self.steps, self.units))[-1]

    @property
    def q(self) -> sympy.Idx:
        """Along the units that are summed over."""
        return self.sheet.read((self.steps, self.units))[-1]

    @property
    def k(self) -> sympy.Idx:
        """Along the features that are summed over."""
        return self.sheet.read(self.site.source.shape)[-1]

    def stacked(self, count: int) -> sympy.Idx:
        """Along `count` blocks of units, one after the other."""
        return self.sheet.units((self.steps, count * self.units))[-1]

    # -- states and values on the way -------------------------------------------------------------

    def state(self, stem: str, name: str = "") -> Value:
        """A state with its start, under this name or one of its own; its steps are stated with `follow`."""
        site, j, shape = self.site, self.j, (self.steps, self.units)
        if name:
            label = replace(site.label("state"), symbol=stem)
            value = self.sheet.value(name, shape, label, site.depth, steps_first=True)
        else:
            value = site.named(stem, "state", shape, stem, steps_first=True)
        start = self.t.upper + 1 if self.reverse else sympy.Integer(0)
        axes = value.at((self._all_states, j))
        first = value.at((start, j))
        self.sheet.net.define(value.name, first, self._start(stem), axes=axes, label=value.label, line=site.layer.line)
        return value

    def _start(self, stem: str) -> sympy.Expr:
        """The state before the first step."""
        name = f"{stem}_start"
        if self.initial == "zero":
            return sympy.Integer(0)
        if self.initial == "parameter":
            return self.site.parameter(name, (self.j,), "start", "zeros", part="0", symbol=stem)
        return self.site.given(name, (self.j,), f"{stem}_0")[self.j]

    def follow(self, state: Value, rhs: sympy.Expr) -> None:
        """State step t of a state."""
        self.sheet.net.define(state.name, state.at((self.t, self.j)), rhs)

    def previous(self, state: Value, unit: sympy.Basic) -> sympy.Basic:
        """The entry of a state on which step t follows."""
        return state[self.before, unit]

    def at_every_step(
        self, stem: str, meaning: str, at: sympy.Idx, rhs: sympy.Expr, symbol: str = "", part: str = ""
    ) -> Value:
        """State a value of step t."""
        site = self.site
        value = site.named(stem, meaning, (self.steps, at.upper), symbol or stem, steps_first=True)
        value = replace(value, label=replace(value.label, part=self.site.label(meaning, part).part))
        self.sheet.net.define(value.name, value.at((self.t, at)), rhs, label=value.label, line=site.layer.line)
        return value

    def preactivation(self, at: sympy.Idx, rhs: sympy.Expr, gate: str = "") -> Value:
        """State the preactivation of step t, of all gates or of one."""
        return self.at_every_step(f"z_{gate}" if gate else "z", "preactivation", at, rhs, "z", gate)

    # -- parameters -------------------------------------------------------------------------------

    def weights_of_input(self, blocks: int) -> Value:
        """`W_x`, from the features to `blocks` blocks of units."""
        return self.site.weights("W_x", self.stacked(blocks), self.k, part="x")

    def weights_of_state(self, blocks: int) -> Value:
        """`W_h`, from the state to `blocks` blocks of units."""
        return self.site.weights("W_h", self.stacked(blocks), self.q, part="h")

    def bias(self, blocks: int) -> Value:
        return self.site.learned("b", (self.stacked(blocks),), "bias", "zeros")

    def of_input(self, weights: Value, out: sympy.Basic) -> sympy.Expr:
        """Σ_k W_x[out, k] x[t, k]."""
        return Sum(weights[out, self.k] * self.site.source[self.t, self.k], self.k)

    def of_state(self, weights: Value, out: sympy.Basic, state: Value) -> sympy.Expr:
        """Σ_q W_h[out, q] h[t-1, q]."""
        return Sum(weights[out, self.q] * self.previous(state, self.q), self.q)

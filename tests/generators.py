"""Hypothesis strategies for random networks, stated through the Builder.

`equations()` gives networks of one equation, `networks()` several equations and a scalar cost,
`recurrences()` a time of symbolic length, `deep_networks()` layers `l = 1 … L` of widths `n_l`;
`sampled(network)` is an environment with random data for any of them. Each stands on a plain function of a
`Pick`, which chooses one of several options, so that `random.Random(seed).choice` serves as well.

Expressions are built so that they are defined everywhere (roots and logarithms of positive terms only) and
stay of moderate size (what is unbounded goes through a bounded function before it is exponentiated).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from hypothesis import strategies as st
from sympy import KroneckerDelta, Max, Min, Piecewise, Rational, Sum

from derive.calculus.scalar import definition
from derive.ir.elementary import FUNCTIONS
from derive.ir.environment import Array, Environment, Wrt
from derive.network.builder import Builder
from derive.network.network import Network
from derive.network.sample_data import choose_sizes, sample_environment

Pick = Callable[[Sequence[Any]], Any]
Scope = tuple[tuple[sympy.Idx, str], ...]
"""The indices in scope, each with the range it runs over: `n`, `m` or `classes`."""

CLASSES = 4
RANGES = ("n", "m")
SHIFTED = ("window", "stride", "dilated", "double")
SCALAR = (sympy.sin, sympy.cos, sympy.tanh, sympy.atan, sympy.erf, sympy.Function("sigma"))


class Trusting(Builder):
    """A Builder that takes entries to be in range, as they are here, where only a delta keeps them so."""

    def _check_entry(self, *_: object) -> None:
        pass


@dataclass
class Draft:
    """A network in the making. `axes` gives for each tensor what it takes: a range, or a shifted index."""

    pick: Pick
    net: Builder
    sizes: dict[str, sympy.Basic]
    axes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    handles: dict[str, sympy.Basic] = field(default_factory=dict)
    used: int = 0

    # -- indices --------------------------------------------------------------------------------

    def index(self, over: str) -> sympy.Idx:
        """A new index of a range, `n`, `m` or `classes` (which counts from 0)."""
        self.used += 1
        if over == "classes":
            return self.net.index(f"v{self.used}", CLASSES - 1, lo=0)
        return self.net.index(f"{over}{self.used}", self.sizes[over])

    def bound_index(self, over: str, scope: Scope) -> sympy.Idx:
        """An index for a sum: new, or up to one in scope, or hiding one of the same name."""
        outer = [i for i, o in scope if o == over and over != "classes"]
        how = self.pick(("new", "new", "triangular", "hiding")) if outer else "new"
        if how == "hiding":
            return self.pick(outer)
        if how == "triangular":
            self.used += 1
            return self.net.index(f"t{self.used}", self.pick(outer))
        return self.index(over)

    def take(self, over: str, scope: Scope) -> tuple[sympy.Idx, bool]:
        """An index in scope that runs over the range, or a new one, which must then be summed."""
        known = [i for i, o in scope if o == over]
        if known and self.pick(range(5)):
            return self.pick(known), False
        return self.bound_index(over, scope), True

    # -- expressions ----------------------------------------------------------------------------

    def entry(self, scope: Scope, name: str = "") -> sympy.Expr:
        """An entry of a tensor, under a sum over the indices that the scope lacks."""
        name = name or self.pick(sorted(self.axes))
        summed: list[sympy.Idx] = []
        place = []
        for kind in self.axes[name]:
            at, inner = self.position(kind, scope)
            place.append(at)
            summed += [i for i in inner if i not in summed]
        out = self.handles[name][tuple(place)] if place else self.handles[name]
        for i in summed:
            out = Sum(out, i)
        return out

    def position(self, kind: str, scope: Scope) -> tuple[sympy.Expr, list[sympy.Idx]]:
        """What stands on an axis, and the indices to sum over."""
        if kind == "classes" and self.pick((False, True)):
            i, new = self.take("n", scope)
            return self.handles["ids"][i], [i] * new
        if kind not in SHIFTED:
            i, new = self.take(kind, scope)
            return i, [i] * new
        p, p_new = self.take("n", scope)
        if kind == "double":
            return 2 * p, [p] * p_new
        r, r_new = self.take("m", (*scope, (p, "n")))
        at = {"window": p + r - 1, "stride": 2 * p + r - 2, "dilated": 2 * p + 2 * r - 3}[kind]
        return at, [r] * r_new + [p] * p_new

    def expression(self, scope: Scope, depth: int) -> sympy.Expr:
        if depth == 0:
            return self.entry(scope)
        rules = (
            *(self._entry, self._sum_of_terms, self._product, self._sum, self._sum, self._function),
            *(self._power, self._delta, self._kink, self._number, self._softmax, self._shifted),
        )
        return self.pick(rules)(scope, depth - 1)

    def _entry(self, scope: Scope, depth: int) -> sympy.Expr:
        return self.entry(scope)

    def _number(self, scope: Scope, depth: int) -> sympy.Expr:
        number = self.pick((2, -1, Rational(1, 3), sympy.pi / 4, 1 / self.sizes["n"]))
        return number * self.expression(scope, depth)

    def _sum_of_terms(self, scope: Scope, depth: int) -> sympy.Expr:
        return self.expression(scope, depth) + self.expression(scope, depth)

    def _product(self, scope: Scope, depth: int) -> sympy.Expr:
        return self.expression(scope, depth) * self.expression(scope, depth)

    def _sum(self, scope: Scope, depth: int) -> sympy.Expr:
        over = self.pick(RANGES)
        i = self.bound_index(over, scope)
        return Sum(self.expression((*scope, (i, over)), depth), i)

    def _function(self, scope: Scope, depth: int) -> sympy.Expr:
        return self.pick(SCALAR)(self.expression(scope, depth))

    def positive(self, scope: Scope, depth: int) -> sympy.Expr:
        u = self.expression(scope, depth)
        return self.pick((1 + u**2, sympy.exp(sympy.sin(u)), 2 + sympy.tanh(u), self.handles["eps"] + u**2))

    def _power(self, scope: Scope, depth: int) -> sympy.Expr:
        if self.pick((False, True)):
            return self.expression(scope, depth) ** self.pick((2, 3))
        exponent = self.pick((-1, -2, Rational(1, 2), Rational(-1, 2), Rational(2, 3), "log"))
        u = self.positive(scope, depth)
        return sympy.log(u) if exponent == "log" else u**exponent

    def _delta(self, scope: Scope, depth: int) -> sympy.Expr:
        """δ(i, j) f, also with shifts, steps and class ids, and under a sum over one of its indices."""
        u = self.expression(scope, depth)
        i, i_new = self.take("n", scope)
        j, j_new = self.take("n", (*scope, (i, "n")))
        r, r_new = self.take("m", scope)
        v, v_new = self.take("classes", scope)
        inner = [(i, i_new), (j, j_new)]
        match self.pick(("plain", "shift", "step", "ids", "end")):
            case "plain":
                out = KroneckerDelta(i, j) * u
            case "shift":
                out = KroneckerDelta(i + r, j + 2) * self.entry((*scope, (i, "n"), (j, "n")))
                inner.append((r, r_new))
            case "step":
                out = KroneckerDelta(2 * i, j + r) * self.entry((*scope, (j, "n")))
                inner.append((r, r_new))
            case "ids":
                out, inner = KroneckerDelta(self.handles["ids"][i], v) * u, [(i, i_new), (v, v_new)]
            case "end":
                out, inner = KroneckerDelta(i, self.sizes["n"]) * u, [(i, i_new)]
        for index in dict.fromkeys(index for index, new in reversed(inner) if new):
            out = Sum(out, index)
        return out

    def _kink(self, scope: Scope, depth: int) -> sympy.Expr:
        """max, min, |u| and cases, which closed terms decide: SymPy moves a Piecewise out of inner sums."""
        u, v, closed = self.expression(scope, depth), self.entry(scope), self.entry(())
        if u.has(Piecewise):
            return Max(u, v)
        match self.pick(("max", "min", "both", "abs", "piecewise", "leaky")):
            case "max":
                return Max(u, 0)
            case "min":
                return Min(u, 1)
            case "both":
                return Max(sympy.tanh(v), sympy.sin(self.entry(scope)))
            case "abs":
                return sympy.Abs(sympy.sin(u))
            case "leaky":
                return Piecewise((u, closed > 0), (u / 10, True))
        return Piecewise((u, sympy.And(closed > 0, closed <= 1)), (v, closed > -1), (v / 3, True))

    def _softmax(self, scope: Scope, depth: int) -> sympy.Expr:
        over = self.pick(RANGES)
        i, new = self.take(over, scope)
        j = self.index(over)
        name = self.pick([n for n, a in sorted(self.axes.items()) if over in a])
        k = self.axes[name].index(over)
        others = [self.position(kind, (*scope, (i, over))) for kind in self.axes[name]]

        def at(index: sympy.Idx) -> sympy.Expr:
            return self.handles[name][tuple(index if q == k else o[0] for q, o in enumerate(others))]

        out = sympy.exp(sympy.sin(at(i))) / Sum(sympy.exp(sympy.sin(at(j))), j)
        rest = [x for q, o in enumerate(others) if q != k for x in o[1]]
        for index in dict.fromkeys([*rest, *([i] * new)]):
            out = Sum(out, index)
        return out

    def _shifted(self, scope: Scope, depth: int) -> sympy.Expr:
        return self.entry(scope, self.pick(("shifted", "strided", "stepped", "spread", "embedding")))


def draft(pick: Pick, name: str) -> Draft:
    """The sizes, inputs and parameters that random expressions are made of."""
    net = Trusting(name)
    d = Draft(pick, net, {"n": net.size("n"), "m": net.size("m")})
    n, m = d.sizes["n"], d.sizes["m"]
    ends = (n + m - 1, 2 * n + m - 2, 2 * n + 2 * m - 3, 2 * n)
    whole = {kind: net.index(f"at_{kind}", end) for kind, end in zip(SHIFTED, ends, strict=True)}
    given = (
        *(("x", ("n",)), ("u", ("m",)), ("X", ("n", "m")), ("Q", ("n", "n")), ("s", ())),
        *(("shifted", ("window",)), ("strided", ("stride",)), ("stepped", ("double",))),
        *(("spread", ("dilated",)), ("embedding", ("classes", "m"))),
    )
    d.handles["ids"] = net.input("ids", (d.index("n"),), kind="class_id")
    d.handles["eps"] = net.hyper("eps")
    net.function("sigma")
    for k, (tensor, axes) in enumerate(given):
        indices = tuple(whole[a] if a in whole else d.index(a) for a in axes)
        d.handles[tensor] = (net.parameter if k % 2 else net.input)(tensor, indices)
        d.axes[tensor] = axes
    return d


def define(d: Draft, name: str, depth: int) -> None:
    """One equation over zero to two indices; what it defines may occur in later ones."""
    axes = d.pick(((), ("n",), ("m",), ("n", "m"), ("n", "n")))
    scope = tuple((d.index(a), a) for a in axes)
    d.net.define(name, tuple(i for i, _ in scope), d.expression(scope, depth))
    d.handles[name], d.axes[name] = d.net.handle(name), axes


def state_cost(d: Draft, values: Sequence[str]) -> None:
    """A sum over all entries of all values, each through a bounded function and with its own weight."""
    weights = {"n": d.handles["x"], "m": d.handles["u"]}
    parts = []
    for name in values:
        indices = tuple(d.index(a) for a in d.axes[name])
        part = sympy.sin(d.handles[name][indices] if indices else d.handles[name])
        part *= sympy.Mul(*(sympy.cos(weights[a][i]) for i, a in zip(indices, d.axes[name], strict=True)))
        for i in indices:
            part = Sum(part, i)
        parts.append(part)
    d.net.define("C", (), sympy.Add(*parts))
    d.net.minimize("C")


def equation(pick: Pick, depth: int = 3) -> Network:
    """Networks of a single equation, for `v`."""
    d = draft(pick, "equation")
    define(d, "v", depth)
    return d.net.network()


def network(pick: Pick, depth: int = 2, most: int = 4) -> Network:
    """Networks of several equations `v1`, `v2`, … and a scalar cost `C` of all of them."""
    d = draft(pick, "network")
    names = [f"v{k + 1}" for k in range(pick(range(1, most + 1)))]
    for name in names:
        define(d, name, depth)
    state_cost(d, names)
    return d.net.network()


def recurrence(pick: Pick, depth: int = 2) -> Network:
    """`h_t` from `h_{t−1}`, perhaps older ones and a cell; the cost reads the last, first or every step."""
    d = draft(pick, "recurrence")
    net = d.net
    T = net.size("T")
    order = pick((1, 1, 2))
    t0 = net.index("t0", T, lo=1 - order, ordered=True)
    t = net.index("t", T, ordered=True)
    i, j = d.index("n"), d.index("n")
    drive = net.input("drive", (t, i))
    U = net.parameter("U", (i, j))
    h, c = sympy.IndexedBase("h"), sympy.IndexedBase("c")
    with_cell = pick((False, True))
    for past in range(1 - order, 1):
        net.define("h", (past, i), d.expression(((i, "n"),), 1), axes=(t0, i))
    scope = ((i, "n"),)
    previous = sympy.tanh(Sum(U[i, j] * h[t - 1, j], j) + drive[t, i] * d.expression(scope, depth))
    if order == 2:
        previous += h[t - 2, i] * d.expression(scope, 1)
    if with_cell:
        net.define("c", (0, i), sympy.S(0), axes=(net.index("t00", T, lo=0, ordered=True), i))
        net.define("c", (t, i), sympy.sin(h[t - 1, i]) * c[t - 1, i] + d.expression(scope, 1))
        previous = previous + c[t, i]
    if pick((False, True)):
        previous = previous / T + KroneckerDelta(t, T) * d.expression(scope, 1)
    net.define("h", (t, i), sympy.sin(previous))
    last, every = Sum(h[T, i] ** 2, i), Sum(Sum(sympy.exp(h[t, i]) * drive[t, i], i), t)
    ends = {"last": last, "every": every, "both": last * every, "start": Sum(h[0, i] * h[T, i], i)}
    net.define("C", (), ends[pick(sorted(ends))])
    net.minimize("C")
    return net.network()


def deep_network(pick: Pick) -> Network:
    """Layers l = 1 … L of widths n_l; activation and cost abstract or given, perhaps with normalizers."""
    net = Builder("deep")
    L = net.size("L")
    net.size("n")
    l = net.index("l", L, ordered=True)
    l0 = net.index("l0", L, lo=0, ordered=True)
    k, j = net.index("k", net.size("n", l)), net.index("j", net.size("n", l - 1))
    j0, i0 = net.index("j0", net.size("n", l0)), net.index("i0", net.size("n", 0))
    jL = net.index("jL", net.size("n", L))
    x = net.input("x", (i0,))
    W, b = net.parameter("W", (l, k, j)), net.parameter("b", (l, k))
    sigma = pick((net.function("sigma"), sympy.tanh, sympy.sin))
    a, z = sympy.IndexedBase("a"), sympy.IndexedBase("z")
    net.define("a", (0, i0), pick((x[i0], sympy.sin(x[i0]))), axes=(l0, j0))
    pre = Sum(W[l, k, j] * a[l - 1, j], j) + b[l, k]
    if pick((False, True)):
        gain = net.parameter("g", (l,))
        pre = gain[l] * pre / (1 + Sum(a[l - 1, j] ** 2, j))
    net.define("z", (l, k), pre)
    act = sigma(z[l, k])
    if pick((False, True)):
        kk = net.index("kk", net.size("n", l))
        act = act / Sum(sympy.exp(z[l, kk]), kk)
    net.define("a", (l, k), act, axes=(l0, j0))
    y = net.target("y", (jL,))
    cost = pick(("abstract", "square", "penalty"))
    if cost == "abstract":
        net.define("C", (), net.functional("Cost")(a[L, jL], y[jL]))
    elif cost == "square":
        net.define("C", (), Sum((a[L, jL] - y[jL]) ** 2, jL) / 2)
    else:
        net.define("C", (), Sum((a[L, jL] - y[jL]) ** 4, jL) + Sum(Sum(Sum(W[l, k, j] ** 2 * a[l, k], j), k), l))
    net.minimize("C")
    return net.network()


def _strategy(make: Callable[..., Network]) -> Callable[..., st.SearchStrategy[Network]]:
    @st.composite
    def networks_of_the_kind(draw: st.DrawFn, **more: int) -> Network:
        return make(lambda options: draw(st.sampled_from(options)), **more)

    return networks_of_the_kind


equations, networks = _strategy(equation), _strategy(network)
recurrences, deep_networks = _strategy(recurrence), _strategy(deep_network)


def sampled(network: Network, seed: int = 0) -> Environment:
    """Random data, a meaning for the abstract functions, and the derivatives of registered functions."""
    sizes = choose_sizes(network, seed)
    env = sample_environment(network, sizes, seed, classes={"ids": CLASSES})
    return replace(env, functions={"sigma": sigma, "both": both}, functionals={"Cost": cost}, derivative_of=definition)


def sigma(orders: tuple[int, ...], args: tuple[complex, ...]) -> complex:
    """A stand-in for an abstract function: sin(0.7 u + 0.3), with its derivatives."""
    (order,), (u,) = orders, args
    return 0.7**order * _sine(0.7 * u + 0.3, order)


def both(orders: tuple[int, ...], args: tuple[complex, ...]) -> complex:
    """A stand-in for an abstract function of two numbers: sin(0.7 u − 0.4 v)."""
    u, v = args
    return 0.7 ** orders[0] * (-0.4) ** orders[1] * _sine(0.7 * u - 0.4 * v, sum(orders))


def cost(arguments: tuple[Array, ...], wrt: Wrt) -> complex:
    """A stand-in for an abstract cost, with its derivatives: sin of a weighed sum of all entries."""
    total = sum(_weight(k, at) * u for k, array in enumerate(arguments) for at, u in array.items())
    factor = math.prod(_weight(k, at) for k, at in wrt)
    return factor * _sine(total, len(wrt))


def _weight(argument: int, at: tuple[int, ...]) -> float:
    return 0.3 + 0.2 * argument + sum((q + 1) * v for q, v in enumerate(at)) / 10


def _sine(u: complex, order: int) -> complex:
    """The derivative of the sine."""
    return (1, 1, -1, -1)[order % 4] * FUNCTIONS[("sin", "cos")[order % 2]](u)

"""Losses that ask for a margin: nothing is paid where it is kept, max(0, s) where s is missing.

What is missing has a name of its own, `s`. At the kink s = 0 the maximum is the constant 0.
"""

from __future__ import annotations

import sympy
from sympy import Max, Sum, sqrt

from derive.network.comparison import Comparison


def hinge(c: Comparison) -> sympy.Expr:
    """Σ_j max(0, s_j), s_j = 1 - y_j z_j."""
    s = c.define("s", c.features, 1 - c.y * c.a)
    return c.total(Max(0, s[c.features]))


def multiclass_hinge(c: Comparison) -> sympy.Expr:
    """Σ_j (1 - y_j) max(0, s_j), s_j = μ + z_j - Σ_k y_k z_k.

    As y is one-hot, the factor leaves out the class of the target, and the inner sum is its score (Weston and
    Watkins, 1999).
    """
    own = c.over_classes(lambda at: c.target_at(at) * c.outputs[0][at])
    s = c.define("s", c.features, c.option("margin") + c.a - own)
    return c.total((1 - c.y) * Max(0, s[c.features]))


def cosine_embedding(c: Comparison) -> sympy.Expr:
    """1 - c for y = 1 and max(0, s) for y = -1: ½ (1 + y) (1 - c) + ½ (1 - y) max(0, s).

    c = Σ_j a_j b_j / √(u v) is the cosine of the outputs, u = ‖a‖² and v = ‖b‖²; s = c - μ.
    """
    assert c.target is not None, "the loss has no target"
    a, b = (output[c.features] for output in c.outputs)
    u = c.define("u", (), Sum(a**2, *c.features))[()]
    v = c.define("v", (), Sum(b**2, *c.features))[()]
    cosine = c.define("c", (), Sum(a * b, *c.features) / (sqrt(u) * sqrt(v)))[()]
    s = c.define("s", (), cosine - c.option("margin"))[()]
    y = c.target[()]
    return (1 + y) * (1 - cosine) / 2 + (1 - y) * Max(0, s) / 2


def triplet(c: Comparison) -> sympy.Expr:
    """max(0, s), s = Σ_j (a_j - p_j)² - Σ_j (a_j - n_j)² + μ (Schroff et al., 2015)."""
    a, p, n = (output[c.features] for output in c.outputs)
    near, far = Sum((a - p) ** 2, *c.features), Sum((a - n) ** 2, *c.features)
    s = c.define("s", (), near - far + c.option("margin"))[()]
    return Max(0, s)

"""Functions of several numbers that a document writes out, and products of derivatives whose order is not written."""

from __future__ import annotations

from tests.unit.verify.document.judged import is_right, statuses

GATES = (
    (r"f(x,y) = x y", None),
    (r"\frac{\partial f}{\partial x} = y", r"\frac{\partial f}{\partial x} = x"),
    (r"f(x,y,z) = (x + y) z", None),
    (r"q = x + y", None),
    (r"f = q z", None),
    (r"\frac{\partial f}{\partial q} = z", r"\frac{\partial f}{\partial q} = q"),
    (
        r"\frac{\partial f}{\partial x} = \frac{\partial f}{\partial q} \frac{\partial q}{\partial x}",
        r"\frac{\partial f}{\partial x} = 2 \frac{\partial f}{\partial q} \frac{\partial q}{\partial x}",
    ),
    (r"\frac{\partial^2 f}{\partial x \partial z} = 1", r"\frac{\partial^2 f}{\partial x \partial z} = z"),
)
"""A right equation, and a wrong one in its place."""

SHAPES = """\
names:
  x: {shape: [d]}
  y: {shape: [q]}
  W: {shape: [h, d]}
  V: {shape: [q, h]}
"""
CHAIN = r"""
$$z = W x$$ $$a = \tanh(z)$$ $$o = V a$$ $$L = l(o, y)$$
$$\nabla_V L = \textrm{prod}\left(\frac{\partial L}{\partial o}, \frac{\partial o}{\partial V}\right)$$
$$\nabla_V L = \frac{\partial L}{\partial o} a^\top$$
$$\nabla_z L = \operatorname{prod}\left(\frac{\partial L}{\partial a}, \frac{\partial a}{\partial z}\right)$$
"""


def test_gates_of_numbers() -> None:
    right = statuses("\n\n".join(f"${r}$" for r, _ in GATES), "{}")
    assert all(is_right(s) or s == "definition" for s in right) and right[0] == right[2] == "definition"
    wrong = statuses("\n\n".join(f"${w or r}$" for r, w in GATES), "{}")
    assert [s for s, (_, w) in zip(wrong, GATES, strict=True) if w] == ["wrong"] * 4


LOSS = r"""
$$L(a, y) = -(y \log a + (1-y)\log(1-a))$$
$$\frac{\partial L}{\partial a} = -\frac{y}{a} + \frac{1-y}{1-a}$$
$$a = \sigma(z)$$
$$\frac{\partial L}{\partial z} = a - y$$
$$\frac{\partial L}{\partial z} = y - a$$
"""


def test_what_came_up_as_an_argument_may_be_given_a_value_later() -> None:
    loss, first, value, right, wrong = statuses(LOSS, "{}")
    assert (loss, value, wrong) == ("definition", "definition", "wrong") and is_right(first) and is_right(right)


def test_a_gradient_as_a_list_is_no_new_name() -> None:
    assert statuses(r"$g(u, v) = u v^2$ $\nabla g = (v, 2uv)$", "{}") == ["definition", "not checked"]


def test_prod_contracts_over_what_is_between() -> None:
    assert all(map(is_right, statuses(CHAIN, SHAPES)[4:]))
    for old, new in (("= \\textrm", "= -\\textrm"), (r"\partial o}{\partial V", r"\partial a}{\partial z")):
        assert "wrong" in statuses(CHAIN.replace(old, new), SHAPES)[4:]

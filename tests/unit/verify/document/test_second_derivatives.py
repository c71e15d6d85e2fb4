"""Second derivatives: right ones are accepted, and each with one mistake is called wrong."""

from __future__ import annotations

from tests.unit.verify.document.judged import is_right, statuses

LAYERS = """\
notation: nielsen
network:
  inputs: {x: n_0}
  targets: {y: n_2}
  layers:
    - {dense: {units: n_1, activation: sigmoid}}
    - {dense: {units: n_2}}
  loss: half_squared_error
"""
OF_LAYERS = (
    (r"\frac{\partial^2 C}{\partial z^2_i \partial z^2_j} = \delta_{ij}", r"\delta_{ij}", r"2 \delta_{ij}"),
    (
        r"\frac{\partial^2 C}{\partial (z^1_j)^2} = \sigma'(z^1_j)^2 \frac{\partial^2 C}{\partial (a^1_j)^2}"
        r" + \sigma''(z^1_j) \frac{\partial C}{\partial a^1_j}",
        r"\sigma''",
        r"\sigma'",
    ),
    (
        r"\frac{\partial^2 C}{\partial a^1_j \partial a^1_k} = \sum_i W^2_{ij} W^2_{ik}",
        r"W^2_{ij} W^2_{ik}",
        r"W^2_{ij} W^2_{ij}",
    ),
    (r"\nabla^2_{a^1} C = (W^2)^\top W^2", r"(W^2)^\top W^2", r"W^2 (W^2)^\top"),
    (
        r"\frac{\partial^2 C}{\partial x \partial x^\top} = (W^1)^\top"
        r" \frac{\partial^2 C}{\partial z^1 \partial (z^1)^\top} W^1",
        r"= (W^1)^\top",
        r"= -(W^1)^\top",
    ),
    (r"\frac{\partial}{\partial b^1_k} \delta^1_j = \frac{\partial^2 C}{\partial z^1_j \partial z^1_k}", "= ", "= 2 "),
    (
        r"\partial^2 C/\partial (W^1_{jk})^2 = \frac{\partial^2 C}{\partial (z^1_j)^2} x_k^2",
        "x_k^2",
        "x_k",
    ),
    (
        r"\frac{\partial^2 a^1_j}{\partial x_k \partial x_l} = \sigma''(z^1_j) W^1_{jk} W^1_{jl}",
        r"\sigma''",
        r"\sigma'",
    ),
)
"""A right equation, a part of it, and what stands in the place of that in a wrong one."""

OF_FUNCTIONS = (
    (r"\sigma'' = \sigma(1-\sigma)(1-2\sigma)", "1-2", "1-3"),
    (r"\frac{d^2\sigma}{dz^2} = \sigma(z)(1-\sigma(z))(1-2\sigma(z))", "1-2", "1+2"),
    (r"\frac{d^2}{dz^2}\tanh(z) = -2\tanh(z)(1-\tanh^2(z))", "= -2", "= 2"),
    (r"\frac{d^2 f}{dx^2} = 6x", "6x", "3x"),
    (r"f''(x) = 6x", "6x", "6"),
)


def test_second_derivatives_of_values() -> None:
    pairs = [(right, right.replace(old, new)) for right, old, new in OF_LAYERS]
    found = statuses("\n\n".join(f"$${x}$$" for pair in pairs for x in pair), LAYERS)
    assert all(map(is_right, found[::2])) and set(found[1::2]) == {"wrong"}


def test_a_hessian_may_have_a_name() -> None:
    text = (
        r"$$H = \frac{\partial^2 C}{\partial a^1 \partial (a^1)^\top}$$ $$H = (W^2)^\top W^2$$ $$H = W^2 (W^2)^\top$$"
    )
    first, second, third = statuses(text, LAYERS)
    assert first == "definition" and is_right(second) and third == "wrong"


def test_second_derivatives_of_functions() -> None:
    text = "\n\n".join(f"$${x}$$" for right, old, new in OF_FUNCTIONS for x in (right, right.replace(old, new)))
    first, *found = statuses(f"$f(x) = x^3$\n\n{text}", "{}")
    assert first == "definition"
    assert all(map(is_right, found[::2]))
    assert not any(map(is_right, found[1::2]))


def test_what_is_differentiated_with_a_gradient_in_it_moves_as_a_whole() -> None:
    right = (
        r"\frac{\partial}{\partial x_k} (\delta^1_j x_k) = \delta^1_j + \frac{\partial \delta^1_j}{\partial x_k} x_k"
    )
    found = statuses(f"$${right}$$ $${right.replace(' + ', ' - ')}$$", LAYERS)
    assert is_right(found[0]) and found[1] == "wrong"

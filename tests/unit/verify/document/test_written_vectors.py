"""Vectors and matrices written as lists, sums and columns with dots, nodes that have numbers of their own."""

from __future__ import annotations

import pytest

from tests.unit.verify.document.judged import is_right, statuses

PROFILE = r"""
names:
  x: {shape: [n]}
  u: {shape: [n]}
  v: {shape: [3]}
  p: {shape: [3]}
  b: {shape: []}
  f: {function: sigmoid}
"""


@pytest.mark.parametrize(
    ("formula", "holds"),
    [
        (r"u_1 x_1 + u_2 x_2 + \cdots + u_n x_n = u^T x", True),
        (r"u_1 x_1 + \dots + u_n x_n + b = \sum_{i=1}^n u_i x_i + b", True),
        (r"u_1 x_1 + u_2 x_2 + \cdots + u_n x_n = u^T x + u_1 x_1", False),
        (r"-u_1 - u_2 - \cdots - u_n = -\sum_i u_i", True),
        (r"x = (x_1, x_2, \ldots, x_n)^T", True),
        (r"x = [x_1, \ldots, x_n]^T", True),
        (r"x^T = [x_1, \ldots, x_n]", True),
        (r"x = \begin{bmatrix} x_1 \\ \vdots \\ x_n \end{bmatrix}", True),
        (r"x = \begin{bmatrix} u_1 \\ \vdots \\ u_n \end{bmatrix}", False),
        (r"v^T p = [v_1, v_2, v_3] \cdot [p_1, p_2, p_3]", True),
        (r"v \cdot p = v_1 p_1 + v_2 p_2 + v_3 p_3", True),
        (r"v \cdot p = v_1 p_1 + v_2 p_2 - v_3 p_3", False),
        (r"v = (v_1; v_2; v_3)", True),
        (r"v^T = (v_1; v_2; v_3)", False),
        (r"f(b)^2 = f(b) f(b)", True),
        (r"f(v)^T p = f(v) \cdot p", True),
    ],
)
def test_lists_and_dots(formula: str, holds: bool) -> None:
    [status] = statuses(f"${formula}$", PROFILE)
    assert is_right(status) if holds else status == "wrong"


@pytest.mark.parametrize("formula", [r"x_1 + \cdots + u_n = b", r"x_1 + x_3 + \cdots = b", r"x = (x_1, \ldots)"])
def test_dots_are_not_guessed(formula: str) -> None:
    assert statuses(f"${formula}$", PROFILE) == ["not checked"]


NUMBERED = r"""
names:
  f: {function: sigmoid}
  x: {shape: [3]}
  w: {shape: [5, 5]}
  w_{4b}: {shape: []}
  w_{5b}: {shape: []}
"""
NODES = r"""
$$\vec x = \begin{bmatrix} x_1 \\ x_2 \\ x_3 \\ 1 \end{bmatrix}$$
$$a_4 = f(w_{41} x_1 + w_{42} x_2 + w_{43} x_3 + w_{4b})$$
$$a_5 = f(w_{51} x_1 + w_{52} x_2 + w_{53} x_3 + w_{5b})$$
$$\vec w_4 = [w_{41}, w_{42}, w_{43}, w_{4b}]$$
$$\vec{w_5} = [w_{51}, w_{52}, w_{53}, w_{5b}]$$
$$\vec a = \begin{bmatrix} a_4 \\ a_5 \end{bmatrix}$$
$$\vec W = \begin{bmatrix} \vec{w}_4 \\ \vec w_5 \end{bmatrix}$$
"""


@pytest.mark.parametrize(
    ("formula", "holds"),
    [
        (r"a_4 = f(\vec w_4 \cdot \vec x)", True),
        (r"f(\vec{w_4} \cdot \vec x) = a_5", False),
        (r"\vec a = f(W \cdot \vec x)", True),
        (r"\vec a = f(W^T \cdot \vec x)", False),
    ],
)
def test_nodes_with_numbers_of_their_own(formula: str, holds: bool) -> None:
    *given, status = statuses(f"{NODES}\n${formula}$", NUMBERED)
    assert set(given) == {"definition"}
    assert is_right(status) if holds else status == "wrong"


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        (r"\theta = \{u, v, b\}", "definition"),
        (r"\theta = (u, v, b)", "definition"),
        (r"(u, b) = (x, b)", "wrong"),
        (r"(u, b) = (u + 0, 2 b - b)", "proved"),
        (r"(u, v) = (u, v, b, f)", "definition"),
    ],
)
def test_lists_of_names(formula: str, status: str) -> None:
    assert statuses(f"${formula}$", PROFILE) == [status]

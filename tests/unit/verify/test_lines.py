"""The line on which a gradient is assigned or returned, found without running anything."""

from __future__ import annotations

import ast

import pytest

from derive.verify.hand_file import gradient_lines

CASES = {
    "names in a tuple": (
        "def value_and_grad(params, inputs):\n    loss = 1\n    dW1 = 2\n    db1 = 3\n    return loss, (dW1, db1)\n",
        {"loss": 2, "W1": 3, "b1": 4},
    ),
    "the last assignment counts": (
        "def value_and_grad(p, i):\n    g = 1\n    g = 2\n    if g:\n        h = 3\n    return 0, (g, h)\n",
        {"loss": 6, "W1": 3, "b1": 5},
    ),
    "a dict": (
        "def value_and_grad(p, i):\n    return (\n        0,\n        {\n            'W1': 1,\n            'b1': 2})\n",
        {"loss": 3, "W1": 5, "b1": 6},
    ),
    "a dict with a name": (
        "def value_and_grad(p, i):\n    grads = {'dW1': 1,\n             'db1': 2}\n    return 0, grads\n",
        {"loss": 4, "W1": 2, "b1": 3},
    ),
    "a record": (
        "def value_and_grad(p, i):\n    return 0, Params(1,\n        b1=2)\n",
        {"loss": 2, "W1": 2, "b1": 3},
    ),
    "items": (
        "def gradients(**a):\n    g = {}\n    g['dW1'] = 1\n    g['b1'] = 2\n    g['loss'] = 3\n    return g\n",
        {"W1": 3, "b1": 4, "loss": 5},
    ),
    "unpacked": (
        "def value_and_grad(p, i):\n    a, b = 1, 2\n    out = 0, (a, b)\n    return out\n",
        {"loss": 3, "W1": 2, "b1": 2},
    ),
    "by its name": (
        "def gradients(**a):\n    dW1 = 1\n    return helper(dW1)\n",
        {"W1": 2},
    ),
    "not a function": ("value_and_grad = make()\n", {}),
    "nothing returned": ("def value_and_grad(p, i):\n    pass\n", {}),
    "an inner function does not count": (
        "def value_and_grad(p, i):\n    def f():\n        return 1, (2, 3)\n    return f()\n",
        {},
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_lines(what: str) -> None:
    source, lines = CASES[what]
    assert gradient_lines(ast.parse(source), ["W1", "b1"], ["x"]) == lines

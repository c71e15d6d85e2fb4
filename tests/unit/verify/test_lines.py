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
        {"W1": 2, "b1": 3},
    ),
    "not a function": ("value_and_grad = make()\n", {}),
    "nothing returned": ("def value_and_grad(p, i):\n    pass\n", {}),
    "a function inside": (
        "def value_and_grad(p, i):\n    def f():\n        return 1, (2,\n            3)\n    return f()\n",
        {"loss": 3, "W1": 3, "b1": 4},
    ),
    "a helper that gives a tuple": (
        "def back(d):\n    db = 1\n    dW = 2\n    return dW, db\n\n\n"
        "def value_and_grad(p, i):\n    dW, db = back(0)\n    return 0, {'W1': dW, 'b1': db}\n",
        {"loss": 9, "W1": 3, "b1": 2},
    ),
    "a helper that gives a dict": (
        "def back(d):\n    g = {}\n    g['dW1'] = 1\n    g['b1'] = 2\n    return g\n\n\n"
        "def value_and_grad(p, i):\n    grads = back(0)\n    return 0, grads\n",
        {"loss": 10, "W1": 3, "b1": 4},
    ),
    "parts of what a helper gives": (
        "def back(d):\n    out = [0,\n        1]\n    return out\n\n\n"
        "def value_and_grad(p, i):\n    g = back(0)\n    dW1 = g[0]\n    return 0, Params(b1=g[1], W1=dW1)\n",
        {"loss": 10, "W1": 2, "b1": 3},
    ),
    "all of it from a helper": (
        "def back(p):\n    a = 1\n    b = 2\n    return 5, dict(dW1=a, db1=b)\n\n\n"
        "def value_and_grad(p, i):\n    loss, grads = back(p)\n    return loss, Params(**grads)\n",
        {"loss": 4, "W1": 2, "b1": 3},
    ),
    "a helper inside a helper": (
        "def inner(d):\n    return d.T, d.sum()\n\n\ndef back(d):\n    w, b = inner(d)\n    return w, b\n\n\n"
        "def gradients(**a):\n    w, b = back(0)\n    return {'W1': w, 'b1': b}\n",
        {"W1": 2, "b1": 2},
    ),
    "a helper for several layers stays where it is called": (
        "def back(d):\n    return d.T, d.sum()\n\n\n"
        "def gradients(**a):\n    dW1, _ = back(0)\n    _, db1 = back(1)\n    return {'W1': dW1, 'b1': db1}\n",
        {"W1": 6, "b1": 7},
    ),
    "a helper with two ways out": (
        "def back(d):\n    if d:\n        return 1, 2\n    return 3, 4\n\n\n"
        "def gradients(**a):\n    w, b = back(0)\n    return {'W1': w, 'b1': b}\n",
        {"W1": 8, "b1": 8},
    ),
    "a name that is used again": (
        "def back(d):\n    return 1, 2\n\n\ndef more(d):\n    return 1, 2\n\n\n"
        "def gradients(**a):\n    g, h = back(0)\n    dW1 = g\n    g, h = more(0)\n    return {'W1': dW1, 'b1': h}\n",
        {"W1": 2, "b1": 6},
    ),
    "sums in a loop": (
        "def back(d):\n    dW, db = 0, 0\n    for t in d:\n        dW += t\n        db += t\n    return dW, db\n\n\n"
        "def value_and_grad(p, i):\n    dW, db = back(i)\n    return 0, (dW, db)\n",
        {"loss": 11, "W1": 4, "b1": 5},
    ),
    "what the file does not show": (
        "def value_and_grad(p, i):\n    a, *rest = made(p)\n    return 0, (\n        rest[0], other(a)[1])\n",
        {"loss": 3, "W1": 4, "b1": 4},
    ),
    "itself": (
        "def gradients(**a):\n    g = g\n    return gradients()\n",
        {"W1": 3, "b1": 3},
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_lines(what: str) -> None:
    source, lines = CASES[what]
    assert gradient_lines(ast.parse(source), ["W1", "b1"], ["x"]) == lines

"""Documents that hold a forward pass and a loss: losses against NumPy by hand, gradients against its differences."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from derive.pipeline import load
from tests.forward.lecture_oracles import LECTURES
from tests.forward.oracles import ORACLES

HERE = Path(__file__).parent
SIZES = {"L": 3, "T": 4, "k": 2, "n_x": 3}
STEP = 1e-6
ALL = {**ORACLES, **LECTURES}
PROBABILITIES = {
    **{"batch_rows": "Y", "rows": "y", "gcn": "Y", "ones_batch": "Y", "skipgram": "y", "deep_softmax": "y"},
    **{"given_start": "y", "goodfellow_rnn": "y", "ng_rnn": "y", "softmax_lse": "y"},
}
"""Targets that are probabilities: of cross-entropies."""


def document(name: str) -> Path:
    [found] = [p for p in (*HERE.iterdir(), *(HERE / "lectures").iterdir()) if p.stem == name and p.suffix != ".py"]
    return found


def _size(text: str, rng: np.random.Generator, known: dict[str, int]) -> int:
    text = text.strip()
    if text.isdigit():
        return int(text)
    terms = re.findall(r"([+-]?)(?:(\d+)\*?)?([A-Za-z]\w*|$|(?=[+-]))", text)
    if re.search(r"[+*-]|^\d+[A-Za-z]", text):
        return sum(
            (-1 if sign == "-" else 1) * int(factor or 1) * (_size(name, rng, known) if name else 1)
            for sign, factor, name in terms
            if factor or name
        )
    if text not in known:
        known[text] = SIZES.get(text) or 2 + len(known) + int(rng.integers(2))
    return known[text]


def _depths(shape: str) -> list[str]:
    """`(n_{l}, n_{l-1}) for l = 1, …, L`, once for each layer."""
    inside = shape[shape.index("(") + 1 : shape.index(")")]
    return [re.sub(r"\{l(-1)?\}", lambda m: str(k - bool(m[1])), inside) for k in range(1, SIZES["L"] + 1)]  # noqa: B023


def _array(shape: str, rng: np.random.Generator, known: dict[str, int]) -> Any:
    shape = shape.replace("{L}", str(SIZES["L"])).replace("{0}", "0")
    axes = [x for x in shape.strip("()").split(",") if x.strip()]
    return rng.normal(size=tuple(_size(x, rng, known) for x in axes))


def _values(module: Any, rng: np.random.Generator) -> Iterator[Any]:
    known: dict[str, int] = {}
    for _, shape, _, kind, is_sequence in module._FIELDS:
        if kind == "number":
            yield 0.3
        elif is_sequence:
            yield tuple(_array(s, rng, known) for s in _depths(shape))
        else:
            yield _array(shape, rng, known)


def differences(loss: Any, params: Any, given: Any) -> Iterator[tuple[str, int, Any]]:
    """(L(p + h) - L(p - h)) / 2h for every entry of every parameter."""
    for name, value in zip(params._fields, params, strict=True):
        for k, array in enumerate(value if isinstance(value, tuple) else (value,)):
            out = np.zeros_like(array)
            for at in np.ndindex(np.shape(array)):
                ends = []
                for sign in (1, -1):
                    moved = np.array(array, dtype=float)
                    moved[at] += sign * STEP
                    whole = (*value[:k], moved, *value[k + 1 :]) if isinstance(value, tuple) else moved
                    ends.append(loss(params._replace(**{name: whole}), given))
                out[at] = np.squeeze(ends[0] - ends[1]) / (2 * STEP)
            yield name, k, out


@pytest.mark.parametrize("name", ALL)
def test_losses_and_gradients_are_those_by_hand(name: str) -> None:
    module = load(document(name)).derive().lambdify()
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    values = list(_values(module, rng))
    count = len(module.Params._fields)
    params, given = module.Params(*values[:count]), module.Inputs(*values[count:])
    if name in PROBABILITIES:
        y = np.exp(getattr(given, PROBABILITIES[name]))
        given = given._replace(**{PROBABILITIES[name]: y / y.sum(axis=-1, keepdims=True)})
    value, gradients = module.value_and_grad(params, given)
    assert np.allclose(value, ALL[name](params, given), rtol=1e-10)
    for field, k, expected in differences(ALL[name], params, given):
        found = getattr(gradients, field)
        found = found[k] if isinstance(found, tuple) else found
        assert np.shape(found) == np.shape(expected), field
        assert np.allclose(found, expected, rtol=1e-5, atol=1e-7), field

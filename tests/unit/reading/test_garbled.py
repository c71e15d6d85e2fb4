"""Whatever stands there, reading ends with a value, or with an error that is meant for the author."""

from __future__ import annotations

import re
from random import Random

import pytest

from derive.errors import DeriveError
from tests.unit.reading.books import book

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[0-9]+|\s+|.", re.DOTALL)
MORE = (
    r"\sum_{k=1}^{n_1} W_{jk}^2 a_{ki}^1 = \max_k \tanh'(b_k^2)",
    r"[1 \le k \le j] \begin{cases} a & l=L \\ b & \text{otherwise}\end{cases} = \|b^2\|_2^2",
    r"\frac{\partial z_{ji}^2}{\partial W^2} = (W^2)^T_{1:2,\cdot}",
    r"( W^2 \mid b^2 )_{\lfloor j/2 \rfloor} = \operatorname{diag}(b^2) \otimes I_{n_2}",
)


def garbled(tokens: list[str], pool: list[str], rng: Random) -> str:
    """One to four tokens dropped, put in, exchanged."""
    out = list(tokens)
    for _ in range(rng.randint(1, 4)):
        k = rng.randrange(len(out))
        match rng.randrange(4):
            case 0 if len(out) > 3:
                del out[k]
            case 1:
                out[k] = rng.choice(pool)
            case 2:
                out.insert(k, rng.choice(pool))
            case _:
                j = rng.randrange(len(out))
                out[k], out[j] = out[j], out[k]
    return "".join(out)


@pytest.mark.parametrize(("example", "notation"), [("three-layer", "nielsen"), ("char-lstm", "residual")])
def test_garbled_formulas_are_refused_or_read(example: str, notation: str) -> None:
    b, rng = book(example, notation), Random(7)
    sources = [TOKEN.findall(s) for s in (*b.results(), *MORE) if len(s) < 400]
    pool = [t for tokens in sources for t in tokens]
    refused = read = 0
    for _ in range(150):
        source = garbled(rng.choice(sources), pool, rng)
        if any(None in c.members for c in b.formula(source).chains):
            continue
        try:
            b.outcomes(source)
            read += 1
        except DeriveError as e:
            assert e.message and "(*" not in e.message and "⟦" not in e.message, (source, e.message)
            refused += 1
    assert refused > 10 and read > 10

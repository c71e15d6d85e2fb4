"""The error function that kernels bring along."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from derive.kernels.support import support_source


@pytest.fixture(scope="module")
def erf() -> Any:
    namespace: dict[str, Any] = {"np": np}
    exec(support_source({"erf"}), namespace)
    return namespace["_erf"]


def test_relative_error_is_below_1e_15(erf: Any) -> None:
    points = np.concatenate([np.linspace(-6.5, 6.5, 2601), np.geomspace(1e-300, 10, 1201), -np.geomspace(1e-9, 3, 301)])
    points = points[points != 0]
    with mpmath.workdps(30):
        exact = [mpmath.erf(mpmath.mpf(float(x))) for x in points]
        errors = [abs(mpmath.mpf(float(y)) / e - 1) for y, e in zip(erf(points), exact)]
    assert max(errors) < 1e-15


def test_ends_zeros_and_shapes(erf: Any) -> None:
    with np.errstate(all="raise", under="ignore"):
        assert erf(np.array([np.inf, -np.inf, 1e300, -1e300])).tolist() == [1, -1, 1, -1]
    assert np.signbit(erf(np.array([0.0, -0.0]))).tolist() == [False, True]
    assert np.isnan(erf(np.array([np.nan]))).all()
    assert float(erf(np.array(0.3))) == pytest.approx(math.erf(0.3), rel=1e-15)
    assert erf(np.zeros((2, 0, 3))).shape == (2, 0, 3)


def test_single_precision_stays(erf: Any) -> None:
    points = np.linspace(-5, 5, 1001, dtype=np.float32)
    out = erf(points)
    assert out.dtype == np.float32
    assert np.abs(out - [math.erf(x) for x in points]).max() < 3e-7

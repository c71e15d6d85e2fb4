"""How close is close: tolerances and the norm-wise comparison of these tests."""

from typing import Any

import numpy as np

AD = 1e-10
DIFFERENCES = 1e-6
STEP = 1e-5
COMPLEX_STEP = 1e-30


def assert_close(actual: Any, expected: Any, tolerance: float) -> None:
    """Same shape, and ‖actual - expected‖ <= tolerance ‖expected‖ in the 2-norm."""
    assert np.shape(actual) == np.shape(expected)
    size = float(np.linalg.norm(np.ravel(expected)))
    error = float(np.linalg.norm(np.ravel(actual) - np.ravel(expected)))
    assert size > 0
    assert error <= tolerance * size

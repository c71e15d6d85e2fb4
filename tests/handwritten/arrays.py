"""The types that the hand-written networks share."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
# A NumPy scalar of the dtype of the data: np.float64 is a float, but complex data
# give a complex loss, which is what the complex step reads.
Scalar = Any
Arrays = Mapping[str, Array]

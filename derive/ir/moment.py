"""The names under which a mean and a variance stand in terms: `E[]` and `Var[]`, which no function can have."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MEAN = "E[]"
VARIANCE = "Var[]"

MOMENTS: Mapping[str, str] = MappingProxyType({MEAN: r"\mathbb{E}", VARIANCE: r"\operatorname{Var}"})
"""How each is written before its square brackets."""

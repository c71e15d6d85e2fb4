"""Hypothesis: no deadlines; with CI set, the same examples every time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)

settings.register_profile("local", deadline=None, suppress_health_check=_SLOW)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=_SLOW)
settings.load_profile("ci" if os.environ.get("CI") else "local")

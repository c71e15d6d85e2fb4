"""A planted bug, and where the tests of each stage stand."""

from __future__ import annotations

from dataclasses import dataclass

TERMS = ("tests/unit/terms", "tests/properties/test_normal_form.py")
CALCULUS = ("tests/unit/calculus", "tests/unit/derivation")
SIMPLIFY = ("tests/unit/simplify", "tests/unit/derivation")
RAISING = ("tests/unit/raising", "tests/unit/derivation")
KERNELS = ("tests/kernels", "tests/unit/kernels", "tests/unit/pipeline")


@dataclass(frozen=True)
class Bug:
    """`old`, which stands in `file` once, becomes `new`."""

    file: str
    old: str
    new: str
    breaks: str
    tests: tuple[str, ...]

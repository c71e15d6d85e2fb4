"""From a network to its simplified adjoints, their closed products, and second derivatives."""

from derive.derivation.sweep import Adjoints, derive_adjoints

__all__ = ["Adjoints", "derive_adjoints"]

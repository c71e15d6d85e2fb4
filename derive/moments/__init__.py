"""Means and variances of terms in random tensors, derived from what is declared of them."""

from derive.moments.assumptions import Assumptions, Fact, Law
from derive.moments.work import Line, mean_of, variance_of, work_out

__all__ = ["Assumptions", "Fact", "Law", "Line", "mean_of", "variance_of", "work_out"]

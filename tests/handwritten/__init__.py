"""Backpropagation written by hand in NumPy, without looking at the engine."""

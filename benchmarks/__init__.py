"""Speed against hand-written NumPy."""

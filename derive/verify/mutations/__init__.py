"""The derived adjoint equations, changed as people err."""

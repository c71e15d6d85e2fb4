"""Planted bugs in the kernels."""

from __future__ import annotations

from tests.mutations.planted import KERNELS, Bug

WINDOWS = ("tests/unit/kernels", "tests/kernels/test_windows.py", "tests/kernels/test_transposed.py")
LOOPS = ("tests/unit/kernels", "tests/kernels/test_recurrent.py")
MEMORY = ("tests/unit/kernels", "tests/kernels/test_slabs.py", "tests/kernels/test_arguments.py")

KERNEL_BUGS = (
    Bug(
        "derive/kernels/schedule.py",
        "descending = signs == {True}",
        "descending = signs == {False}",
        "the direction of a recursion",
        KERNELS,
    ),
    Bug(
        "derive/kernels/stability.py",
        'return "maximum" if sign > 0 else "minimum"',
        'return "minimum"',
        "the shift of a softmax",
        KERNELS,
    ),
    Bug(
        "derive/kernels/initializing.py",
        'binary("add", _product(n_in), _product(n_out))',
        "_product(n_out)",
        "Xavier's variance",
        KERNELS,
    ),
    Bug(
        "derive/kernels/reuse.py",
        "if is_free and last.get(a) == k:",
        "if is_free:",
        "what may be overwritten",
        KERNELS,
    ),
    Bug(
        "derive/kernels/contractions.py",
        "if len(b) == 2 and b[1] >= rank:",
        "if len(b) == 2 and b[1] < rank:",
        "when a factor is transposed",
        KERNELS,
    ),
    # -- windows -----------------------------------------------------------------------------------------
    Bug(
        "derive/kernels/window_axes.py",
        "limit.low = -rest",
        "limit.low = rest",
        "where a window begins",
        WINDOWS,
    ),
    Bug(
        "derive/kernels/strides.py",
        "if step <= reach:",
        "if step < reach:",
        "which windows overlap",
        WINDOWS,
    ),
    Bug(
        "derive/kernels/numpy_windows.py",
        "node.adds and not is_once(written.shape, written.steps)",
        "node.adds and is_once(written.shape, written.steps)",
        "parts that meet are added",
        WINDOWS,
    ),
    Bug(
        "derive/kernels/padding.py",
        "if said is None or (said and any(_reads_at(e, f) for f in others)):",
        "if said is None:",
        "brackets that another entry needs",
        WINDOWS,
    ),
    Bug(
        "derive/kernels/placing.py",
        "end = end + part[1].shape[axis]",
        "end = end + 1",
        "parts that follow one another",
        WINDOWS,
    ),
    Bug(
        "derive/kernels/reading.py",
        "any(e.coefficient(n) != 1 for n in inner) or not is_linear(e, self.scope)",
        "any(e.coefficient(n) != 1 for n in inner)",
        "an axis that stands in a quotient too",
        WINDOWS,
    ),
    Bug(
        "templates/kernel/first_places.py.j2",
        "is_open ^= here",
        "is_open &= True",
        "the first of equal maxima",
        WINDOWS,
    ),
    # -- loops -------------------------------------------------------------------------------------------
    Bug(
        "derive/kernels/lifting.py",
        "return isinstance(view.atom, Entry) and view.atom.tensor not in self.recursion",
        "return isinstance(view.atom, Entry)",
        "what a recursion computes is not lifted out of it",
        LOOPS,
    ),
    Bug(
        "derive/kernels/vectorizing.py",
        "if any(not b.free.isdisjoint(ordered) for b in (*d.domain, *d.over)):",
        "if False:",
        "ranges that move with a round",
        LOOPS,
    ),
    Bug(
        "derive/kernels/splitting.py",
        "found[edge[1] + 1 if edge[0] else edge[1]] = None",
        "found[edge[1]] = None",
        "where a bracket changes",
        LOOPS,
    ),
    # -- memory ------------------------------------------------------------------------------------------
    Bug(
        "derive/kernels/emit_numpy.py",
        'return augmented(self.nodes.variables[ref], "add", value)',
        "return assign(self.nodes.variables[ref], value)",
        "sums over all slabs",
        MEMORY,
    ),
    Bug(
        "derive/kernels/slabs.py",
        "return axes.get(root) == at",
        "return True",
        "an argument that runs along another axis than the one that is cut",
        MEMORY,
    ),
    Bug(
        "derive/kernels/slabs.py",
        "place in a and place in b and place < len(node.shape)",
        "place in a and place in b",
        "a product that sums over the axis that is cut",
        MEMORY,
    ),
    Bug(
        "derive/kernels/slabs.py",
        'isinstance(node, Reduction) and node.function != "add"',
        "False",
        "a maximum along the axis that is cut",
        MEMORY,
    ),
    Bug(
        "derive/kernels/summation.py",
        "tuple(sorted([*rest, *new])), self.is_negative != flips",
        "tuple(sorted([*rest, *new])), self.is_negative",
        "the sign of what is subtracted",
        MEMORY,
    ),
    Bug(
        "derive/kernels/summation.py",
        "is_sum and _has_all_axes(node) and any(_is_rounded(graph, graph[o.ref]) for o in node.args)",
        "is_sum and _has_all_axes(node)",
        "a difference of exact values taken apart",
        MEMORY,
    ),
    Bug(
        "derive/kernels/known_sums.py",
        "ref not in self.fixed and self._readers[ref] == 1",
        "self._readers[ref] == 1",
        "what has to stay though a sum does without it",
        MEMORY,
    ),
    Bug(
        "derive/kernels/buffers.py",
        "{variable for end, variable in busy if end >= k}",
        "set()",
        "memory that is still read",
        MEMORY,
    ),
    Bug(
        "templates/kernel/module.py.j2",
        "if arrays is None or arrays[0].shape != shape or arrays[0].dtype != dtype:",
        "if arrays is None or arrays[0].dtype != dtype:",
        "a workspace used for another shape",
        MEMORY,
    ),
    Bug(
        "derive/kernels/size_checks.py",
        "if exponent < 0 and",
        "if exponent < -1 and",
        "sizes that divide by 0 are refused",
        MEMORY,
    ),
)

"""What values are called that no definition names: after the operation that gives them."""

from __future__ import annotations

from derive.kernels.program import Graph, Pointwise, Ref
from derive.kernels.window_nodes import Strided

WORDS = {
    "add": "total",
    "subtract": "difference",
    "multiply": "product",
    "divide": "quotient",
    "greater": "mask",
    "greater_equal": "mask",
    "equal": "mask",
    "real": "value",
    "spread": "value",
}


def word_of(graph: Graph, ref: Ref) -> str:
    """What to call a value that no definition names: after its operation."""
    node = graph[ref]
    match type(node).__name__:
        case "Pointwise":
            assert isinstance(node, Pointwise)
            return WORDS.get(node.function, node.function)
        case "Contraction":
            return "product"
        case "Reduction":
            return "total" if getattr(node, "function", "") == "add" else "largest"
        case "Positions":
            return "positions"
        case "Strided":
            return "windows"
        case "Packed":
            return "columns" if isinstance(graph[node.args[0].ref], Strided) else "packed"
        case "Placed":
            return "whole"
        case "Selected":
            return "is_largest"
        case "Given":
            return f"{getattr(node, 'tensor', 'value')}_here".replace("∂", "grad_")
    return "value"

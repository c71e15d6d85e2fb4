"""Walking over syntax trees, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from derive.latex.reading.syntax import Chain, Formula, Span


def parts(node: object) -> Iterator[object]:
    """The nodes directly in a node, remarks included."""
    for field in fields(node):  # type: ignore[arg-type]
        waiting = [getattr(node, field.name)]
        while waiting:
            value = waiting.pop()
            if isinstance(value, tuple):
                waiting.extend(value)
            elif is_dataclass(value) and not isinstance(value, Span):
                yield value


def stray_spans(formula: Formula) -> list[str]:
    """What is wrong with the places in a formula: outside of the source, or outside of the node around."""
    wrong: list[str] = []
    whole = Span(0, len(formula.source))
    waiting: list[tuple[Span, object]] = [(whole, chain) for chain in formula.chains]
    while waiting:
        around, node = waiting.pop()
        span = getattr(node, "span", around)
        if not around.start <= span.start <= span.end <= around.end:
            wrong.append(f"{type(node).__name__} {span} in {around}")
        if isinstance(node, Chain):
            waiting += [(span, m) for m in node.members if m is not None]
            waiting += [(whole, remark) for remark in node.remarks]
            wrong += [f"link {s} in {span}" for s in node.spans if not span.start <= s.start <= s.end <= span.end]
            wrong += [
                f"{m.span} in link {s}"
                for m, s in zip(node.members, node.spans)
                if m is not None and not (s.start <= m.span.start and m.span.end <= s.end)
            ]
        else:
            waiting += [(span, part) for part in parts(node)]
    wrong += [f"problem {p}" for p in formula.problems if not 0 <= p.span.start <= p.span.end <= len(formula.source)]
    return wrong

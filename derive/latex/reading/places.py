"""The place of several nodes together."""

from __future__ import annotations

from collections.abc import Iterable

from derive.latex.reading.syntax import Node, Span


def around(nodes: Iterable[Node]) -> Span:
    """From where the first begins to where the last ends; at least one node is given.

    All are asked, because what a macro stands for has the place of its call, which may reach over what follows.
    """
    spans = [node.span for node in nodes]
    return Span(min(s.start for s in spans), max(s.end for s in spans))

"""Where names of a document got their meaning, so that a report can say which one a later line takes away."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from derive.verify.document.judge import SHADOWED
from derive.verify.document.schema import Form, Schema
from derive.verify.document.verdict import Verdict


@dataclass
class Introduced:
    """The line in which each name got its meaning last."""

    lines: dict[str, int] = field(default_factory=dict)
    schemas: dict[Form, Schema] = field(default_factory=dict)
    """Names that are said to be derivatives, for units of any layer, with what they are."""

    def told(self, name: str, line: int, verdict: Verdict) -> Verdict:
        """The verdict on the definition of a name; of one that had a meaning before it is told from which line."""
        key = "".join(name.split())
        before, self.lines[key] = self.lines.get(key), line
        if verdict.reason != SHADOWED:
            return verdict
        since = "before" if before is None else f"in line {before}"
        return replace(
            verdict, reason=f"means from here on something else than {since}: what follows is judged by this"
        )

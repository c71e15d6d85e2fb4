"""Which values can be written into which memory: values that are never needed at the same time share a buffer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from derive.kernels.arrange import Compute, Statement
from derive.kernels.program import Ref
from derive.kernels.reuse import Liveness

Key = TypeVar("Key", bound=Hashable)


@dataclass
class Buffers(Generic[Key]):
    """Buffers for the statements of one block.

    `key` says what kind of buffer a value can be written into (None: into none), `fresh` gives out variables.
    Values that are written over one another stay in one buffer. `kinds` are the buffers of each kind.
    """

    liveness: Liveness
    key: Callable[[Ref], Key | None]
    fresh: Callable[[], str]
    kinds: dict[Key, list[str]] = field(default_factory=dict)

    def placed(self, block: Sequence[Statement]) -> dict[Ref, str]:
        """The buffer of every value that begins in one."""
        start, ends = self._chains(block)
        busy: list[tuple[int, str]] = []
        found: dict[Ref, str] = {}
        for k, s in enumerate(block):
            if not isinstance(s, Compute) or start.get(s.ref) != s.ref:
                continue
            key = self.key(s.ref)
            if key is not None:
                found[s.ref] = self._free(key, {variable for end, variable in busy if end >= k})
                busy.append((ends[s.ref], found[s.ref]))
        return found

    def members(self, block: Sequence[Statement]) -> dict[Ref, list[Ref]]:
        """The values that share the memory of the one that begins it."""
        start, _ = self._chains(block)
        out: dict[Ref, list[Ref]] = {}
        for ref, first in start.items():
            out.setdefault(first, []).append(ref)
        return out

    def _chains(self, block: Sequence[Statement]) -> tuple[dict[Ref, Ref], dict[Ref, int]]:
        """For every value the first one in its memory; for each of these where that is read for the last time."""
        last = self.liveness.spans(block)
        start: dict[Ref, Ref] = {}
        ends: dict[Ref, int] = {}
        for s in block:
            if isinstance(s, Compute) and not self.liveness.fate(s).is_inlined:
                over = self.liveness.fate(s).over
                start[s.ref] = s.ref if over is None or over not in start else start[over]
                ends[start[s.ref]] = max(ends.get(start[s.ref], 0), last.get(s.ref, 0))
        return start, ends

    def _free(self, key: Key, taken: set[str]) -> str:
        variables = self.kinds.setdefault(key, [])
        free = [v for v in variables if v not in taken]
        if not free:
            free = [self.fresh()]
            variables += free
        return free[0]

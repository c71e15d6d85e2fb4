"""How long the search for a mistake may take. Verdicts do not depend on it, only their reasons do."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

SECONDS = 20.0
TOLD_EVERY = 10


def silent(text: str) -> None:
    """Nobody is told."""


@dataclass
class Effort:
    """Seconds of processor time for one search, from its first step; `tell` hears how far it is."""

    seconds: float = math.inf
    tell: Callable[[str], None] = silent
    is_cut: bool = False
    steps: int = 0
    spent: float = 0.0
    _end: float = field(default=math.nan, repr=False)

    def allows(self, what: str) -> bool:
        """Whether there is time for one more step."""
        now = time.process_time()
        if math.isnan(self._end):
            self._end = now + self.seconds
        self.spent = now - (self._end - self.seconds) if self.seconds < math.inf else 0.0
        self.is_cut = self.is_cut or now >= self._end
        if self.steps % TOLD_EVERY == 0 and not self.is_cut:
            self.tell(f"looking for the mistake behind {what}: {self.steps} tried")
        self.steps += 1
        return not self.is_cut

"""The verifier's word on printed formulas: each is a document of its own; what a network needs is made once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from derive.latex.reading.extract import document_of
from derive.network.network import Network
from derive.network.notation import spec_of
from derive.network.schema import NetworkSpec
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentClaim
from derive.verify.document.context import Context
from derive.verify.document.profile import Profile, Settings
from derive.verify.document.verifier import PATIENCE, Verifier

ACCEPTED = frozenset((Status.PROVED, Status.AGREES, Status.DEFINITION, Status.CONVENTION))


class HasNetwork(Protocol):
    """What judges need of a subject."""

    @property
    def network(self) -> Network: ...
    @property
    def notation(self) -> str: ...


@dataclass(frozen=True)
class Said:
    """The worst verdict on the links of one formula, and the code of the mistake."""

    status: Status
    mistake: str | None
    claims: tuple[DocumentClaim, ...]

    @property
    def is_accepted(self) -> bool:
        return self.status in ACCEPTED


@dataclass
class Judge:
    """Judges formulas about one network in one notation."""

    subject: HasNetwork
    contexts: dict[str, Context] = field(default_factory=dict)
    known: dict[str, bool] = field(default_factory=dict)
    """Whether a formula is accepted as it is printed."""
    patience: float = PATIENCE
    """Seconds for finding out what was meant."""

    @cached_property
    def profile(self) -> Profile:
        spec = self.subject.network.spec
        assert isinstance(spec, NetworkSpec)
        return Profile(Settings(spec_of(self.subject.notation), spec))

    def said(self, formula: str) -> Said:
        document = document_of(f"$$\n{formula}\n$$\n", "catalogue.md", "markdown")
        contexts = {k: replace(c) for k, c in self.contexts.items()}
        verifier = Verifier(document, self.profile, patience=self.patience, contexts=contexts)
        claims = verifier.report().claims
        if not self.contexts:
            self.contexts = {k: replace(c) for k, c in contexts.items()}
        worst = max(claims, key=lambda c: _badness(c.status), default=None)
        if worst is None:
            return Said(Status.NOT_CHECKED, None, claims)
        return Said(worst.status, worst.mistake, claims)


def _badness(status: Status) -> int:
    """Wrong links count before undecided ones."""
    return {Status.WRONG: 2, Status.NOT_CHECKED: 1}.get(status, 0)

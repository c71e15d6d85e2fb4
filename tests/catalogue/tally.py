"""What became of the mutants of one subject, kind by kind, and of the formulas before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from derive.verify.claims import Status
from tests.catalogue.judging import Judge
from tests.catalogue.subjects import Printed, Subject, Wrong

COLUMNS = ("refuted", "named", "misnamed", "undecided", "accepted")


@dataclass
class Tally:
    """`counts` of outcomes by kind; a mutant that is refuted is named, misnamed, or neither."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    originals: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for kind, counter in other.counts.items():
            self.counts.setdefault(kind, Counter()).update(counter)
        self.originals.update(other.originals)
        self.accepted += other.accepted
        self.refused += other.refused

    @property
    def total(self) -> Counter[str]:
        return sum(self.counts.values(), Counter())

    @property
    def named(self) -> float:
        return self.total["named"] / max(1, self.total["mutants"])

    def table(self) -> Iterator[str]:
        """Rows of a Markdown table."""
        yield f"| kind | mutants | {' | '.join(COLUMNS)} |"
        yield f"|---|{'---:|' * (len(COLUMNS) + 1)}"
        for kind, c in [*sorted(self.counts.items()), ("all", self.total)]:
            yield f"| {kind} | {c['mutants']} | {' | '.join(str(c[x]) for x in COLUMNS)} |"
        yield f"\n{self.originals['accepted']} of {self.originals['all']} formulas are accepted as they are printed."


def tallied(subject: Subject, wrong: Iterable[Wrong]) -> Tally:
    """The verdicts on mutants and on the formulas that they were made from."""
    judge, tally = Judge(subject), Tally()
    for mutant in wrong:
        if not _is_original_accepted(judge, mutant.printed, tally):
            continue
        said = judge.said(mutant.text)
        counter = tally.counts.setdefault(mutant.kind, Counter())
        counter["mutants"] += 1
        if said.is_accepted:
            counter["accepted"] += 1
            tally.accepted.append(f"{subject.name}, {subject.notation}, {mutant.kind}: {mutant.text}")
        elif said.status is Status.NOT_CHECKED:
            counter["undecided"] += 1
        else:
            counter["refuted"] += 1
            counter["named"] += said.mistake in mutant.codes
            counter["misnamed"] += said.mistake is not None and said.mistake not in mutant.codes
    return tally


def _is_original_accepted(judge: Judge, printed: Printed, tally: Tally) -> bool:
    if printed.text not in judge.known:
        judge.known[printed.text] = judge.said(printed.text).is_accepted
        tally.originals["all"] += 1
        tally.originals["accepted"] += judge.known[printed.text]
        if not judge.known[printed.text]:
            tally.refused.append(f"{printed.network}, {printed.notation}: {printed.text}")
    return judge.known[printed.text]

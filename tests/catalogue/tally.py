"""What became of the mutants of one subject, kind by kind, and of the formulas before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from derive.verify.claims import Status
from tests.catalogue.judging import ACCEPTED, Judge
from tests.catalogue.subjects import Printed, Subject, Wrong

COLUMNS = ("refuted", "named", "misnamed", "undecided", "accepted")


@dataclass
class Tally:
    """`counts` of outcomes by kind; a mutant that is refuted is named, misnamed, or neither."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    originals: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def count(self, kind: str, status: Status, mistakes: set[str | None], codes: Container[str], text: str) -> None:
        """One mutant: the worst verdict on it, and the names of the mistakes that were found."""
        counter = self.counts.setdefault(kind, Counter())
        counter["mutants"] += 1
        if status in ACCEPTED:
            counter["accepted"] += 1
            self.accepted.append(f"{kind}: {text}")
        elif status is Status.NOT_CHECKED:
            counter["undecided"] += 1
        else:
            counter["refuted"] += 1
            is_named = None not in mistakes and all(m in codes for m in mistakes)
            counter["named"] += is_named
            counter["misnamed"] += not is_named and mistakes != {None}

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
        """Rows of a Markdown table: what became of mistakes of each kind."""
        yield f"| kind | mutants | {' | '.join(COLUMNS)} |"
        yield f"|---|{'---:|' * (len(COLUMNS) + 1)}"
        for kind, c in [*sorted(self.counts.items()), ("all", self.total)]:
            yield f"| {kind} | {c['mutants']} | {' | '.join(str(c[x]) for x in COLUMNS)} |"


SHOWN = ("mutants", "refuted", "named", "undecided", "accepted")


def tables(found: Mapping[str, Tally]) -> Iterator[str]:
    """Markdown tables of tallies by notation: of all mistakes, and kind by kind the numbers of `SHOWN` in one cell."""
    whole = Tally()
    for tally in found.values():
        whole.add(tally)
    yield "| notation | planted | called wrong | named rightly | not checked | accepted | right formulas accepted |"
    yield f"|---|{'---:|' * 6}"
    for name, t in [*((f"`{n}`", t) for n, t in found.items()), ("all", whole)]:
        right = f"{t.originals['accepted']} of {t.originals['all']}"
        yield f"| {name} | {' | '.join(str(t.total[x]) for x in SHOWN)} | {right} |"
    yield ""
    yield f"| kind | {' | '.join(f'`{n}`' for n in found)} | all |"
    yield f"|---|{'---:|' * (len(found) + 1)}"
    for kind in sorted(whole.counts):
        cells = (_cell(t.counts.get(kind, Counter())) for t in (*found.values(), whole))
        yield f"| {kind} | {' | '.join(cells)} |"


def _cell(c: Counter[str]) -> str:
    return " ".join(str(c[x]) for x in SHOWN)


def tallied(subject: Subject, wrong: Iterable[Wrong]) -> Tally:
    """The verdicts on mutants and on the formulas that they were made from."""
    judge, tally = Judge(subject), Tally()
    for mutant in wrong:
        if not _is_original_accepted(judge, mutant.printed, tally):
            continue
        said = judge.said(mutant.text)
        tally.count(mutant.kind, said.status, {said.mistake}, mutant.codes, f"{subject}: {mutant.text}")
    return tally


def _is_original_accepted(judge: Judge, printed: Printed, tally: Tally) -> bool:
    if printed.text not in judge.known:
        said = judge.said(printed.text)
        judge.known[printed.text] = said.is_accepted
        tally.originals["all"] += 1
        tally.originals["accepted" if said.is_accepted else said.status.value] += 1
        if not said.is_accepted:
            tally.refused.append(f"{printed.network}, {printed.notation}: {printed.text}")
    return judge.known[printed.text]

"""All mutants of printed formulas, hand-written code and kernels: `make mutants` prints tables of verdicts.

    python -m tests.catalogue [MOST] [NETWORK …]

judges at most so many mutants of each network in each notation, of some networks only.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from random import Random

from tests.catalogue.code_judging import WRITTEN, tallied_kernel
from tests.catalogue.code_judging import tallied as tallied_code
from tests.catalogue.code_mistakes import code_mutants
from tests.catalogue.kernel_mistakes import KERNELS, kernel_mutants
from tests.catalogue.subjects import NETWORKS, NOTATIONS, Subject, Wrong
from tests.catalogue.tally import Tally, tables, tallied

WORKERS = 2

FEWEST = 4
"""So many mutants of a formula are judged, where not all are."""


def judged(name: str, notation: str, most: int) -> Tally:
    """Of one network in one notation, about so many mutants at most, picked at random; 0 for all."""
    subject = Subject(name, notation)
    return tallied(subject, picked(subject, most))


def picked(subject: Subject, most: int) -> list[Wrong]:
    """A few mutants of one formula after the other, in random order, until there are enough; all if `most` is 0."""
    if not most:
        return list(subject.wrong())
    rng = Random(f"{subject.name} {subject.notation}")
    formulas = rng.sample(subject.formulas, len(subject.formulas))
    each = max(FEWEST, -(-most // len(formulas)))
    found: list[Wrong] = []
    for printed in formulas:
        mutants = list(subject.wrong_of(printed))
        found += rng.sample(mutants, min(each, len(mutants)))
        if len(found) >= most:
            break
    return found[:most]


def judged_code(place: int, most: int) -> Tally:
    """Of one network written by hand."""
    mutants = list(code_mutants(WRITTEN[place]))
    if most and len(mutants) > most:
        mutants = Random(WRITTEN[place].name).sample(mutants, most)
    return tallied_code(WRITTEN[place], mutants)


def judged_kernel(place: int, most: int) -> Tally:
    """Of one emitted kernel."""
    mutants = list(kernel_mutants(KERNELS[place]))
    if most and len(mutants) > most:
        mutants = Random(KERNELS[place].name).sample(mutants, most)
    return tallied_kernel(KERNELS[place], mutants)


def main(most: int, networks: Sequence[str] = NETWORKS) -> int:
    """The exit code is 1 if a mutant was accepted."""
    found = {t: Tally() for t in NOTATIONS}
    with ProcessPoolExecutor(WORKERS) as pool:
        waiting = {pool.submit(judged, n, t, most): (n, t) for n in networks for t in NOTATIONS}
        for done in as_completed(waiting):
            name, notation = waiting[done]
            found[notation].add(done.result())
            print(f"{name}, {notation}: {done.result().total['mutants']} mutants", file=sys.stderr, flush=True)
        code = Tally()
        for tally in pool.map(judged_code, range(len(WRITTEN)), [most] * len(WRITTEN)):
            code.add(tally)
        emitted = Tally()
        for tally in pool.map(judged_kernel, range(len(KERNELS)), [most] * len(KERNELS)):
            emitted.add(tally)
    print("\n".join((*tables(found), "", *code.table(), "", *emitted.table(), "")))
    print("\n".join(f"refused as printed: {x}" for t in found.values() for x in t.refused))
    accepted = [x for t in (*found.values(), code, emitted) for x in t.accepted]
    print("\n".join(f"accepted: {x}" for x in accepted))
    return bool(accepted)


if __name__ == "__main__":
    numbers = [a for a in sys.argv[1:] if a.isdigit()]
    sys.exit(main(int(numbers[0]) if numbers else 0, [a for a in sys.argv[1:] if not a.isdigit()] or NETWORKS))

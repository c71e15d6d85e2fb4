"""All mutants of printed formulas, hand-written code and kernels: `make mutants` prints tables of verdicts."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from random import Random

from tests.catalogue.code_judging import WRITTEN, tallied_kernel
from tests.catalogue.code_judging import tallied as tallied_code
from tests.catalogue.code_mistakes import code_mutants
from tests.catalogue.kernel_mistakes import KERNELS, kernel_mutants
from tests.catalogue.subjects import NETWORKS, NOTATIONS, Subject
from tests.catalogue.tally import Tally, tallied

WORKERS = 2


def judged(name: str, notation: str, most: int) -> Tally:
    """Of one network in one notation, at most so many mutants, picked at random; 0 for all."""
    subject = Subject(name, notation)
    wrong = list(subject.wrong())
    if most and len(wrong) > most:
        wrong = Random(f"{name} {notation}").sample(wrong, most)
    return tallied(subject, wrong)


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


def main(most: int) -> int:
    """The exit code is 1 if a mutant was accepted."""
    tally = Tally()
    with ProcessPoolExecutor(WORKERS) as pool:
        waiting = {pool.submit(judged, n, t, most): (n, t) for n in NETWORKS for t in NOTATIONS}
        for done in as_completed(waiting):
            tally.add(done.result())
            name, notation = waiting[done]
            print(f"{name}, {notation}: {done.result().total['mutants']} mutants", file=sys.stderr, flush=True)
        code = Tally()
        for found in pool.map(judged_code, range(len(WRITTEN)), [most] * len(WRITTEN)):
            code.add(found)
        emitted = Tally()
        for found in pool.map(judged_kernel, range(len(KERNELS)), [most] * len(KERNELS)):
            emitted.add(found)
    print("\n".join((*tally.table(), "", *code.table(), "", *emitted.table(), "")))
    print(f"{tally.originals['accepted']} of {tally.originals['all']} formulas are accepted as they are printed.")
    print("\n".join(f"refused as printed: {x}" for x in tally.refused))
    print("\n".join(f"accepted: {x}" for x in (*tally.accepted, *code.accepted, *emitted.accepted)))
    return bool(tally.accepted or code.accepted or emitted.accepted)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))

"""All mutants of all networks in all notations, judged: `make mutants` prints the table of `docs/verification.md`."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from random import Random

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


def main(most: int) -> int:
    """The exit code is 1 if a mutant was accepted."""
    tally = Tally()
    with ProcessPoolExecutor(WORKERS) as pool:
        waiting = {pool.submit(judged, n, t, most): (n, t) for n in NETWORKS for t in NOTATIONS}
        for done in as_completed(waiting):
            tally.add(done.result())
            name, notation = waiting[done]
            print(f"{name}, {notation}: {done.result().total['mutants']} mutants", file=sys.stderr, flush=True)
    print("\n".join((*tally.table(), *(f"accepted: {x}" for x in tally.accepted))))
    print("\n".join(f"refused as printed: {x}" for x in tally.refused))
    return bool(tally.accepted)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))

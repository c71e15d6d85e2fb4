"""How long it takes to read and to judge the formulas of the four documents that the tests hold.

`python -m benchmarks.verdicts NAME` prints how many claims that document has, and the processor seconds from one
formula to the next.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from time import process_time

from benchmarks.derivations import Figure
from benchmarks.processes import ROOT, output_of
from derive.documents import verify_document
from derive.latex.reading.extract import read_document
from derive.latex.reading.formula import read_formula
from derive.latex.reading.vocabulary import Vocabulary

FOLDER = ROOT / "tests" / "documents"
NAMES = ("001", "002", "003", "004")
REPEATS = 3
MOST_READING, MOST_JUDGING, MOST_TYPICAL = 2, 60, 0.3


def measure() -> list[Figure]:
    """All the figures, one after the other."""
    count, reading = min((_reading() for _ in range(REPEATS)), key=lambda found: found[1])
    claims, seconds = 0, []
    for name in NAMES:
        of_document, *times = output_of("-m", "benchmarks.verdicts", name).split()
        claims += int(of_document)
        seconds += map(float, times)
    whole, slowest = sum(seconds), max(seconds)
    typical = whole / claims
    return [
        Figure(f"reading {count} formulas", reading, "s", f"< {MOST_READING} s", reading < MOST_READING),
        Figure(f"judging all of them: {claims} claims", whole, "s", f"< {MOST_JUDGING} s", whole < MOST_JUDGING),
        Figure("one claim, the mean", typical, "s", f"< {MOST_TYPICAL} s", typical < MOST_TYPICAL),
        Figure("one formula, the slowest", slowest, "s", "none", True),
    ]


def judging(name: str) -> tuple[int, list[float]]:
    """How many claims there are, and processor seconds from one formula to the next.

    The first begins with reading document and profile, the last holds all that is judged a second time.
    """
    marks = [process_time()]
    report = verify_document(
        FOLDER / f"{name}.md",
        profile=FOLDER / f"{name}.profile.yaml",
        tell=lambda _: marks.append(process_time()),
    )
    marks.append(process_time())
    return len(report.claims), [after - before for before, after in pairwise(marks)]


def _reading() -> tuple[int, float]:
    """How many formulas there are, and processor seconds from the files to their trees."""
    start = process_time()
    count = 0
    for name in NAMES:
        fragments = read_document(FOLDER / f"{name}.md").fragments
        count += sum(1 for f in fragments if read_formula(f.source, Vocabulary()))
    return count, process_time() - start


if __name__ == "__main__":
    of_document, times = judging(sys.argv[1])
    print(of_document, *times)

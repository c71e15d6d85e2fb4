"""How long notes take: a document's text forms as a whole command, its PDFs from the composed document.

All in processor time, of this process and of those that it starts: another process on the machine does not lengthen it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory

from benchmarks.derivations import Figure
from benchmarks.processes import output_of, seconds_of
from derive.handout import compose_document
from derive.notes.render_pdf import missing_tex, render_pdf
from derive.notes.render_tex import render_tex
from derive.notes.typst_pdf import render_typst_pdf
from derive.pipeline import find_document

DOCUMENTS = ("document-1", "document-2", "document-3", "document-4")
TEXTS = "tex,html,md"
MOST = {TEXTS: 10, "tex": 30, "typst": 5}
"""The targets in seconds: the text forms together, a PDF by TeX, a PDF by Typst."""


def measure() -> list[Figure]:
    """All the figures, one after the other; those of TeX only where it is installed."""
    makers = ("typst",) if missing_tex() else ("tex", "typst")
    found = []
    for name in DOCUMENTS:
        found.append(_figure(f"`derive notes {name} --to {TEXTS}`", _texts(name), TEXTS))
        for maker in makers:
            seconds = float(output_of("-m", "benchmarks.notes", name, maker))
            found.append(_figure(f"{name}, PDF by {'TeX' if maker == 'tex' else 'Typst'}", seconds, maker))
    return found


def pdf_seconds(name: str, maker: str) -> float:
    """Processor seconds from the composed document to its PDF, by `tex` or `typst`.

    Raises: DeriveError if TeX is missing.
    """
    spec = find_document(name)
    assert spec is not None, f"{name} is no document"
    document = compose_document(spec, "en")
    start = _spent()
    if maker == "tex":
        render_pdf(render_tex(document))
    else:
        render_typst_pdf(document)
    return _spent() - start


def _texts(name: str) -> float:
    command = str(Path(sys.executable).with_name("derive"))
    start = _spent()
    with TemporaryDirectory() as folder:
        seconds_of(command, "notes", name, "--to", TEXTS, "-o", folder)
    return _spent() - start


def _spent() -> float:
    """Processor seconds of this process and of all that it has started and waited for."""
    return sum(u.ru_utime + u.ru_stime for u in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def _figure(title: str, seconds: float, kind: str) -> Figure:
    most = MOST[kind]
    return Figure(title, seconds, "s", f"< {most} s", seconds < most)


if __name__ == "__main__":
    print(pdf_seconds(*sys.argv[1:]))

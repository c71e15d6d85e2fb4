"""All the figures: printed as a table, and written to docs/benchmarks.md."""

from benchmarks import derivations, kernels, notes, verdicts
from benchmarks.derivations import Figure
from benchmarks.kernels import Comparison
from benchmarks.processes import ROOT, TUNING, removed_settings

PAGE = ROOT / "docs" / "benchmarks.md"
KERNEL_TARGET = 1.0

Rows = list[tuple[str, ...]]

INTRODUCTION = """\
# Benchmarks

`make bench` measures these figures and writes this page. Machines are noisy and differ, so what counts is ratios
of times taken in one run, side by side; a time in seconds stands only where the target is one.
"""

ABOUT_KERNELS = f"""\
## Kernels against hand-written NumPy

One call of `value_and_grad` over one call of the hand-written backpropagation in `benchmarks/handwritten.py` or
`benchmarks/handwritten_layers.py`, on the same data. These files were written without sight of the emitted code and
frozen before any tuning. The layers in the second keep buffers from call to call, so their kernels are given a
workspace; where a loss Σ r y needs no y, the second row is of the same code with y formed, as in a network. The calls
alternate and take turns at being first; the table has the ratio of the medians and that of the minima. The target,
at most 1.0, counts as met where both ratios meet it. The error is the largest of ‖g − h‖/‖h‖ over the gradients.
{" and ".join(f"`{name}`" for name in TUNING)} are taken out of the environment before NumPy is loaded: they hold
OpenBLAS to a kind of processor that may not be the one it runs on.
"""

ABOUT_DERIVATIONS = f"""\
## Derivations

`derive show` and `python -c "import sympy"` are timed as whole processes, alternating, the best of
{derivations.SHOW_REPEATS} each. Everything else is the first call in a fresh process, from the network file as read to
the simplified adjoints, imports done before, in processor time, which another process on the machine
does not lengthen: the best of {derivations.SYMBOLIC_REPEATS} for symbolic depth, over the
best time of the statement `import sympy` alone, and the best of {derivations.DEPTH_REPEATS} for the unrolled networks
of 64 units, depth 400 once.
"""


ABOUT_NOTES = """\
## Notes

The text forms of a bundled document are timed as a whole command, a PDF from the document as it is composed; both in
processor time, once.
"""

ABOUT_VERDICTS = """\
## Verdicts

The formulas of the four documents in `tests/documents/`, each document read and judged under its profile in a process
of its own, imports done before; processor time, reading the best of three.
"""


def main() -> None:
    """Measures, prints, writes the page."""
    removed = removed_settings()
    if removed:
        print(f"Measured in processes without {' and '.join(removed)}.\n")
    print("Kernels (two minutes or more) ...", flush=True)
    of_kernels = kernel_rows(kernels.measure())
    print(f"\n{plain(of_kernels)}\n\nDerivations (a minute or more) ...", flush=True)
    of_derivations = figure_rows("derivation", derivations.measure())
    print(f"\n{plain(of_derivations)}\n\nNotes (two minutes or more) ...", flush=True)
    of_notes = figure_rows("notes", notes.measure())
    print(f"\n{plain(of_notes)}\n\nVerdicts ...", flush=True)
    of_verdicts = figure_rows("verdicts", verdicts.measure())
    print(f"\n{plain(of_verdicts)}\n")
    sections = [INTRODUCTION, ABOUT_KERNELS, markdown(of_kernels), ABOUT_DERIVATIONS, markdown(of_derivations)]
    sections += [ABOUT_NOTES, markdown(of_notes), ABOUT_VERDICTS, markdown(of_verdicts)]
    PAGE.write_text("\n".join(sections), encoding="utf-8")
    print(f"Written to {PAGE.relative_to(ROOT)}.")


def kernel_rows(found: list[Comparison]) -> Rows:
    """The table of kernels, head first."""
    rows: Rows = [("kernel", "dtype", "medians", "minima", "error", "target", "")]
    for one in found:
        ratios = (f"{one.of_medians:.3f}", f"{one.of_minima:.3f}")
        rows.append((one.title, one.dtype, *ratios, f"{one.error:.0e}", "≤ 1.0", kernel_verdict(one)))
    return rows


def kernel_verdict(found: Comparison) -> str:
    """Met where both ratios are within the target; which of the two where only one is."""
    medians, minima = found.of_medians <= KERNEL_TARGET, found.of_minima <= KERNEL_TARGET
    if medians == minima:
        return "met" if medians else "missed"
    return "missed by medians" if minima else "missed by minima"


def figure_rows(what: str, found: list[Figure]) -> Rows:
    """The table of figures with targets of their own, head first."""
    rows: Rows = [(what, "measured", "target", "")]
    for one in found:
        rows.append((one.title, f"{one.value:.2f} {one.unit}".rstrip(), one.target, "met" if one.met else "missed"))
    return rows


def plain(rows: Rows) -> str:
    """The table in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return "\n".join("  ".join(row).rstrip() for row in padded)


def markdown(rows: Rows) -> str:
    """The table in Markdown."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body, ""])


if __name__ == "__main__":
    main()

"""Deep stacks at their start, as a table and as curves over depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from derive.notes.document import Block, Curve, Inline, Math, Panel, Paragraph, Plot, Table, Words, words
from derive.notes.numerals import shown
from derive.notes.stage import Stage
from derive.notes.studies import Run, Study

Values = Callable[[Run], tuple[float, ...]]


def study_blocks(stage: Stage, study: Study) -> Iterator[Block]:
    """What becomes of signals and gradients, for every activation and every start."""
    sizes = {"depth": Math(str(study.depth)), "width": Math(str(study.width)), "samples": Math(str(study.samples))}
    yield Paragraph(words("initialization.study", **sizes), (words("initialization.study_layers"),))
    yield _table(stage, study)
    yield _plot(stage, study, lambda run: run.forward, "initialization.plot_forward", "initialization.axis_forward")
    yield _plot(stage, study, lambda run: run.backward, "initialization.plot_backward", "initialization.axis_backward")
    has_sigmoid = any(run.activation == "sigmoid" and run.scheme for run in study.runs)
    yield Paragraph(words("initialization.seen"), (words("initialization.seen_sigmoid"),) if has_sigmoid else ())


def _table(stage: Stage, study: Study) -> Table:
    columns = ("activation", "start", "first_forward", "last_forward", "last_backward", "first_backward")
    rows = tuple(_row(stage, run) for run in study.runs)
    head = tuple(words(f"initialization.column.{c}") for c in columns)
    return Table(words("initialization.table"), head, rows, "llrrrr")


def _row(stage: Stage, run: Run) -> tuple[Inline, ...]:
    numbers = (run.forward[0], run.forward[-1], run.backward[-1], run.backward[0])
    return Math(stage.printer.function(run.activation)), start(run), *(Math(shown(v)) for v in numbers)


def start(run: Run) -> Words:
    """How the weights of a run were drawn."""
    if run.scheme:
        return words(f"initialization.start.{run.scheme}")
    return words("initialization.start.normal", deviation=Math(shown(run.variance**0.5)))


def _plot(stage: Stage, study: Study, values: Values, caption: str, axis: str) -> Plot:
    return Plot(words(caption), panels(stage, study.runs, values, words(axis)))


def panels(stage: Stage, runs: Sequence[Run], values: Values, y: Inline) -> tuple[Panel, ...]:
    """One panel for each activation, with a curve for each start over the layers; the values on a logarithmic axis."""
    found = []
    for activation in dict.fromkeys(run.activation for run in runs):
        curves = tuple(
            Curve(start(run), tuple((float(k), v) for k, v in enumerate(values(run), start=1)))
            for run in runs
            if run.activation == activation
        )
        title = Math(stage.printer.function(activation))
        found.append(Panel(curves, words("initialization.axis_layer"), y, title, True))
    return tuple(found)

"""The printed formulas that tests compare with `goldens/`; `python -m tests.unit.latex.goldens` writes them anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from derive.derivation.sweep import derive_adjoints
from derive.ir.stated_view import stated_view
from derive.latex.printer import Printer
from derive.network.network import Network
from derive.raising.raise_case import raise_view
from derive.simplify.rescale import rescaled
from tests.unit.latex.networks import classifier, deep, from_text, layer_norm, softmax

FOLDER = Path(__file__).parent / "goldens"
BATCH = "{size: m, reduce: mean}"

LETTERED = """
notation: source-target
inputs: {x: n_0}
targets: {t: n_2}
layers: [{dense: {units: n_1, activation: sigma}}, {dense: {units: n_2}}]
loss: half_squared_error
"""


def formulas(network: Network, seed: str | None = None) -> Iterator[str]:
    """The forward equations, and every adjoint with its condition, in index form and as matrices."""
    printer = Printer(network, network.notation, seed)
    for e in network.equations:
        view = stated_view(e, network.tensors, network.batch)
        yield printer.equation(e.lhs, view)
        raised = raise_view(network, e.lhs, e.domain, view)
        if raised is not None:
            yield printer.matrix_equation(raised.lhs, raised.rhs)
    adjoints = derive_adjoints(network, of=seed)
    for name in adjoints.named:
        for case in adjoints.results[name]:
            shown = rescaled(case, network) if printer.notation.scaling == "summed" else case
            condition = printer.condition(shown)
            yield printer.case(shown) + (rf" \qquad {condition}" if condition else "")
            raised = raise_view(network, shown.lhs, shown.domain, shown.view)
            if raised is not None:
                yield printer.matrix_equation(raised.lhs, raised.rhs)


GOLDENS: dict[str, Callable[[], Iterator[str]]] = {
    "nielsen-deep": lambda: formulas(deep("nielsen")),
    "nielsen-deep-batch": lambda: formulas(deep("nielsen", BATCH)),
    "ng-deep-batch": lambda: formulas(deep("ng", BATCH)),
    "rows-deep-batch": lambda: formulas(deep("rows", BATCH)),
    "nielsen-classifier": lambda: formulas(classifier("nielsen")),
    "ng-classifier": lambda: formulas(classifier("ng")),
    "ng-classifier-sum": lambda: formulas(classifier("ng", reduce="sum")),
    "ng-classifier-of-32": lambda: formulas(classifier("ng", size=32)),
    "rows-classifier": lambda: formulas(classifier("rows")),
    "nielsen-layer-norm": lambda: formulas(layer_norm()),
    "nielsen-softmax": lambda: formulas(softmax(), seed="p"),
    "ufldl-deep": lambda: formulas(deep("ufldl")),
    "ufldl-deep-batch": lambda: formulas(deep("ufldl", BATCH)),
    "source-target-classifier": lambda: formulas(classifier("source-target")),
    "source-target-deep": lambda: formulas(deep("source-target")),
    "source-target-lettered": lambda: formulas(from_text(LETTERED)),
    "residual-deep": lambda: formulas(deep("residual")),
    "residual-deep-batch": lambda: formulas(deep("residual", BATCH)),
}


def text_of(name: str) -> str:
    return "".join(f"{line}\n" for line in GOLDENS[name]())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for golden in GOLDENS:
        (FOLDER / f"{golden}.tex").write_text(text_of(golden))

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
from tests.unit.latex.networks import classifier, deep, layer_norm, softmax

FOLDER = Path(__file__).parent / "goldens"
BATCH = "{size: m, reduce: mean}"

UFLDL = (
    "{base: nielsen, layer_mark: ^(l), input_layer: 1, weights_numbered_by: source, "
    "symbols: {cost: J}, functions: {sigma: f}, sizes: {n: s}}"
)
SOURCE_TARGET = (
    "{base: nielsen, layout: rows, symbols: {weight: w, preactivation: u, activation: v, target: t, cost: e}, "
    "layer_letters: [M, I, J]}"
)
RESIDUAL = (
    "{base: nielsen, layer_mark: _l, weights_numbered_by: source, hadamard: circ, gradients: nabla, "
    "symbols: {weight: bold Theta, activation: bold x, input: bold x, target: bold y, cost: J}, "
    "gradient_symbols: {preactivation: nabla}}"
)


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
    "ufldl-deep": lambda: formulas(deep(UFLDL)),
    "source-target-classifier": lambda: formulas(classifier(SOURCE_TARGET)),
    "residual-deep": lambda: formulas(deep(RESIDUAL)),
}


def text_of(name: str) -> str:
    return "".join(f"{line}\n" for line in GOLDENS[name]())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for golden in GOLDENS:
        (FOLDER / f"{golden}.tex").write_text(text_of(golden))

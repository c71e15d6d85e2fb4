"""From the specification of a network to its forward equations."""

from __future__ import annotations

from collections.abc import Iterator

from derive.errors import DeriveError, DeriveErrors
from derive.ir.tensor import Label
from derive.network.cost import Costing, declare_target, refuse_lonely_penalty
from derive.network.network import Network
from derive.network.sheet import Sheet
from derive.network.spec.models import InputSpec, NetworkSpec
from derive.network.spec.numbering import every_layer
from derive.network.stating import Stating, placed
from derive.network.value import Value


def compile_network(spec: NetworkSpec) -> Network:
    """The network that a file specifies; with a batch, `sample` is the same network for one sample.

    There is none for one sample where a layer reads all samples at once, as batch normalization does.

    Raises: DeriveError with file, line and repair, or DeriveErrors, where shapes do not fit or names clash.
    """
    if spec.batch is not None and any(layer.options.is_of_batch() for layer in every_layer(spec.layers)):
        return _compiled(spec, batched=True)
    sample = _compiled(spec, batched=False)
    return sample if spec.batch is None else _compiled(spec, batched=True, sample=sample)


def _compiled(spec: NetworkSpec, batched: bool, sample: Network | None = None) -> Network:
    sheet = Sheet(spec, batched)
    values: dict[str, Value | None] = {given.name: _declare_input(sheet, given) for given in spec.inputs}
    targets = {target.name: declare_target(sheet, target) for target in spec.targets}
    stating = Stating(sheet, values)
    stating.state_layers()
    costing = _costing(sheet, values, targets)
    errors = [*stating.errors, *_mistakes_in_cost(costing)]
    if errors:
        raise errors[0] if len(errors) == 1 else DeriveErrors(errors)
    refuse_lonely_penalty(sheet)
    if costing is not None:
        costing.state()
    return sheet.net.network(
        batch=None if sheet.batch is None else sheet.net.range_of(sheet.batch),
        reduce=_reduction(spec) if batched else None,
        notation=sheet.notation if spec.notation.settings else spec.notation.base,
        sample=sample,
        spec=spec,
        layers=tuple(stating.records),
    )


def _reduction(spec: NetworkSpec) -> str | None:
    """How samples make one cost: by `mean` or `sum`, or by the mean of what a mask counts, `masked`."""
    if spec.batch is None:
        return None
    is_masked = spec.loss is not None and spec.loss.mask is not None and spec.batch.reduce == "mean"
    return "masked" if is_masked else spec.batch.reduce


def _declare_input(sheet: Sheet, given: InputSpec) -> Value:
    shape = tuple(sheet.extent(size) for size in given.shape)
    made = sheet.value(sheet.names.own(given.name), shape, Label("input"))
    axes = made.at(sheet.read(made.shape))
    kind = "binary" if given.name in _masks(sheet.spec) else given.kind
    sheet.net.input(made.name, axes, kind, label=made.label, line=given.line)
    return made


def _masks(spec: NetworkSpec) -> Iterator[str]:
    """The inputs that the loss or a layer takes for zeros and ones."""
    if spec.loss is not None and spec.loss.mask is not None:
        yield spec.loss.mask
    for layer in every_layer(spec.layers):
        yield from layer.options.masks()


def _costing(sheet: Sheet, values: dict[str, Value | None], targets: dict[str, Value]) -> Costing | None:
    """The loss with what it reads; None without a loss, or if a layer that it reads is wrong."""
    loss = sheet.spec.loss
    if loss is None:
        return None
    outputs = [value for key in loss.sources if (value := values.get(key)) is not None]
    if len(outputs) < len(loss.sources) or not outputs:
        return None
    mask = None if loss.mask is None else targets.get(loss.mask) or values.get(loss.mask)
    return Costing(sheet, loss, tuple(outputs), {name: targets[name] for name in loss.targets}, mask)


def _mistakes_in_cost(costing: Costing | None) -> list[DeriveError]:
    if costing is None:
        return []
    try:
        costing.check()
    except DeriveError as error:
        return [placed(error, f"the loss {costing.loss.kind}", costing.sheet.spec.file, costing.loss.line)]
    return []

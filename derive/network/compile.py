"""From the specification of a network to its forward equations."""

from __future__ import annotations

from derive.errors import DeriveError, DeriveErrors
from derive.ir.tensor import Label
from derive.network.cost import check_cost, declare_target, state_cost
from derive.network.network import Network
from derive.network.sheet import Sheet
from derive.network.spec.models import InputSpec, NetworkSpec
from derive.network.stating import Stating, placed
from derive.network.value import Value


def compile_network(spec: NetworkSpec) -> Network:
    """The network that a file specifies; with a batch, `sample` is the same network for one sample.

    Raises: DeriveError with file, line and repair, or DeriveErrors, where shapes do not fit or names clash.
    """
    sample = _compiled(spec, batched=False)
    return sample if spec.batch is None else _compiled(spec, batched=True, sample=sample)


def _compiled(spec: NetworkSpec, batched: bool, sample: Network | None = None) -> Network:
    sheet = Sheet(spec, batched)
    values: dict[str, Value | None] = {given.name: _declare_input(sheet, given) for given in spec.inputs}
    targets = {target.name: declare_target(sheet, target) for target in spec.targets}
    stating = Stating(sheet, values)
    stating.state_layers()
    output = None if spec.loss is None else values.get(spec.loss.sources[0])
    errors = [*stating.errors, *_mistakes_in_cost(sheet, output, targets)]
    if errors:
        raise errors[0] if len(errors) == 1 else DeriveErrors(errors)
    state_cost(sheet, output, targets)
    return sheet.net.network(
        batch=None if sheet.batch is None else sheet.net.range_of(sheet.batch),
        reduce=spec.batch.reduce if batched and spec.batch is not None else None,
        notation=sheet.notation if spec.notation.settings else spec.notation.base,
        sample=sample,
        spec=spec,
    )


def _declare_input(sheet: Sheet, given: InputSpec) -> Value:
    shape = tuple(sheet.extent(size) for size in given.shape)
    made = sheet.value(sheet.names.own(given.name), shape, Label("input"))
    axes = made.at(sheet.read(made.shape))
    sheet.net.input(made.name, axes, given.kind, label=made.label, line=given.line)
    return made


def _mistakes_in_cost(sheet: Sheet, output: Value | None, targets: dict[str, Value]) -> list[DeriveError]:
    loss = sheet.spec.loss
    if loss is None or output is None:
        return []
    try:
        check_cost(sheet, loss, output, targets)
    except DeriveError as error:
        return [placed(error, f"the loss {loss.kind}", sheet.spec.file, loss.line)]
    return []

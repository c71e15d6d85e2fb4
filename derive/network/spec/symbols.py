"""One symbol, one meaning: sizes, indices, names, parameters and coefficients differ from one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.errors import quoted
from derive.network.spec.binding import symbols_in
from derive.network.spec.complaints import Complaints
from derive.network.spec.drafts import Draft, RepeatDraft
from derive.network.spec.models import LayerSpec, NetworkSpec, RepeatSpec
from derive.network.spec.names import ROUND_INPUT, SizeSymbol
from derive.network.spec.numbering import every_layer, parameter_name
from derive.network.spec.tree import Place

SIZE = "a size"
INDEX = "the index of a repeat"
INPUT = "an input"
LAYER = "a layer"


@dataclass(frozen=True, slots=True)
class _Use:
    """A symbol, what it is, and on which line."""

    symbol: str
    role: str
    line: int


def check_symbols(network: NetworkSpec, drafts: Sequence[Draft], complaints: Complaints) -> None:
    """Complain about every symbol with two meanings, and about sizes used outside their repeat."""
    first: dict[str, _Use] = {}
    for use in _uses(network, drafts):
        earlier = first.setdefault(use.symbol, use)
        # Two layers, or an input and a layer, of one name: the wiring has said so already.
        if earlier.role != use.role and {earlier.role, use.role} != {INPUT, LAYER}:
            complaints.add(
                Place(use.line, 0),
                f"{quoted(use.symbol)} is {use.role}, and on line {earlier.line} it is {earlier.role}",
                "rename one of them",
            )
        if use.symbol == ROUND_INPUT:
            complaints.add(
                Place(use.line, 0),
                f"the name {quoted(use.symbol)} is reserved: inside a repeat it is what a round is given",
                "choose another name",
            )
    _check_indices(drafts, (), complaints)
    _check_dependent_sizes(network, frozenset(_indices(drafts)), complaints)


def _uses(network: NetworkSpec, drafts: Sequence[Draft]) -> Iterator[_Use]:
    """Every use of a symbol; those that follow from others come first, so that complaints name a choice."""
    for layer in every_layer(network.layers):
        for name in layer.options.parameter_names():
            yield _Use(parameter_name(name, layer), f"a parameter of a {layer.kind} layer", layer.line)
        for symbol in layer.options.abstract_symbols():
            yield _Use(symbol, "an abstract activation", layer.line)
    if network.loss is not None and network.loss.options.abstract_symbol is not None:
        yield _Use(network.loss.options.abstract_symbol, "the abstract cost", network.loss.line)
    for size, line, _ in _sizes(network):
        yield _Use(str(size), SIZE, line)
    for repeat in _repeats(drafts):
        yield _Use(repeat.index, INDEX, repeat.place.line)
    for given in network.inputs:
        yield _Use(given.name, INPUT, given.line)
    for target in network.targets:
        yield _Use(target.name, "a target", target.line)
    for named in (*network.layers, *every_layer(network.layers)):
        if named.name is not None:
            yield _Use(named.name, LAYER, named.line)
    for penalty in network.penalties:
        if isinstance(penalty.coefficient, str):
            yield _Use(penalty.coefficient, "the coefficient of a penalty", penalty.line)


def _sizes(network: NetworkSpec) -> Iterator[tuple[SizeSymbol, int, str | None]]:
    """Every free size with its line and the index of the symbolic repeat around it."""
    if network.batch is not None:
        yield from ((size, network.batch.line, None) for size in symbols_in(network.batch))
    for given in network.inputs:
        yield from ((size, given.line, None) for size in symbols_in(given))
    for target in network.targets:
        yield from ((size, target.line, None) for size in symbols_in(target))
    for layer in network.layers:
        if isinstance(layer, LayerSpec):
            yield from ((size, layer.line, None) for size in symbols_in(layer.options))
        else:
            yield from _sizes_in_repeat(layer)


def _sizes_in_repeat(repeat: RepeatSpec) -> Iterator[tuple[SizeSymbol, int, str | None]]:
    yield repeat.times, repeat.line, None
    for layer in repeat.layers:
        yield from ((size, layer.line, repeat.index) for size in symbols_in(layer.options))


def _repeats(drafts: Sequence[Draft]) -> Iterator[RepeatDraft]:
    for draft in drafts:
        if isinstance(draft, RepeatDraft):
            yield draft
            yield from _repeats(draft.body)


def _indices(drafts: Sequence[Draft]) -> Iterator[str]:
    return (repeat.index for repeat in _repeats(drafts))


def _check_indices(drafts: Sequence[Draft], around: tuple[str, ...], complaints: Complaints) -> None:
    """A repeat inside another needs an index of its own."""
    for draft in drafts:
        if isinstance(draft, RepeatDraft):
            if draft.index in around:
                complaints.add(
                    draft.place,
                    f"the repeat around {draft.title} has the index {quoted(draft.index)} too",
                    "give one of them another `index`",
                )
            _check_indices(draft.body, (*around, draft.index), complaints)


def _check_dependent_sizes(network: NetworkSpec, indices: frozenset[str], complaints: Complaints) -> None:
    """A size such as `n_l` belongs into the repeat over `l`."""
    for size, line, around in _sizes(network):
        if size.subscript in indices and size.subscript != around:
            complaints.add(
                Place(line, 0),
                f"{quoted(size)} depends on {quoted(size.subscript)} and stands outside the repeat over it",
                f"write a size without index, such as {quoted(f'{size.name}_0')}",
            )

"""Names inside a network: the user's own come first, and generated ones keep out of their way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from derive.errors import DeriveErrors, NetworkFileError, quoted
from derive.network.extents import Sizes, sizes_with_lines
from derive.network.spec.models import LayerSpec, NetworkSpec, RepeatSpec
from derive.network.spec.numbering import every_layer, joined, parameter_name

COST = "C"
INDEX_LETTERS = "jkpqrtuvwhcsgnld"
BATCH_LETTERS = "ipbde"


class Names:
    """Hands out names, each once."""

    def __init__(self, reserved: frozenset[str]) -> None:
        self._reserved = reserved
        self._used: set[str] = set()

    def own(self, name: str) -> str:
        """A name that the user chose, or that follows from what the user chose."""
        return self._enter(name if name not in self._used else self._free(name))

    def fresh(self, name: str) -> str:
        """A generated name, as close to `name` as possible."""
        return self._enter(name if self.is_free(name) else self._free(name))

    def is_free(self, name: str) -> bool:
        """Whether `fresh` would give exactly this name."""
        return name not in self._reserved and name not in self._used

    def _free(self, name: str) -> str:
        number = 2
        while not self.is_free(f"{name}_{number}"):
            number += 1
        return f"{name}_{number}"

    def _enter(self, name: str) -> str:
        self._used.add(name)
        return name


@dataclass(frozen=True)
class Letters:
    """The letters with which indices are printed; none of them is a name of the user's."""

    output: str
    input: str
    batch: str
    further: tuple[str, ...]
    reserved: frozenset[str] = frozenset()

    def chosen(self, letter: str) -> str:
        """This letter, or where the user has taken it a made-up one like it (`t1`)."""
        free = (letter, *(f"{letter}{number}" for number in range(1, len(self.reserved) + 2)))
        return next(text for text in free if text not in self.reserved)


def letters_beside(reserved: frozenset[str], counted: Mapping[str, str] = MappingProxyType({})) -> Letters:
    """`j` for units, `k` for what they read, `i` for samples, the others for further axes.

    `counted` are the letters of the notation, as its `indices` give them: they come first.
    """
    unit, source, sample = (counted.get(key, "") for key in ("unit", "source", "sample"))
    own = [letter for letter in (unit, source) if letter]
    others = [letter for letter in INDEX_LETTERS if letter not in own and letter != sample]
    order = [unit or others.pop(0), source or others.pop(0), *others]
    free = [letter for letter in order if letter not in reserved]
    free += [f"j{number}" for number in range(1, len(reserved) + 12) if f"j{number}" not in reserved]
    batches = (sample, *(letter for letter in BATCH_LETTERS if letter not in order[:2]))
    batch = next((b for b in batches if b and b not in reserved), free[-1])
    unit, source, *further = (letter for letter in free if letter != batch)
    return Letters(unit, source, batch, tuple(further), reserved)


@dataclass(frozen=True)
class _Use:
    name: str
    what: str
    line: int


def reserved_names(spec: NetworkSpec, sizes: Sizes) -> frozenset[str]:
    """Every name that the file chooses, directly or as the name of a parameter.

    Raises: NetworkFileError (or several) if one is also the name of the cost, or of a family of sizes.
    """
    uses = [*_chosen(spec), *_parameters(spec)]
    of_loss = list(_of_loss(spec, uses))
    uses += [use for use in of_loss if isinstance(use, _Use)]
    declared: dict[str, str] = {}
    for size, _ in sizes_with_lines(spec):
        name = sizes.declared(size)
        if str(size) != name or name not in declared:
            declared[name] = str(size)
    errors = [use for use in of_loss if not isinstance(use, _Use)]
    errors += [
        _clash(spec, use, f"{quoted(declared[use.name])} is a size of that name")
        for use in uses
        if use.name in declared
    ]
    if spec.loss is not None:
        errors += [_clash(spec, use, "that is the name of the cost") for use in uses if use.name == COST]
    for size, line in sizes_with_lines(spec):
        use = _Use(str(size), "a size", line)
        if use.name in sizes.families:
            errors.append(_clash(spec, use, f"{quoted(declared[use.name])} is one of a family of that name"))
        uses.append(use)
    if errors:
        raise errors[0] if len(errors) == 1 else DeriveErrors(errors)
    return frozenset((*(use.name for use in uses), *declared))


def _clash(spec: NetworkSpec, use: _Use, reason: str) -> NetworkFileError:
    return NetworkFileError(
        f"{quoted(use.name)} is {use.what}, and {reason}",
        repair="choose another name",
        file=spec.file,
        line=use.line,
    )


def _chosen(spec: NetworkSpec) -> Iterator[_Use]:
    """What becomes the name of a tensor, an index or a function as the user wrote it."""
    yield from (_Use(given.name, "an input", given.line) for given in spec.inputs)
    yield from (_Use(target.name, "a target", target.line) for target in spec.targets)
    for layer in spec.layers:
        if isinstance(layer, RepeatSpec):
            yield _Use(layer.index, "the index of a repeat", layer.line)
    for layer in every_layer(spec.layers):
        if layer.name is not None:
            yield _Use(layer.name, "a layer", layer.line)
        yield from (_Use(name, "what a layer reads", layer.line) for name in layer.options.mentions())
        for symbol in layer.options.abstract_symbols():
            yield _Use(symbol, "an abstract activation", layer.line)
    for penalty in spec.penalties:
        if isinstance(penalty.coefficient, str):
            yield _Use(penalty.coefficient, "the coefficient of a penalty", penalty.line)


def _of_loss(spec: NetworkSpec, others: list[_Use]) -> Iterator[_Use | NetworkFileError]:
    """What the loss calls its own values, or that such a name has a meaning already."""
    known = {use.name: use.what for use in others}
    for name in spec.loss.options.chosen_names() if spec.loss is not None else ():
        use = _Use(name, "the error", spec.loss.line if spec.loss is not None else 0)
        yield _clash(spec, use, f"that is {known[name]}, too") if name in known else use


def _parameters(spec: NetworkSpec) -> Iterator[_Use]:
    for layer in every_layer(spec.layers):
        for name in layer.options.parameter_names() if layer.share is None else ():
            yield _Use(parameter_name(name, layer), "a parameter", layer.line)


def value_suffix(layer: LayerSpec) -> str:
    """What follows `z` and `a` in the names of a layer's own values: `4`, `_trunk`, or nothing."""
    if layer.name is not None:
        return f"_{layer.name}"
    return "" if layer.number is None else str(layer.number)


def value_name(stem: str, layer: LayerSpec) -> str:
    """The name of one of the layer's own values: `z4`, `z_trunk`, or the stem alone."""
    return joined(stem, value_suffix(layer))

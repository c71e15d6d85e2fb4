"""Other names of what a network has: `h_t` of a state, `x^{(i)}` of an input of one sample, `W_x` of a weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from derive.errors import DeriveError
from derive.ir.tensor import Tensor
from derive.latex.reading.syntax import Bracketed, Node, Number, Scripts, Symbol
from derive.reading.definitions import head_of
from derive.reading.lexicon import Lexicon
from derive.reading.marks import marks_of
from derive.reading.named import Named, Own
from derive.reading.quantity import Unknown


def with_alias(
    lexicon: Lexicon,
    node: Node,
    tensor: Tensor,
    gradient: bool = False,
    indices: Sequence[str] | None = None,
    is_row: bool | None = None,
    is_numbered: bool = False,
) -> Lexicon:
    """The lexicon with another name for a tensor, or for its gradient.

    Its letters below, and above in brackets, are indices, or those that `indices` lists; they stand on the first axes,
    but that of samples on the axis of samples.

    Raises: DeriveError for more indices than axes.
    """
    head = head_of(node, _letters(node) if indices is None else indices)
    axes = _places(lexicon, head.letters, tensor)
    named = Named(
        tensor,
        head.fixed,
        None,
        0,
        None,
        gradient,
        head.above,
        is_own=True,
        letters=head.letters,
        axes=axes,
        is_row=is_row,
        is_numbered=is_numbered,
        is_told=True,
    )
    found = lexicon.extended(lexicon.network, Own(head.key, named))
    prefix = lexicon.gradient_prefix
    if gradient or prefix is None:
        return found
    drawn = replace(head.key, name=prefix.removeprefix("\\") + head.key.name)
    return found.extended(lexicon.network, Own(drawn, replace(named, gradient=True)))


def with_numbered(lexicon: Lexicon, node: Node, tensors: Mapping[int, Tensor], gradient: bool = False) -> Lexicon:
    """The lexicon with names `x_0`, `x_1`, … for tensors, or for their gradients; `node` is `x_i`.

    Raises: Unknown for a symbol without a letter below.
    """
    if not isinstance(node, Scripts) or not isinstance(node.below, Symbol):
        raise Unknown("it has no letter below that could stand for the number")
    for k, tensor in tensors.items():
        numbered = replace(node, below=Number(str(k), node.below.span))
        lexicon = with_alias(lexicon, numbered, tensor, gradient, is_numbered=True)
    return lexicon


def _letters(node: Node) -> list[str]:
    """The letters below, and those in brackets above."""
    marks = marks_of(node)
    above = [x.body for x in marks.above if isinstance(x, Bracketed)]
    return [x.name for x in (*above, *marks.below) if isinstance(x, Symbol) and not x.accents and not x.font]


def _places(lexicon: Lexicon, letters: Sequence[str], tensor: Tensor) -> tuple[int, ...]:
    batch = lexicon.network.batch
    if len(letters) > len(tensor.axes):
        raise DeriveError(
            f"{len(letters)} indices, and {tensor.name} has {len(tensor.axes)} axes",
            repair="add `indices: [...]` with those letters that are indices, [] for none",
        )
    samples = [k for k, a in enumerate(tensor.axes) if batch is not None and a.name == batch.name]
    sample = None if batch is None else lexicon.printer.symbols.lettering.names.get(batch.name, batch.name)
    if not samples or (len(letters) == len(tensor.axes) and letters.count(str(sample)) != 1):
        return tuple(range(len(letters)))
    others = iter(k for k in range(len(tensor.axes)) if k not in samples)
    return tuple(samples[0] if x == sample else next(others) for x in letters)

"""Whether the equations of a tensor state each of its entries once: `h[0] = 0` and `h[t] = …` for t = 1 … T."""

from __future__ import annotations

from collections.abc import Sequence

from derive.errors import EquationError
from derive.ir.tensor import Equation, Tensor
from derive.terms.affine import Affine

Interval = tuple[Affine, Affine]
"""The first and the last place along an axis."""


def check_coverage(tensor: Tensor, equations: Sequence[Equation]) -> None:
    """The equations of a tensor leave no entry out and state none twice.

    Decided where they state whole axes, and along one axis pieces that follow on one another. Left sides at other
    index expressions (`f[(c − 1)n + k]`), and pieces along several axes, are taken as they are.

    Raises: EquationError for an entry that is left out or stated twice.
    """
    if not equations or tensor.fill is not None:
        return
    _check_diagonal(tensor, equations)
    boxes = [_box(tensor, e) for e in equations]
    if any(piece is None for box in boxes for piece, _ in box):
        return
    parted = [k for k in range(len(tensor.axes)) if any(piece != whole for piece, whole in (b[k] for b in boxes))]
    if len(boxes) > 1 and not parted:
        raise EquationError(f"{tensor.name} is stated by {len(boxes)} equations", repair="state each entry once")
    if len(parted) == 1:
        [k] = parted
        pieces = [piece for piece, _ in (b[k] for b in boxes) if piece is not None]
        if len({whole for _, whole in (b[k] for b in boxes)}) == 1:
            _check_pieces(tensor, k, pieces, boxes[0][k][1])


def _check_diagonal(tensor: Tensor, equations: Sequence[Equation]) -> None:
    """A single equation states more than a diagonal."""
    names = [place.variable for place in equations[0].lhs.idx if place.variable is not None]
    if len(equations) == 1 and len(set(names)) < len(names):
        raise EquationError(
            f"{tensor.name} is stated on a diagonal only, as {equations[0].lhs!r}",
            repair="give each axis an index of its own, and multiply by a Kronecker delta",
        )


def _box(tensor: Tensor, e: Equation) -> list[tuple[Interval | None, Interval]]:
    """For each axis what an equation states of it, None where that is no interval, and the whole of it."""
    at = {a.name: place for a, place in zip(tensor.axes, e.lhs.idx, strict=True)}
    seen: set[str] = set()
    out: list[tuple[Interval | None, Interval]] = []
    for axis, place in zip(tensor.axes, e.lhs.idx, strict=True):
        piece = None if place.free & seen else _interval(place, e)
        seen |= place.free
        out.append((piece, (axis.lo.subs(at), axis.hi.subs(at))))
    return out


def _interval(place: Affine, e: Equation) -> Interval | None:
    """The places that an index expression runs over: `j + n` from n + 1 to 2n for j = 1 … n."""
    names = [v for v, c in place.terms if isinstance(v, str) and c == 1]
    if not place.free:
        return place, place
    if len(names) != 1 or place.free != {names[0]}:
        return None
    b = e.context[names[0]]
    return place.subs({b.name: b.lo}), place.subs({b.name: b.hi})


def _check_pieces(tensor: Tensor, k: int, pieces: Sequence[Interval], whole: Interval) -> None:
    """The pieces follow on one another from the first place of the axis to the last."""
    waiting = [p for p in pieces if not (p[1] - p[0] + 1).is_number or (p[1] - p[0] + 1).const > 0]
    place, end = whole
    while waiting:
        here = [p for p in waiting if p[0] == place]
        if len(here) != 1:
            break
        waiting.remove(here[0])
        place = here[0][1] + 1
    if waiting or place != end + 1:
        stated = " and ".join(f"{lo}" if lo == hi else f"{lo} … {hi}" for lo, hi in pieces)
        raise EquationError(
            f"{tensor.name} is stated at {stated} along its axis {tensor.axes[k].name}, which goes from"
            f" {whole[0]} to {whole[1]}",
            repair=f"state each entry once, as in `define({tensor.name!r}, (0, …), …)` for a start",
        )

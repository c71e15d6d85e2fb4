"""What windows do, in words: borders around a value, correlations and their transposes."""

from __future__ import annotations

from collections.abc import Iterator

from derive.ir.reading_order import bounds_in_order
from derive.ir.record import Case
from derive.ir.tensor import Equation, Tensor
from derive.notes.document import Block, Display, Math, Paragraph, Row, Words, words
from derive.notes.formulas import Formulas
from derive.raising.convolution import Axis, Correlation, Tiled, Transposed, correlations, tiled, transposed
from derive.terms.term import Entry, of_atom
from derive.terms.view import Leaf, Summed


def forward_remarks(formulas: Formulas) -> Iterator[Block]:
    """What to say below the forward equations."""
    borders = [_border(formulas, t) for t in formulas.network.tensors.values() if t.fill is not None]
    if borders:
        yield Paragraph(borders[0], tuple(borders[1:]))
    yield from _unread(formulas)
    for e in formulas.network.equations:
        for found in correlations(e.rhs, e.domain):
            yield Paragraph(_sliding(formulas, e, found), tuple(_steps(formulas, e, found)))
            yield Display((_sum(formulas, e, found),))
        for spread in transposed(e.rhs, e.domain, _parameters(formulas)):
            yield Paragraph(_spreading(formulas, "windows.forward_transposed", spread), tuple(_zeros(formulas, spread)))


def result_remarks(formulas: Formulas, name: str) -> Iterator[Block]:
    """What to say below the result for one adjoint."""
    for case in formulas.adjoints.results[name]:
        for found in correlations(case.poly, case.domain):
            if _along_axes(case, found.axes):
                key = "windows.correlation_apart" if _stretch(found.axes) else "windows.correlation"
                pair = {"kernel": _symbol(formulas, found.kernel), "signal": _symbol(formulas, found.signal)}
                steps = Math(_listed([a.dilation for a in found.axes]))
                yield Paragraph(words(key, **pair, **({"steps": steps} if _stretch(found.axes) else {})))
        for spread in transposed(case.poly, case.domain, _parameters(formulas)):
            if _along_axes(case, spread.axes):
                yield Paragraph(_spreading(formulas, "windows.transposed", spread), tuple(_zeros(formulas, spread)))
        side_by_side = tiled(case.poly, case.lhs, case.domain, _parameters(formulas))
        if side_by_side is not None:
            yield Paragraph(_tiled(formulas, side_by_side))


def _tiled(formulas: Formulas, found: Tiled) -> Words:
    signal = _symbol(formulas, found.signal)
    if found.kernel is not None:
        return words("windows.tiled", signal=signal, kernel=_symbol(formulas, found.kernel))
    return words("windows.unpooled_largest" if found.largest else "windows.unpooled", signal=signal)


def _parameters(formulas: Formulas) -> list[str]:
    return [t.name for t in formulas.network.parameters]


def _along_axes(case: Case, axes: tuple[Axis, ...]) -> bool:
    """Whether the result slides along whole axes of its left side."""
    own = {e.variable for e in case.lhs.idx}
    return all(a.place in own for a in axes)


def _symbol(formulas: Formulas, e: Entry) -> Math:
    return Math(formulas.printer.whole(e.tensor))


# -- borders ---------------------------------------------------------------------------------------------


def _border(formulas: Formulas, t: Tensor) -> Words:
    """`x̃ is x with a border of zeros.`"""
    symbol = Math(formulas.symbol(t.name))
    inner = [_copied(e) for e in formulas.network.definitions(t.name)]
    kind = "zeros" if t.fill == 0 else "lowest" if t.fill == float("-inf") else "other"
    if len(inner) == 1 and inner[0] is not None and kind != "other":
        return words(f"windows.border_{kind}", padded=symbol, inner=_symbol(formulas, inner[0]))
    value = r"-\infty" if kind == "lowest" else f"{t.fill:g}"
    return words("windows.rest", padded=symbol, value=Math(value))


def _copied(e: Equation) -> Entry | None:
    """The entry that an equation copies, if it does nothing else."""
    if len(e.rhs.terms) == 1:
        m, c = e.rhs.terms[0]
        if c == 1 and len(m.powers) == 1 and isinstance(m.powers[0][0], Entry) and m.powers[0][1] == 1:
            return m.powers[0][0]
    return None


def _unread(formulas: Formulas) -> Iterator[Block]:
    """The ends of axes that no window of a layer reads."""
    network = formulas.network
    for record in network.layers:
        source = network.tensor(record.sources[0])
        axes = source.axes[len(source.axes) - len(record.border) :]
        for axis, count in zip(axes, record.border, strict=True):
            if count:
                letter = formulas.printer.symbols.indices.letter(axis.name, formulas.printer.names((axis,)))
                yield Paragraph(
                    words(
                        "windows.unread_one" if count == 1 else "windows.unread",
                        value=Math(formulas.symbol(record.result)),
                        source=Math(formulas.symbol(source.name)),
                        axis=Math(letter.tex),
                        **({} if count == 1 else {"count": Math(str(count))}),
                    )
                )


# -- sliding -----------------------------------------------------------------------------------------------


def _sliding(formulas: Formulas, e: Equation, found: Correlation) -> Words:
    star = Math(_starred(formulas, found))
    pair = {"kernel": _symbol(formulas, found.kernel), "signal": _symbol(formulas, found.signal)}
    return words("windows.sliding", value=_symbol(formulas, e.lhs), star=star, **pair)


def _starred(formulas: Formulas, found: Correlation) -> str:
    return rf"{formulas.printer.whole(found.kernel.tensor)} \star {formulas.printer.whole(found.signal.tensor)}"


def _steps(formulas: Formulas, e: Equation, found: Correlation) -> Iterator[Words]:
    """What stride and dilation mean here."""
    if any(a.stride > 1 for a in found.axes):
        stride = Math(_listed([a.stride for a in found.axes]))
        yield words("windows.stride", stride=stride, value=_symbol(formulas, e.lhs))
    if any(a.dilation > 1 for a in found.axes):
        dilation = Math(_listed([a.dilation for a in found.axes]))
        yield words("windows.dilation", dilation=dilation, signal=_symbol(formulas, found.signal))


def _sum(formulas: Formulas, e: Equation, found: Correlation) -> Row:
    """`(W ⋆ x)_{op} = Σ_c Σ_r W_{ocr} x_{c,p+r-1}`."""
    printer = formulas.printer
    names = printer.names_stating(e.lhs)
    free = [a for a in e.lhs.idx if a.free & found.block.free]
    below = printer.symbols.indices.subscripts((), free, names)
    shown = formulas.presenter.view(of_atom(found.block))
    view = bounds_in_order(shown) if isinstance(shown, Summed) else shown
    return Row(f"({_starred(formulas, found)})_{{{below}}}", printer.view(view, names))


# -- spreading ---------------------------------------------------------------------------------------------


def _spreading(formulas: Formulas, key: str, found: Transposed) -> Words:
    is_plain = all(a.stride == 1 for a in found.axes)
    pair = {"kernel": _symbol(formulas, found.kernel), "signal": _symbol(formulas, found.signal)}
    return words(key if is_plain else f"{key}_strided", **pair)


def _zeros(formulas: Formulas, found: Transposed) -> Iterator[Words]:
    """How many zeros stretch the signal, and how the kernel is stretched."""
    signal, kernel = _symbol(formulas, found.signal), _symbol(formulas, found.kernel)
    if any(a.stride > 1 for a in found.axes):
        zeros = [a.stride - 1 for a in found.axes]
        if set(zeros) == {1}:
            yield words("windows.zero", signal=signal)
        else:
            yield words("windows.zeros", zeros=Math(_listed(zeros)), signal=signal)
    if any(a.dilation > 1 for a in found.axes):
        yield words("windows.dilated", dilation=Math(_listed([a.dilation for a in found.axes])), kernel=kernel)
    yield words("windows.turned", kernel=kernel, turned=Math(_turned(formulas, found)))


def _turned(formulas: Formulas, found: Transposed) -> str:
    r"""`W_{o,c,K+1-r}`: the kernel with its entries in opposite order."""
    tensor = formulas.network.tensor(found.kernel.tensor)
    at = list(tensor.entry.idx)
    for a in found.axes:
        axis = tensor.axes[a.of_kernel]
        at[a.of_kernel] = axis.lo + axis.hi - at[a.of_kernel]
    return formulas.printer.view(Leaf(Entry(tensor.name, tuple(at))), formulas.printer.names_of(tensor.entry))


def _stretch(axes: tuple[Axis, ...]) -> bool:
    return any(a.dilation > 1 for a in axes)


def _listed(numbers: list[int]) -> str:
    """`2` along every axis, or `2 × 3`."""
    return str(numbers[0]) if len(set(numbers)) == 1 else r" \times ".join(map(str, numbers))

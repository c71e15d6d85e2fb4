"""Terms in LaTeX under a notation: the front door of the printer."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from derive.ir.record import Case
from derive.ir.tensor import ADJOINT, GRADIENT, Tensor
from derive.latex.axis_letters import letters_of_axes
from derive.latex.derivatives import Derivatives
from derive.latex.functions import differentiated, without_powers_of_e
from derive.latex.lettering import Drawable
from derive.latex.marks import with_mark
from derive.latex.matrices import Matrices
from derive.latex.naming import Bounded, Letters, Names, moved, moved_by
from derive.latex.notation import Notation
from derive.latex.scalars import Scalars
from derive.latex.settings import read_notation
from derive.latex.symbols import Drawn, Places, Symbols
from derive.latex.tex import symbol
from derive.terms.affine import Affine, Index, index, size
from derive.terms.matrix import Matrix, Whole
from derive.terms.prover import nonnegative
from derive.terms.term import Atom, Entry
from derive.terms.view import View, free_indices

RATES = ("eta", "alpha", "epsilon", "tau")
"""Letters for the learning rate."""


class Printer:
    """Prints the terms of one network.

    `notation` is a `Notation`, the name of a bundled one, or what a network file says (default: nielsen);
    adjoints are drawn as gradients of `seed` (default: the network's cost). `names` are the letters of free
    indices, from `names_of` or `names`; without them they are chosen for the term at hand.
    """

    def __init__(self, network: Drawable, notation: Notation | object = "nielsen", seed: str | None = None) -> None:
        self.network, self.notation = network, read_notation(notation)
        self.symbols = Symbols(network, self.notation)
        self.derivatives = Derivatives(self.symbols, seed)
        batch = None if network.batch is None else (network.batch.lo, network.batch.hi)
        names, ranges = self.symbols.lettering.names, self.symbols.lettering.ranges
        axes = letters_of_axes(network.tensors.values(), network.equations, names)
        axes = replace(axes, layered=self.symbols.letters_of_units(axes.axes), following=self.symbols.following)
        self.letters = Letters(names, ranges, self.symbols.letters, batch, axes, self.symbols.shifts)
        self.scalars = Scalars(self.notation, self.derivatives, self.letters)
        self.matrices = Matrices(self.scalars)

    # -- letters of free indices --------------------------------------------------------------------

    def names(self, domain: Iterable[Index], scope: Names | None = None) -> Names:
        """A display letter for each index, all different, beside those in `scope`."""
        return self.letters.extended(domain, scope or {})

    def names_inside(self, view: Bounded, scope: Names) -> Names:
        """The letters under a sum or a maximum."""
        return self.letters.inside(view, scope)

    def names_of(self, lhs: Entry) -> Names:
        """Letters for the free indices of an equation with this left side, and for a layer fixed there.

        Indices with letters of their own come first: the places of a whole matrix take what is left. Of a tensor of
        every layer the number on the left side is l.
        """
        return self._numbered_by(lhs, stated=False)

    def names_stating(self, lhs: Entry) -> Names:
        """The same for the equation that states a value: where the notation says so, l is the layer that is read."""
        return self._numbered_by(lhs, stated=not lhs.tensor.startswith((ADJOINT, GRADIENT)))

    def _numbered_by(self, lhs: Entry, stated: bool) -> Names:
        tensor, names = self.derivatives.tensor(lhs.tensor), self._letters_of(lhs)
        places = zip(tensor.axes[: tensor.family], lhs.idx, strict=False)
        layers = {n for a, e in places for n in ((e.free & names.keys()) or {a.name})}
        return self.numbered(names, layers, lhs.tensor, stated)

    def numbered(self, names: Names, layers: Container[str], tensor: str, stated: bool = False) -> Names:
        """`names` where the indices `layers` are numbered so that l is the number of `tensor`, or as it is stated."""
        shift = self.symbols.shift_of(self.derivatives.tensor(tensor).name, stated) or 0
        return {n: moved(x, -shift) if n in layers else x for n, x in names.items()}

    def _letters_of(self, lhs: Entry) -> Names:
        axes = self._axes(lhs)
        at = {a.name: e for a, e in zip(axes, lhs.idx, strict=True)}
        free = [a.subs(at).renamed(e.variable) for a, e in zip(axes, lhs.idx, strict=True) if e.variable]
        free.sort(key=lambda b: b.name not in self.letters.names)
        fixed = [a for a, e in zip(axes, lhs.idx, strict=True) if not e.variable and a.ordered]
        names = self.names(fixed, self.letters.of_entry(free, lhs))
        likely = self._beside(lhs)
        return self.letters.beside((n for n in likely if n not in names), names, likely)

    def _beside(self, lhs: Entry) -> dict[str, tuple[str, ...]]:
        """The free indices from left to right, with the letters that windows over these axes have."""
        windows, tensor = self.letters.axes.windows, self.derivatives.tensor(lhs.tensor).name
        return {
            v: windows.get((tensor, k, c), ()) for k, e in enumerate(lhs.idx) for v, c in e.terms if isinstance(v, str)
        }

    def _axes(self, lhs: Entry) -> tuple[Index, ...]:
        """The axes of the tensor of an entry, and behind them those of the seed of a Jacobian."""
        own = self.derivatives.tensor(lhs.tensor).axes
        seed = self.derivatives.seed
        if len(lhs.idx) == len(own) or seed is None:
            return own
        behind = self.derivatives.tensor(seed).axes
        prime = {a.name: index(a.name + "'") for a in behind}
        return (*own, *(a.renamed(a.name + "'").subs(prime) for a in behind))

    def _known(self, free: frozenset[str], names: Names | None) -> Names:
        """`names`, and letters for those of the free indices that it lacks."""
        given = names or {}
        missing = [Index(n, index(n), index(n)) for n in sorted(free - set(given))]
        return self.letters.extended(missing, given)

    # -- index form -----------------------------------------------------------------------------------

    def entry(self, atom: Atom, names: Names | None = None) -> str:
        """An entry, a size, a condition, `∂C/∂a`, `∂z/∂a`."""
        return self.scalars.atom(atom, self._known(atom.free, names)).tex

    def view(self, view: View, names: Names | None = None) -> str:
        return self.scalars.text(view, self._known(free_indices(view), names)).tex

    def equation(self, lhs: Entry, view: View, names: Names | None = None) -> str:
        """`lhs = view`."""
        given = self.names_stating(lhs) if names is None else names
        return f"{self.entry(lhs, given)} = {self.view(view, given)}"

    def case(self, case: Case) -> str:
        """The result on one part of the index range, `lhs = view`."""
        return self.equation(case.lhs, case.view)

    def condition(self, case: Case) -> str:
        """Where a case holds: `l = L`, `l=1,\\dots,L-1`, and the range of a slice; empty if it always does."""
        return both(self.span(case), self.piece(case))

    def span(self, case: Case) -> str:
        """The layers or steps for which a case holds; empty if there is no ordered index."""
        names = self.names_of(case.lhs)
        if case.condition is not None and case.condition[1] != "rest":
            place = [a.name for a in self._axes(case.lhs)].index(case.condition[0])
            at = case.lhs.idx[place] - moved_by(names[case.condition[0]])
            return f"{self._letter(case.condition[0], names)} = {self.affine(at, names)}"
        return self.domain([b for b in case.domain if b.ordered], names)

    def piece(self, case: Case) -> str:
        """The ranges of the indices with which a slice or a block is stated, empty for the whole range."""
        return self.domain(self._in_parts(case), self.names_of(case.lhs))

    def _in_parts(self, case: Case) -> list[Index]:
        """The indices that run over a part of an axis, or that share one."""
        axes = {e.variable: a for a, e in zip(self._axes(case.lhs), case.lhs.idx, strict=True)}
        inner = [b for b in case.domain if not b.ordered]
        return [b for b in inner if b.name not in axes or nonnegative(axes[b.name].hi - b.hi - 1, {})]

    def domain(self, indices: Iterable[Index], names: Names | None = None) -> str:
        """`l=1,\\dots,L`, separated by commas for several indices."""
        return both(*(self._range(b, self._with(b, names)) for b in indices))

    def _with(self, b: Index, names: Names | None) -> Names:
        known = self._known(b.free, names)
        return known if b.name in known else self.letters.extended([b], known)

    def _range(self, b: Index, names: Names) -> str:
        lo, hi = (self.affine(a - moved_by(names[b.name]), names) for a in (b.lo, b.hi))
        steps = b.hi - b.lo
        between = "" if steps.is_number and steps.const <= 1 else r"\dots,"
        last = "" if steps == Affine() else f",{between}{hi}"
        return f"{self._letter(b.name, names)}={lo}{last}"

    def affine(self, a: Affine, names: Names | None = None) -> str:
        """An index expression or an extent."""
        return self.symbols.indices.affine(a, self._known(a.free, names))

    def setting(self, name: str, value: int) -> str:
        """`m = 3`, the size of a name and its value; `n_{l} = 4` for three layers behind the input."""
        more = self.symbols.indices.constant_of(size(name))
        return f"{self.affine(size(name) - more)} = {value - more}"

    def _letter(self, name: str, names: Names) -> str:
        return self.symbols.indices.letter(name, names).tex

    # -- matrix form ------------------------------------------------------------------------------------

    def matrix(self, matrix: Matrix, names: Names | None = None) -> str:
        """A matrix expression; `names` are the letters of indices that stay fixed, such as the layer."""
        return self.matrices.text(matrix, self._matrix_names(matrix, names)).tex

    def matrix_equation(self, lhs: Matrix, rhs: Matrix, names: Names | None = None) -> str:
        """`lhs = rhs`; the left side is usually a whole tensor."""
        given = self._matrix_names(lhs, names)
        if names is None and isinstance(lhs, Whole) and isinstance(lhs.atom, Entry):
            given = self.names_stating(lhs.atom)
        return f"{self.matrix(lhs, given)} = {self.matrix(rhs, given)}"

    def _matrix_names(self, m: Matrix, names: Names | None) -> Names:
        if names is None and isinstance(m, Whole) and isinstance(m.atom, Entry):
            return self.names_of(m.atom)
        return names or {}

    # -- tensors and functions ----------------------------------------------------------------------------

    def iteration(self, what: Entry | str, n: str, names: Names | None = None) -> str:
        """What is trained, in iteration `n`: `w_{ij}(n+1)`, `W^{[l]\\langle t \\rangle}`, `\\theta^{1}`.

        `what` is an entry, the name of a tensor, or a symbol in words (`theta`) for what is no tensor.
        """
        return with_mark(self.notation.iteration_mark, self._drawn(what, names), n)

    def sample(self, what: Entry | str, i: str, names: Names | None = None) -> str:
        """A value of sample `i`, of a network for one sample: `x^{(i)}`, `C(n)`; `what` as for an iteration."""
        return with_mark(self.notation.sample_mark, self._drawn(what, names), i)

    def _drawn(self, what: Entry | str, names: Names | None) -> Drawn:
        if isinstance(what, Entry):
            return self.derivatives.entry(what.tensor, what.idx, self._known(what.free, names))
        return self._whole(what) if self.derivatives.is_known(what) else Drawn(symbol(what).tex)

    @property
    def rate(self) -> str:
        """The learning rate; another letter where the notation's is that of a tensor, a size or an index."""
        own = self.notation.symbols["rate"]
        return self.symbols.lettering.beside_all((own, *RATES)).tex

    @property
    def prediction(self) -> str:
        """The symbol of the output: `\\hat{y}`, or with its parameters and inputs `h_{W,b}(x)`."""
        head = symbol(self.notation.symbols["prediction"]).tex
        if not self.notation.prediction_of:
            return head
        letters = dict.fromkeys(
            self.symbols.letter_of(t.name) for t in self.network.tensors.values() if t.role == "parameter"
        )
        given = [self.whole(t.name) for t in self.network.tensors.values() if t.role == "input"]
        below = f"_{{{','.join(letters)}}}" if letters else ""
        return f"{head}{below}({', '.join(given)})"

    def symbol(self, tensor: Tensor) -> str:
        """The symbol of a whole tensor: `W^{l}`, `Z^{[l]}`."""
        return self.whole(tensor.name)

    def gradient(self, tensor: Tensor) -> str:
        """The name of the gradient by a whole tensor: `δ^{l}`, `dW^{[l]}`, `∂C/∂W`."""
        return self.whole(ADJOINT + tensor.name)

    def whole(self, name: str) -> str:
        """A tensor, adjoint or gradient of a second sweep, by its internal name."""
        return self._whole(name).text().tex

    def _whole(self, name: str) -> Drawn:
        tensor = self.derivatives.tensor(name)
        names = self.names_of(tensor.entry)
        places: Places = tuple(index(a.name) if k < tensor.family else None for k, a in enumerate(tensor.axes))
        return self.derivatives.entry(name, places, names)

    def shape(self, tensor: Tensor, stated: bool = False) -> str:
        """`n_{l} \\times m`, without the axes of layers; `1` for a number; `stated`: as in the value's equation."""
        names = self.names_stating(tensor.entry) if stated else self.names_of(tensor.entry)
        return self.extents([a.extent for a in tensor.axes[tensor.family :]], names)

    def extents(self, extents: Sequence[Affine], names: Names | None = None) -> str:
        """`n_{l} \\times (p+q)`; `1` for a number."""
        texts = [self.affine(e, names) for e in extents]
        if len(extents) > 1:
            texts = [f"({text})" if _is_sum(e) else text for e, text in zip(extents, texts, strict=True)]
        return r" \times ".join(texts) or "1"

    def scalar(self, tex: str) -> str:
        """The LaTeX of a function of one variable, with `exp(z)` for `e^{z}` where e stands for something else."""
        return without_powers_of_e(tex) if self.symbols.has_e else tex

    def function(self, name: str, orders: Sequence[int] = (0,)) -> str:
        """A scalar function or its derivative: `\\sigma'`, `\\operatorname{ReLU}`."""
        return differentiated(self.notation, name, orders)


def both(*conditions: str) -> str:
    """The conditions that are not empty, separated by commas."""
    return r",\; ".join(c for c in conditions if c)


def _is_sum(a: Affine) -> bool:
    return len(a.terms) + bool(a.const) > 1

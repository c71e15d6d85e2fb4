"""What definitions are called in a kernel: their formulas, and the variables that hold their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from derive.errors import DeriveError
from derive.ir.tensor import ADJOINT, Tensor
from derive.kernels.definitions import Definition
from derive.kernels.fields import Names
from derive.kernels.plain_text import PlainText
from derive.latex.naming import Letters
from derive.network.network import Network
from derive.raising.array import Source
from derive.raising.contraction import array_of
from derive.raising.hand_back import lettered
from derive.raising.matrix import NotAMatrix, Raiser
from derive.raising.raise_case import covers, vectors_are_rows
from derive.terms.affine import Affine, Index, index
from derive.terms.substitute import substitute_atom
from derive.terms.term import Entry


@dataclass
class Titles:
    """Formulas and names for the definitions of one network, its helpers for stability included."""

    network: Network
    tensors: Mapping[str, Tensor]
    plain: PlainText = field(init=False)
    raiser: Raiser = field(init=False)
    letters: Letters = field(init=False)
    known: dict[tuple[Entry, tuple[Index, ...]], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        families = {n: t.family for n, t in self.tensors.items()}
        families |= {ADJOINT + n: k for n, k in families.items()}
        self.plain = PlainText(self.symbol, families)
        sizes = frozenset(s.name for s in self.network.sizes)
        reserved = frozenset(n for n in self.tensors if len(n) == 1) | sizes
        self.letters = Letters(self.network.names, self.network.letters, reserved)
        self.raiser = Raiser(vectors_are_rows(self.network), self._covers)

    def _covers(self, source: Source) -> bool:
        """Helpers for stability are always read whole."""
        known = isinstance(source.atom, Entry) and source.atom.tensor.removeprefix(ADJOINT) in self.network.tensors
        return not known or covers(self.network, source)

    def symbol(self, tensor: str, at: tuple[Affine, ...]) -> str:
        """`δ1`, `∂C/∂W1`, `a[l−1]`."""
        name = _letter(self.tensors[tensor.removeprefix(ADJOINT)], tensor)
        at = tuple(a.subs({n: index(self.letter(n)) for n in a.free}) for a in at)
        return f"{name}[{', '.join(self.plain.affine(a) for a in at)}]" if at else name

    def letter(self, ordered: str) -> str:
        """What to call an ordered index."""
        return self.network.names.get(ordered, ordered)

    def formula(self, d: Definition) -> str:
        """The definition as one line of text, as matrices where there is such a form."""
        key = (d.lhs, d.domain)
        if key not in self.known:
            self.known[key] = self._formula(d)
        return self.known[key]

    def _formula(self, d: Definition) -> str:
        left = self._matrix_form(d)
        if left is not None:
            return left
        scope = self.letters.extended((*d.domain, *d.over), {})
        lhs = substitute_atom(d.lhs, {n: index(letter) for n, letter in scope.items()})
        assert isinstance(lhs, Entry)
        right = self.plain.view(lettered(d.view, self.letters, scope)).text
        if d.over:
            right = f"{d.function[:3]}_{', '.join(scope[b.name] for b in d.over)} {right}"
        return f"{self.plain.entry(lhs)} = {right}"

    def _matrix_form(self, d: Definition) -> str | None:
        scope = {b.name: b for b in d.axes}
        axes = [scope[e.variable] for e in d.lhs.idx if e.variable in scope]
        is_slice = any(e.variable is None for e in d.lhs.idx[len(d.at) :])
        if d.over or is_slice or len(axes) > 2 or len(axes) != len(scope):
            return None
        row, column = None, None
        if len(axes) == 2:
            row, column = axes
        elif axes:
            row, column = (None, axes[0]) if self.raiser.vectors_are_rows else (axes[0], None)
        try:
            right = self.raiser.matrix(array_of(d.view, scope), row, column)
            return f"{self.symbol(d.tensor, d.at)} = {self.plain.matrix(right).text}"
        except (DeriveError, NotAMatrix):
            return None


def _letter(t: Tensor, name: str) -> str:
    if not name.startswith(ADJOINT):
        return name
    return "δ" + t.name.removeprefix("z") if _is_delta(t) else f"∂C/∂{t.name}"


def _is_delta(t: Tensor) -> bool:
    return t.label.meaning == "preactivation" and t.name.startswith("z")


def variable_name(t: Tensor, name: str) -> str:
    """The variable of a value or of its adjoint: `delta1` for `∂C/∂z1`, `grad_W1` for `∂C/∂W1`."""
    if not name.startswith(ADJOINT):
        return name
    return "delta" + t.name.removeprefix("z") if _is_delta(t) else "grad_" + t.name


@dataclass
class Variables:
    """The variables of one function: one for each tensor, for families one for each kind of member too.

    `stacked` tensors have memory under their own name, into which several definitions are written.
    """

    titles: Titles
    names: Names
    stacked: frozenset[str] = frozenset()
    found: dict[str, str] = field(default_factory=dict)

    def of(self, d: Definition) -> str:
        """The variable for the value of a definition."""
        letters = {n: index(self.titles.letter(n)) for a in d.at for n in a.free}
        mark = "".join(f"_{_identifier(a.subs(letters))}" for a in d.at)
        if not mark and d.tensor in self.stacked:
            mark = "_part"
        return self.named(d.tensor, mark)

    def named(self, tensor: str, mark: str = "") -> str:
        key = tensor + mark
        if key not in self.found:
            base = variable_name(self.titles.tensors[tensor.removeprefix(ADJOINT)], tensor)
            self.found[key] = self.names.fresh(base + mark)
        return self.found[key]


def _identifier(a: Affine) -> str:
    text = repr(a).replace("-", "_minus_").replace("+", "_plus_")
    return "".join(c for c in text if c.isalnum() or c == "_").strip("_")

"""From a network to its derivation, and on to notes, kernels and verdicts: who calls whom, and why there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import sympy

from derive import handout, kernels, notes, verify
from derive.derivation import Adjoints, derive_adjoints
from derive.derivation.closed_product import ClosedProduct, closed_product
from derive.derivation.second_order import hessian, hessian_vector
from derive.errors import DeriveError, quoted
from derive.forward.network import is_document, read_forward_file
from derive.handout.summary import summary_row
from derive.ir.record import Case, Line
from derive.ir.tensor import Tensor
from derive.latex.axis_letters import letters_of_axes
from derive.latex.naming import Letters
from derive.latex.printer import Printer
from derive.network import builder
from derive.network.compile import compile_network
from derive.network.network import Network as Equations
from derive.network.notation import spec_of
from derive.network.schema import NetworkSpec, read_network_file
from derive.notes.input import Form
from derive.raising.hand_back import affine_to_sympy, lettered, to_sympy
from derive.raising.hand_back_matrix import MatrixForms, NoMatrixForm
from derive.raising.raise_case import Raised, raise_view, vectors_are_rows
from derive.raising.raise_pieces import raise_pieces
from derive.resources import find_network, find_notes
from derive.terms.affine import index
from derive.verify.effort import SECONDS, silent

if TYPE_CHECKING:
    from derive.handout.document_file import DocumentSpec
    from derive.kernels.kernel import Wrt
    from derive.verify.report import Report


@dataclass(frozen=True)
class Network(Equations):
    """A network that can be differentiated."""

    def derive(self, wrt: tuple[str, ...] | None = None) -> Derivation:
        """Differentiate the cost by `wrt` (names of tensors; default: all parameters and real inputs).

        Raises: DeriveError if the network has no cost, or a name in `wrt` is not a tensor of it.
        """
        return derive(self, wrt)


class Builder(builder.Builder):
    """States a network by equations in Python; see `derive.network.builder`."""

    made = Network


def load(path: str | Path) -> Network:
    """The network of a file, of a document with a forward pass, or the bundled example of that name.

    Raises: DeriveError with file, line and repair; DeriveErrors where there are several mistakes.
    """
    file = find_network(path)
    network = read_forward_file(file) if is_document(file) else compile_network(read_network_file(file))
    return Network(**{f.name: getattr(network, f.name) for f in fields(network)})


@dataclass(frozen=True)
class Result:
    """One derived adjoint: `∂C/∂T` for a tensor T of the network, by cases of an ordered index."""

    derivation: Derivation
    tensor: Tensor
    cases: tuple[Case, ...]

    @property
    def steps(self) -> tuple[Line, ...]:
        """The lines of the derivation: of the general step, where the result has cases."""
        return self.cases[-1].lines

    @property
    def index(self) -> sympy.Expr:
        """The result in index form, over `Indexed` and `Sum`; a recursion is a `Piecewise` in its ordered index."""
        if len(self.cases) == 1:
            return self._sympy(self.cases[0])
        return sympy.Piecewise(*((self._sympy(c), self._condition(c)) for c in self.cases))

    def _sympy(self, case: Case) -> sympy.Expr:
        letters = self.derivation.letters
        return to_sympy(lettered(case.view, letters, letters.extended(case.domain, {})))

    def _condition(self, case: Case) -> sympy.Basic:
        assert case.condition is not None
        name, part = case.condition
        if part == "rest":
            return sympy.true
        axis = next(a for a in self.tensor.axes if a.name == name)
        letters = self.derivation.letters
        scope = letters.extended(self.tensor.axes, {})
        end = axis.hi if part == "last" else axis.lo
        renamed = end.subs({n: index(letter) for n, letter in scope.items()})
        return sympy.Eq(sympy.Symbol(scope[name], integer=True), affine_to_sympy(renamed))

    @property
    def matrix(self) -> sympy.Expr | None:
        """The result as a SymPy matrix expression: the general step of a recursion, slices as one block matrix.

        None where there is none, or SymPy has no such matrix. What holds for one sample, step or head has its index
        in the names.
        """
        network = self.derivation.network
        raised = next(reversed(raise_pieces(network, self.cases)), None) or self.derivation.raised(self.cases[-1])
        try:
            return None if raised is None else MatrixForms(network, vectors_are_rows(network)).form(raised.rhs)
        except NoMatrixForm:
            return None

    def latex(self, form: str = "index", notation: object = None) -> str:
        """The result as LaTeX: `index` (with all indices), `scalar`, `vector` (of one sample) or `batched`.

        Raises: DeriveError for another form, or one that the network does not have.
        """
        derivation = self.derivation
        if form in ("scalar", "vector") and derivation.sample is not None:
            whole = "index" if form == "scalar" else "batched"
            return derivation.sample.gradient(self.tensor.name).latex(whole, notation)
        if form not in ("index", "scalar", "vector", "batched"):
            raise DeriveError(f"{form} is no form", repair="use index, scalar, vector or batched")
        row = summary_row(derivation.in_notation(notation).printed(notation), self.tensor.name)
        printed = row["index" if form in ("index", "scalar") else "matrix"]
        if printed is None:
            raise DeriveError(f"∂C/∂{self.tensor.name} has no matrix form", repair="use the form index")
        return str(printed)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


@dataclass(frozen=True)
class Derivation:
    """Everything derived from a network's forward equations.

    `sample` is the derivation of the same network for a single sample, where the network has a batch: it gives
    the scalar and the vector form; this one gives the batched form.
    """

    network: Network
    adjoints: Adjoints
    wrt: tuple[str, ...] | None = None

    @cached_property
    def sample(self) -> Derivation | None:
        """The derivation of the same network for a single sample; None where there is no batch."""
        return derive(self.network.sample, self.wrt) if self.network.sample is not None else None

    def gradient(self, name: str) -> Result:
        """The gradient of the cost by a parameter, an input or a value.

        Raises: DeriveError if the network has no such tensor, or the cost does not depend on it.
        """
        tensor = self.network.tensor(name)
        if name not in self.adjoints.results:
            raise DeriveError(f"the cost does not depend on {name}, or it was not derived")
        return Result(self, tensor, self.adjoints.results[name])

    @property
    def gradients(self) -> Iterator[Result]:
        """The gradients of the parameters, in their order."""
        return (self.gradient(t.name) for t in self.network.parameters if t.name in self.adjoints.results)

    @cached_property
    def deltas(self) -> tuple[Result, ...]:
        """The named adjoints of values (the δ's), from the cost backwards."""
        values = (n for n in self.adjoints.named if self.network.tensor(n).role == "value")
        return tuple(self.gradient(n) for n in values)

    @cached_property
    def letters(self) -> Letters:
        """The display letters of this network's indices."""
        tensors, sizes = self.network.tensors, self.network.sizes
        reserved = frozenset(n for n in tensors if len(n) == 1) | frozenset(s.name for s in sizes)
        axes = letters_of_axes(tensors.values(), self.network.equations, self.network.names)
        return Letters(self.network.names, self.network.letters, reserved, axes=axes)

    def raised(self, case: Case) -> Raised | None:
        """The matrix form of a result, where there is one."""
        return raise_view(self.network, case.lhs, case.domain, case.view)

    def closed_product(self, name: str) -> ClosedProduct | None:
        """δ^l as an ordered product over all later layers, where its recursion is linear in one step."""
        return closed_product((self.sample or self).adjoints, name)

    def hessian_vector(self, wrt: tuple[str, ...] | None = None) -> Adjoints:
        """H v: the adjoints of `v · ∂C/∂W`, by differentiating the adjoint equations again."""
        return hessian_vector(self.adjoints, wrt)

    def hessian(self, of: str, wrt: str) -> Adjoints:
        """∂²C/∂of∂wrt with the indices of `of` free."""
        return hessian(self.adjoints, of, wrt)

    # -- readings ------------------------------------------------------------------------------------

    def printer(self, notation: object = None) -> Printer:
        """A printer for this network, in a notation (a name, a mapping on a `base`; default: the network's own)."""
        return Printer(self.network, self.network.notation if notation is None else notation)

    def in_notation(self, notation: object) -> Derivation:
        """The derivation stated anew in another notation: its layout decides what a row and a column is."""
        if notation is None or self.network.spec is None:
            return self
        return derive(restated(self.network, notation))

    def printed(self, notation: object = None) -> Form:
        """Results as they are printed: gradients scaled as the notation has them, with their matrix forms."""
        return handout.form(self.adjoints, self.printer(notation).notation)

    def summary(self, wrt: str | None = None, notation: object = None) -> dict[str, list[dict[str, Any]]]:
        """Gradients and δ's as LaTeX: lists of name, shape, index form and matrix form (None without one).

        A result with cases is printed as `cases`. Raises: DeriveError if `wrt` is not derived.
        """
        there = self.in_notation(notation)
        printed = there.printed(notation)
        gradients, deltas = ([r.tensor.name for r in rows] for rows in (there.gradients, there.deltas))
        if wrt is not None and there.gradient(wrt) is not None:
            gradients, deltas = ([wrt], []) if wrt not in deltas else ([], [wrt])
        return {
            "gradients": [summary_row(printed, n) for n in gradients],
            "deltas": [summary_row(printed, n) for n in deltas],
        }

    def notes(
        self,
        to: tuple[str, ...] = ("html",),
        notation: object = None,
        only: str | None = None,
        language: str = "en",
        worked: Path | None = None,
        **how: Any,
    ) -> dict[str, bytes]:
        """The handout in formats: `tex`, `html`, `pdf`, `typ`, `md`, `ipynb`; of one quantity if it is `only` that one.

        `worked`: a file of values to work through; `how`: see `notes.manner`. Raises: DeriveError for unknown ones.
        """
        there = self.in_notation(notation)
        if only is not None:
            there.gradient(only)
        sample = None if there.sample is None else there.sample.adjoints
        written = there.printer(notation).notation
        document = handout.compose_network(there.adjoints, sample, written, (only,) if only else (), language, worked)
        return handout.render_forms(document, lambda: (there.adjoints,), to, notes.manner(**how))

    def kernel(self, wrt: str = "params") -> str:
        """The source of a NumPy module with `value_and_grad` by `params`, `inputs` or `all`.

        Raises: DeriveError if the network has an abstract activation or cost.
        """
        if wrt not in ("params", "inputs", "all"):
            raise DeriveError(f"a kernel has no gradients by {quoted(wrt)}", repair="use params, inputs or all")
        return kernels.emit_kernel(self.network, self.adjoints, cast("Wrt", wrt))

    def lambdify(self, wrt: str = "params") -> ModuleType:
        """The same functions in memory, as a module."""
        return kernels.load_kernel(self.kernel(wrt))

    def verify(
        self,
        under_test: str | Path | Mapping[str, Any],
        seed: int = 0,
        seconds: float = SECONDS,
        tell: Callable[[str], None] = silent,
    ) -> Report:
        """Judge hand-written gradients: a file (run in a process of its own), or functions by name.

        Looking for the mistake behind a wrong gradient takes at most `seconds` of processor time; `tell` hears how
        far that is.
        """
        more: Any = {"seed": seed, "effort": seconds, "tell": tell}
        if isinstance(under_test, str | Path):
            return verify.verify_code(Path(under_test), self.network, self.adjoints, **more)
        return verify.verify_functions(under_test, self.network, self.adjoints, **more)


def find_document(path: str | Path) -> DocumentSpec | None:
    """The document of a file or bundled example; None if it holds a network.

    Raises: DeriveError with file, line and repair; DeriveErrors where there are several mistakes.
    """
    file = find_notes(path)
    return None if is_document(file) else handout.read_document_file(file, find_network)


def document_notes(
    spec: DocumentSpec,
    to: tuple[str, ...] = ("html",),
    notation: object = None,
    language: str = "en",
    **how: Any,
) -> dict[str, bytes]:
    """The notes of a document of several parts; `notation` overrides that of every part, `how` as for a network.

    Raises: DeriveError as for a single network.
    """
    made = handout.compose_document(spec, language, notation), lambda: handout.networks_of(spec, notation)
    return handout.render_forms(*made, to, notes.manner(**how), handout.places_of(spec))


def restated(network: Network, notation: object) -> Equations:
    """The network compiled again under another notation (a name, a mapping on a `base`, a `Notation`)."""
    assert isinstance(network.spec, NetworkSpec)
    return compile_network(network.spec.model_copy(update={"notation": spec_of(notation)}))


def derive(network: Equations, wrt: tuple[str, ...] | None = None) -> Derivation:
    """Differentiate a network's cost by `wrt` (default: all parameters and real inputs).

    Raises: DeriveError if the network has no cost, or a name in `wrt` is not a tensor of it.
    """
    if network.cost is None:
        raise DeriveError(f"the network {network.name} has no cost", repair="give it a loss, or call minimize")
    for name in wrt or ():
        network.tensor(name)
    public = Network(**{f.name: getattr(network, f.name) for f in fields(network)})
    return Derivation(public, derive_adjoints(network, wrt), wrt)

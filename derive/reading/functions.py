"""Functions of numbers, vectors and matrices, by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from derive.calculus.occurrence import occurrences
from derive.ir.scalar import PLAIN, REGISTRY
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Bracketed, Keyword, Listed, Node, Scripts
from derive.reading import templates
from derive.reading.function_marks import marked, marked_function
from derive.reading.function_names import ALIASES
from derive.reading.keys import Key, key_of
from derive.reading.kronecker import vec
from derive.reading.lexicon import SLOT
from derive.reading.marks import marks_of
from derive.reading.moments import moment, moment_named
from derive.reading.quantity import (
    Misfit,
    Quantity,
    Unknown,
    added,
    divided,
    hadamard,
    product,
    raised,
    renamed,
    scaled,
    total_over,
)
from derive.reading.tensor_chain import chain_product
from derive.terms.affine import Index, index
from derive.terms.algebra import delta, function, positive, subtract, times, total
from derive.terms.term import Func, Poly, constant, of_affine, of_atom
from derive.terms.walk import rewrite

if TYPE_CHECKING:
    from derive.reading.expressions import Reader


def constant_named(node: Node) -> Poly | None:
    """π."""
    key = key_of(node)
    return of_atom(Func("pi", ())) if key == Key("pi") else None


def exponential(reader: Reader, node: Node) -> Quantity:
    """e^x, entry by entry.

    Raises: Unknown where the exponent does not stand at the e itself: `(e^x)'`.
    """
    if not isinstance(node, Scripts) or node.above is None or node.primes:
        raise Unknown(f"{reader.scope.said(node)} has no meaning here")
    q = reader.read(node.above)
    return q.map(lambda p: function("exp", (p,)))


def arguments(node: Node) -> tuple[Node, ...]:
    body = node.body if isinstance(node, Bracketed) and node.opening in ("(", "[", "{") else node
    if isinstance(body, Bracketed) and body.opening == "{":
        return arguments(body)
    return body.items if isinstance(body, Listed) else (body,)


def applied(reader: Reader, name: Node, argument: Node) -> Quantity:
    """A function at its argument, entry by entry where it is one of numbers.

    Raises: Unknown for a function that nobody knows.
    """
    marks = marks_of(name, t_is_free=False)
    key = key_of(marks.base)
    if key is None:
        raise Unknown(f"{reader.scope.said(name)} is no function")
    kind = moment_named(reader.scope.lexicon, key)
    if kind is not None:
        if marks.below or marks.above:
            raise Unknown(f"over what {reader.scope.said(name)} is taken is not read")
        return moment(reader, kind, argument.body if isinstance(argument, Bracketed) else argument)
    args = arguments(argument)
    template = reader.scope.lexicon.templates.get(replace(key, primes=key.primes + marks.primes))
    if template is not None:
        return marked(reader, name, args[0], templates.applied(reader, template, *map(reader.read, args)))
    word = ALIASES.get(key.name, key.name)
    if word == "softmax" and not (marks.primes or marks.above) and (lines := _said_lines(marks.below)):
        return _softmax_of(reader, args, lines)
    if word in _WHOLE and not marks.primes:
        return marked(reader, name, args[0], _WHOLE[word](reader, args))
    orders = marks.primes + key.primes
    if len(args) != 1:
        return marked(reader, name, args[0], _with_options(reader, replace(key, primes=0), args, orders))
    own = marked_function(reader.scope.lexicon.notation, name) if marks.below else None
    if own is not None and isinstance(name, Scripts):
        name = replace(name, below=None)
    names = reader.scope.functions_of(replace(key, primes=0)) if own is None else (own,)
    if not names:
        raise Unknown(f"{reader.scope.said(marks.base)} is no function that this document or its network names")
    q = reader.read(args[0])
    chosen = reader.scope.choices.choose(names, ("function", key))
    formula = reader.scope.lexicon.formulas.get(chosen)
    if formula is not None:
        out = q.map(lambda p: at_argument(formula, p, orders))
    else:
        out = q.map(lambda p: apply(chosen, p, orders))
    return marked(reader, name, args[0], out)


def _with_options(reader: Reader, key: Key, args: Sequence[Node], order: int) -> Quantity:
    """`LeakyReLU(z, 0.01)`: entry by entry, with numbers for the options of the function.

    Raises: Unknown for a function without options, or of another number of them.
    """
    names = [n for n in reader.scope.lexicon.functions.get(key, ()) if (f := REGISTRY.get(n)) is not None and f.options]
    known = [n for n in names if (f := REGISTRY.get(n)) is not None and len(f.options) + 1 == len(args)]
    options = [reader.read(a) for a in args[1:]]
    if not known or not all(q.is_scalar for q in options):
        raise Unknown(f"{key.name} of {len(args)} arguments is not known")
    rest = tuple(q.poly for q in options)
    orders = (order, *(0 for _ in rest))
    return reader.read(args[0]).map(lambda p: function(known[0], (p, *rest), orders))


def apply(name: str, p: Poly, order: int) -> Poly:
    """f^{(order)}(p)."""
    if name == "identity":
        return p if order == 0 else constant(1 if order == 1 else 0)
    if name == "sign":
        return subtract(positive(p), positive(times(constant(-1), p)))
    if name == "step":
        return positive(p)
    if order and name in PLAIN:
        return _plain(name, p, order)
    known = REGISTRY.get(name)
    if known is not None and known.options:
        raise Unknown(f"{name} has options, which are not said here")
    return function(name, (p,), (order,))


def _plain(name: str, p: Poly, order: int) -> Poly:
    """Derivatives of `exp`, `sin` and their like, by the calculus."""
    return at_argument(function(name, (of_atom(SLOT),)), p, order)


def at_argument(formula: Poly, p: Poly, order: int) -> Poly:
    """A derivative of a formula in `SLOT`, with `p` put in."""
    for _ in range(order):
        formula = total(o.coefficient for o in occurrences(formula, SLOT.tensor, frozenset()))
    return rewrite(formula, lambda atom: p if atom == SLOT else None, p.free)


# -- functions of several arguments, of vectors, of matrices ---------------------------------------------------


def _largest(reader: Reader, args: Sequence[Node], sign: int = 1) -> Quantity:
    """max(a, b) = a + (b − a)[b > a], entry by entry."""
    if len(args) < 2:
        raise Unknown("the largest of what is not said")
    out = scaled(reader.read(args[0]), sign)
    for node in args[1:]:
        other = scaled(reader.read(node), sign)
        gap = added(other, scaled(out, -1))
        step = gap.map(positive)
        out = added(out, hadamard(gap, step))
    return scaled(out, sign)


def _smallest(reader: Reader, args: Sequence[Node]) -> Quantity:
    return _largest(reader, args, -1)


def _one(reader: Reader, args: Sequence[Node], what: str) -> Quantity:
    if len(args) != 1:
        raise Unknown(f"{what} takes one argument")
    return reader.read(args[0])


def _diagonal(reader: Reader, args: Sequence[Node]) -> Quantity:
    """diag(v), the matrix with v on its diagonal; of a matrix the vector of its diagonal."""
    q = _one(reader, args, "diag")
    if q.rows is not None and q.columns is not None:
        if q.rows.extent != q.columns.extent:
            raise Misfit("only a square matrix has a diagonal")
        return Quantity(renamed(q.poly, q.columns, q.rows), q.rows, None)
    axis = q.rows or q.columns
    if axis is None:
        raise Misfit("diag needs a vector")
    other = reader.scope.fresh.axis(axis)
    return Quantity(times(q.poly, delta(index(axis.name) - index(other.name))), axis, other)


def _trace(reader: Reader, args: Sequence[Node]) -> Quantity:
    """tr(A) = Σ_i A_ii; that of a number is the number."""
    q = _one(reader, args, "tr")
    if q.is_scalar:
        return q
    if q.rows is None or q.columns is None:
        raise Misfit("tr needs a square matrix")
    diagonal = _diagonal(reader, args)
    assert diagonal.rows is not None
    return total_over(Quantity(diagonal.poly), [diagonal.rows])


def _softmax(reader: Reader, args: Sequence[Node]) -> Quantity:
    """exp(z_i) / Σ_j exp(z_j) over the units: along each row where samples are rows, else along each column."""
    q = _one(reader, args, "softmax")
    return _softmax_along(reader, q, _units(reader, q))


def _said_lines(below: Sequence[Node]) -> str:
    """`rows` or `columns` where such a word stands below; empty for anything else."""
    word = shown(below[0]).removeprefix("rm.") if len(below) == 1 else ""
    return {"row": "rows", "rows": "rows", "col": "columns", "column": "columns", "columns": "columns"}.get(word, "")


def _softmax_of(reader: Reader, args: Sequence[Node], lines: str) -> Quantity:
    """`softmax_{rows}(A)`: each row sums to 1, or each column."""
    q = _one(reader, args, "softmax")
    axis = q.columns if lines == "rows" else q.rows
    if axis is None:
        raise Unknown(f"a softmax of {lines} is one of a matrix, and here is {q.shape}")
    return _softmax_along(reader, q, axis)


def _softmax_along(reader: Reader, q: Quantity, axis: Index) -> Quantity:
    exponentials = q.map(lambda p: function("exp", (p,)))
    inner = reader.scope.fresh.axis(axis)
    below = total_over(Quantity(renamed(exponentials.poly, axis, inner)), [inner])
    return Quantity(times(exponentials.poly, raised(below, -1).poly), q.rows, q.columns)


def _log_sum_exp(reader: Reader, args: Sequence[Node]) -> Quantity:
    """ln Σ_j exp(z_j) over the units."""
    q = _one(reader, args, "the logarithm of a sum of exponentials")
    axis = _units(reader, q)
    exponentials = q.map(lambda p: function("exp", (p,)))
    whole = total_over(Quantity(exponentials.poly), [axis])
    return Quantity(function("log", (whole.poly,)), *(None if a is axis else a for a in (q.rows, q.columns)))


def _units(reader: Reader, q: Quantity) -> Index:
    batch = reader.scope.batch
    axes = [a for a in q.axes if batch is None or a.extent != batch.extent]
    if not axes:
        raise Unknown("over which axis the softmax sums is not said")
    return axes[-1] if reader.scope.is_rows else axes[0]


def _np_sum(reader: Reader, args: Sequence[Node]) -> Quantity:
    """`np.sum(A, axis=1, keepdims=True)`: over all entries, or along one axis of the layout that NumPy has."""
    [first, *rest] = args
    q = reader.read(first)
    options = {k.name: shown(k.value) for k in rest if isinstance(k, Keyword)}
    if "axis" not in options:
        return total_over(Quantity(q.poly), q.axes)
    axis = {"0": q.rows, "1": q.columns, "-1": q.columns}.get(options["axis"])
    if axis is None:
        raise Misfit(f"there is no axis {options['axis']}")
    summed = total_over(Quantity(q.poly), [axis])
    return Quantity(summed.poly, None if axis is q.rows else q.rows, None if axis is q.columns else q.columns)


def _np_dot(reader: Reader, args: Sequence[Node]) -> Quantity:
    if len(args) != 2:
        raise Unknown("np.dot takes two arguments")
    return product(reader.read(args[0]), reader.read(args[1]))


def _np_multiply(reader: Reader, args: Sequence[Node]) -> Quantity:
    if len(args) != 2:
        raise Unknown("np.multiply takes two arguments")
    return hadamard(reader.read(args[0]), reader.read(args[1]))


def _np_mean(reader: Reader, args: Sequence[Node]) -> Quantity:
    total, whole = _np_sum(reader, args), reader.read(args[0])
    gone = [a for a in whole.axes if a not in total.axes]
    for a in gone:
        total = divided(total, Quantity(of_affine(a.extent)))
    return total


def _vec(reader: Reader, args: Sequence[Node]) -> Quantity:
    reader.scope.shapes_decide.append("vec")
    return vec(_one(reader, args, "vec"))


_WHOLE = {
    "prod": chain_product,
    "vec": _vec,
    "max": _largest,
    "min": _smallest,
    "diag": _diagonal,
    "tr": _trace,
    "trace": _trace,
    "softmax": _softmax,
    "logsumexp": _log_sum_exp,
    "np.sum": _np_sum,
    "np.dot": _np_dot,
    "np.multiply": _np_multiply,
    "np.mean": _np_mean,
}

"""What a document defines: `u_j = Σ_i w_ij v_i` becomes a value of a network, `x ∈ ℝ^n` an input.

The left side gives the name, with the marks that belong to it, and the letters of its indices; the right side, read
with what is known already, gives the equation and the axes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from derive.ir.tensor import ADJOINT, Equation, Label, Role, Tensor
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Bracketed, Node, Scripts, Symbol
from derive.network.network import Network
from derive.reading.evaluated import is_primed
from derive.reading.iterates import change_of, name_parts
from derive.reading.keys import Key
from derive.reading.lexicon import Lexicon
from derive.reading.marks import Marks, is_written, marks_of, place_of
from derive.reading.named import Expansion, Named, Own
from derive.reading.quantity import Misfit, Quantity, Unknown
from derive.reading.scope import Scope
from derive.reading.stacks import are_several
from derive.terms.affine import Affine, Index, index, number, size
from derive.terms.term import Entry, Poly
from derive.terms.walk import entries_in


class NoName(Unknown):
    """The left side is no name that a definition could give a meaning."""


@dataclass(frozen=True)
class Head:
    """The left side of a definition: a name with fixed marks, and the letters of its indices, those above first."""

    key: Key
    above: tuple[str, ...]
    fixed: tuple[str, ...]
    letters: tuple[str, ...]
    is_numbered: bool = False
    """Whether it is one of several, told apart by the number of a layer."""


def head_of(node: Node, indices: Sequence[str] | None = None, free: Collection[str] = ()) -> Head:
    """Take the left side of a definition apart: single letters below are indices, everything else belongs to the name.

    Letters above in brackets are indices if they are among those that are free on the right. Of `indices`, if they are
    given, all stand for places, above in brackets too, and no other letter does.

    Raises: NoName.
    """
    change, symbol, iterate = name_parts(node)
    marks = marks_of(symbol)
    key = marks.key
    if key is None or marks.transposed or (isinstance(symbol, Scripts) and is_primed(symbol)):
        raise NoName("the left side is no name that could be defined")
    fixed, letters = _below(marks, indices)
    above, higher = _above(marks, free if indices is None else indices)
    if change is not None:
        key = change_of(change, key) or key
    return Head(key, (*above, *iterate), fixed, (*higher, *letters))


ANY = "·any"
"""The size of an axis of which nothing is said."""

INDICES = frozenset("ijklmnpqrst")
"""Letters that count units, steps or samples where they stand below, unless somebody says something else."""


def head_on_left(node: Node, value: Quantity, scope: Scope) -> Head:
    """The left side of the definition of a value.

    A letter that stands nowhere on the right, runs over nothing and is none of indices, belongs to the name: `μ_B`.

    Raises: as `head_of`.
    """
    head = head_of(node, free=value.poly.free)
    kept = [x for x in head.letters if x in value.poly.free or x in INDICES or scope.ranges.of(x) is not None]
    return head if len(kept) == len(head.letters) else head_of(node, kept)


def _above(marks: Marks, indices: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The marks above, with `(·)` or `·` in place of those that are indices; the letters of these."""
    above: list[str] = []
    letters: list[str] = []
    for item in marks.above:
        inner = shown(item.body if isinstance(item, Bracketed) else item)
        above.append(place_of(item) if inner in indices else shown(item))
        letters += [inner] if inner in indices else []
    return tuple(above), tuple(letters)


def _below(marks: Marks, indices: Sequence[str] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    fixed: list[str] = []
    letters: list[str] = []
    for item in marks.below:
        is_letter = isinstance(item, Symbol) and not item.accents and not item.font
        if is_letter and (indices is None or shown(item) in indices):
            letters.append(shown(item))
        elif letters:
            raise Unknown("a number stands behind the indices of the name on the left")
        else:
            fixed.append(shown(item))
    return tuple(fixed), tuple(letters)


def with_given(
    lexicon: Lexicon,
    node: Node,
    shape: Sequence[Affine],
    role: Role = "input",
    indices: Sequence[str] | None = None,
    is_row: bool | None = None,
) -> Lexicon:
    """The lexicon with a name for a tensor of any values: an input or a parameter of this shape.

    The letters of the name among `indices` are those of its first axes; where none are said, all are or none is.
    """
    head = head_of(node, indices)
    if len(head.letters) > len(shape) or (indices is None and len(head.letters) not in (0, len(shape))):
        head = replace(head, fixed=(*head.fixed, *head.letters), letters=())
    axes = tuple(Index(f"{k}'{len(lexicon.network.tensors)}", number(1), n) for k, n in enumerate(shape))
    return _entered(lexicon, head, axes, role, is_row=is_row)


def _entered(
    lexicon: Lexicon,
    head: Head,
    axes: tuple[Index, ...],
    role: Role,
    equation: Equation | None = None,
    is_row: bool | None = None,
) -> Lexicon:
    name = _name(lexicon.network, head)
    tensor = Tensor(name, axes, role, label=Label())
    equations = lexicon.network.equations
    if equation is not None:
        equations = (*equations, replace(equation, lhs=Entry(name, equation.lhs.idx)))
    network = replace(lexicon.network, tensors={**lexicon.network.tensors, name: tensor}, equations=equations)
    named = replace(_own(tensor, head), is_row=is_row)
    return lexicon.extended(network, Own(head.key, named))


def _name(network: Network, head: Head) -> str:
    """A name for the engine, which nothing else has."""
    stem = "".join(c for c in head.key.name if c.isascii() and c.isalnum()) or "q"
    stem = stem if stem[0].isalpha() else f"q{stem}"
    k = 0
    while (name := f"{stem}_{k}") in network.tensors:
        k += 1
    return name


def with_definition(lexicon: Lexicon, head: Head, value: Quantity, scope: Scope) -> Lexicon:
    """The lexicon with a name for a value, and its equation in the network.

    Raises: Misfit for a letter that stands on one side only, Unknown for a value that has no range.
    """
    indices = ranges_of(head, value, scope)
    if any(ADJOINT in e.tensor for e in entries_in(value.poly)):
        return _abbreviated(lexicon, head, value, indices)
    domain = (*indices, *value.axes)
    copied = _copied(lexicon.network, value.poly, domain)
    if copied is not None:
        lies = value.rows is None if len(value.axes) == 1 else None
        named = Named(
            *(copied[0], head.fixed, None, 0, None, False, head.above),
            is_own=True,
            is_row=lies,
            letters=head.letters,
            axes=copied[1][: len(head.letters)],
            is_copy=True,
        )
        return lexicon.extended(lexicon.network, Own(head.key, named))
    taken = f"'{len(lexicon.network.tensors)}"
    own = {i.name: index(f"{i.name}{taken}") for i in domain}
    axes = tuple(i.renamed(f"{i.name}{taken}").subs(own) for i in domain)
    equation = Equation(Entry("", tuple(index(i.name) for i in domain)), domain, None, value.poly)
    is_row = value.rows is None if len(value.axes) == 1 else None
    return _entered(lexicon, head, axes, "value", equation, is_row)


def _copied(network: Network, value: Poly, domain: Sequence[Index]) -> tuple[Tensor, tuple[int, ...]] | None:
    """The value, without layers or steps, that an expression is as a whole, and on which axis each index stands.

    A copy is no value of its own: the derivative by `y` of `y = a^2` is that by `a^2`.
    """
    if len(value.terms) != 1:
        return None
    m, c = value.terms[0]
    if c != 1 or len(m.powers) != 1 or m.powers[0][1] != 1:
        return None
    [(atom, _)] = m.powers
    if not isinstance(atom, Entry) or atom.tensor not in network.tensors or not network.definitions(atom.tensor):
        return None
    tensor = network.tensors[atom.tensor]
    letters = [i.variable for i in atom.idx]
    if tensor.family or len(domain) != len(letters) or any(letters.count(i.name) != 1 for i in domain):
        return None
    axes = tuple(letters.index(i.name) for i in domain)
    is_whole = all(tensor.axes[k].extent == i.extent for k, i in zip(axes, domain, strict=True))
    return (tensor, axes) if is_whole and list(axes) == sorted(axes) else None


def _is_ordered(scope: Scope, letter: str) -> bool:
    """Whether a letter counts layers or steps, which many leave out of a name."""
    axes = (a for t in scope.lexicon.network.tensors.values() for a in t.axes if a.ordered)
    return any(letter == a.name for a in axes)


def ranges_of(head: Head, value: Quantity, scope: Scope) -> tuple[Index, ...]:
    """Those of the letters on the left.

    Raises: Misfit for a letter that stands on the right only, Unknown for one without a range.
    """
    if are_several(value.rows, value.columns):
        raise Unknown("names for vec(…) and for Kronecker products are not judged")
    free = value.poly.free - {a.name for a in value.axes}
    missing = [x for x in sorted(free) if x not in head.letters]
    if missing and missing[0].startswith("·"):
        raise Unknown("a derivative of one array by another has too many axes for a name")
    batch = scope.batch
    if missing and batch is not None and missing == [batch.name] and not is_written(batch.name, scope.source):
        raise Unknown("of which sample it is the value is not said")
    if missing and _is_ordered(scope, missing[0]):
        raise Unknown(f"for which {missing[0]} it is meant is not said")
    if missing:
        raise Misfit(f"{missing[0]} stands on the right, and not on the left")
    found = [(x, scope.ranges.of(x)) for x in head.letters]
    unsaid = next((x for x, i in found if i is None), None)
    if unsaid is not None:
        raise Unknown(f"over what {unsaid} runs is not said")
    return tuple(i for _, i in found if i is not None)


def with_abbreviation(lexicon: Lexicon, head: Head, value: Quantity, scope: Scope) -> Lexicon:
    """The lexicon with a name for an expression, which is put in wherever the name stands.

    If nothing says over what its letters run, `δ_{ij}` for `[i = j]`, that is anything.

    Raises: as `with_definition`.
    """
    is_anywhere = bool(head.letters) and all(scope.ranges.of(x) is None for x in head.letters)
    if is_anywhere and not value.axes and value.poly.free <= set(head.letters):
        letters = tuple(Index(x, number(1), size(ANY)) for x in head.letters)
        return _abbreviated(lexicon, head, value, letters, True)
    return _abbreviated(lexicon, head, value, ranges_of(head, value, scope))


def _abbreviated(
    lexicon: Lexicon, head: Head, value: Quantity, letters: tuple[Index, ...], is_anywhere: bool = False
) -> Lexicon:
    """What is made of gradients is no value of the network: the name stands for the expression."""
    tensor = Tensor(_name(lexicon.network, head), letters, "value")
    expansion = Expansion(value, letters, is_anywhere)
    named = replace(_own(tensor, head), expansion=expansion)
    return lexicon.extended(lexicon.network, Own(head.key, named))


def _own(tensor: Tensor, head: Head) -> Named:
    """A name whose letters stand on the first axes."""
    axes = tuple(range(len(head.letters)))
    own = Named(tensor, head.fixed, None, 0, None, above=head.above, is_own=True, letters=head.letters, axes=axes)
    return replace(own, is_numbered=head.is_numbered)

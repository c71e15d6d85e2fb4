"""Claims about shapes: `W ∈ ℝ^{m × n}`, `dim(W) = (m, n)`, and in words `the shape of W is (m, n)`.

A shape selects what is meant: a claim is right if one way to read its left side has that shape. A size that has no
meaning yet gets one; what is new becomes an array of that shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from derive.errors import DeriveError
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Node
from derive.reading.choices import Choices, readings
from derive.reading.definitions import head_of, with_given
from derive.reading.expressions import Reader
from derive.reading.index_reader import IndexReader
from derive.reading.keys import key_of
from derive.reading.quantity import ONE_PLACE, Measure, Quantity, Unknown
from derive.reading.quantity import shown as shown_affine
from derive.reading.scope import Scope
from derive.reading.shapes import extents_of_space, extents_of_tuple, has_shape
from derive.terms.affine import Affine
from derive.verify.claims import Status
from derive.verify.document.array_shapes import axes_of_array
from derive.verify.document.context import Context
from derive.verify.document.measured import apart, is_count_equal
from derive.verify.document.naming import is_new
from derive.verify.document.verdict import Verdict, undecided


def judged_shape(context: Context, node: Node, extents: Sequence[Node], source: str) -> Verdict:
    """Whether the node has these extents, for every layer that it may stand for."""
    try:
        if (said := _of_array(context, node, extents, source)) is not None:
            return said
        if is_new(context, node, source) and _is_nameable(node):
            return _introduced(context, node, extents)
        found = list(_instances(context, node, source))
        said_before = set(context.extents)
        named = _named(context, found, extents)
    except DeriveError as e:
        return undecided(e.message)
    if not found:
        return undecided("there is no layer for which it could be checked")
    try:
        for numbers, ways in found:
            wanted = [_extent(context, x, numbers) for x in extents]
            if not any(has_shape(q, wanted) for q in ways):
                reason = f"{source[node.span.start : node.span.end]} is {ways[0].shape}"
                if said_before.intersection(map(_letter, extents)):
                    return undecided(f"{reason}, and its sizes stood for others before")
                return _differs(context, _own(ways[0], len(wanted)), wanted, reason)
    except Unknown as e:
        return undecided(e.message)
    return Verdict(Status.DEFINITION, f"says what {named} is") if named else Verdict(Status.PROVED, "the extents fit")


def _of_array(context: Context, node: Node, extents: Sequence[Node], source: str) -> Verdict | None:
    """Of a sequence, or a name with three axes or more; None for any other.

    Another shape with as many entries is left open: `1 × 28 × 28` may be put as `28 × 28`.

    Raises: Unknown for an extent without a meaning.
    """
    links = context.links(source)
    verdict = None
    for numbers in links.instances(node):
        ways = axes_of_array(links, node, numbers, len(extents))
        if not ways:
            continue
        wanted = tuple(_extent(context, x, numbers) for x in extents)
        verdict = Verdict(Status.PROVED, "the extents fit")
        if not any(w.are(wanted) for w in ways):
            own = next((w for w in ways if len(w.extents) == len(wanted)), ways[0]).extents
            reason = f"{source[node.span.start : node.span.end]} is {' × '.join(map(shown_affine, own))}"
            if is_count_equal(context.world, own, wanted):
                return undecided(f"{reason}, which has as many entries")
            return _differs(context, own, wanted, reason)
    return verdict


def _own(q: Quantity, count: int) -> Sequence[Affine]:
    return [a.extent for a in q.axes] if count != 2 else q.measure.ends or (ONE_PLACE, ONE_PLACE)


def _differs(context: Context, own: Sequence[Affine], wanted: Sequence[Affine], reason: str) -> Verdict:
    difference = apart(context.world, Measure("×", tuple(own)), Measure("×", tuple(wanted)), are_sides=True)
    meant = tuple(map(context.lexicon.printer.affine, own)) if len(own) == len(wanted) else ()
    return Verdict(Status.WRONG, reason, None, True, difference, meant)


def respelt(right: Node, source: str, extents: Sequence[str]) -> str | None:
    """The author's statement of a shape with other extents; None where it states none."""
    nodes = extents_of_space(right) or extents_of_tuple(right)
    if nodes is None or len(nodes) != len(extents):
        return None
    text, base = source[right.span.start : right.span.end], right.span.start
    for node, extent in reversed(list(zip(nodes, extents, strict=True))):
        before = text[: node.span.start - base]
        new = f"{{{extent}}}" if before.endswith("^") else extent
        text = before + new + text[node.span.end - base :]
    return text


def _is_nameable(node: Node) -> bool:
    try:
        head_of(node)
    except Unknown:
        return False
    return True


def _introduced(context: Context, node: Node, extents: Sequence[Node]) -> Verdict:
    """A new name becomes an array of any values."""
    sizes = [_new_or_known(context, x) for x in extents]
    context.lexicon = with_given(context.lexicon, node, sizes)
    return Verdict(Status.DEFINITION, "introduces a name, with its shape")


def _instances(context: Context, node: Node, source: str) -> Iterator[tuple[Mapping[str, int], Sequence[Quantity]]]:
    """For each instance all that the node may mean.

    Raises: Unknown if it has no meaning in any.
    """
    links = context.links(source)
    unknown: DeriveError | None = None
    some = False
    for numbers in links.instances(node):
        found = readings(lambda c, n=numbers: Reader(links.scope(c, n)).read(node), lambda q: (q.poly.key, q.shape))  # type: ignore[misc]
        if found.found:
            some = True
            yield numbers, found.found
        unknown = unknown or next(iter((*found.unknown, *found.misfits)), None)
    if not some and unknown is not None:
        raise unknown


# -- extents ---------------------------------------------------------------------------------------------------


def _letter(node: Node) -> str:
    key = key_of(node)
    return "" if key is None else key.name


def _known(context: Context, node: Node, numbers: Mapping[str, int]) -> Affine | None:
    """An extent that has a meaning; None for a letter without one."""
    if _letter(node) in context.measured:
        return size_of(context, context.measured[_letter(node)], numbers)
    if _letter(node) in context.extents:
        return context.extents[_letter(node)]
    at = IndexReader(context.lexicon, numbers).affine(node)
    return None if _letter(node) and at.free else at


def size_of(context: Context, node: Node, numbers: Mapping[str, int]) -> Affine:
    """The number of entries of a vector.

    Raises: Unknown for what is none.
    """
    q = Reader(Scope(context.lexicon, Choices(), numbers)).read(node)
    if len(q.axes) > 1:
        raise Unknown(f"{shown(node)} is no vector")
    return q.axes[0].extent if q.axes else ONE_PLACE


def _new_or_known(context: Context, node: Node) -> Affine:
    """The extent of a new name, which may be a new size."""
    try:
        at = _known(context, node, context.numbers)
    except Unknown:
        at = None
    return IndexReader(context.lexicon, context.numbers).size_named(node) if at is None else at


def _extent(context: Context, node: Node, numbers: Mapping[str, int]) -> Affine:
    """Raises: Unknown for one without a meaning."""
    at = _known(context, node, numbers)
    if at is None:
        raise Unknown(f"{shown(node)} is no size of this network")
    return at


def _named(
    context: Context,
    found: Sequence[tuple[Mapping[str, int], Sequence[Quantity]]],
    extents: Sequence[Node],
) -> str:
    """Take up letters without a meaning as the sizes that they must be; the first of them, empty if there are none."""
    if len(found) != 1 or len(found[0][1]) != 1:
        return ""
    numbers, [q] = found[0]
    axes = [ONE_PLACE if a is None else a.extent for a in (q.rows, q.columns)]
    own = axes if len(extents) == 2 else [a.extent for a in q.axes]
    new = [(_letter(x), a) for x, a in zip(extents, own, strict=False) if _known(context, x, numbers) is None]
    if len(own) != len(extents) or any(a != b for x, a in new for y, b in new if x == y):
        return ""
    context.extents.update(new)
    return next((x for x, _ in new), "")

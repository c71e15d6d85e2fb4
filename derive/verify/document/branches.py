"""Cases that are told apart by what a layer is: each one is a claim about the layers that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from derive.errors import DeriveError
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Branch, Cases, Chain, Multiplied, Node, Scripts
from derive.reading.calls import call_of, is_nothing
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.index_reader import IndexReader
from derive.reading.keys import key_of
from derive.reading.kinds import holds_for, is_by_kind
from derive.reading.operators import NABLA
from derive.reading.scope import Scope
from derive.reading.shapes import extents_of_space
from derive.reading.templates import Template
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.link import Where
from derive.verify.document.shapes import judged_shape, size_of
from derive.verify.document.verdict import Verdict, undecided, verdict_of

Numbers = Mapping[str, int]
EQUAL = (Status.PROVED, Status.AGREES, Status.DEFINITION)


def judged_branches(context: Context, left: Node, right: Node, source: str) -> list[tuple[Node, Verdict]] | None:
    """For each case its value and the verdict; None for cases of another kind.

    What a case says beside it, of shapes and sizes, has to hold too.
    """
    if not isinstance(right, Cases) or not is_by_kind(right, context.lexicon.kinds):
        return None
    is_function = _introduced(context, left, right, source)
    return [(b.value, _judged(context, left, b, is_function, source)) for b in right.branches]


def _introduced(context: Context, left: Node, right: Cases, source: str) -> bool:
    """Whether `φ(A, b)` is a new function of the document's own, which is taken up."""
    call = call_of(left)
    if call is None or context.lexicon.find(call.key) or context.lexicon.functions.get(call.key):
        return False
    keys = tuple(key_of(a) for a in call.arguments)
    if any(k is None for k in keys) or len(set(keys)) != len(keys):
        return False
    parameters = tuple(k for k in keys if k is not None)
    context.lexicon = context.lexicon.with_template(call.key, Template(parameters, right, source))
    return True


def _judged(context: Context, left: Node, branch: Branch, is_function: bool, source: str) -> Verdict:
    default = _number_of(left)

    def where(numbers: Numbers) -> bool:
        return holds_for(branch, IndexReader(context.lexicon, numbers, source), default) is True

    if is_function:
        verdict = Verdict(Status.DEFINITION, "introduces a function")
    else:
        try:
            verdict = verdict_of(context.links(source).outcomes(left, branch.value, where=where))
        except DeriveError as e:
            verdict = _of_nothing(context, left, branch, where, source) or undecided(e.message)
    beside = list(_beside(context, branch, source))
    if any(v.status is Status.WRONG for v in (verdict, *beside)):
        return next(v for v in (verdict, *beside) if v.status is Status.WRONG)
    lost = next((v for v in beside if v.status not in EQUAL), None)
    return verdict if lost is None or verdict.status not in EQUAL else lost


def _of_nothing(context: Context, left: Node, branch: Branch, where: Where, source: str) -> Verdict | None:
    """The derivative by the parameters of a layer that has none is 0; None for any other one."""
    if not isinstance(left, Multiplied) or len(left.factors) != 2 or not isinstance(left.factors[0], Scripts):
        return None
    by = left.factors[0].below
    if key_of(left.factors[0].base) not in NABLA or by is None or shown(branch.value) != "0":
        return None
    meant = [n for n in context.links(source).instances(*left.factors) if where(n)]
    readers = [Reader(Scope(context.lexicon, Choices(), n, source)) for n in meant]
    if not meant or not all(is_nothing(r, by) for r in readers):
        return None
    return Verdict(Status.PROVED, "there is nothing to differentiate by")


def _number_of(left: Node) -> Node | None:
    """The mark of what the left side is about: `i` of `f_i(x_i)`."""
    node = left.factors[0] if isinstance(left, Multiplied) else left
    return node.below if isinstance(node, Scripts) else None


def _beside(context: Context, branch: Branch, source: str) -> Iterator[Verdict]:
    for item in branch.condition:
        if not isinstance(item, Chain) or len(item.members) != 2:
            continue
        first, second = item.members
        if second is None:
            continue
        extents = extents_of_space(second)
        if item.relations == ("∈",) and extents is not None:
            yield judged_shape(context, branch.value if first is None else first, extents, source)
        elif item.relations == ("=",) and first is not None:
            yield _sizes(context, branch, (first, second), source)
        else:
            yield undecided("a condition of the cases is not understood")


def _sizes(context: Context, branch: Branch, sides: Sequence[Node], source: str) -> Verdict:
    """`l = m` beside a case: whether two sizes are equal in the layers that it is about."""
    text = " = ".join(source[s.span.start : s.span.end].strip() for s in sides)
    nodes = []
    for s in sides:
        key = key_of(s)
        if key is None or key.name not in context.measured:
            return undecided(f"{text} is not understood")
        nodes.append(context.measured[key.name])
    holds: list[bool] = []
    for numbers in context.links(source).instances(*nodes):
        if holds_for(branch, IndexReader(context.lexicon, numbers, source)) is not True:
            continue
        try:
            a, b = (size_of(context, n, numbers) for n in nodes)
        except DeriveError:
            continue
        holds.append(a == b)
    if holds and all(holds):
        return Verdict(Status.PROVED, "the sizes are equal")
    if holds and not any(holds):
        return Verdict(Status.WRONG, f"{text} holds in none of the layers that are meant")
    return undecided(f"{text} does not hold in all of the layers that are meant")

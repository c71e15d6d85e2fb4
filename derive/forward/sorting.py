"""Which equations of a document make its network.

The cost is the number that nothing else reads; it takes the equations that it needs, directly or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from derive.errors import DeriveError
from derive.forward.bound import bound_letters, letters_bound_in
from derive.forward.calls import call_of
from derive.forward.capitals import for_each_sample, stay_apart
from derive.forward.constants import COSTS, plain_zero
from derive.forward.counts import count_in, count_of, names_of
from derive.forward.declared import Declared
from derive.forward.folding import named_arguments
from derive.forward.functions import NOTHING_TOLD, Functions, functions_of
from derive.forward.iterations import without_iterations
from derive.forward.lettered import lettered
from derive.forward.named_losses import with_named_losses
from derive.forward.open_cost import with_open_cost
from derive.forward.parts import Parts
from derive.forward.recognition import call_by_name
from derive.forward.roles import is_target_letter, roles_of
from derive.forward.signs import Sign, Signs, Use, names_in, signs_of
from derive.forward.statements import Stated, Statement
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Applied, Big, Multiplied, Node, Number, Scripts, Symbol
from derive.latex.reading.trees import changed, walk
from derive.reading.keys import Key, key_of

CONVOLUTION = re.compile("convol|cross-correlat|卷积|互相关")


def parts_of(
    stated: Stated, declared: Declared, told: Mapping[Key, str] = NOTHING_TOLD, is_open: bool = False
) -> Parts:
    """What scripts mean is told by the equations of the network: others have letters of their own, δ_{z,t} beside U_z.

    `is_open` says that the cost may be any, where no equation states one.

    Raises: DeriveError if there is no cost, or more than one.
    """
    stated = replace(stated, equations=tuple(with_named_losses(stated.equations)))
    functions = functions_of(stated.equations, told)
    call_by_name(functions)
    equations, capitals = for_each_sample(without_iterations(_prepared(stated, functions)))
    read = partial(signs_of, others=[c.name for c in stated.shapes], ends=_ends(stated))
    all_signs = read(equations)
    assumed = ""
    if is_open:
        equations, assumed = with_open_cost(stated, functions, equations, all_signs, declared)
        all_signs = read(equations)
    needed = _sorted(stated, functions, declared, equations, all_signs).needed
    apart = lettered(equations, needed)
    if apart:
        all_signs = read(equations, lettered=apart)
        needed = _sorted(stated, functions, declared, equations, all_signs).needed
    signs = read(needed, lettered=apart)
    signs.letters = {**all_signs.letters, **signs.letters}
    made = _sorted(stated, functions, declared, equations, signs)
    _refuse_convolutions(made)
    made = replace(made, first=_first(made), capitals=capitals, assumed=assumed)
    made = replace(made, leaves=roles_of(made))
    made = replace(made, sampled=_sampled(made))
    _refuse_mixed(made, capitals | {s.key for s in made.of_all_samples})
    return made


def _ends(stated: Stated) -> frozenset[str]:
    """The letters at which ranges end, T of `t = 1, …, T`: they stand for no layer or step but the last."""
    intervals = [r for ranges in (stated.ranges, *(e.ranges for e in stated.equations)) for r in ranges.values()]
    return frozenset(str(r.hi.variable) for r in intervals if r.hi is not None and isinstance(r.hi.variable, str))


def _sorted(
    stated: Stated, functions: Functions, declared: Declared, equations: Sequence[Statement], signs: Signs
) -> Parts:
    """The cost and what it needs, where names are read in one way."""
    declared = replace(declared, roles=_declared_roles(declared, signs))
    numbers = _numbers(stated, equations, signs, declared)
    definitions = _definitions(equations, signs, numbers)
    made = Parts(stated, signs, functions, declared, (), definitions, Sign(Key("")), {}, numbers)
    cost = _cost(made, equations)
    return replace(made, cost=cost, needed=_needed(made, cost))


def _refuse_convolutions(parts: Parts) -> None:
    """A star is a product entry by entry, but not where a document speaks of convolutions.

    Raises: DeriveError at its place.
    """
    if not CONVOLUTION.search(parts.stated.document.text.lower()):
        return
    for e in parts.needed:
        for x in walk(e.right):
            if isinstance(x, Multiplied) and {"*", "star"} & set(x.operators):
                message = (
                    f"{e.said(e.place_of(x))}: whether this is a convolution or a product entry by entry is not said"
                )
                repair = "write `\\odot`, or a sum with indices, `\\sum_a w_a x_{i+a}`"
                raise parts.stated.error(message, repair, e.fragment, e.place_of(x))


def _refuse_mixed(parts: Parts, capitals: frozenset[Key]) -> None:
    """Raises: DeriveError where the loss is one of single samples, and the forward pass mixes them."""
    for e in parts.needed:
        if not stay_apart(e.written or e.right, capitals):
            message = f"{e.text}: samples meet here, and small letters stand for one of them"
            repair = "write the forward pass of one sample, or the loss with capitals"
            raise parts.stated.error(message, repair, e.fragment, e.place_of(e.right))


def _declared_roles(declared: Declared, signs: Signs) -> dict[Sign, str]:
    return {
        use.sign: role
        for role, nodes in declared.names.items()
        for node in nodes
        if (use := signs.use(node, frozenset())) is not None
    }


def _prepared(stated: Stated, functions: Functions) -> list[Statement]:
    """Equations whose left sides are names, with calls put in; of a function that is made of itself none are."""
    taken = {shown(e.left): e for e in stated.equations if call_of(e.left) is None}
    out = []
    for e in stated.equations:
        call = call_of(e.left)
        if call is not None and (shown(call[0]) in functions.macros or key_of(call[0]) in functions.known):
            continue
        left = e.left if call is None else call[0]
        try:
            right = functions.called(e.right, taken)
        except RecursionError:
            right = e.right
        out.append(replace(e, left=left, right=changed(right, plain_zero), written=e.written or e.right))
    return named_arguments(out)


def _numbers(stated: Stated, equations: Sequence[Statement], signs: Signs, declared: Declared) -> dict[Sign, str]:
    """The names that are sizes: ends of sums, sizes of shapes, ends of ranges."""
    nodes = [x.above for e in equations for x in walk(e.right) if isinstance(x, Big) and x.above is not None]
    nodes += [s for claim in stated.shapes for s in claim.sizes] + [s for row in declared.sizes for s in row]
    nodes += [size for _, size in stated.lists]
    defined = {use.sign for e in equations if (use := signs.use(e.left, signs.letters[e.start])) is not None}
    out: dict[Sign, str] = {}
    for node in nodes:
        for text in names_of(count_of(node)):
            use = signs.use(node, frozenset())
            sign = Sign(Key(text)) if use is None else use.sign
            if sign not in defined:
                out[sign] = text
    ranges = (r for e in equations for r in e.ranges.values())
    for interval in (*stated.ranges.values(), *ranges):
        end = interval.hi
        names = () if end is None else [end.variable] if isinstance(end.variable, str) else names_of(count_in(interval))
        out |= {Sign(Key(text)): text for text in names}
    return out


def _definitions(
    equations: Sequence[Statement], signs: Signs, numbers: Mapping[Sign, str]
) -> dict[Sign, tuple[Statement, ...]]:
    out: dict[Sign, tuple[Statement, ...]] = {}
    for e in equations:
        letters = signs.letters[e.start]
        use = signs.use(e.left, letters)
        if use is None or use.power is not None or use.transposed or use.sign in numbers:
            continue
        if use.order is None and not any(names_in(e.right)):
            continue
        if use.sign in out and use.order is None and not _is_vague(out[use.sign]):
            other = signs.use(e.right, letters) if not isinstance(e.right, Number) else None
            if other is not None and other.sign not in out and not is_target_letter(other.sign.key):
                out[other.sign] = (replace(e, left=e.right, right=e.left),)
            continue
        itself = [u for n in names_in(e.right) if (u := signs.use(n, letters)) is not None and u.sign == use.sign]
        if itself and use.order is None:
            continue
        before = () if _is_vague(out.get(use.sign, ())) else out.get(use.sign, ())
        if not any(_is_again(signs, numbers, use.order, e, b) for b in before if use.order is not None):
            out[use.sign] = (*before, e)
    return out


def _is_vague(statements: Sequence[Statement]) -> bool:
    """Whether a sum does not say over what: `E = Σ (target - output)²` tells in words what later equations say."""
    sums = (x for e in statements for x in walk(e.right) if isinstance(x, Big) and x.operator == "sum")
    return any(x.below is None and not any(_has_marks(y) for y in walk(x.body)) for x in sums)


def _has_marks(node: Node) -> bool:
    return isinstance(node, Scripts) and key_of(node.base) is not None


def _is_again(signs: Signs, numbers: Mapping[Sign, str], order: Node, e: Statement, before: Statement) -> bool:
    """Whether an earlier equation is about the same layer or step; of any layer is `z^{l+1}` as well as `z^l`."""
    other = _order(signs, before)
    if shown(order) == shown(other):
        return True
    runs = [_is_running(signs, numbers, x) for x in (order, other)]
    return all(runs) and e.ranges == before.ranges


def _is_running(signs: Signs, numbers: Mapping[Sign, str], order: Node) -> bool:
    """Whether a letter in the number of a layer or step stands for any, and is no size."""
    uses = (signs.use(x, frozenset()) for x in walk(order) if isinstance(x, Symbol))
    return any(isinstance(x, Symbol) for x in walk(order)) and all(u is None or u.sign not in numbers for u in uses)


def _order(signs: Signs, e: Statement) -> Node:
    use = signs.use(e.left, signs.letters[e.start])
    assert use is not None and use.order is not None
    return use.order


def _cost(parts: Parts, equations: Sequence[Statement]) -> Sign:
    """The cost that front matter names, of which derivatives are taken, or that goes by a letter of costs."""
    stated, definitions = parts.stated, parts.definitions
    if parts.declared.cost is not None:
        use = parts.signs.use(parts.declared.cost, frozenset())
        if use is not None and use.sign in definitions:
            return use.sign
        raise DeriveError("no equation defines the cost that front matter names", file=stated.document.name)
    tops = {u.sign for t, _ in stated.derived if (u := parts.signs.use(t, frozenset())) is not None}
    costs = [s for s in definitions if s.key.name in COSTS and not s.layer and not parts.signs.is_family(s)]
    likely = [s for s in costs if s in tops] or costs
    read = {u.sign for s in likely for e in definitions[s] for u in parts.uses(e) if u.sign != s}
    found = [s for s in likely if s not in read]
    found = [s for s in found if not all(_is_open(parts, e) for e in definitions[s])] or found
    if len(found) == 1 and _is_of_one_sample(parts, found[0]):
        whole = [s for s in costs if s != found[0] and any(_reads(parts, e, found[0]) for e in definitions[s])]
        found = whole if len(whole) == 1 else found
    if len(found) == 1:
        return found[0]
    name = stated.document.name
    if not found:
        what = "no equation defines a cost" if definitions else "there is no forward equation"
        raise DeriveError(what, repair="write the loss as `C = …`, or name it under `derive:` as `cost:`", file=name)
    texts = [definitions[s][0] for s in found]
    raise stated.error(
        f"{' and '.join(e.said(e.left) for e in texts)} may each be the cost",
        "say which one under `derive:` as `cost:`",
        texts[-1].fragment,
        texts[-1].left,
    )


def _is_open(parts: Parts, e: Statement) -> bool:
    """Whether a cost is any function of what is said: `ℓ = ℓ(y)`."""
    return isinstance(e.right, Applied) and shown(e.right.function) in parts.functions.costs


def _is_of_one_sample(parts: Parts, sign: Sign) -> bool:
    """Whether samples are marked in a loss, outside of sums: the cost is what is made of it."""
    for e in parts.definitions[sign]:
        bound = letters_bound_in(e.right)
        if any(u.sample is not None and shown(u.sample) not in bound for u in parts.uses(e)):
            return True
    return False


def _reads(parts: Parts, e: Statement, sign: Sign) -> bool:
    return any(u.sign == sign for u in parts.uses(e))


def _needed(parts: Parts, cost: Sign) -> tuple[Statement, ...]:
    """The equations that the cost reads, in the order in which they can be read."""
    out: dict[int, Statement] = {}
    busy: set[Sign] = set()

    def visit(sign: Sign) -> None:
        if sign in busy:
            return
        busy.add(sign)
        for e in parts.definitions.get(sign, ()):
            for use in parts.uses(e):
                visit(use.sign)
        for e in parts.definitions.get(sign, ()):
            out.setdefault(id(e), e)

    visit(cost)
    return tuple(out.values())


def _first(parts: Parts) -> dict[Sign, Node]:
    out: dict[Sign, Node] = {}
    for e in parts.needed:
        for use in (*parts.uses(e), parts.use(e)):
            out.setdefault(use.sign, use.node)
    return out


def _sampled(parts: Parts) -> frozenset[Sign]:
    """The names that have a value for each sample, where samples are marked: data, and what depends on it."""
    letters = {shown(u.sample) for e in parts.needed for u in (*parts.uses(e), parts.use(e)) if u.sample is not None}
    if not letters:
        return frozenset()
    found = {s for s, role in parts.leaves.items() if role in ("input", "target")}
    before = -1
    while before != len(found):
        before = len(found)
        for e in parts.needed:
            outside = {u.sign for n in _outside(e.right, letters) if (u := _used(parts, e, n)) is not None}
            if outside & found:
                found.add(parts.use(e).sign)
    return frozenset(found)


def _used(parts: Parts, e: Statement, node: Node) -> Use | None:
    return parts.signs.use(node, parts.signs.letters[e.start])


def _outside(node: Node, letters: set[str]) -> Iterator[Node]:
    """The names outside of sums over samples."""

    def without(x: Node) -> Node | None:
        if isinstance(x, Big) and x.below is not None and set(bound_letters(x)) & letters:
            return Number("0", x.span)
        return None

    yield from names_in(changed(node, without))

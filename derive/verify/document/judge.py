"""Claims of a document: every link of every chain of equations, with its verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from derive.errors import DeriveError
from derive.latex.reading.syntax import Chain, Fraction, Node, Number, Unread
from derive.reading.calls import call_of
from derive.reading.choices import Choices
from derive.reading.compositions import is_any_number
from derive.reading.definitions import NoName, head_of
from derive.reading.differentials import changing
from derive.reading.expressions import Reader
from derive.reading.guards import without_condition
from derive.reading.keys import Key
from derive.reading.quantity import Misfit, Quantity, Unknown
from derive.reading.scope import Scope
from derive.verify.claims import RIGHT, Status
from derive.verify.document.aims import judged_aim, judged_function
from derive.verify.document.approximate import approximately
from derive.verify.document.backward import unless_gradients
from derive.verify.document.branches import judged_branches
from derive.verify.document.context import Context
from derive.verify.document.demands import of_variances
from derive.verify.document.denied import denied
from derive.verify.document.each import for_each, take_up_sets
from derive.verify.document.examples import in_numbers, with_target
from derive.verify.document.first_fitting import take_first_fitting
from derive.verify.document.layered import defined_for_layers
from derive.verify.document.left_open import unless_open
from derive.verify.document.lettered import take_up_lettered
from derive.verify.document.list_steps import judged_list_step
from derive.verify.document.lists import entries, gradient_by_list, is_set, named_list, paired
from derive.verify.document.naming import NOTHING, is_another, is_name, is_new, names_behind
from derive.verify.document.one_sample import of_one_sample
from derive.verify.document.open_values import opened
from derive.verify.document.own_functions import argument_of, called, take_up_beside, taken_up
from derive.verify.document.restated import UNCLEAR, is_other_cost, name_alone
from derive.verify.document.routes import reroute
from derive.verify.document.schemas import remember, take_up_schemas
from derive.verify.document.several_variables import of_several
from derive.verify.document.shapes import judged_shape
from derive.verify.document.statements import approximated, is_equation, is_fixed, is_step, judged_statement, shape_said
from derive.verify.document.stationary import condition, remember_derivative
from derive.verify.document.taken_numbers import unless_assumed
from derive.verify.document.unstated_cost import unless_says_cost
from derive.verify.document.updates import judged_update, old_value, steps_up
from derive.verify.document.variables import says_value, variables
from derive.verify.document.verdict import Verdict, impossible, undecided, verdict_of, worst
from derive.verify.document.worked import worked
from derive.verify.document.written import is_made_of

BY_ITSELF = "a name is defined by itself: the new value needs a name of its own, or ← for what the old one becomes"
ALONE = "it stands alone: what it is equal to is not said"
CASE = "a value is set to a number: a case that is looked at, or a mistake"
SHADOWED = "means from here on something else than before"
EXHAUSTED = (RecursionError, MemoryError, OverflowError)
FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What no formula should raise, and one may all the same: the rest of a document is judged."""


@dataclass(frozen=True)
class Judged:
    """A link of a chain: which member it is, and its verdict; whether its mistake is that of the link before."""

    member: int
    verdict: Verdict
    left: Node | None = None
    right: Node | None = None
    follows: bool = False
    remarks: tuple[Node, ...] = ()
    part: Node | None = None
    """The case of a member that the verdict is about; None for the whole member."""
    judge: Callable[[Node], Verdict] | None = None
    """The verdict on another right side, where the link is no equation."""


def links_of(context: Context, chain: Chain, source: str) -> list[Judged]:
    """All links of a chain; a chain for which memory, the depth of calls or the range of numbers ends is undecided."""
    try:
        return list(judged_chain(context, chain, source))
    except EXHAUSTED:
        reason = "it is too large to be judged"
    except FAULTS as e:
        reason = f"derive failed on it, which is a mistake of its own, {type(e).__name__}: please report the formula"
    return [Judged(k, undecided(reason)) for k in range(len(chain.members))[-1:]]


def judged_chain(context: Context, chain: Chain, source: str) -> Iterator[Judged]:
    """All links of a chain, every member compared with the first one behind the last sign that is none of equality.

    An expression that stands alone is undecided.
    """
    first = chain.members[0]
    if len(chain.members) == 1 and first is not None and not is_name(first):
        reason = first.reason if isinstance(first, Unread) else ALONE
        yield Judged(0, judged_aim(context, first) or undecided(reason), first)
    changes = context.take_changes(first, [m for m in chain.members[1:] if m is not None])
    is_composed = not changes and context.compose([m for m in chain.members if m is not None])
    take_up_sets(context, chain)
    take_up_schemas(context, chain)
    argument = argument_of(context, first, *chain.members[1:2]) if first is not None else NOTHING
    before: Judged | None = None
    words = denied(chain)
    for k, relation in enumerate(chain.relations):
        left, right = first or chain.members[k], chain.members[k + 1]
        take_up_beside(context, chain, k + 1, source)
        if left is None or right is None:
            judged = Judged(k + 1, undecided("one side is missing"))
        elif not is_equation(left, relation, right):
            judge = partial(judged_statement, context, left, relation, source=source)
            judged = Judged(k + 1, judge(right), left, right, judge=judge)
        elif (value := chain.members[k]) is not None and names_behind(context, relation, k, value, right, source):
            judged = Judged(k + 1, judged_link(context, right, value, source, chain.remarks), right, value)
        elif (shape := shape_said(left, right)) is not None:
            judged = Judged(k + 1, judged_shape(context, *shape, source), right=right)
        elif (branches := judged_branches(context, left, right, source)) is not None:
            yield from (Judged(k + 1, verdict, part=value) for value, verdict in branches)
            continue
        else:
            right, own = without_condition(right)
            remarks = (*chain.remarks, *own)
            is_first = first is chain.members[k] or is_new(context, left, source, argument)

            def equation(a: Node, b: Node, is_first: bool = is_first, remarks: Sequence[Node] = remarks) -> Verdict:
                if not is_first:
                    return equated(context, a, b, source, argument, remarks)
                return judged_link(context, a, b, source, remarks, argument)

            verdict = for_each(context, left, right, equation)
            if is_composed and verdict.status is Status.PROVED and call_of(left) and call_of(right):
                verdict = Verdict(Status.DEFINITION, "says what is a function of what")
            if relation == "≈":
                near = verdict.status is Status.WRONG and approximately(context, left, right, source, remarks)
                verdict = near or approximated(context, verdict, left, right, source)
            was_right = before is None or before.verdict.status in (*RIGHT, Status.DEFINITION)
            number = worked(context, left, chain.members[k] or left, right, source, verdict, was_right)
            context.has_stepped |= old_value(left, right) is not None
            if number is not None:
                verdict = number
            elif verdict.status is Status.WRONG:
                verdict = (
                    in_numbers(context, left, right, source) or with_target(context, left, right, source) or verdict
                )
            if verdict.status is Status.WRONG and len(chain.members) == 2:
                verdict = condition(context, left, right, source) or verdict
            remember_derivative(context, left, right, verdict)
            if verdict.status in (Status.WRONG, Status.NOT_CHECKED):
                verdict = _of_a_function(context, first, left, right, source) or verdict
            judged = Judged(k + 1, verdict, left, right, remarks=remarks)
        verdict = unless_assumed(context, judged.left, judged.right, judged.verdict)
        if left is not None and right is not None and judged.judge is None:
            verdict = of_one_sample(context, left, right, source, judged.remarks, verdict)
        judged = replace(judged, verdict=verdict)
        if words:
            judged = replace(judged, verdict=undecided(f"the words beside it, {words}, may say that it is false"))
        if before is not None and _follows(context, before, judged, source):
            judged = replace(judged, follows=True)
        yield judged
        if judged.verdict.status in (*RIGHT, Status.DEFINITION):
            remember(context, left, right)
        if judged.verdict.status is Status.PROVED and left is not None and right is not None:
            reroute(context, left, right, source)
        before = judged
        if judged.judge is not None:
            first = chain.members[k + 1]


def _of_a_function(context: Context, first: Node | None, left: Node, right: Node, source: str) -> Verdict | None:
    """The verdict on a formula that is right of any number and a function's value there; None for any other."""
    said = says_value(context, left, right)
    if said:
        context.variables = said
        return Verdict(Status.DEFINITION, "says for which number and which value of a function letters stand")
    about = variables(context, first) or context.variables
    verdict = equated(context, left, right, source, about) if about else None
    return verdict if verdict is not None and verdict.status in RIGHT else None


def _follows(context: Context, before: Judged, judged: Judged, source: str) -> bool:
    """Whether a wrong member is equal to the wrong one before it: the mistake is that one's."""
    wrong = [j.verdict.status is Status.WRONG and j.right is not None for j in (before, judged)]
    if not all(wrong) or before.right is None or judged.right is None:
        return False
    try:
        verdict = verdict_of(context.links(source).outcomes(before.right, judged.right))
    except DeriveError:
        return False
    return verdict.status in RIGHT


def judged_link(
    context: Context,
    left: Node,
    right: Node,
    source: str,
    remarks: Sequence[Node] = (),
    argument: Mapping[Key, Quantity] = NOTHING,
) -> Verdict:
    """A definition where the left side is a new name or function, else an equation; of differentials it always is."""
    if changing(context.lexicon, left, right):
        return equated(context, left, right, source, argument, remarks)
    several = of_several(context, left, right, source, lambda: equated(context, left, right, source, argument, remarks))
    if several is not None:
        return several
    call = called(context, left)
    if call is not None:
        return taken_up(context, call, right, source)
    if (listed := judged_list_step(context, left, right) or gradient_by_list(context, left, right)) is not None:
        return listed
    pairs = paired(left, right)
    if pairs is not None:
        verdicts = [judged_link(context, a, b, source, remarks) for a, b in pairs]
        return worst(verdicts)
    function = opened(context, left, right, source) or judged_function(context, left, right, source)
    if function is not None:
        return function
    if is_new(context, left, source, argument) or is_another(context, left, right, source):
        if (up := steps_up(context, left, right, source)) is not None:
            return up
        layered = defined_for_layers(context, left, right, source)
        verdict = layered or _definition(context, left, right, source, argument)
        if verdict.status is Status.DEFINITION:
            return verdict
        return named_list(context, left, right) or verdict
    is_list = entries(right) is not None and (entries(left) is not None or is_set(right))
    if is_list and (listed := named_list(context, left, right)) is not None:
        return listed
    verdict = equated(context, left, right, source, argument, remarks)
    if verdict.status is Status.NOT_CHECKED and (layered := defined_for_layers(context, left, right, source)):
        return layered
    if verdict.status is Status.WRONG and is_other_cost(context, left, right, source):
        again = _definition(context, name_alone(left), right, source)
        return replace(again, reason=SHADOWED) if again.status is Status.DEFINITION else undecided(UNCLEAR)
    if verdict.status in RIGHT:
        take_up_lettered(context, left, right, source)
    if (
        verdict.status is Status.WRONG
        and isinstance(right, Number)
        and not isinstance(left, Fraction)
        and is_name(left)
        and not is_fixed(context, left, source)
    ):
        context.has_example = True
        return undecided(CASE)
    if verdict.status is Status.WRONG and is_step(left, right):
        update = judged_update(context, left, right, source)
        return replace(verdict, reason=BY_ITSELF) if update.status in RIGHT else verdict
    if verdict.status is Status.WRONG and _may_be_shadowed(context, left):
        again = _definition(context, left, right, source)
        if again.status is Status.DEFINITION:
            return replace(again, reason=SHADOWED)
    return verdict


def _may_be_shadowed(context: Context, node: Node) -> bool:
    """Whether a name is a value that only an earlier line gives or brings up, or is known without its accent only."""
    try:
        head = head_of(node)
    except Unknown:
        return False
    lexicon = context.lexicon
    own = [o for o in lexicon.own if o.key == head.key and (o.named.subs, o.named.above) == (head.fixed, head.above)]
    if own:
        return all(
            not o.named.is_told
            and (o.named.is_copy or o.named.tensor.name not in context.given)
            and o.named.expansion is None
            and (lexicon.network.definitions(o.named.tensor.name) or is_any_number(lexicon, o))
            for o in own
        )
    return head.key not in lexicon.table and bool(lexicon.find(head.key)) and not head.above


def equated(
    context: Context,
    left: Node,
    right: Node,
    source: str,
    argument: Mapping[Key, Quantity],
    remarks: Sequence[Node] = (),
) -> Verdict:
    """Whether both sides are equal; `argument` is that of the function that the chain defines."""
    try:
        instances = context.links(source, argument).outcomes(left, right, remarks)
        verdict = unless_open(context, instances, verdict_of(instances))
        verdict = unless_says_cost(context, left, right, unless_gradients(context, left, right, verdict))
        failing = next((o for o in instances if o and not any(x.equal for x in o)), ())
        if verdict.status is Status.WRONG and len(failing) == 1 and failing[0].pair is not None:
            text = " = ".join(source[x.span.start : x.span.end] for x in (left, right))
            return of_variances(context, failing[0].pair, text, verdict)
        return verdict
    except DeriveError as e:
        return undecided(e.message)


def _definition(
    context: Context, left: Node, right: Node, source: str, argument: Mapping[Key, Quantity] = NOTHING
) -> Verdict:
    if is_name(left) and is_made_of(right, left):
        return Verdict(Status.WRONG, BY_ITSELF)
    try:
        head_of(left)
        layers = context.links(source).layers_in((right,), context.numbers)
        scope_of = partial(Scope, context.lexicon, numbers=context.numbers, source=source, layers=layers)
        take_first_fitting(scope_of, right, partial(context.define, left))
    except Misfit as e:
        return impossible(context.world, e)
    except NoName as e:
        own = Scope(context.lexicon, Choices(), context.numbers, source, argument)
        return undecided(_unknown_in(left, own) or e.message)
    except DeriveError as e:
        return undecided(e.message)
    return Verdict(Status.DEFINITION, "introduces a name")


def _unknown_in(left: Node, scope: Scope) -> str:
    """Why a left side that is no name cannot be read."""
    try:
        Reader(scope).read(left)
    except DeriveError as e:
        return e.message
    return ""

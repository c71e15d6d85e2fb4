"""What a document sets out to do: `min_Θ J(Θ, x, y)`, and values that are some function of others, `ŷ = f(x, Θ)`."""

from __future__ import annotations

from derive.errors import DeriveError
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Big, Bracketed, Ellipsis, Multiplied, Node
from derive.reading.calls import Call, call_of, depends_on, entry_of
from derive.reading.choices import Choices
from derive.reading.expressions import Reader
from derive.reading.functions import arguments
from derive.reading.marks import marks_of, sequence
from derive.reading.scope import Scope
from derive.verify.claims import Status
from derive.verify.document.context import Context
from derive.verify.document.naming import is_new
from derive.verify.document.verdict import Verdict, undecided

MINIMA = ("min", "argmin")


def judged_aim(context: Context, node: Node) -> Verdict | None:
    """`min_Θ J(Θ, …)`: what is minimised over must be what the cost is a function of; None for anything else."""
    if not isinstance(node, Big) or node.operator not in MINIMA or node.below is None or node.above is not None:
        return None
    body = node.body
    if not isinstance(body, Multiplied) or len(body.factors) != 2 or any(body.operators):
        return None
    head, brackets = body.factors
    key = marks_of(head).key
    if key is None or not isinstance(brackets, Bracketed) or brackets.opening != "(":
        return None
    given = {_bare(a) for a in arguments(brackets)}
    over = [x for x in sequence(node.below) if not isinstance(x, Ellipsis)]
    missing = next((x for x in over if _bare(x) not in given), None)
    scope = Scope(context.lexicon, Choices(), context.numbers)
    if missing is not None and not any(_is_computed(context, scope, a) for a in arguments(brackets)):
        return undecided(f"{shown(missing)} is none of the arguments of what is minimised")
    if context.lexicon.find(key):
        cost = context.network.cost
        if not any(n.tensor.name == cost and not n.gradient for n in context.lexicon.find(key)):
            return undecided("what is minimised is not the cost")
        try:
            entries = [entry_of(Reader(scope).read(x)) for x in over]
        except DeriveError as e:
            return undecided(e.message)
        if not all(e is not None and context.network.tensors[e.tensor].role == "parameter" for e in entries):
            return undecided("what is minimised over is no parameter")
    return Verdict(Status.DEFINITION, "says what is minimised, and over what")


def _is_computed(context: Context, scope: Scope, node: Node) -> bool:
    """Whether it is a value, through which the cost may depend on anything: ŷ of J(ŷ, y)."""
    try:
        entry = entry_of(Reader(scope).read(node))
    except DeriveError:
        return False
    return entry is None or bool(context.lexicon.network.definitions(entry.tensor))


def _bare(node: Node) -> str:
    """A symbol without its font, which is not always written."""
    key = marks_of(node).key
    below = ",".join(map(shown, marks_of(node).below))
    return shown(node) if key is None else f"{key.plain}_{below}"


def judged_function(context: Context, left: Node, right: Node, source: str) -> Verdict | None:
    """`ŷ = f(x, Θ)` with an f that is not said: a definition, if what is known of ŷ does not speak against it."""
    call = call_of(right)
    lexicon = context.lexicon
    if call is None or marks_of(call.head).primes or call_of(left) is not None or marks_of(left).key is None:
        return None
    if lexicon.find(call.key) or lexicon.functions.get(call.key) or lexicon.has_template(call.key):
        return None
    if Scope(lexicon, Choices(), {}).is_function(call.key):
        return None
    if is_new(context, left, source):
        return Verdict(Status.DEFINITION, "says of what it is a function, and not of which kind")
    return _of_known(context, left, call)


def _of_known(context: Context, left: Node, call: Call) -> Verdict:
    reader = Reader(Scope(context.lexicon, Choices(), context.numbers))
    try:
        value = entry_of(reader.read(left))
        if value is None or not context.network.definitions(value.tensor):
            return undecided(f"{shown(call.head)} is no function that this document or its network names")
        if not depends_on(reader, value, call):
            return undecided("it is not a function of these alone")
    except DeriveError as e:
        return undecided(e.message)
    return Verdict(Status.DEFINITION, "says of what it is a function, and not of which kind")

"""A cost for documents that state none: any function of the one value that nothing else reads.

What is derived holds for every cost, so none is assumed. Steps have a cost each, which is any function as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.forward.calls import inner
from derive.forward.constants import COSTS
from derive.forward.declared import Declared
from derive.forward.folding import named_brackets
from derive.forward.functions import Functions
from derive.forward.parts import bare, stepped
from derive.forward.signs import Sign, Signs, Use, names_in, place_of
from derive.forward.statements import Stated, Statement
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Applied, Big, Bracketed, Node, Number, Span, Symbol
from derive.latex.reading.trees import walk
from derive.reading.definitions import INDICES

NOWHERE = Span(-1, -1)
"""The place of what stands in no document."""

LETTERS = "LCJE"


def with_open_cost(
    stated: Stated, functions: Functions, equations: Sequence[Statement], signs: Signs, declared: Declared
) -> tuple[list[Statement], str]:
    """The equations with one for the cost, and what is to be said of it; as they are where there is nothing to say.

    There is nothing where a document has a cost, or several results, and where no letter, or more than one, is that of
    a cost. The functions of the cost are among `functions` afterwards.
    """
    nothing = list(equations), ""
    values = [use for e in equations if (use := _defined(signs, e)) is not None]
    tops = {top.name for top, _ in stated.derived if isinstance(top, Symbol) and top.name in COSTS}
    if any(use.sign.key.name in (tops or COSTS) for use in values):
        return nothing
    if len(_results(equations, signs)) > 1:
        equations = named_brackets(equations)
    written = {x.name for e in equations for side in (e.left, e.right) for x in walk(side) if isinstance(x, Symbol)}
    letters = (tops or set(LETTERS)) - written
    found = _results(equations, signs)
    if len(found) > 1 and tops:
        by = {use.sign for _, x in stated.derived if (use := signs.use(inner(x), frozenset(INDICES))) is not None}
        found = {sign: pair for sign, pair in found.items() if sign in by}
    if not found or len(tops) > 1 or (tops and len(found) > 1) or not letters:
        return nothing
    letter = min(letters, key=LETTERS.find)
    terms: list[Node] = []
    said: list[str] = []
    for k, (sign, (e, use)) in enumerate(found.items()):
        name = letter if not k else f"{letter}{k}"
        term, beside = _term(name, sign, use, _last(stated, e, signs.runs(sign), declared), signs)
        if term is None:
            return nothing
        terms.append(term)
        said.append(f"{e.said(use.node)}{beside}")
        functions.costs.add(name)
    right = terms[0] if len(terms) == 1 else Added(tuple(terms), ("+",) * len(terms), NOWHERE)
    cost = Statement(Symbol(letter, NOWHERE), right, equations[-1].fragment, -1)
    drawn = letter if len(letter) == 1 else f"\\{letter}"
    return [*equations, cost], f"no equation says what the cost is: {drawn} is any function of {', '.join(said)}"


def _term(letter: str, sign: Sign, use: Use, last: Node | None, signs: Signs) -> tuple[Node | None, str]:
    """A function of the result; of layers that of the last one, of steps the sum of one for each."""
    if not signs.is_family(sign):
        return _function(letter, bare(use.node, sign)), ""
    steps = signs.runs(sign)
    at = Symbol(steps, NOWHERE) if last is None else last
    value = stepped(use.node, sign, signs, at)
    if value is None or shown(at) == letter:
        return None, ""
    if last is not None:
        return _function(letter, value), f" for {steps} = {shown(last)}"
    return Big("sum", at, None, _function(letter, value), NOWHERE), f" at each {steps}, added up"


def _results(equations: Sequence[Statement], signs: Signs) -> dict[Sign, tuple[Statement, Use]]:
    """The values that no other one reads, unless at another step."""
    read = {use.sign for e in equations for use in _read(signs, e)}
    pairs = ((e, use) for e in equations if (use := _defined(signs, e)) is not None)
    return {use.sign: (e, use) for e, use in reversed(list(pairs)) if use.sign not in read}


def _defined(signs: Signs, e: Statement) -> Use | None:
    return signs.use(e.left, signs.letters[e.start])


def _read(signs: Signs, e: Statement) -> Iterator[Use]:
    """What an equation reads at its own step."""
    own = _defined(signs, e)
    for node in names_in(e.right):
        use = signs.use(node, signs.letters[e.start])
        if own is not None and use is not None and use.sign != own.sign:
            orders = [place_of(u.order) for u in (own, use) if u.order is not None]
            is_other = len(orders) == 2 and orders[0][0] == orders[1][0] != "" and orders[0] != orders[1]
            yield from () if is_other else (use,)


def _last(stated: Stated, e: Statement, letter: str, declared: Declared) -> Node | None:
    """The number of the last layer: the end of the range, or the letter's capital; None for steps."""
    if letter not in declared.depth:
        return None
    ranges = (r[letter] for r in (stated.ranges, e.ranges) if letter in r)
    end = next((r.hi for r in ranges if r.hi is not None), None)
    if end is not None and end.is_number:
        return Number(str(end.const), NOWHERE)
    return Symbol(end.variable if end is not None and isinstance(end.variable, str) else letter.upper(), NOWHERE)


def _function(letter: str, given: Node) -> Node:
    return Applied(Symbol(letter, NOWHERE), Bracketed("(", ")", given, NOWHERE), NOWHERE)

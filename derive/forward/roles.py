"""What the names are that no equation of a network defines.

- inputs are `x` and `X`, or where there are none `i_1`, `i_2`; values of layer 0 where other layers have equations; and
  what carries a step or a sample;
- given numbers are λ, ε and the like, and what stands under roots alone, as the d of `QKᵀ / √d`;
- targets are those that occur in the equations of the loss only, behind the last function of a weight; of several
  those that go by a letter of targets;
- all others are parameters.

Front matter says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.forward.calls import inner
from derive.forward.constants import COSTS, INPUTS, OTHER_INPUTS, TARGETS, WEIGHTS, is_constant
from derive.forward.parts import Parts
from derive.forward.signs import Sign, Use, names_in
from derive.forward.starts import open_starts
from derive.forward.statements import Statement
from derive.latex.reading.syntax import Fraction, Root
from derive.latex.reading.trees import walk
from derive.reading.keys import Key

COUNTS = ("m", "N", "n", "M", "B")
NUMBERS = ("epsilon", "varepsilon", "lambda", "eta")


def roles_of(parts: Parts) -> dict[Sign, str]:
    """The role of each name that no equation defines."""
    found: dict[Sign, list[tuple[Statement, Use]]] = {}
    for e in parts.needed:
        for use in parts.uses(e):
            is_fixed = use.sign in parts.numbers or is_constant(use.sign.key)
            if use.sign not in parts.definitions and not is_fixed:
                found.setdefault(use.sign, []).append((e, use))
    loss, inside = of_loss(parts), _in_functions(parts)
    outside = {sign for sign, places in found.items() if any(id(e) not in loss for e, _ in places)}
    only = [s for s in found if s not in outside and s not in inside and s.key.name not in NUMBERS]
    inputs = INPUTS if any(s.key.name in INPUTS for s in found) else OTHER_INPUTS
    is_clear = not any(s.key.name in inputs or s.key.name in (*WEIGHTS, *TARGETS) for s in only)
    roots = {id(inner(x.arg)) for e in parts.needed for x in walk(e.right) if isinstance(x, Root)}
    out: dict[Sign, str] = {}
    for sign, places in found.items():
        said = parts.declared.roles.get(sign)
        in_loss = sign not in inside and sign not in outside
        marked = any(u.sample is not None or u.order is not None for _, u in places)
        if said is not None:
            out[sign] = said
        elif in_loss and sign.key.name in COUNTS and not sign.key.font and not any(u.indices for _, u in places):
            out[sign] = "count"
        elif _is_given(sign, places) or all(id(u.node) in roots for _, u in places):
            out[sign] = "hyper"
        elif sign.key.name in inputs or _is_start(parts, sign):
            out[sign] = "input"
        elif in_loss and _is_number_letter(sign) and not marked and not any(u.indices for _, u in places):
            out[sign] = "hyper"
        elif in_loss and (sign.key.name in TARGETS or is_clear):
            out[sign] = "target"
        elif marked and not _is_layered(parts, places):
            out[sign] = "input"
        else:
            out[sign] = "parameter"
        if said is None and out[sign] == "parameter":
            _refuse_count(parts, sign, places)
        if said is None and out[sign] != "input":
            _refuse_undefined(parts, sign, places)
    if parts.assumed:
        return out
    has_input = "input" in out.values() or any(open_starts(parts))
    if not has_input and list(out.values()).count("parameter") != 1:
        e = parts.definitions[parts.cost][0]
        message, repair = "nothing says what the input is", "call it x, or name it under `derive:` as `inputs:`"
        raise parts.stated.error(message, repair, e.fragment, e.left)
    if "parameter" not in out.values():
        e = parts.definitions[parts.cost][0]
        message, repair = "nothing says what the parameters are", "name them under `derive:` as `parameters:`"
        raise parts.stated.error(message, repair, e.fragment, e.left)
    return out


def is_target_letter(key: Key) -> bool:
    """y, t, d and the like, as they are: `ŷ` is a prediction."""
    return key.name in TARGETS and not key.accents


def _is_given(sign: Sign, places: Sequence[tuple[Statement, Use]]) -> bool:
    return sign.key.name in NUMBERS and not any(u.indices for _, u in places)


def _in_functions(parts: Parts) -> set[Sign]:
    """The names in functions that are no losses: `f(x) = W x + b`."""
    out: set[Sign] = set()
    for macro in parts.functions.macros.values():
        if not any(macro.name.endswith(x) for x in COSTS):
            uses = (parts.signs.use(n, frozenset(parts.signs.ordered)) for n in names_in(macro.body))
            out |= {u.sign for u in uses if u is not None}
    return out


def _refuse_count(parts: Parts, sign: Sign, places: Sequence[tuple[Statement, Use]]) -> None:
    """A letter of sizes that only divides, `1/n Σ_i x_i`, is no parameter.

    Raises: DeriveError at its first place.
    """
    below = {id(x) for e in parts.needed for f in walk(e.right) if isinstance(f, Fraction) for x in walk(f.below)}
    if sign.key.name in COUNTS and all(id(use.node) in below for _, use in places):
        e, use = places[0]
        message = f"what {e.said(use.node)} counts is not said"
        repair = f"write the sum with its end, `\\sum_{{i=1}}^{{{sign.key.name}}}`"
        raise parts.stated.error(message, repair, e.fragment, use.node)


def _refuse_undefined(parts: Parts, sign: Sign, places: Sequence[tuple[Statement, Use]]) -> None:
    """A name whose letter is that of defined values, but that has no equation, is a gap and no parameter.

    Raises: DeriveError at its first place.
    """
    e, use = places[0]
    for left, _ in parts.stated.other:
        found = parts.signs.use(left, frozenset(parts.signs.ordered))
        if found is not None and found.sign == sign:
            message = f"what is said of {e.said(use.node)} is no equation of a forward pass"
            repair = "define it without derivatives, by `=`"
            raise parts.stated.error(message, repair, e.fragment, use.node)
    if any(s.key == sign.key for s in parts.definitions):
        message = f"no equation defines {e.said(use.node)}"
        repair = "define it, or name it under `derive:` as one of `inputs:`, `parameters:`"
        raise parts.stated.error(message, repair, e.fragment, use.node)


def _is_start(parts: Parts, sign: Sign) -> bool:
    """Whether a name is the value of layer 0, `a^0` or `h_0`, of values with an equation, or `o_i` below `o_j`."""
    if sign.key in parts.signs.lettered:
        return any(s.key == sign.key for s in parts.definitions)
    is_first = sign.layer == "0" or (not sign.layer and sign.subs[:1] == ("0",))
    return is_first and any(s.key == sign.key for s in parts.definitions)


def _is_layered(parts: Parts, places: Sequence[tuple[Statement, Use]]) -> bool:
    """Whether a name belongs to layers and not to steps: `W^l` of `a^l = σ(W^l a^{l-1})`."""
    return all(u.order is not None and parts.declared.is_depth(u.order) for _, u in places)


def _is_number_letter(sign: Sign) -> bool:
    """λ, α, ε: given numbers of a loss."""
    return sign.key.name in ("lambda", "alpha", "beta", "gamma", "epsilon", "varepsilon", "eta", "delta", "mu")


def of_loss(parts: Parts) -> set[int]:
    """The equations of the loss: that of the cost, and those that only the loss reads and that name no weight.

    A cost that the document does not state has no others.
    """
    found = {id(e) for e in parts.definitions[parts.cost]}
    if parts.assumed:
        return found
    readers: dict[Sign, set[int]] = {}
    for e in parts.needed:
        for use in parts.uses(e):
            readers.setdefault(use.sign, set()).add(id(e))
    for e in reversed(parts.needed):
        sign = parts.use(e).sign
        is_loss = sign.key.name in COSTS or (sign.key.name == "e" and not sign.layer)
        if id(e) not in found and is_loss and readers.get(sign, set()) <= found:
            found.add(id(e))
    return found

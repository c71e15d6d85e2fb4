"""How many axes a name has: by its indices, by a stated shape, by its letter, or by what it is combined with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations, product

from derive.forward.calls import inner
from derive.forward.constants import COSTS
from derive.forward.parts import Parts
from derive.forward.signs import Sign
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Added, Node
from derive.latex.reading.trees import walk
from derive.reading.keys import Key


def ranks_of(
    free: Mapping[Sign, bool], small: int, changes: int, of_all: Collection[Sign] = ()
) -> Iterator[tuple[int, dict[Sign, int | None]]]:
    """Numbers of axes, each way with what speaks against it: rather a matrix than a vector, and that than a number.

    Names of one letter are changed together; those that may get their axes from others have none yet. A capital is no
    number unless its shape is stated: among numbers no order and no transpose could be wrong. Capitals `of_all` samples
    have a vector for each.
    """
    usual = {s: None if is_open else 1 if s in of_all else _usual_rank(s, small) for s, is_open in free.items()}
    letters = {s.key: usual[s] for s in free}
    for chosen in combinations(letters, changes):
        for others in product(*(_other_ranks(k, letters[k]) for k in chosen)):
            ranks = dict(zip(chosen, others, strict=True))
            yield sum(2 - r for r in others), {s: ranks.get(s.key, usual[s]) for s in free}


def _other_ranks(key: Key, usual: int | None) -> list[int]:
    return [r for r in ((2, 1) if key.name[:1].isupper() else (2, 1, 0)) if r != usual]


def _usual_rank(sign: Sign, small: int) -> int:
    name = sign.key.name
    is_capital = name[:1].isupper()
    if is_capital:
        return 2
    return 1 if is_bold(sign) else small


def is_bold(sign: Sign) -> bool:
    """Whether a small letter is marked as a vector; where some are, the others are numbers."""
    return not sign.key.name[:1].isupper() and (sign.key.font == "bold" or "vec" in sign.key.accents)


def is_adaptive(parts: Parts, sign: Sign) -> bool:
    """Whether a name has as many axes as what it is added to, or compared with: targets, and biases.

    A bias is a small letter that stands as a term of sums alone.
    """
    if sign.key.name[:1].isupper() or is_bold(sign):
        return False
    if parts.leaves[sign] == "target":
        return True
    return parts.leaves[sign] == "parameter" and is_term(parts, sign)


def is_term(parts: Parts, sign: Sign) -> bool:
    """Whether a name stands as a term of sums alone: a bias."""
    terms = {id(inner(t)) for e in parts.needed for x in walk(e.right) if isinstance(x, Added) for t in x.terms}
    places = [u for e in parts.needed for u in parts.uses(e) if u.sign == sign]
    return all(id(u.node) in terms for u in places)


def fixed_rank(parts: Parts, sign: Sign) -> int | None:
    """By indices or a stated shape; the parts of a cost, `L = Σ_t L_t`, are numbers as it is. None for others."""
    count = parts.signs.counts.get((sign.key, sign.subs))
    if count is not None:
        return count
    sizes = declared_shape(parts, sign)
    if sizes is None and sign.key.name in COSTS and (sign.key, sign.subs) in parts.signs.totals:
        return 0
    return None if sizes is None else len([s for s in sizes if shown(s) != "1"])


def declared_shape(parts: Parts, sign: Sign) -> tuple[Node, ...] | None:
    for node, sizes in parts.declared.shapes:
        use = parts.signs.use(node, frozenset())
        if use is not None and use.sign == sign:
            return sizes
    for claim in parts.stated.shapes:
        use = parts.signs.use(claim.name, frozenset(parts.signs.ordered))
        if use is not None and use.sign == sign and use.order is None:
            return claim.sizes
    return None


def counted_entries(parts: Parts, sign: Sign) -> Iterator[Node]:
    """How many entries a name has, where a list of them says it."""
    for node, size in parts.stated.lists:
        use = parts.signs.use(node, frozenset())
        if use is not None and use.sign == sign:
            yield size

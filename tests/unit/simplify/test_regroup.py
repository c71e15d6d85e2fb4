"""Results stated piece by piece: together the pieces are the whole, and quotients or brackets are gone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from derive.ir.environment import Environment
from derive.ir.interpret import assignments, place
from derive.ir.normal_form import evaluate_poly
from derive.simplify.regroup import Piece, pieces
from derive.terms.affine import Affine, Index, Quotient, index, number, quotient, size
from derive.terms.algebra import bound, times
from derive.terms.term import Bound, Poly
from derive.terms.walk import affines_in, atoms_in
from tests.stating import entry, environment, product_of, sum_of

k, n = index("k"), size("n")
PLACES = range(-20, 30)


def env() -> Environment:
    arrays = {name: {(a,): 1.5 * a * a + ord(name) for a in PLACES} for name in "xyuv"}
    return environment({"n": 3}, arrays)


def check(p: Poly, domain: tuple[Index, ...]) -> list[Piece]:
    """The pieces give every entry once, with its value."""
    found: dict[tuple[int, ...], float] = {}
    made = pieces(p, domain)
    for piece in made:
        at = [index(b.name).subs(piece.places) for b in domain]
        for point in assignments(piece.domain, env()):
            where = place(at, point)
            assert where not in found
            found[where] = evaluate_poly(piece.poly, point)
    whole = {place([index(b.name) for b in domain], at): evaluate_poly(p, at) for at in assignments(domain, env())}
    assert found == pytest.approx(whole)
    return made


def is_plain(made: Sequence[Piece]) -> bool:
    """Whether no quotient and no bracket is left."""
    polys = [p.poly for p in made]
    quotients = any(isinstance(v, Quotient) for p in polys for a in affines_in(p) for v, _ in a.terms)
    return not quotients and not any(isinstance(a, Bound) for p in polys for a in atoms_in(p))


def upto(extent: Affine | int, lo: int = 1) -> Index:
    return Index("k", number(lo), (number(extent) if isinstance(extent, int) else extent) + lo - 1)


@pytest.mark.parametrize("domain", [upto(6), upto(n * 3), upto(6, lo=4)])
def test_blocks_of_one_length(domain: Index) -> None:
    lo = domain.lo.const
    q = quotient(k - lo, 3)
    made = check(times(entry("x", q + 1), entry("y", k - q * 3)), (domain,))
    assert len(made) == 1 and is_plain(made)
    assert [b.extent for b in made[0].domain] == [quotient(domain.extent, 3), number(3)]


@pytest.mark.parametrize(
    ("q", "domain"),
    [
        (quotient(k - 1, 3), upto(7)),
        (quotient(k, 3), upto(6)),
        (quotient(k - 1, 3), upto(n)),
        (quotient(k - 1, 2) + quotient(k - 1, 3), upto(6)),
    ],
)
def test_what_does_not_come_out_whole_stays(q: Affine, domain: Index) -> None:
    assert check(entry("x", q), (domain,)) == [Piece((domain,), {}, entry("x", q))]


def test_slices() -> None:
    parts = [
        times(entry("x", k), bound(n - k)),
        product_of(entry("y", k - n), bound(k - n - 1), bound(n * 2 - k)),
        times(entry("u", k - n * 2), bound(k - n * 2 - 1)),
    ]
    made = check(sum_of(*parts), (upto(n * 3),))
    assert len(made) == 3 and is_plain(made)
    assert [p.places["k"] for p in made] == [k, k + n, k + n * 2]


@pytest.mark.parametrize(
    "p",
    [
        times(entry("x", k - n), bound(k - n - 1)),
        sum_of(entry("x", k), times(entry("y", k - 1), bound(k - 2)), times(entry("u", k), bound(k - n * 5))),
        times(entry("x", k), bound(k - 2)),
    ],
)
def test_a_slice_of_zeros_is_not_told_apart(p: Poly) -> None:
    assert len(check(p, (upto(n * 3),))) == 1


def test_ordered_indices_are_left_to_the_case_split() -> None:
    ordered = Index("k", number(1), n * 2, ordered=True)
    p = sum_of(times(entry("x", k), bound(n - k)), times(entry("y", k - n), bound(k - n - 1)))
    assert pieces(p, (ordered,)) == [Piece((ordered,), {}, p)]

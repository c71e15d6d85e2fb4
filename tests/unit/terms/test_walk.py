"""Walks over terms: what occurs where, and rewriting atom by atom."""

from __future__ import annotations

from derive.terms.affine import Affine, IdEntry, Size, index, size
from derive.terms.algebra import delta, function, positive, power, times
from derive.terms.blocks import sum_over
from derive.terms.scope import entries_with_scope
from derive.terms.term import (
    Atom,
    Block,
    Entry,
    Functional,
    Partial,
    Poly,
    of_affine,
    of_atom,
    of_monomial,
)
from derive.terms.walk import atoms_in, entries_in, rewrite, sizes_of
from tests.stating import entry, minus, product_of, scope, sum_of, upto

i, j = index("i"), index("j")
J = upto("j", "m")
ROW = sum_over((J,), times(entry("W", i, j), entry("x", j)), {})
FUNCTIONAL = of_atom(Functional("C", (upto("_1_0", "n"),), (entry("a", index("_1_0")),)))


def tensors(p: Poly) -> set[str]:
    return {e.tensor for e in entries_in(p)}


def test_entries_are_found_under_every_binder() -> None:
    p = sum_of(
        function("exp", (ROW,)),
        power(sum_of(entry("u"), entry("v")), -1),
        positive(entry("s")),
        FUNCTIONAL,
        of_atom(Partial(Entry("z", (i,)), Entry("b", (i,)))),
    )
    assert tensors(p) == {"W", "x", "u", "v", "s", "a", "z", "b"}


def test_class_ids_count_as_entries() -> None:
    ids = Affine([(IdEntry("y", (i,)), 1)])
    assert tensors(entry("p", ids)) == {"p", "y"}
    assert tensors(delta(ids - j)) == {"y"}


def test_sizes_are_found_in_ranges_and_indices() -> None:
    p = times(ROW, of_affine(size("k")))
    assert set(sizes_of(p)) == {Size("m"), Size("k")}
    assert set(sizes_of(entry("a", size("L")))) == {Size("L")}


def test_the_outermost_atom_comes_first() -> None:
    names = [type(a).__name__ for a in atoms_in(function("sin", (ROW,)))]
    assert names[0] == "Func" and names[1] == "Block"


def doubled_x(atom: Atom) -> Poly | None:
    return product_of(2, of_atom(atom)) if isinstance(atom, Entry) and atom.tensor == "x" else None


def test_rewriting_goes_through_functions_bases_conditions_and_sums() -> None:
    assert rewrite(ROW, doubled_x) == product_of(2, ROW)
    assert rewrite(function("sin", (ROW,)), doubled_x) == function("sin", (product_of(2, ROW),))
    assert rewrite(power(sum_of(entry("x", i), 1), -2), doubled_x) == power(sum_of(product_of(2, entry("x", i)), 1), -2)
    assert rewrite(positive(minus(entry("x", i))), doubled_x) == positive(minus(entry("x", i)))
    assert rewrite(power(entry("x", i), -3), doubled_x) == product_of(power(product_of(2, entry("x", i)), -3))


def test_rewriting_does_not_capture() -> None:
    """x_j := y_i inside Σ_j keeps i free, whatever the sum's index is opened as."""

    def rule(atom: Atom) -> Poly | None:
        return entry("y", index("$0")) if isinstance(atom, Entry) and atom.tensor == "x" else None

    p = rewrite(ROW, rule, frozenset({"$0"}))
    assert p == times(entry("y", index("$0")), sum_over((J,), entry("W", i, j), {}))


def test_rewriting_with_nothing_to_do_returns_the_same() -> None:
    p = sum_of(ROW, FUNCTIONAL, function("log", (ROW,)))
    assert rewrite(p, lambda atom: None) == p


def test_a_sum_over_what_a_rule_gives_is_normalized_again() -> None:
    def rule(atom: Atom) -> Poly | None:
        return of_affine(size("n")) if isinstance(atom, Entry) and atom.tensor == "W" else None

    assert rewrite(ROW, rule) == times(of_affine(size("n")), sum_over((J,), entry("x", j), {}))


def test_scopes_hold_the_bound_indices() -> None:
    found = {e.tensor: s for e, s in entries_with_scope(times(ROW, entry("u", i)), scope(upto("i", "n")))}
    assert set(found["u"]) == {"i"}
    (bound,) = set(found["W"]) - {"i"}
    assert found["W"][bound].hi == size("m")
    assert found["W"]["i"].hi == size("n")


def test_scopes_reach_functions_bases_and_functionals() -> None:
    p = sum_of(function("exp", (ROW,)), power(sum_of(ROW, 1), -1), FUNCTIONAL)
    found = [(e.tensor, len(s)) for e, s in entries_with_scope(p, {})]
    assert found.count(("x", 1)) == 2
    assert ("a", 1) in found


def test_blocks_are_found_where_they_stand() -> None:
    ((m, _),) = ROW.terms
    (block,) = (a for a, _ in m.powers)
    assert isinstance(block, Block)
    assert of_monomial(m) == ROW

"""Sums shown as one keep their value, whatever stands under them; what is joined gets shorter."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from derive.ir.interpret import assignments
from derive.ir.normal_form import evaluate_poly
from derive.simplify.cost import cost
from derive.simplify.join import join_sums
from derive.simplify.joined import Joined
from derive.simplify.present import Presenter
from derive.terms.affine import Index, index, number, size
from derive.terms.algebra import bound, function, power, scale, times_all, total
from derive.terms.blocks import sum_over
from derive.terms.term import Poly
from derive.terms.view import Num, View, children, to_poly
from derive.terms.walk import atoms_in
from tests.evaluation import close, evaluate_view
from tests.stating import entry
from tests.views import FREE, random_environment

i, j = index("i"), index("j")
a, b = index("a"), index("b")
RANGES = [(number(1), size("n")), (number(1), size("m")), (number(1), i)]
VECTORS = [entry("x", a), entry("u", a), entry("ids", a), power(entry("u", a), -1), function("exp", (entry("x", a),))]
MATRICES = [
    entry("W", a, b),
    entry("W", b, a),
    entry("V", a, b),
    entry("V", b, a),
    function("exp", (entry("W", a, b),)),
]
ROWS = [entry("W", i, a), entry("V", i, a), entry("V", a, i)]
OTHERS = [entry("x", b), entry("V", a, j), entry("W", a + i, b), bound(a - b)]
STOCKS = [VECTORS, MATRICES, ROWS, [*VECTORS, *MATRICES, *ROWS, *OTHERS]]
BESIDE = [entry("u", i), entry("x", j), entry("s"), power(entry("u", j), Fraction(-1, 2))]


@st.composite
def polys(draw: st.DrawFn) -> Poly:
    """A few sums over one range, most with a factor that others have too."""
    shared = draw(st.sampled_from(STOCKS[-1]))
    others = draw(st.lists(st.sampled_from(draw(st.sampled_from(STOCKS))), min_size=2, max_size=4, unique=True))
    beside = draw(st.lists(st.sampled_from(BESIDE), min_size=1, max_size=2))
    lo, hi = draw(st.sampled_from(RANGES))
    terms = []
    for _ in range(draw(st.integers(2, 5))):
        inside = draw(st.lists(st.sampled_from(others), min_size=1, max_size=2))
        factors = times_all([*inside, shared] if draw(st.integers(0, 3)) else inside)
        used = [name for name in ("a", "b") if name in factors.free]
        summed = sum_over(tuple(Index(name, lo, hi) for name in used), factors, FREE)
        c = draw(st.sampled_from([1, -1, 2, Fraction(1, 2)]))
        terms.append(scale(times_all([draw(st.sampled_from(beside)), summed]), c))
    return total(terms)


def length(view: View) -> int:
    return (not isinstance(view, Num)) + sum(map(length, children(view)))


@settings(max_examples=200)
@given(polys(), st.integers(0, 10**6))
def test_joining_keeps_the_value_and_shortens(p: Poly, seed: int) -> None:
    joined = join_sums(p, frozenset(FREE))
    found = [atom for atom in atoms_in(joined) if isinstance(atom, Joined)]
    assert bool(found) == (joined != p)
    assert cost(joined) < cost(p) or not found
    view = Presenter({}).view(p, frozenset(FREE))
    assert to_poly(view) == p
    env = random_environment(seed)
    for point in list(assignments((FREE["i"], FREE["j"]), env))[:3]:
        assert close(evaluate_view(view, point), evaluate_poly(p, point), 1)


@settings(max_examples=100)
@given(polys())
def test_joining_does_not_depend_on_names_in_use(p: Poly) -> None:
    plain, apart = (Presenter({}).view(p, avoid) for avoid in (frozenset[str](), frozenset({"$0", "$1", "$2"})))
    assert length(plain) == length(apart)
    assert to_poly(plain) == to_poly(apart)

"""Display letters: unique in scope, the author's first, the same whenever they are chosen."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from derive.latex.naming import Letters, letter_of, moved, moved_by
from derive.latex.printer import Printer
from derive.terms.affine import Affine, Index, index, number, size
from derive.terms.term import Entry
from derive.terms.view import Leaf, Summed, Times
from tests.unit.latex.networks import deep, plain, softmax

N, M = size("n"), size("m")
ONE = number(1)


def letters(**more: object) -> Letters:
    given_ = {"names": {}, "ranges": {}, "reserved": frozenset(), **more}
    return Letters(**given_)  # type: ignore[arg-type]


def test_the_authors_letter_comes_first() -> None:
    chosen = letters(names={"j3": "j", "k4": "k"}).extended([Index("j3", ONE, N), Index("k4", ONE, N)], {})
    assert chosen == {"j3": "j", "k4": "k"}


def test_two_indices_with_one_letter() -> None:
    found = letters(names={"j3": "j", "j4": "j"}, ranges={(ONE, N): ("j", "k")})
    assert found.extended([Index("j3", ONE, N), Index("j4", ONE, N)], {}) == {"j3": "j", "j4": "k"}


def test_a_bound_index_takes_a_letter_of_its_range() -> None:
    found = letters(ranges={(ONE, M): ("i",), (ONE, N): ("j", "k")})
    assert found.extended([Index("$0", ONE, M)], {})["$0"] == "i"
    assert found.extended([Index("$0", ONE, N)], {"a": "j"})["$0"] == "k"


def test_ranges_of_a_family_share_letters() -> None:
    """The range 1 … n_{l+1} is known from 1 … n_l."""
    found = letters(ranges={(ONE, size("n", index("l"))): ("j",)})
    assert found.extended([Index("$0", ONE, size("n", index("l") + 1))], {"l": "l"})["$0"] == "j"
    assert found.is_whole(Index("$0", ONE, size("n", number(7))))
    assert not found.is_whole(Index("$0", ONE, size("h", number(7))))
    assert not found.is_whole(Index("$0", ONE, size("n", index("l")) - 1))


def test_made_up_letters_keep_out_of_the_way() -> None:
    found = letters(reserved=frozenset("jkp"))
    assert found.extended([Index("$0", ONE, N), Index("$1", ONE, N)], {}) == {"$0": "q", "$1": "r"}
    assert letters().extended([Index("$0", ONE, N, True)], {})["$0"] == "r"


def test_a_second_index_over_samples_leaves_the_letters_of_features() -> None:
    ranges = {(ONE, M): ("i",), (ONE, N): ("j", "k")}
    found = letters(ranges=ranges, batch=(ONE, M))
    assert found.extended([Index("$0", ONE, M), Index("$1", ONE, N)], {"i": "i", "j": "j"}) == {
        "i": "i",
        "j": "j",
        "$0": "p",
        "$1": "k",
    }


def test_there_are_always_letters_left() -> None:
    many = [Index(f"${k}", ONE, N) for k in range(60)]
    chosen = letters(reserved=frozenset("jk")).extended(many, {})
    assert len(set(chosen.values())) == 60


@given(st.permutations(["a", "b", "c"]))
def test_the_choice_does_not_depend_on_unrelated_scope_order(order: list[str]) -> None:
    scope = {name: {"a": "j", "b": "k", "c": "p"}[name] for name in order}
    assert letters().extended([Index("$0", ONE, N)], scope)["$0"] == "q"


def test_seeds_of_jacobians_are_told_apart() -> None:
    network = softmax()
    printer = Printer(network, "nielsen", seed="p")
    lhs = Entry("∂x", (index("i"), index("i'")))
    assert printer.names_of(lhs) == {"i": "i", "i'": "j"}
    assert printer.entry(lhs, printer.names_of(lhs)) == r"\frac{\partial p_{j}}{\partial x_{i}}"
    assert printer.entry(lhs, {"i": "i", "i'": "i'"}) == r"\frac{\partial p_{i'}}{\partial x_{i}}"


def test_names_of_a_fixed_layer() -> None:
    """The lines before a case split mention l, which the case itself has fixed at L."""
    network = deep()
    printer = Printer(network)
    j = network.tensor("z").axes[1].name
    names = printer.names_of(Entry("∂z", (size("L"), index(j))))
    assert names == {j: "j", "l": "l"}


def test_nested_sums_never_share_a_letter() -> None:
    printer = Printer(plain(), "ng")
    n = Index("$0", ONE, N)
    for outer, inner in permutations(["$0", "$1"]):
        body = Times((Leaf(Entry("A", (index(outer), index(inner)))), Leaf(Entry("x", (index("i"),)))))
        view = Summed((n.renamed(outer),), Summed((n.renamed(inner),), body))
        assert printer.view(view, {"i": "i"}) == r"\sum_{j=1}^{n} \sum_{k=1}^{n} A_{jk} x_{i}"


def test_a_hidden_index_is_drawn_apart_from_the_outer_one() -> None:
    """A sum inside a sum over the same internal name."""
    printer = Printer(plain(), "ng")
    one = Index("$0", ONE, N)
    inner = Summed((one,), Leaf(Entry("x", (index("$0"),))))
    view = Summed((one,), Times((Leaf(Entry("y", (index("$0"),))), inner)))
    tex = printer.view(view)
    assert tex == r"\sum_{i=1}^{n} y_{i} \sum_{j=1}^{n} x_{j}"


def test_affine() -> None:
    printer = Printer(plain(), "ng")
    k, n = index("k"), size("n")
    shown = {
        "k+1": k + 1,
        "n-1": n - 1,
        "n-k+1": n - k + 1,
        "2k+q-1": k * 2 + index("q") - 1,
        "1-k": -k + 1,
        "-k": -k,
        "0": Affine(),
        "3": number(3),
    }
    assert {printer.affine(a, {"k": "k", "q": "q"}) for a in shown.values()} == set(shown)


def test_an_index_whose_number_is_shown_as_more() -> None:
    assert moved("l", -1) == "l-1" and moved("l-1", 2) == "l+2" and moved("l-1", 0) == "l"
    assert (letter_of("l-1"), letter_of("j'"), letter_of("k")) == ("l", "j'", "k")
    assert (moved_by("l-1"), moved_by("l+2"), moved_by("j_1")) == (-1, 2, 0)
    assert letters(names={"l9": "l"}).extended([Index("l9", ONE, N, True)], {"l": "l-1"})["l9"] != "l"

"""What is derived for windows reads as in a textbook: the gradient by the input is a transposed convolution."""

from __future__ import annotations

import pytest

from derive.derivation import Adjoints, derive_adjoints
from derive.ir.record import Case
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.terms.affine import Affine, index
from derive.terms.term import Block, Entry
from derive.terms.walk import atoms_in


def derived(layer: str, given: str, target: str) -> Adjoints:
    text = f"inputs: {{x: {given}}}\ntargets: {{u: {target}}}\nlayers: [{layer}]\nloss: inner_product\n"
    return derive_adjoints(compile_network(read_network_text(f"notation: rows\n{text}")))


def only_case(adjoints: Adjoints, name: str) -> Case:
    [case] = adjoints.results[name]
    return case


def under_the_sum(case: Case) -> dict[str, tuple[Affine, ...]]:
    """Where the tensors stand under the only sum of a case."""
    [block] = [atom for atom in atoms_in(case.poly) if isinstance(atom, Block)]
    return {entry.tensor: entry.idx for entry, _ in block.body.powers if isinstance(entry, Entry)}


def variable(at: Affine) -> str:
    """The index that stands alone at a place."""
    assert isinstance(at.variable, str), at
    return at.variable


@pytest.mark.parametrize("dilation", [1, 2])
def test_the_kernel_is_turned_round_for_the_input(dilation: int) -> None:
    """∂x_ck = Σ_o,r W_ocr ∂z_o,k−(r−1)D: a convolution with the channels exchanged and the kernel from its end."""
    adjoints = derived(
        f"{{conv1d: {{channels: 2, kernel: 3, dilation: {dilation}}}}}", "[3, 9]", f"[2, {9 - 2 * dilation}]"
    )
    case = only_case(adjoints, "x")
    c, k = case.lhs.idx
    at = under_the_sum(case)
    o, c_of_W, r = at["W1"]
    assert c_of_W == c
    assert at["∂z1"] == (o, k - (index(variable(r)) - 1) * dilation)


@pytest.mark.parametrize("stride", [2, 3])
def test_every_so_many_taps_for_the_input_under_a_stride(stride: int) -> None:
    """∂x_ck = Σ_o,p W_o,c,k−(p−1)S ∂z_op: the taps that read the entry k, one in S."""
    adjoints = derived(
        f"{{conv1d: {{channels: 2, kernel: 4, stride: {stride}}}}}", "[3, 10]", f"[2, {6 // stride + 1}]"
    )
    case = only_case(adjoints, "x")
    c, k = case.lhs.idx
    at = under_the_sum(case)
    o, p = at["∂z1"]
    assert at["W1"] == (o, c, k - (index(variable(p)) - 1) * stride)


def test_the_kernel_gets_a_correlation() -> None:
    """∂W_ocr = Σ_p x_c,(p−1)S+(r−1)D+1 ∂z_op."""
    adjoints = derived("{conv1d: {channels: 2, kernel: 3, stride: 2, dilation: 3}}", "[4, 12]", "[2, 3]")
    case = only_case(adjoints, "W1")
    o, c, r = case.lhs.idx
    at = under_the_sum(case)
    o_of_z, p = at["∂z1"]
    assert o_of_z == o
    assert at["x"] == (c, (index(variable(p)) - 1) * 2 + (r - 1) * 3 + 1)


def test_the_transpose_of_a_transposed_convolution() -> None:
    """∂x_ch = Σ_o,r W_cor ∂z_o,h+r−1: a convolution of what comes back."""
    adjoints = derived("{conv_transpose1d: {channels: 2, kernel: 3}}", "[4, 5]", "[2, 7]")
    case = only_case(adjoints, "x")
    c, h = case.lhs.idx
    at = under_the_sum(case)
    c_of_W, o, r = at["W1"]
    assert c_of_W == c
    assert at["∂z1"] == (o, h + r - 1)


def test_pooling_side_by_side_needs_no_sum() -> None:
    """∂x_c,2(p−1)+r = ½ ∂y_cp, and under a maximum [r is the first maximum] ∂y_cp."""
    for kind in ("avg_pool1d", "max_pool1d"):
        case = only_case(derived(f"{{{kind}: {{window: 2}}}}", "[3, 8]", "[3, 4]"), "x")
        assert not any(isinstance(atom, Block) for atom in atoms_in(case.poly))
        assert len(case.lhs.idx[1].free) == 2

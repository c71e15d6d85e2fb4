"""Which adjoints keep a name where layers meet: nothing is put in place twice, also through copies and slices."""

from __future__ import annotations

import pytest

from derive.derivation import Adjoints, derive_adjoints
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from tests.layers.directional import check_text

HEAD = "notation: rows\nbatch: {size: m, reduce: mean}\ntargets: {y: {size: 3, kind: one_hot}}\n"
END = "  - {dense: {units: 3}}\nloss: cross_entropy_with_logits\n"

POOLED_TWICE = f"""{HEAD}inputs: {{x: [2, 4, 4]}}
layers:
  - {{max_pool2d: {{window: 2}}, from: x, name: p}}
  - {{avg_pool2d: {{window: 2}}, from: x, name: q}}
  - {{concat: {{axis: 1}}, from: [p, q], name: both}}
  - {{instance_norm: {{}}}}
  - {{flatten: {{}}}}
{END}"""

NORMALIZED_TWICE = f"""{HEAD}inputs: {{x: [4, 3]}}
layers:
  - {{group_norm: {{groups: 2}}}}
  - {{flatten: {{}}, name: flat}}
  - {{layer_norm: {{}}}}
{END}"""

DENSELY_CONNECTED = f"""{HEAD}inputs: {{x: 3}}
layers:
  - {{dense: {{units: 2}}, name: d0}}
  - {{batch_norm: {{}}}}
  - {{tanh: {{}}}}
  - {{dense: {{units: 3}}, name: d1}}
  - {{concat: {{axis: 1}}, from: [d0, d1], name: k1}}
  - {{layer_norm: {{}}}}
  - {{tanh: {{}}}}
  - {{dense: {{units: 2}}, name: d2}}
  - {{concat: {{axis: 1}}, from: [k1, d2], name: k2}}
  - {{layer_norm: {{}}}}
{END}"""

AVERAGED = f"""{HEAD}inputs: {{x: [T, 2]}}
layers:
  - {{layer_norm: {{}}}}
  - {{global_avg_pool: {{}}, name: mean}}
{END}"""

NETWORKS = {
    "pooled twice": (POOLED_TWICE, {"both"}),
    "normalized twice": (NORMALIZED_TWICE, {"flat"}),
    "densely connected": (DENSELY_CONNECTED, {"k1", "k2"}),
    "averaged": (AVERAGED, {"mean"}),
}


def adjoints_of(text: str) -> Adjoints:
    return derive_adjoints(compile_network(read_network_text(text)))


@pytest.mark.parametrize(("text", "names"), NETWORKS.values(), ids=NETWORKS)
def test_what_is_read_through_copies_is_named(text: str, names: set[str]) -> None:
    adjoints = adjoints_of(text)
    assert names <= set(adjoints.named)
    longest = max(len(case.poly.terms) for cases in adjoints.results.values() for case in cases)
    assert longest <= 4


@pytest.mark.parametrize(("text", "names"), NETWORKS.values(), ids=NETWORKS)
def test_and_right(text: str, names: set[str]) -> None:
    check_text(text)


def test_a_copy_alone_gives_no_name() -> None:
    """∂z is ∂f at another place: one of them is enough."""
    text = (
        f"{HEAD}inputs: {{x: 4}}\nlayers:\n  - {{dense: {{units: 4}}}}\n  - {{reshape: {{shape: [2, 2]}}, name: r}}\n"
    )
    adjoints = adjoints_of(f"{text}  - {{layer_norm: {{}}}}\n  - {{flatten: {{}}}}\n{END}")
    assert "z1" in adjoints.named
    assert "r" not in adjoints.named

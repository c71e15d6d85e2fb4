"""The bundled examples: the verifier, which evaluates adjoints by itself, finds their kernels right."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.network.compile import compile_network
from derive.network.schema import read_network_text
from derive.verify.claims import Status
from derive.verify.code import verify_functions

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = [
    "attention",
    "batch-norm-mlp",
    "char-lstm",
    "gru",
    "lenet",
    "residual-cnn",
    "transformer-block",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_kernel_of_an_example(name: str) -> None:
    file = EXAMPLES / f"{name}.yaml"
    network = compile_network(read_network_text(file.read_text(encoding="utf-8"), file=str(file)))
    wanted = network.parameters or network.role("input")
    adjoints = derive_adjoints(network, tuple(t.name for t in wanted))
    kernel = load_kernel(emit_kernel(network, adjoints, wrt="params" if network.parameters else "inputs"))
    claims = verify_functions(kernel, network, adjoints, points=2).claims
    assert {c.name for c in claims} == {"loss", *(t.name for t in wanted)}
    assert {c.status for c in claims} == {Status.AGREES}

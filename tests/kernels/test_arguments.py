"""The frame of a kernel: fields, what is refused, what is converted, initial values, the text itself."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from derive.derivation import derive_adjoints
from derive.kernels import emit_kernel, load_kernel
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_file, read_network_text
from derive.resources import examples_dir

CLASSES = """name: classes
batch: {size: m, reduce: mean}
inputs: {x: n}
targets: {y: {size: K, kind: class_id}}
layers:
  - {dense: {units: h, activation: prelu}, name: class}
  - {dense: {units: K, activation: softmax}}
loss: cross_entropy
penalty: {l2: lambda}
"""
DEEP = (examples_dir() / "deep-tanh.yaml").read_text()


@cache
def network(text: str) -> Network:
    return compile_network(read_network_text(text))


@cache
def module(text: str, wrt: Any = "params") -> ModuleType:
    return load_kernel(emit_kernel(network(text), derive_adjoints(network(text)), wrt))


def classes(dtype: Any = np.float64) -> tuple[Any, Any]:
    kernel, rng = module(CLASSES), np.random.default_rng(0)
    params = kernel.init(rng, n=7, h=5, K=4, dtype=dtype)
    x = rng.standard_normal((7, 6)).astype(dtype)
    return params, kernel.Inputs(x, rng.integers(0, 4, 6), 0.1)


def test_fields_in_the_order_of_the_file_hyperparameters_last() -> None:
    assert module(CLASSES).Params._fields == ("W_class", "b_class", "alpha_class", "W2", "b2")
    assert module(CLASSES).Inputs._fields == ("x", "y", "lambda_")


@pytest.mark.parametrize("wrt, groups", [("params", "P"), ("inputs", "I"), ("all", "PI")])
def test_results_by_what_is_asked_for(wrt: str, groups: str) -> None:
    kernel = module(CLASSES, wrt)
    loss, *gradients = kernel.value_and_grad(*classes())
    assert [type(g).__name__[0] for g in gradients] == list(groups)
    assert loss == pytest.approx(kernel.loss(*classes()))
    if "I" in groups:
        assert gradients[-1].x.shape == (7, 6)
        assert gradients[-1].y is None and gradients[-1].lambda_ is None


def test_forward_is_the_prediction() -> None:
    found = module(CLASSES).forward(*classes())
    assert found.shape == (4, 6)
    assert np.allclose(found.sum(0), 1)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda p, i: (p._replace(b2=p.b2[:, 0]), i), r"b2 has the shape \(4,\); it must be \(K, 1\)"),
        (lambda p, i: (p._replace(W2=p.W2.T), i), "W2 has the shape"),
        (lambda p, i: (p, i._replace(x=i.x[:-1])), "x has the shape|W_class has the shape"),
        (lambda p, i: (p, i._replace(x=i.x[0])), r"x has the shape \(6,\); it must be \(n, m\)"),
        (lambda p, i: (p, i._replace(y=i.y + 0.5)), "y holds class ids"),
        (lambda p, i: (p, i._replace(y=i.y[:-1])), "y has the shape"),
        (lambda p, i: (tuple(p)[1:], i), "the fields must be W_class, b_class"),
    ],
)
@pytest.mark.parametrize("function", ["value_and_grad", "forward", "loss"])
def test_what_does_not_fit_is_named(change: Any, message: str, function: str) -> None:
    with pytest.raises(ValueError, match=message):
        getattr(module(CLASSES), function)(*change(*classes()))


def test_sequences_are_checked_layer_by_layer() -> None:
    kernel, rng = module(DEEP), np.random.default_rng(0)
    params = kernel.init(rng, n=(5, 4, 3, 2))
    inputs = kernel.Inputs(rng.standard_normal((5, 6)), rng.standard_normal((2, 6)))
    kernel.loss(params, inputs)
    W, b = params
    for wrong in (params._replace(b=(*b[:2], b[2][:, 0])), params._replace(W=(W[0], W[1].T, W[2]))):
        with pytest.raises(ValueError, match=r"(W|b) has the shape"):
            kernel.loss(wrong, inputs)
    with pytest.raises(ValueError, match="has the shape"):
        kernel.loss(params._replace(W=W[:2]), inputs)


def test_lists_and_other_dtypes_are_converted_to_that_of_the_parameters() -> None:
    kernel = module(CLASSES)
    params, inputs = classes(np.float32)
    expected = kernel.value_and_grad(params, inputs)
    loose = inputs._replace(x=inputs.x.astype(np.float64).tolist(), y=inputs.y.tolist(), lambda_=np.array(0.1))
    found = kernel.value_and_grad(params, loose)
    for a, b in zip((expected[0], *expected[1]), (found[0], *found[1]), strict=True):
        assert b.dtype == np.float32
        assert np.array_equal(a, b)
    assert kernel.loss(kernel.Params(*(np.rint(p).astype(int) for p in params)), inputs).dtype == np.float64


def test_other_sizes_in_the_same_module() -> None:
    kernel = module(DEEP)
    for n, m in (((3, 2), 1), ((2, 5, 3, 4, 6), 7)):
        params = kernel.init(np.random.default_rng(0), n=n)
        assert len(params.W) == len(n) - 1
        loss, gradients = kernel.value_and_grad(params, kernel.Inputs(np.ones((n[0], m)), np.ones((n[-1], m))))
        assert [g.shape for g in gradients.W] == [w.shape for w in params.W]
        assert isinstance(gradients.b, tuple) and np.isfinite(loss)


def test_initial_values_by_activation() -> None:
    params = module(CLASSES).init(np.random.default_rng(0), n=300, h=200, K=100)
    assert np.var(params.W_class) == pytest.approx(2 / 300, rel=0.05)
    assert np.var(params.W2) == pytest.approx(2 / 300, rel=0.05)
    assert float(params.alpha_class) == 0.25
    assert not params.b2.any()


EXAMPLES = sorted(p for p in examples_dir().glob("*.yaml") if p.stem != "deep")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_text_imports_numpy_alone_and_says_what_each_line_computes(path: Any) -> None:
    made = compile_network(read_network_file(path))
    text = emit_kernel(made, derive_adjoints(made), wrt="all")
    tree = ast.parse(text)
    imported = {n.name for i in ast.walk(tree) if isinstance(i, ast.Import) for n in i.names}
    taken = {i.module for i in ast.walk(tree) if isinstance(i, ast.ImportFrom)}
    assert imported == {"numpy"} and taken <= {"functools", "math", "threading", "typing"}
    assert "einsum" not in re.sub(r"np\.einsum\('(\w+),\1->\w+'", "", text), "only dots of columns have no product"
    assert all(ast.get_docstring(f) for f in tree.body if isinstance(f, ast.FunctionDef | ast.ClassDef))
    body = text.split("def value_and_grad")[1].split("\ndef ")[0]
    has_preactivations = any(t.label.meaning == "preactivation" for t in made.tensors.values())
    assert "∂C/∂" in body and ("δ" in body or not has_preactivations)


def test_the_text_depends_on_nothing_but_the_network() -> None:
    program = (
        "from derive.pipeline import load\n"
        "print(*(load(n).derive().kernel('all') for n in ('two-branch', 'deep-tanh', 'softmax-classifier')))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "7")
    }
    assert len(texts) == 1


def test_tensors_named_like_python_or_the_frame() -> None:
    text = """name: names
batch: {size: m, reduce: mean}
inputs: {np: n}
targets: {params: {size: K, kind: real}}
layers:
  - {dense: {units: K, activation: tanh}, name: inputs}
loss: half_squared_error
"""
    kernel = module(text, "all")
    assert kernel.Inputs._fields == ("np", "params")
    params = kernel.init(np.random.default_rng(0), n=3, K=2)
    loss, _, by_inputs = kernel.value_and_grad(params, kernel.Inputs(np.ones((3, 4)), np.zeros((2, 4))))
    assert np.isfinite(loss) and by_inputs.np.shape == (3, 4)

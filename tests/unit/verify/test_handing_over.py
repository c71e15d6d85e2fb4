"""How hand-written code takes arrays and gives gradients back, and what it is told where that cannot be made out."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.errors import DeriveError
from tests.unit.verify.subjects import report_on_source, statuses

HEAD = "import numpy as np\n\n\n"
BODY = """
    r = {W} @ {x} + {b} - {y}
    m = r.shape[1]
    loss, dW, db = 0.5 * np.sum(r**2) / m, r @ {x}.T / m, r.sum(1, keepdims=True) / m
    return {returned}
"""
ARRAYS = {
    "value_and_grad(params, inputs)": ("params.W1", "params.b1", "inputs.x", "inputs.y"),
    "value_and_grad(p, batch)": ("p['W1']", "p['b1']", "batch[0]", "batch[1]"),
    "value_and_grad(p, data)": ("dict(p)['W1']", "list(p.values())[1]", "dict(data.items())['x']", "data.get('Y')"),
    "value_and_grad(params, x, y)": ("params[0]", "params[1]", "x", "y"),
    "value_and_grad(X, Y, theta)": ("theta['W1']", "theta['b1']", "X", "Y"),
    "value_and_grad(W1, b1, inputs)": ("W1", "b1", "inputs.x", "inputs.y"),
    "value_and_grad(params, rate=0.1, x=None, y=None)": ("params.W1", "params.b1", "x", "y"),
    "value_and_grad(params, inputs, *more, rate=3, **kept)": ("params.W1", "params.b1", "inputs.x", "inputs.y"),
    "gradients(x, y, W1, b1)": ("W1", "b1", "x", "y"),
    "gradients(*, params, x, y)": ("params.W1", "params.b1", "x", "y"),
    "gradients(**all)": ("all['W1']", "all['b1']", "all['x']", "all['y']"),
    "gradients(W1, b1, /, **rest)": ("W1", "b1", "rest['x']", "rest['y']"),
}
RETURNED = (
    "loss, (dW, db)",
    "loss, [dW, db]",
    "loss, {'W1': dW, 'b1': db}",
    "loss, {'dW1': dW, 'grad_b1': db, 'cache': r}",
    "loss, dict(dL_dW1=dW, b1_grad=db)",
    "loss, dW, db",
    "(loss, dW, db)",
    "{'dW1': dW, 'db1': db}, loss",
    "{'loss': loss, 'dW1': dW, 'db1': db}",
    "{'cost': loss, 'grads': {'dw1': dW, 'dB1': db}}",
    "np.array([[loss]]), (dW, db)",
    "loss, (dW, db), {'x': None}",
)


def source(signature: str, returned: str) -> str:
    arrays = dict(zip("Wbxy", ARRAYS[signature], strict=True))
    return f"{HEAD}def {signature}:{BODY.format(returned=returned, **arrays)}"


@pytest.mark.parametrize("signature", ARRAYS)
def test_arrays_are_taken_as_people_take_them(signature: str, tmp_path: Path) -> None:
    report = report_on_source(tmp_path, source(signature, "loss, (dW, db)"))
    assert statuses(report) == dict.fromkeys(("loss", "W1", "b1"), "agrees"), report.render_text()


@pytest.mark.parametrize("returned", RETURNED)
def test_gradients_are_returned_as_people_return_them(returned: str, tmp_path: Path) -> None:
    report = report_on_source(tmp_path, source("value_and_grad(params, inputs)", returned))
    found = {n: s for n, s in statuses(report).items() if n != "x"}
    assert found == dict.fromkeys(("loss", "W1", "b1"), "agrees"), report.render_text()


def test_gradients_may_come_without_a_loss(tmp_path: Path) -> None:
    for returned in ("dW, db", "{'W1': dW, 'b1': db}"):
        report = report_on_source(tmp_path, source("gradients(x, y, W1, b1)", returned))
        assert statuses(report) == dict.fromkeys(("W1", "b1"), "agrees"), report.render_text()


def test_a_wrong_gradient_is_wrong_in_every_form(tmp_path: Path) -> None:
    for returned in RETURNED:
        report = report_on_source(
            tmp_path, source("value_and_grad(params, inputs)", returned.replace("db", "(-db)").replace("(-db)1", "db1"))
        )
        assert statuses(report)["b1"] == "wrong", f"{returned}: {report.render_text()}"


TOLD = {
    "loss, {'W1': dW, 'dW1': dW, 'b1': db}": "is given twice, as W1 and as dW1",
    "loss": 'return the loss and the gradients, by name: return loss, {"W1": dW1, "b1": db1}',
    "loss, dW": "returns a ndarray instead of the gradients",
    "loss, params['W2']": "Params has W1, b1; not W2",
}


@pytest.mark.parametrize("returned", TOLD)
def test_what_cannot_be_made_out_is_told(returned: str, tmp_path: Path) -> None:
    report = report_on_source(tmp_path, source("value_and_grad(params, inputs)", returned))
    assert TOLD[returned] in report.claim("W1").reason, report.claim("W1").reason
    assert report.exit_code == 3


def test_a_file_without_the_function_is_told_what_to_define(tmp_path: Path) -> None:
    with pytest.raises(DeriveError) as told:
        report_on_source(tmp_path, "class Net:\n    pass\n\ndef backward(cache):\n    pass\n")
    assert "offers neither value_and_grad nor gradients; it defines Net, backward" in str(told.value)
    assert 'returns loss, {"W1": dW1, "b1": db1}; params has W1, b1, and inputs has x, y' in str(told.value)


LOADING = {
    "import no_such_module\n": "leave out what needs no_such_module",
    "import sys\nrate = float(sys.argv[1])\n": 'belongs under `if __name__ == "__main__":`',
    "input('learning rate? ')\n": 'belongs under `if __name__ == "__main__":`',
}


@pytest.mark.parametrize("lines", LOADING)
def test_a_file_that_does_more_when_it_is_loaded_is_told_so(lines: str, tmp_path: Path) -> None:
    code = source("value_and_grad(params, inputs)", "loss, (dW, db)")
    report = report_on_source(tmp_path, lines + code)
    assert statuses(report) == dict.fromkeys(("W1", "b1"), "not checked")
    assert LOADING[lines] in report.claim("W1").reason, report.claim("W1").reason
    guarded = "if __name__ == '__main__':\n" + "".join(f"    {line}\n" for line in lines.splitlines())
    assert report_on_source(tmp_path, code + guarded).exit_code == 0


def test_a_file_that_trains_when_it_is_loaded_is_told_so(tmp_path: Path) -> None:
    code = source("value_and_grad(params, inputs)", "loss, (dW, db)") + "\nwhile True:\n    pass\n"
    report = report_on_source(tmp_path, code, timeout=2.0)
    assert "takes longer than 2 s" in report.claim("W1").reason
    assert 'belongs under `if __name__ == "__main__":`' in report.claim("W1").reason


def test_what_changes_from_call_to_call_is_told(tmp_path: Path) -> None:
    right = source("value_and_grad(params, inputs)", "loss, (dW, db)")
    random = right.replace("m = r.shape[1]", "m = r.shape[1] * (1 + np.random.rand())")
    kept = right.replace("r = ", "seen.append(1); r = len(seen) * (").replace("- inputs.y\n", "- inputs.y)\n")
    for code in (random, "seen = []\n" + kept):
        report = report_on_source(tmp_path, code)
        assert report.exit_code == 1
        assert any(n.startswith("Called again with the same arrays") for n in report.notes), report.render_text()
    assert not any(n.startswith("Called again") for n in report_on_source(tmp_path, right).notes)

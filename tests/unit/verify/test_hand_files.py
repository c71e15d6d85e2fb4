"""Every file of `examples/hand`: the right ones are right throughout, of the others each mistake is named."""

from __future__ import annotations

import pytest

from derive.verify.claims import Status
from derive.verify.mistakes import MISTAKES
from tests.unit.verify.subjects import HAND, report_on_file, wrong

RIGHT = ("three_layer", "softmax_classifier", "two_branch", "batch_norm_mlp", "lenet")
BELOW_2 = "W1 b1 W2 b2"
PLANTED = {
    "three_layer_wrong": ("missing-derivative", BELOW_2),
    "three_layer_sign": ("sign", "W1 b1 W2 b2 W3 b3"),
    "three_layer_missing_mean": ("missing-mean", "W1 b1 W2 b2 W3 b3"),
    "three_layer_extra_mean": ("extra-mean", "b2"),
    "three_layer_factor_two": ("factor-two", "W1 b1 W2 b2 W3 b3"),
    "three_layer_value_for_derivative": ("value-for-derivative", "W1 b1"),
    "three_layer_derivative_of_output": ("derivative-of-output", BELOW_2),
    "three_layer_output_form_of_input": ("output-form-of-input", "W1 b1"),
    "three_layer_other_derivative": ("other-derivative", "W1 b1"),
    "three_layer_extra_derivative": ("extra-derivative", BELOW_2),
    "three_layer_lost_transpose": ("lost-transpose", BELOW_2),
    "three_layer_wrong_weight": ("wrong-weight", "W1 b1"),
    "three_layer_wrong_input": ("wrong-input", "W2"),
    "three_layer_preactivation": ("wrong-input", "W3"),
    "three_layer_wrong_delta": ("wrong-delta", "W1"),
    "three_layer_missing_sum": ("missing-sum", "b2"),
    "three_layer_single_sample": ("single-sample", "b2"),
    "three_layer_wrong_axis": ("wrong-axis", "b2"),
    "three_layer_transposed": ("transposed", "W2"),
    "three_layer_shape": ("shape", "b3"),
    "three_layer_zero": ("zero", "W1"),
    "softmax_classifier_elementwise_softmax": ("elementwise-softmax", BELOW_2),
    "softmax_classifier_extra_derivative": ("extra-derivative", BELOW_2),
    "softmax_classifier_missing_derivative": ("missing-derivative", "W1 b1"),
    "softmax_classifier_wrong_mask": ("wrong-mask", "W1 b1"),
    "softmax_classifier_missing_penalty": ("missing-penalty", "W2"),
    "softmax_classifier_penalty_factor": ("penalty-factor", "W1"),
    "softmax_classifier_penalty_mean": ("penalty-mean", "W1"),
    "softmax_classifier_extra_penalty": ("extra-penalty", "b1"),
    "softmax_classifier_sign_of_term": ("sign-of-term", BELOW_2),
    "two_branch_missing_branch": ("missing-branch", "W_trunk b_trunk"),
    "two_branch_swapped_weights": ("wrong-weight", "W_trunk b_trunk"),
    "batch_norm_mlp_missing_factor": ("missing-factor", "W1"),
    "batch_norm_mlp_constant_statistic": ("constant-statistic", "W1"),
    "batch_norm_mlp_wrong_sum": ("wrong-sum", "W1"),
    "batch_norm_mlp_wrong_count": ("wrong-count", "loss W1 gamma2 beta2 W3 b3"),
    "lenet_unflipped_kernel": ("unflipped-kernel", "W1 b1"),
    "lenet_missing_scale": ("missing-scale", "W1 b1 W2 b2"),
    "lenet_missing_sum": ("missing-sum", "b1 b2"),
    "lenet_single_window": ("single-window", "W1 b1"),
    "two_branch_wrong_point": ("wrong-point", "W_left b_left W_trunk b_trunk"),
}


def network_of(stem: str) -> str:
    return next(r for r in RIGHT if stem.startswith(r)).replace("_", "-")


def test_every_file_is_listed() -> None:
    assert {p.stem for p in HAND.glob("*.py")} == {*RIGHT, *PLANTED}


@pytest.mark.parametrize("stem", RIGHT)
def test_right_code_is_right(stem: str) -> None:
    report = report_on_file(HAND / f"{stem}.py", network_of(stem))
    assert report.exit_code == 0
    assert all(c.status is Status.AGREES and c.line and not c.mistake for c in report.claims)


@pytest.mark.parametrize("stem", PLANTED)
def test_planted_mistake_is_named(stem: str) -> None:
    code, claims = PLANTED[stem]
    assert code in MISTAKES
    report = report_on_file(HAND / f"{stem}.py", network_of(stem))
    assert wrong(report) == dict.fromkeys(claims.split(), code), report.render_text()
    assert report.exit_code == 1
    assert all(c.line and (c.counterexample is None) == (c.status is not Status.WRONG) for c in report.claims)


@pytest.mark.parametrize("stem", ["three_layer_wrong", "two_branch_missing_branch"])
def test_what_follows_from_a_mistake_says_so(stem: str) -> None:
    report = report_on_file(HAND / f"{stem}.py", network_of(stem))
    reasons = [c.reason for c in report.claims if c.status is Status.WRONG]
    assert sum("follows from the same mistake as" in r for r in reasons) == len(reasons) - 1

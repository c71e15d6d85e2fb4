"""What a document leaves open refutes nothing: a loss without a formula, a d that may be a change or a gradient."""

from __future__ import annotations

from tests.unit.verify.document.judged import statuses

OBJECTIVE = r"""
$$\mathbf{z} = \mathbf{W}^{(1)} \mathbf{x}$$ $$\mathbf{h} = \phi(\mathbf{z})$$
$$\mathbf{o} = \mathbf{W}^{(2)} \mathbf{h}$$
$$L = l(\mathbf{o}, y)$$
$$s = \frac{\lambda}{2} (\|\mathbf{W}^{(1)}\|_F^2 + \|\mathbf{W}^{(2)}\|_F^2)$$
$$J = L + s$$
$$\frac{\partial J}{\partial \mathbf{o}} = \frac{\partial L}{\partial \mathbf{o}}$$
$$\nabla_{\mathbf{W}^{(2)}} J = \frac{\partial J}{\partial \mathbf{o}} \mathbf{h}^\top + \lambda \mathbf{W}^{(2)}$$
$$\frac{\partial J}{\partial \mathbf{W}^{(2)}} = \frac{\partial J}{\partial \mathbf{o}} \mathbf{h}^\top$$
$$\frac{\partial L}{\partial \mathbf{W}^{(2)}} = -\frac{\partial L}{\partial \mathbf{o}} \mathbf{h}^\top$$
"""
REGULARIZED = """\
notation: {base: ufldl, symbols: {cost: J}}
network:
  inputs: {x: d}
  targets: {y: q}
  layers:
    - {dense: {units: h, activation: sigmoid, bias: false}}
    - {dense: {units: q, bias: false}}
  loss: half_squared_error
  penalty: {l2: lambda}
names:
  z: {tensor: z1}
  h: {tensor: a1}
  o: {tensor: z2}
  \\phi: {function: sigmoid}
"""
RECURRENT = """\
notation: {base: nielsen, symbols: {cost: L}}
network:
  inputs: {x: [T, D]}
  targets: {y: [T, K]}
  layers:
    - {rnn: {units: H, activation: tanh}}
    - {dense: {units: K}}
  loss: half_squared_error
names:
  h: {tensor: h1}
  z: {tensor: z1}
"""


def test_a_loss_that_is_left_open_is_not_refuted_by_the_network_s() -> None:
    *stated, objective, at_output, right, lost, wrong = statuses(OBJECTIVE, REGULARIZED)
    assert [objective, at_output] == ["not checked", "not checked"]
    assert (right, lost, wrong) == ("proved", "wrong", "wrong")
    assert "wrong" not in stated


def test_gradients_written_with_a_d_are_no_wrong_changes() -> None:
    backward = r"$$dz_t = (1 - h_t^2) \odot dh_t$$"
    assert statuses(backward, RECURRENT) == ["not checked"]
    named = RECURRENT.replace("symbols:", "gradients: prefix, gradient_prefix: d, symbols:")
    assert statuses(backward, named) == ["agrees"]
    assert statuses(backward.replace("1 -", "1 +"), named) == ["wrong"]

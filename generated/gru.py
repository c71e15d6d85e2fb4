"""gru: forward pass, loss and gradients."""

from functools import cache, lru_cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W_x1: (n_0, 3n_1)
    W_h1: (n_1, 3n_1)
    b1: (3n_1,)
    W_x2: (n_1, 3n_2)
    W_h2: (n_2, 3n_2)
    b2: (3n_2,)
    b_hn2: (n_2,)
    W3: (n_2, K)
    b3: (K,)
    """

    W_x1: np.ndarray
    W_h1: np.ndarray
    b1: np.ndarray
    W_x2: np.ndarray
    W_h2: np.ndarray
    b2: np.ndarray
    b_hn2: np.ndarray
    W3: np.ndarray
    b3: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (m, T, n_0)
    y: (m, K)
    """

    x: np.ndarray
    y: np.ndarray


class Workspace(local):
    """Memory for intermediate values, kept from call to call: make one, and give it to every call in a loop.

    It is a matter of speed only: without one, each call takes new memory and gives it back. Nothing that is returned
    lies in it. Every thread that uses it has memory of its own in it; a call uses it from its start to its end and
    runs no code of others meanwhile, so calls cannot get in each other's way. Other shapes or dtypes are made room for.
    """

    def __init__(self):
        self._blocks, self._arrays = {}, {}

    def take(self, place, number, shape, dtype):
        """`number` arrays, the same ones again for the same place, shape and dtype; what they hold is left over."""
        arrays = self._arrays.get(place)
        if arrays is None or arrays[0].shape != shape or arrays[0].dtype != dtype:
            size = prod(shape) + 48
            block = self._blocks.get(place)
            if block is None or block.size < number * size or block.dtype != dtype:
                block = self._blocks[place] = np.empty(number * size, dtype)
            starts = range(0, number * size, size)
            arrays = self._arrays[place] = [block[k : k + size - 48].reshape(shape) for k in starts]
        return arrays


def forward(params, inputs):
    """The prediction."""
    W_x1, W_h1, b1, W_x2, W_h2, b2, b_hn2, W3, b3, x, _ = _checked(params, inputs)
    dtype = W_x1.dtype
    m = x.shape[0]
    T = x.shape[1]
    n_0 = W_x1.shape[0]
    K = W3.shape[1]
    n_1 = W_h1.shape[0]
    n_2 = W_h2.shape[0]
    work = Workspace().take
    h1, = work(4, 1, (T + 1, m, n_1), dtype)
    half = _constant(0.5, dtype)
    one = _constant(1.0, dtype)
    ones = _ones(K, dtype)
    # h1[0] = 0 1 1ᵀ
    h1[0] = 0.0
    # z1_ahead[t][i, j] = Σ_k W_x1[k, j] x[i, t, k] + b1[j]
    packed = np.ascontiguousarray(np.transpose(x, (1, 0, 2)))
    z1_ahead, = work(0, 1, (T, m, 2 * n_1), dtype)
    np.dot(packed.reshape(-1, n_0), W_x1[:, :2 * n_1], out=z1_ahead.reshape(T * m, 2 * n_1))
    z1_ahead += b1[:2 * n_1]
    # z_n1_ahead[t][i, j] = Σ_k W_x1[k, j+2n_1] x[i, t, k] + b1[j+2n_1]
    z_n1_ahead, = work(1, 1, (T, m, n_1), dtype)
    np.dot(packed.reshape(-1, n_0), W_x1[:, 2 * n_1:], out=z_n1_ahead.reshape(T * m, n_1))
    z_n1_ahead += b1[2 * n_1:]
    for t in range(1, T + 1):
        # z1[t][i, j] = Σ_k W_h1[k, j] h1[t−1][i, k] + z1_ahead[t][i, j]
        h1_here = h1[t - 1]
        z1_t = np.dot(h1_here, W_h1[:, :2 * n_1])
        z1_t += z1_ahead[t - 1, :, :]
        # r1_u1[t] = sigmoid(z1[t])
        r1_u1_t = np.multiply(z1_t, half, out=z1_t)
        np.tanh(r1_u1_t, out=r1_u1_t)
        r1_u1_t *= half
        r1_u1_t += half
        # s1[t] = h1[t−1] ⊙ r1[t]
        s1_t = h1_here * r1_u1_t[:, :n_1]
        # z_n1[t][i, j] = Σ_k W_h1[k, j+2n_1] s1[t][i, k] + z_n1_ahead[t][i, j]
        z_n1_t = np.dot(s1_t, W_h1[:, 2 * n_1:])
        z_n1_t += z_n1_ahead[t - 1, :, :]
        # n1[t] = tanh(z_n1[t])
        n1_t = np.tanh(z_n1_t, out=z_n1_t)
        # h1[t] = n1[t] + u1[t] ⊙ (h1[t−1] − n1[t])
        difference = h1_here - n1_t
        difference *= r1_u1_t[:, n_1:]
        h1_t = np.add(n1_t, difference, out=h1[t])
    # h2[0] = 0 1 1ᵀ
    h2_0 = np.full((m, n_2), 0.0, dtype)
    h2 = h2_0
    # z2_ahead[t][i, j] = Σ_k W_x2[k, j] h1[t][i, k] + b2[j]
    z2_ahead, = work(2, 1, (T, m, 2 * n_2), dtype)
    np.dot(h1[1:, :, :].reshape(-1, n_1), W_x2[:, :2 * n_2], out=z2_ahead.reshape(T * m, 2 * n_2))
    z2_ahead += b2[:2 * n_2]
    # z_n2_ahead[t][i, j] = Σ_k W_x2[k, j+2n_2] h1[t][i, k] + b2[j+2n_2]
    z_n2_ahead, = work(3, 1, (T, m, n_2), dtype)
    np.dot(h1[1:, :, :].reshape(-1, n_1), W_x2[:, 2 * n_2:], out=z_n2_ahead.reshape(T * m, n_2))
    z_n2_ahead += b2[2 * n_2:]
    for t in range(1, T + 1):
        # z2[t][i, j] = Σ_k W_h2[k, j] h2[t−1][i, k] + z2_ahead[t][i, j]
        h2_here = h2
        z2_t = np.dot(h2_here, W_h2[:, :2 * n_2])
        z2_t += z2_ahead[t - 1, :, :]
        # r2_u2[t] = sigmoid(z2[t])
        r2_u2_t = np.multiply(z2_t, half, out=z2_t)
        np.tanh(r2_u2_t, out=r2_u2_t)
        r2_u2_t *= half
        r2_u2_t += half
        # v2[t][i, j] = Σ_k W_h2[k, j+2n_2] h2[t−1][i, k] + b_hn2[j]
        v2_t = np.dot(h2_here, W_h2[:, 2 * n_2:])
        v2_t += b_hn2
        # z_n2[t] = r2[t] ⊙ v2[t] + z_n2_ahead[t]
        z_n2_t = np.multiply(r2_u2_t[:, :n_2], v2_t, out=v2_t)
        z_n2_t += z_n2_ahead[t - 1, :, :]
        # n2[t] = tanh(z_n2[t])
        n2_t = np.tanh(z_n2_t, out=z_n2_t)
        # h2[t] = n2[t] + u2[t] ⊙ (h2[t−1] − n2[t])
        difference_2 = h2_here - n2_t
        difference_2 *= r2_u2_t[:, n_2:]
        h2_t = np.add(n2_t, difference_2, out=n2_t)
        h2 = h2_t
    # z3 = h2[T] W3 + 1 b3
    z3 = np.dot(h2, W3)
    z3 += b3
    # z3_max_1[i] = max_j z3[i, j]
    z3_max_1 = np.maximum.reduce(z3, axis=1)
    # z3_shifted_1 = z3 − z3_max_1ᵀ 1ᵀ
    z3_shifted_1 = np.subtract(z3, z3_max_1[:, None], out=z3)
    # a3 = diag((exp(z3_shifted_1) 1)⁻¹) exp(z3_shifted_1)
    a3 = np.exp(z3_shifted_1, out=z3_shifted_1)
    total = np.dot(a3, ones)
    np.divide(one, total, out=total)
    a3 *= total[:, None]
    return a3


def loss(params, inputs):
    """The cost."""
    W_x1, W_h1, b1, W_x2, W_h2, b2, b_hn2, W3, b3, x, y = _checked(params, inputs)
    dtype = W_x1.dtype
    m = x.shape[0]
    T = x.shape[1]
    n_0 = W_x1.shape[0]
    K = W3.shape[1]
    n_1 = W_h1.shape[0]
    n_2 = W_h2.shape[0]
    work = Workspace().take
    h1, = work(4, 1, (T + 1, m, n_1), dtype)
    half = _constant(0.5, dtype)
    ones = _ones(K, dtype)
    # h1[0] = 0 1 1ᵀ
    h1[0] = 0.0
    # z1_ahead[t][i, j] = Σ_k W_x1[k, j] x[i, t, k] + b1[j]
    packed = np.ascontiguousarray(np.transpose(x, (1, 0, 2)))
    z1_ahead, = work(0, 1, (T, m, 2 * n_1), dtype)
    np.dot(packed.reshape(-1, n_0), W_x1[:, :2 * n_1], out=z1_ahead.reshape(T * m, 2 * n_1))
    z1_ahead += b1[:2 * n_1]
    # z_n1_ahead[t][i, j] = Σ_k W_x1[k, j+2n_1] x[i, t, k] + b1[j+2n_1]
    z_n1_ahead, = work(1, 1, (T, m, n_1), dtype)
    np.dot(packed.reshape(-1, n_0), W_x1[:, 2 * n_1:], out=z_n1_ahead.reshape(T * m, n_1))
    z_n1_ahead += b1[2 * n_1:]
    for t in range(1, T + 1):
        # z1[t][i, j] = Σ_k W_h1[k, j] h1[t−1][i, k] + z1_ahead[t][i, j]
        h1_here = h1[t - 1]
        z1_t = np.dot(h1_here, W_h1[:, :2 * n_1])
        z1_t += z1_ahead[t - 1, :, :]
        # r1_u1[t] = sigmoid(z1[t])
        r1_u1_t = np.multiply(z1_t, half, out=z1_t)
        np.tanh(r1_u1_t, out=r1_u1_t)
        r1_u1_t *= half
        r1_u1_t += half
        # s1[t] = h1[t−1] ⊙ r1[t]
        s1_t = h1_here * r1_u1_t[:, :n_1]
        # z_n1[t][i, j] = Σ_k W_h1[k, j+2n_1] s1[t][i, k] + z_n1_ahead[t][i, j]
        z_n1_t = np.dot(s1_t, W_h1[:, 2 * n_1:])
        z_n1_t += z_n1_ahead[t - 1, :, :]
        # n1[t] = tanh(z_n1[t])
        n1_t = np.tanh(z_n1_t, out=z_n1_t)
        # h1[t] = n1[t] + u1[t] ⊙ (h1[t−1] − n1[t])
        difference = h1_here - n1_t
        difference *= r1_u1_t[:, n_1:]
        h1_t = np.add(n1_t, difference, out=h1[t])
    # h2[0] = 0 1 1ᵀ
    h2_0 = np.full((m, n_2), 0.0, dtype)
    h2 = h2_0
    # z2_ahead[t][i, j] = Σ_k W_x2[k, j] h1[t][i, k] + b2[j]
    z2_ahead, = work(2, 1, (T, m, 2 * n_2), dtype)
    np.dot(h1[1:, :, :].reshape(-1, n_1), W_x2[:, :2 * n_2], out=z2_ahead.reshape(T * m, 2 * n_2))
    z2_ahead += b2[:2 * n_2]
    # z_n2_ahead[t][i, j] = Σ_k W_x2[k, j+2n_2] h1[t][i, k] + b2[j+2n_2]
    z_n2_ahead, = work(3, 1, (T, m, n_2), dtype)
    np.dot(h1[1:, :, :].reshape(-1, n_1), W_x2[:, 2 * n_2:], out=z_n2_ahead.reshape(T * m, n_2))
    z_n2_ahead += b2[2 * n_2:]
    for t in range(1, T + 1):
        # z2[t][i, j] = Σ_k W_h2[k, j] h2[t−1][i, k] + z2_ahead[t][i, j]
        h2_here = h2
        z2_t = np.dot(h2_here, W_h2[:, :2 * n_2])
        z2_t += z2_ahead[t - 1, :, :]
        # r2_u2[t] = sigmoid(z2[t])
        r2_u2_t = np.multiply(z2_t, half, out=z2_t)
        np.tanh(r2_u2_t, out=r2_u2_t)
        r2_u2_t *= half
        r2_u2_t += half
        # v2[t][i, j] = Σ_k W_h2[k, j+2n_2] h2[t−1][i, k] + b_hn2[j]
        v2_t = np.dot(h2_here, W_h2[:, 2 * n_2:])
        v2_t += b_hn2
        # z_n2[t] = r2[t] ⊙ v2[t] + z_n2_ahead[t]
        z_n2_t = np.multiply(r2_u2_t[:, :n_2], v2_t, out=v2_t)
        z_n2_t += z_n2_ahead[t - 1, :, :]
        # n2[t] = tanh(z_n2[t])
        n2_t = np.tanh(z_n2_t, out=z_n2_t)
        # h2[t] = n2[t] + u2[t] ⊙ (h2[t−1] − n2[t])
        difference_2 = h2_here - n2_t
        difference_2 *= r2_u2_t[:, n_2:]
        h2_t = np.add(n2_t, difference_2, out=n2_t)
        h2 = h2_t
    # z3 = h2[T] W3 + 1 b3
    z3 = np.dot(h2, W3)
    z3 += b3
    # z3_max_1[i] = max_j z3[i, j]
    z3_max_1 = np.maximum.reduce(z3, axis=1)
    # z3_shifted_1 = z3 − z3_max_1ᵀ 1ᵀ
    z3_shifted_1 = np.subtract(z3, z3_max_1[:, None], out=z3)
    # C = m⁻¹ 1ᵀ (log(exp(z3_shifted_1) 1) − (y ⊙ z3_shifted_1) 1)
    exp = np.exp(z3_shifted_1)
    total = np.dot(exp, ones)
    np.log(total, out=total)
    C = (np.add.reduce(total, axis=None) - np.dot(y.ravel(), z3_shifted_1.ravel())) * (1.0 / m)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W_x1, W_h1, b1, W_x2, W_h2, b2, b_hn2, W3, b3, x, y = _checked(params, inputs)
    dtype = W_x1.dtype
    m = x.shape[0]
    T = x.shape[1]
    n_0 = W_x1.shape[0]
    K = W3.shape[1]
    n_1 = W_h1.shape[0]
    n_2 = W_h2.shape[0]
    work = (Workspace() if workspace is None else workspace).take
    kept = _new if workspace is None else workspace.take
    h1, = work(8, 1, (T + 1, m, n_1), dtype)
    h2, = work(9, 1, (T + 1, m, n_2), dtype)
    n1, = work(10, 1, (T, m, n_1), dtype)
    n2, = work(11, 1, (T, m, n_2), dtype)
    r1_u1, = work(12, 1, (T, m, 2 * n_1), dtype)
    r2_u2, = work(13, 1, (T, m, 2 * n_2), dtype)
    s1, = work(14, 1, (T, m, n_1), dtype)
    v2, = work(15, 1, (T, m, n_2), dtype)
    grad_v2, = work(16, 1, (T, m, n_2), dtype)
    delta1, = work(17, 1, (T, m, 2 * n_1), dtype)
    delta2, = work(18, 1, (T, m, 2 * n_2), dtype)
    delta_n1, = work(19, 1, (T, m, n_1), dtype)
    delta_n2, = work(20, 1, (T, m, n_2), dtype)
    half = _constant(0.5, dtype)
    one = _constant(1.0, dtype)
    ones = _ones(K, dtype)
    ones_2 = _ones(m, dtype)
    ones_3 = _ones(T * m, dtype)
    buffer, = kept(21, 1, (m, K), dtype)
    buffer_2, buffer_3 = kept(22, 2, (m, n_2), dtype)
    buffer_4, buffer_5 = kept(23, 2, (m, n_1), dtype)
    # h1[0] = 0 1 1ᵀ
    h1[0] = 0.0
    # z1_ahead[t][i, j] = Σ_k W_x1[k, j] x[i, t, k] + b1[j]
    packed = np.ascontiguousarray(np.transpose(x, (1, 0, 2)))
    z1_ahead, = work(0, 1, (T, m, 2 * n_1), dtype)
    np.dot(packed.reshape(-1, n_0), W_x1[:, :2 * n_1], out=z1_ahead.reshape(T * m, 2 * n_1))
    z1_ahead += b1[:2 * n_1]
    # z_n1_ahead[t][i, j] = Σ_k W_x1[k, j+2n_1] x[i, t, k] + b1[j+2n_1]
    z_n1_ahead, = work(1, 1, (T, m, n_1), dtype)
    np.dot(packed.reshape(-1, n_0), W_x1[:, 2 * n_1:], out=z_n1_ahead.reshape(T * m, n_1))
    z_n1_ahead += b1[2 * n_1:]
    for t in range(1, T + 1):
        # z1[t][i, j] = Σ_k W_h1[k, j] h1[t−1][i, k] + z1_ahead[t][i, j]
        h1_here = h1[t - 1]
        z1_t = np.dot(h1_here, W_h1[:, :2 * n_1])
        z1_t += z1_ahead[t - 1, :, :]
        # r1_u1[t] = sigmoid(z1[t])
        z1_t *= half
        np.tanh(z1_t, out=z1_t)
        z1_t *= half
        r1_u1_t = np.add(z1_t, half, out=r1_u1[t - 1])
        # s1[t] = h1[t−1] ⊙ r1[t]
        s1_t = np.multiply(h1_here, r1_u1_t[:, :n_1], out=s1[t - 1])
        # z_n1[t][i, j] = Σ_k W_h1[k, j+2n_1] s1[t][i, k] + z_n1_ahead[t][i, j]
        z_n1_t = np.dot(s1_t, W_h1[:, 2 * n_1:])
        z_n1_t += z_n1_ahead[t - 1, :, :]
        # n1[t] = tanh(z_n1[t])
        n1_t = np.tanh(z_n1_t, out=n1[t - 1])
        # h1[t] = n1[t] + u1[t] ⊙ (h1[t−1] − n1[t])
        difference = h1_here - n1_t
        difference *= r1_u1_t[:, n_1:]
        h1_t = np.add(n1_t, difference, out=h1[t])
    # h2[0] = 0 1 1ᵀ
    h2[0] = 0.0
    # z2_ahead[t][i, j] = Σ_k W_x2[k, j] h1[t][i, k] + b2[j]
    z2_ahead, = work(2, 1, (T, m, 2 * n_2), dtype)
    np.dot(h1[1:, :, :].reshape(-1, n_1), W_x2[:, :2 * n_2], out=z2_ahead.reshape(T * m, 2 * n_2))
    z2_ahead += b2[:2 * n_2]
    # z_n2_ahead[t][i, j] = Σ_k W_x2[k, j+2n_2] h1[t][i, k] + b2[j+2n_2]
    z_n2_ahead, = work(3, 1, (T, m, n_2), dtype)
    np.dot(h1[1:, :, :].reshape(-1, n_1), W_x2[:, 2 * n_2:], out=z_n2_ahead.reshape(T * m, n_2))
    z_n2_ahead += b2[2 * n_2:]
    for t in range(1, T + 1):
        # z2[t][i, j] = Σ_k W_h2[k, j] h2[t−1][i, k] + z2_ahead[t][i, j]
        h2_here = h2[t - 1]
        z2_t = np.dot(h2_here, W_h2[:, :2 * n_2])
        z2_t += z2_ahead[t - 1, :, :]
        # r2_u2[t] = sigmoid(z2[t])
        z2_t *= half
        np.tanh(z2_t, out=z2_t)
        z2_t *= half
        r2_u2_t = np.add(z2_t, half, out=r2_u2[t - 1])
        # v2[t][i, j] = Σ_k W_h2[k, j+2n_2] h2[t−1][i, k] + b_hn2[j]
        product = np.dot(h2_here, W_h2[:, 2 * n_2:])
        v2_t = np.add(product, b_hn2, out=v2[t - 1])
        # z_n2[t] = r2[t] ⊙ v2[t] + z_n2_ahead[t]
        z_n2_t = r2_u2_t[:, :n_2] * v2_t
        z_n2_t += z_n2_ahead[t - 1, :, :]
        # n2[t] = tanh(z_n2[t])
        n2_t = np.tanh(z_n2_t, out=n2[t - 1])
        # h2[t] = n2[t] + u2[t] ⊙ (h2[t−1] − n2[t])
        difference_2 = h2_here - n2_t
        difference_2 *= r2_u2_t[:, n_2:]
        h2_t = np.add(n2_t, difference_2, out=h2[t])
    h2_here_2 = h2[T]
    product_2 = np.dot(h2_here_2, W3, out=buffer)
    total = 0.0
    product_3 = 0.0
    grad_b3 = np.zeros((K,), dtype)
    delta3, = work(4, 1, (m, K), dtype)
    slabs = _slabs(m, K, dtype.itemsize)
    tile = (-1, 8 if m % 8 == slabs[0].stop % 8 == 0 else 1, K)
    b3_rows = b3[None].repeat(tile[1], axis=0)
    for slab in slabs:
        count = slab.stop - slab.start
        product_2_slab = product_2[slab]
        y_slab = y[slab]
        delta3_slab = delta3[slab]
        buffer_6, = work(5, 1, (count, K), dtype)
        # z3 = h2[T] W3 + 1 b3
        np.add(product_2_slab.reshape(tile), b3_rows, out=buffer_6.reshape(tile))
        z3 = buffer_6
        # z3_max_1[i] = max_j z3[i, j]
        z3_max_1 = np.maximum.reduce(z3, axis=1)
        # z3_shifted_1 = z3 − z3_max_1ᵀ 1ᵀ
        z3_shifted_1 = np.subtract(z3, z3_max_1[:, None], out=z3)
        # a3 = diag((exp(z3_shifted_1) 1)⁻¹) exp(z3_shifted_1)
        a3 = np.exp(z3_shifted_1, out=delta3_slab)
        total_2 = np.dot(a3, ones)
        quotient = one / total_2
        a3 *= quotient[:, None]
        np.log(total_2, out=total_2)
        total += np.add.reduce(total_2, axis=None)
        product_3 += np.add.reduce(np.vecdot(y_slab.conj(), z3_shifted_1), axis=None)
        # δ3 = m⁻¹ (a3 − y)
        a3 -= y_slab
        np.multiply(a3, 1.0 / m, out=delta3_slab)
        # ∂C/∂b3 = 1ᵀ δ3
        grad_b3 += np.dot(ones_2[slab], delta3_slab)
    # C = m⁻¹ 1ᵀ (log(exp(z3_shifted_1) 1) − (y ⊙ z3_shifted_1) 1)
    C = (total - product_3) * (1.0 / m)
    # ∂C/∂W3 = h2[T]ᵀ δ3
    grad_W3 = np.dot(h2_here_2.T, delta3)
    # ∂C/∂h2[T] = δ3 W3ᵀ
    grad_h2_T = np.dot(delta3, W3.T)
    grad_h2 = grad_h2_T
    # δ_n2[T] = ∂C/∂h2[T] ⊙ (1 − n2[T]²) ⊙ (1 − u2[T])
    square = np.square(n2[T - 1], out=buffer_2)
    np.subtract(one, square, out=square)
    square *= grad_h2_T
    r2_u2_here = r2_u2[T - 1]
    difference_3 = np.subtract(one, r2_u2_here[:, n_2:], out=buffer_3)
    delta_n2_T = np.multiply(square, difference_3, out=delta_n2[T - 1])
    # ∂C/∂v2[T] = δ_n2[T] ⊙ r2[T]
    grad_v2_T = np.multiply(delta_n2_T, r2_u2_here[:, :n_2], out=grad_v2[T - 1])
    # δ2[T] = δ_n2[T] ⊙ v2[T] ⊙ r2[T] ⊙ (1 − r2[T])
    product_4 = np.multiply(grad_v2_T, v2[T - 1], out=buffer_2)
    difference_4 = np.subtract(one, r2_u2_here[:, :n_2], out=buffer_3)
    delta2_T = np.multiply(product_4, difference_4, out=delta2[T - 1, :, :n_2])
    # δ2[T][i, j+n_2] = ∂C/∂h2[T][i, j] u2[T][i, j] (h2[T−1][i, j] − h2[T][i, j])
    product_5 = np.multiply(grad_h2_T, r2_u2_here[:, n_2:], out=buffer_2)
    difference_5 = np.subtract(h2[T - 1], h2_here_2, out=buffer_3)
    delta2_T = np.multiply(product_5, difference_5, out=delta2[T - 1, :, n_2:])
    for t in range(T - 1, 0, -1):
        # ∂C/∂h2[t][i, j] = Σ_k W_h2[j, k+2n_2] ∂C/∂v2[t+1][i, k] + Σ_k W_h2[j, k] δ2[t+1][i, k] + ∂C/∂h2[t+1][i, j] u2[t+1][i, j]
        grad_h2_t = np.dot(grad_v2[t], W_h2[:, 2 * n_2:].T)
        product_6 = np.dot(delta2[t], W_h2[:, :2 * n_2].T)
        grad_h2_t += product_6
        product_7 = grad_h2 * r2_u2[t][:, n_2:]
        grad_h2_t += product_7
        # δ_n2[t] = ∂C/∂h2[t] ⊙ (1 − n2[t]²) ⊙ (1 − u2[t])
        square_2 = np.square(n2[t - 1])
        np.subtract(one, square_2, out=square_2)
        square_2 *= grad_h2_t
        r2_u2_here_2 = r2_u2[t - 1]
        difference_6 = one - r2_u2_here_2[:, n_2:]
        delta_n2_t = np.multiply(square_2, difference_6, out=delta_n2[t - 1])
        # ∂C/∂v2[t] = δ_n2[t] ⊙ r2[t]
        grad_v2_t = np.multiply(delta_n2_t, r2_u2_here_2[:, :n_2], out=grad_v2[t - 1])
        # δ2[t] = δ_n2[t] ⊙ v2[t] ⊙ r2[t] ⊙ (1 − r2[t])
        product_8 = grad_v2_t * v2[t - 1]
        difference_7 = one - r2_u2_here_2[:, :n_2]
        delta2_t = np.multiply(product_8, difference_7, out=delta2[t - 1, :, :n_2])
        # δ2[t][i, j+n_2] = ∂C/∂h2[t][i, j] u2[t][i, j] (h2[t−1][i, j] − h2[t][i, j])
        product_9 = grad_h2_t * r2_u2_here_2[:, n_2:]
        difference_8 = h2[t - 1] - h2[t]
        delta2_t = np.multiply(product_9, difference_8, out=delta2[t - 1, :, n_2:])
        grad_h2 = grad_h2_t
    # ∂C/∂b_hn2[j] = Σ_(t, i) ∂C/∂v2[t][i, j]
    grad_b_hn2 = np.dot(ones_3, grad_v2.reshape(-1, grad_v2.shape[-1]))
    # ∂C/∂W_h2[k, j+2n_2] = Σ_(t, i) ∂C/∂v2[t][i, j] h2[t−1][i, k]
    product_10 = np.dot(h2[:T, :, :].reshape(-1, n_2).T, delta2.reshape(-1, 2 * n_2))
    product_11 = np.dot(h2[:T, :, :].reshape(-1, n_2).T, grad_v2.reshape(-1, n_2))
    grad_W_h2 = np.concatenate((product_10, product_11), axis=1)
    # ∂C/∂W_x2[k, j+2n_2] = Σ_(t, i) δ_n2[t][i, j] h1[t][i, k]
    product_12 = np.dot(h1[1:, :, :].reshape(-1, n_1).T, delta2.reshape(-1, 2 * n_2))
    product_13 = np.dot(h1[1:, :, :].reshape(-1, n_1).T, delta_n2.reshape(-1, n_2))
    grad_W_x2 = np.concatenate((product_12, product_13), axis=1)
    # ∂C/∂b2[j+2n_2] = Σ_(t, i) δ_n2[t][i, j]
    total_3 = np.dot(ones_3, delta2.reshape(-1, delta2.shape[-1]))
    total_4 = np.dot(ones_3, delta_n2.reshape(-1, delta_n2.shape[-1]))
    grad_b2 = np.concatenate((total_3, total_4), axis=0)
    # ∂C/∂h1[T][i, j] = Σ_k W_x2[j, k+2n_2] δ_n2[T][i, k] + Σ_k W_x2[j, k] δ2[T][i, k]
    grad_h1_T = np.dot(delta_n2_T, W_x2[:, 2 * n_2:].T)
    product_14 = np.dot(delta2[T - 1], W_x2[:, :2 * n_2].T, out=buffer_4)
    grad_h1_T += product_14
    grad_h1 = grad_h1_T
    # grad_h1_ahead[t][i, j] = Σ_k W_x2[j, k+2n_2] δ_n2[t][i, k] + Σ_k W_x2[j, k] δ2[t][i, k]
    grad_h1_ahead, = work(6, 1, (T - 1, m, n_1), dtype)
    np.dot(delta_n2[:T - 1, :, :].reshape(-1, n_2), W_x2[:, 2 * n_2:].T, out=grad_h1_ahead.reshape((T - 1) * m, n_1))
    product_15, = work(7, 1, (T - 1, m, n_1), dtype)
    np.dot(delta2[:T - 1, :, :].reshape(-1, 2 * n_2), W_x2[:, :2 * n_2].T, out=product_15.reshape((T - 1) * m, n_1))
    grad_h1_ahead += product_15
    # δ_n1[T] = ∂C/∂h1[T] ⊙ (1 − n1[T]²) ⊙ (1 − u1[T])
    square_3 = np.square(n1[T - 1], out=buffer_4)
    np.subtract(one, square_3, out=square_3)
    square_3 *= grad_h1_T
    r1_u1_here = r1_u1[T - 1]
    difference_9 = np.subtract(one, r1_u1_here[:, n_1:], out=buffer_5)
    delta_n1_T = np.multiply(square_3, difference_9, out=delta_n1[T - 1])
    # ∂C/∂s1[T][i, j] = Σ_k W_h1[j, k+2n_1] δ_n1[T][i, k]
    grad_s1_T = np.dot(delta_n1_T, W_h1[:, 2 * n_1:].T)
    grad_s1 = grad_s1_T
    # δ1[T] = ∂C/∂s1[T] ⊙ h1[T−1] ⊙ r1[T] ⊙ (1 − r1[T])
    product_16 = np.multiply(grad_s1_T, r1_u1_here[:, :n_1], out=buffer_4)
    h1_here_2 = h1[T - 1]
    product_16 *= h1_here_2
    difference_10 = np.subtract(one, r1_u1_here[:, :n_1], out=buffer_5)
    delta1_T = np.multiply(product_16, difference_10, out=delta1[T - 1, :, :n_1])
    # δ1[T][i, j+n_1] = ∂C/∂h1[T][i, j] u1[T][i, j] (h1[T−1][i, j] − h1[T][i, j])
    product_17 = np.multiply(grad_h1_T, r1_u1_here[:, n_1:], out=buffer_4)
    difference_11 = np.subtract(h1_here_2, h1[T], out=buffer_5)
    delta1_T = np.multiply(product_17, difference_11, out=delta1[T - 1, :, n_1:])
    for t in range(T - 1, 0, -1):
        # ∂C/∂h1[t][i, j] = Σ_k W_h1[j, k] δ1[t+1][i, k] + ∂C/∂s1[t+1][i, j] r1[t+1][i, j] + ∂C/∂h1[t+1][i, j] u1[t+1][i, j] + grad_h1_ahead[t][i, j]
        grad_h1_t = np.dot(delta1[t], W_h1[:, :2 * n_1].T)
        grad_s1_here = grad_s1
        r1_u1_here_2 = r1_u1[t]
        product_18 = grad_s1_here * r1_u1_here_2[:, :n_1]
        grad_h1_t += product_18
        product_19 = grad_h1 * r1_u1_here_2[:, n_1:]
        grad_h1_t += product_19
        grad_h1_t += grad_h1_ahead[t - 1, :, :]
        # δ_n1[t] = ∂C/∂h1[t] ⊙ (1 − n1[t]²) ⊙ (1 − u1[t])
        square_4 = np.square(n1[t - 1])
        np.subtract(one, square_4, out=square_4)
        square_4 *= grad_h1_t
        r1_u1_here_3 = r1_u1[t - 1]
        difference_12 = one - r1_u1_here_3[:, n_1:]
        delta_n1_t = np.multiply(square_4, difference_12, out=delta_n1[t - 1])
        # ∂C/∂s1[t][i, j] = Σ_k W_h1[j, k+2n_1] δ_n1[t][i, k]
        grad_s1_t = np.dot(delta_n1_t, W_h1[:, 2 * n_1:].T)
        # δ1[t] = ∂C/∂s1[t] ⊙ h1[t−1] ⊙ r1[t] ⊙ (1 − r1[t])
        product_20 = grad_s1_t * r1_u1_here_3[:, :n_1]
        h1_here_3 = h1[t - 1]
        product_20 *= h1_here_3
        difference_13 = one - r1_u1_here_3[:, :n_1]
        delta1_t = np.multiply(product_20, difference_13, out=delta1[t - 1, :, :n_1])
        # δ1[t][i, j+n_1] = ∂C/∂h1[t][i, j] u1[t][i, j] (h1[t−1][i, j] − h1[t][i, j])
        product_21 = grad_h1_t * r1_u1_here_3[:, n_1:]
        difference_14 = h1_here_3 - h1[t]
        delta1_t = np.multiply(product_21, difference_14, out=delta1[t - 1, :, n_1:])
        grad_h1 = grad_h1_t
        grad_s1 = grad_s1_t
    # ∂C/∂W_h1[k, j+2n_1] = Σ_(t, i) δ_n1[t][i, j] s1[t][i, k]
    product_22 = np.dot(h1[:T, :, :].reshape(-1, n_1).T, delta1.reshape(-1, 2 * n_1))
    product_23 = np.dot(s1.reshape(-1, n_1).T, delta_n1.reshape(-1, n_1))
    grad_W_h1 = np.concatenate((product_22, product_23), axis=1)
    # ∂C/∂W_x1[k, j+2n_1] = Σ_(t, i) δ_n1[t][i, j] x[i, t, k]
    product_24 = np.dot(packed.reshape(-1, n_0).T, delta1.reshape(-1, 2 * n_1))
    product_25 = np.dot(packed.reshape(-1, n_0).T, delta_n1.reshape(-1, n_1))
    grad_W_x1 = np.concatenate((product_24, product_25), axis=1)
    # ∂C/∂b1[j+2n_1] = Σ_(t, i) δ_n1[t][i, j]
    total_5 = np.dot(ones_3, delta1.reshape(-1, delta1.shape[-1]))
    total_6 = np.dot(ones_3, delta_n1.reshape(-1, delta_n1.shape[-1]))
    grad_b1 = np.concatenate((total_5, total_6), axis=0)
    return (C, Params(grad_W_x1, grad_W_h1, grad_b1, grad_W_x2, grad_W_h2, grad_b2, grad_b_hn2, grad_W3, grad_b3))


def init(rng, *, n_0, n_1, n_2, K, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # W_x1: normal, of variance 2 / (n_in + n_out)
    W_x1 = ((2.0 / (n_0 + 3 * n_1)) ** 0.5 * rng.standard_normal((n_0, 3 * n_1))).astype(dtype)
    # W_h1: normal, of variance 2 / (n_in + n_out)
    W_h1 = ((2.0 / (n_1 + 3 * n_1)) ** 0.5 * rng.standard_normal((n_1, 3 * n_1))).astype(dtype)
    # b1 = 0
    b1 = np.zeros((3 * n_1,), dtype)
    # W_x2: normal, of variance 2 / (n_in + n_out)
    W_x2 = ((2.0 / (n_1 + 3 * n_2)) ** 0.5 * rng.standard_normal((n_1, 3 * n_2))).astype(dtype)
    # W_h2: normal, of variance 2 / (n_in + n_out)
    W_h2 = ((2.0 / (n_2 + 3 * n_2)) ** 0.5 * rng.standard_normal((n_2, 3 * n_2))).astype(dtype)
    # b2 = 0
    b2 = np.zeros((3 * n_2,), dtype)
    # b_hn2 = 0
    b_hn2 = np.zeros((n_2,), dtype)
    # W3: normal, of variance 2 / (n_in + n_out)
    W3 = ((2.0 / (n_2 + K)) ** 0.5 * rng.standard_normal((n_2, K))).astype(dtype)
    # b3 = 0
    b3 = np.zeros((K,), dtype)
    return Params(W_x1, W_h1, b1, W_x2, W_h2, b2, b_hn2, W3, b3)


@cache
def _constant(value, dtype):
    """A number in the dtype of the data, as an array without axes, which NumPy is quicker to take than a number."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array


def _new(place, number, shape, dtype):
    """No memory for `number` arrays: NumPy makes new arrays where it is given none."""
    return (None,) * number


_SLAB = 1 << 17
"""How many numbers of eight bytes are worked on at a time: few enough that several such arrays stay in the cache."""


def _slabs(extent, width, itemsize=8, most=_SLAB):
    """Slices that cut an axis into equal pieces of about `most` numbers, where each place has `width` of them."""
    size = max(1, 8 * most // max(1, width * itemsize))
    size = -(-extent // max(1, -(-extent // (size if size < 8 else (size + 3) // 8 * 8))))
    size = max(1, size if size < 8 else -(-size // 8) * 8)
    return [slice(start, min(start + size, extent)) for start in range(0, max(extent, 1), size)]


@lru_cache(maxsize=8)
def _ones(shape, dtype):
    """Ones to take sums with, as products that BLAS is quick at; kept from call to call, and never written to."""
    array = np.ones(shape, dtype)
    array.flags.writeable = False
    return array


_FIELDS = (
    ("W_x1", "(n_0, 3n_1)", 2, "real", False),
    ("W_h1", "(n_1, 3n_1)", 2, "real", False),
    ("b1", "(3n_1,)", 1, "real", False),
    ("W_x2", "(n_1, 3n_2)", 2, "real", False),
    ("W_h2", "(n_2, 3n_2)", 2, "real", False),
    ("b2", "(3n_2,)", 1, "real", False),
    ("b_hn2", "(n_2,)", 1, "real", False),
    ("W3", "(n_2, K)", 2, "real", False),
    ("b3", "(K,)", 1, "real", False),
    ("x", "(m, T, n_0)", 3, "real", False),
    ("y", "(m, K)", 2, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W_x1, W_h1, b1, W_x2, W_h2, b2, b_hn2, W3, b3, x, y):
    """The shapes that the arrays have, and those that they must have."""
    m = x.shape[0]
    T = x.shape[1]
    n_0 = W_x1.shape[0]
    K = W3.shape[1]
    n_1 = W_h1.shape[0]
    n_2 = W_h2.shape[0]
    if not (m and T and n_0 and K and n_1 and n_2):
        raise ValueError('a size is 0')
    return ((W_x1.shape, W_h1.shape, b1.shape, W_x2.shape, W_h2.shape, b2.shape, b_hn2.shape, W3.shape, b3.shape, x.shape, y.shape), ((n_0, 3 * n_1), (n_1, 3 * n_1), (3 * n_1,), (n_1, 3 * n_2), (n_2, 3 * n_2), (3 * n_2,), (n_2,), (n_2, K), (K,), (m, T, n_0), (m, K)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W_x1, W_h1, b1, W_x2, W_h2, b2, b_hn2, W3, b3 = params
        x, y = inputs
        dtype = W_x1.dtype
        given, expected = _shapes(W_x1, W_h1, b1, W_x2, W_h2, b2, b_hn2, W3, b3, x, y)
        if given == expected and dtype is W_x1.dtype is W_h1.dtype is b1.dtype is W_x2.dtype is W_h2.dtype is b2.dtype is b_hn2.dtype is W3.dtype is b3.dtype is x.dtype is y.dtype and (dtype.kind in 'fc'):
            return (W_x1, W_h1, b1, W_x2, W_h2, b2, b_hn2, W3, b3, x, y)
    except (AttributeError, IndexError, TypeError, ValueError):
        pass
    return _converted(params, inputs)


def _converted(params, inputs):
    """All fields as arrays of the dtype of the parameters.

    Raises: ValueError for a shape that does not fit.
    """
    values = [*params, *inputs]
    if len(values) != len(_FIELDS):
        raise ValueError(f"the fields must be {', '.join(field[0] for field in _FIELDS)}, not {len(values)} values")
    arrays = []
    for (_, _, _, _, is_sequence), value in zip(_FIELDS, values):
        arrays.append([np.asarray(a) for a in (value if is_sequence else [value])])
    real = [a for field, members in zip(_FIELDS, arrays) if field[3] == "real" for a in members]
    dtype = np.result_type(*(real[:9] or real))
    if dtype.kind not in "fc":
        dtype = np.dtype(float)
    out = []
    for (field, shape, axes, kind, is_sequence), members in zip(_FIELDS, arrays):
        if not members:
            raise ValueError(f"{field} holds no arrays; it must hold at least 1, of the shape {shape}")
        for a in members:
            if a.ndim != axes:
                raise ValueError(f"{field} has the shape {a.shape}; it must be {shape}")
            if 0 in a.shape:
                raise ValueError(f"{field} has the size 0 along axis {a.shape.index(0)}; every size of {shape} is at least 1")
            if kind == "integer" and a.dtype.kind not in "iu":
                raise ValueError(f"{field} holds class ids, which must be integers, not {a.dtype}")
        if kind == "real":
            members = [a.astype(dtype) if a.dtype != dtype else a for a in members]
        out.append(float(members[0]) if kind == "number" else tuple(members) if is_sequence else members[0])
    tensors = [field for field in _FIELDS if field[3] != "number"]
    given, expected = _shapes(*(value for field, value in zip(_FIELDS, out) if field[3] != "number"))
    for (field, shape, *_), has, must in zip(tensors, given, expected):
        if has != must:
            raise ValueError(f"{field} has the shape {has}; it must be {shape}, here {must}")
    return tuple(out)

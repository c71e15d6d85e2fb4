"""char-lstm: forward pass, loss and gradients."""

from functools import cache, lru_cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    E1: (K, d)
    W_x2: (d, 4n)
    W_h2: (n, 4n)
    b2: (4n,)
    W3: (n, K)
    b3: (K,)
    """

    E1: np.ndarray
    W_x2: np.ndarray
    W_h2: np.ndarray
    b2: np.ndarray
    W3: np.ndarray
    b3: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (m, T)
    y: (m, T)
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
    E1, W_x2, W_h2, b2, W3, b3, x, _ = _checked(params, inputs)
    dtype = E1.dtype
    m = x.shape[0]
    T = x.shape[1]
    K = E1.shape[0]
    d = E1.shape[1]
    n = W_h2.shape[0]
    work = Workspace().take
    h2, = work(2, 1, (T + 1, m, n), dtype)
    half = _constant(0.5, dtype)
    W_x2_blocks = np.ascontiguousarray(np.transpose(W_x2.reshape(d, 4, -1), (1, 0, 2)))
    W_h2_blocks = np.ascontiguousarray(np.transpose(W_h2.reshape(n, 4, -1), (1, 0, 2)))
    blocks, = work(1, 1, (4, m, n), dtype)
    # e1[i, t, j] = E1[x[i, t]+1, j]
    e1 = E1[x]
    # h2[0] = 0 1 1ᵀ
    h2[0] = 0.0
    c2 = np.full((m, n), 0.0, dtype)
    # z2_ahead[t][i, j] = Σ_k W_x2[k, j] e1[i, t, k] + b2[j]
    z2_ahead, = work(0, 1, (T, 4, m, n), dtype)
    np.matmul(np.transpose(e1, (1, 0, 2))[:, None], W_x2_blocks, out=z2_ahead)
    z2_ahead += b2.reshape(4, 1, -1)
    for t in range(1, T + 1):
        # z2[t] = h2[t−1] W_h2 + z2_ahead[t]
        z2_t = np.matmul(h2[t - 1], W_h2_blocks, out=blocks)
        z2_t += z2_ahead[t - 1, :]
        # i2_f2_o2[t][i, j] = sigmoid(z2[t][i, j])
        i2_f2_o2_t = z2_t[:3] * half
        np.tanh(i2_f2_o2_t, out=i2_f2_o2_t)
        i2_f2_o2_t *= half
        i2_f2_o2_t += half
        # g2[t][i, j] = tanh(z2[t][i, j+3n])
        g2_t = np.tanh(z2_t[3])
        # c2[t] = c2[t−1] ⊙ f2[t] + g2[t] ⊙ i2[t]
        c2_t = c2 * i2_f2_o2_t[1]
        g2_t *= i2_f2_o2_t[0]
        c2_t += g2_t
        # tanh_c2[t] = tanh(c2[t])
        tanh_c2_t = np.tanh(c2_t)
        # h2[t] = o2[t] ⊙ tanh_c2[t]
        h2_t = np.multiply(i2_f2_o2_t[2], tanh_c2_t, out=h2[t])
        c2 = c2_t
    # z3[i, t, j] = Σ_k W3[k, j] h2[t][i, k] + b3[j]
    z3 = np.transpose(np.dot(h2[1:, :, :].reshape(-1, n), W3).reshape(T, m, K), (1, 0, 2))
    z3 += b3
    return z3


def loss(params, inputs):
    """The cost."""
    E1, W_x2, W_h2, b2, W3, b3, x, y = _checked(params, inputs)
    dtype = E1.dtype
    m = x.shape[0]
    T = x.shape[1]
    K = E1.shape[0]
    d = E1.shape[1]
    n = W_h2.shape[0]
    work = Workspace().take
    h2, = work(4, 1, (T + 1, m, n), dtype)
    half = _constant(0.5, dtype)
    W_x2_blocks = np.ascontiguousarray(np.transpose(W_x2.reshape(d, 4, -1), (1, 0, 2)))
    W_h2_blocks = np.ascontiguousarray(np.transpose(W_h2.reshape(n, 4, -1), (1, 0, 2)))
    blocks, = work(1, 1, (4, m, n), dtype)
    # e1[i, t, j] = E1[x[i, t]+1, j]
    e1 = E1[x]
    # h2[0] = 0 1 1ᵀ
    h2[0] = 0.0
    c2 = np.full((m, n), 0.0, dtype)
    # z2_ahead[t][i, j] = Σ_k W_x2[k, j] e1[i, t, k] + b2[j]
    z2_ahead, = work(0, 1, (T, 4, m, n), dtype)
    np.matmul(np.transpose(e1, (1, 0, 2))[:, None], W_x2_blocks, out=z2_ahead)
    z2_ahead += b2.reshape(4, 1, -1)
    for t in range(1, T + 1):
        # z2[t] = h2[t−1] W_h2 + z2_ahead[t]
        z2_t = np.matmul(h2[t - 1], W_h2_blocks, out=blocks)
        z2_t += z2_ahead[t - 1, :]
        # i2_f2_o2[t][i, j] = sigmoid(z2[t][i, j])
        i2_f2_o2_t = z2_t[:3] * half
        np.tanh(i2_f2_o2_t, out=i2_f2_o2_t)
        i2_f2_o2_t *= half
        i2_f2_o2_t += half
        # g2[t][i, j] = tanh(z2[t][i, j+3n])
        g2_t = np.tanh(z2_t[3])
        # c2[t] = c2[t−1] ⊙ f2[t] + g2[t] ⊙ i2[t]
        c2_t = c2 * i2_f2_o2_t[1]
        g2_t *= i2_f2_o2_t[0]
        c2_t += g2_t
        # tanh_c2[t] = tanh(c2[t])
        tanh_c2_t = np.tanh(c2_t)
        # h2[t] = o2[t] ⊙ tanh_c2[t]
        h2_t = np.multiply(i2_f2_o2_t[2], tanh_c2_t, out=h2[t])
        c2 = c2_t
    # z3[i, t, j] = Σ_k W3[k, j] h2[t][i, k] + b3[j]
    block, = work(2, 1, (T, m, K), dtype)
    np.dot(h2[1:, :, :].reshape(-1, n), W3, out=block.reshape(T * m, K))
    z3 = np.transpose(block, (1, 0, 2))
    z3 += b3
    # z3_max_2[i, t] = max_j z3[i, t, j]
    z3_max_2 = np.maximum.reduce(z3, axis=2)
    # z3_shifted_2[i, t, j] = z3[i, t, j] − z3_max_2[i, t]
    z3_shifted_2 = np.subtract(z3, z3_max_2[:, :, None], out=z3)
    # C = (Σ_(k, i) log(Σ_v exp(z3_shifted_2[i, k, v])) − Σ_(k, i) z3_shifted_2[i, k, y[i, k]+1]) / m
    block_2, = work(3, 1, (T, m, K), dtype)
    exp = np.exp(z3_shifted_2, out=np.transpose(block_2, (1, 0, 2)))
    total = np.add.reduce(exp, axis=2)
    np.log(total, out=total)
    total_2 = np.add.reduce(total, axis=None)
    value = z3_shifted_2[np.arange(m)[:, None], np.arange(T), y]
    C = (total_2 - np.add.reduce(value, axis=None)) * (1.0 / m)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    E1, W_x2, W_h2, b2, W3, b3, x, y = _checked(params, inputs)
    dtype = E1.dtype
    m = x.shape[0]
    T = x.shape[1]
    K = E1.shape[0]
    d = E1.shape[1]
    n = W_h2.shape[0]
    work = (Workspace() if workspace is None else workspace).take
    kept = _new if workspace is None else workspace.take
    c2, = work(8, 1, (T + 1, m, n), dtype)
    g2, = work(9, 1, (T, m, n), dtype)
    h2, = work(10, 1, (T + 1, m, n), dtype)
    i2_f2_o2, = work(11, 1, (T, 3, m, n), dtype)
    tanh_c2, = work(12, 1, (T, m, n), dtype)
    delta2, = work(13, 1, (T, m, 4 * n), dtype)
    half = _constant(0.5, dtype)
    one = _constant(1.0, dtype)
    ones = _ones(T * m, dtype)
    W_x2_blocks = np.ascontiguousarray(np.transpose(W_x2.reshape(d, 4, -1), (1, 0, 2)))
    W_h2_blocks = np.ascontiguousarray(np.transpose(W_h2.reshape(n, 4, -1), (1, 0, 2)))
    W_h2_T_blocks = np.ascontiguousarray(np.transpose(W_h2_blocks, (0, 2, 1)))
    blocks, = work(1, 1, (4, m, n), dtype)
    blocks_2, = work(5, 1, (4, m, n), dtype)
    blocks_3, = work(6, 1, (4, m, n), dtype)
    buffer, buffer_2, buffer_3, buffer_4 = kept(14, 4, (m, n), dtype)
    # e1[i, t, j] = E1[x[i, t]+1, j]
    e1 = E1[x]
    # h2[0] = 0 1 1ᵀ
    h2[0] = 0.0
    c2[0] = 0.0
    # z2_ahead[t][i, j] = Σ_k W_x2[k, j] e1[i, t, k] + b2[j]
    z2_ahead, = work(0, 1, (T, 4, m, n), dtype)
    np.matmul(np.transpose(e1, (1, 0, 2))[:, None], W_x2_blocks, out=z2_ahead)
    z2_ahead += b2.reshape(4, 1, -1)
    for t in range(1, T + 1):
        # z2[t] = h2[t−1] W_h2 + z2_ahead[t]
        z2_t = np.matmul(h2[t - 1], W_h2_blocks, out=blocks)
        z2_t += z2_ahead[t - 1, :]
        # i2_f2_o2[t][i, j] = sigmoid(z2[t][i, j])
        product = z2_t[:3] * half
        np.tanh(product, out=product)
        product *= half
        i2_f2_o2_t = np.add(product, half, out=i2_f2_o2[t - 1])
        # g2[t][i, j] = tanh(z2[t][i, j+3n])
        g2_t = np.tanh(z2_t[3], out=g2[t - 1])
        # c2[t] = c2[t−1] ⊙ f2[t] + g2[t] ⊙ i2[t]
        product_2 = c2[t - 1] * i2_f2_o2_t[1]
        product_3 = g2_t * i2_f2_o2_t[0]
        c2_t = np.add(product_2, product_3, out=c2[t])
        # tanh_c2[t] = tanh(c2[t])
        tanh_c2_t = np.tanh(c2_t, out=tanh_c2[t - 1])
        # h2[t] = o2[t] ⊙ tanh_c2[t]
        h2_t = np.multiply(i2_f2_o2_t[2], tanh_c2_t, out=h2[t])
    # z3[i, t, j] = Σ_k W3[k, j] h2[t][i, k] + b3[j]
    block, = work(2, 1, (T, m, K), dtype)
    np.dot(h2[1:, :, :].reshape(-1, n), W3, out=block.reshape(T * m, K))
    z3 = np.transpose(block, (1, 0, 2))
    z3 += b3
    # z3_max_2[i, t] = max_j z3[i, t, j]
    z3_max_2 = np.maximum.reduce(z3, axis=2)
    # z3_shifted_2[i, t, j] = z3[i, t, j] − z3_max_2[i, t]
    z3_shifted_2 = np.subtract(z3, z3_max_2[:, :, None], out=z3)
    # C = (Σ_(k, i) log(Σ_v exp(z3_shifted_2[i, k, v])) − Σ_(k, i) z3_shifted_2[i, k, y[i, k]+1]) / m
    block_2, = work(3, 1, (T, m, K), dtype)
    exp = np.exp(z3_shifted_2, out=np.transpose(block_2, (1, 0, 2)))
    total = np.add.reduce(exp, axis=2)
    log = np.log(total)
    total_2 = np.add.reduce(log, axis=None)
    value = z3_shifted_2[np.arange(m)[:, None], np.arange(T), y]
    C = (total_2 - np.add.reduce(value, axis=None)) * (1.0 / m)
    # δ3[i, t, j] = (exp(z3_shifted_2[i, t, j]) / (Σ_v exp(z3_shifted_2[i, t, v])) − [j−y[i, t]−1 = 0]) / m
    np.divide(one, total, out=total)
    delta3 = np.multiply(exp, total[:, :, None], out=exp)
    delta3[np.arange(m)[:, None], np.arange(T), y] += -1.0
    delta3 *= 1.0 / m
    # ∂C/∂W3[k, j] = Σ_(t, i) δ3[i, t, j] h2[t][i, k]
    grad_W3 = np.dot(h2[1:, :, :].reshape(-1, n).T, np.transpose(delta3, (1, 0, 2)).reshape(-1, K))
    # ∂C/∂b3[j] = Σ_(k, i) δ3[i, k, j]
    grad_b3 = np.add.reduce(delta3, axis=(0, 1))
    # ∂C/∂h2[T] = δ3 W3ᵀ
    grad_h2_T = np.dot(delta3[:, T - 1, :], W3.T, out=buffer)
    # grad_h2_ahead[t][i, j] = Σ_v W3[j, v] δ3[i, t, v]
    grad_h2_ahead, = work(4, 1, (T - 1, m, n), dtype)
    np.dot(np.transpose(delta3[:, :T - 1, :], (1, 0, 2)).reshape(-1, K), W3.T, out=grad_h2_ahead.reshape((T - 1) * m, n))
    # ∂C/∂c2[T] = ∂C/∂h2[T] ⊙ o2[T] ⊙ (1 − tanh_c2[T]²)
    i2_f2_o2_here = i2_f2_o2[T - 1]
    grad_h2_T *= i2_f2_o2_here[2]
    tanh_c2_here = tanh_c2[T - 1]
    grad_c2_T = np.square(tanh_c2_here)
    np.subtract(one, grad_c2_T, out=grad_c2_T)
    grad_c2_T *= grad_h2_T
    grad_c2 = grad_c2_T
    # δ2[T] = ∂C/∂c2[T] ⊙ g2[T] ⊙ i2[T] ⊙ (1 − i2[T])
    product_4 = np.multiply(grad_c2_T, i2_f2_o2_here[0], out=buffer_2)
    g2_here = g2[T - 1]
    product_5 = np.multiply(product_4, g2_here, out=buffer_3)
    difference = np.subtract(one, i2_f2_o2_here[0], out=buffer_4)
    delta2_T = np.multiply(product_5, difference, out=delta2[T - 1, :, :n])
    # δ2[T][i, j+n] = ∂C/∂c2[T][i, j] c2[T−1][i, j] (f2[T][i, j] (1 − f2[T][i, j]))
    product_6 = np.multiply(grad_c2_T, i2_f2_o2_here[1], out=buffer_3)
    product_6 *= c2[T - 1]
    difference_2 = np.subtract(one, i2_f2_o2_here[1], out=buffer_4)
    delta2_T = np.multiply(product_6, difference_2, out=delta2[T - 1, :, n:2 * n])
    # δ2[T][i, j+2n] = ∂C/∂h2[T][i, j] (o2[T][i, j] (1 − o2[T][i, j])) tanh_c2[T][i, j]
    difference_3 = np.subtract(one, i2_f2_o2_here[2], out=buffer_3)
    grad_h2_T *= difference_3
    delta2_T = np.multiply(grad_h2_T, tanh_c2_here, out=delta2[T - 1, :, 2 * n:3 * n])
    # δ2[T][i, j+3n] = ∂C/∂c2[T][i, j] i2[T][i, j] (1 − g2[T][i, j]²)
    square = np.square(g2_here, out=buffer)
    np.subtract(one, square, out=square)
    delta2_T = np.multiply(product_4, square, out=delta2[T - 1, :, 3 * n:])
    blocks_2[...] = np.transpose(delta2[T - 1].reshape(m, 4, -1), (1, 0, 2))
    for t in range(T - 1, 0, -1):
        # ∂C/∂h2[t] = grad_h2_ahead[t] + δ2[t+1] W_h2ᵀ
        grad_h2_t = np.add.reduce(np.matmul(blocks_2, W_h2_T_blocks, out=blocks_3), axis=0)
        grad_h2_t += grad_h2_ahead[t - 1, :, :]
        # ∂C/∂c2[t] = ∂C/∂c2[t+1] ⊙ f2[t+1] + ∂C/∂h2[t] ⊙ o2[t] ⊙ (1 − tanh_c2[t]²)
        grad_c2_t = grad_c2 * i2_f2_o2[t][1]
        i2_f2_o2_here_2 = i2_f2_o2[t - 1]
        grad_h2_t *= i2_f2_o2_here_2[2]
        tanh_c2_here_2 = tanh_c2[t - 1]
        square_2 = np.square(tanh_c2_here_2)
        np.subtract(one, square_2, out=square_2)
        square_2 *= grad_h2_t
        grad_c2_t += square_2
        # δ2[t] = ∂C/∂c2[t] ⊙ g2[t] ⊙ i2[t] ⊙ (1 − i2[t])
        product_7 = grad_c2_t * i2_f2_o2_here_2[0]
        g2_here_2 = g2[t - 1]
        product_8 = product_7 * g2_here_2
        difference_4 = one - i2_f2_o2_here_2[0]
        delta2_t = np.multiply(product_8, difference_4, out=blocks_2[0])
        # δ2[t][i, j+n] = ∂C/∂c2[t][i, j] c2[t−1][i, j] (f2[t][i, j] (1 − f2[t][i, j]))
        product_9 = grad_c2_t * i2_f2_o2_here_2[1]
        product_9 *= c2[t - 1]
        difference_5 = one - i2_f2_o2_here_2[1]
        delta2_t = np.multiply(product_9, difference_5, out=blocks_2[1])
        # δ2[t][i, j+2n] = ∂C/∂h2[t][i, j] (o2[t][i, j] (1 − o2[t][i, j])) tanh_c2[t][i, j]
        difference_6 = one - i2_f2_o2_here_2[2]
        grad_h2_t *= difference_6
        delta2_t = np.multiply(grad_h2_t, tanh_c2_here_2, out=blocks_2[2])
        # δ2[t][i, j+3n] = ∂C/∂c2[t][i, j] i2[t][i, j] (1 − g2[t][i, j]²)
        square_3 = np.square(g2_here_2)
        np.subtract(one, square_3, out=square_3)
        delta2_t = np.multiply(product_7, square_3, out=blocks_2[3])
        grad_c2 = grad_c2_t
        np.transpose(delta2[t - 1].reshape(m, 4, -1), (1, 0, 2))[...] = blocks_2
    # ∂C/∂W_h2[k, j] = Σ_(t, i) δ2[t][i, j] h2[t−1][i, k]
    grad_W_h2 = np.dot(h2[:T, :, :].reshape(-1, n).T, delta2.reshape(-1, 4 * n))
    # ∂C/∂E1[v, j] = Σ_(k, i, p) [v−x[i, k]−1 = 0] W_x2[j, p] δ2[k][i, p]
    product_10, = work(7, 1, (d, T, m), dtype)
    np.dot(W_x2, delta2.reshape(-1, 4 * n).T, out=product_10.reshape(d, T * m))
    grad_E1 = _by_ids(np.transpose(product_10, (2, 1, 0)), x, K)
    # ∂C/∂W_x2[k, j] = Σ_(t, i) δ2[t][i, j] e1[i, t, k]
    grad_W_x2 = np.dot(e1.reshape(-1, d).T, np.transpose(delta2, (1, 0, 2)).reshape(-1, 4 * n))
    # ∂C/∂b2[j] = Σ_(k, i) δ2[k][i, j]
    grad_b2 = np.dot(ones, delta2.reshape(-1, delta2.shape[-1]))
    return (C, Params(grad_E1, grad_W_x2, grad_W_h2, grad_b2, grad_W3, grad_b3))


def init(rng, *, K, d, n, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # E1: normal, of variance 2 / (n_in + n_out)
    E1 = ((2.0 / (d + K)) ** 0.5 * rng.standard_normal((K, d))).astype(dtype)
    # W_x2: normal, of variance 2 / (n_in + n_out)
    W_x2 = ((2.0 / (d + 4 * n)) ** 0.5 * rng.standard_normal((d, 4 * n))).astype(dtype)
    # W_h2: normal, of variance 2 / (n_in + n_out)
    W_h2 = ((2.0 / (n + 4 * n)) ** 0.5 * rng.standard_normal((n, 4 * n))).astype(dtype)
    # b2 = 0
    b2 = np.zeros((4 * n,), dtype)
    # W3: normal, of variance 2 / (n_in + n_out)
    W3 = ((2.0 / (n + K)) ** 0.5 * rng.standard_normal((n, K))).astype(dtype)
    # b3 = 0
    b3 = np.zeros((K,), dtype)
    return Params(E1, W_x2, W_h2, b2, W3, b3)


def _by_ids(values, ids, count):
    """The sums of the entries of `values` with the same id, for the ids 0 … count − 1; `ids` has its first axes."""
    order = ids.ravel().argsort(kind="stable")
    ordered = ids.ravel()[order]
    first = np.flatnonzero(np.concatenate((ordered[:1] == ordered[:1], ordered[1:] != ordered[:-1])))
    rows = values.reshape(-1, *values.shape[ids.ndim:])
    out = np.zeros((count, *rows.shape[1:]), values.dtype)
    if first.size:
        out[ordered[first]] = np.add.reduceat(rows[order], first, axis=0)
    return out


def _check_ids(field, ids, low, high):
    """Raise ValueError for an id that is not one of low … high."""
    if ids.size and not (low <= ids.min() and ids.max() <= high):
        wrong = ids[(ids < low) | (ids > high)].flat[0]
        raise ValueError(f"{field} holds the id {wrong}; ids go from {low} to {high}")


@cache
def _constant(value, dtype):
    """A number in the dtype of the data, as an array without axes, which NumPy is quicker to take than a number."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array


def _new(place, number, shape, dtype):
    """No memory for `number` arrays: NumPy makes new arrays where it is given none."""
    return (None,) * number


@lru_cache(maxsize=8)
def _ones(shape, dtype):
    """Ones to take sums with, as products that BLAS is quick at; kept from call to call, and never written to."""
    array = np.ones(shape, dtype)
    array.flags.writeable = False
    return array


_FIELDS = (
    ("E1", "(K, d)", 2, "real", False),
    ("W_x2", "(d, 4n)", 2, "real", False),
    ("W_h2", "(n, 4n)", 2, "real", False),
    ("b2", "(4n,)", 1, "real", False),
    ("W3", "(n, K)", 2, "real", False),
    ("b3", "(K,)", 1, "real", False),
    ("x", "(m, T)", 2, "integer", False),
    ("y", "(m, T)", 2, "integer", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(E1, W_x2, W_h2, b2, W3, b3, x, y):
    """The shapes that the arrays have, and those that they must have."""
    m = x.shape[0]
    T = x.shape[1]
    K = E1.shape[0]
    d = E1.shape[1]
    n = W_h2.shape[0]
    if not (m and T and K and d and n):
        raise ValueError('a size is 0')
    _check_ids('x', x, 0, K - 1)
    _check_ids('y', y, 0, K - 1)
    return ((E1.shape, W_x2.shape, W_h2.shape, b2.shape, W3.shape, b3.shape, x.shape, y.shape), ((K, d), (d, 4 * n), (n, 4 * n), (4 * n,), (n, K), (K,), (m, T), (m, T)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        E1, W_x2, W_h2, b2, W3, b3 = params
        x, y = inputs
        dtype = E1.dtype
        given, expected = _shapes(E1, W_x2, W_h2, b2, W3, b3, x, y)
        if given == expected and dtype is E1.dtype is W_x2.dtype is W_h2.dtype is b2.dtype is W3.dtype is b3.dtype and (dtype.kind in 'fc') and (x.dtype.kind in 'iu') and (y.dtype.kind in 'iu'):
            return (E1, W_x2, W_h2, b2, W3, b3, x, y)
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
    dtype = np.result_type(*(real[:6] or real))
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

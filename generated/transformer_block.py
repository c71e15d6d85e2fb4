"""transformer-block: forward pass, loss and gradients."""

from functools import cache, lru_cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    gamma_1_1: (8,)
    beta_1_1: (8,)
    W_Q1: (2, 8, 4)
    W_K1: (2, 8, 4)
    W_V1: (2, 8, 4)
    W_O1: (2, 4, 8)
    gamma_2_1: (8,)
    beta_2_1: (8,)
    W_1_1: (8, 32)
    b_1_1: (32,)
    W_2_1: (32, 8)
    b_2_1: (8,)
    W2: (8, K)
    b2: (K,)
    """

    gamma_1_1: np.ndarray
    beta_1_1: np.ndarray
    W_Q1: np.ndarray
    W_K1: np.ndarray
    W_V1: np.ndarray
    W_O1: np.ndarray
    gamma_2_1: np.ndarray
    beta_2_1: np.ndarray
    W_1_1: np.ndarray
    b_1_1: np.ndarray
    W_2_1: np.ndarray
    b_2_1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (m, T, 8)
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
    gamma_1_1, beta_1_1, W_Q1, W_K1, W_V1, W_O1, gamma_2_1, beta_2_1, W_1_1, b_1_1, W_2_1, b_2_1, W2, b2, x, _ = _checked(params, inputs)
    dtype = gamma_1_1.dtype
    m = x.shape[0]
    T = x.shape[1]
    K = W2.shape[1]
    work = Workspace().take
    number = _constant(0.125, dtype)
    number_2 = _constant(1e-05, dtype)
    one = _constant(1.0, dtype)
    half = _constant(0.5, dtype)
    number_3 = _constant(0.7071067811865476, dtype)
    ones = _ones(8, dtype)
    ones_2 = _ones(T, dtype)
    y_1_1, = work(0, 1, (m, T, 8), dtype)
    for slab in _slabs(m, T * 8, dtype.itemsize):
        count = slab.stop - slab.start
        x_slab = x[slab]
        y_1_1_slab = y_1_1[slab]
        buffer, = work(1, 1, (count, T), dtype)
        # mu_1_1[i, t] = (1/8) Σ_k x[i, t, k]
        mu_1_1 = np.vecdot(x_slab, ones)
        mu_1_1 *= number
        # v_1_1[i, t] = (1/8) Σ_k (mu_1_1[i, t] − x[i, t, k])²
        difference = np.subtract(x_slab, mu_1_1[:, :, None], out=y_1_1_slab)
        v_1_1 = np.vecdot(difference.conj(), difference, out=buffer)
        v_1_1 *= number
        # xhat_1_1[i, t, j] = (x[i, t, j] − mu_1_1[i, t]) / (1/100000 + v_1_1[i, t])¹ᐟ²
        v_1_1 += number_2
        np.sqrt(v_1_1, out=v_1_1)
        np.divide(one, v_1_1, out=v_1_1)
        xhat_1_1 = np.multiply(difference, v_1_1[:, :, None], out=difference)
        # y_1_1[i, t, j] = beta_1_1[j] + gamma_1_1[j] xhat_1_1[i, t, j]
        xhat_1_1 *= gamma_1_1
        np.add(xhat_1_1, beta_1_1, out=y_1_1_slab)
    # Q1[i, h, t, j] = Σ_k W_Q1[h, k, j] y_1_1[i, t, k]
    block, = work(2, 1, (m, T, 2, 4), dtype)
    np.dot(y_1_1.reshape(-1, 8), np.transpose(W_Q1, (1, 0, 2)).reshape(8, -1), out=block.reshape(m * T, 8))
    Q1 = np.transpose(block, (0, 2, 1, 3))
    # K1[i, h, t, j] = Σ_k W_K1[h, k, j] y_1_1[i, t, k]
    block_2, = work(3, 1, (m, T, 2, 4), dtype)
    np.dot(y_1_1.reshape(-1, 8), np.transpose(W_K1, (1, 0, 2)).reshape(8, -1), out=block_2.reshape(m * T, 8))
    K1 = np.transpose(block_2, (0, 2, 1, 3))
    # V1[i, h, t, j] = Σ_k W_V1[h, k, j] y_1_1[i, t, k]
    block_3, = work(4, 1, (m, T, 2, 4), dtype)
    np.dot(y_1_1.reshape(-1, 8), np.transpose(W_V1, (1, 0, 2)).reshape(8, -1), out=block_3.reshape(m * T, 8))
    V1 = np.transpose(block_3, (0, 2, 1, 3))
    # S1[i, h, t, s] = (1/2) Σ_j K1[i, h, s, j] Q1[i, h, t, j]
    S1 = np.matmul(Q1, np.transpose(K1, (0, 1, 3, 2)))
    S1 *= half
    # S1_max_3[i, h, t] = max_s S1[i, h, t, s]
    S1_max_3 = np.maximum.reduce(S1, axis=3)
    # S1_shifted_3[i, h, t, s] = S1[i, h, t, s] − S1_max_3[i, h, t]
    S1_shifted_3 = np.subtract(S1, S1_max_3[:, :, :, None], out=S1)
    # P1[i, h, t, s] = exp(S1_shifted_3[i, h, t, s]) / (Σ_j exp(S1_shifted_3[i, h, t, j]))
    P1 = np.exp(S1_shifted_3, out=S1_shifted_3)
    total = np.vecdot(P1, ones_2)
    np.divide(one, total, out=total)
    P1 *= total[:, :, :, None]
    # O1[i, h, t, j] = Σ_s P1[i, h, t, s] V1[i, h, s, j]
    O1 = np.matmul(P1, V1)
    product, = work(5, 1, (m, T, 8), dtype)
    np.dot(np.transpose(O1, (0, 2, 1, 3)).reshape(-1, 8), W_O1.reshape(-1, 8), out=product.reshape(m * T, 8))
    h1, = work(6, 1, (m, T, 8), dtype)
    y_2_1, = work(7, 1, (m, T, 8), dtype)
    for slab_2 in _slabs(m, T * 8, dtype.itemsize):
        count_2 = slab_2.stop - slab_2.start
        product_slab = product[slab_2]
        x_slab_2 = x[slab_2]
        h1_slab = h1[slab_2]
        y_2_1_slab = y_2_1[slab_2]
        buffer_2, = work(8, 1, (count_2, T), dtype)
        # h1[i, t, j] = Σ_(h, k) W_O1[h, k, j] O1[i, h, t, k] + x[i, t, j]
        np.add(product_slab, x_slab_2, out=h1_slab)
        # mu_2_1[i, t] = (1/8) Σ_k h1[i, t, k]
        mu_2_1 = np.vecdot(h1_slab, ones)
        mu_2_1 *= number
        # v_2_1[i, t] = (1/8) Σ_k (h1[i, t, k] − mu_2_1[i, t])²
        difference_2 = np.subtract(h1_slab, mu_2_1[:, :, None], out=y_2_1_slab)
        v_2_1 = np.vecdot(difference_2.conj(), difference_2, out=buffer_2)
        v_2_1 *= number
        # xhat_2_1[i, t, j] = (h1[i, t, j] − mu_2_1[i, t]) / (1/100000 + v_2_1[i, t])¹ᐟ²
        v_2_1 += number_2
        np.sqrt(v_2_1, out=v_2_1)
        np.divide(one, v_2_1, out=v_2_1)
        xhat_2_1 = np.multiply(difference_2, v_2_1[:, :, None], out=difference_2)
        # y_2_1[i, t, j] = beta_2_1[j] + gamma_2_1[j] xhat_2_1[i, t, j]
        xhat_2_1 *= gamma_2_1
        np.add(xhat_2_1, beta_2_1, out=y_2_1_slab)
    # z1[i, t, j] = Σ_k W_1_1[k, j] y_2_1[i, t, k] + b_1_1[j]
    z1, = work(9, 1, (m, T, 32), dtype)
    np.dot(y_2_1.reshape(-1, 8), W_1_1, out=z1.reshape(m * T, 32))
    z1 += b_1_1
    # a1[i, t, j] = gelu(z1[i, t, j])
    product_2 = z1 * number_3
    erf = _erf(product_2)
    erf += one
    a1 = np.multiply(z1, erf, out=z1)
    a1 *= half
    # y1[i, t, j] = Σ_k W_2_1[k, j] a1[i, t, k] + b_2_1[j] + h1[i, t, j]
    y1, = work(10, 1, (m, T, 8), dtype)
    np.dot(a1.reshape(-1, 32), W_2_1, out=y1.reshape(m * T, 8))
    y1 += h1
    y1 += b_2_1
    # z2[i, t, j] = Σ_k W2[k, j] y1[i, t, k] + b2[j]
    z2 = np.dot(y1.reshape(-1, 8), W2).reshape(m, T, K)
    z2 += b2
    return z2


def loss(params, inputs):
    """The cost."""
    gamma_1_1, beta_1_1, W_Q1, W_K1, W_V1, W_O1, gamma_2_1, beta_2_1, W_1_1, b_1_1, W_2_1, b_2_1, W2, b2, x, y = _checked(params, inputs)
    dtype = gamma_1_1.dtype
    m = x.shape[0]
    T = x.shape[1]
    K = W2.shape[1]
    work = Workspace().take
    number = _constant(0.125, dtype)
    number_2 = _constant(1e-05, dtype)
    one = _constant(1.0, dtype)
    half = _constant(0.5, dtype)
    number_3 = _constant(0.7071067811865476, dtype)
    ones = _ones(8, dtype)
    ones_2 = _ones(T, dtype)
    ones_3 = _ones(K, dtype)
    positions = np.arange(m)
    positions_2 = np.arange(T)
    y_1_1, = work(0, 1, (m, T, 8), dtype)
    for slab in _slabs(m, T * 8, dtype.itemsize):
        count = slab.stop - slab.start
        x_slab = x[slab]
        y_1_1_slab = y_1_1[slab]
        buffer, = work(1, 1, (count, T), dtype)
        # mu_1_1[i, t] = (1/8) Σ_k x[i, t, k]
        mu_1_1 = np.vecdot(x_slab, ones)
        mu_1_1 *= number
        # v_1_1[i, t] = (1/8) Σ_k (mu_1_1[i, t] − x[i, t, k])²
        difference = np.subtract(x_slab, mu_1_1[:, :, None], out=y_1_1_slab)
        v_1_1 = np.vecdot(difference.conj(), difference, out=buffer)
        v_1_1 *= number
        # xhat_1_1[i, t, j] = (x[i, t, j] − mu_1_1[i, t]) / (1/100000 + v_1_1[i, t])¹ᐟ²
        v_1_1 += number_2
        np.sqrt(v_1_1, out=v_1_1)
        np.divide(one, v_1_1, out=v_1_1)
        xhat_1_1 = np.multiply(difference, v_1_1[:, :, None], out=difference)
        # y_1_1[i, t, j] = beta_1_1[j] + gamma_1_1[j] xhat_1_1[i, t, j]
        xhat_1_1 *= gamma_1_1
        np.add(xhat_1_1, beta_1_1, out=y_1_1_slab)
    # Q1[i, h, t, j] = Σ_k W_Q1[h, k, j] y_1_1[i, t, k]
    block, = work(2, 1, (m, T, 2, 4), dtype)
    np.dot(y_1_1.reshape(-1, 8), np.transpose(W_Q1, (1, 0, 2)).reshape(8, -1), out=block.reshape(m * T, 8))
    Q1 = np.transpose(block, (0, 2, 1, 3))
    # K1[i, h, t, j] = Σ_k W_K1[h, k, j] y_1_1[i, t, k]
    block_2, = work(3, 1, (m, T, 2, 4), dtype)
    np.dot(y_1_1.reshape(-1, 8), np.transpose(W_K1, (1, 0, 2)).reshape(8, -1), out=block_2.reshape(m * T, 8))
    K1 = np.transpose(block_2, (0, 2, 1, 3))
    # V1[i, h, t, j] = Σ_k W_V1[h, k, j] y_1_1[i, t, k]
    block_3, = work(4, 1, (m, T, 2, 4), dtype)
    np.dot(y_1_1.reshape(-1, 8), np.transpose(W_V1, (1, 0, 2)).reshape(8, -1), out=block_3.reshape(m * T, 8))
    V1 = np.transpose(block_3, (0, 2, 1, 3))
    # S1[i, h, t, s] = (1/2) Σ_j K1[i, h, s, j] Q1[i, h, t, j]
    S1 = np.matmul(Q1, np.transpose(K1, (0, 1, 3, 2)))
    S1 *= half
    # S1_max_3[i, h, t] = max_s S1[i, h, t, s]
    S1_max_3 = np.maximum.reduce(S1, axis=3)
    # S1_shifted_3[i, h, t, s] = S1[i, h, t, s] − S1_max_3[i, h, t]
    S1_shifted_3 = np.subtract(S1, S1_max_3[:, :, :, None], out=S1)
    # P1[i, h, t, s] = exp(S1_shifted_3[i, h, t, s]) / (Σ_j exp(S1_shifted_3[i, h, t, j]))
    P1 = np.exp(S1_shifted_3, out=S1_shifted_3)
    total = np.vecdot(P1, ones_2)
    np.divide(one, total, out=total)
    P1 *= total[:, :, :, None]
    # O1[i, h, t, j] = Σ_s P1[i, h, t, s] V1[i, h, s, j]
    O1 = np.matmul(P1, V1)
    product, = work(5, 1, (m, T, 8), dtype)
    np.dot(np.transpose(O1, (0, 2, 1, 3)).reshape(-1, 8), W_O1.reshape(-1, 8), out=product.reshape(m * T, 8))
    h1, = work(6, 1, (m, T, 8), dtype)
    y_2_1, = work(7, 1, (m, T, 8), dtype)
    for slab_2 in _slabs(m, T * 8, dtype.itemsize):
        count_2 = slab_2.stop - slab_2.start
        product_slab = product[slab_2]
        x_slab_2 = x[slab_2]
        h1_slab = h1[slab_2]
        y_2_1_slab = y_2_1[slab_2]
        buffer_2, = work(8, 1, (count_2, T), dtype)
        # h1[i, t, j] = Σ_(h, k) W_O1[h, k, j] O1[i, h, t, k] + x[i, t, j]
        np.add(product_slab, x_slab_2, out=h1_slab)
        # mu_2_1[i, t] = (1/8) Σ_k h1[i, t, k]
        mu_2_1 = np.vecdot(h1_slab, ones)
        mu_2_1 *= number
        # v_2_1[i, t] = (1/8) Σ_k (h1[i, t, k] − mu_2_1[i, t])²
        difference_2 = np.subtract(h1_slab, mu_2_1[:, :, None], out=y_2_1_slab)
        v_2_1 = np.vecdot(difference_2.conj(), difference_2, out=buffer_2)
        v_2_1 *= number
        # xhat_2_1[i, t, j] = (h1[i, t, j] − mu_2_1[i, t]) / (1/100000 + v_2_1[i, t])¹ᐟ²
        v_2_1 += number_2
        np.sqrt(v_2_1, out=v_2_1)
        np.divide(one, v_2_1, out=v_2_1)
        xhat_2_1 = np.multiply(difference_2, v_2_1[:, :, None], out=difference_2)
        # y_2_1[i, t, j] = beta_2_1[j] + gamma_2_1[j] xhat_2_1[i, t, j]
        xhat_2_1 *= gamma_2_1
        np.add(xhat_2_1, beta_2_1, out=y_2_1_slab)
    # z1[i, t, j] = Σ_k W_1_1[k, j] y_2_1[i, t, k] + b_1_1[j]
    z1, = work(9, 1, (m, T, 32), dtype)
    np.dot(y_2_1.reshape(-1, 8), W_1_1, out=z1.reshape(m * T, 32))
    z1 += b_1_1
    # a1[i, t, j] = gelu(z1[i, t, j])
    product_2 = z1 * number_3
    erf = _erf(product_2)
    erf += one
    a1 = np.multiply(z1, erf, out=z1)
    a1 *= half
    # y1[i, t, j] = Σ_k W_2_1[k, j] a1[i, t, k] + b_2_1[j] + h1[i, t, j]
    y1, = work(10, 1, (m, T, 8), dtype)
    np.dot(a1.reshape(-1, 32), W_2_1, out=y1.reshape(m * T, 8))
    y1 += h1
    y1 += b_2_1
    # z2[i, t, j] = Σ_k W2[k, j] y1[i, t, k] + b2[j]
    z2, = work(11, 1, (m, T, K), dtype)
    np.dot(y1.reshape(-1, 8), W2, out=z2.reshape(m * T, K))
    z2 += b2
    # z2_max_2[i, t] = max_j z2[i, t, j]
    z2_max_2 = np.maximum.reduce(z2, axis=2)
    # z2_shifted_2[i, t, j] = z2[i, t, j] − z2_max_2[i, t]
    z2_shifted_2 = np.subtract(z2, z2_max_2[:, :, None], out=z2)
    # C = (Σ_(t, i) log(Σ_j exp(z2_shifted_2[i, t, j])) − Σ_(t, i) z2_shifted_2[i, t, y[i, t]+1]) / m
    exp = np.exp(z2_shifted_2)
    total_2 = np.vecdot(exp, ones_3)
    np.log(total_2, out=total_2)
    total_3 = np.add.reduce(total_2, axis=None)
    value = z2_shifted_2[positions[:, None], positions_2, y]
    C = (total_3 - np.add.reduce(value, axis=None)) * (1.0 / m)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    gamma_1_1, beta_1_1, W_Q1, W_K1, W_V1, W_O1, gamma_2_1, beta_2_1, W_1_1, b_1_1, W_2_1, b_2_1, W2, b2, x, y = _checked(params, inputs)
    dtype = gamma_1_1.dtype
    m = x.shape[0]
    T = x.shape[1]
    K = W2.shape[1]
    work = (Workspace() if workspace is None else workspace).take
    number = _constant(0.125, dtype)
    number_2 = _constant(1e-05, dtype)
    one = _constant(1.0, dtype)
    half = _constant(0.5, dtype)
    number_3 = _constant(0.7071067811865476, dtype)
    number_4 = _constant(-0.5, dtype)
    number_5 = _constant(0.3989422804014327, dtype)
    ones = _ones(8, dtype)
    ones_2 = _ones(T, dtype)
    ones_3 = _ones(K, dtype)
    ones_4 = _ones(T * m, dtype)
    positions = np.arange(m)
    positions_2 = np.arange(T)
    total, = work(0, 1, (m, T), dtype)
    mu_1_1, = work(1, 1, (m, T), dtype)
    difference, = work(2, 1, (m, T, 8), dtype)
    product, = work(3, 1, (m, T), dtype)
    v_1_1, = work(4, 1, (m, T), dtype)
    total_2, = work(5, 1, (m, T), dtype)
    sqrt, = work(6, 1, (m, T), dtype)
    quotient, = work(7, 1, (m, T), dtype)
    xhat_1_1, = work(8, 1, (m, T, 8), dtype)
    product_2, = work(9, 1, (m, T, 8), dtype)
    y_1_1, = work(10, 1, (m, T, 8), dtype)
    for slab in _slabs(m, T * 8, dtype.itemsize):
        x_slab = x[slab]
        total_slab = total[slab]
        mu_1_1_slab = mu_1_1[slab]
        difference_slab = difference[slab]
        product_slab = product[slab]
        v_1_1_slab = v_1_1[slab]
        total_2_slab = total_2[slab]
        sqrt_slab = sqrt[slab]
        quotient_slab = quotient[slab]
        xhat_1_1_slab = xhat_1_1[slab]
        product_2_slab = product_2[slab]
        y_1_1_slab = y_1_1[slab]
        # mu_1_1[i, t] = (1/8) Σ_k x[i, t, k]
        total_slab[...] = np.vecdot(x_slab, ones)
        np.multiply(total_slab, number, out=mu_1_1_slab)
        # v_1_1[i, t] = (1/8) Σ_k (mu_1_1[i, t] − x[i, t, k])²
        np.subtract(x_slab, mu_1_1_slab[:, :, None], out=difference_slab)
        np.vecdot(difference_slab.conj(), difference_slab, out=product_slab)
        np.multiply(product_slab, number, out=v_1_1_slab)
        # xhat_1_1[i, t, j] = (x[i, t, j] − mu_1_1[i, t]) / (1/100000 + v_1_1[i, t])¹ᐟ²
        np.add(v_1_1_slab, number_2, out=total_2_slab)
        np.sqrt(total_2_slab, out=sqrt_slab)
        np.divide(one, sqrt_slab, out=quotient_slab)
        np.multiply(difference_slab, quotient_slab[:, :, None], out=xhat_1_1_slab)
        # y_1_1[i, t, j] = beta_1_1[j] + gamma_1_1[j] xhat_1_1[i, t, j]
        np.multiply(xhat_1_1_slab, gamma_1_1, out=product_2_slab)
        np.add(product_2_slab, beta_1_1, out=y_1_1_slab)
    # Q1[i, h, t, j] = Σ_k W_Q1[h, k, j] y_1_1[i, t, k]
    block, = work(11, 1, (m, T, 2, 4), dtype)
    np.dot(y_1_1.reshape(-1, 8), np.transpose(W_Q1, (1, 0, 2)).reshape(8, -1), out=block.reshape(m * T, 8))
    Q1 = np.transpose(block, (0, 2, 1, 3))
    # K1[i, h, t, j] = Σ_k W_K1[h, k, j] y_1_1[i, t, k]
    block_2, = work(12, 1, (m, T, 2, 4), dtype)
    np.dot(y_1_1.reshape(-1, 8), np.transpose(W_K1, (1, 0, 2)).reshape(8, -1), out=block_2.reshape(m * T, 8))
    K1 = np.transpose(block_2, (0, 2, 1, 3))
    # V1[i, h, t, j] = Σ_k W_V1[h, k, j] y_1_1[i, t, k]
    block_3, = work(13, 1, (m, T, 2, 4), dtype)
    np.dot(y_1_1.reshape(-1, 8), np.transpose(W_V1, (1, 0, 2)).reshape(8, -1), out=block_3.reshape(m * T, 8))
    V1 = np.transpose(block_3, (0, 2, 1, 3))
    # S1[i, h, t, s] = (1/2) Σ_j K1[i, h, s, j] Q1[i, h, t, j]
    S1 = np.matmul(Q1, np.transpose(K1, (0, 1, 3, 2)))
    S1 *= half
    # S1_max_3[i, h, t] = max_s S1[i, h, t, s]
    S1_max_3 = np.maximum.reduce(S1, axis=3)
    # S1_shifted_3[i, h, t, s] = S1[i, h, t, s] − S1_max_3[i, h, t]
    S1_shifted_3 = np.subtract(S1, S1_max_3[:, :, :, None], out=S1)
    # P1[i, h, t, s] = exp(S1_shifted_3[i, h, t, s]) / (Σ_j exp(S1_shifted_3[i, h, t, j]))
    P1 = np.exp(S1_shifted_3, out=S1_shifted_3)
    total_3 = np.vecdot(P1, ones_2)
    np.divide(one, total_3, out=total_3)
    P1 *= total_3[:, :, :, None]
    # O1[i, h, t, j] = Σ_s P1[i, h, t, s] V1[i, h, s, j]
    O1 = np.matmul(P1, V1)
    product_3, = work(14, 1, (m, T, 8), dtype)
    np.dot(np.transpose(O1, (0, 2, 1, 3)).reshape(-1, 8), W_O1.reshape(-1, 8), out=product_3.reshape(m * T, 8))
    h1, = work(15, 1, (m, T, 8), dtype)
    total_4, = work(16, 1, (m, T), dtype)
    mu_2_1, = work(17, 1, (m, T), dtype)
    difference_2, = work(18, 1, (m, T, 8), dtype)
    product_4, = work(19, 1, (m, T), dtype)
    v_2_1, = work(20, 1, (m, T), dtype)
    total_5, = work(21, 1, (m, T), dtype)
    sqrt_2, = work(22, 1, (m, T), dtype)
    quotient_2, = work(23, 1, (m, T), dtype)
    xhat_2_1, = work(24, 1, (m, T, 8), dtype)
    product_5, = work(25, 1, (m, T, 8), dtype)
    y_2_1, = work(26, 1, (m, T, 8), dtype)
    for slab_2 in _slabs(m, T * 8, dtype.itemsize):
        product_3_slab = product_3[slab_2]
        x_slab_2 = x[slab_2]
        h1_slab = h1[slab_2]
        total_4_slab = total_4[slab_2]
        mu_2_1_slab = mu_2_1[slab_2]
        difference_2_slab = difference_2[slab_2]
        product_4_slab = product_4[slab_2]
        v_2_1_slab = v_2_1[slab_2]
        total_5_slab = total_5[slab_2]
        sqrt_2_slab = sqrt_2[slab_2]
        quotient_2_slab = quotient_2[slab_2]
        xhat_2_1_slab = xhat_2_1[slab_2]
        product_5_slab = product_5[slab_2]
        y_2_1_slab = y_2_1[slab_2]
        # h1[i, t, j] = Σ_(h, k) W_O1[h, k, j] O1[i, h, t, k] + x[i, t, j]
        np.add(product_3_slab, x_slab_2, out=h1_slab)
        # mu_2_1[i, t] = (1/8) Σ_k h1[i, t, k]
        total_4_slab[...] = np.vecdot(h1_slab, ones)
        np.multiply(total_4_slab, number, out=mu_2_1_slab)
        # v_2_1[i, t] = (1/8) Σ_k (h1[i, t, k] − mu_2_1[i, t])²
        np.subtract(h1_slab, mu_2_1_slab[:, :, None], out=difference_2_slab)
        np.vecdot(difference_2_slab.conj(), difference_2_slab, out=product_4_slab)
        np.multiply(product_4_slab, number, out=v_2_1_slab)
        # xhat_2_1[i, t, j] = (h1[i, t, j] − mu_2_1[i, t]) / (1/100000 + v_2_1[i, t])¹ᐟ²
        np.add(v_2_1_slab, number_2, out=total_5_slab)
        np.sqrt(total_5_slab, out=sqrt_2_slab)
        np.divide(one, sqrt_2_slab, out=quotient_2_slab)
        np.multiply(difference_2_slab, quotient_2_slab[:, :, None], out=xhat_2_1_slab)
        # y_2_1[i, t, j] = beta_2_1[j] + gamma_2_1[j] xhat_2_1[i, t, j]
        np.multiply(xhat_2_1_slab, gamma_2_1, out=product_5_slab)
        np.add(product_5_slab, beta_2_1, out=y_2_1_slab)
    # z1[i, t, j] = Σ_k W_1_1[k, j] y_2_1[i, t, k] + b_1_1[j]
    z1, = work(27, 1, (m, T, 32), dtype)
    np.dot(y_2_1.reshape(-1, 8), W_1_1, out=z1.reshape(m * T, 32))
    z1 += b_1_1
    # a1[i, t, j] = gelu(z1[i, t, j])
    product_6 = z1 * number_3
    erf = _erf(product_6)
    a1 = erf + one
    a1 *= z1
    a1 *= half
    # y1[i, t, j] = Σ_k W_2_1[k, j] a1[i, t, k] + b_2_1[j] + h1[i, t, j]
    y1, = work(28, 1, (m, T, 8), dtype)
    np.dot(a1.reshape(-1, 32), W_2_1, out=y1.reshape(m * T, 8))
    y1 += h1
    y1 += b_2_1
    product_7, = work(29, 1, (m, T, K), dtype)
    np.dot(y1.reshape(-1, 8), W2, out=product_7.reshape(m * T, K))
    erf *= half
    square = np.square(z1)
    square *= number_4
    np.exp(square, out=square)
    z1 *= square
    z1 *= number_5
    erf += z1
    erf += half
    total_6 = 0.0
    z2, = work(30, 1, (m, T, K), dtype)
    z2_max_2, = work(31, 1, (m, T), dtype)
    z2_shifted_2, = work(32, 1, (m, T, K), dtype)
    exp, = work(33, 1, (m, T, K), dtype)
    total_7, = work(34, 1, (m, T), dtype)
    log, = work(35, 1, (m, T), dtype)
    quotient_3, = work(36, 1, (m, T), dtype)
    product_8, = work(37, 1, (m, T, K), dtype)
    for slab_3 in _slabs(m, T * K, dtype.itemsize):
        product_7_slab = product_7[slab_3]
        z2_slab = z2[slab_3]
        z2_max_2_slab = z2_max_2[slab_3]
        z2_shifted_2_slab = z2_shifted_2[slab_3]
        exp_slab = exp[slab_3]
        total_7_slab = total_7[slab_3]
        log_slab = log[slab_3]
        quotient_3_slab = quotient_3[slab_3]
        product_8_slab = product_8[slab_3]
        # z2[i, t, j] = Σ_k W2[k, j] y1[i, t, k] + b2[j]
        np.add(product_7_slab, b2, out=z2_slab)
        # z2_max_2[i, t] = max_j z2[i, t, j]
        z2_max_2_slab[...] = np.maximum.reduce(z2_slab, axis=2)
        # z2_shifted_2[i, t, j] = z2[i, t, j] − z2_max_2[i, t]
        np.subtract(z2_slab, z2_max_2_slab[:, :, None], out=z2_shifted_2_slab)
        np.exp(z2_shifted_2_slab, out=exp_slab)
        total_7_slab[...] = np.vecdot(exp_slab, ones_3)
        np.log(total_7_slab, out=log_slab)
        total_6 += np.add.reduce(log_slab, axis=None)
        np.divide(one, total_7_slab, out=quotient_3_slab)
        np.multiply(exp_slab, quotient_3_slab[:, :, None], out=product_8_slab)
    # C = (Σ_(t, i) log(Σ_j exp(z2_shifted_2[i, t, j])) − Σ_(t, i) z2_shifted_2[i, t, y[i, t]+1]) / m
    value = z2_shifted_2[positions[:, None], positions_2, y]
    C = (total_6 - np.add.reduce(value, axis=None)) * (1.0 / m)
    # δ2[i, t, j] = (exp(z2_shifted_2[i, t, j]) / (Σ_k exp(z2_shifted_2[i, t, k])) − [j−y[i, t]−1 = 0]) / m
    delta2 = product_8.copy()
    delta2[np.arange(m)[:, None], np.arange(T), y] += -1.0
    delta2 *= 1.0 / m
    # ∂C/∂W2[k, j] = Σ_(t, i) δ2[i, t, j] y1[i, t, k]
    grad_W2 = np.dot(y1.reshape(-1, 8).T, delta2.reshape(-1, K))
    # ∂C/∂b2[j] = Σ_(t, i) δ2[i, t, j]
    grad_b2 = np.dot(ones_4, delta2.reshape(-1, delta2.shape[-1]))
    # ∂C/∂y1[i, t, j] = Σ_k W2[j, k] δ2[i, t, k]
    grad_y1, = work(38, 1, (m, T, 8), dtype)
    np.dot(delta2.reshape(-1, K), W2.T, out=grad_y1.reshape(m * T, 8))
    # ∂C/∂W_2_1[k, j] = Σ_(t, i) ∂C/∂y1[i, t, j] a1[i, t, k]
    grad_W_2_1 = np.dot(a1.reshape(-1, 32).T, grad_y1.reshape(-1, 8))
    # δ1[i, t, j] = Σ_k W_2_1[j, k] ∂C/∂y1[i, t, k] gelu′(z1[i, t, j])
    delta1, = work(39, 1, (m, T, 32), dtype)
    np.dot(grad_y1.reshape(-1, 8), W_2_1.T, out=delta1.reshape(m * T, 32))
    delta1 *= erf
    # ∂C/∂W_1_1[k, j] = Σ_(t, i) δ1[i, t, j] y_2_1[i, t, k]
    grad_W_1_1 = np.dot(y_2_1.reshape(-1, 8).T, delta1.reshape(-1, 32))
    # ∂C/∂b_1_1[j] = Σ_(t, i) δ1[i, t, j]
    grad_b_1_1 = np.dot(ones_4, delta1.reshape(-1, delta1.shape[-1]))
    # ∂C/∂y_2_1[i, t, j] = Σ_k W_1_1[j, k] δ1[i, t, k]
    grad_y_2_1, = work(40, 1, (m, T, 8), dtype)
    np.dot(delta1.reshape(-1, 32), W_1_1.T, out=grad_y_2_1.reshape(m * T, 8))
    grad_b_2_1 = np.zeros((8,), dtype)
    grad_gamma_2_1 = np.zeros((8,), dtype)
    grad_beta_2_1 = np.zeros((8,), dtype)
    grad_h1, = work(41, 1, (m, T, 8), dtype)
    for slab_4 in _slabs(T, m * 8, dtype.itemsize, 4 * _SLAB):
        count_4 = slab_4.stop - slab_4.start
        grad_y1_slab = grad_y1[:, slab_4]
        grad_y_2_1_slab = grad_y_2_1[:, slab_4]
        xhat_2_1_slab_2 = xhat_2_1[:, slab_4]
        quotient_2_slab_2 = quotient_2[:, slab_4]
        grad_h1_slab = grad_h1[:, slab_4]
        buffer, buffer_2 = work(42, 2, (m, count_4, 8), dtype)
        # ∂C/∂b_2_1[j] = Σ_(t, i) ∂C/∂y1[i, t, j]
        grad_b_2_1 += np.add.reduce(grad_y1_slab, axis=(0, 1))
        # ∂C/∂gamma_2_1[j] = Σ_(t, i) ∂C/∂y_2_1[i, t, j] xhat_2_1[i, t, j]
        grad_gamma_2_1 += np.einsum('bca,bca->a', grad_y_2_1_slab, xhat_2_1_slab_2)
        # ∂C/∂beta_2_1[j] = Σ_(t, i) ∂C/∂y_2_1[i, t, j]
        grad_beta_2_1 += np.add.reduce(grad_y_2_1_slab, axis=(0, 1))
        # ∂C/∂h1[i, t, j] = (1/8) (8 gamma_2_1[j] ∂C/∂y_2_1[i, t, j] − Σ_k gamma_2_1[k] ∂C/∂y_2_1[i, t, k] xhat_2_1[i, t, k] xhat_2_1[i, t, j] − Σ_k gamma_2_1[k] ∂C/∂y_2_1[i, t, k]) / (1/100000 + v_2_1[i, t])¹ᐟ² + ∂C/∂y1[i, t, j]
        product_9 = np.multiply(grad_y_2_1_slab, gamma_2_1, out=buffer)
        product_10 = np.multiply(grad_y_2_1_slab, xhat_2_1_slab_2, out=buffer_2)
        product_11 = np.tensordot(product_10, gamma_2_1, axes=((2,), (0,)))
        product_11 *= number
        product_12 = np.multiply(xhat_2_1_slab_2, product_11[:, :, None], out=buffer_2)
        product_9 -= product_12
        product_13 = np.tensordot(grad_y_2_1_slab, gamma_2_1, axes=((2,), (0,)))
        product_13 *= number
        product_9 -= product_13[:, :, None]
        product_9 *= quotient_2_slab_2[:, :, None]
        np.add(grad_y1_slab, product_9, out=grad_h1_slab)
    # ∂C/∂W_O1[h, k, j] = Σ_(t, i) ∂C/∂h1[i, t, j] O1[i, h, t, k]
    grad_W_O1 = np.dot(np.transpose(O1, (0, 2, 1, 3)).reshape(-1, 8).T, grad_h1.reshape(-1, 8)).reshape(2, 4, 8)
    # ∂C/∂O1[i, h, t, j] = Σ_k W_O1[h, j, k] ∂C/∂h1[i, t, k]
    block_6, = work(43, 1, (m, T, 2, 4), dtype)
    np.dot(grad_h1.reshape(-1, 8), W_O1.reshape(-1, 8).T, out=block_6.reshape(m * T, 8))
    grad_O1 = np.transpose(block_6, (0, 2, 1, 3))
    # ∂C/∂V1[i, h, t, j] = Σ_s ∂C/∂O1[i, h, s, j] P1[i, h, s, t]
    grad_V1 = np.matmul(np.transpose(P1, (0, 1, 3, 2)), grad_O1)
    # ∂C/∂W_V1[h, k, j] = Σ_(t, i) ∂C/∂V1[i, h, t, j] y_1_1[i, t, k]
    grad_W_V1 = np.transpose(np.dot(np.transpose(grad_V1, (0, 2, 1, 3)).reshape(-1, 8).T, y_1_1.reshape(-1, 8)).reshape(2, 4, 8), (0, 2, 1))
    # ∂C/∂P1[i, h, t, s] = Σ_j ∂C/∂O1[i, h, t, j] V1[i, h, s, j]
    grad_P1 = np.matmul(grad_O1, np.transpose(V1, (0, 1, 3, 2)))
    # ∂C/∂S1[i, h, t, s] = P1[i, h, t, s] (∂C/∂P1[i, h, t, s] − Σ_j ∂C/∂P1[i, h, t, j] P1[i, h, t, j])
    product_14 = np.vecdot(grad_P1.conj(), P1)
    grad_P1 -= product_14[:, :, :, None]
    grad_S1 = np.multiply(P1, grad_P1, out=P1)
    # ∂C/∂Q1[i, h, t, j] = (1/2) Σ_s ∂C/∂S1[i, h, t, s] K1[i, h, s, j]
    grad_Q1 = np.matmul(grad_S1, K1)
    grad_Q1 *= half
    # ∂C/∂W_Q1[h, k, j] = Σ_(t, i) ∂C/∂Q1[i, h, t, j] y_1_1[i, t, k]
    grad_W_Q1 = np.transpose(np.dot(np.transpose(grad_Q1, (0, 2, 1, 3)).reshape(-1, 8).T, y_1_1.reshape(-1, 8)).reshape(2, 4, 8), (0, 2, 1))
    # ∂C/∂K1[i, h, t, j] = (1/2) Σ_s ∂C/∂S1[i, h, s, t] Q1[i, h, s, j]
    grad_K1 = np.matmul(np.transpose(grad_S1, (0, 1, 3, 2)), Q1)
    grad_K1 *= half
    # ∂C/∂W_K1[h, k, j] = Σ_(t, i) ∂C/∂K1[i, h, t, j] y_1_1[i, t, k]
    grad_W_K1 = np.transpose(np.dot(np.transpose(grad_K1, (0, 2, 1, 3)).reshape(-1, 8).T, y_1_1.reshape(-1, 8)).reshape(2, 4, 8), (0, 2, 1))
    # ∂C/∂y_1_1[i, t, j] = Σ_(h, k) W_K1[h, j, k] ∂C/∂K1[i, h, t, k] + Σ_(h, k) W_Q1[h, j, k] ∂C/∂Q1[i, h, t, k] + Σ_(h, k) W_V1[h, j, k] ∂C/∂V1[i, h, t, k]
    grad_y_1_1, = work(44, 1, (m, T, 8), dtype)
    np.dot(np.transpose(grad_K1, (0, 2, 1, 3)).reshape(-1, 8), np.transpose(W_K1, (1, 0, 2)).reshape(8, -1).T, out=grad_y_1_1.reshape(m * T, 8))
    product_15, = work(45, 1, (m, T, 8), dtype)
    np.dot(np.transpose(grad_Q1, (0, 2, 1, 3)).reshape(-1, 8), np.transpose(W_Q1, (1, 0, 2)).reshape(8, -1).T, out=product_15.reshape(m * T, 8))
    grad_y_1_1 += product_15
    product_16, = work(46, 1, (m, T, 8), dtype)
    np.dot(np.transpose(grad_V1, (0, 2, 1, 3)).reshape(-1, 8), np.transpose(W_V1, (1, 0, 2)).reshape(8, -1).T, out=product_16.reshape(m * T, 8))
    grad_y_1_1 += product_16
    # ∂C/∂gamma_1_1[j] = Σ_(t, i) ∂C/∂y_1_1[i, t, j] xhat_1_1[i, t, j]
    grad_gamma_1_1 = np.einsum('bca,bca->a', grad_y_1_1, xhat_1_1)
    # ∂C/∂beta_1_1[j] = Σ_(t, i) ∂C/∂y_1_1[i, t, j]
    grad_beta_1_1 = np.dot(ones_4, grad_y_1_1.reshape(-1, grad_y_1_1.shape[-1]))
    return (C, Params(grad_gamma_1_1, grad_beta_1_1, grad_W_Q1, grad_W_K1, grad_W_V1, grad_W_O1, grad_gamma_2_1, grad_beta_2_1, grad_W_1_1, grad_b_1_1, grad_W_2_1, grad_b_2_1, grad_W2, grad_b2))


def init(rng, *, K, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # gamma_1_1 = 1
    gamma_1_1 = np.ones((8,), dtype)
    # beta_1_1 = 0
    beta_1_1 = np.zeros((8,), dtype)
    # W_Q1: normal, of variance 2 / (n_in + n_out)
    W_Q1 = ((2.0 / (8 + 2 * 4)) ** 0.5 * rng.standard_normal((2, 8, 4))).astype(dtype)
    # W_K1: normal, of variance 2 / (n_in + n_out)
    W_K1 = ((2.0 / (8 + 2 * 4)) ** 0.5 * rng.standard_normal((2, 8, 4))).astype(dtype)
    # W_V1: normal, of variance 2 / (n_in + n_out)
    W_V1 = ((2.0 / (8 + 2 * 4)) ** 0.5 * rng.standard_normal((2, 8, 4))).astype(dtype)
    # W_O1: normal, of variance 2 / (n_in + n_out)
    W_O1 = ((2.0 / (2 * 4 + 8)) ** 0.5 * rng.standard_normal((2, 4, 8))).astype(dtype)
    # gamma_2_1 = 1
    gamma_2_1 = np.ones((8,), dtype)
    # beta_2_1 = 0
    beta_2_1 = np.zeros((8,), dtype)
    # W_1_1: normal, of variance 2 / n_in
    W_1_1 = ((2.0 / 8) ** 0.5 * rng.standard_normal((8, 32))).astype(dtype)
    # b_1_1 = 0
    b_1_1 = np.zeros((32,), dtype)
    # W_2_1: normal, of variance 2 / (n_in + n_out)
    W_2_1 = ((2.0 / (32 + 8)) ** 0.5 * rng.standard_normal((32, 8))).astype(dtype)
    # b_2_1 = 0
    b_2_1 = np.zeros((8,), dtype)
    # W2: normal, of variance 2 / (n_in + n_out)
    W2 = ((2.0 / (8 + K)) ** 0.5 * rng.standard_normal((8, K))).astype(dtype)
    # b2 = 0
    b2 = np.zeros((K,), dtype)
    return Params(gamma_1_1, beta_1_1, W_Q1, W_K1, W_V1, W_O1, gamma_2_1, beta_2_1, W_1_1, b_1_1, W_2_1, b_2_1, W2, b2)


def _check_ids(field, ids, low, high):
    """Raise ValueError for an id that is not one of low … high."""
    if ids.size and not (low <= ids.min() and ids.max() <= high):
        wrong = ids[(ids < low) | (ids > high)].flat[0]
        raise ValueError(f"{field} holds the id {wrong}; ids go from {low} to {high}")


def _erf(x):
    """The error function: x P(x²) up to |x| = 1, and beyond 1 − e^(−x²) Q((|x| − 2.5) / (|x| + 2.5)).

    P and Q interpolate erf(x)/x and e^(x²) erfc(x) at Chebyshev nodes.
    """
    near = np.clip(x, -1.0, 1.0)
    square = near * near
    p = square * _ERF_NEAR[0]
    for c in _ERF_NEAR[1:-1]:
        p += c
        p *= square
    p += _ERF_NEAR[-1]
    p *= near
    far = np.clip(np.absolute(x), 1.0, 6.0)
    v = (far - 2.5) / (far + 2.5)
    q = v * _ERF_FAR[0]
    for c in _ERF_FAR[1:-1]:
        q += c
        q *= v
    q += _ERF_FAR[-1]
    q *= np.exp(-far * far)
    q = np.copysign(_ERFC_OF_ONE - q, x)
    q *= far > 1.0
    return p + q


_ERFC_OF_ONE = 0.15729920705028522
_ERF_NEAR = (
    -7.795898827002142e-10,
    1.3720064546777686e-08,
    -1.6208483801871705e-07,
    1.6447424703317362e-06,
    -1.492473690741966e-05,
    0.00012055294904839707,
    -0.0008548325975389692,
    0.0052239776071164225,
    -0.02686617064323777,
    0.11283791670945006,
    -0.37612638903183543,
    1.1283791670955126,
)
_ERF_FAR = (
    -1.587633893127344e-06,
    -2.2328516517555215e-06,
    7.499735050763299e-06,
    1.8596747731144528e-05,
    -3.4175718896856294e-05,
    -0.00012887483134837842,
    0.0002283799633257643,
    0.0008759152875774328,
    -0.0026423659518134547,
    -0.003993701160123029,
    0.03992253907546523,
    -0.12503305237891782,
    0.2517131932174488,
    -0.37173673394897294,
    0.2108063640611436,
)


@cache
def _constant(value, dtype):
    """A number in the dtype of the data, as an array without axes, which NumPy is quicker to take than a number."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array


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
    ("gamma_1_1", "(8,)", 1, "real", False),
    ("beta_1_1", "(8,)", 1, "real", False),
    ("W_Q1", "(2, 8, 4)", 3, "real", False),
    ("W_K1", "(2, 8, 4)", 3, "real", False),
    ("W_V1", "(2, 8, 4)", 3, "real", False),
    ("W_O1", "(2, 4, 8)", 3, "real", False),
    ("gamma_2_1", "(8,)", 1, "real", False),
    ("beta_2_1", "(8,)", 1, "real", False),
    ("W_1_1", "(8, 32)", 2, "real", False),
    ("b_1_1", "(32,)", 1, "real", False),
    ("W_2_1", "(32, 8)", 2, "real", False),
    ("b_2_1", "(8,)", 1, "real", False),
    ("W2", "(8, K)", 2, "real", False),
    ("b2", "(K,)", 1, "real", False),
    ("x", "(m, T, 8)", 3, "real", False),
    ("y", "(m, T)", 2, "integer", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(gamma_1_1, beta_1_1, W_Q1, W_K1, W_V1, W_O1, gamma_2_1, beta_2_1, W_1_1, b_1_1, W_2_1, b_2_1, W2, b2, x, y):
    """The shapes that the arrays have, and those that they must have."""
    m = x.shape[0]
    T = x.shape[1]
    K = W2.shape[1]
    if not (m and T and K):
        raise ValueError('a size is 0')
    _check_ids('y', y, 0, K - 1)
    return ((gamma_1_1.shape, beta_1_1.shape, W_Q1.shape, W_K1.shape, W_V1.shape, W_O1.shape, gamma_2_1.shape, beta_2_1.shape, W_1_1.shape, b_1_1.shape, W_2_1.shape, b_2_1.shape, W2.shape, b2.shape, x.shape, y.shape), ((8,), (8,), (2, 8, 4), (2, 8, 4), (2, 8, 4), (2, 4, 8), (8,), (8,), (8, 32), (32,), (32, 8), (8,), (8, K), (K,), (m, T, 8), (m, T)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        gamma_1_1, beta_1_1, W_Q1, W_K1, W_V1, W_O1, gamma_2_1, beta_2_1, W_1_1, b_1_1, W_2_1, b_2_1, W2, b2 = params
        x, y = inputs
        dtype = gamma_1_1.dtype
        given, expected = _shapes(gamma_1_1, beta_1_1, W_Q1, W_K1, W_V1, W_O1, gamma_2_1, beta_2_1, W_1_1, b_1_1, W_2_1, b_2_1, W2, b2, x, y)
        if given == expected and dtype is gamma_1_1.dtype is beta_1_1.dtype is W_Q1.dtype is W_K1.dtype is W_V1.dtype is W_O1.dtype is gamma_2_1.dtype is beta_2_1.dtype is W_1_1.dtype is b_1_1.dtype is W_2_1.dtype is b_2_1.dtype is W2.dtype is b2.dtype is x.dtype and (dtype.kind in 'fc') and (y.dtype.kind in 'iu'):
            return (gamma_1_1, beta_1_1, W_Q1, W_K1, W_V1, W_O1, gamma_2_1, beta_2_1, W_1_1, b_1_1, W_2_1, b_2_1, W2, b2, x, y)
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
    dtype = np.result_type(*(real[:14] or real))
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

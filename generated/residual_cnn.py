"""residual-cnn: forward pass, loss and gradients."""

from functools import cache, lru_cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W1: (4, 3, 3, 3)
    gamma2: (4,)
    beta2: (4,)
    W3: (4, 4, 3, 3)
    gamma4: (4,)
    beta4: (4,)
    W5: (4, 4, 3, 3)
    gamma_residual: (4,)
    beta_residual: (4,)
    W7: (6, 4, 3, 3)
    gamma8: (6,)
    beta8: (6,)
    W9: (6, 5)
    b9: (5,)
    """

    W1: np.ndarray
    gamma2: np.ndarray
    beta2: np.ndarray
    W3: np.ndarray
    gamma4: np.ndarray
    beta4: np.ndarray
    W5: np.ndarray
    gamma_residual: np.ndarray
    beta_residual: np.ndarray
    W7: np.ndarray
    gamma8: np.ndarray
    beta8: np.ndarray
    W9: np.ndarray
    b9: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (m, 3, 8, 8)
    y: (m, 5)
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
    W1, gamma2, beta2, W3, gamma4, beta4, W5, gamma_residual, beta_residual, W7, gamma8, beta8, W9, b9, x, _ = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[0]
    work = Workspace().take
    number = _constant(1e-05, dtype)
    zero = _constant(0.0, dtype)
    infinity = _constant(np.inf, dtype)
    one = _constant(1.0, dtype)
    number_2 = _constant(0.0625, dtype)
    # xp1[i, c, p+1, q+1] = x[i, c, p, q]
    block, = work(0, 1, (3, 10, 10, m), dtype)
    block.fill(0.0)
    block[:, 1:9, 1:9] = np.transpose(x, (1, 2, 3, 0))
    xp1 = np.transpose(block, (3, 0, 1, 2))
    # z1[i, o, p, q] = Σ_(c, r, s) W1[o, c, r, s] xp1[i, c, p+r−1, q+s−1]
    packed = np.ascontiguousarray(np.transpose(xp1, (1, 2, 3, 0)))
    windows = _strided(packed, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (3, 3, 3, 8, 8, m))
    rounds = _rounds(8, 216 * m)
    columns, = work(2, 1, (rounds[0].stop, 3, 3, 3, 8, m), dtype)
    block_2, = work(1, 1, (4, 8, 8, m), dtype)
    products = np.transpose(block_2.reshape(4, 8, 8 * m), (1, 0, 2))
    factor = W1.reshape(4, -1)
    for positions in rounds:
        count = positions.stop - positions.start
        columns_here = columns[:count]
        columns_here[...] = np.transpose(windows[:, :, :, positions], (3, 0, 1, 2, 4, 5))
        np.matmul(factor, columns_here.reshape(count, 27, -1), out=products[positions])
    z1 = np.transpose(block_2, (3, 0, 1, 2))
    # mu2[c] = (1/64) Σ_(i, p, q) z1[i, c, p, q] / m
    mu2 = np.add.reduce(z1, axis=(0, 2, 3))
    mu2 *= 0.015625 / m
    # v2[c] = (1/64) Σ_(i, p, q) (mu2[c] − z1[i, c, p, q])² / m
    z1 -= mu2[:, None, None]
    v2 = np.matmul(np.transpose(z1, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z1, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    v2 *= 0.015625 / m
    # y2[i, c, p, q] = beta2[c] + gamma2[c] xhat2[i, c, p, q]
    v2 += number
    np.sqrt(v2, out=v2)
    np.divide(gamma2, v2, out=v2)
    y2 = np.multiply(z1, v2[:, None, None], out=z1)
    y2 += beta2[:, None, None]
    # trunk[i, c, p, q] = relu(y2[i, c, p, q])
    trunk = np.clip(y2, zero, infinity, out=y2)
    # xp3[i, c, p+1, q+1] = trunk[i, c, p, q]
    block_3, = work(3, 1, (4, 10, 10, m), dtype)
    block_3.fill(0.0)
    block_3[:, 1:9, 1:9] = np.transpose(trunk, (1, 2, 3, 0))
    xp3 = np.transpose(block_3, (3, 0, 1, 2))
    # z3[i, o, p, q] = Σ_(c, r, j) W3[o, j, c, r] xp3[i, j, c+p−1, q+r−1]
    packed_2 = np.ascontiguousarray(np.transpose(xp3, (1, 2, 3, 0)))
    windows_2 = _strided(packed_2, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (4, 3, 3, 8, 8, m))
    rounds_2 = _rounds(8, 288 * m)
    columns_2, = work(5, 1, (rounds_2[0].stop, 4, 3, 3, 8, m), dtype)
    block_4, = work(4, 1, (4, 8, 8, m), dtype)
    products_2 = np.transpose(block_4.reshape(4, 8, 8 * m), (1, 0, 2))
    factor_2 = W3.reshape(4, -1)
    for positions_2 in rounds_2:
        count_2 = positions_2.stop - positions_2.start
        columns_2_here = columns_2[:count_2]
        columns_2_here[...] = np.transpose(windows_2[:, :, :, positions_2], (3, 0, 1, 2, 4, 5))
        np.matmul(factor_2, columns_2_here.reshape(count_2, 36, -1), out=products_2[positions_2])
    z3 = np.transpose(block_4, (3, 0, 1, 2))
    # mu4[c] = (1/64) Σ_(i, p, q) z3[i, c, p, q] / m
    mu4 = np.add.reduce(z3, axis=(0, 2, 3))
    mu4 *= 0.015625 / m
    # v4[c] = (1/64) Σ_(i, p, q) (mu4[c] − z3[i, c, p, q])² / m
    z3 -= mu4[:, None, None]
    v4 = np.matmul(np.transpose(z3, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z3, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    v4 *= 0.015625 / m
    # y4[i, c, p, q] = beta4[c] + gamma4[c] xhat4[i, c, p, q]
    v4 += number
    np.sqrt(v4, out=v4)
    np.divide(one, v4, out=v4)
    v4 *= gamma4
    y4 = np.multiply(z3, v4[:, None, None], out=z3)
    y4 += beta4[:, None, None]
    # a4[i, c, p, q] = relu(y4[i, c, p, q])
    a4 = np.clip(y4, zero, infinity, out=y4)
    # xp5[i, c, p+1, q+1] = a4[i, c, p, q]
    block_5, = work(6, 1, (4, 10, 10, m), dtype)
    block_5.fill(0.0)
    block_5[:, 1:9, 1:9] = np.transpose(a4, (1, 2, 3, 0))
    xp5 = np.transpose(block_5, (3, 0, 1, 2))
    # z5[i, o, p, q] = Σ_(c, r, j) W5[o, j, c, r] xp5[i, j, c+p−1, q+r−1]
    packed_3 = np.ascontiguousarray(np.transpose(xp5, (1, 2, 3, 0)))
    windows_3 = _strided(packed_3, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (4, 3, 3, 8, 8, m))
    rounds_3 = _rounds(8, 288 * m)
    columns_3, = work(8, 1, (rounds_3[0].stop, 4, 3, 3, 8, m), dtype)
    block_6, = work(7, 1, (4, 8, 8, m), dtype)
    products_3 = np.transpose(block_6.reshape(4, 8, 8 * m), (1, 0, 2))
    factor_3 = W5.reshape(4, -1)
    for positions_3 in rounds_3:
        count_3 = positions_3.stop - positions_3.start
        columns_3_here = columns_3[:count_3]
        columns_3_here[...] = np.transpose(windows_3[:, :, :, positions_3], (3, 0, 1, 2, 4, 5))
        np.matmul(factor_3, columns_3_here.reshape(count_3, 36, -1), out=products_3[positions_3])
    z5 = np.transpose(block_6, (3, 0, 1, 2))
    # mu_residual[c] = (1/64) Σ_(i, p, q) z5[i, c, p, q] / m
    mu_residual = np.add.reduce(z5, axis=(0, 2, 3))
    mu_residual *= 0.015625 / m
    # v_residual[c] = (1/64) Σ_(i, p, q) (mu_residual[c] − z5[i, c, p, q])² / m
    z5 -= mu_residual[:, None, None]
    v_residual = np.matmul(np.transpose(z5, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z5, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    v_residual *= 0.015625 / m
    # y_residual[i, c, p, q] = beta_residual[c] + gamma_residual[c] xhat_residual[i, c, p, q]
    v_residual += number
    np.sqrt(v_residual, out=v_residual)
    np.divide(one, v_residual, out=v_residual)
    v_residual *= gamma_residual
    y_residual = np.multiply(z5, v_residual[:, None, None], out=z5)
    y_residual += beta_residual[:, None, None]
    # merged[i, c, p, q] = trunk[i, c, p, q] + y_residual[i, c, p, q]
    merged = np.add(trunk, y_residual, out=trunk)
    # a_merged[i, c, p, q] = relu(merged[i, c, p, q])
    a_merged = np.clip(merged, zero, infinity, out=merged)
    # xp7[i, c, p+1, q+1] = a_merged[i, c, p, q]
    block_7, = work(9, 1, (4, 10, 10, m), dtype)
    block_7.fill(0.0)
    block_7[:, 1:9, 1:9] = np.transpose(a_merged, (1, 2, 3, 0))
    xp7 = np.transpose(block_7, (3, 0, 1, 2))
    # z7[i, o, p, q] = Σ_(c, r, j) W7[o, j, c, r] xp7[i, j, c+2p−2, 2q+r−2]
    packed_4 = np.ascontiguousarray(np.transpose(xp7, (1, 2, 3, 0)))
    windows_4 = _strided(packed_4, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 2, 0, 0), (0, 0, 1, 0, 2, 0), (0, 0, 0, 0, 0, 1)), (4, 3, 3, 4, 4, m))
    columns_4, = work(10, 1, (4, 3, 3, 4, 4, m), dtype)
    columns_4[...] = windows_4
    block_8, = work(11, 1, (6, 4, 4, m), dtype)
    np.matmul(W7.reshape(6, -1), np.transpose(columns_4, (3, 0, 1, 2, 4, 5)).reshape(4, 36, -1), out=np.transpose(block_8.reshape(6, 4, 4 * m), (1, 0, 2)))
    z7 = np.transpose(block_8, (3, 0, 1, 2))
    # mu8[c] = (1/16) Σ_(i, o, p) z7[i, c, o, p] / m
    mu8 = np.add.reduce(z7, axis=(0, 2, 3))
    mu8 *= 0.0625 / m
    # v8[c] = (1/16) Σ_(i, o, p) (mu8[c] − z7[i, c, o, p])² / m
    z7 -= mu8[:, None, None]
    v8 = np.matmul(np.transpose(z7, (1, 2, 3, 0)).reshape(6, 1, -1), np.transpose(z7, (1, 2, 3, 0)).reshape(6, -1, 1)).reshape(6)
    v8 *= 0.0625 / m
    # y8[i, c, p, q] = beta8[c] + gamma8[c] xhat8[i, c, p, q]
    v8 += number
    np.sqrt(v8, out=v8)
    np.divide(one, v8, out=v8)
    v8 *= gamma8
    y8 = np.multiply(z7, v8[:, None, None], out=z7)
    y8 += beta8[:, None, None]
    # a8[i, c, p, q] = relu(y8[i, c, p, q])
    a8 = np.maximum(y8, zero, out=y8)
    # y14[i, j] = (1/16) Σ_(o, c) a8[i, j, o, c]
    y14 = np.add.reduce(a8, axis=(2, 3))
    y14 *= number_2
    # z9 = y14 W9 + 1 b9
    z9 = np.dot(y14, W9)
    z9 += b9
    return z9


def loss(params, inputs):
    """The cost."""
    W1, gamma2, beta2, W3, gamma4, beta4, W5, gamma_residual, beta_residual, W7, gamma8, beta8, W9, b9, x, y = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[0]
    work = Workspace().take
    number = _constant(1e-05, dtype)
    zero = _constant(0.0, dtype)
    infinity = _constant(np.inf, dtype)
    one = _constant(1.0, dtype)
    number_2 = _constant(0.0625, dtype)
    ones = _ones(5, dtype)
    # xp1[i, c, p+1, q+1] = x[i, c, p, q]
    block, = work(0, 1, (3, 10, 10, m), dtype)
    block.fill(0.0)
    block[:, 1:9, 1:9] = np.transpose(x, (1, 2, 3, 0))
    xp1 = np.transpose(block, (3, 0, 1, 2))
    # z1[i, o, p, q] = Σ_(c, r, s) W1[o, c, r, s] xp1[i, c, p+r−1, q+s−1]
    packed = np.ascontiguousarray(np.transpose(xp1, (1, 2, 3, 0)))
    windows = _strided(packed, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (3, 3, 3, 8, 8, m))
    rounds = _rounds(8, 216 * m)
    columns, = work(2, 1, (rounds[0].stop, 3, 3, 3, 8, m), dtype)
    block_2, = work(1, 1, (4, 8, 8, m), dtype)
    products = np.transpose(block_2.reshape(4, 8, 8 * m), (1, 0, 2))
    factor = W1.reshape(4, -1)
    for positions in rounds:
        count = positions.stop - positions.start
        columns_here = columns[:count]
        columns_here[...] = np.transpose(windows[:, :, :, positions], (3, 0, 1, 2, 4, 5))
        np.matmul(factor, columns_here.reshape(count, 27, -1), out=products[positions])
    z1 = np.transpose(block_2, (3, 0, 1, 2))
    # mu2[c] = (1/64) Σ_(i, p, q) z1[i, c, p, q] / m
    mu2 = np.add.reduce(z1, axis=(0, 2, 3))
    mu2 *= 0.015625 / m
    # v2[c] = (1/64) Σ_(i, p, q) (mu2[c] − z1[i, c, p, q])² / m
    z1 -= mu2[:, None, None]
    v2 = np.matmul(np.transpose(z1, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z1, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    v2 *= 0.015625 / m
    # y2[i, c, p, q] = beta2[c] + gamma2[c] xhat2[i, c, p, q]
    v2 += number
    np.sqrt(v2, out=v2)
    np.divide(gamma2, v2, out=v2)
    y2 = np.multiply(z1, v2[:, None, None], out=z1)
    y2 += beta2[:, None, None]
    # trunk[i, c, p, q] = relu(y2[i, c, p, q])
    trunk = np.clip(y2, zero, infinity, out=y2)
    # xp3[i, c, p+1, q+1] = trunk[i, c, p, q]
    block_3, = work(3, 1, (4, 10, 10, m), dtype)
    block_3.fill(0.0)
    block_3[:, 1:9, 1:9] = np.transpose(trunk, (1, 2, 3, 0))
    xp3 = np.transpose(block_3, (3, 0, 1, 2))
    # z3[i, o, p, q] = Σ_(c, r, j) W3[o, j, c, r] xp3[i, j, c+p−1, q+r−1]
    packed_2 = np.ascontiguousarray(np.transpose(xp3, (1, 2, 3, 0)))
    windows_2 = _strided(packed_2, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (4, 3, 3, 8, 8, m))
    rounds_2 = _rounds(8, 288 * m)
    columns_2, = work(5, 1, (rounds_2[0].stop, 4, 3, 3, 8, m), dtype)
    block_4, = work(4, 1, (4, 8, 8, m), dtype)
    products_2 = np.transpose(block_4.reshape(4, 8, 8 * m), (1, 0, 2))
    factor_2 = W3.reshape(4, -1)
    for positions_2 in rounds_2:
        count_2 = positions_2.stop - positions_2.start
        columns_2_here = columns_2[:count_2]
        columns_2_here[...] = np.transpose(windows_2[:, :, :, positions_2], (3, 0, 1, 2, 4, 5))
        np.matmul(factor_2, columns_2_here.reshape(count_2, 36, -1), out=products_2[positions_2])
    z3 = np.transpose(block_4, (3, 0, 1, 2))
    # mu4[c] = (1/64) Σ_(i, p, q) z3[i, c, p, q] / m
    mu4 = np.add.reduce(z3, axis=(0, 2, 3))
    mu4 *= 0.015625 / m
    # v4[c] = (1/64) Σ_(i, p, q) (mu4[c] − z3[i, c, p, q])² / m
    z3 -= mu4[:, None, None]
    v4 = np.matmul(np.transpose(z3, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z3, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    v4 *= 0.015625 / m
    # y4[i, c, p, q] = beta4[c] + gamma4[c] xhat4[i, c, p, q]
    v4 += number
    np.sqrt(v4, out=v4)
    np.divide(one, v4, out=v4)
    v4 *= gamma4
    y4 = np.multiply(z3, v4[:, None, None], out=z3)
    y4 += beta4[:, None, None]
    # a4[i, c, p, q] = relu(y4[i, c, p, q])
    a4 = np.clip(y4, zero, infinity, out=y4)
    # xp5[i, c, p+1, q+1] = a4[i, c, p, q]
    block_5, = work(6, 1, (4, 10, 10, m), dtype)
    block_5.fill(0.0)
    block_5[:, 1:9, 1:9] = np.transpose(a4, (1, 2, 3, 0))
    xp5 = np.transpose(block_5, (3, 0, 1, 2))
    # z5[i, o, p, q] = Σ_(c, r, j) W5[o, j, c, r] xp5[i, j, c+p−1, q+r−1]
    packed_3 = np.ascontiguousarray(np.transpose(xp5, (1, 2, 3, 0)))
    windows_3 = _strided(packed_3, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (4, 3, 3, 8, 8, m))
    rounds_3 = _rounds(8, 288 * m)
    columns_3, = work(8, 1, (rounds_3[0].stop, 4, 3, 3, 8, m), dtype)
    block_6, = work(7, 1, (4, 8, 8, m), dtype)
    products_3 = np.transpose(block_6.reshape(4, 8, 8 * m), (1, 0, 2))
    factor_3 = W5.reshape(4, -1)
    for positions_3 in rounds_3:
        count_3 = positions_3.stop - positions_3.start
        columns_3_here = columns_3[:count_3]
        columns_3_here[...] = np.transpose(windows_3[:, :, :, positions_3], (3, 0, 1, 2, 4, 5))
        np.matmul(factor_3, columns_3_here.reshape(count_3, 36, -1), out=products_3[positions_3])
    z5 = np.transpose(block_6, (3, 0, 1, 2))
    # mu_residual[c] = (1/64) Σ_(i, p, q) z5[i, c, p, q] / m
    mu_residual = np.add.reduce(z5, axis=(0, 2, 3))
    mu_residual *= 0.015625 / m
    # v_residual[c] = (1/64) Σ_(i, p, q) (mu_residual[c] − z5[i, c, p, q])² / m
    z5 -= mu_residual[:, None, None]
    v_residual = np.matmul(np.transpose(z5, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z5, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    v_residual *= 0.015625 / m
    # y_residual[i, c, p, q] = beta_residual[c] + gamma_residual[c] xhat_residual[i, c, p, q]
    v_residual += number
    np.sqrt(v_residual, out=v_residual)
    np.divide(one, v_residual, out=v_residual)
    v_residual *= gamma_residual
    y_residual = np.multiply(z5, v_residual[:, None, None], out=z5)
    y_residual += beta_residual[:, None, None]
    # merged[i, c, p, q] = trunk[i, c, p, q] + y_residual[i, c, p, q]
    merged = np.add(trunk, y_residual, out=trunk)
    # a_merged[i, c, p, q] = relu(merged[i, c, p, q])
    a_merged = np.clip(merged, zero, infinity, out=merged)
    # xp7[i, c, p+1, q+1] = a_merged[i, c, p, q]
    block_7, = work(9, 1, (4, 10, 10, m), dtype)
    block_7.fill(0.0)
    block_7[:, 1:9, 1:9] = np.transpose(a_merged, (1, 2, 3, 0))
    xp7 = np.transpose(block_7, (3, 0, 1, 2))
    # z7[i, o, p, q] = Σ_(c, r, j) W7[o, j, c, r] xp7[i, j, c+2p−2, 2q+r−2]
    packed_4 = np.ascontiguousarray(np.transpose(xp7, (1, 2, 3, 0)))
    windows_4 = _strided(packed_4, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 2, 0, 0), (0, 0, 1, 0, 2, 0), (0, 0, 0, 0, 0, 1)), (4, 3, 3, 4, 4, m))
    columns_4, = work(10, 1, (4, 3, 3, 4, 4, m), dtype)
    columns_4[...] = windows_4
    block_8, = work(11, 1, (6, 4, 4, m), dtype)
    np.matmul(W7.reshape(6, -1), np.transpose(columns_4, (3, 0, 1, 2, 4, 5)).reshape(4, 36, -1), out=np.transpose(block_8.reshape(6, 4, 4 * m), (1, 0, 2)))
    z7 = np.transpose(block_8, (3, 0, 1, 2))
    # mu8[c] = (1/16) Σ_(i, o, p) z7[i, c, o, p] / m
    mu8 = np.add.reduce(z7, axis=(0, 2, 3))
    mu8 *= 0.0625 / m
    # v8[c] = (1/16) Σ_(i, o, p) (mu8[c] − z7[i, c, o, p])² / m
    z7 -= mu8[:, None, None]
    v8 = np.matmul(np.transpose(z7, (1, 2, 3, 0)).reshape(6, 1, -1), np.transpose(z7, (1, 2, 3, 0)).reshape(6, -1, 1)).reshape(6)
    v8 *= 0.0625 / m
    # y8[i, c, p, q] = beta8[c] + gamma8[c] xhat8[i, c, p, q]
    v8 += number
    np.sqrt(v8, out=v8)
    np.divide(one, v8, out=v8)
    v8 *= gamma8
    y8 = np.multiply(z7, v8[:, None, None], out=z7)
    y8 += beta8[:, None, None]
    # a8[i, c, p, q] = relu(y8[i, c, p, q])
    a8 = np.maximum(y8, zero, out=y8)
    # y14[i, j] = (1/16) Σ_(o, c) a8[i, j, o, c]
    y14 = np.add.reduce(a8, axis=(2, 3))
    y14 *= number_2
    # z9 = y14 W9 + 1 b9
    z9 = np.dot(y14, W9)
    z9 += b9
    # z9_max_1[i] = max_j z9[i, j]
    z9_max_1 = np.maximum.reduce(z9, axis=1)
    # z9_shifted_1 = z9 − z9_max_1ᵀ 1ᵀ
    z9_shifted_1 = np.subtract(z9, z9_max_1[:, None], out=z9)
    # C = m⁻¹ 1ᵀ (log(exp(z9_shifted_1) 1) − (y ⊙ z9_shifted_1) 1)
    exp = np.exp(z9_shifted_1)
    total = np.dot(exp, ones)
    np.log(total, out=total)
    C = (np.add.reduce(total, axis=None) - np.dot(y.ravel(), z9_shifted_1.ravel())) * (1.0 / m)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W1, gamma2, beta2, W3, gamma4, beta4, W5, gamma_residual, beta_residual, W7, gamma8, beta8, W9, b9, x, y = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[0]
    work = (Workspace() if workspace is None else workspace).take
    number = _constant(1e-05, dtype)
    zero = _constant(0.0, dtype)
    infinity = _constant(np.inf, dtype)
    one = _constant(1.0, dtype)
    number_2 = _constant(0.0625, dtype)
    ones = _ones(5, dtype)
    ones_2 = _ones(m, dtype)
    # xp1[i, c, p+1, q+1] = x[i, c, p, q]
    block, = work(0, 1, (3, 10, 10, m), dtype)
    block.fill(0.0)
    block[:, 1:9, 1:9] = np.transpose(x, (1, 2, 3, 0))
    xp1 = np.transpose(block, (3, 0, 1, 2))
    # z1[i, o, p, q] = Σ_(c, r, s) W1[o, c, r, s] xp1[i, c, p+r−1, q+s−1]
    packed = np.ascontiguousarray(np.transpose(xp1, (1, 2, 3, 0)))
    windows = _strided(packed, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (3, 3, 3, 8, 8, m))
    rounds = _rounds(8, 216 * m)
    columns, = work(2, 1, (rounds[0].stop, 3, 3, 3, 8, m), dtype)
    block_2, = work(1, 1, (4, 8, 8, m), dtype)
    products = np.transpose(block_2.reshape(4, 8, 8 * m), (1, 0, 2))
    factor = W1.reshape(4, -1)
    for positions in rounds:
        count = positions.stop - positions.start
        columns_here = columns[:count]
        columns_here[...] = np.transpose(windows[:, :, :, positions], (3, 0, 1, 2, 4, 5))
        np.matmul(factor, columns_here.reshape(count, 27, -1), out=products[positions])
    z1 = np.transpose(block_2, (3, 0, 1, 2))
    # mu2[c] = (1/64) Σ_(i, p, q) z1[i, c, p, q] / m
    mu2 = np.add.reduce(z1, axis=(0, 2, 3))
    mu2 *= 0.015625 / m
    # v2[c] = (1/64) Σ_(i, p, q) (mu2[c] − z1[i, c, p, q])² / m
    z1 -= mu2[:, None, None]
    v2 = np.matmul(np.transpose(z1, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z1, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    v2 *= 0.015625 / m
    # y2[i, c, p, q] = beta2[c] + gamma2[c] xhat2[i, c, p, q]
    v2 += number
    np.sqrt(v2, out=v2)
    quotient = gamma2 / v2
    block_3, = work(3, 1, (4, 8, 8, m), dtype)
    y2 = np.multiply(z1, quotient[:, None, None], out=np.transpose(block_3, (3, 0, 1, 2)))
    y2 += beta2[:, None, None]
    # trunk[i, c, p, q] = relu(y2[i, c, p, q])
    trunk = np.clip(y2, zero, infinity, out=y2)
    # xp3[i, c, p+1, q+1] = trunk[i, c, p, q]
    block_4, = work(4, 1, (4, 10, 10, m), dtype)
    block_4.fill(0.0)
    block_4[:, 1:9, 1:9] = np.transpose(trunk, (1, 2, 3, 0))
    xp3 = np.transpose(block_4, (3, 0, 1, 2))
    # z3[i, o, p, q] = Σ_(c, r, j) W3[o, j, c, r] xp3[i, j, c+p−1, q+r−1]
    packed_2 = np.ascontiguousarray(np.transpose(xp3, (1, 2, 3, 0)))
    windows_2 = _strided(packed_2, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (4, 3, 3, 8, 8, m))
    rounds_2 = _rounds(8, 288 * m)
    columns_2, = work(6, 1, (rounds_2[0].stop, 4, 3, 3, 8, m), dtype)
    block_5, = work(5, 1, (4, 8, 8, m), dtype)
    products_2 = np.transpose(block_5.reshape(4, 8, 8 * m), (1, 0, 2))
    factor_2 = W3.reshape(4, -1)
    for positions_2 in rounds_2:
        count_2 = positions_2.stop - positions_2.start
        columns_2_here = columns_2[:count_2]
        columns_2_here[...] = np.transpose(windows_2[:, :, :, positions_2], (3, 0, 1, 2, 4, 5))
        np.matmul(factor_2, columns_2_here.reshape(count_2, 36, -1), out=products_2[positions_2])
    z3 = np.transpose(block_5, (3, 0, 1, 2))
    # mu4[c] = (1/64) Σ_(i, p, q) z3[i, c, p, q] / m
    mu4 = np.add.reduce(z3, axis=(0, 2, 3))
    mu4 *= 0.015625 / m
    # v4[c] = (1/64) Σ_(i, p, q) (mu4[c] − z3[i, c, p, q])² / m
    z3 -= mu4[:, None, None]
    v4 = np.matmul(np.transpose(z3, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z3, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    v4 *= 0.015625 / m
    # y4[i, c, p, q] = beta4[c] + gamma4[c] xhat4[i, c, p, q]
    v4 += number
    np.sqrt(v4, out=v4)
    quotient_2 = one / v4
    product = quotient_2 * gamma4
    block_6, = work(7, 1, (4, 8, 8, m), dtype)
    y4 = np.multiply(z3, product[:, None, None], out=np.transpose(block_6, (3, 0, 1, 2)))
    y4 += beta4[:, None, None]
    # a4[i, c, p, q] = relu(y4[i, c, p, q])
    a4 = np.clip(y4, zero, infinity, out=y4)
    # xp5[i, c, p+1, q+1] = a4[i, c, p, q]
    block_7, = work(8, 1, (4, 10, 10, m), dtype)
    block_7.fill(0.0)
    block_7[:, 1:9, 1:9] = np.transpose(a4, (1, 2, 3, 0))
    xp5 = np.transpose(block_7, (3, 0, 1, 2))
    # z5[i, o, p, q] = Σ_(c, r, j) W5[o, j, c, r] xp5[i, j, c+p−1, q+r−1]
    packed_3 = np.ascontiguousarray(np.transpose(xp5, (1, 2, 3, 0)))
    windows_3 = _strided(packed_3, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (4, 3, 3, 8, 8, m))
    rounds_3 = _rounds(8, 288 * m)
    columns_3, = work(10, 1, (rounds_3[0].stop, 4, 3, 3, 8, m), dtype)
    block_8, = work(9, 1, (4, 8, 8, m), dtype)
    products_3 = np.transpose(block_8.reshape(4, 8, 8 * m), (1, 0, 2))
    factor_3 = W5.reshape(4, -1)
    for positions_3 in rounds_3:
        count_3 = positions_3.stop - positions_3.start
        columns_3_here = columns_3[:count_3]
        columns_3_here[...] = np.transpose(windows_3[:, :, :, positions_3], (3, 0, 1, 2, 4, 5))
        np.matmul(factor_3, columns_3_here.reshape(count_3, 36, -1), out=products_3[positions_3])
    z5 = np.transpose(block_8, (3, 0, 1, 2))
    # mu_residual[c] = (1/64) Σ_(i, p, q) z5[i, c, p, q] / m
    mu_residual = np.add.reduce(z5, axis=(0, 2, 3))
    mu_residual *= 0.015625 / m
    # v_residual[c] = (1/64) Σ_(i, p, q) (mu_residual[c] − z5[i, c, p, q])² / m
    z5 -= mu_residual[:, None, None]
    v_residual = np.matmul(np.transpose(z5, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z5, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    v_residual *= 0.015625 / m
    # y_residual[i, c, p, q] = beta_residual[c] + gamma_residual[c] xhat_residual[i, c, p, q]
    v_residual += number
    np.sqrt(v_residual, out=v_residual)
    quotient_3 = one / v_residual
    product_2 = quotient_3 * gamma_residual
    block_9, = work(11, 1, (4, 8, 8, m), dtype)
    y_residual = np.multiply(z5, product_2[:, None, None], out=np.transpose(block_9, (3, 0, 1, 2)))
    y_residual += beta_residual[:, None, None]
    # merged[i, c, p, q] = trunk[i, c, p, q] + y_residual[i, c, p, q]
    merged = np.add(trunk, y_residual, out=y_residual)
    # a_merged[i, c, p, q] = relu(merged[i, c, p, q])
    a_merged = np.clip(merged, zero, infinity, out=merged)
    # xp7[i, c, p+1, q+1] = a_merged[i, c, p, q]
    block_10, = work(12, 1, (4, 10, 10, m), dtype)
    block_10.fill(0.0)
    block_10[:, 1:9, 1:9] = np.transpose(a_merged, (1, 2, 3, 0))
    xp7 = np.transpose(block_10, (3, 0, 1, 2))
    # z7[i, o, p, q] = Σ_(c, r, j) W7[o, j, c, r] xp7[i, j, c+2p−2, 2q+r−2]
    packed_4 = np.ascontiguousarray(np.transpose(xp7, (1, 2, 3, 0)))
    windows_4 = _strided(packed_4, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 2, 0, 0), (0, 0, 1, 0, 2, 0), (0, 0, 0, 0, 0, 1)), (4, 3, 3, 4, 4, m))
    columns_4, = work(13, 1, (4, 3, 3, 4, 4, m), dtype)
    columns_4[...] = windows_4
    block_11, = work(14, 1, (6, 4, 4, m), dtype)
    np.matmul(W7.reshape(6, -1), np.transpose(columns_4, (3, 0, 1, 2, 4, 5)).reshape(4, 36, -1), out=np.transpose(block_11.reshape(6, 4, 4 * m), (1, 0, 2)))
    z7 = np.transpose(block_11, (3, 0, 1, 2))
    # mu8[c] = (1/16) Σ_(i, o, p) z7[i, c, o, p] / m
    mu8 = np.add.reduce(z7, axis=(0, 2, 3))
    mu8 *= 0.0625 / m
    # v8[c] = (1/16) Σ_(i, o, p) (mu8[c] − z7[i, c, o, p])² / m
    z7 -= mu8[:, None, None]
    v8 = np.matmul(np.transpose(z7, (1, 2, 3, 0)).reshape(6, 1, -1), np.transpose(z7, (1, 2, 3, 0)).reshape(6, -1, 1)).reshape(6)
    v8 *= 0.0625 / m
    # y8[i, c, p, q] = beta8[c] + gamma8[c] xhat8[i, c, p, q]
    v8 += number
    np.sqrt(v8, out=v8)
    quotient_4 = one / v8
    product_3 = quotient_4 * gamma8
    block_12, = work(15, 1, (6, 4, 4, m), dtype)
    y8 = np.multiply(z7, product_3[:, None, None], out=np.transpose(block_12, (3, 0, 1, 2)))
    y8 += beta8[:, None, None]
    # a8[i, c, p, q] = relu(y8[i, c, p, q])
    a8 = np.maximum(y8, zero, out=y8)
    # y14[i, j] = (1/16) Σ_(o, c) a8[i, j, o, c]
    y14 = np.add.reduce(a8, axis=(2, 3))
    y14 *= number_2
    # z9 = y14 W9 + 1 b9
    z9 = np.dot(y14, W9)
    z9 += b9
    # z9_max_1[i] = max_j z9[i, j]
    z9_max_1 = np.maximum.reduce(z9, axis=1)
    # z9_shifted_1 = z9 − z9_max_1ᵀ 1ᵀ
    z9_shifted_1 = np.subtract(z9, z9_max_1[:, None], out=z9)
    # C = m⁻¹ 1ᵀ (log(exp(z9_shifted_1) 1) − (y ⊙ z9_shifted_1) 1)
    exp = np.exp(z9_shifted_1)
    total = np.dot(exp, ones)
    log = np.log(total)
    C = (np.add.reduce(log, axis=None) - np.dot(y.ravel(), z9_shifted_1.ravel())) * (1.0 / m)
    # δ9 = m⁻¹ (diag((exp(z9_shifted_1) 1)⁻¹) exp(z9_shifted_1) − y)
    np.divide(one, total, out=total)
    delta9 = np.multiply(exp, total[:, None], out=exp)
    delta9 -= y
    delta9 *= 1.0 / m
    # ∂C/∂W9 = y14ᵀ δ9
    grad_W9 = np.dot(y14.T, delta9)
    # ∂C/∂b9 = 1ᵀ δ9
    grad_b9 = np.dot(ones_2, delta9)
    # ∂C/∂y8[i, c, p, q] = (1/16) Σ_j W9[c, j] δ9[i, j] relu′(y8[i, c, p, q])
    mask = a8 > zero
    product_4 = np.dot(delta9, W9.T)
    block_13, = work(16, 1, (6, 4, 4, m), dtype)
    grad_y8 = np.multiply(mask, product_4[:, :, None, None], out=np.transpose(block_13, (3, 0, 1, 2)))
    grad_y8 *= number_2
    # ∂C/∂gamma8[c] = Σ_(i, o, p) ∂C/∂y8[i, c, o, p] xhat8[i, c, o, p]
    grad_gamma8 = np.matmul(np.transpose(grad_y8, (1, 2, 3, 0)).reshape(6, 1, -1), np.transpose(z7, (1, 2, 3, 0)).reshape(6, -1, 1)).reshape(6)
    grad_gamma8 *= quotient_4
    # ∂C/∂beta8[c] = Σ_(i, o, p) ∂C/∂y8[i, c, o, p]
    grad_beta8 = np.add.reduce(grad_y8, axis=(0, 2, 3))
    # δ7[i, o, p, q] = (1/16) gamma8[o] (16 ∂C/∂y8[i, o, p, q] − (Σ_(j, c, k) ∂C/∂y8[j, o, c, k] xhat8[j, o, c, k] xhat8[i, o, p, q] + Σ_(j, c, k) ∂C/∂y8[j, o, c, k]) / m) / (1/100000 + v8[o])¹ᐟ²
    product_5 = grad_gamma8 * (-1.0 / m * 0.0625)
    quotient_4 *= product_5
    z7 *= quotient_4[:, None, None]
    product_6 = grad_beta8 * (-1.0 / m * 0.0625)
    z7 += product_6[:, None, None]
    delta7 = np.add(grad_y8, z7, out=grad_y8)
    np.divide(gamma8, v8, out=v8)
    delta7 *= v8[:, None, None]
    # ∂C/∂W7[o, c, r, s] = Σ_(i, p, q) δ7[i, o, p, q] xp7[i, c, 2p+r−2, 2q+s−2]
    grad_W7 = np.add.reduce(np.matmul(np.transpose(delta7, (2, 1, 3, 0)).reshape(4, 6, -1), np.transpose(columns_4, (3, 4, 5, 0, 1, 2)).reshape(4, -1, 36)), axis=0).reshape(6, 4, 3, 3)
    # ∂C/∂xp7[i, c, p, q] = Σ_(o, j, k) [−2o+p+1 ≥ 0] [2o−p+1 ≥ 0] [−2j+q+1 ≥ 0] [2j−q+1 ≥ 0] W7[k, c, −2o+p+2, −2j+q+2] δ7[i, k, o, j]
    block_14, = work(17, 1, (4, 3, 4, 4, m), dtype)
    block_15, = work(18, 1, (4, 10, 10, m), dtype)
    block_15.fill(0.0)
    for k in range(3):
        np.matmul(np.transpose(W7[:, :, k], (1, 2, 0)).reshape(-1, 6), np.transpose(delta7, (2, 1, 3, 0)).reshape(4, 6, -1), out=np.transpose(block_14.reshape(12, 4, 4 * m), (1, 0, 2)))
        for k_2 in range(3):
            block_15[:, k:k + 7:2, k_2:k_2 + 7:2] += block_14[:, k_2]
    grad_xp7 = np.transpose(block_15, (3, 0, 1, 2))
    # ∂C/∂merged[i, c, p, q] = ∂C/∂xp7[i, c, p+1, q+1] relu′(merged[i, c, p, q])
    block_16, = work(19, 1, (4, 8, 8, m), dtype)
    grad_merged = np.multiply(grad_xp7[:, :, 1:9, 1:9], a_merged > zero, out=np.transpose(block_16, (3, 0, 1, 2)))
    # ∂C/∂gamma_residual[c] = Σ_(i, p, q) ∂C/∂merged[i, c, p, q] xhat_residual[i, c, p, q]
    grad_gamma_residual = np.matmul(np.transpose(grad_merged, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z5, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    grad_gamma_residual *= quotient_3
    # ∂C/∂beta_residual[c] = Σ_(i, p, q) ∂C/∂merged[i, c, p, q]
    grad_beta_residual = np.add.reduce(grad_merged, axis=(0, 2, 3))
    # δ5[i, o, p, q] = (1/64) gamma_residual[o] (64 ∂C/∂merged[i, o, p, q] − (Σ_(j, k, r) ∂C/∂merged[j, o, k, r] xhat_residual[j, o, k, r] xhat_residual[i, o, p, q] + Σ_(j, k, r) ∂C/∂merged[j, o, k, r]) / m) / (1/100000 + v_residual[o])¹ᐟ²
    product_7 = grad_gamma_residual * (-1.0 / m * 0.015625)
    quotient_3 *= product_7
    delta5 = np.multiply(z5, quotient_3[:, None, None], out=z5)
    product_8 = grad_beta_residual * (-1.0 / m * 0.015625)
    delta5 += product_8[:, None, None]
    delta5 += grad_merged
    np.divide(gamma_residual, v_residual, out=v_residual)
    delta5 *= v_residual[:, None, None]
    # ∂C/∂W5[o, c, r, s] = Σ_(i, p, q) δ5[i, o, p, q] xp5[i, c, p+r−1, q+s−1]
    rounds_4 = _rounds(8, 288 * m)
    columns_5, = work(10, 1, (rounds_4[0].stop, 4, 3, 3, 8, m), dtype)
    grad_W5 = np.zeros((4, 4, 3, 3), dtype)
    for positions_4 in rounds_4:
        count_4 = positions_4.stop - positions_4.start
        columns_5_here = columns_5[:count_4]
        columns_5_here[...] = np.transpose(windows_3[:, :, :, positions_4], (3, 0, 1, 2, 4, 5))
        grad_W5 += np.add.reduce(np.matmul(np.transpose(delta5[:, :, positions_4], (2, 1, 3, 0)).reshape(count_4, 4, -1), np.transpose(columns_5_here, (0, 4, 5, 1, 2, 3)).reshape(count_4, -1, 36)), axis=0).reshape(4, 4, 3, 3)
    # ∂C/∂xp5[i, c, p, q] = Σ_(r, s, o) [p−r ≥ 0] [q−s ≥ 0] [−p+r+7 ≥ 0] [−q+s+7 ≥ 0] W5[o, c, r, s] δ5[i, o, p−r+1, q−s+1]
    block_17, = work(20, 1, (4, 3, 8, 8, m), dtype)
    block_18, = work(21, 1, (4, 10, 10, m), dtype)
    block_18.fill(0.0)
    for k_3 in range(3):
        np.matmul(np.transpose(W5[:, :, k_3], (1, 2, 0)).reshape(-1, 4), np.transpose(delta5, (2, 1, 3, 0)).reshape(8, 4, -1), out=np.transpose(block_17.reshape(12, 8, 8 * m), (1, 0, 2)))
        for k_4 in range(3):
            block_18[:, k_3:k_3 + 8, k_4:k_4 + 8] += block_17[:, k_4]
    grad_xp5 = np.transpose(block_18, (3, 0, 1, 2))
    # ∂C/∂y4[i, c, p, q] = ∂C/∂xp5[i, c, p+1, q+1] relu′(y4[i, c, p, q])
    block_19, = work(22, 1, (4, 8, 8, m), dtype)
    grad_y4 = np.multiply(grad_xp5[:, :, 1:9, 1:9], a4 > zero, out=np.transpose(block_19, (3, 0, 1, 2)))
    # ∂C/∂gamma4[c] = Σ_(i, p, q) ∂C/∂y4[i, c, p, q] xhat4[i, c, p, q]
    grad_gamma4 = np.matmul(np.transpose(grad_y4, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z3, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    grad_gamma4 *= quotient_2
    # ∂C/∂beta4[c] = Σ_(i, p, q) ∂C/∂y4[i, c, p, q]
    grad_beta4 = np.add.reduce(grad_y4, axis=(0, 2, 3))
    # δ3[i, o, p, q] = (1/64) gamma4[o] (64 ∂C/∂y4[i, o, p, q] − (Σ_(j, k, r) ∂C/∂y4[j, o, k, r] xhat4[j, o, k, r] xhat4[i, o, p, q] + Σ_(j, k, r) ∂C/∂y4[j, o, k, r]) / m) / (1/100000 + v4[o])¹ᐟ²
    product_9 = grad_gamma4 * (-1.0 / m * 0.015625)
    quotient_2 *= product_9
    z3 *= quotient_2[:, None, None]
    product_10 = grad_beta4 * (-1.0 / m * 0.015625)
    z3 += product_10[:, None, None]
    delta3 = np.add(grad_y4, z3, out=grad_y4)
    np.divide(gamma4, v4, out=v4)
    delta3 *= v4[:, None, None]
    # ∂C/∂W3[o, c, r, s] = Σ_(i, p, q) δ3[i, o, p, q] xp3[i, c, p+r−1, q+s−1]
    rounds_5 = _rounds(8, 288 * m)
    columns_6, = work(6, 1, (rounds_5[0].stop, 4, 3, 3, 8, m), dtype)
    grad_W3 = np.zeros((4, 4, 3, 3), dtype)
    for positions_5 in rounds_5:
        count_5 = positions_5.stop - positions_5.start
        columns_6_here = columns_6[:count_5]
        columns_6_here[...] = np.transpose(windows_2[:, :, :, positions_5], (3, 0, 1, 2, 4, 5))
        grad_W3 += np.add.reduce(np.matmul(np.transpose(delta3[:, :, positions_5], (2, 1, 3, 0)).reshape(count_5, 4, -1), np.transpose(columns_6_here, (0, 4, 5, 1, 2, 3)).reshape(count_5, -1, 36)), axis=0).reshape(4, 4, 3, 3)
    # ∂C/∂xp3[i, c, p, q] = Σ_(r, s, o) [p−r ≥ 0] [q−s ≥ 0] [−p+r+7 ≥ 0] [−q+s+7 ≥ 0] W3[o, c, r, s] δ3[i, o, p−r+1, q−s+1]
    block_20, = work(23, 1, (4, 3, 8, 8, m), dtype)
    block_21, = work(24, 1, (4, 10, 10, m), dtype)
    block_21.fill(0.0)
    for k_5 in range(3):
        np.matmul(np.transpose(W3[:, :, k_5], (1, 2, 0)).reshape(-1, 4), np.transpose(delta3, (2, 1, 3, 0)).reshape(8, 4, -1), out=np.transpose(block_20.reshape(12, 8, 8 * m), (1, 0, 2)))
        for k_6 in range(3):
            block_21[:, k_5:k_5 + 8, k_6:k_6 + 8] += block_20[:, k_6]
    grad_xp3 = np.transpose(block_21, (3, 0, 1, 2))
    # ∂C/∂y2[i, c, p, q] = (∂C/∂merged[i, c, p, q] + ∂C/∂xp3[i, c, p+1, q+1]) relu′(y2[i, c, p, q])
    grad_y2 = np.add(grad_merged, grad_xp3[:, :, 1:9, 1:9], out=grad_merged)
    grad_y2 *= trunk > zero
    # ∂C/∂gamma2[c] = Σ_(i, p, q) ∂C/∂y2[i, c, p, q] xhat2[i, c, p, q]
    grad_gamma2 = np.matmul(np.transpose(grad_y2, (1, 2, 3, 0)).reshape(4, 1, -1), np.transpose(z1, (1, 2, 3, 0)).reshape(4, -1, 1)).reshape(4)
    np.divide(one, v2, out=v2)
    grad_gamma2 *= v2
    # ∂C/∂beta2[c] = Σ_(i, p, q) ∂C/∂y2[i, c, p, q]
    grad_beta2 = np.add.reduce(grad_y2, axis=(0, 2, 3))
    # δ1[i, o, p, q] = (1/64) gamma2[o] (64 ∂C/∂y2[i, o, p, q] − (Σ_(j, k, r) ∂C/∂y2[j, o, k, r] xhat2[j, o, k, r] xhat2[i, o, p, q] + Σ_(j, k, r) ∂C/∂y2[j, o, k, r]) / m) / (1/100000 + v2[o])¹ᐟ²
    product_11 = grad_gamma2 * (-1.0 / m * 0.015625)
    v2 *= product_11
    z1 *= v2[:, None, None]
    product_12 = grad_beta2 * (-1.0 / m * 0.015625)
    z1 += product_12[:, None, None]
    delta1 = np.add(grad_y2, z1, out=grad_y2)
    delta1 *= quotient[:, None, None]
    # ∂C/∂W1[o, c, r, s] = Σ_(i, p, q) δ1[i, o, p, q] xp1[i, c, p+r−1, q+s−1]
    rounds_6 = _rounds(8, 216 * m)
    columns_7, = work(2, 1, (rounds_6[0].stop, 3, 3, 3, 8, m), dtype)
    grad_W1 = np.zeros((4, 3, 3, 3), dtype)
    for positions_6 in rounds_6:
        count_6 = positions_6.stop - positions_6.start
        columns_7_here = columns_7[:count_6]
        columns_7_here[...] = np.transpose(windows[:, :, :, positions_6], (3, 0, 1, 2, 4, 5))
        grad_W1 += np.add.reduce(np.matmul(np.transpose(delta1[:, :, positions_6], (2, 1, 3, 0)).reshape(count_6, 4, -1), np.transpose(columns_7_here, (0, 4, 5, 1, 2, 3)).reshape(count_6, -1, 27)), axis=0).reshape(4, 3, 3, 3)
    return (C, Params(grad_W1, grad_gamma2, grad_beta2, grad_W3, grad_gamma4, grad_beta4, grad_W5, grad_gamma_residual, grad_beta_residual, grad_W7, grad_gamma8, grad_beta8, grad_W9, grad_b9))


def init(rng, *, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # W1: normal, of variance 2 / (n_in + n_out)
    W1 = ((2.0 / (3 * 3 * 3 + 4 * 3 * 3)) ** 0.5 * rng.standard_normal((4, 3, 3, 3))).astype(dtype)
    # gamma2 = 1
    gamma2 = np.ones((4,), dtype)
    # beta2 = 0
    beta2 = np.zeros((4,), dtype)
    # W3: normal, of variance 2 / (n_in + n_out)
    W3 = ((2.0 / (4 * 3 * 3 + 4 * 3 * 3)) ** 0.5 * rng.standard_normal((4, 4, 3, 3))).astype(dtype)
    # gamma4 = 1
    gamma4 = np.ones((4,), dtype)
    # beta4 = 0
    beta4 = np.zeros((4,), dtype)
    # W5: normal, of variance 2 / (n_in + n_out)
    W5 = ((2.0 / (4 * 3 * 3 + 4 * 3 * 3)) ** 0.5 * rng.standard_normal((4, 4, 3, 3))).astype(dtype)
    # gamma_residual = 1
    gamma_residual = np.ones((4,), dtype)
    # beta_residual = 0
    beta_residual = np.zeros((4,), dtype)
    # W7: normal, of variance 2 / (n_in + n_out)
    W7 = ((2.0 / (4 * 3 * 3 + 6 * 3 * 3)) ** 0.5 * rng.standard_normal((6, 4, 3, 3))).astype(dtype)
    # gamma8 = 1
    gamma8 = np.ones((6,), dtype)
    # beta8 = 0
    beta8 = np.zeros((6,), dtype)
    # W9: normal, of variance 2 / (n_in + n_out)
    W9 = ((2.0 / (6 + 5)) ** 0.5 * rng.standard_normal((6, 5))).astype(dtype)
    # b9 = 0
    b9 = np.zeros((5,), dtype)
    return Params(W1, gamma2, beta2, W3, gamma4, beta4, W5, gamma_residual, beta_residual, W7, gamma8, beta8, W9, b9)


_ROUND = 1 << 17
"""How many entries of columns a product takes at a time: few enough to stay in the cache until they are used."""


def _rounds(extent, width):
    """Slices that cut an axis into pieces of at most `_ROUND` entries, or of one place, which has `width` of them."""
    size = max(1, _ROUND // max(width, 1))
    size = -(-extent // max(1, -(-extent // size)))
    return [slice(start, min(start + size, extent)) for start in range(0, max(extent, 1), max(size, 1))]


def _strided(array, starts, steps, shape):
    """The entries array[start + Σ_k step_k · place_k, …] for all places within `shape`: a view, nothing is copied."""
    strides = [sum(step * size for step, size in zip(column, array.strides)) for column in zip(*steps)]
    if array.flags.c_contiguous and array.size:
        return np.ndarray(shape, array.dtype, array, sum(s * size for s, size in zip(starts, array.strides)), strides)
    first = array[tuple(slice(start, None) for start in starts)]
    return np.lib.stride_tricks.as_strided(first, shape, strides)


@cache
def _constant(value, dtype):
    """A number in the dtype of the data, as an array without axes, which NumPy is quicker to take than a number."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array


@lru_cache(maxsize=8)
def _ones(shape, dtype):
    """Ones to take sums with, as products that BLAS is quick at; kept from call to call, and never written to."""
    array = np.ones(shape, dtype)
    array.flags.writeable = False
    return array


_FIELDS = (
    ("W1", "(4, 3, 3, 3)", 4, "real", False),
    ("gamma2", "(4,)", 1, "real", False),
    ("beta2", "(4,)", 1, "real", False),
    ("W3", "(4, 4, 3, 3)", 4, "real", False),
    ("gamma4", "(4,)", 1, "real", False),
    ("beta4", "(4,)", 1, "real", False),
    ("W5", "(4, 4, 3, 3)", 4, "real", False),
    ("gamma_residual", "(4,)", 1, "real", False),
    ("beta_residual", "(4,)", 1, "real", False),
    ("W7", "(6, 4, 3, 3)", 4, "real", False),
    ("gamma8", "(6,)", 1, "real", False),
    ("beta8", "(6,)", 1, "real", False),
    ("W9", "(6, 5)", 2, "real", False),
    ("b9", "(5,)", 1, "real", False),
    ("x", "(m, 3, 8, 8)", 4, "real", False),
    ("y", "(m, 5)", 2, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W1, gamma2, beta2, W3, gamma4, beta4, W5, gamma_residual, beta_residual, W7, gamma8, beta8, W9, b9, x, y):
    """The shapes that the arrays have, and those that they must have."""
    m = x.shape[0]
    if not m:
        raise ValueError('a size is 0')
    return ((W1.shape, gamma2.shape, beta2.shape, W3.shape, gamma4.shape, beta4.shape, W5.shape, gamma_residual.shape, beta_residual.shape, W7.shape, gamma8.shape, beta8.shape, W9.shape, b9.shape, x.shape, y.shape), ((4, 3, 3, 3), (4,), (4,), (4, 4, 3, 3), (4,), (4,), (4, 4, 3, 3), (4,), (4,), (6, 4, 3, 3), (6,), (6,), (6, 5), (5,), (m, 3, 8, 8), (m, 5)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W1, gamma2, beta2, W3, gamma4, beta4, W5, gamma_residual, beta_residual, W7, gamma8, beta8, W9, b9 = params
        x, y = inputs
        dtype = W1.dtype
        given, expected = _shapes(W1, gamma2, beta2, W3, gamma4, beta4, W5, gamma_residual, beta_residual, W7, gamma8, beta8, W9, b9, x, y)
        if given == expected and dtype is W1.dtype is gamma2.dtype is beta2.dtype is W3.dtype is gamma4.dtype is beta4.dtype is W5.dtype is gamma_residual.dtype is beta_residual.dtype is W7.dtype is gamma8.dtype is beta8.dtype is W9.dtype is b9.dtype is x.dtype is y.dtype and (dtype.kind in 'fc'):
            return (W1, gamma2, beta2, W3, gamma4, beta4, W5, gamma_residual, beta_residual, W7, gamma8, beta8, W9, b9, x, y)
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

"""lenet: forward pass, loss and gradients."""

from functools import cache, lru_cache
from math import prod
from threading import local
from typing import NamedTuple

import numpy as np


class Params(NamedTuple):
    """The parameters, or their gradients.

    W1: (6, 1, 5, 5)
    b1: (6,)
    W2: (16, 6, 5, 5)
    b2: (16,)
    W3: (400, 120)
    b3: (120,)
    W4: (120, 84)
    b4: (84,)
    W5: (84, 10)
    b5: (10,)
    """

    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray
    W3: np.ndarray
    b3: np.ndarray
    W4: np.ndarray
    b4: np.ndarray
    W5: np.ndarray
    b5: np.ndarray


class Inputs(NamedTuple):
    """What is given beside the parameters, or gradients with respect to it (None where there is none).

    x: (m, 1, 28, 28)
    y: (m, 10)
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
    W1, b1, W2, b2, W3, b3, W4, b4, W5, b5, x, _ = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[0]
    work = Workspace().take
    number = _constant(0.25, dtype)
    # xp1[i, c, p+2, q+2] = x[i, c, p, q]
    block, = work(0, 1, (1, 32, 32, m), dtype)
    block.fill(0.0)
    block[:, 2:30, 2:30] = np.transpose(x, (1, 2, 3, 0))
    xp1 = np.transpose(block, (3, 0, 1, 2))
    # z1[i, o, p, q] = Σ_(r, s) W1[o, 1, r, s] xp1[i, 1, p+r−1, q+s−1] + b1[o]
    packed = np.ascontiguousarray(np.transpose(xp1, (1, 2, 3, 0)))
    windows = _strided(packed, (0, 0, 0, 0), ((0, 0, 0, 0, 0), (1, 0, 1, 0, 0), (0, 1, 0, 1, 0), (0, 0, 0, 0, 1)), (5, 5, 28, 28, m))
    rounds = _rounds(28, 700 * m)
    columns, = work(2, 1, (rounds[0].stop, 5, 5, 28, m), dtype)
    block_2, = work(1, 1, (6, 28, 28, m), dtype)
    products = np.transpose(block_2.reshape(6, 28, 28 * m), (1, 0, 2))
    factor = W1[:, 0, :, :].reshape(6, -1)
    for positions in rounds:
        count = positions.stop - positions.start
        columns_here = columns[:count]
        columns_here[...] = np.transpose(windows[:, :, positions], (2, 0, 1, 3, 4))
        np.matmul(factor, columns_here.reshape(count, 25, -1), out=products[positions])
    z1 = np.transpose(block_2, (3, 0, 1, 2))
    z1 += b1[:, None, None]
    # a1[i, o, p, q] = tanh(z1[i, o, p, q])
    a1 = np.tanh(z1, out=z1)
    # pool2[i, c, p, q] = (1/4) Σ_(r, s) a1[i, c, 2p+r−2, 2q+s−2]
    windows_2 = a1.reshape(m, 6, 14, 2, 14, 2)
    block_3, = work(3, 1, (6, 14, 14, m), dtype)
    pool2 = _over_places(np.add, np.transpose(windows_2, (3, 5, 0, 1, 2, 4)), 2, np.transpose(block_3, (3, 0, 1, 2)))
    pool2 *= number
    # z2[i, o, p, q] = Σ_(r, s, c) W2[o, c, r, s] pool2[i, c, p+r−1, q+s−1] + b2[o]
    packed_2 = np.ascontiguousarray(np.transpose(pool2, (1, 2, 3, 0)))
    windows_3 = _strided(packed_2, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (6, 5, 5, 10, 10, m))
    rounds_2 = _rounds(10, 1500 * m)
    columns_2, = work(5, 1, (rounds_2[0].stop, 6, 5, 5, 10, m), dtype)
    block_4, = work(4, 1, (16, 10, 10, m), dtype)
    products_2 = np.transpose(block_4, (1, 2, 0, 3))
    factor_2 = W2.reshape(16, -1)
    for positions_2 in rounds_2:
        count_2 = positions_2.stop - positions_2.start
        columns_2_here = columns_2[:count_2]
        columns_2_here[...] = np.transpose(windows_3[:, :, :, positions_2], (3, 0, 1, 2, 4, 5))
        np.matmul(factor_2, np.transpose(columns_2_here, (0, 4, 1, 2, 3, 5)).reshape(count_2, 10, 150, -1), out=products_2[positions_2])
    z2 = np.transpose(block_4, (3, 0, 1, 2))
    z2 += b2[:, None, None]
    # a2[i, o, p, q] = tanh(z2[i, o, p, q])
    a2 = np.tanh(z2, out=z2)
    # pool4[i, c, p, q] = (1/4) Σ_(r, s) a2[i, c, 2p+r−2, 2q+s−2]
    windows_4 = a2.reshape(m, 16, 5, 2, 5, 2)
    block_5, = work(6, 1, (16, 5, 5, m), dtype)
    pool4 = _over_places(np.add, np.transpose(windows_4, (3, 5, 0, 1, 2, 4)), 2, np.transpose(block_5, (3, 0, 1, 2)))
    pool4 *= number
    # f5[i, 25c+5p+q−30] = pool4[i, c, p, q]
    value = pool4.reshape(m, -1)
    # z3 = f5 W3 + 1 b3
    z3 = np.dot(value, W3)
    z3 += b3
    # a3 = tanh(z3)
    a3 = np.tanh(z3, out=z3)
    # z4 = a3 W4 + 1 b4
    z4 = np.dot(a3, W4)
    z4 += b4
    # a4 = tanh(z4)
    a4 = np.tanh(z4, out=z4)
    # z5 = a4 W5 + 1 b5
    z5 = np.dot(a4, W5)
    z5 += b5
    return z5


def loss(params, inputs):
    """The cost."""
    W1, b1, W2, b2, W3, b3, W4, b4, W5, b5, x, y = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[0]
    work = Workspace().take
    number = _constant(0.25, dtype)
    ones = _ones(10, dtype)
    # xp1[i, c, p+2, q+2] = x[i, c, p, q]
    block, = work(0, 1, (1, 32, 32, m), dtype)
    block.fill(0.0)
    block[:, 2:30, 2:30] = np.transpose(x, (1, 2, 3, 0))
    xp1 = np.transpose(block, (3, 0, 1, 2))
    # z1[i, o, p, q] = Σ_(r, s) W1[o, 1, r, s] xp1[i, 1, p+r−1, q+s−1] + b1[o]
    packed = np.ascontiguousarray(np.transpose(xp1, (1, 2, 3, 0)))
    windows = _strided(packed, (0, 0, 0, 0), ((0, 0, 0, 0, 0), (1, 0, 1, 0, 0), (0, 1, 0, 1, 0), (0, 0, 0, 0, 1)), (5, 5, 28, 28, m))
    rounds = _rounds(28, 700 * m)
    columns, = work(2, 1, (rounds[0].stop, 5, 5, 28, m), dtype)
    block_2, = work(1, 1, (6, 28, 28, m), dtype)
    products = np.transpose(block_2.reshape(6, 28, 28 * m), (1, 0, 2))
    factor = W1[:, 0, :, :].reshape(6, -1)
    for positions in rounds:
        count = positions.stop - positions.start
        columns_here = columns[:count]
        columns_here[...] = np.transpose(windows[:, :, positions], (2, 0, 1, 3, 4))
        np.matmul(factor, columns_here.reshape(count, 25, -1), out=products[positions])
    z1 = np.transpose(block_2, (3, 0, 1, 2))
    z1 += b1[:, None, None]
    # a1[i, o, p, q] = tanh(z1[i, o, p, q])
    a1 = np.tanh(z1, out=z1)
    # pool2[i, c, p, q] = (1/4) Σ_(r, s) a1[i, c, 2p+r−2, 2q+s−2]
    windows_2 = a1.reshape(m, 6, 14, 2, 14, 2)
    block_3, = work(3, 1, (6, 14, 14, m), dtype)
    pool2 = _over_places(np.add, np.transpose(windows_2, (3, 5, 0, 1, 2, 4)), 2, np.transpose(block_3, (3, 0, 1, 2)))
    pool2 *= number
    # z2[i, o, p, q] = Σ_(r, s, c) W2[o, c, r, s] pool2[i, c, p+r−1, q+s−1] + b2[o]
    packed_2 = np.ascontiguousarray(np.transpose(pool2, (1, 2, 3, 0)))
    windows_3 = _strided(packed_2, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (6, 5, 5, 10, 10, m))
    rounds_2 = _rounds(10, 1500 * m)
    columns_2, = work(5, 1, (rounds_2[0].stop, 6, 5, 5, 10, m), dtype)
    block_4, = work(4, 1, (16, 10, 10, m), dtype)
    products_2 = np.transpose(block_4, (1, 2, 0, 3))
    factor_2 = W2.reshape(16, -1)
    for positions_2 in rounds_2:
        count_2 = positions_2.stop - positions_2.start
        columns_2_here = columns_2[:count_2]
        columns_2_here[...] = np.transpose(windows_3[:, :, :, positions_2], (3, 0, 1, 2, 4, 5))
        np.matmul(factor_2, np.transpose(columns_2_here, (0, 4, 1, 2, 3, 5)).reshape(count_2, 10, 150, -1), out=products_2[positions_2])
    z2 = np.transpose(block_4, (3, 0, 1, 2))
    z2 += b2[:, None, None]
    # a2[i, o, p, q] = tanh(z2[i, o, p, q])
    a2 = np.tanh(z2, out=z2)
    # pool4[i, c, p, q] = (1/4) Σ_(r, s) a2[i, c, 2p+r−2, 2q+s−2]
    windows_4 = a2.reshape(m, 16, 5, 2, 5, 2)
    block_5, = work(6, 1, (16, 5, 5, m), dtype)
    pool4 = _over_places(np.add, np.transpose(windows_4, (3, 5, 0, 1, 2, 4)), 2, np.transpose(block_5, (3, 0, 1, 2)))
    pool4 *= number
    # f5[i, 25c+5p+q−30] = pool4[i, c, p, q]
    value = pool4.reshape(m, -1)
    # z3 = f5 W3 + 1 b3
    z3 = np.dot(value, W3)
    z3 += b3
    # a3 = tanh(z3)
    a3 = np.tanh(z3, out=z3)
    # z4 = a3 W4 + 1 b4
    z4 = np.dot(a3, W4)
    z4 += b4
    # a4 = tanh(z4)
    a4 = np.tanh(z4, out=z4)
    # z5 = a4 W5 + 1 b5
    z5 = np.dot(a4, W5)
    z5 += b5
    # z5_max_1[i] = max_j z5[i, j]
    z5_max_1 = np.maximum.reduce(z5, axis=1)
    # z5_shifted_1 = z5 − z5_max_1ᵀ 1ᵀ
    z5_shifted_1 = np.subtract(z5, z5_max_1[:, None], out=z5)
    # C = m⁻¹ 1ᵀ (log(exp(z5_shifted_1) 1) − (y ⊙ z5_shifted_1) 1)
    exp = np.exp(z5_shifted_1)
    total = np.dot(exp, ones)
    np.log(total, out=total)
    C = (np.add.reduce(total, axis=None) - np.dot(y.ravel(), z5_shifted_1.ravel())) * (1.0 / m)
    return C


def value_and_grad(params, inputs, workspace=None):
    """The cost and its gradients: `(loss, Params)`."""
    W1, b1, W2, b2, W3, b3, W4, b4, W5, b5, x, y = _checked(params, inputs)
    dtype = W1.dtype
    m = x.shape[0]
    work = (Workspace() if workspace is None else workspace).take
    kept = _new if workspace is None else workspace.take
    number = _constant(0.25, dtype)
    one = _constant(1.0, dtype)
    ones = _ones(10, dtype)
    ones_2 = _ones(m, dtype)
    buffer, = kept(11, 1, (m, 400), dtype)
    buffer_2, = kept(12, 1, (m, 16, 5, 5), dtype)
    # xp1[i, c, p+2, q+2] = x[i, c, p, q]
    block, = work(0, 1, (1, 32, 32, m), dtype)
    block.fill(0.0)
    block[:, 2:30, 2:30] = np.transpose(x, (1, 2, 3, 0))
    xp1 = np.transpose(block, (3, 0, 1, 2))
    # z1[i, o, p, q] = Σ_(r, s) W1[o, 1, r, s] xp1[i, 1, p+r−1, q+s−1] + b1[o]
    packed = np.ascontiguousarray(np.transpose(xp1, (1, 2, 3, 0)))
    windows = _strided(packed, (0, 0, 0, 0), ((0, 0, 0, 0, 0), (1, 0, 1, 0, 0), (0, 1, 0, 1, 0), (0, 0, 0, 0, 1)), (5, 5, 28, 28, m))
    rounds = _rounds(28, 700 * m)
    columns, = work(2, 1, (rounds[0].stop, 5, 5, 28, m), dtype)
    block_2, = work(1, 1, (6, 28, 28, m), dtype)
    products = np.transpose(block_2.reshape(6, 28, 28 * m), (1, 0, 2))
    factor = W1[:, 0, :, :].reshape(6, -1)
    for positions in rounds:
        count = positions.stop - positions.start
        columns_here = columns[:count]
        columns_here[...] = np.transpose(windows[:, :, positions], (2, 0, 1, 3, 4))
        np.matmul(factor, columns_here.reshape(count, 25, -1), out=products[positions])
    z1 = np.transpose(block_2, (3, 0, 1, 2))
    z1 += b1[:, None, None]
    # a1[i, o, p, q] = tanh(z1[i, o, p, q])
    a1 = np.tanh(z1, out=z1)
    # pool2[i, c, p, q] = (1/4) Σ_(r, s) a1[i, c, 2p+r−2, 2q+s−2]
    windows_2 = a1.reshape(m, 6, 14, 2, 14, 2)
    block_3, = work(3, 1, (6, 14, 14, m), dtype)
    pool2 = _over_places(np.add, np.transpose(windows_2, (3, 5, 0, 1, 2, 4)), 2, np.transpose(block_3, (3, 0, 1, 2)))
    pool2 *= number
    # z2[i, o, p, q] = Σ_(r, s, c) W2[o, c, r, s] pool2[i, c, p+r−1, q+s−1] + b2[o]
    packed_2 = np.ascontiguousarray(np.transpose(pool2, (1, 2, 3, 0)))
    windows_3 = _strided(packed_2, (0, 0, 0, 0), ((1, 0, 0, 0, 0, 0), (0, 1, 0, 1, 0, 0), (0, 0, 1, 0, 1, 0), (0, 0, 0, 0, 0, 1)), (6, 5, 5, 10, 10, m))
    rounds_2 = _rounds(10, 1500 * m)
    columns_2, = work(5, 1, (rounds_2[0].stop, 6, 5, 5, 10, m), dtype)
    block_4, = work(4, 1, (16, 10, 10, m), dtype)
    products_2 = np.transpose(block_4, (1, 2, 0, 3))
    factor_2 = W2.reshape(16, -1)
    for positions_2 in rounds_2:
        count_2 = positions_2.stop - positions_2.start
        columns_2_here = columns_2[:count_2]
        columns_2_here[...] = np.transpose(windows_3[:, :, :, positions_2], (3, 0, 1, 2, 4, 5))
        np.matmul(factor_2, np.transpose(columns_2_here, (0, 4, 1, 2, 3, 5)).reshape(count_2, 10, 150, -1), out=products_2[positions_2])
    z2 = np.transpose(block_4, (3, 0, 1, 2))
    z2 += b2[:, None, None]
    # a2[i, o, p, q] = tanh(z2[i, o, p, q])
    a2 = np.tanh(z2, out=z2)
    # pool4[i, c, p, q] = (1/4) Σ_(r, s) a2[i, c, 2p+r−2, 2q+s−2]
    windows_4 = a2.reshape(m, 16, 5, 2, 5, 2)
    block_5, = work(6, 1, (16, 5, 5, m), dtype)
    pool4 = _over_places(np.add, np.transpose(windows_4, (3, 5, 0, 1, 2, 4)), 2, np.transpose(block_5, (3, 0, 1, 2)))
    pool4 *= number
    # f5[i, 25c+5p+q−30] = pool4[i, c, p, q]
    value = pool4.reshape(m, -1)
    # z3 = f5 W3 + 1 b3
    z3 = np.dot(value, W3)
    z3 += b3
    # a3 = tanh(z3)
    a3 = np.tanh(z3, out=z3)
    # z4 = a3 W4 + 1 b4
    z4 = np.dot(a3, W4)
    z4 += b4
    # a4 = tanh(z4)
    a4 = np.tanh(z4, out=z4)
    product = np.dot(a4, W5)
    square = np.square(a4)
    np.subtract(one, square, out=square)
    square_2 = np.square(a3)
    np.subtract(one, square_2, out=square_2)
    np.square(a2, out=a2)
    np.subtract(one, a2, out=a2)
    np.square(a1, out=a1)
    np.subtract(one, a1, out=a1)
    total = 0.0
    product_2 = 0.0
    grad_b5 = np.zeros((10,), dtype)
    delta5, = work(7, 1, (m, 10), dtype)
    slabs = _slabs(m, 10, dtype.itemsize)
    tile = (-1, 8 if m % 8 == slabs[0].stop % 8 == 0 else 1, 10)
    b5_rows = b5[None].repeat(tile[1], axis=0)
    for slab in slabs:
        count_3 = slab.stop - slab.start
        product_slab = product[slab]
        y_slab = y[slab]
        delta5_slab = delta5[slab]
        buffer_3, = work(8, 1, (count_3, 10), dtype)
        # z5 = a4 W5 + 1 b5
        np.add(product_slab.reshape(tile), b5_rows, out=buffer_3.reshape(tile))
        z5 = buffer_3
        # z5_max_1[i] = max_j z5[i, j]
        z5_max_1 = np.maximum.reduce(z5, axis=1)
        # z5_shifted_1 = z5 − z5_max_1ᵀ 1ᵀ
        z5_shifted_1 = np.subtract(z5, z5_max_1[:, None], out=z5)
        exp = np.exp(z5_shifted_1, out=delta5_slab)
        total_2 = np.dot(exp, ones)
        log = np.log(total_2)
        total += np.add.reduce(log, axis=None)
        product_2 += np.add.reduce(np.vecdot(y_slab.conj(), z5_shifted_1), axis=None)
        # δ5 = m⁻¹ (diag((exp(z5_shifted_1) 1)⁻¹) exp(z5_shifted_1) − y)
        np.divide(one, total_2, out=total_2)
        exp *= total_2[:, None]
        exp -= y_slab
        np.multiply(exp, 1.0 / m, out=delta5_slab)
        # ∂C/∂b5 = 1ᵀ δ5
        grad_b5 += np.dot(ones_2[slab], delta5_slab)
    # C = m⁻¹ 1ᵀ (log(exp(z5_shifted_1) 1) − (y ⊙ z5_shifted_1) 1)
    C = (total - product_2) * (1.0 / m)
    # ∂C/∂W5 = a4ᵀ δ5
    grad_W5 = np.dot(a4.T, delta5)
    # δ4 = (δ5 W5ᵀ) ⊙ (1 − a4²)
    delta4 = np.dot(delta5, W5.T)
    delta4 *= square
    # ∂C/∂W4 = a3ᵀ δ4
    grad_W4 = np.dot(a3.T, delta4)
    # ∂C/∂b4 = 1ᵀ δ4
    grad_b4 = np.dot(ones_2, delta4)
    # δ3 = (δ4 W4ᵀ) ⊙ (1 − a3²)
    delta3 = np.dot(delta4, W4.T)
    delta3 *= square_2
    # ∂C/∂W3 = f5ᵀ δ3
    grad_W3 = np.dot(value.T, delta3)
    # ∂C/∂b3 = 1ᵀ δ3
    grad_b3 = np.dot(ones_2, delta3)
    # ∂C/∂f5 = δ3 W3ᵀ
    grad_f5 = np.dot(delta3, W3.T, out=buffer)
    # ∂C/∂a2[i, o, 2r+s−2, j+2p−2] = (1/4) ∂C/∂f5[i, 25o+p+5r−30]
    windows_5 = grad_f5.reshape(m, 16, 5, 5)
    product_3 = np.multiply(windows_5, number, out=buffer_2)
    # δ2[i, o, p, q] = ∂C/∂a2[i, o, p, q] (1 − a2[i, o, p, q]²)
    packed_3 = np.ascontiguousarray(np.transpose(product_3, (1, 2, 3, 0)))
    delta2 = a2
    block_6 = np.transpose(delta2, (1, 2, 3, 0))
    for k in range(2):
        for k_2 in range(2):
            block_6[:, k:k + 9:2, k_2:k_2 + 9:2] *= packed_3
    # ∂C/∂W2[o, c, r, s] = Σ_(i, j, p) δ2[i, o, j, p] pool2[i, c, j+r−1, p+s−1]
    rounds_3 = _rounds(10, 1500 * m)
    columns_3, = work(5, 1, (rounds_3[0].stop, 6, 5, 5, 10, m), dtype)
    grad_W2 = np.zeros((16, 6, 5, 5), dtype)
    for positions_3 in rounds_3:
        count_4 = positions_3.stop - positions_3.start
        columns_3_here = columns_3[:count_4]
        columns_3_here[...] = np.transpose(windows_3[:, :, :, positions_3], (3, 0, 1, 2, 4, 5))
        grad_W2 += np.transpose(np.add.reduce(np.matmul(np.transpose(columns_3_here, (0, 4, 1, 2, 3, 5)).reshape(count_4, 10, 150, -1), np.ascontiguousarray(np.transpose(delta2[:, :, positions_3], (2, 3, 0, 1)))), axis=(0, 1)).reshape(6, 5, 5, 16), (3, 0, 1, 2))
    # ∂C/∂b2[o] = Σ_(i, j, p) δ2[i, o, j, p]
    grad_b2 = np.add.reduce(delta2, axis=(0, 2, 3))
    # ∂C/∂pool2[i, c, p, q] = Σ_(r, s, o) [p−r ≥ 0] [q−s ≥ 0] [−p+r+9 ≥ 0] [−q+s+9 ≥ 0] W2[o, c, r, s] δ2[i, o, p−r+1, q−s+1]
    block_7, = work(9, 1, (6, 5, 10, 10, m), dtype)
    block_8, = work(10, 1, (6, 14, 14, m), dtype)
    block_8.fill(0.0)
    for k_3 in range(5):
        np.matmul(np.transpose(W2[:, :, k_3], (1, 2, 0)).reshape(-1, 16), np.transpose(delta2, (2, 1, 3, 0)).reshape(10, 16, -1), out=np.transpose(block_7.reshape(30, 10, 10 * m), (1, 0, 2)))
        for k_4 in range(5):
            block_8[:, k_3:k_3 + 10, k_4:k_4 + 10] += block_7[:, k_4]
    grad_pool2 = np.transpose(block_8, (3, 0, 1, 2))
    # ∂C/∂a1[i, o, 2p+r−2, 2q+s−2] = (1/4) ∂C/∂pool2[i, o, p, q]
    grad_pool2 *= number
    # δ1[i, o, p, q] = ∂C/∂a1[i, o, p, q] (1 − a1[i, o, p, q]²)
    packed_4 = np.ascontiguousarray(np.transpose(grad_pool2, (1, 2, 3, 0)))
    delta1 = a1
    block_9 = np.transpose(delta1, (1, 2, 3, 0))
    for k_5 in range(2):
        for k_6 in range(2):
            block_9[:, k_5:k_5 + 27:2, k_6:k_6 + 27:2] *= packed_4
    # ∂C/∂W1[o, c, r, s] = Σ_(i, p, q) δ1[i, o, p, q] xp1[i, 1, p+r−1, q+s−1]
    rounds_4 = _rounds(28, 700 * m)
    columns_4, = work(2, 1, (rounds_4[0].stop, 5, 5, 28, m), dtype)
    product_4 = np.zeros((6, 5, 5), dtype)
    for positions_4 in rounds_4:
        count_5 = positions_4.stop - positions_4.start
        columns_4_here = columns_4[:count_5]
        columns_4_here[...] = np.transpose(windows[:, :, positions_4], (2, 0, 1, 3, 4))
        product_4 += np.add.reduce(np.matmul(np.transpose(delta1[:, :, positions_4], (2, 1, 3, 0)).reshape(count_5, 6, -1), np.transpose(columns_4_here, (0, 3, 4, 1, 2)).reshape(count_5, -1, 25)), axis=0).reshape(6, 5, 5)
    grad_W1 = np.array(product_4[:, None, :, :], dtype)
    # ∂C/∂b1[o] = Σ_(i, p, q) δ1[i, o, p, q]
    grad_b1 = np.add.reduce(delta1, axis=(0, 2, 3))
    return (C, Params(grad_W1, grad_b1, grad_W2, grad_b2, grad_W3, grad_b3, grad_W4, grad_b4, grad_W5, grad_b5))


def init(rng, *, dtype=np.float64):
    """Random parameters from a `numpy.random.Generator`."""
    # W1: normal, of variance 2 / (n_in + n_out)
    W1 = ((2.0 / (5 * 5 + 6 * 1 * 5 * 5)) ** 0.5 * rng.standard_normal((6, 1, 5, 5))).astype(dtype)
    # b1 = 0
    b1 = np.zeros((6,), dtype)
    # W2: normal, of variance 2 / (n_in + n_out)
    W2 = ((2.0 / (6 * 5 * 5 + 16 * 5 * 5)) ** 0.5 * rng.standard_normal((16, 6, 5, 5))).astype(dtype)
    # b2 = 0
    b2 = np.zeros((16,), dtype)
    # W3: normal, of variance 2 / (n_in + n_out)
    W3 = ((2.0 / (400 + 120)) ** 0.5 * rng.standard_normal((400, 120))).astype(dtype)
    # b3 = 0
    b3 = np.zeros((120,), dtype)
    # W4: normal, of variance 2 / (n_in + n_out)
    W4 = ((2.0 / (120 + 84)) ** 0.5 * rng.standard_normal((120, 84))).astype(dtype)
    # b4 = 0
    b4 = np.zeros((84,), dtype)
    # W5: normal, of variance 2 / (n_in + n_out)
    W5 = ((2.0 / (84 + 10)) ** 0.5 * rng.standard_normal((84, 10))).astype(dtype)
    # b5 = 0
    b5 = np.zeros((10,), dtype)
    return Params(W1, b1, W2, b2, W3, b3, W4, b4, W5, b5)


def _over_places(function, values, searched, out=None):
    """The sum or the largest of the values along the first `searched` axes, which are few places.

    It is written into `out` where that is given, and there is more than one place.
    """
    first, *others = (values[place] for place in np.ndindex(values.shape[:searched]))
    if not others:
        return first.copy(order="K")
    out = function(first, others[0], out=out)
    for value in others[1:]:
        function(out, value, out=out)
    return out


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
    ("W1", "(6, 1, 5, 5)", 4, "real", False),
    ("b1", "(6,)", 1, "real", False),
    ("W2", "(16, 6, 5, 5)", 4, "real", False),
    ("b2", "(16,)", 1, "real", False),
    ("W3", "(400, 120)", 2, "real", False),
    ("b3", "(120,)", 1, "real", False),
    ("W4", "(120, 84)", 2, "real", False),
    ("b4", "(84,)", 1, "real", False),
    ("W5", "(84, 10)", 2, "real", False),
    ("b5", "(10,)", 1, "real", False),
    ("x", "(m, 1, 28, 28)", 4, "real", False),
    ("y", "(m, 10)", 2, "real", False),
)
"""The fields of `Params` and `Inputs`: name, shape, number of axes, kind, and whether it is a sequence over layers."""


def _shapes(W1, b1, W2, b2, W3, b3, W4, b4, W5, b5, x, y):
    """The shapes that the arrays have, and those that they must have."""
    m = x.shape[0]
    if not m:
        raise ValueError('a size is 0')
    return ((W1.shape, b1.shape, W2.shape, b2.shape, W3.shape, b3.shape, W4.shape, b4.shape, W5.shape, b5.shape, x.shape, y.shape), ((6, 1, 5, 5), (6,), (16, 6, 5, 5), (16,), (400, 120), (120,), (120, 84), (84,), (84, 10), (10,), (m, 1, 28, 28), (m, 10)))


def _checked(params, inputs):
    """All fields, which must have the right shapes and one dtype; what has not is converted, or refused.

    Raises: ValueError that names the field and the shape that it must have.
    """
    try:
        W1, b1, W2, b2, W3, b3, W4, b4, W5, b5 = params
        x, y = inputs
        dtype = W1.dtype
        given, expected = _shapes(W1, b1, W2, b2, W3, b3, W4, b4, W5, b5, x, y)
        if given == expected and dtype is W1.dtype is b1.dtype is W2.dtype is b2.dtype is W3.dtype is b3.dtype is W4.dtype is b4.dtype is W5.dtype is b5.dtype is x.dtype is y.dtype and (dtype.kind in 'fc'):
            return (W1, b1, W2, b2, W3, b3, W4, b4, W5, b5, x, y)
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
    dtype = np.result_type(*(real[:10] or real))
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

"""Attention by hand in NumPy. See ``handwritten_layers`` for the conventions."""

from typing import Any

import numpy as np

from benchmarks.handwritten_work import Arrays, Data, Scalar, buffer, cast, normal


def make_attention(rng: np.random.Generator, dtype: Any) -> Data:
    """No params; Q, K, V and r (4, 256, 512)."""
    return {}, cast({name: rng.standard_normal((4, 256, 512)) for name in ("Q", "K", "V", "r")}, dtype)


def attention(params: Arrays, inputs: Arrays, *, output: bool = False) -> tuple[Scalar, Arrays]:
    """Σ r O with O = P V and P = softmax(Q Kᵀ / √d). Gradients of Q, K and V.

    inputs: Q, K, V, r (batch, n, d). The rows of P ∘ (r Vᵀ), which the backward pass needs,
    add up to the loss; with ``output`` O is formed, and the loss taken from it.
    """
    Q, K, V, r = inputs["Q"], inputs["K"], inputs["V"], inputs["r"]
    batch, n, d = Q.shape
    dtype = Q.dtype
    scale = 1.0 / float(np.sqrt(d))
    ones = buffer("attention.ones", (n,), dtype, fill=1.0)

    P = buffer("attention.P", (batch, n, n), dtype)
    np.matmul(Q, K.transpose(0, 2, 1), out=P)
    P *= scale
    P -= P.max(axis=2, keepdims=True)
    np.exp(P, out=P)
    inverse = 1.0 / np.vecdot(P, ones)
    P *= inverse[..., None]

    dS = buffer("attention.dS", (batch, n, n), dtype)
    np.matmul(r, V.transpose(0, 2, 1), out=dS)
    rows = np.vecdot(P, dS)
    if output:
        O = np.matmul(P, V, out=buffer("attention.O", Q.shape, dtype))
        loss = np.vecdot(r, O).sum()
    else:
        loss = rows.sum()
    dV = np.matmul(P.transpose(0, 2, 1), r)
    dS -= rows[..., None]
    P *= scale
    dS *= P
    return loss, {"Q": np.matmul(dS, K), "K": np.matmul(dS.transpose(0, 2, 1), Q), "V": dV}


def make_multi_head_attention(rng: np.random.Generator, dtype: Any) -> Data:
    """Params W_Q, W_K, W_V (8, 512, 64), W_O (8, 64, 512); x and r (4, 256, 512)."""
    params = {name: normal(rng, (8, 512, 64), 512) for name in ("W_Q", "W_K", "W_V")}
    params["W_O"] = normal(rng, (8, 64, 512), 512)
    inputs = {"x": rng.standard_normal((4, 256, 512)), "r": rng.standard_normal((4, 256, 512))}
    return cast(params, dtype), cast(inputs, dtype)


def multi_head_attention(params: Arrays, inputs: Arrays, *, output: bool = False) -> tuple[Scalar, Arrays]:
    """Σ r y, y the sum over the heads of softmax(Q Kᵀ / √e) V W_O with Q = x W_Q, K = x W_K, V = x W_V.

    params: W_Q, W_K, W_V (heads, d, e), W_O (heads, e, d). inputs: x, r (batch, n, d).
    Gradients of the params and x. All projections are one product, and so are their
    gradients. Head by head, the scores stay in the cache; they are never normalized: the
    (n, e) matrices on either side are. y is linear in W_O, so the loss is Σ W_O ∂C/∂W_O;
    with ``output`` y is formed, and the loss taken from it.
    """
    x, r = inputs["x"], inputs["r"]
    batch, n, d = x.shape
    heads, _, e = params["W_Q"].shape
    dtype = x.dtype
    scale = 1.0 / float(np.sqrt(e))
    X, R = x.reshape(batch * n, d), r.reshape(batch * n, d)
    ones = buffer("heads.ones", (n,), dtype, fill=1.0)

    # the scale of the scores is moved into W_Q
    W = buffer("heads.W", (d, 3, heads, e), dtype)
    np.multiply(params["W_Q"].transpose(1, 0, 2), scale, out=W[:, 0])
    W[:, 1] = params["W_K"].transpose(1, 0, 2)
    W[:, 2] = params["W_V"].transpose(1, 0, 2)
    W_QKV, W_O = W.reshape(d, 3 * heads * e), params["W_O"].reshape(heads * e, d)
    QKV = buffer("heads.QKV", (batch * n, 3 * heads * e), dtype)
    np.matmul(X, W_QKV, out=QKV)
    dO = buffer("heads.dO", (batch * n, heads * e), dtype)
    np.matmul(R, W_O.T, out=dO)

    O = buffer("heads.O", (batch * n, heads * e), dtype)
    dQKV = buffer("heads.dQKV", QKV.shape, dtype)
    split, split_d = (array.reshape(batch, n, 3, heads, e) for array in (QKV, dQKV))
    split_O, split_dO = (array.reshape(batch, n, heads, e) for array in (O, dO))
    E = buffer("heads.E", (n, n), dtype)
    dS = buffer("heads.dS", (n, n), dtype)
    # dS = E ∘ ([dO/Σ, -rows] [V, 1]ᵀ): the product also subtracts the row sums
    left = buffer("heads.left", (n, e + 1), dtype)
    right = buffer("heads.right", (n, e + 1), dtype, fill=1.0)
    scaled = left[:, :e]
    for i in range(batch):
        for head in range(heads):
            Q, K, V = split[i, :, 0, head], split[i, :, 1, head], split[i, :, 2, head]
            dQ, dK, dV = split_d[i, :, 0, head], split_d[i, :, 1, head], split_d[i, :, 2, head]
            o = split_O[i, :, head]
            np.matmul(Q, K.T, out=E)
            E -= E.max(axis=1, keepdims=True)
            np.exp(E, out=E)
            inverse = 1.0 / np.vecdot(E, ones)[:, None]
            np.matmul(E, V, out=o)
            o *= inverse
            np.multiply(split_dO[i, :, head], inverse, out=scaled)
            np.negative(np.vecdot(scaled, o), out=left[:, e])
            np.matmul(E.T, scaled, out=dV)
            right[:, :e] = V
            np.matmul(left, right.T, out=dS)
            dS *= E
            np.matmul(dS, K, out=dQ)
            np.matmul(dS.T, Q, out=dK)

    dW_O = np.matmul(O.T, R).reshape(heads, e, d)
    if output:
        y = np.matmul(O, W_O, out=buffer("heads.y", X.shape, dtype))
        loss = np.vecdot(R, y).sum()
    else:
        loss = np.vecdot(params["W_O"], dW_O).sum()
    dW = np.matmul(X.T, dQKV, out=buffer("heads.dW", W_QKV.shape, dtype)).reshape(W.shape).transpose(1, 2, 0, 3)
    return loss, {
        "W_Q": np.multiply(dW[0], scale, order="C"),
        "W_K": dW[1].copy(),
        "W_V": dW[2].copy(),
        "W_O": dW_O,
        "x": np.matmul(dQKV, W_QKV.T).reshape(x.shape),
    }

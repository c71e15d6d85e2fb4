"""Convolutions forward and backward, written by hand, one kernel tap at a time.

Batch first: x is (m, C, L) or (m, C, H, W). What deep learning calls a convolution is a
cross-correlation, the kernel is not turned round. Padding is zeros, (before, after) for
each axis; stride, dilation and, in two dimensions, all other options are one number for
each axis, (rows, columns). With ``groups`` the channels fall into that many equal blocks
and block g of the output reads block g of the input only.

One tap multiplies a strided slice of the padded input, "what tap i sees", by one matrix
(out, C/groups). So every backward is: the same slices, the transposed matrix.
``b`` may be None; then the backward has no "b" either. Complex data are accepted.
"""

import numpy as np

from ..arrays import Array

Pair = tuple[int, int]


def output_size(size: int, window: int, stride: int, padding: Pair, dilation: int) -> int:
    """⌊(size + before + after - dilation (window - 1) - 1) / stride⌋ + 1; at least 1."""
    room = size + sum(padding) - dilation * (window - 1) - 1
    if room < 0:
        raise ValueError(f"window {window} with dilation {dilation} is wider than {size} with padding {padding}")
    return room // stride + 1


def seen_by(tap: int, count: int, stride: int, dilation: int = 1) -> slice:
    """The ``count`` places of the padded axis that this tap meets: tap dilation + stride p, p < count."""
    first = tap * dilation
    return slice(first, first + stride * (count - 1) + 1, stride)


def block(g: int, groups: int, channels: int) -> slice:
    """Channels of group g."""
    if channels % groups:
        raise ValueError(f"{channels} channels do not make {groups} equal groups")
    width = channels // groups
    return slice(g * width, (g + 1) * width)


def conv1d(
    x: Array,
    W: Array,
    b: Array | None,
    stride: int = 1,
    padding: Pair = (0, 0),
    dilation: int = 1,
    groups: int = 1,
) -> Array:
    """y_mop = b_o + Σ_c,i W_oci x̄_m,c,(p stride + i dilation), x̄ the padded x.

    x (m, C, L), W (out, C/groups, k), b (out,) -> y (m, out, P).
    """
    m, C, L = x.shape
    out, _, k = W.shape
    P = output_size(L, k, stride, padding, dilation)
    padded = np.pad(x, ((0, 0), (0, 0), padding))
    y = np.zeros((m, out, P), np.result_type(x, W))
    for g in range(groups):
        ins, outs = block(g, groups, C), block(g, groups, out)
        for i in range(k):
            patch = padded[:, ins, seen_by(i, P, stride, dilation)]
            y[:, outs] += np.einsum("mcp,oc->mop", patch, W[outs, :, i])
    return y if b is None else y + b[:, None]


def conv1d_backward(
    upstream: Array,
    x: Array,
    W: Array,
    b: Array | None,
    stride: int = 1,
    padding: Pair = (0, 0),
    dilation: int = 1,
    groups: int = 1,
) -> dict[str, Array]:
    """With g = ∂C/∂y, (m, out, P):

    ∂C/∂W_oci = Σ_m,p g_mop x̄_m,c,(p stride + i dilation),
    ∂C/∂x̄_mcl = Σ g_mop W_oci over o and the (p, i) with p stride + i dilation = l,
    ∂C/∂b_o = Σ_m,p g_mop; ∂C/∂x is ∂C/∂x̄ without the padding.
    """
    _, C, L = x.shape
    out, _, k = W.shape
    P = upstream.shape[2]
    padded = np.pad(x, ((0, 0), (0, 0), padding))
    grad_padded = np.zeros(padded.shape, np.result_type(upstream, W))
    grad_W = np.zeros(W.shape, np.result_type(upstream, x))
    for g in range(groups):
        ins, outs = block(g, groups, C), block(g, groups, out)
        for i in range(k):
            seen = seen_by(i, P, stride, dilation)
            grad_W[outs, :, i] = np.einsum("mop,mcp->oc", upstream[:, outs], padded[:, ins, seen])
            grad_padded[:, ins, seen] += np.einsum("mop,oc->mcp", upstream[:, outs], W[outs, :, i])
    gradients = {"x": grad_padded[:, :, padding[0] : padding[0] + L], "W": grad_W}
    if b is not None:
        gradients["b"] = upstream.sum(axis=(0, 2))
    return gradients


def conv2d(
    x: Array,
    W: Array,
    b: Array | None,
    stride: Pair = (1, 1),
    padding: tuple[Pair, Pair] = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """y_mopq = b_o + Σ_c,i,j W_ocij x̄_m,c,(p s₀ + i d₀),(q s₁ + j d₁), x̄ the padded x.

    x (m, C, H, W), W (out, C/groups, kh, kw), b (out,) -> y (m, out, P, Q);
    padding ((top, bottom), (left, right)).
    """
    m, C, height, width = x.shape
    out, _, kh, kw = W.shape
    P = output_size(height, kh, stride[0], padding[0], dilation[0])
    Q = output_size(width, kw, stride[1], padding[1], dilation[1])
    padded = np.pad(x, ((0, 0), (0, 0), *padding))
    y = np.zeros((m, out, P, Q), np.result_type(x, W))
    for g in range(groups):
        ins, outs = block(g, groups, C), block(g, groups, out)
        for i, j in np.ndindex(kh, kw):
            rows, columns = seen_by(i, P, stride[0], dilation[0]), seen_by(j, Q, stride[1], dilation[1])
            y[:, outs] += np.einsum("mcpq,oc->mopq", padded[:, ins, rows, columns], W[outs, :, i, j])
    return y if b is None else y + b[:, None, None]


def conv2d_backward(
    upstream: Array,
    x: Array,
    W: Array,
    b: Array | None,
    stride: Pair = (1, 1),
    padding: tuple[Pair, Pair] = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> dict[str, Array]:
    """With g = ∂C/∂y, (m, out, P, Q), and x̄(i, j)_mcpq what tap (i, j) sees at (p, q):

    ∂C/∂W_ocij = Σ_m,p,q g_mopq x̄(i, j)_mcpq, ∂C/∂b_o = Σ_m,p,q g_mopq,
    and tap (i, j) returns Σ_o g_mopq W_ocij to the very entry x̄(i, j)_mcpq it has read;
    ∂C/∂x is the sum of that without the padding.
    """
    _, C, height, width = x.shape
    out, _, kh, kw = W.shape
    _, _, P, Q = upstream.shape
    padded = np.pad(x, ((0, 0), (0, 0), *padding))
    grad_padded = np.zeros(padded.shape, np.result_type(upstream, W))
    grad_W = np.zeros(W.shape, np.result_type(upstream, x))
    for g in range(groups):
        ins, outs = block(g, groups, C), block(g, groups, out)
        for i, j in np.ndindex(kh, kw):
            rows, columns = seen_by(i, P, stride[0], dilation[0]), seen_by(j, Q, stride[1], dilation[1])
            patch = padded[:, ins, rows, columns]
            grad_W[outs, :, i, j] = np.einsum("mopq,mcpq->oc", upstream[:, outs], patch)
            grad_padded[:, ins, rows, columns] += np.einsum("mopq,oc->mcpq", upstream[:, outs], W[outs, :, i, j])
    top, left = padding[0][0], padding[1][0]
    gradients = {"x": grad_padded[:, :, top : top + height, left : left + width], "W": grad_W}
    if b is not None:
        gradients["b"] = upstream.sum(axis=(0, 2, 3))
    return gradients


def transposed_size(size: int, window: int, stride: int, padding: int, dilation: int, output_padding: int) -> int:
    """(size - 1) stride - 2 padding + dilation (window - 1) + 1 + output_padding; at least 1."""
    result = (size - 1) * stride - 2 * padding + dilation * (window - 1) + 1 + output_padding
    if result < 1:
        raise ValueError(f"padding {padding} leaves nothing of the output")
    return result


def conv_transpose2d(
    x: Array,
    W: Array,
    b: Array | None,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    output_padding: Pair = (0, 0),
) -> Array:
    """y_mopq = b_o + Σ W_coij x_mcrs over c and r s₀ + i d₀ = p + p₀, s s₁ + j d₁ = q + p₁.

    x (m, C, H, W), W (C, out/groups, kh, kw), b (out,) -> y (m, out, P, Q). Every entry
    of x stamps the kernel, times itself, on a wider canvas (where a convolution with the
    same options would have read it); padding is then cut off on both sides and
    output_padding is left on, below and on the right.
    """
    m, C, height, width = x.shape
    _, out_per_group, kh, kw = W.shape
    out = out_per_group * groups
    P = transposed_size(height, kh, stride[0], padding[0], dilation[0], output_padding[0])
    Q = transposed_size(width, kw, stride[1], padding[1], dilation[1], output_padding[1])
    canvas = np.zeros((m, out, P + 2 * padding[0], Q + 2 * padding[1]), np.result_type(x, W))
    for g in range(groups):
        ins, outs = block(g, groups, C), block(g, groups, out)
        for i, j in np.ndindex(kh, kw):
            rows, columns = seen_by(i, height, stride[0], dilation[0]), seen_by(j, width, stride[1], dilation[1])
            canvas[:, outs, rows, columns] += np.einsum("mcrs,co->mors", x[:, ins], W[ins, :, i, j])
    y: Array = canvas[:, :, padding[0] : padding[0] + P, padding[1] : padding[1] + Q]
    return y if b is None else y + b[:, None, None]


def conv_transpose2d_backward(
    upstream: Array,
    x: Array,
    W: Array,
    b: Array | None,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    output_padding: Pair = (0, 0),
) -> dict[str, Array]:
    """With ḡ the upstream gradient on the whole canvas, 0 where the forward cut off,
    and ḡ(i, j)_mors its entry at (r s₀ + i d₀, s s₁ + j d₁), where x_mcrs went through tap (i, j):

    ∂C/∂x_mcrs = Σ_o,i,j W_coij ḡ(i, j)_mors, a convolution of the upstream gradient,
    ∂C/∂W_coij = Σ_m,r,s x_mcrs ḡ(i, j)_mors, ∂C/∂b_o = Σ_m,p,q g_mopq.
    """
    _, C, height, width = x.shape
    _, _, kh, kw = W.shape
    out = upstream.shape[1]
    before_after = [(p, p) for p in padding]
    canvas = np.pad(upstream, ((0, 0), (0, 0), *before_after))
    grad_x = np.zeros(x.shape, np.result_type(upstream, W))
    grad_W = np.zeros(W.shape, np.result_type(upstream, x))
    for g in range(groups):
        ins, outs = block(g, groups, C), block(g, groups, out)
        for i, j in np.ndindex(kh, kw):
            rows, columns = seen_by(i, height, stride[0], dilation[0]), seen_by(j, width, stride[1], dilation[1])
            stamped = canvas[:, outs, rows, columns]
            grad_x[:, ins] += np.einsum("mors,co->mcrs", stamped, W[ins, :, i, j])
            grad_W[ins, :, i, j] = np.einsum("mcrs,mors->co", x[:, ins], stamped)
    gradients = {"x": grad_x, "W": grad_W}
    if b is not None:
        gradients["b"] = upstream.sum(axis=(0, 2, 3))
    return gradients

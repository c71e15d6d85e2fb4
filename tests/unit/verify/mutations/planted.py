"""Mistakes planted into the code of `written/`: what is replaced by what, the codes, the claims that go wrong.

`?` stands for no name: what is wrong without being any known mistake.
"""

BACKWARD = {
    "batch_norm_images": [
        ("total = dh.sum(axis=(0, 2, 3), k", "total = dh.sum(axis=0, k", "unsummed-axis", "W1 b1"),
        (
            "along = (dh * zhat).sum(axis=(0, 2, 3), k",
            "along = (dh * zhat).sum(axis=(2, 3), k",
            "unsummed-axis",
            "W1 b1",
        ),
        ("(dv * zhat).sum(axis=(0, 2, 3))", "(dv * zhat).sum(axis=0)", "missing-sum", "gamma2"),
        ("total / n - zhat * along / n", "total / (n - 1) - zhat * along / (n - 1)", "wrong-count", "W1 b1"),
        ("dh = dv * g\n", "dh = dv\n", "missing-factor", "W1"),
        (" - zhat * along / n", "", "constant-statistic", "W1"),
        (" / (P * Q) * np", " * np", "missing-scale", "W1 gamma2 beta2"),
    ],
    "attention_masked": [
        ("du = p * (dp - (dp * p).sum(-1, keepdims=True))", "du = dp", "missing-derivative", "W_Q W_K"),
        (
            "    du = p * (dp",
            "    p = softmax(u, 1)\n    du = p * (dp",
            "missing-mask",
            "W_Q W_K",
        ),
        ("- (dp * p).sum(-1, keepdims=True)) / root", "- (dp * p).sum(-1, keepdims=True))", "missing-scale", "W_Q W_K"),
        ('"mts,mtd->msd", du, q', '"mst,mtd->msd", du, q', "lost-transpose", "W_K"),
    ],
    "convolution_loops": [
        ("axes=(1, 0))", "axes=(1, 0))[:, :, ::-1, ::-1]", "unflipped-kernel", "W1 b1"),
        ("axes=(0, 0))", "axes=(0, 0))[:, :, ::-1, ::-1]", "flipped-kernel", "W1 W2"),
        ("axes=(0, 0))", "axes=(0, 0)).transpose(0, 1, 3, 2)", "swapped-axes", "W1 W2"),
        (
            "np.tensordot(g, W, axes=(1, 0))",
            "np.tensordot(g, W.transpose(0, 1, 3, 2), axes=(1, 0))",
            "swapped-axes",
            "W1 b1",
        ),
        ("left : left + kw] += np.ten", "left : left + kw] = np.ten", "single-window", "W1 b1"),
        ("pad : pad + H, pad : pad + Wd], dW", ":H, :Wd], dW", "kept-border", "W1 b1"),
        ("pad : pad + H, pad : pad + Wd], dW", "2 * pad :, 2 * pad :], dW", "kept-border", "W1 b1"),
        ("axis=(0, 2, 3))", "axis=0)", "missing-sum", "b1 b2"),
        ("axis=(0, 2, 3))", "axis=(0, 3))", "missing-sum", "b1 b2"),
        ("dz.sum(axis=(0, 2, 3))", "dz.mean(axis=(2, 3)).sum(axis=0)", "mean-for-sum", "b1 b2"),
        ("dz.sum(axis=(0, 2, 3))", "dz[:, :, 0, 0].sum(axis=0)", "single-sample", "b1 b2"),
        ("dW += np", "dW = np", "single-sample", "W1 W2"),
        ("] / area", "]", "missing-scale", "W1 b1 W2 b2"),
        ("] / area", "] / area**2", "wrong-scale", "W1 b1 W2 b2"),
        ("dz1 = da1 * (1 - a1**2)", "dz1 = da1", "missing-derivative", "W1 b1"),
    ],
    "convolution_strided": [
        (
            ("x, W, stride=1, dilation=1):\n    K = W.shape[2]\n    dW"),
            ("x, W, stride=1, dilation=1):\n    stride = 1\n    K = W.shape[2]\n    dW"),
            "missing-stride",
            "W1 b1 W2",
        ),
        ("dx[:, :, start + k * dilation]", "dx[:, :, p + k * dilation]", "missing-stride", "W1 b1"),
        ("x[:, :, start + k * dilation]\n", "x[:, :, p + k * dilation]\n", "missing-stride", "W2"),
        ("dx[:, :, start + k * dilation]", "dx[:, :, start + k]", "missing-dilation", "W1 b1"),
        ("x[:, :, start + k * dilation]\n", "x[:, :, start + k]\n", "missing-dilation", "W2"),
        ("dilation] += d[:, :, p]", "dilation] = d[:, :, p]", "single-window", "W1 b1"),
        ("da1p[:, :, 1:-1]", "da1p[:, :, :-2]", "kept-border", "W1 b1"),
        (
            "conv_back(d2, a1p, W2, 2, 2)",
            "conv_back(d2, np.pad(a1, ((0, 0), (0, 0), (0, 2))), W2, 2, 2)",
            "missing-padding",
            "W2",
        ),
        ("W[:, :, k]\n", "W[:, :, K - 1 - k]\n", "unflipped-kernel", "W1 b1"),
        ("dW[:, :, k]", "dW[:, :, K - 1 - k]", "flipped-kernel", "W1 W2"),
        ("d.sum((0, 2))", "d.sum(0)", "missing-sum", "b1 b2"),
    ],
    "convolution_windows": [
        ("W2[:, :, ::-1, ::-1].transpose", "W2.transpose", "unflipped-kernel", "W1 b1"),
        ("W2[:, :, ::-1, ::-1].transpose", "W2[:, :, ::-1, :].transpose", "unflipped-kernel", "W1 b1"),
        ("transpose(1, 0, 2, 3)", "transpose(1, 0, 3, 2)", "swapped-axes", "W1 b1"),
        ('ocrs", windows1', 'ocsr", windows1', "swapped-axes", "W1"),
        ('ocrs", windows2', 'cors", windows2', "swapped-axes", "W2"),
        ("windows2, d2)", "windows2, d2)[..., ::-1, ::-1]", "flipped-kernel", "W2"),
        ("d1.sum((0, 2, 3))", "d1.sum(0)", "missing-sum", "b1"),
        ("d1.sum((0, 2, 3))", "d1.mean((0, 2, 3))", "mean-for-sum", "b1"),
        (
            "windows1 = sliding_window_view(xp,",
            "windows1 = sliding_window_view(np.pad(x, ((0, 0), (0, 0), (0, 2), (0, 2))),",
            "missing-padding",
            "W1",
        ),
    ],
    "pooling": [
        ("+= mask * d[", "+= d[", "spread-maximum", "W1 b1"),
        (
            "+= mask * d[:, :, p : p + 1, q : q + 1]",
            "+= d[:, :, p : p + 1, q : q + 1] / k**2",
            "spread-maximum",
            "W1 b1",
        ),
        ("+= mask *", "= mask *", "single-window", "W1 b1"),
        (" / (k * k)", "", "missing-scale", "W1 b1 W2 b2"),
        (" / (k * k)", " / k", "wrong-scale", "W1 b1 W2 b2"),
        (
            "+= d[:, :, p : p + 1, q : q + 1] / (k * k)",
            "= d[:, :, p : p + 1, q : q + 1] / (k * k)",
            "single-window",
            "W1 b1 W2 b2",
        ),
        ('P, s : s + Q] += np.einsum("mohw,oc', 'P, s : s + Q] = np.einsum("mohw,oc', "single-window", "W1 b1"),
        (("d, W[:, :, r, s])\n    return dW"), ("d, W[:, :, s, r])\n    return dW"), "swapped-axes", "W1 b1"),
        ("da3 * (1 - a3**2)", "da3 * (1 - a3)", "?", "W1 b1 W2 b2"),
    ],
    "batch_norm_long": [
        ("dn * gamma2", "dn", "missing-factor", "W1"),
        (" + dmu / m", "", "constant-statistic", "W1 b1"),
        (" + dvar * 2 * zc / m", "", "constant-statistic", "W1"),
        ("dxhat / std + dvar * 2 * zc / m + dmu / m", "dxhat / std", "constant-statistic", "W1 b1"),
        ("dxhat / std + dvar", "dxhat / std**2 + dvar", "wrong-power", "W1 b1"),
        ("dxhat / std + dvar", "dxhat + dvar", "wrong-power", "W1 b1"),
        ("** -1.5", "** -0.5", "wrong-power", "W1"),
        ("* -0.5 *", "* -1 *", "missing-scale", "W1"),
        ("dvar * 2 * zc / m", "dvar * zc / m", "missing-scale", "W1"),
        ("dvar * 2 * zc / m", "dvar * 2 * zc", "missing-scale", "W1"),
        ("dvar * 2 * zc / m", "dvar * 2 * zc / (m - 1)", "wrong-count", "W1"),
        ("dvar * 2 * zc / m + dmu / m", "dvar * 2 * zc / (m - 1) + dmu / (m - 1)", "wrong-count", "W1 b1"),
        ("+ dmu / m", "- dmu / m", "sign", "W1 b1"),
        ("(dn * xhat).sum(0)", "(dn * zc).sum(0)", "?", "gamma2"),
        ("(dn * xhat).sum(0)", "(dn * n).sum(0)", "wrong-input", "gamma2"),
        ("(dn * xhat).sum(0)", "(dn * xhat)", "missing-sum", "gamma2"),
        ("(dn * xhat).sum(0)", "(dn * gamma2 * xhat).sum(0)", "wrong-delta", "gamma2"),
    ],
    "batch_norm_compact": [
        ("dxhat = dy * gamma", "dxhat = dy", "missing-factor", "W1"),
        ("- xhat * (dxhat * xhat).sum(axis=0)", "", "missing-term constant-statistic", "W1"),
        ("- dxhat.sum(axis=0) ", "", "missing-term constant-statistic", "W1 b1"),
        ("(dxhat * xhat).sum(axis=0)", "(dxhat * xhat).sum(axis=1, keepdims=True)", "wrong-sum", "W1 b1"),
        (
            "- dxhat.sum(axis=0) - xhat * (dxhat * xhat).sum(axis=0)",
            "- dxhat.sum(1, keepdims=True) - xhat * (dxhat * xhat).sum(1, keepdims=True)",
            "wrong-sum",
            "W1 b1",
        ),
        ("inv / m * (", "inv**2 / m * (", "wrong-power", "W1"),
        ("inv / m * (", "1 / m * (", "wrong-power", "W1"),
        ("inv / m * (m * ", "inv / (m - 1) * ((m - 1) * ", "wrong-count", "W1 b1"),
        ("inv / m * (", "inv * (", "missing-mean", "W1"),
    ],
    "layer_norm": [
        ("gu.sum(-1, keepdims=True) / n", "gu.sum(0, keepdims=True) / m", "wrong-sum", "W1 b1"),
        (
            "gu.sum(-1, keepdims=True) / n - u * (gu * u).sum(-1, keepdims=True) / n",
            "gu.mean(0) - u * (gu * u).mean(0)",
            "wrong-sum",
            "W1 b1",
        ),
        (
            "gu.sum(-1, keepdims=True) / n - u * (gu * u).sum(-1, keepdims=True) / n",
            "gu.sum(-1, keepdims=True) / m - u * (gu * u).sum(-1, keepdims=True) / m",
            "?",
            "W1 b1",
        ),
        ("gu = gv * gamma2", "gu = gv", "missing-factor", "W1 b1"),
        (" / n) / s", " / n) / s**2", "wrong-power", "W1 b1"),
        (" - u * (gu * u).sum(-1, keepdims=True) / n", "", "constant-statistic missing-term", "W1 b1"),
        ("(gu - gu.sum(-1, keepdims=True) / n - u", "(gu - u", "constant-statistic missing-term", "W1 b1"),
    ],
    "recurrent": [
        (" + dh_next\n", "\n", "cut-recursion", "W_x1 W_h1 b1"),
        ("        db += dz.sum(0)", "        db = dz.sum(0)", "single-sample", "b1"),
        ("dW_x += ", "dW_x = ", "single-sample", "W_x1"),
        ("db2 += dout.sum(0)", "db2 = dout.sum(0)", "single-sample", "b2"),
        ("db2 += dout.sum(0)", "db2 = (out - y).sum(0) / m", "missing-sum", "b2"),
        ("dW_h += h[t].T", "dW_h += h[t + 1].T", "wrong-input", "W_h1"),
        ("dh_next = dz @ W_h.T", "dh_next = dz @ W_h", "lost-transpose", "W_x1 W_h1 b1"),
        ("dh_next = dz @ W_h.T", "dh_next = dh @ W_h.T", "missing-derivative", "W_x1 W_h1 b1"),
        ("dh * (1 - h[t + 1] ** 2)", "dh", "missing-derivative", "W_x1 W_h1 b1"),
        ("dh * (1 - h[t + 1] ** 2)", "dh * (1 - h[t] ** 2)", "wrong-point", "W_x1 W_h1 b1"),
        ("return loss, {", ("db /= T\n    return loss, {"), "mean-for-sum extra-output-mean", "b1"),
    ],
    "lstm": [
        ("[di, df, do, dg]", "[di, df, dg, do]", "swapped-blocks", "W_x1 W_h1 b1"),
        ("dh = da @ Wh.T", "dh = np.zeros((m, n))", "cut-recursion", "W_x1 W_h1 b1"),
        (
            ("dh = da @ Wh.T\n        dc = dc * f"),
            ("dh = np.zeros((m, n))\n        dc = np.zeros((m, n))"),
            "cut-recursion",
            "W_x1 W_h1 b1",
        ),
        ("o * (1 - tc**2)", "o", "missing-derivative", "W_x1 W_h1 b1"),
        ("dc * g * i * (1 - i)", "dc * g", "missing-derivative", "W_x1 W_h1 b1"),
        ("dg = dc * i * (1 - g**2)", "dg = dc * i * g * (1 - g)", "other-derivative", "W_x1 W_h1 b1"),
        ("di = dc * g *", "di = dh * g *", "wrong-delta", "W_x1 W_h1 b1"),
        ("db += da.sum(0)", "db = da.sum(0)", "single-sample", "b1"),
    ],
    "attention": [
        ("    dscores = dscores / np.sqrt(d)\n", "", "missing-scale", "W_Q W_K"),
        ("dscores = dscores / np.sqrt(d)\n", "dscores = dscores / d\n", "wrong-scale", "W_Q W_K"),
        ("dprobs - (dprobs * probs).sum(-1, keepdims=True)", "dprobs * (1 - probs)", "elementwise-softmax", "W_Q W_K"),
        ("(dprobs * probs).sum(-1,", "(dprobs * probs).sum(-2,", "wrong-sum", "W_Q W_K"),
        (
            "dscores = probs * (dprobs - (dprobs * probs).sum(-1, keepdims=True))",
            "dscores = dprobs",
            "missing-derivative",
            "W_Q W_K",
        ),
        ("dk = dscores.transpose(0, 2, 1) @ q", "dk = dscores @ q", "lost-transpose", "W_K"),
        ("dv = probs.transpose(0, 2, 1) @ dout", "dv = probs @ dout", "lost-transpose", "W_V"),
        ("dq = dscores @ k", "dq = dscores @ q", "wrong-input", "W_Q"),
        ("dk = dscores.transpose(0, 2, 1) @ q", "dk = dscores.transpose(0, 2, 1) @ k", "wrong-input", "W_K"),
        ("dprobs = dout @ v", "dprobs = dout @ k", "wrong-input", "W_Q W_K"),
        (
            "dscores = probs * (dprobs - (dprobs * probs)",
            "dscores = probs * (dprobs + (dprobs * probs)",
            "sign-of-term",
            "W_Q W_K",
        ),
        ('mtd->nd", x, dv', 'mtd->tnd", x, dv', "missing-sum", "W_V"),
    ],
    "embedding": [
        (
            "np.add.at(dE, ids, (de / T)[:, None, :].repeat(T, axis=1))",
            "dE[ids] += (de / T)[:, None, :]",
            "single-occurrence",
            "E1",
        ),
        (
            "np.add.at(dE, ids, (de / T)[:, None, :].repeat(T, axis=1))",
            "dE[ids] = (de / T)[:, None, :]",
            "single-occurrence",
            "E1",
        ),
        (
            "np.add.at(dE, ids, (de / T)[:, None, :].repeat(T, axis=1))",
            ("for k in range(m):\n        dE[ids[k]] += de[k] / T"),
            "single-occurrence",
            "E1",
        ),
        ("(de / T)", "de", "missing-scale", "E1"),
    ],
}
"""On the way back: the loss stays right."""

FORWARD = {
    "convolution_loops": [
        (
            "np.tensordot(patch, W, axes",
            "np.tensordot(patch, W[:, :, ::-1, ::-1], axes",
            "flipped-kernel",
            "loss W1 b1 W2 b2 W3 b3",
        ),
    ],
    "convolution_strided": [
        ("dilation], W) + b", "dilation], W[:, :, ::-1]) + b", "flipped-kernel", "loss W1 b1 W2 b2 W3 b3"),
        (
            "np.tanh(conv(x, W1, b1))",
            "np.tanh(conv(x, W1[:, :, ::-1], b1))",
            "flipped-kernel",
            "loss W1 b1 W2 b2 W3 b3",
        ),
    ],
    "batch_norm_images": [
        (
            "mu = z.mean(axis=(0, 2, 3), keepdims=True)\n    var = z.var(axis=(0, 2, 3), keepdims=True)",
            "mu = z.mean(axis=0, keepdims=True)\n    var = z.var(axis=0, keepdims=True)",
            "wrong-sum ?",
            "loss W1 b1 gamma2 beta2 W3 b3",
        ),
        (
            "z.var(axis=(0, 2, 3), keepdims=True)",
            "z.var(axis=(0, 2, 3), keepdims=True, ddof=1)",
            "wrong-count",
            "loss W1 gamma2 beta2 W3 b3",
        ),
    ],
    "attention_masked": [
        (
            "* w\n    return e / e.sum(-1, keepdims=True)",
            "\n    return e / e.sum(-1, keepdims=True) * w",
            "late-mask",
            "W_Q W_K W_V",
        ),
        ("-1, keepdims=True)) * w", "-1, keepdims=True))", "missing-mask", "W_Q W_K W_V"),
    ],
    "batch_norm_compact": [
        (
            "z.var(axis=0, keepdims=True)",
            "z.var(axis=0, keepdims=True, ddof=1)",
            "wrong-count",
            "loss W1 gamma2 beta2 W3 b3",
        ),
        ("1.0 / np.sqrt(var + eps)", "1.0 / (np.sqrt(var) + eps)", "offset-outside-root", "loss W1 gamma2 beta2 W3 b3"),
        ("np.sqrt(var + eps)", "np.sqrt(var)", "missing-offset", "loss W1 gamma2 beta2 W3 b3"),
    ],
    "batch_norm_long": [
        ("(zc**2).mean(axis=0)", "(zc**2).sum(0) / (m - 1)", "wrong-count", "loss W1 gamma2 beta2 W3 b3"),
        ("(zc**2).mean(axis=0)", "(zc**2).sum(0)", "missing-scale", "loss W1 gamma2 beta2 W3 b3"),
    ],
    "layer_norm": [
        (
            ("mu = z.mean(-1, keepdims=True)\n    s = np.sqrt(z.var(-1, keepdims=True)"),
            ("mu = z.mean(0)\n    s = np.sqrt(z.var(0)"),
            "wrong-sum ?",
            "loss W1 gamma2 beta2 W3 b3 b1",
        ),
        (
            "z.var(-1, keepdims=True)",
            "z.var(-1, keepdims=True, ddof=1)",
            "wrong-count",
            "loss W1 gamma2 beta2 W3 b3 b1",
        ),
    ],
    "attention": [
        ("q @ k.transpose(0, 2, 1) / np.sqrt(d)", "q @ k.transpose(0, 2, 1)", "missing-scale", "loss W_Q W_K W_V"),
        ("q @ k.transpose(0, 2, 1) / np.sqrt(d)", "q @ k.transpose(0, 2, 1) / d", "wrong-scale", "loss W_Q W_K W_V"),
        (
            (
                "    scores = np.where(np.tril(np.ones((T, T), bool)), scores, -np.inf)\n"
                "    e = np.exp(scores - scores.max(-1, keepdims=True))\n"
                "    probs = e / e.sum(-1, keepdims=True)\n"
            ),
            (
                "    e = np.exp(scores - scores.max(-1, keepdims=True))\n"
                "    probs = np.tril(e / e.sum(-1, keepdims=True))\n"
            ),
            "late-mask",
            "loss W_Q W_K W_V",
        ),
        ("np.tril(np.ones((T, T), bool))", "True", "missing-mask", "loss W_Q W_K W_V"),
    ],
    "lstm": [
        (
            ("sigmoid(a[:, 2 * n : 3 * n])\n        g = np.tanh(a[:, 3 * n :])"),
            ("sigmoid(a[:, 3 * n :])\n        g = np.tanh(a[:, 2 * n : 3 * n])"),
            "swapped-blocks",
            "loss W_x1 W_h1 b1 W2 b2",
        ),
    ],
}
"""In the forward pass: the loss is wrong, and what is made of it."""

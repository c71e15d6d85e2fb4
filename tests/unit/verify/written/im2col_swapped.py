import numpy as np


def im2col(x, k, pad):
    N, C, H, W = x.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    oh, ow = H + 2 * pad - k + 1, W + 2 * pad - k + 1
    col = np.zeros((N, C, k, k, oh, ow))
    for i in range(k):
        for j in range(k):
            col[:, :, i, j, :, :] = xp[:, :, i : i + oh, j : j + ow]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(N * oh * ow, -1)


def col2im(col, shape, k, pad):
    N, C, H, W = shape
    oh, ow = H + 2 * pad - k + 1, W + 2 * pad - k + 1
    col = col.reshape(N, oh, ow, C, k, k).transpose(0, 3, 4, 5, 1, 2)
    img = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i in range(k):
        for j in range(k):
            img[:, :, i : i + oh, j : j + ow] += col[:, :, i, j, :, :]
    return img[:, :, pad : H + pad, pad : W + pad]


class Convolution:
    def __init__(self, W, b, pad):
        self.W, self.b, self.pad = W, b, pad

    def forward(self, x):
        FN, C, k, _ = self.W.shape
        N, _, H, W = x.shape
        oh, ow = H + 2 * self.pad - k + 1, W + 2 * self.pad - k + 1
        self.x = x
        self.col = im2col(x, k, self.pad)
        self.col_W = self.W.reshape(FN, -1).T
        out = np.dot(self.col, self.col_W) + self.b
        return out.reshape(N, oh, ow, -1).transpose(0, 3, 1, 2)

    def backward(self, dout):
        FN, C, k, _ = self.W.shape
        dout = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
        self.db = np.sum(dout, axis=0)
        self.dW = np.dot(self.col.T, dout).transpose(1, 0).reshape(FN, C, k, k).transpose(0, 1, 3, 2)
        dcol = np.dot(dout, self.col_W.T)
        return col2im(dcol, self.x.shape, k, self.pad)


class MaxPool:
    def forward(self, x):
        N, C, H, W = x.shape
        self.shape = x.shape
        t = x.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(-1, 4)
        self.arg = t.argmax(axis=1)
        return t.max(axis=1).reshape(N, C, H // 2, W // 2)

    def backward(self, dout):
        N, C, H, W = self.shape
        d = np.zeros((dout.size, 4))
        d[np.arange(dout.size), self.arg] = dout.flatten()
        return d.reshape(N, C, H // 2, W // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(N, C, H, W)


def value_and_grad(params, inputs):
    x, t = inputs
    N = x.shape[0]
    conv1, pool, conv2 = Convolution(params.W1, params.b1, 1), MaxPool(), Convolution(params.W2, params.b2, 0)
    z1 = conv1.forward(x)
    a1 = np.maximum(z1, 0)
    p1 = pool.forward(a1)
    a2 = np.tanh(conv2.forward(p1))
    flat = a2.reshape(N, -1)
    score = flat @ params.W3 + params.b3
    score -= score.max(axis=1, keepdims=True)
    y = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    loss = -np.sum(t * np.log(y + 1e-300)) / N

    dscore = (y - t) / N
    dW3, db3 = flat.T @ dscore, dscore.sum(0)
    da2 = (dscore @ params.W3.T).reshape(a2.shape)
    dp1 = conv2.backward(da2 * (1 - a2**2))
    dz1 = pool.backward(dp1) * (z1 > 0)
    conv1.backward(dz1)
    return loss, (conv1.dW, conv1.db, conv2.dW, conv2.db, dW3, db3)

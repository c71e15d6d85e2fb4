import numpy as np


def value_and_grad(params, inputs):
    W1, b1, W2, b2 = params
    cost = 0
    gW1, gb1, gW2, gb2 = 0, 0, 0, 0
    m = len(inputs.x)
    for x, y in zip(inputs.x, inputs.y):
        a = 1 / (1 + np.exp(-(x @ W1 + b1)))
        out = a @ W2 + b2
        cost += np.sum((out - y) ** 2) / 2
        delta2 = out - y
        delta1 = (W2 @ delta2) * a * (1 - a)
        gW2 = gW2 + np.outer(a, delta2)
        gb2 = gb2 + delta2
        gW1 = gW1 + np.outer(x, delta1)
        gb1 = delta1
    return cost / m, {"gW1": gW1 / m, "gb1": gb1 / m, "gW2": gW2 / m, "gb2": gb2 / m}

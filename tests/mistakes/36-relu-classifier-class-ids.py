# A two-layer classifier in the style of a course assignment. y holds class numbers.
import numpy as np


def value_and_grad(params, inputs):
    X, y = inputs
    N = X.shape[0]

    # scores
    hidden = np.maximum(0, X.dot(params.W1) + params.b1)
    scores = hidden.dot(params.W2) + params.b2

    # softmax loss, shifted for numerical stability
    scores = scores - np.max(scores, axis=1, keepdims=True)
    probs = np.exp(scores)
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N

    # backward pass
    dscores = probs.copy()
    dscores[:, y] -= 1
    dscores /= N

    grads = {}
    grads["W2"] = hidden.T.dot(dscores)
    grads["b2"] = np.sum(dscores, axis=0)
    dhidden = dscores.dot(params.W2.T)
    dhidden[hidden <= 0] = 0
    grads["W1"] = X.T.dot(dhidden)
    grads["b1"] = np.sum(dhidden, axis=0)
    return loss, grads

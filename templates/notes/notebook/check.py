def moved(name, member, at, step):
    """The loss with one entry of what is checked moved by a step."""
    values = checked._asdict()
    arrays = list(values[name]) if isinstance(values[name], tuple) else [values[name]]
    arrays[member] = arrays[member].copy()
    arrays[member][at] += step
    values[name] = tuple(arrays) if isinstance(values[name], tuple) else arrays[0]
    changed = type(checked)(**values)
    return loss(changed, inputs) if checked is params else loss(params, changed)


def deviation(name, member, derived, step=1e-5, most=20):
    """The largest deviation over (up to `most`) entries of a gradient, relative to the largest of these entries."""
    places = list(np.ndindex(derived.shape))
    chosen = rng.permutation(len(places))[:most]
    quotients = [
        (moved(name, member, places[k], step) - moved(name, member, places[k], -step)) / (2 * step) for k in chosen
    ]
    entries = np.array([derived[places[k]] for k in chosen])
    return np.abs(entries - quotients).max() / max(np.abs(entries).max(), 1e-3)


value, gradients = value_and_grad(params, inputs)
print(f"loss: {value:.6f}")
worst = 0.0
for name, gradient in zip(checked._fields, gradients):
    if gradient is None:
        continue
    members = gradient if isinstance(gradient, tuple) else (gradient,)
    found = max(deviation(name, k, np.asarray(member)) for k, member in enumerate(members))
    worst = max(worst, found)
    print(f"{name}: {found:.1e}")
print(f"worst: {worst:.1e}")
assert worst < 1e-5

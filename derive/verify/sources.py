"""Where to look for a mistake without a name: the gradient that wrong claims are made of, and nothing right is."""

from __future__ import annotations

from collections.abc import Container, Mapping

from derive.verify.chain import Chain


def common_sources(chain: Chain, names: Mapping[str, str], wrong: Container[str]) -> dict[str, str]:
    """For each claimed tensor what is established, in words; `names` gives the claim of each.

    Nothing is said where something that is right comes from the same gradients, or only one claim does.
    """
    out = {}
    for tensor in names:
        source = _common_source(chain, tensor, names, wrong) if tensor in chain.equations else None
        if source is not None:
            made = [names[n] for n in chain.from_cost(_claimed_of(chain, source, names))]
            shown = f"{', '.join(made[:-1])} and {made[-1]}"
            out[tensor] = f"all that is made of the gradient of {source} is wrong ({shown}): look there first"
    return out


def _common_source(chain: Chain, tensor: str, names: Mapping[str, str], wrong: Container[str]) -> str | None:
    """The value behind most wrong claims, this one among them; of several the one that is nearest to them."""
    best: tuple[tuple[int, int, int], str] | None = None
    for n in chain.equations:
        made = _claimed_of(chain, n, names)
        if n == tensor or tensor not in made or len(made) < 2 or not all(names[x] in wrong for x in made):
            continue
        key = (len(made), sum(n in chain.reads[x] for x in made), len(chain.made_of[n]))
        if best is None or key > best[0]:
            best = key, n
    return None if best is None else best[1]


def _claimed_of(chain: Chain, source: str, names: Mapping[str, str]) -> list[str]:
    """The claimed tensors whose gradients are made of that of `source`."""
    return [n for n in names if n in chain.makes[source] and n != source]

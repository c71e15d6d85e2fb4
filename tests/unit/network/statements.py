"""Networks from texts, and their equations as texts."""

from __future__ import annotations

import re

from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_text

NUMBERED_INDEX = re.compile(r"\b([jkp])\d+\b")


def compiled(text: str) -> Network:
    """The network of a YAML text."""
    return compile_network(read_network_text(text))


def equations(network: Network) -> list[str]:
    """The equations in normal form, with `j` and `k` for the indices `j2`, `k3`, … of different ranges."""
    return [NUMBERED_INDEX.sub(r"\1", f"{e.lhs!r} = {e.rhs!r}") for e in network.equations]


def labels(network: Network) -> dict[str, tuple[str, object]]:
    """Meaning and layer of every tensor."""
    return {t.name: (t.label.meaning, t.label.layer) for t in network.tensors.values()}

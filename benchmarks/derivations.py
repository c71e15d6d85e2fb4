"""Time from forward equations to gradients, against the import of SymPy and against half the depth.

`python -m benchmarks.derivations KIND DEPTH` prints the processor seconds of one first call, for a kind of `TEXTS` or
`EXAMPLES`, from the network file as read to the simplified adjoints; imports are done before.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from benchmarks.processes import output_of, seconds_of
from derive.derivation import derive_adjoints
from derive.network.compile import compile_network
from derive.network.schema import read_network_file, read_network_text
from derive.resources import examples_dir

SHOW_REPEATS = 7
SYMBOLIC_REPEATS = 7
DEPTH_REPEATS = 3
HEAD = "batch: {size: m, reduce: mean}\ninputs: {x: 64}\ntargets: {y: 64}\nlayers:\n"
FOOT = "loss: half_squared_error\n"
DENSE = "dense: {units: 64, activation: tanh}"
TIMED_IMPORT = "from time import process_time as now; start = now(); import sympy; print(now() - start)"


@dataclass(frozen=True)
class Figure:
    """A figure with its target; `unit` is empty for a ratio."""

    title: str
    value: float
    unit: str
    target: str
    met: bool


def measure() -> list[Figure]:
    """All the figures, one after the other."""
    return [_show(), _symbolic(), *_depths(), *_layers()]


def first_call(kind: str, depth: int) -> float:
    """Processor seconds to compile and derive a network of that kind in a process that has derived nothing yet."""
    if kind in EXAMPLES:
        spec = read_network_file(examples_dir() / EXAMPLES[kind])
    else:
        spec = read_network_text(TEXTS[kind](depth))
    start = process_time()
    derive_adjoints(compile_network(spec))
    return process_time() - start


def unrolled_text(depth: int) -> str:
    """The network file of so many tanh layers."""
    return f"{HEAD}  - {{repeat: {{times: {depth}, index: l, layers: [{{{DENSE}}}]}}}}\n{FOOT}"


def residual_text(blocks: int) -> str:
    """The network file of so many blocks s ← s + W tanh(V s + c) + b."""
    lines = []
    for block in range(1, blocks + 1):
        before = "x" if block == 1 else f"s{block - 1}"
        lines += [
            f"  - {{{DENSE}, name: p{block}}}\n",
            f"  - {{dense: {{units: 64}}, name: q{block}}}\n",
            f"  - {{add: {{}}, from: [q{block}, {before}], name: s{block}}}\n",
        ]
    return HEAD + "".join(lines) + FOOT


def transformer_text(blocks: int) -> str:
    """The network file of so many pre-norm blocks of two heads, and a classifier of every step."""
    block = "transformer_block: {heads: 2, units: 32, norm: pre, activation: gelu}"
    return (
        "notation: rows\nbatch: {size: m, reduce: mean}\ninputs: {x: [T, 8]}\n"
        "targets: {y: {shape: [T], kind: class_id}}\nlayers:\n"
        f"  - {{repeat: {{times: {blocks}, layers: [{{{block}}}]}}}}\n  - {{dense: {{units: K}}}}\n"
        "loss: cross_entropy_with_logits\n"
    )


EXAMPLES = {"symbolic": "deep.yaml", "lenet": "lenet.yaml"}
TEXTS = {"unrolled": unrolled_text, "residual": residual_text, "transformer": transformer_text}


def _show() -> Figure:
    command = str(Path(sys.executable).with_name("derive"))
    shown, imported = [], []
    for _ in range(SHOW_REPEATS):
        imported.append(seconds_of(sys.executable, "-c", "import sympy"))
        shown.append(seconds_of(command, "show", "three-layer"))
    ratio = min(shown) / min(imported)
    return Figure('`derive show three-layer` / `python -c "import sympy"`', ratio, "", "< 4", ratio < 4)


def _symbolic() -> Figure:
    derived, imported = [], []
    for _ in range(SYMBOLIC_REPEATS):
        imported.append(float(output_of("-c", TIMED_IMPORT)))
        derived.append(_fresh("symbolic", 0))
    ratio = min(derived) / min(imported)
    return Figure("recursions for symbolic L (`deep`), after imports / `import sympy`", ratio, "", "< 1", ratio < 1)


def _depths() -> list[Figure]:
    cases = [("unrolled", 100), ("unrolled", 200), ("residual", 25), ("residual", 50)]
    rounds = [[_fresh(*case) for case in cases] for _ in range(DEPTH_REPEATS)]
    hundred, two_hundred, half, whole = (min(times) for times in zip(*rounds, strict=True))
    four_hundred = _fresh("unrolled", 400)
    doubled, blocks = two_hundred / hundred, whole / half
    return [
        Figure("unrolled depth 100", hundred, "s", "< 5 s", hundred < 5),
        Figure("unrolled depth, 200 / 100", doubled, "", "≤ 2.3", doubled <= 2.3),
        Figure("unrolled depth, 400 / 200 (400 once)", four_hundred / two_hundred, "", "400 runs", True),
        Figure("residual blocks, 50 / 25", blocks, "", "linear: ≤ 2.3", blocks <= 2.3),
    ]


def _layers() -> list[Figure]:
    lenet, one, six, twelve = (
        min(_fresh(kind, depth) for _ in range(DEPTH_REPEATS))
        for kind, depth in (("lenet", 0), ("transformer", 1), ("transformer", 6), ("transformer", 12))
    )
    return [
        Figure("LeNet", lenet, "s", "< 2 s", lenet < 2),
        Figure("one transformer block", one, "s", "< 3 s", one < 3),
        Figure("twelve transformer blocks", twelve, "s", "< 10 s", twelve < 10),
        Figure("transformer blocks, 12 / 6", twelve / six, "", "linear: ≤ 2.3", twelve / six <= 2.3),
    ]


def _fresh(kind: str, depth: int) -> float:
    return float(output_of("-m", "benchmarks.derivations", kind, str(depth)))


if __name__ == "__main__":
    print(first_call(sys.argv[1], int(sys.argv[2])))

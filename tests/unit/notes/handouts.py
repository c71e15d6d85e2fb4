"""Documents to look at: handouts of the bundled examples, and of a small network with everything in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from itertools import chain

import pytest

from derive.derivation import derive_adjoints
from derive.handout.given import note_input
from derive.latex.settings import read_notation
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.schema import read_network_file, read_network_text
from derive.notes.compose import compose
from derive.notes.document import Block, Boxed, Derivation, Display, Document, Inline, Listing, Math, Words
from derive.notes.input import NoteInput
from derive.notes.render_pdf import missing_tex
from derive.resources import examples_dir

EXAMPLES = tuple(sorted(path.stem for path in examples_dir().glob("*.yaml")))
TEXTS = {
    "long-names": """
        notation: rows
        batch: {size: m, reduce: mean}
        inputs: {photographs_of_cats: n_0}
        targets: {answers_of_people: {size: K, kind: one_hot}}
        layers:
          - {dense: {units: h, activation: relu}, name: extraordinarily_long_name}
          - {dense: {units: K, activation: softmax}, name: classification_layer}
        loss: cross_entropy
        """,
    "everything": """
        batch: {size: m, reduce: sum}
        inputs: {x: n_0, u: 3}
        targets: {y: K}
        layers:
          - {dense: {units: p, activation: {elu: {alpha: 0.5}}}, name: left, from: x}
          - {dense: {units: q, activation: prelu}, name: right, from: u}
          - {concat: {}, from: [left, right], name: both}
          - {dense: {units: p}, name: gate, from: both}
          - {multiply: {}, from: [left, gate], name: gated}
          - {dense: {units: p, activation: silu}, name: more}
          - {dense: {units: p, activation: sigma}, name: again, share: more}
          - {add: {}, from: [again, gated], name: sum}
          - {dense: {units: K}}
        loss: huber
        penalty: {l1: mu}
        """,
    "plain": """
        inputs: {x: 4}
        targets: {y: {size: 3, kind: class_id}}
        layers: [{dense: {units: 3}}]
        loss: cross_entropy_with_logits
        """,
    "stack": """
        batch: {size: m, reduce: mean}
        inputs: {x: n}
        targets: {y: n}
        layers:
          - repeat:
              times: L
              index: l
              layers:
                - {dense: {units: n, activation: tanh}, name: inner}
                - {dense: {units: n}, name: outer}
                - {add: {}, from: [outer, repeat_input], name: merged}
        loss: half_squared_error
        """,
    "images": """
        notation: rows
        batch: {size: m, reduce: mean}
        inputs: {x: [2, 7, 8]}
        targets: {y: 4}
        layers:
          - {conv2d: {channels: 3, kernel: 3, stride: 2, padding: 1, activation: relu}}
          - {max_pool2d: {window: 2, stride: 1, padding: 1}}
          - {conv2d: {channels: 2, kernel: 2, stride: 2}}
          - {batch_norm: {}}
          - {flatten: {}}
          - {dense: {units: 4}}
        loss: half_squared_error
        """,
    "signal": """
        inputs: {x: [2, 11]}
        targets: {y: [3, 9]}
        layers:
          - {conv1d: {channels: 3, kernel: 3, stride: 4, dilation: 2}}
          - {conv_transpose1d: {channels: 2, kernel: 5, stride: 2}}
          - {conv_transpose1d: {channels: 2, kernel: 3}}
          - {max_pool1d: {window: 3, stride: 3}}
          - {conv_transpose1d: {channels: 3, kernel: 3, stride: 3}}
          - {max_pool1d: {window: 1, stride: 1}}
        loss: inner_product
        """,
    "tiles": """
        inputs: {x: [2, 20]}
        targets: {y: [2, 2]}
        layers:
          - {conv1d: {channels: 3, kernel: 2, stride: 2}}
          - {max_pool1d: {window: 2}}
          - {conv1d: {channels: 2, kernel: 2}}
          - {avg_pool1d: {window: 2}}
        loss: inner_product
        """,
    "steps": """
        notation: rows
        batch: {size: m, reduce: sum}
        inputs: {ids: {shape: [T], kind: id, size: 7}}
        targets: {y: [T, n]}
        layers:
          - {embedding: {units: d}}
          - {rnn: {units: n}}
        loss: half_squared_error
        """,
    "memory": """
        inputs: {x: [T, d]}
        targets: {y: n}
        layers: [{lstm: {units: n, last: true}}]
        loss: inner_product
        """,
    "last": """
        inputs: {x: [T, d]}
        targets: {y: n}
        layers: [{rnn: {units: n, last: true}}]
        loss: inner_product
        """,
}
NAMES = (*EXAMPLES, *TEXTS)


def network(name: str) -> Network:
    if name in TEXTS:
        return compile_network(read_network_text(TEXTS[name], title=name))
    return compile_network(read_network_file(examples_dir() / f"{name}.yaml"))


@cache
def given(name: str, notation: str = "", only: tuple[str, ...] = ()) -> NoteInput:
    net = network(name)
    sample = derive_adjoints(net.sample) if net.sample is not None else None
    return note_input(derive_adjoints(net), sample, read_notation(notation or net.notation), only, "en")


@cache
def handout(name: str, notation: str = "", only: tuple[str, ...] = ()) -> Document:
    return compose(given(name, notation, only))


def require_tex() -> None:
    """Leave a test out on a machine without TeX; where CI is set, TeX must be there."""
    if missing := missing_tex():
        assert "CI" not in os.environ, f"{missing} is missing"
        pytest.skip(f"{' and '.join(missing)} not installed: no handout was compiled")


def formulas(document: Document) -> list[str]:
    """Every formula of a document, each once."""
    return list(dict.fromkeys(chain.from_iterable(_formulas(b) for b in document.blocks)))


def _formulas(block: Block) -> Iterator[str]:
    if isinstance(block, Derivation):
        yield block.lhs
        for step in block.steps:
            yield step.math
            yield from _inline(step.reason)
    if isinstance(block, Display):
        for row in block.rows:
            yield from (row.lhs, row.rhs)
    if isinstance(block, Boxed):
        for form in block.forms:
            yield from (form.lhs, form.rhs)


def _inline(inline: Inline) -> Iterator[str]:
    if isinstance(inline, Math):
        yield inline.latex
    if isinstance(inline, Words):
        for _, value in inline.given:
            yield from _inline(value)
    if isinstance(inline, Listing):
        for item in inline.items:
            yield from _inline(item)

"""What a profile says of the symbols of a document, taken up in the lexicon."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from derive.errors import DeriveError, quoted
from derive.ir.tensor import Tensor
from derive.latex.notation import Notation
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Chain, Node
from derive.latex.reading.vocabulary import Vocabulary
from derive.reading.aliases import with_alias, with_numbered
from derive.reading.calls import call_of
from derive.reading.choices import Choices
from derive.reading.compositions import open_value
from derive.reading.definitions import head_of, with_abbreviation, with_definition, with_given
from derive.reading.expressions import Reader
from derive.reading.function_names import is_scalar_function
from derive.reading.index_reader import IndexReader
from derive.reading.iterates import changed
from derive.reading.keys import Key, key_of
from derive.reading.lexicon import Lexicon, open_function
from derive.reading.marks import marks_of
from derive.reading.scope import Scope
from derive.reading.templates import Template, head
from derive.verify.document.profile import Meaning

_WORD = re.compile(r"[A-Za-z]{2,}(?![A-Za-z]*\()")
"""A symbol of several letters, `net`, `dX`."""
STAMPED = ("tensor", "gradient", "shape")
_STAMP = re.compile(r"\(([a-zA-Z])\)\s*\Z")


def stamps_of(names: Sequence[Meaning]) -> frozenset[str]:
    """The letters in brackets behind values that a profile names: n of `v_j(n): {tensor: z1}`."""
    found = (_STAMP.search(m.written) for m in names if m.kind in STAMPED)
    return frozenset(m.group(1) for m in found if m)


def whole_numbers(names: Sequence[Meaning]) -> dict[str, int]:
    """The letters that a profile says to be whole numbers: they may be indices and ends of sums."""
    return {m.written: int(m.value) for m in names if m.kind == "is" and isinstance(m.value, str) and m.value.isdigit()}


def told(names: Sequence[Meaning]) -> list[Key]:
    """The letters of which a profile says the shape or the value."""
    nodes = (symbol_node(m.written) for m in names if m.kind in ("shape", "value"))
    return [key for node in nodes if (key := marks_of(node).key) is not None]


def functions_told(names: Sequence[Meaning]) -> dict[Key, str]:
    """The letters that a profile says to be functions of one number with a name."""
    said = ((marks_of(symbol_node(m.written)).key, m.value) for m in names if m.kind == "function")
    return {key: name for key, name in said if key is not None and isinstance(name, str) and is_scalar_function(name)}


def unknown_arguments(lexicon: Lexicon, m: Meaning) -> set[Key]:
    """The arguments of a value `L(y)` that stand for nothing yet."""
    call = call_of(symbol_node(m.value)) if m.kind == "value" and isinstance(m.value, str) else None
    keys = (marks_of(x).key for x in (call.arguments if call is not None else ()))
    return {key.plain for key in keys if key is not None and not lexicon.find(key)}


def condition_node(written: str) -> Chain:
    """Raises: DeriveError for what is no condition."""
    chains = read_formula(written).chains
    if len(chains) != 1 or len(chains[0].members) < 2:
        raise DeriveError(f"{quoted(written)} is no condition", repair='write a comparison, "s > 0"')
    return chains[0]


def symbol_node(written: str) -> Node:
    word = _WORD.match(written)
    chains = read_formula(written, Vocabulary(words=frozenset((word.group(),)) if word else frozenset())).chains
    member = chains[0].members[0] if len(chains) == 1 and len(chains[0].members) == 1 else None
    if member is None:
        raise DeriveError(f"{quoted(written)} is no symbol", repair="write one symbol, as in the document")
    return member


def with_name(lexicon: Lexicon, m: Meaning) -> Lexicon:
    """Raises: DeriveError for a name that cannot be had, and for what it is said to be."""
    node = symbol_node(_STAMP.sub("", m.written) if m.kind in STAMPED else m.written)
    if m.kind == "shape":
        assert isinstance(m.value, tuple)
        sizes = [IndexReader(lexicon).size_named(symbol_node(s)) for s in m.value]
        return with_given(lexicon, node, sizes, "hyper" if not sizes else "input", m.indices, m.is_row)
    if isinstance(m.value, dict):
        tensors = {k: _tensor(lexicon, name) for k, name in m.value.items()}
        return with_numbered(lexicon, node, tensors, m.kind == "gradient")
    assert isinstance(m.value, str)
    if m.kind == "function":
        key = marks_of(node).key
        if key is None:
            raise DeriveError(f"{quoted(m.written)} is no symbol of a function")
        return lexicon.with_function(key, open_function(key) if m.value == "any" else m.value)
    if m.kind == "value":
        return _valued(lexicon, node, symbol_node(m.value))
    if m.kind == "is":
        return _with_abbreviation(lexicon, node, m)
    return with_alias(lexicon, node, _tensor(lexicon, m.value), m.kind == "gradient", m.indices, m.is_row)


def _tensor(lexicon: Lexicon, name: str) -> Tensor:
    if name not in lexicon.network.tensors:
        known = ", ".join(n for n in lexicon.network.tensors if not n.startswith("·"))
        raise DeriveError(f"the network has no {quoted(name)}", repair=f"it has {known}")
    return lexicon.network.tensors[name]


def _with_abbreviation(lexicon: Lexicon, node: Node, m: Meaning) -> Lexicon:
    """Another way to write a symbol; a name for what can be written, `10^{-5}`, a part of a matrix; a function."""
    assert isinstance(m.value, str)
    other, call = symbol_node(m.value), head(node)
    if call is not None and not call.below:
        return lexicon.with_template(call.key, Template(call.letters, other, m.value))
    known = key_of(other)
    if known is not None and lexicon.find(known):
        return lexicon.with_synonym(node, other)
    scope = Scope(lexicon, Choices(), {}, m.value)
    value = Reader(scope).read(other)
    letters = m.indices if m.indices is not None else sorted(value.poly.free - {a.name for a in value.axes})
    named = head_of(node, letters)
    return with_abbreviation(lexicon, replace(named, key=_as_gradient(lexicon, named.key)), value, scope)


def _as_gradient(lexicon: Lexicon, key: Key) -> Key:
    """`Δz` is no change of z under a notation that writes gradients so."""
    of = changed(key)
    return key if lexicon.prefix is None or of is None else replace(key, name=lexicon.prefix.name + of)


def _valued(lexicon: Lexicon, node: Node, value: Node) -> Lexicon:
    """The lexicon with a value of its own for an expression of names before it, or for an unknown function of them."""
    opened = open_value(lexicon, value, key_of(node))
    lexicon, q = opened or (lexicon, None)
    scope = Scope(lexicon, Choices(), {})
    return with_definition(lexicon, head_of(node), q or Reader(scope).read(value), scope)


def with_rate(lexicon: Lexicon, notation: Notation) -> Lexicon:
    """The learning rate is a number of any value, if its letter means nothing else."""
    node = symbol_node(lexicon.printer.rate)
    key = key_of(node)
    return lexicon if key is None or lexicon.find(key) else with_given(lexicon, node, (), "hyper")

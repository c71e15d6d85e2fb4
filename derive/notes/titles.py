"""The names of layers: said in a language, in tables and in the boxes of figures."""

from __future__ import annotations

import re
from dataclasses import replace

from derive.notes.document import Block, Document, Figure, Plain, Section, Words
from derive.notes.graph import Graph, Node, Title
from derive.notes.language import Language

_UNSAFE = re.compile(r"[^\w（）-]|_")


def kind_of_layer(kind: str) -> Words:
    """The name of a kind of layers; of one that no language knows, its name in the network file."""
    return Words(f"kind.{kind}", otherwise=Plain(kind.replace("_", " ")))


def titled(document: Document, language: Language) -> Document:
    """The document with the boxes of its figures labelled in the language."""
    return replace(document, sections=tuple(_section(s, language) for s in document.sections))


def _section(section: Section, language: Language) -> Section:
    return replace(section, blocks=tuple(_block(b, language) for b in section.blocks))


def _block(block: Block, language: Language) -> Block:
    if isinstance(block, Section):
        return _section(block, language)
    if isinstance(block, Figure):
        return replace(block, graph=_graph(block.graph, language))
    return block


def _graph(graph: Graph, language: Language) -> Graph:
    return replace(graph, nodes=tuple(_node(n, language) for n in graph.nodes))


def _node(node: Node, language: Language) -> Node:
    if not node.titles:
        return node
    first, *others = (label_of(t, language.wordings.get(f"kind.{t.kind}", "")) for t in node.titles)
    return replace(node, label=first, notes=(*others, *node.notes[len(others) :]))


def label_of(title: Title, name: str = "") -> str:
    """A title as a formula, with a name for its kind or the one in the network file."""
    return (in_text(name or title.kind) + title.mark).replace(r"}\text{", "")


def in_text(words: str) -> str:
    r"""Words in a formula, `\text{…}`; no character of them is read as a command."""
    before = " " if words.startswith(" ") else ""
    return rf"\text{{{before}{' '.join(_UNSAFE.sub(' ', words).split())}}}"

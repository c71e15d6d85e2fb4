"""The front door: the network of a document that holds a forward pass and a loss."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from derive.errors import DeriveError
from derive.forward.assembly import Assembly
from derive.forward.declared import declared_in
from derive.forward.functions import NOTHING_TOLD, WORDS
from derive.forward.notation import loss_of
from derive.forward.solving import solved
from derive.forward.sorting import parts_of
from derive.forward.statements import Statement, stated_in
from derive.latex.reading.document import Document
from derive.latex.reading.extract import read_document
from derive.latex.reading.syntax import Node
from derive.network.builder import Builder
from derive.network.network import Network
from derive.reading.keys import Key
from derive.reading.own_words import words_of

MOST_FORMULAS = 1_500

SUFFIXES = frozenset(
    (".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd", ".mdx", ".tex", ".ltx", ".latex", ".txt", ".ipynb")
)


def is_document(path: Path) -> bool:
    """Whether a file is a document, and no network file, by its name."""
    return path.suffix.lower() in SUFFIXES


@dataclass(frozen=True)
class Forward:
    """The forward pass of a document: its network, its equations, and which name is which tensor."""

    network: Network
    equations: tuple[Statement, ...]
    names: tuple[tuple[Node, str, bool], ...]
    """Each name of one tensor with what belongs to it, without indices, and whether it is a row as a vector; none of
    layers or steps with a letter."""
    with_letters: Mapping[str, tuple[Node, tuple[str, ...]]]
    """The tensors that are told by their letters, or have that of a sample below, with how they are written."""
    notation: Mapping[str, object]
    """What the document shows of its notation, as settings."""
    has_letters: bool = False
    """Whether letters tell names apart, `net_j` and `net_k`."""
    stepped: tuple[tuple[Node, str, str], ...] = ()
    """Names of steps and layers, `a^f_t`: each with its tensor and its letter."""
    has_loss: bool = False
    """Whether the loss of one sample has a name of its own beside the cost."""
    assumed: str = ""
    """What is said of a cost that the document does not state."""


def forward_of(document: Document, name: str, told: Mapping[Key, str] = NOTHING_TOLD, is_open: bool = False) -> Forward:
    """The forward pass that a document states; `told` are letters that somebody says to be functions with a name.

    With `is_open` one that states no cost has any function of its results for it.

    Raises: DeriveError with the place of what is not understood, does not fit, or has several meanings.
    """
    if len(document.fragments) > MOST_FORMULAS:
        raise DeriveError(f"there are more than {MOST_FORMULAS} formulas", repair="cut it down", file=document.name)
    try:
        parts = parts_of(stated_in(document, words_of(document, WORDS)), declared_in(document), told, is_open)
        found = solved(parts)
        assembly = Assembly(found, Builder(name))
        network = assembly.network()
    except RecursionError:
        repair = "write fewer layers out, and let a letter count the others"
        raise DeriveError("the equations are nested too deeply", repair=repair, file=document.name) from None
    named = (
        (parts.bare(sign), found.named[sign])
        for sign in parts.first
        if sign in found.named and sign.key not in parts.signs.lettered
    )
    names = tuple((node, known.name, known.is_row) for node, known in named if not known.has_order)
    lettered = {found.named[sign].name: (node, letters) for sign, node, letters in parts.with_letters()}
    letters = {sign: parts.signs.runs(sign) for sign in parts.first if sign in found.named}
    nodes = ((parts.stepped(sign, letter), found.named[sign].name, letter) for sign, letter in letters.items())
    return Forward(
        network,
        parts.needed,
        names,
        lettered,
        assembly.settings,
        bool(parts.signs.lettered),
        tuple((node, name, letter) for node, name, letter in nodes if node is not None),
        loss_of(parts) is not None,
        parts.assumed,
    )


def read_forward_file(path: Path) -> Network:
    """The network of a document in a file, called as the file.

    Raises: as `forward_of`, and DeriveError for a file that is no document.
    """
    return forward_of(read_document(path), name_of_file(path.stem)).network


def name_of_file(stem: str) -> str:
    """Letters and digits, joined by single hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-") or "network"

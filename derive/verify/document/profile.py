"""A profile: what a reader knows of a document from its prose. YAML, written once for a document.

notation: nielsen                       # a name, or a mapping on a `base`
network: deep                           # a file, a bundled example, or a network written here
names:                                  # symbol: what it stands for
  \\eta: {shape: []}                     # a number; {shape: [n_1, n_0]} a matrix, any values
  e_j: {tensor: e}                      # a value of the network under another name
  x_i: {tensor: {x: 0, a1: 1}}          # numbered values: x_0, x_1
  g: {function: sigmoid}
  z, u: {value: "w_1 x_1 + b"}          # what a picture shows; an unknown function may stand there, `C(z)`
sizes: {m: x_i}                         # in statements of shapes: the number of entries of a vector
kinds: {linear: [0, 2]}                 # words by which the prose tells layers apart
random: {independent: [X, Y], zero_mean: [X]}
sections:                               # by heading; each may change everything above
  "Vectorized": {notation: ng}
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from derive.errors import DeriveError, quoted
from derive.forward.declared import KEYS as FORWARD_KEYS
from derive.network.schema import read_network_file, read_network_node
from derive.network.spec.complaints import Complaints, suggestion
from derive.network.spec.models import NetworkSpec, NotationSpec
from derive.network.spec.tree import Entry, ListNode, MappingNode, Node, ScalarNode, describe
from derive.network.spec.values import read_notation
from derive.network.yaml_source import parse_tree, read_text_file
from derive.reading.layouts import DerivativeLayout
from derive.verify.document.said_assumptions import read_assumptions, read_layout, read_summed
from derive.verify.document.said_random import Said, read_random

SAID = ("notation", "network", "names", "sizes", "kinds", "random", "assumptions", "repeated_indices", "derivatives")
PLACES = ("sections", "passages")
KEYS = (*SAID, *PLACES)
MEANINGS = ("shape", "tensor", "gradient", "function", "is", "value")
NUMBERED = ("tensor", "gradient")

Find = Callable[[str], Path]


@dataclass(frozen=True)
class Meaning:
    """What a name stands for: one of `MEANINGS`, and its value; of numbered names a mapping from their numbers."""

    written: str
    kind: str
    value: object
    line: int
    indices: tuple[str, ...] | None = None
    """Which letters of the name are indices; None for all that may be."""
    is_row: bool | None = None
    """Whether a vector lies as a row; None if the layout says it."""


@dataclass(frozen=True)
class Settings:
    """What holds in a part of a document; None where nothing is said."""

    notation: NotationSpec | None = None
    network: NetworkSpec | None = None
    names: tuple[Meaning, ...] = ()
    sizes: tuple[tuple[str, str], ...] = ()
    """Letters in statements of shapes, each with the vector whose entries it counts."""
    kinds: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Words by which the prose tells layers apart, with the numbers of those."""
    random: tuple[Said, ...] = ()
    assumptions: tuple[str, ...] = ()
    are_summed: bool | None = None
    """Whether letters that stand on the right only, twice in a term, are summed over."""
    derivatives: DerivativeLayout | None = None
    """How arrays of derivatives lie."""

    def under(self, other: Settings) -> Settings:
        """`other`, with these where it says nothing; a name that both have is the other's."""
        own = {m.written for m in other.names}
        names = (*(m for m in self.names if m.written not in own), *other.names)
        return Settings(
            other.notation or self.notation,
            other.network or self.network,
            names,
            tuple({**dict(self.sizes), **dict(other.sizes)}.items()),
            tuple({**dict(self.kinds), **dict(other.kinds)}.items()),
            (*self.random, *other.random),
            (*self.assumptions, *other.assumptions),
            self.are_summed if other.are_summed is None else other.are_summed,
            other.derivatives or self.derivatives,
        )


@dataclass(frozen=True)
class Profile:
    """`sections` are pairs (heading, settings); a heading may be a part of the one in the document.

    `passages` are pairs (words, settings), which hold from the formula behind these words to the next heading.
    """

    settings: Settings = Settings()
    sections: tuple[tuple[str, Settings], ...] = ()
    file: str = ""
    passages: tuple[tuple[str, Settings], ...] = ()

    @property
    def names_network(self) -> bool:
        """Whether some part of the document is said to be about a network."""
        parts = (own for _, own in (*self.sections, *self.passages))
        return any(s.network is not None for s in (self.settings, *parts))

    def at(self, headings: Sequence[str], passages: Sequence[str] = ()) -> Settings:
        """What holds below these headings, the outermost first, behind these passages."""
        found = self.settings
        for heading in headings:
            for written, own in self.sections:
                if written in heading:
                    found = found.under(own)
        for written, own in self.passages:
            if written in passages:
                found = found.under(own)
        return found


def read_profile_file(path: Path, find: Find) -> Profile:
    """Raises: DeriveError, or DeriveErrors for several mistakes, with file, line and repair."""
    complaints = Complaints(str(path))
    tree = parse_tree(read_text_file(path), complaints)
    return _profile(tree, path, find, complaints)


def read_profile_text(text: str, path: Path, find: Find) -> Profile:
    """The front matter of a document; `path` is the document.

    Raises: as `read_profile_file`.
    """
    complaints = Complaints(str(path))
    tree = parse_tree(text, complaints)
    if isinstance(tree, MappingNode) and tree.entry("derive") is not None:
        inner = tree.entry("derive")
        assert inner is not None
        tree = inner.value
    return _profile(tree, path, find, complaints)


def _profile(tree: Node | None, path: Path, find: Find, complaints: Complaints) -> Profile:
    if tree is None:
        complaints.raise_any()
        return Profile(file=str(path))
    if not isinstance(tree, MappingNode):
        complaints.add(tree.place, f"a profile is a mapping, not {describe(tree)}", "write notation:, network:, names:")
        complaints.raise_any()
        raise AssertionError("complaints were raised")
    _check_keys(tree, (*KEYS, *FORWARD_KEYS), "a profile", complaints)
    settings = _settings(tree, path, find, complaints)
    sections, passages = (_sections(tree.entry(key), path, find, complaints) for key in PLACES)
    complaints.raise_any()
    return Profile(settings, sections, str(path), passages)


def _check_keys(node: MappingNode, keys: Sequence[str], what: str, complaints: Complaints) -> None:
    for entry in node.entries:
        if entry.key not in keys:
            complaints.add(entry.key_place, f"{what} has no {quoted(entry.key)}", suggestion(entry.key, keys))


def _sections(entry: Entry | None, path: Path, find: Find, complaints: Complaints) -> tuple[tuple[str, Settings], ...]:
    if entry is None:
        return ()
    if not isinstance(entry.value, MappingNode):
        repair = "write headings, or words of the text, as keys"
        complaints.add(entry.value.place, f"{quoted(entry.key)} is no mapping", repair)
        return ()
    out = []
    for e in entry.value.entries:
        if not isinstance(e.value, MappingNode):
            complaints.add(
                e.value.place, f"the section {quoted(e.key)} is no mapping", "write notation:, network:, names:"
            )
            continue
        _check_keys(e.value, SAID, "a section", complaints)
        out.append((e.key, _settings(e.value, path, find, complaints)))
    return tuple(out)


def _settings(node: MappingNode, path: Path, find: Find, complaints: Complaints) -> Settings:
    notation = node.entry("notation")
    return Settings(
        read_notation(notation, complaints) if notation is not None else None,
        _network(node.entry("network"), path, find, complaints),
        _names(node.entry("names"), complaints),
        _sizes(node.entry("sizes"), complaints),
        _kinds(node.entry("kinds"), complaints),
        read_random(node.entry("random"), complaints),
        read_assumptions(node.entry("assumptions"), complaints),
        read_summed(node.entry("repeated_indices"), complaints),
        read_layout(node.entry("derivatives"), complaints),
    )


def _sizes(entry: Entry | None, complaints: Complaints) -> tuple[tuple[str, str], ...]:
    found = []
    for e in _entries(entry, "sizes: {m: x_i}", complaints):
        if isinstance(e.value, ScalarNode) and isinstance(e.value.value, str):
            found.append((e.key, e.value.value))
        else:
            complaints.add(e.value.place, f"what {quoted(e.key)} counts is not said", "write a vector")
    return tuple(found)


def _kinds(entry: Entry | None, complaints: Complaints) -> tuple[tuple[str, tuple[int, ...]], ...]:
    found = []
    for e in _entries(entry, "kinds: {linear: [0, 2]}", complaints):
        numbers = _value(e.value)
        if isinstance(numbers, tuple) and all(x.isdigit() for x in numbers):
            found.append((e.key, tuple(map(int, numbers))))
        else:
            complaints.add(e.value.place, f"which layers are {quoted(e.key)} is not said", "write a list of numbers")
    return tuple(found)


def _entries(entry: Entry | None, example: str, complaints: Complaints) -> Sequence[Entry]:
    if entry is None:
        return ()
    if not isinstance(entry.value, MappingNode):
        complaints.add(entry.value.place, f"`{entry.key}` is no mapping", f"write {example}")
        return ()
    return entry.value.entries


def _network(entry: Entry | None, path: Path, find: Find, complaints: Complaints) -> NetworkSpec | None:
    if entry is None:
        return None
    if isinstance(entry.value, MappingNode):
        return read_network_node(entry.value, "network", complaints)
    named = entry.value.value if isinstance(entry.value, ScalarNode) else None
    if not isinstance(named, str):
        complaints.add(entry.value.place, f"a network is not {describe(entry.value)}", "name a file, or write it here")
        return None
    beside = path.parent / named
    try:
        return read_network_file(beside if beside.is_file() else find(named))
    except DeriveError as error:
        complaints.add(entry.value.place, error.message, error.repair)
        return None


def _names(entry: Entry | None, complaints: Complaints) -> tuple[Meaning, ...]:
    if entry is None:
        return ()
    if not isinstance(entry.value, MappingNode):
        complaints.add(entry.value.place, "`names` is no mapping", r"write \eta: {shape: []}")
        return ()
    found = [m for e in entry.value.entries if (m := _meaning(e, complaints)) is not None]
    return tuple(replace(m, written=w.strip()) for m in found for w in _symbols(m.written))


def _symbols(written: str) -> list[str]:
    """The symbols of `x_1, x_2`; a comma within braces belongs to one of them."""
    out, depth = [""], 0
    for c in written:
        depth += (c == "{") - (c == "}")
        if c == "," and depth == 0:
            out.append("")
        else:
            out[-1] += c
    return out


def _meaning(entry: Entry, complaints: Complaints) -> Meaning | None:
    node = entry.value
    entries = [e for e in node.entries if e.key not in ("indices", "as")] if isinstance(node, MappingNode) else []
    if len(entries) != 1:
        complaints.add(
            node.place, f"what {quoted(entry.key)} stands for is not said", f"give it one of {', '.join(MEANINGS)}"
        )
        return None
    [said] = entries
    assert isinstance(node, MappingNode)
    listed, lies = node.entry("indices"), node.entry("as")
    indices = None if listed is None else _value(listed.value)
    if listed is not None and not isinstance(indices, tuple):
        complaints.add(listed.value.place, "`indices` is no list", "write the letters that are indices, [] for none")
        return None
    way = None if lies is None else _value(lies.value)
    if lies is not None and way not in ("row", "column"):
        complaints.add(lies.value.place, "`as` is neither row nor column", "write as: row, or as: column")
        return None
    if said.key not in MEANINGS:
        complaints.add(said.key_place, f"a name has no {quoted(said.key)}", suggestion(said.key, MEANINGS))
        return None
    value = _value(said.value)
    if said.key in NUMBERED and isinstance(said.value, MappingNode):
        return _numbered(entry, said, complaints)
    wanted = tuple if said.key == "shape" else str
    if not isinstance(value, wanted):
        repair = "write a list of sizes, [] for a number" if said.key == "shape" else "write a name"
        complaints.add(said.value.place, f"{quoted(said.key)} of {quoted(entry.key)} is {describe(said.value)}", repair)
        return None
    letters = indices if isinstance(indices, tuple) else None
    return Meaning(entry.key, said.key, value, entry.key_place.line, letters, None if way is None else way == "row")


def _numbered(entry: Entry, said: Entry, complaints: Complaints) -> Meaning | None:
    """`x_i: {tensor: {x: 0, a1: 1}}`."""
    assert isinstance(said.value, MappingNode)
    pairs = [(e.key, _value(e.value)) for e in said.value.entries]
    numbers = {v: k for k, v in pairs if isinstance(v, int) and v >= 0}
    if not pairs or len(numbers) != len(pairs):
        complaints.add(
            said.value.place, f"{quoted(entry.key)} needs a number of its own for each", "write {x: 0, a1: 1}"
        )
        return None
    return Meaning(entry.key, said.key, numbers, entry.key_place.line)


def _value(node: Node) -> object:
    if isinstance(node, ListNode):
        items = [i.value for i in node.items if isinstance(i, ScalarNode)]
        fits = len(items) == len(node.items) and all(isinstance(i, str | int) for i in items)
        return tuple(map(str, items)) if fits else None
    return node.value if isinstance(node, ScalarNode) else None


EMPTY = Profile()

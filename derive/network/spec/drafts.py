"""Reading the layers as they are written, before names are resolved and repeats unrolled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from derive.errors import quoted
from derive.network.spec.complaints import Complaints, listed, suggestion
from derive.network.spec.names import SafeName, Size, SizeField, parse_name
from derive.network.spec.options import BESIDE_A_KIND, LAYER_OPTIONS, Frozen, LayerOptions
from derive.network.spec.tree import Entry, ListNode, MappingNode, Node, Place, ScalarNode, describe
from derive.network.spec.validation import read_value, validate

REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at its place in the file."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class LayerDraft:
    """A layer as written; `sources` is `None` where it has no `from`."""

    kind: str
    options: LayerOptions
    name: Mention | None
    sources: tuple[Mention, ...] | None
    share: Mention | None
    place: Place

    @property
    def title(self) -> str:
        """What messages call the layer."""
        return f"the {self.kind} layer {quoted(self.name.text)}" if self.name else f"this {self.kind} layer"


@dataclass(frozen=True, slots=True)
class RepeatDraft:
    """A repeat as written."""

    times: Size
    index: str
    body: tuple[Draft, ...]
    name: Mention | None
    sources: tuple[Mention, ...] | None
    place: Place

    @property
    def title(self) -> str:
        """What messages call the repeat."""
        return f"the repeat {quoted(self.name.text)}" if self.name else "this repeat"


Draft: TypeAlias = LayerDraft | RepeatDraft


class BrokenOptions(LayerOptions):
    """Stands for options that were wrong, so that the rest of the file is still checked."""

    least_sources = 0
    most_sources = None
    reads_ids = True


class _WrittenRepeat(Frozen):
    times: SizeField
    index: SafeName = "l"
    layers: object


def masks_in(drafts: Iterable[Draft]) -> Iterator[str]:
    """The names of the masks of all layers, those in repeats included."""
    for draft in drafts:
        yield from masks_in(draft.body) if isinstance(draft, RepeatDraft) else draft.options.masks()


def read_layers(node: Node, complaints: Complaints) -> tuple[Draft, ...]:
    """The list of layers; a wrong layer goes to `complaints` and has `BrokenOptions`."""
    if not isinstance(node, ListNode) or not node.items:
        found = "empty" if isinstance(node, ListNode) else f"{describe(node)}, not a list of layers"
        complaints.add(
            node.place,
            f"`layers` is {found}",
            "write at least one, such as `- {dense: {units: 10}}`",
        )
        return ()
    return tuple(_read_layer(item, complaints) for item in node.items)


def _read_layer(node: Node, complaints: Complaints) -> Draft:
    """One layer: its kind with its options, beside it name, from and share; or the kind alone."""
    if isinstance(node, ScalarNode) and isinstance(node.value, str):
        node = MappingNode((Entry(node.value, node.place, ScalarNode(None, node.place)),), node.place)
    if not isinstance(node, MappingNode):
        complaints.add(node.place, f"a layer was expected, not {describe(node)}", "write `- {dense: {units: 10}}`")
        return LayerDraft("broken", BrokenOptions(), None, None, None, node.place)
    kind = _kind_entry(node, complaints)
    name = _read_mention(node.entry("name"), complaints)
    sources = read_sources(node.entry("from"), complaints)
    share = _read_mention(node.entry("share"), complaints)
    if kind is None:
        return LayerDraft("broken", BrokenOptions(), name, sources, share, node.place)
    options = kind.value
    if isinstance(options, ScalarNode) and options.value is None:
        options = MappingNode((), kind.key_place)
    if kind.key == REPEAT:
        return _read_repeat(kind, options, name, sources, share, complaints)
    checked = validate(LAYER_OPTIONS[kind.key], options, complaints, f"the layer {quoted(kind.key)}")
    return LayerDraft(kind.key, checked or BrokenOptions(), name, sources, share, kind.key_place)


def _kind_entry(node: MappingNode, complaints: Complaints) -> Entry | None:
    """The one entry of a layer that says its kind."""
    kinds = [entry for entry in node.entries if entry.key in LAYER_OPTIONS or entry.key == REPEAT]
    unknown = [entry for entry in node.entries if entry not in kinds and entry.key not in BESIDE_A_KIND]
    for entry in unknown:
        _complain_about_key(entry, kinds, complaints)
    if len(kinds) > 1:
        complaints.add(
            kinds[1].key_place,
            f"this layer has the kinds {listed(entry.key for entry in kinds)}",
            "make a layer of each",
        )
    elif not kinds and not unknown:
        complaints.add(node.place, "this layer has no kind", f"known kinds are {listed(sorted(LAYER_OPTIONS))}")
    return kinds[0] if len(kinds) == 1 else None


def _complain_about_key(entry: Entry, kinds: list[Entry], complaints: Complaints) -> None:
    """An unknown kind, an option outside its braces, or an unknown key beside the kind."""
    shown = quoted(entry.key)
    if not kinds:
        repair = suggestion(entry.key, (*sorted(LAYER_OPTIONS), REPEAT))
        complaints.add(entry.key_place, f"there is no layer {shown}", repair)
        return
    kind = kinds[0].key
    options = (_WrittenRepeat if kind == REPEAT else LAYER_OPTIONS[kind]).model_fields
    if entry.key in options:
        repair = f"move it into the braces of {quoted(kind)}"
    else:
        repair = suggestion(entry.key, BESIDE_A_KIND)
    complaints.add(entry.key_place, f"{shown} does not belong beside {quoted(kind)}", repair)


def _read_mention(entry: Entry | None, complaints: Complaints) -> Mention | None:
    if entry is None:
        return None
    text = read_value(parse_name, entry.value, complaints)
    return None if text is None else Mention(text, entry.value.place)


def read_sources(entry: Entry | None, complaints: Complaints) -> tuple[Mention, ...] | None:
    """`from`: one name or a list of names; one that is no name is kept as an empty text."""
    if entry is None:
        return None
    nodes = entry.value.items if isinstance(entry.value, ListNode) else (entry.value,)
    if not nodes:
        complaints.add(entry.value.place, "`from` is empty", "name what the layer reads, or leave `from` out")
        return None
    read = [(node.place, read_value(parse_name, node, complaints)) for node in nodes]
    return tuple(Mention(text or "", place) for place, text in read)


def _read_repeat(
    kind: Entry,
    options: Node,
    name: Mention | None,
    sources: tuple[Mention, ...] | None,
    share: Mention | None,
    complaints: Complaints,
) -> RepeatDraft:
    if share is not None:
        complaints.add(share.place, "a repeat has no weights of its own to share", "put `share` on a layer in it")
    written = validate(_WrittenRepeat, options, complaints, "`repeat`")
    layers = options.entry("layers") if isinstance(options, MappingNode) else None
    body = read_layers(layers.value, complaints) if layers else ()
    if written is None:
        return RepeatDraft(1, "l", body, name, sources, kind.key_place)
    return RepeatDraft(written.times, written.index, body, name, sources, kind.key_place)

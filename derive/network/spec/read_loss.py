"""Reading the loss: its kind and options first, what it compares once the layers are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.errors import quoted
from derive.network.spec.complaints import Complaints, listed, suggestion
from derive.network.spec.drafts import Mention, read_sources
from derive.network.spec.models import InputSpec, LossSpec, TargetSpec
from derive.network.spec.options import LOSS_OPTIONS, LossOptions
from derive.network.spec.scope import Scope
from derive.network.spec.tree import Entry, MappingNode, Node, ScalarNode, describe
from derive.network.spec.validation import validate

FROM = "from"


@dataclass(frozen=True, slots=True)
class LossDraft:
    """A loss as written; `sources` is `None` where it has no `from`, `options` where they were wrong.

    With `rules`, the class of its options, the rest of the file is still checked.
    """

    kind: str
    rules: type[LossOptions]
    options: LossOptions | None
    mask: str | None
    sources: tuple[Mention, ...] | None
    entry: Entry


def read_loss(entry: Entry | None, complaints: Complaints) -> LossDraft | None:
    """`cross_entropy`, or `{huber: {delta: 2}}`; `from` among the options names the layers it reads."""
    if entry is None:
        return None
    kind = _kind_entry(entry, complaints)
    if kind is None:
        return None
    if kind.key not in LOSS_OPTIONS:
        complaints.add(kind.key_place, f"there is no loss {quoted(kind.key)}", suggestion(kind.key, LOSS_OPTIONS))
        return None
    written = _with_beside(kind, entry.value, complaints)
    sources = None
    if isinstance(written, MappingNode):
        sources = read_sources(written.entry(FROM), complaints)
        written = written.without({FROM})
    rules = LOSS_OPTIONS[kind.key]
    options = validate(rules, written, complaints, f"the loss {quoted(kind.key)}")
    return LossDraft(kind.key, rules, options, _mask_in(written, rules), sources, entry)


def _mask_in(written: Node, rules: type[LossOptions]) -> str | None:
    """The name of its mask, for a loss that can have one."""
    named = written.entry("mask") if isinstance(written, MappingNode) and "mask" in rules.model_fields else None
    value = named.value if named else None
    return value.value if isinstance(value, ScalarNode) and isinstance(value.value, str) else None


def _kind_entry(entry: Entry, complaints: Complaints) -> Entry | None:
    """The kind of the loss with its options."""
    node = entry.value
    if isinstance(node, ScalarNode) and isinstance(node.value, str):
        return Entry(node.value, node.place, ScalarNode(None, node.place))
    if isinstance(node, MappingNode) and len(node.entries) == 1:
        return node.entries[0]
    if isinstance(node, MappingNode) and len(known := [e for e in node.entries if e.key in LOSS_OPTIONS]) == 1:
        return known[0]
    found = f"{len(node.entries)} kinds" if isinstance(node, MappingNode) else describe(node)
    complaints.add(node.place, f"one loss was expected, not {found}", "write `cross_entropy` or `{huber: {delta: 2}}`")
    return None


def _with_beside(kind: Entry, node: Node, complaints: Complaints) -> Node:
    """The options of the loss; those that stand beside its kind are complained about, and read all the same."""
    beside = [entry for entry in node.entries if entry is not kind] if isinstance(node, MappingNode) else []
    possible = (FROM, *LOSS_OPTIONS[kind.key].model_fields)
    for entry in beside:
        shown = f"{quoted(entry.key)} does not belong beside the loss {quoted(kind.key)}"
        inside = f"move it into the braces of {quoted(kind.key)}: `{{{kind.key}: {{{entry.key}: …}}}}`"
        complaints.add(entry.key_place, shown, inside if entry.key in possible else suggestion(entry.key, possible))
    written = kind.value
    if isinstance(written, ScalarNode) and written.value is None:
        written = MappingNode((), kind.key_place)
    if isinstance(written, MappingNode):
        more = tuple(entry for entry in beside if entry.key in possible and written.entry(entry.key) is None)
        return MappingNode((*written.entries, *more), written.place)
    return written


def connect_loss(
    draft: LossDraft | None,
    output: str,
    scope: Scope,
    inputs: Sequence[InputSpec],
    targets: Sequence[TargetSpec],
    complaints: Complaints,
) -> LossSpec | None:
    """The loss with the keys of what it reads (by default the last layer), its targets and its mask."""
    if draft is None:
        return None
    sources = [output] if draft.sources is None else _find_sources(draft.sources, scope, complaints)
    place = draft.entry.key_place
    count = 1 if draft.sources is None else len(draft.sources)
    if count != draft.rules.outputs:
        expected = "one layer" if draft.rules.outputs == 1 else f"{draft.rules.outputs} layers"
        message = f"the loss {quoted(draft.kind)} reads {expected}, not {count}"
        complaints.add(place, message, f"name {expected} in `from`")
    _check_kinds_of_inputs(draft, sources, inputs, complaints)
    _check_mask(draft, inputs, targets, complaints)
    return LossSpec(
        kind=draft.kind,
        options=draft.options or LossOptions(),
        sources=tuple(sources),
        targets=tuple(target.name for target in targets if target.name != draft.mask),
        line=place.line,
        mask=draft.mask,
    )


def _check_kinds_of_inputs(
    draft: LossDraft, sources: Sequence[str], inputs: Sequence[InputSpec], complaints: Complaints
) -> None:
    """Ids are no values that a loss could compare."""
    for given in inputs:
        if given.name in sources and given.kind == "id":
            message = f"the loss {quoted(draft.kind)} cannot read the ids of {quoted(given.name)}"
            complaints.add(draft.entry.key_place, message, "name a layer")


def _check_mask(
    draft: LossDraft, inputs: Sequence[InputSpec], targets: Sequence[TargetSpec], complaints: Complaints
) -> None:
    """A mask is a target, or an input that holds no ids."""
    if draft.mask is None or any(target.name == draft.mask for target in targets):
        return
    found = next((given for given in inputs if given.name == draft.mask), None)
    place = draft.entry.key_place
    if found is None:
        message = f"the loss {quoted(draft.kind)} has the mask {quoted(draft.mask)}, which is no target and no input"
        complaints.add(place, message, f"add it under `targets`: `{draft.mask}: {{shape: [T], kind: binary}}`")
    elif found.kind == "id":
        complaints.add(place, f"the mask {quoted(draft.mask)} holds ids", "give the input the kind binary")


def _find_sources(mentions: Sequence[Mention], scope: Scope, complaints: Complaints) -> list[str]:
    found = []
    for mention in mentions:
        key = scope.find(mention.text)
        if key is None and mention.text:
            message = f"there is nothing called {quoted(mention.text)} for the loss to read"
            complaints.add(mention.place, message, suggestion(mention.text, scope.visible()))
        elif key is not None:
            found.append(key)
    return found


def check_targets(
    draft: LossDraft | None, written: Entry | None, targets: Sequence[TargetSpec], complaints: Complaints
) -> None:
    """A loss that needs a target has exactly one, and no target is left without a loss."""
    if draft is None:
        return
    place, shown = draft.entry.key_place, f"the loss {quoted(draft.kind)}"
    compared = [target for target in targets if target.name != draft.mask]
    if draft.rules.needs_target and (written is None or (targets and not compared)):
        complaints.add(place, f"{shown} needs a target, and there is none", "add `targets: {y: …}` with its size")
    elif not draft.rules.target_kinds and written is not None:
        complaints.add(written.key_place, f"{shown} has no target", "remove `targets`")
    elif len(compared) > 1:
        message = f"{shown} compares with one target, and there are {listed(target.name for target in compared)}"
        complaints.add(place, message, "keep one target")

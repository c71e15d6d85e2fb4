"""Whether a layer reads as many values as it can, and whose weights it may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derive.errors import quoted
from derive.network.spec.complaints import Complaints, listed, suggestion
from derive.network.spec.drafts import BrokenOptions, Draft, LayerDraft, Mention
from derive.network.spec.models import LayerSpec
from derive.network.spec.names import ROUND_INPUT
from derive.network.spec.scope import Scope


def check_sources(draft: Draft, found: Sequence[str], ids: frozenset[str], complaints: Complaints) -> None:
    """A layer reads as many values as its kind can, and ids only if its kind takes ids."""
    least, reads_ids, needs_ids = 1, False, False
    most: int | None = 1
    if isinstance(draft, LayerDraft):
        options = draft.options
        least, most = options.least_sources, options.most_sources
        reads_ids, needs_ids = options.reads_ids, options.needs_ids
    count = 1 if draft.sources is None else len(draft.sources)
    place = draft.sources[0].place if draft.sources else draft.place
    if count < least:
        complaints.add(place, f"{draft.title} reads {count} of at least {least} values", "write `from: [left, right]`")
    elif most is not None and count > most:
        expected = "one value" if most == 1 else f"at most {most} values"
        complaints.add(place, f"{draft.title} reads {expected}, not {count}", "join them with `add` or `concat` first")
    for key in found:
        if key not in ids and needs_ids:
            repair = "let it read an input of kind id, such as `ids: {shape: [T], kind: id, size: 50}`"
            complaints.add(place, f"{draft.title} reads ids, and {quoted(key)} has real values", repair)
        if key in ids and not reads_ids:
            complaints.add(place, f"{draft.title} cannot read the ids of {quoted(key)}", "give the input real values")


def find_owner(
    draft: LayerDraft, share: Mention, scope: Scope, owners: Mapping[str, LayerSpec], complaints: Complaints
) -> LayerSpec | None:
    """The layer whose weights `draft` uses: the one it names, or the one that this in turn shares with."""
    key = None if share.text == ROUND_INPUT else scope.find(share.text)
    owner = None if key is None else owners.get(key)
    if isinstance(draft.options, BrokenOptions) or (owner and isinstance(owner.options, BrokenOptions)):
        return None
    message, repair = f"{draft.title} cannot share with {quoted(share.text)}", ""
    names = draft.options.parameter_names()
    if not names:
        message, repair = f"{draft.title} has no parameters to share", "leave `share` out"
    elif draft.name is not None and draft.name.text == share.text:
        message, repair = f"{draft.title} shares with itself", "name another layer"
    elif owner is None:
        message += ", which is no layer before it"
        repair = suggestion(share.text, [name for name in scope.visible() if scope.find(name) in owners])
    elif owner.kind != draft.kind:
        message += f", a layer of kind {quoted(owner.kind)}"
        repair = f"share with a layer of kind {quoted(draft.kind)}"
    elif missing := [name for name in names if name not in owner.options.parameter_names()]:
        message += f", which has no {listed(missing)}"
        repair = "give both layers the same options"
    else:
        return owner
    complaints.add(share.place, message, repair)
    return None

"""Resolving `from` and `share`, and unrolling the repeats that have a number of rounds.

What comes out is in an order in which every layer reads inputs and layers before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from derive.errors import quoted
from derive.network.spec.binding import bind_sizes
from derive.network.spec.complaints import Complaints
from derive.network.spec.drafts import Draft, LayerDraft, Mention, RepeatDraft
from derive.network.spec.links import check_sources, find_owner
from derive.network.spec.models import LayerSpec, RepeatSpec
from derive.network.spec.names import ROUND_INPUT, SizeSymbol
from derive.network.spec.scope import Scope, count_layers, why_unreadable
from derive.network.spec.tree import Place

Wired: TypeAlias = LayerSpec | RepeatSpec

LAYER_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class _Level:
    """Where a list of layers stands: after which rounds, and inside a symbolic repeat or not."""

    drafts: Sequence[Draft]
    suffix: str = ""
    rounds: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    symbolic: bool = False

    def round(self, repeat: RepeatDraft, number: int) -> _Level:
        """One round of a repeat at this level."""
        rounds = MappingProxyType({**self.rounds, repeat.index: number})
        return _Level(repeat.body, f"_{number}{self.suffix}", rounds, self.symbolic)

    def symbolic_round(self, repeat: RepeatDraft) -> _Level:
        """The round that stands for all rounds of a symbolic repeat."""
        return _Level(repeat.body, self.suffix, self.rounds, True)


@dataclass(slots=True)
class Wiring:
    """The layers made so far, what is read of them, and who owns weights.

    `inputs` gives the place of each input, `ids` those inputs that are ids, and `masks` the names that the loss and
    the layers have for masks: a first layer without `from` does not read those.
    """

    inputs: Mapping[str, Place]
    ids: frozenset[str]
    masks: frozenset[str]
    whole: Sequence[Draft]
    complaints: Complaints
    top: Scope = field(init=False)
    read: set[str] = field(default_factory=set)
    made: dict[str, Draft] = field(default_factory=dict)
    owners: dict[str, LayerSpec] = field(default_factory=dict)
    unresolved: bool = False

    def __post_init__(self) -> None:
        self.top = Scope({name: name for name in self.inputs})

    def wire(self) -> tuple[Wired, ...]:
        """All layers of the file."""
        if (count := count_layers(self.whole)) > LAYER_LIMIT:
            message = f"there are {quoted(count)} layers once repeats are unrolled"
            self.complaints.add(
                self.whole[0].place, message, f"at most {LAYER_LIMIT} are possible; use a symbol for `times`"
            )
            return ()
        data = [name for name in self.inputs if name not in self.masks] or list(self.inputs)
        only_input = data[0] if len(data) == 1 else None
        return tuple(self._wire_level(_Level(self.whole), self.top, only_input))

    def complain_about_unread(self) -> None:
        """Say which inputs and layers nothing reads, unless it is unknown what some layer reads."""
        if self.unresolved:
            return
        found = [(place, f"the input {quoted(name)}") for name, place in self.inputs.items() if name not in self.read]
        found += [(draft.place, draft.title) for key, draft in self.made.items() if key not in self.read]
        for place, title in found:
            self.complaints.add(place, f"nothing reads {title}", "remove it, or name it in a `from`")

    def _wire_level(self, level: _Level, scope: Scope, incoming: str | None) -> list[Wired]:
        wired: list[Wired] = []
        for position, draft in enumerate(level.drafts):
            sources = self._sources(position, level, scope, incoming)
            key = f"#{len(self.made) + 1}" if draft.name is None else draft.name.text + level.suffix
            if draft.name is not None:
                self._require_new(draft.name, scope)
            if isinstance(draft, LayerDraft):
                wired.append(self._layer(draft, key, sources, level, scope))
            elif isinstance(draft.times, int):
                rounds = self._unroll(draft, sources, level, scope)
                wired += rounds
                key = rounds[-1].key if rounds else ""
            else:
                wired.append(self._repeat(draft, draft.times, key, sources, level, scope))
            if draft.name is not None:
                scope.names[draft.name.text] = key
            incoming = key
        return wired

    def _sources(self, position: int, level: _Level, scope: Scope, incoming: str | None) -> tuple[str, ...]:
        """The keys that a draft reads: those it names, or the one before it."""
        draft = level.drafts[position]
        if draft.sources is None and incoming is None:
            self.unresolved = True
            if self.inputs:
                message = f"{draft.title} comes first, and there are several inputs"
                self.complaints.add(draft.place, message, "say what it reads with `from`")
            return ()
        if draft.sources is None and incoming is not None:
            found = [incoming]
        else:
            found = []
            for mention in draft.sources or ():
                key = scope.find(mention.text)
                if key is None:
                    self.unresolved = True
                if key is None and mention.text:
                    wording = why_unreadable(mention, scope, position, level.drafts, self.whole)
                    self.complaints.add(mention.place, *wording)
                elif key is not None:
                    found.append(key)
        if isinstance(draft, LayerDraft):
            found += [key for name in draft.options.mentions() if (key := scope.find(name)) is not None]
        check_sources(draft, found, self.ids, self.complaints)
        if isinstance(draft, LayerDraft) or isinstance(draft.times, SizeSymbol):
            self.read.update(found)
        return tuple(found)

    def _layer(self, draft: LayerDraft, key: str, sources: tuple[str, ...], level: _Level, scope: Scope) -> LayerSpec:
        owner = None
        if draft.share is not None:
            owner = find_owner(draft, draft.share, scope, self.owners, self.complaints)
        layer = LayerSpec(
            key=key,
            kind=draft.kind,
            options=bind_sizes(draft.options, level.rounds),
            name=None if draft.name is None else key,
            sources=sources,
            share=None if owner is None else owner.key,
            number=None,
            line=draft.place.line,
        )
        self.owners[key] = owner or layer
        self.made[key] = draft
        return layer

    def _require_new(self, name: Mention, scope: Scope) -> None:
        """A name may be used once."""
        earlier = scope.find(name.text) or name.text
        first = self.inputs.get(earlier) or (self.made[earlier].place if earlier in self.made else None)
        if first is not None:
            message = f"the name {quoted(name.text)} is used twice, first on line {first.line}"
            self.complaints.add(name.place, message, "rename one of them")

    def _unroll(self, draft: RepeatDraft, sources: tuple[str, ...], level: _Level, scope: Scope) -> list[Wired]:
        """The rounds of a repeat one after the other; names get the number of their round."""
        assert isinstance(draft.times, int)
        wired: list[Wired] = []
        incoming = sources[0] if sources else ""
        for number in range(1, draft.times + 1):
            inner = Scope({ROUND_INPUT: incoming}, scope)
            wired += self._wire_level(level.round(draft, number), inner, incoming)
            incoming = wired[-1].key if wired else incoming
            del inner.names[ROUND_INPUT]
            for text, key in inner.names.items():
                self._hand_out(f"{text}_{number}", key, draft, scope)
        return wired

    def _hand_out(self, text: str, key: str, draft: RepeatDraft, scope: Scope) -> None:
        """Make a layer of one round readable after the repeat, its name followed by the number."""
        if scope.find(text) is not None:
            message = f"a round of {draft.title} makes a second {quoted(text)}"
            self.complaints.add(draft.place, message, "rename one of the two")
        scope.names[text] = key

    def _repeat(
        self,
        draft: RepeatDraft,
        times: SizeSymbol,
        key: str,
        sources: tuple[str, ...],
        level: _Level,
        scope: Scope,
    ) -> RepeatSpec:
        """A repeat of symbolic length, its body wired once."""
        self.made[key] = draft
        if level.symbolic:
            message = "a repeat with a symbol stands inside another"
            self.complaints.add(draft.place, message, "give one of them a number of rounds")
        layers = self._symbolic_round(draft, level, scope)
        return RepeatSpec(
            key=key,
            times=times,
            index=draft.index,
            layers=tuple(layer for layer in layers if isinstance(layer, LayerSpec)),
            name=None if draft.name is None else key,
            source=sources[0] if sources else "",
            line=draft.place.line,
        )

    def _symbolic_round(self, draft: RepeatDraft, level: _Level, scope: Scope) -> list[Wired]:
        """The round that stands for all: it reads the round before, which reads its last layer."""
        self.read.discard(ROUND_INPUT)
        inner = Scope({ROUND_INPUT: ROUND_INPUT}, scope)
        layers = self._wire_level(level.symbolic_round(draft), inner, ROUND_INPUT)
        if layers and ROUND_INPUT not in self.read:
            message = f"no layer of {draft.title} reads the round before"
            self.complaints.add(draft.place, message, f"let one read {quoted(ROUND_INPUT)}")
        self.read.update(layer.key for layer in layers[-1:])
        return layers

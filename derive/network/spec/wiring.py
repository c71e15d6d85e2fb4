"""Resolving `from` and `share`, and unrolling the repeats that have a number of rounds.

What comes out is in an order in which every layer reads inputs and layers before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from derive.errors import quoted
from derive.network.spec.binding import bind_sizes
from derive.network.spec.complaints import Complaints, suggestion
from derive.network.spec.drafts import BrokenOptions, Draft, LayerDraft, Mention, RepeatDraft
from derive.network.spec.models import InputSpec, LayerSpec, RepeatSpec
from derive.network.spec.names import ROUND_INPUT, SizeSymbol
from derive.network.spec.scope import Scope, count_layers, why_unreadable
from derive.network.spec.tree import Place

LAYER_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class _Level:
    """Where a list of layers stands: after which rounds, and inside a symbolic repeat or not."""

    drafts: Sequence[Draft]
    suffix: str = ""
    rounds: Mapping[str, int] = MappingProxyType({})
    symbolic: bool = False

    def round(self, repeat: RepeatDraft, number: int) -> _Level:
        """One round of a repeat at this level."""
        rounds = MappingProxyType({**self.rounds, repeat.index: number})
        return _Level(repeat.body, f"{self.suffix}_{number}", rounds, self.symbolic)

    def symbolic_round(self, repeat: RepeatDraft) -> _Level:
        """The round that stands for all rounds of a symbolic repeat."""
        return _Level(repeat.body, self.suffix, self.rounds, True)


@dataclass(slots=True)
class Wiring:
    """The layers made so far, what is read of them, and who owns weights."""

    inputs: tuple[InputSpec, ...]
    whole: Sequence[Draft]
    complaints: Complaints
    top: Scope = field(init=False)
    read: set[str] = field(default_factory=set)
    made: dict[str, Draft] = field(default_factory=dict)
    owners: dict[str, LayerSpec] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.top = Scope({given.name: given.name for given in self.inputs})

    def wire(self) -> tuple[LayerSpec | RepeatSpec, ...]:
        """All layers of the file."""
        if (count := count_layers(self.whole)) > LAYER_LIMIT:
            message = f"there are {quoted(count)} layers once repeats are unrolled"
            self.complaints.add(
                self.whole[0].place, message, f"at most {LAYER_LIMIT} are possible; use a symbol for `times`"
            )
            return ()
        only_input = self.inputs[0].name if len(self.inputs) == 1 else None
        return tuple(self._wire_level(_Level(self.whole), self.top, only_input))

    def unread(self) -> list[tuple[Place, str]]:
        """The layers and inputs that nothing reads, with their places."""
        layers = [(draft.place, draft.title) for key, draft in self.made.items() if key not in self.read]
        inputs = [
            (Place(given.line, 1), f"the input {quoted(given.name)}")
            for given in self.inputs
            if given.name not in self.read
        ]
        return inputs + layers

    def _wire_level(self, level: _Level, scope: Scope, incoming: str | None) -> list[LayerSpec | RepeatSpec]:
        wired: list[LayerSpec | RepeatSpec] = []
        for position, draft in enumerate(level.drafts):
            sources = self._sources(position, level, scope, incoming)
            if isinstance(draft, LayerDraft):
                layer = self._layer(draft, sources, level, scope)
                wired.append(layer)
                incoming = layer.key
            elif isinstance(draft.times, int):
                rounds, incoming = self._unroll(draft, sources, level, scope)
                wired.extend(rounds)
            else:
                repeat = self._repeat(draft, draft.times, sources, level, scope)
                wired.append(repeat)
                incoming = repeat.key
        return wired

    def _sources(
        self, position: int, level: _Level, scope: Scope, incoming: str | None
    ) -> tuple[str, ...]:
        """The keys that a draft reads."""
        draft = level.drafts[position]
        if draft.sources is None:
            if incoming is None:
                self.complaints.add(
                    draft.place, f"{draft.title} comes first and there are several inputs", "add `from: …`"
                )
            found = [] if incoming is None else [incoming]
        else:
            found = []
            for mention in draft.sources:
                key = scope.find(mention.text)
                if key is None:
                    wording = why_unreadable(mention, scope, position, level.drafts, self.whole)
                    self.complaints.add(mention.place, *wording)
                else:
                    found.append(key)
        self.read.update(found)
        return tuple(found)

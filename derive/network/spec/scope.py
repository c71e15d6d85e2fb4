"""Which names can be read at a place of the network file, and what to say of those that cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from derive.errors import quoted
from derive.network.spec.complaints import suggestion
from derive.network.spec.drafts import Draft, LayerDraft, Mention, RepeatDraft
from derive.network.spec.names import ROUND_INPUT


@dataclass(slots=True)
class Scope:
    """The names visible at one level of the layers, each with the key of what it names."""

    names: dict[str, str] = field(default_factory=dict)
    outer: Scope | None = None

    def find(self, text: str) -> str | None:
        """The key that a name stands for here, looking outwards."""
        if text in self.names or self.outer is None:
            return self.names.get(text)
        return self.outer.find(text)

    def visible(self) -> Iterator[str]:
        """All names that can be read here, innermost first."""
        yield from self.names
        if self.outer is not None:
            yield from self.outer.visible()


def why_unreadable(
    mention: Mention, scope: Scope, position: int, level: Sequence[Draft], whole: Sequence[Draft]
) -> tuple[str, str]:
    """Why draft `position` of its `level` cannot read the mentioned name, and the repair.

    `whole` holds all layers of the file.
    """
    shown = quoted(mention.text)
    if mention.text == ROUND_INPUT:
        return f"{shown} has a meaning only inside a repeat", "name a layer or an input"
    reader = level[position]
    if reader.name is not None and reader.name.text == mention.text:
        return f"{reader.title} reads itself", "name what stands before it"
    for later in range(position + 1, len(level)):
        name = level[later].name
        if name is not None and name.text == mention.text:
            return _why_not_later(position, later, level)
    holder = _repeat_around(mention.text, whole)
    if holder is not None:
        repair = "give the repeat a name and read that"
        if isinstance(holder.times, int):
            repair += f", or read one round, as {quoted(f'{mention.text}_{holder.times}')}"
        return f"{shown} stands inside the repeat on line {holder.place.line}", repair
    later_line = _line_of(mention.text, whole)
    if later_line is not None:
        return f"{shown} stands later, on line {later_line}", "move it before its reader"
    return f"there is nothing called {shown} here", suggestion(mention.text, scope.visible())


def _why_not_later(reader: int, read: int, level: Sequence[Draft]) -> tuple[str, str]:
    """A layer reads a later one: in a circle, or merely in the wrong order."""
    circle = _path_back(read, reader, level)
    if circle is None:
        line = level[read].place.line
        return f"{level[reader].title} reads {level[read].title}, which stands later, on line {line}", (
            "move it before its reader"
        )
    names = [name.text if (name := level[at].name) else level[at].title for at in (reader, *circle)]
    return (
        f"`from` goes round in a circle: {' reads '.join(names)}",
        "break the circle at one of these layers",
    )


def _path_back(start: int, goal: int, level: Sequence[Draft]) -> tuple[int, ...] | None:
    """The layers from `start` to `goal`, each reading the next; `None` if there is no such way."""
    place_of = {draft.name.text: at for at, draft in enumerate(level) if draft.name is not None}
    ways: dict[int, tuple[int, ...]] = {start: (start,)}
    frontier = [start]
    while frontier:
        at = frontier.pop(0)
        if at == goal:
            return ways[at]
        mentions = level[at].sources
        read = [at - 1] if mentions is None else [place_of.get(mention.text, -1) for mention in mentions]
        for source in read:
            if source >= 0 and source not in ways:
                ways[source] = (*ways[at], source)
                frontier.append(source)
    return None


def _repeat_around(text: str, drafts: Sequence[Draft]) -> RepeatDraft | None:
    """The outermost repeat whose body holds a layer of this name."""
    repeats = (draft for draft in drafts if isinstance(draft, RepeatDraft))
    return next((repeat for repeat in repeats if _line_of(text, repeat.body) is not None), None)


def _line_of(text: str, drafts: Sequence[Draft]) -> int | None:
    """The line of the layer of this name, in repeats too."""
    for draft in drafts:
        if draft.name is not None and draft.name.text == text:
            return draft.place.line
        if isinstance(draft, RepeatDraft) and (line := _line_of(text, draft.body)) is not None:
            return line
    return None


def count_layers(drafts: Sequence[Draft]) -> int:
    """How many layers there are once repeats with a number are unrolled."""
    total = 0
    for draft in drafts:
        if isinstance(draft, LayerDraft):
            total += 1
        else:
            times = draft.times if isinstance(draft.times, int) else 1
            total += times * count_layers(draft.body)
    return total

"""Wordings by language: files in a folder such as `templates/words/en/` hold a text with places in braces for each key.

A text is plain words; `*stress*` marks emphasis. Renderers say it with a `Writer`, which escapes every word
and shows every parameter in its own format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter
from types import MappingProxyType
from typing import Protocol

import yaml

from derive.errors import DeriveError, quoted
from derive.notes.document import Inline, Listing, Math, Plain, Reference, Words
from derive.resources import templates_dir

_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
_WIDE = "[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]"
_FOLDED = re.compile(f"(?<={_WIDE}) (?={_WIDE})|(?<=[\u3000-\u303f\uff00-\uff0f\uff1a-\uff1f]) ")
"""A blank between full-width characters, or after full-width punctuation: where a line of a file was folded."""


class Writer(Protocol):
    """How a format shows the parts of a text."""

    def text(self, text: str) -> str:
        """Plain words, escaped."""
        ...

    def stress(self, said: str) -> str:
        """Something already said, with emphasis."""
        ...

    def math(self, latex: str) -> str:
        """A formula in running text."""
        ...

    def reference(self, anchor: str) -> str:
        """The number of a result, linked to it."""
        ...


@dataclass(frozen=True)
class Language:
    """The wordings of one language, by key."""

    name: str
    wordings: Mapping[str, str]

    @property
    def between(self) -> str:
        """What stands between two sentences."""
        return self.wording("punctuation.between")

    @property
    def after_title(self) -> str:
        """What stands after a title that begins a line of text."""
        return self.wording("punctuation.title")

    @property
    def colon(self) -> str:
        """What stands between the name of something and the thing itself."""
        return self.wording("punctuation.colon")

    def say(self, inline: Inline, writer: Writer) -> str:
        """An inline in the format of `writer`."""
        match inline:
            case Words() if inline.otherwise is not None and inline.key not in self.wordings:
                return self.say(inline.otherwise, writer)
            case Words():
                return "".join(self._parts(inline, writer))
            case Math():
                return writer.math(inline.latex)
            case Plain():
                return writer.text(inline.text)
            case Reference():
                return writer.reference(inline.anchor)
            case Listing():
                return self._listed([self.say(i, writer) for i in inline.items], writer)
        raise TypeError(f"{type(inline).__name__} is no inline")

    def wording(self, key: str) -> str:
        if key not in self.wordings:
            raise DeriveError(
                f"the language {self.name} has no wording for {key}",
                repair="add it to a file of its folder in templates/words",
            )
        return self.wordings[key]

    def _parts(self, said: Words, writer: Writer) -> Sequence[str]:
        """The wording with its places filled in; what stands between two stars is emphasized."""
        given = dict(said.given)
        parts: list[list[str]] = [[]]
        for text, place, _, _ in Formatter().parse(self.wording(said.key)):
            first, *others = text.split("*")
            parts[-1].append(writer.text(first))
            parts += [[writer.text(piece)] for piece in others]
            if place is not None:
                parts[-1].append(self.say(given[place], writer))
        joined = ["".join(p) for p in parts]
        return [writer.stress(p) if k % 2 else p for k, p in enumerate(joined)]

    def _listed(self, items: Sequence[str], writer: Writer) -> str:
        if len(items) < 2:
            return "".join(items)
        comma, last = (writer.text(self.wording(key)) for key in ("list.comma", "list.and"))
        return comma.join(items[:-1]) + last + items[-1]


@cache
def load_language(name: str) -> Language:
    """The wordings of a language: those of every file in its folder.

    Raises: DeriveError if there is no such folder.
    """
    folder = templates_dir() / "words"
    files = sorted((folder / name).glob("*.yaml")) if _LANGUAGE.match(name) else []
    if not files:
        known = ", ".join(sorted(p.name for p in folder.iterdir()))
        raise DeriveError(f"there are no wordings in the language {quoted(name)}", repair=f"there are {known}")
    wordings: dict[str, str] = {}
    for path in files:
        for key, text in _flat(yaml.safe_load(path.read_text(encoding="utf-8")) or {}):
            assert key not in wordings, f"{path} has the wording {key} for a second time"
            wordings[key] = _FOLDED.sub("", text)
    return Language(name, MappingProxyType(wordings))


def _flat(tree: Mapping[str, object], above: str = "") -> list[tuple[str, str]]:
    """`{reason: {chain: …}}` as `reason.chain: …`."""
    out: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, Mapping):
            out += _flat(value, f"{above}{key}.")
        else:
            out.append((f"{above}{key}", str(value)))
    return out

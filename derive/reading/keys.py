"""What makes two written symbols the same one: letter, font, accents and primes, not their places."""

from __future__ import annotations

from dataclasses import dataclass, replace

from derive.latex.reading.syntax import Accented, Bracketed, Node, Scripts, Symbol
from derive.latex.tex import capital


@dataclass(frozen=True)
class Key:
    """The head of a symbol, without what stands above and below."""

    name: str
    font: str = ""
    accents: tuple[str, ...] = ()
    primes: int = 0

    @property
    def plain(self) -> Key:
        """Without font and vectors' arrows, which many write now and then only."""
        return replace(self, font="", accents=tuple(a for a in self.accents if a != "vec"))

    @property
    def capital(self) -> Key:
        """The capital of a small letter, otherwise the same, without font and arrows."""
        letter = self.name.removeprefix("\\")
        raised = capital(letter) if letter.isascii() and letter.isalpha() else letter
        return replace(self.plain, name=self.name.removesuffix(letter) + raised)


def key_of(node: Node | None) -> Key | None:
    """The key of a symbol, with its accents; None for anything else."""
    if isinstance(node, Symbol):
        return Key(node.name, node.font, node.accents)
    if isinstance(node, Bracketed) and node.opening == "{":
        return key_of(node.body)
    if isinstance(node, Accented):
        inner = key_of(node.body)
        return None if inner is None else replace(inner, accents=(node.accent, *inner.accents))
    if isinstance(node, Scripts) and node.below is None and node.above is None:
        inner = key_of(node.base)
        return None if inner is None else replace(inner, primes=inner.primes + node.primes)
    return None

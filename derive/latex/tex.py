"""What a name becomes in TeX: letters, words and Greek, never a command that the name spells."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOWER = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho "
    "sigma tau upsilon phi varphi chi psi omega"
)
_UPPER = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
GREEK = frozenset((*_LOWER.split(), *_UPPER.split()))
"""The words that stand for a Greek letter; each is also the name of its TeX command."""
LETTERS = GREEK | {"ell"}
"""All words that stand for one letter."""

_ESCAPES = {
    "\\": r"\backslash ",
    "^": r"\wedge ",
    "~": r"\sim ",
    **{c: "\\" + c for c in "_{}$&#%"},
}
_HEAD = re.compile(r"([A-Za-z]+)([0-9]*)\Z")


@dataclass(frozen=True)
class Name:
    """A symbol: its letter and the subscripts that belong to it (`W_trunk`: `W` and `trunk`)."""

    base: str
    subs: tuple[str, ...] = ()

    @property
    def tex(self) -> str:
        return self.base + (f"_{{{','.join(self.subs)}}}" if self.subs else "")


def name(text: str) -> Name:
    """`x1` → x with subscript 1, `W_trunk` → W with subscript trunk, `lambda` → λ, `trunk` → upright text."""
    head, *tail = [part for part in text.split("_") if part] or [""]
    subs = [subscript(part) for part in tail]
    found = _HEAD.match(head)
    if found is None:
        return Name(upright(text))
    letters, digits = found.groups()
    if digits and (len(letters) == 1 or letters in LETTERS):
        return Name(word(letters), (digits, *subs))
    return Name(word(head), tuple(subs))


def word(text: str) -> str:
    """A single letter as it is, a Greek word as its letter, anything else upright."""
    if len(text) == 1 and text.isascii() and text.isalpha():
        return text
    return f"\\{text}" if text in LETTERS else upright(text)


def subscript(text: str) -> str:
    """A part of a name as a subscript: digits as they are, Greek as letters, words upright."""
    return text if text.isascii() and text.isdigit() else f"\\{text}" if text in LETTERS else upright(text)


def upright(text: str) -> str:
    """Any text in upright letters; no character of it can begin or end a TeX command."""
    return f"\\mathrm{{{''.join(_safe(c) for c in text)}}}"


def _safe(c: str) -> str:
    if c.isascii():
        return c if c.isalnum() else _ESCAPES.get(c, f"{{{c}}}" if c.isprintable() else "?")
    return f"\\text{{{c}}}" if c.isalnum() else "?"


def index_letter(text: str) -> Name:
    """A display letter of an index: `j`, `j'`, `j_1`, `alpha`."""
    letters = text.rstrip("'")
    found = name(letters)
    primes = "'" * (len(text) - len(letters))
    return Name(found.tex + primes) if primes else found


_ACCENTS = {
    "bold": "",
    "cal": r"\mathcal",
    "hat": r"\hat",
    "bar": r"\bar",
    "tilde": r"\tilde",
    "vec": r"\vec",
    "rarrow": r"\overrightarrow",
    "larrow": r"\overleftarrow",
    "prime": "'",
}
_SYMBOL = re.compile(rf"(?:(?:{'|'.join(_ACCENTS)}) )*[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*\Z")


def is_symbol(text: str) -> bool:
    """Whether a notation may use the text: a name, perhaps after words such as `bold`, `cal`, `hat`."""
    return len(text) <= 64 and _SYMBOL.match(text) is not None


def symbol(text: str) -> Name:
    """The symbol that a notation spells in words: `W`, `delta`, `cal L`, `bold Theta`, `hat y`, `nabla`."""
    *accents, letters = text.split(" ")
    found = Name(r"\nabla") if letters == "nabla" else name(letters)
    base = found.base
    for accent in reversed(accents):
        if accent == "prime":
            base += "'"
            continue
        command = _ACCENTS[accent] or (r"\boldsymbol" if base.startswith("\\") else r"\mathbf")
        base = f"{command}{{{base}}}"
    return Name(base, found.subs)


def capital(text: str) -> str:
    """The capital of a symbol: `z` → `Z`, `delta` → `Delta`, `bold x` → `bold X`; words stay."""
    *accents, letters = text.split(" ")
    head, *tail = letters.split("_")
    found = _HEAD.match(head)
    assert found is not None, text
    stem, digits = found.groups()
    raised = stem[:1].upper() + stem[1:]
    if len(stem) == 1 or raised in GREEK:
        head = raised + digits
    return " ".join((*accents, "_".join((head, *tail))))

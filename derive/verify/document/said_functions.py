"""Which function a letter is, where words beside it say so: `f is the sigmoid`, 激活函数 f 取 Sigmoid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.forward.functions import ABSTRACT
from derive.latex.reading.document import Document
from derive.latex.reading.formula import read_formula
from derive.latex.reading.syntax import Symbol
from derive.verify.document.profile import Meaning

NAMES = {
    "sigmoid": "sigmoid",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "hyperbolic tangent": "tanh",
    "双曲正切": "tanh",
    "relu": "relu",
    "softplus": "softplus",
}
_NAME = re.compile("|".join(NAMES))
_IS = re.compile(
    r"\s*((is|be|denotes|means)( (the|a|an))?( (standard|usual|elementwise|logistic))?"
    r"|(均|都|就|统一|全)*(是|为|取|取为|选为|即|表示|采用|选用)(\w{0,6}的)?)\s*\Z"
)
_ENDS = re.compile(r"\s*(function|activation|activation function|函数|激活函数)?(\s+applied.*)?\s*\Z")
_OPEN = re.compile(r"\b(or|not|no|unlike|such|like|either|than|may|can|could|e\.g)\b|或|不|例如|比如|如|可|等|非")
_CALL = re.compile(r"\s*(?:'|\^\{?\\prime\}?)*\s*(?:\\left|\\[bB]igg?l?)?\s*\(")
FURTHEST = 40


def said_functions(document: Document) -> Iterator[Meaning]:
    """What words right behind a letter of functions say it to be; nothing where they leave it open, or name several."""
    found: dict[str, set[str]] = {}
    for fragment, behind in zip(document.fragments, [*document.fragments[1:], None], strict=True):
        written = fragment.source.strip()
        if fragment.display or not _is_letter(written) or not (_usual(written) or _is_called(written, document)):
            continue
        start = document.text.find(fragment.source, fragment.start) + len(fragment.source)
        end = start + FURTHEST if behind is None else min(start + FURTHEST, behind.start)
        words = re.split(r"[。；;,，.:：!?\n]", document.text[start:end].lstrip("$)\\ ").lower())[0]
        named = list(_NAME.finditer(words))
        if not named or _OPEN.search(words):
            continue
        if _IS.match(words[: named[-1].start()]) and _ENDS.match(words[named[-1].end() :]):
            found.setdefault(written, set()).add(NAMES[named[-1].group()])
    for written, names in found.items():
        if len(names) == 1:
            yield Meaning(written, "function", names.pop(), 0)


def _is_letter(written: str) -> bool:
    chains = read_formula(written).chains
    member = chains[0].members[0] if len(chains) == 1 and len(chains[0].members) == 1 else None
    return isinstance(member, Symbol) and not member.accents and (len(written) == 1 or _usual(written))


def _usual(written: str) -> bool:
    return written.removeprefix("\\") in ABSTRACT


def _is_called(letter: str, document: Document) -> bool:
    """Whether it stands before brackets wherever it stands in a formula: `s(Wx + b)`, `s'(z)`."""
    sources = [f.source for f in document.fragments if f.source.strip() != letter]
    found = [x for source in sources for x in re.finditer(rf"(?<![A-Za-z\\]){re.escape(letter)}(?![A-Za-z])", source)]
    return bool(found) and all(_CALL.match(x.string, x.end()) for x in found)

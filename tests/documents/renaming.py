"""The symbols of a document and of its profile under other letters, token by token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from derive.latex.settings import notation

Letters = Mapping[str, str]

KEPT = r"\\(?:text|mathrm|operatorname|mathbb|begin|end)\s*\{[^}]*\}(?:\{[lcr|]+\})?"
TOKEN = re.compile(rf"{KEPT}|\\[A-Za-z]+ ?|[A-Za-z]{{3,}}|[A-Za-z]|.", re.DOTALL)
"""What stands in braces behind such a command is no symbol, and neither is a word of three letters."""

WORDED = ("random",)
"""Keys of a profile below which symbols stand, and words."""

FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)


def renamed(text: str, letters: Letters) -> str:
    """A formula, or a symbol of a profile."""
    return "".join(_token(t, letters) for t in TOKEN.findall(text))


def _token(token: str, letters: Letters) -> str:
    new = letters.get(token.strip())
    if new is None:
        return token
    return f"{new} " if new.startswith("\\") else new + (" " if token.endswith(" ") else "")


def renamed_document(text: str, letters: Letters) -> str:
    return FORMULA.sub(lambda m: renamed(m.group(), letters), text)


def renamed_profile(tree: Mapping[str, Any], letters: Letters) -> dict[str, Any]:
    """The notation that is used without a word is named, so that its letters can change too."""
    return _part({"notation": "nielsen", **tree}, letters)


def _part(part: Mapping[str, Any], letters: Letters) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in part.items():
        if key == "notation":
            out[key] = _notation(value, letters)
        elif key == "names":
            out[key] = {renamed(k, letters).strip(): _meaning(v, letters) for k, v in value.items()}
        elif key == "sizes":
            out[key] = {k: renamed(v, letters).strip() for k, v in value.items()}
        elif key in WORDED:
            out[key] = _everywhere(value, letters)
        elif key in ("sections", "passages"):
            out[key] = {k: _part(v, letters) for k, v in value.items()}
        else:
            out[key] = value
    return out


def _everywhere(value: Any, letters: Letters) -> Any:
    """All symbols of a part that holds nothing else; words of three letters stay."""
    if isinstance(value, dict):
        return {renamed(k, letters).strip(): _everywhere(v, letters) for k, v in value.items()}
    if isinstance(value, list):
        return [_everywhere(v, letters) for v in value]
    return renamed(value, letters).strip() if isinstance(value, str) else value


def _meaning(meaning: Mapping[str, Any], letters: Letters) -> dict[str, Any]:
    """What a name stands for; names inside of the network are no letters of the document."""
    out = dict(meaning)
    for form in ("is", "value"):
        if form in out:
            out[form] = renamed(out[form], letters).strip()
    if "indices" in out:
        out["indices"] = [renamed(x, letters).strip() for x in out["indices"]]
    return out


def _notation(value: Any, letters: Letters) -> dict[str, Any]:
    own = {"base": value} if isinstance(value, str) else dict(value)
    base = notation(own["base"])
    for key in ("symbols", "gradient_symbols", "functions"):
        words = {**getattr(base, key), **own.get(key, {})}
        changed = {k: _words(v, letters) for k, v in words.items()}
        own[key] = {k: v for k, v in changed.items() if v != getattr(base, key).get(k)}
        if not own[key]:
            del own[key]
    return own


def _words(text: str, letters: Letters) -> str:
    """`hat y`, `delta`, `bold Theta`: symbols as notations spell them."""
    return " ".join(
        letters.get(w, letters.get(f"\\{w}", w)).removeprefix("\\") if w not in ("hat", "bold", "cal") else w
        for w in text.split()
    )

"""How derivatives lie, where a document says it in words: `in denominator layout`, 分母布局."""

from __future__ import annotations

import re

from derive.reading.layouts import DerivativeLayout

_WORDS: tuple[tuple[DerivativeLayout, re.Pattern[str]], ...] = (
    ("numerator", re.compile(r"numerator[ -]layout|分子布局")),
    ("denominator", re.compile(r"denominator[ -]layout|分母布局")),
)
_DENIED = re.compile(r"(\b(not|than|of|unlike|no)(\s+(the|a|in|use|using))*|(不|不是|非|不同于)(用|采用|使用)?)\s*\Z")


def said_layout(text: str) -> DerivativeLayout | None:
    """The one layout that a text names, and does not deny; None where it names none, or both."""
    text = text.lower()
    named = [layout for layout, words in _WORDS if words.search(text)]
    if len(named) != 1:
        return None
    [words] = [words for layout, words in _WORDS if layout == named[0]]
    is_denied = any(_DENIED.search(text[max(0, m.start() - 24) : m.start()]) for m in words.finditer(text))
    return None if is_denied else named[0]

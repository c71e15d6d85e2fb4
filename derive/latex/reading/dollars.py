"""Dollars in running text: which pairs enclose a formula, and which are money."""

from __future__ import annotations

import re

_STRONG = re.compile(r"\\(?![$%])|[\^_={}<>∂∇∑σδ]|[A-Za-z]'")
_WORD = re.compile(r"(?<![\\A-Za-z{])[A-Za-z]{2,}")
_FUNCTIONS = frozenset({"exp", "log", "ln", "max", "min", "tanh", "sin", "cos", "tan", "cosh", "sinh", "sgn", "sign"})
_FUNCTIONS |= {"diag", "dim", "tr", "det", "erf", "np", "sum", "pi"}
_AMOUNT = re.compile(r"\d[\d,.]*(?:[kKMB]|bn)?(?=$|[^\w^_])|\d[\d,.]*\s*[\u4e00-\u9fff]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def is_formula(content: str, following: str) -> bool:
    """Whether `$content$` before `following` is a formula.

    Pandoc's rule: no space inside the dollars, no digit behind them, and it does not begin like an amount of money in
    a sentence. Beyond it, spaces and digits are allowed where signs of mathematics occur, or only letters do.
    """
    stripped = content.strip()
    if not stripped or is_money(content):
        return False
    opens, closes = not content[0].isspace(), not content[-1].isspace()
    if opens and closes and not following.isdigit():
        return True
    if not closes and (following == "$" or (opens and following.isalnum() and _words(content))):
        return False
    if _STRONG.search(content):
        return True
    if following.isdigit() or _words(content) or _CHINESE.search(content):
        return False
    if opens and not closes:
        return stripped[0].isalpha() and not following.isalnum()
    return not opens and (not closes or stripped[0].isalpha())


def is_money(content: str) -> bool:
    """Whether what follows a dollar begins with an amount and goes on in words: `5 and `, `5`, `100美元`."""
    amount = _AMOUNT.match(content)
    if amount is None or re.search(r"\\(?![$%])|[\^_]", content):
        return False
    rest = content[amount.end() :]
    if _CHINESE.search(content):
        return "=" not in content
    return bool(_words(rest))


def _words(content: str) -> list[str]:
    """Words of at least two letters that are no functions."""
    return [word for word in _WORD.findall(content) if word.lower() not in _FUNCTIONS]

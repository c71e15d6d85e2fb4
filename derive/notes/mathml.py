"""Formulas as MathML, through latex2mathml, with what browsers draw badly put right."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert
from markupsafe import Markup

Style = Literal["inline", "large", "block"]

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_LARGE = frozenset("∑∏")
_ROWS = frozenset({"mrow", "mtd", "math", "mstyle"})
_FENCES = frozenset("[]()|")
_FENCED = 3
"""A bracket, a table, a bracket."""
_THIN = "0.167em"


@lru_cache(maxsize=8192)
def mathml(latex: str, style: Style = "inline") -> Markup:
    """The formula: in running text, `large` there, or in a `block` of its own."""
    root = ElementTree.fromstring(convert(latex, display="inline" if style == "inline" else "block"))
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_NAMESPACE}}}")
    for element in tuple(root.iter()):
        _mend(element)
    for element in tuple(root.iter()):
        _group_tables(element)
    root.set("xmlns", _NAMESPACE)
    if style == "large":
        root.set("display", "inline")
        root.set("displaystyle", "true")
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _mend(element: Element) -> None:
    """Limits of sums where a display has them, names as one word, primes as operators, room around functions."""
    if element.tag in _LIMITS and len(element) and element[0].text in _LARGE:
        element.tag = _LIMITS[element.tag]
    if element.tag == "mo" and _is_word(element):
        element.tag = "mi"
    if element.tag == "mi" and element.text == "′":
        element.tag = "mo"
    if len(element) > 1 and all(c.tag == "mi" and c.get("mathvariant") == "normal" for c in element):
        word = Element("mi")
        word.text = "".join(c.text or "" for c in element)
        element[:] = [word]
    _space_functions(element)


def _space_functions(row: Element) -> None:
    """A function before an argument without brackets, or after a factor, stands a little apart."""
    children = list(row)
    if row.tag != "mrow":
        return
    for k, child in enumerate(children):
        if child.tag == "mi" and _is_word(child) and child.get("mathvariant") is None:
            after = children[k + 1] if k + 1 < len(children) else None
            before = children[k - 1] if k else None
            if after is not None and after.tag != "mo":
                row.insert(list(row).index(child) + 1, Element("mspace", width=_THIN))
            if before is not None and before.tag != "mo":
                row.insert(list(row).index(child), Element("mspace", width=_THIN))


def _group_tables(row: Element) -> None:
    """A matrix with its brackets in a row of its own: they are as tall as the matrix, not as what stands beside it."""
    children = list(row)
    if row.tag not in _ROWS or len(children) == _FENCED:
        return
    for k in range(len(children) - _FENCED, -1, -1):
        opening, table, closing = children[k : k + _FENCED]
        if table.tag == "mtable" and opening.text in _FENCES and closing.text in _FENCES:
            group = Element("mrow")
            group[:] = (opening, table, closing)
            row[k : k + _FENCED] = [group]


def _is_word(element: Element) -> bool:
    return element.text is not None and len(element.text) > 1 and element.text.isalpha()

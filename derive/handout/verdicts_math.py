"""Formulas of somebody else's document as MathML, with marks inside them where their links end.

A formula is written anew from its tokens with commands that are known; every other text of it is put in after the
conversion, as text. So nothing that a document holds is ever read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from markupsafe import Markup

from derive.handout.verdicts_tex import NotShown, Slot, Written, written
from derive.latex.reading.vocabulary import Macro
from derive.notes.mathml import Style, mathml


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELEMENTS = _words(
    "math mrow mi mo mn mtext mspace msub msup msubsup munder mover munderover mmultiscripts mprescripts none mfrac "
    "msqrt mroot mstyle mpadded mphantom menclose mtable mtr mtd merror ms"
)
_ATTRIBUTES = _words(
    "display displaystyle scriptlevel mathvariant stretchy fence form minsize maxsize accent accentunder width height "
    "depth lspace rspace voffset columnalign linethickness largeop movablelimits separator notation"
)
_SLOT = re.compile("\ue000([0-9]+)\ue001")
_SIGNS = ("+", "-", "−", "±", "∓")
_CLOSING = tuple(")]}|‖⟩!'′")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def harmless(text: str) -> str:
    """Text without characters that no page may hold, or that turn the direction of what follows."""
    return _UNPRINTABLE.sub("\ufffd", text)


@dataclass(frozen=True)
class Mark:
    """A link to what is said of a claim: `end` is where its link ends in the formula."""

    end: int
    number: int
    identity: str
    target: str
    kind: str
    sign: str
    said: str

    @property
    def attributes(self) -> dict[str, str]:
        """Those of the link."""
        said = harmless(self.said)
        return {
            **{"id": self.identity, "href": f"#{self.target}", "class": f"mark {self.kind}"},
            **{"data-number": str(self.number), "title": said, "aria-label": said},
        }

    @property
    def element(self) -> Element:
        """The mark as an element of the page."""
        link = Element("a", self.attributes)
        link.text = self.sign
        return link


def formula(
    source: str, is_display: bool, marks: Sequence[Mark] = (), macros: tuple[Macro, ...] = ()
) -> tuple[Markup | None, tuple[Mark, ...]]:
    """The formula as MathML, None if it is none that can be shown; and the marks that have no place in it."""
    for inside in (tuple(marks), ()):
        try:
            text = written(source, tuple(m.end for m in inside), macros)
            return _shown(text, inside, is_display), () if inside else tuple(marks)
        except NotShown:
            continue
    return None, tuple(marks)


def _shown(text: Written, marks: Sequence[Mark], is_display: bool) -> Markup:
    """Raises: NotShown for what the converter does not take, or does not give back whole."""
    root = _converted(text.latex, "block" if is_display else "inline")
    filled = 0
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        if element.tag not in _ELEMENTS:
            raise NotShown
        element.attrib = {k: v for k, v in element.attrib.items() if k in _ATTRIBUTES}
    for element in root.iter():
        _sign_prefixes(element)
    for element in tuple(root.iter("mtext")):
        if found := _SLOT.fullmatch((element.text or "").strip()):
            _fill(element, text.slots[int(found[1])], marks)
            filled += 1
    if filled != len(text.slots):
        raise NotShown
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _converted(latex: str, style: Style) -> Element:
    """Raises: NotShown. The converter answers to what is no formula with errors of a dozen kinds."""
    try:
        return ElementTree.fromstring(str(mathml(latex, style)))
    except Exception as error:
        raise NotShown from error


def _sign_prefixes(row: Element) -> None:
    """A sign behind an operator belongs to what follows: `= -1`."""
    children = list(row)
    for before, sign in pairwise(children):
        if sign.tag == "mo" and sign.text in _SIGNS and before.tag == "mo" and before.text not in _CLOSING:
            sign.set("form", "prefix")


def _fill(element: Element, slot: Slot, marks: Sequence[Mark]) -> None:
    element.text = None
    if slot.kind == "mark":
        element.append(marks[int(slot.text)].element)
    else:
        element.tag = slot.kind
        element.text = harmless(slot.text)

"""Words that put another loss in the place of the document's: `with the cross-entropy instead, δ = a - y`.

What follows in that paragraph is about a network that no formula states, and is not refuted by the one that is.
"""

from __future__ import annotations

import re

from derive.latex.reading.document import Document, Fragment
from derive.verify.claims import Status
from derive.verify.document.verdict import Verdict, undecided

_LOSS = re.compile(
    r"\b(?:loss|cost|objective|error|entropy|likelihood|hinge)\b|损失|代价|误差|交叉熵|似然|目标函数", re.IGNORECASE
)
_CHANGE = re.compile(
    r"\binstead\b|\bin place of\b|\brather than\b|\breplac(?:e|es|ed|ing)\b|\bswitch(?:es|ed|ing)?\b|\bhad used\b"
    r"|\bhad (?:we|one) used\b|改用|换成|换为|换作|替换|代替|取代|改为",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"\n[ \t]*\n|\n#")
OTHER_LOSS = "it differs, and the words around it put another loss in the place of the document's"


def under_another_loss(document: Document, fragment: Fragment, verdict: Verdict) -> Verdict:
    """The verdict; what is wrong is undecided where its paragraph speaks of a change of the loss."""
    if verdict.status is not Status.WRONG:
        return verdict
    before = [m.end() for m in _PARAGRAPH.finditer(document.text, 0, fragment.start)]
    behind = _PARAGRAPH.search(document.text, fragment.end)
    begin, end = before[-1] if before else 0, behind.start() if behind else len(document.text)
    words = document.text[begin:end]
    for formula in document.fragments:
        if begin <= formula.start < end:
            words = words.replace(formula.source, " ")
    return undecided(OTHER_LOSS) if _LOSS.search(words) and _CHANGE.search(words) else verdict

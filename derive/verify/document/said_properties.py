"""Words that suppose a property which no formula states: `if $A$ is symmetric, $∇f = 2 A x$`."""

from __future__ import annotations

import re

from derive.latex.reading.document import Document, Fragment
from derive.verify.claims import Status
from derive.verify.document.changed_loss import under_another_loss
from derive.verify.document.verdict import Verdict, undecided

_PROPERTY = re.compile(
    r"\b(?:symmetric|orthogonal|orthonormal|unit (?:norm|length)|positive definite)\b|对称矩阵|是对称|正交|单位长度",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?;](?=\s)|[。！？；]|\n[ \t]*\n|\n#")
SUPPOSED = "it differs, and the words around it suppose what no formula states: {}"


def under_what_is_supposed(document: Document, fragment: Fragment, verdict: Verdict) -> Verdict:
    """The verdict; what is wrong is undecided where its sentence, or a change of the loss, supposes something else."""
    verdict = under_another_loss(document, fragment, verdict)
    if verdict.status is not Status.WRONG or verdict.is_misfit:
        return verdict
    before = [m.end() for m in _END.finditer(document.text, 0, fragment.start)]
    behind = _END.search(document.text, fragment.end)
    begin, end = before[-1] if before else 0, behind.start() if behind else len(document.text)
    found = _PROPERTY.search(document.text, begin, end)
    return verdict if found is None else undecided(SUPPOSED.format(found[0]))

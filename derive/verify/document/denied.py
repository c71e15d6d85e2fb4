"""Words beside a formula that say it is false: `a = b \\text{ does not hold}`, `\\text{错误：} a = b`."""

from __future__ import annotations

import re

from derive.latex.reading.syntax import Chain, Words

_DENIAL = re.compile(
    r"\b(?:not|never|false|wrong|incorrect|untrue|invalid|fails?|mistaken|mistake|contradiction|cannot|neither)\b|n['’]t\b"
    r"|不成立|不对|不正确|不等|不是|不再|不真|并非|有误|是错|错的|错了|错误的|矛盾|(?:^|[（(【])\s*错误?(?=$|\W)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[\s(,;（，]*(?:(?:if|for|when|where|while|unless|otherwise|else|with|given|since|because|as|although|provided|whether|"
    r"s\.t|subject|such|which|that|in|on)\b|如果|若|当|对|否则|假设|因为|由于|其中|除非|虽然)",
    re.IGNORECASE,
)


def denied(chain: Chain) -> str:
    """The words that deny a chain; empty where none do.

    What words say of a condition or a reason, `if i is not j`, denies nothing, nor does what stands below a brace.
    """
    is_clause = False
    for remark in chain.remarks:
        if not isinstance(remark, Words):
            continue
        is_within = any(s.start <= remark.span.start < s.end for s in chain.spans)
        is_clause = is_clause or _CLAUSE.match(remark.text) is not None
        if not is_within and not is_clause and _DENIAL.search(remark.text):
            return remark.text.strip()
    return ""

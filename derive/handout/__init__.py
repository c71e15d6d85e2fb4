"""What a handout is composed from: printed results, and the check on numbers; the page of verdicts on a document.

The front door is opened when it is first used, so that other readings of a derivation start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.handout.document import compose_document, compose_network, networks_of, places_of
    from derive.handout.document_file import read_document_file
    from derive.handout.forms import render_forms
    from derive.handout.printed import form
    from derive.handout.verdicts import verdict_page

__all__ = [
    "compose_document",
    "compose_network",
    "form",
    "networks_of",
    "places_of",
    "read_document_file",
    "render_forms",
    "verdict_page",
]

_ROOMS = {
    "compose_document": "derive.handout.document",
    "compose_network": "derive.handout.document",
    "form": "derive.handout.printed",
    "networks_of": "derive.handout.document",
    "places_of": "derive.handout.document",
    "read_document_file": "derive.handout.document_file",
    "render_forms": "derive.handout.forms",
    "verdict_page": "derive.handout.verdicts",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)

"""The notation of a network file: it says which way samples and weights lie."""

from __future__ import annotations

from derive.errors import NotationError
from derive.latex.notation import Notation
from derive.latex.settings import customized, notation
from derive.network.spec.models import NotationSpec


def notation_of(spec: NotationSpec, file: str = "") -> Notation:
    """The notation that a file names, with its changes.

    Raises: NotationError, or DeriveErrors, for an unknown notation or setting.
    """
    try:
        base = notation(spec.base)
    except NotationError as error:
        raise NotationError(error.message, repair=error.repair, file=file, line=spec.line) from None
    return customized(base, spec.settings, file=file, lines=spec.lines)

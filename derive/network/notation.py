"""The notation of a network file, which also says which way samples and weights lie."""

from __future__ import annotations

from derive.errors import NotationError
from derive.latex.notation import Notation
from derive.latex.settings import customized, notation
from derive.network.spec.models import NotationSpec


def read_notation(spec: NotationSpec, file: str = "") -> Notation:
    """The notation that a file names, with its changes.

    Its `layout` is `columns`, where x is (features, m), or `rows`, where x is (m, features).

    Raises: NotationError, or DeriveErrors for several, for an unknown notation, setting or value.
    """
    try:
        base = notation(spec.base)
    except NotationError as error:
        raise NotationError(error.message, repair=error.repair, file=file, line=spec.line) from None
    return customized(base, spec.settings, file=file, lines=spec.lines)

"""A document in every form: what the notes render, and the notebook, which needs kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from derive.derivation import Adjoints
from derive.handout.notebook import notebook
from derive.notes.document import Document
from derive.notes.rendering import USUAL, Manner, prepared, render

NOTEBOOK = "ipynb"


def render_forms(
    document: Document,
    networks: Callable[[], Sequence[Adjoints]],
    to: Iterable[str],
    how: Manner = USUAL,
    places: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, bytes]:
    """The document in each of the formats; the networks are asked for if there is a notebook to be written.

    In a notebook a network's cells stand after the section whose anchor `places` has for its name.
    With solutions hidden a notebook has no kernels: they hold the derived gradients.
    Raises: DeriveError as the renderers do.
    """
    wanted = tuple(dict.fromkeys(to))
    made = render(document, [kind for kind in wanted if kind != NOTEBOOK], how)
    if NOTEBOOK in wanted:
        run = networks() if how.solutions == "show" else ()
        made[NOTEBOOK] = notebook(prepared(document, how), run, places)
    return {kind: made[kind] for kind in wanted}

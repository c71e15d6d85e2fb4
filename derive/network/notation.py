"""The notation of a network file, which also says which way samples and weights lie; notations in own files."""

from __future__ import annotations

from pathlib import Path

from derive.errors import NetworkFileError, NotationError
from derive.latex import settings
from derive.latex.notation import Notation
from derive.latex.settings import customized, notation, settings_of
from derive.network.spec.complaints import Complaints
from derive.network.spec.models import NotationSpec
from derive.network.spec.tree import MappingNode, describe
from derive.network.spec.values import notation_of
from derive.network.yaml_source import parse_tree, read_text_file

SUFFIXES = (".yaml", ".yml")


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


def read_notation_file(path: str | Path) -> Notation:
    """The notation of a YAML file: a mapping of settings on the notation that it names as its `base`.

    Raises: NetworkFileError, NotationError, or DeriveErrors for several mistakes, with file, line and repair.
    """
    file = str(path)
    complaints = Complaints(file)
    tree = parse_tree(read_text_file(Path(path)), complaints)
    complaints.raise_any()
    if not isinstance(tree, MappingNode):
        found = "the file is empty" if tree is None else f"the file holds {describe(tree)}, not a mapping"
        raise NetworkFileError(found, repair="start with `base: nielsen`", file=file, line=1, column=1)
    spec = notation_of(tree, 1, complaints)
    complaints.raise_any()
    return read_notation(spec, file)


def asked_for(text: str) -> str | Notation:
    """What `--notation` says: the name of a bundled notation, or a file that holds one.

    Raises: as `read_notation_file`; NotationError for an unknown name.
    """
    return read_notation_file(text) if text.endswith(SUFFIXES) else notation(text).name


def spec_of(written: object) -> NotationSpec:
    """What a network file would say to be written in this notation: a name, a mapping on a base, or a `Notation`.

    Raises: NotationError, or DeriveErrors for several mistakes.
    """
    wanted = settings.read_notation(written)
    if isinstance(written, str):
        return NotationSpec(base=wanted.name, settings={}, lines={}, line=1)
    changes = settings_of(wanted, notation(settings.DEFAULT))
    return NotationSpec(base=settings.DEFAULT, settings=changes, lines={}, line=1)

"""Where the files that ship with the package lie.

`derive/_templates` and `derive/_examples` are links to the folders `templates/` and `examples/` at the top
of the repository; a wheel holds their content in the same place. So a checkout, an editable install and a
wheel install find them alike: beside this module.
"""

from __future__ import annotations

from pathlib import Path

from derive.errors import DeriveError

_PACKAGE = Path(__file__).resolve().parent


def templates_dir() -> Path:
    """The folder of the Jinja2 templates."""
    return _PACKAGE / "_templates"


def examples_dir() -> Path:
    """The folder of the bundled network files."""
    return _PACKAGE / "_examples"


def documents_dir() -> Path:
    """The folder of the bundled documents of several parts."""
    return examples_dir() / "documents"


def find_network(path: str | Path) -> Path:
    """The file that `path` names: a file of that name, else a bundled example.

    Raises: DeriveError where there is neither.
    """
    return _found(path, {p.stem: p for p in sorted(examples_dir().glob("*.yaml"))})


def find_notes(path: str | Path) -> Path:
    """The same for what notes can be made of: networks and documents.

    Raises: DeriveError where there is neither.
    """
    bundled = [*sorted(examples_dir().glob("*.yaml")), *sorted(documents_dir().glob("*.yaml"))]
    return _found(path, {p.stem: p for p in bundled})


def _found(path: str | Path, bundled: dict[str, Path]) -> Path:
    if Path(path).exists():
        return Path(path)
    if str(path) in bundled:
        return bundled[str(path)]
    raise DeriveError(
        f"there is no file and no bundled example {path}", repair=f"the examples are {', '.join(bundled)}"
    )

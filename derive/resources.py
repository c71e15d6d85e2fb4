"""Where the files that ship with the package lie.

`derive/_templates` and `derive/_examples` are links to the folders `templates/` and `examples/` at the top
of the repository; a wheel holds their content in the same place. So a checkout, an editable install and a
wheel install find them alike: beside this module.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def templates_dir() -> Path:
    """The folder of the Jinja2 templates."""
    return _PACKAGE / "_templates"


def examples_dir() -> Path:
    """The folder of the bundled network files."""
    return _PACKAGE / "_examples"

"""Data flows one way: a stage imports earlier stages only, and siblings never each other."""

from __future__ import annotations

import tomllib

from tests.source_files import PACKAGE, ROOT, imports, sources

ORDER = (
    "errors",
    "terms",
    "ir",
    "latex",
    "network",
    "graph",
    "calculus",
    "simplify",
    "derivation",
    "raising",
    "moments",
    "reading",
    "forward",
)
SIBLINGS = ("notes", "kernels", "verify")


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def rank(room: str) -> int:
    """The place in the pipeline; files beside the rooms (pipeline, cli, …) come after all of them."""
    if room in ORDER:
        return ORDER.index(room)
    return len(ORDER) if room in SIBLINGS else len(ORDER) + 1


def test_a_stage_imports_earlier_stages_only() -> None:
    for path in [p for p in sources() if p.parent != PACKAGE]:
        own = path.relative_to(PACKAGE).parts[0]
        for module, _ in imports(path):
            other = room_of(module)
            if other in ("", own, "errors", "resources", "files", "progress"):
                continue
            assert rank(other) < rank(own) or (own == "latex" and other in ("network",)), f"{path} imports {module}"


def test_siblings_do_not_know_each_other() -> None:
    for room in SIBLINGS:
        for path in sources(room):
            others = {room_of(m) for m, _ in imports(path)} & (set(SIBLINGS) - {room})
            assert not others, f"{path} imports {others}"


def test_the_engine_does_not_know_who_reads_it() -> None:
    for path in sources(*ORDER[1:]):
        outside = {room_of(m) for m, _ in imports(path)} & {"pipeline", "cli", *SIBLINGS}
        assert not outside, f"{path} imports {outside}"


def test_the_layers_contract_lists_every_room() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = next(c for c in contracts if c["type"] == "layers")
    named = {room.strip() for line in layers["layers"] for room in line.split("|")}
    rooms = {p.name for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    assert rooms <= named
    assert layers["exhaustive"]


def test_imports_stand_at_the_top() -> None:
    """A local import is a sign of a wrong layer; `cli.py` and `__init__.py` import late to start fast."""
    for path in sources():
        if path.name in ("cli.py", "__init__.py"):
            continue
        late = {module for module, inside in imports(path) if inside}
        allowed = {"derive.terms.blocks"} if path.name == "substitute.py" else set()
        text = path.read_text(encoding="utf-8")
        if "TYPE_CHECKING" in text:
            continue
        assert late <= allowed, f"{path} imports {late} inside a function"

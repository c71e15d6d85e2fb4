"""What the bundled examples produce: the demonstration, and the folder `generated/`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from derive.errors import UnsupportedError
from derive.files import write_all
from derive.notes.render_pdf import missing_tex
from derive.pipeline import Derivation, document_notes, find_document, load
from derive.resources import documents_dir, examples_dir

DEMO = "three-layer"
LANGUAGES = ("en", "zh")
FORMATS = ("tex", "html", "md", "pdf")
HAND = "three_layer_wrong.py"
Say = Callable[[str], None]


def run_demo(output: Path, step: Say) -> list[str]:
    """Notes, a kernel and a verdict for the demonstration network; returns what to tell the user."""
    derivation = load(DEMO).derive()
    step("writing the notes" if missing_tex() else "writing the notes (TeX takes a while)")
    files = {output / f"{DEMO}.{kind}": data for kind, data in derivation.notes(to=FORMATS).items()}
    step("writing the kernel")
    files[output / f"{DEMO}.py"] = derivation.kernel().encode()
    step("judging hand-written backpropagation")
    report = derivation.verify(examples_dir() / "hand" / HAND)
    files[output / "verdict.json"] = report.to_json().encode()
    write_all(files)
    told = [f"wrote {path}" for path in files]
    return [*told, "", f"The verdict on {HAND}, which has a mistake planted in it:", "", report.render_text()]


def generate_examples(output: Path, step: Say) -> None:
    """TeX, HTML and kernel of every bundled network, every bundled document, and a manifest with their checksums."""
    files: dict[str, bytes] = {}
    for path in sorted(examples_dir().glob("*.yaml")):
        step(path.stem)
        files |= example_files(path.stem, load(path).derive())
    for path in sorted(documents_dir().glob("*.yaml")):
        step(path.stem)
        files |= document_files(path)
    manifest = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    files["manifest.json"] = (json.dumps(manifest, indent=2) + "\n").encode()
    write_all({output / name: data for name, data in files.items()})


def example_files(name: str, derivation: Derivation) -> dict[str, bytes]:
    """What one example produces; an abstract network has no kernel."""
    files = {f"{name}.{kind}": data for kind, data in derivation.notes(to=("tex", "html")).items()}
    with suppress(UnsupportedError):
        files[f"{name.replace('-', '_')}.py"] = derivation.kernel().encode()
    return files


def document_files(path: Path) -> dict[str, bytes]:
    """What one document produces, in each language."""
    spec = find_document(path)
    assert spec is not None, f"{path} holds no document"
    files: dict[str, bytes] = {}
    for language in LANGUAGES:
        made = document_notes(spec, to=("tex", "html"), language=language)
        files |= {f"{path.stem}.{language}.{kind}": data for kind, data in made.items()}
    return files

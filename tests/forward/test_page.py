"""The page about forward documents says what is so."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml

from derive.cli import main
from derive.forward.declared import KEYS
from derive.pipeline import load

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "forward.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "forward" / "two-layers.md"


def test_the_example_is_the_file() -> None:
    found = re.search(r"```markdown\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None and found[1] == EXAMPLE.read_text(encoding="utf-8")


def test_every_key_of_front_matter_is_explained() -> None:
    found = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    assert set(yaml.safe_load(found[1])["derive"]) <= {*KEYS, "notation"}
    assert [key for key in KEYS if f"`{key}`" not in PAGE] == []


def test_results_are_in_the_letters_of_the_document() -> None:
    found = load(EXAMPLE).derive()
    assert found.gradient("z2").latex("batched") == r"\delta^{[2]} = \hat{y} - y"
    assert [t.name for t in found.network.parameters] == ["W1", "b1", "W2", "b2"]
    assert "one_hot" in {t.kind for t in found.network.tensors.values()}


def test_steps_and_layers_of_families_are_written_as_in_the_document() -> None:
    here = ROOT / "tests" / "forward"
    recurrent, deep = load(here / "rnn.md").derive(), load(here / "deep.md").derive()
    assert "h_{t-1}" in recurrent.gradient("W").latex("batched")
    assert (
        deep.gradient("W").latex("batched") == r"\frac{\partial C}{\partial W^{l}} = \delta^{l} (a^{l-1})^{\mathsf{T}}"
    )


def test_notes_and_kernels_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (("notes", "--to", "md", "-o", str(tmp_path)), ("kernels", "-o", str(tmp_path / "net.py"))):
        monkeypatch.setattr(sys, "argv", ["derive", words[0], str(EXAMPLE), *words[1:]])
        with pytest.raises(SystemExit) as left:
            main()
        assert not left.value.code
    notes = (tmp_path / "two-layers.md").read_text(encoding="utf-8")
    assert r"\hat{y}_{k} - y_{k}" in notes and "W^{[2]}" in notes
    assert "def value_and_grad" in (tmp_path / "net.py").read_text(encoding="utf-8")

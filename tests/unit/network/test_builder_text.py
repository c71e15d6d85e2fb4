"""Text that is handed to the builder is refused and never run."""

from pathlib import Path

import pytest
import sympy

from derive.errors import DeriveError
from derive.network.builder import Builder


@pytest.mark.parametrize("where", ["define", "index", "at", "fact"])
def test_text_is_no_expression(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    evil = "open('ran', 'w').close()"
    net = Builder("text")
    i = net.index("i", 3)
    x = net.input("x", (i,))
    with pytest.raises(DeriveError, match=r"no SymPy expression|no index with a range"):
        match where:
            case "define":
                net.define("y", (i,), evil)
            case "index":
                net.index("j", evil)
            case "at":
                net.define("y", (evil,), x[i])
            case "fact":
                net.fact(sympy.Sum(x[i], i), evil, "text")
    assert not (tmp_path / "ran").exists()


def test_numbers_are_expressions() -> None:
    net = Builder("number")
    i = net.index("i", 3)
    net.define("y", (i,), 2)
    assert repr(net.network().equations[0].rhs) == "2·1"

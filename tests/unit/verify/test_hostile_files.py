"""Files that misbehave end in clean text: no traceback of ours, nothing hangs, nothing unchecked is right."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from derive.errors import DeriveError
from derive.verify.report import Report
from tests.unit.verify.subjects import report_on_source, statuses

HEAD = "import os, sys, time\nimport numpy as np\n\n\ndef value_and_grad(params, inputs):\n"
RIGHT = """    r = params.W1 @ inputs.x + params.b1 - inputs.y
    m = r.shape[1]
    return 0.5 * np.sum(r**2) / m, (r @ inputs.x.T / m, r.sum(1, keepdims=True) / m)
"""
WHEN_THIRD = "    if inputs.x.shape[1] == value_and_grad.__dict__.setdefault('first', inputs.x.shape[1]):\n"


def run(folder: Path, source: str, **more: float) -> Report:
    return report_on_source(folder, source, timeout=more.get("timeout", 20.0), memory=int(more.get("memory", 1 << 29)))


MISBEHAVING = {
    "raises": ("    raise RuntimeError('no\\n\\x1b[31m time')\n", "RuntimeError: no \\x1b[31m time on line 6"),
    "raises without text": ("    raise KeyError\n", "KeyError on line 6"),
    "has a broken error": (
        "    class E(Exception):\n        def __str__(self): raise ValueError\n    raise E\n",
        "E on line 8",
    ),
    "leaves by sys.exit": ("    sys.exit(0)\n", "it leaves by sys.exit(0) on line 6"),
    "leaves by os._exit": ("    os._exit(0)\n", "it ends early"),
    "leaves by os._exit with a code": ("    os._exit(7)\n", "exit code 7"),
    "ends by a signal without a name": ("    os.kill(os.getpid(), 40)\n", "the signal 40"),
    "kills itself": ("    os.kill(os.getpid(), 9)\n", "SIGKILL"),
    "crashes": ("    import ctypes; ctypes.string_at(0)\n", "SIGSEGV"),
    "raises a BaseException": ("    raise KeyboardInterrupt\n", "KeyboardInterrupt on line 6"),
    "waits for input": ("    input()\n", "EOFError"),
    "takes much memory": ("    a = np.ones(1 << 29)\n" + RIGHT, "MemoryError"),
    "recurs": ("    return value_and_grad(params, inputs)\n", "RecursionError"),
    "returns None": ("    return None\n", "returns None instead of (loss, gradients)"),
    "returns one number": ("    return 1.0\n", "returns a float instead of (loss, gradients)"),
    "returns a long tuple": ("    return (1,) * 9\n", "returns a tuple of length 9"),
    "returns text for gradients": ("    return 1.0, 'W1'\n", "returns a str instead of the gradients"),
    "returns too few gradients": ("    return 1.0, (params.W1,)\n", "returns 1 gradients without names; there are 2"),
    "asks for another file": ("    open('no such file')\n", "FileNotFoundError"),
    "assigns to a record": ("    params.W1 = 0\n", "AttributeError"),
}


@pytest.mark.parametrize("what", MISBEHAVING)
def test_code_that_does_not_return(what: str, tmp_path: Path) -> None:
    body, text = MISBEHAVING[what]
    report = run(tmp_path, HEAD + body)
    assert statuses(report) == dict.fromkeys(("loss", "W1", "b1"), "not checked")
    assert text in report.claim("W1").reason, report.claim("W1").reason
    assert report.exit_code == 3
    rendered = report.render_text()
    assert "Traceback" not in rendered.replace(report.printed, "")
    assert "\x1b" not in rendered


@pytest.mark.parametrize("body", ["    while True: pass\n", "    time.sleep(60)\n", "    [0 for _ in iter(int, 1)]\n"])
def test_code_that_does_not_end(body: str, tmp_path: Path) -> None:
    start = time.monotonic()
    report = run(tmp_path, HEAD + body, timeout=1.0)
    assert time.monotonic() - start < 30
    assert "longer than 1 s" in report.claim("b1").reason
    assert report.exit_code == 3


def test_children_of_the_code_end_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    body = f"    if os.fork() == 0:\n        time.sleep(2)\n        open({str(mark)!r}, 'w')\n        os._exit(0)\n"
    assert run(tmp_path, HEAD + body + RIGHT).exit_code == 0
    time.sleep(3)
    assert not mark.exists()


def test_what_is_right_before_it_stops_is_not_right(tmp_path: Path) -> None:
    body = f"{WHEN_THIRD}    " + RIGHT.strip("\n").replace("\n", "\n    ") + "\n    raise RuntimeError('later')\n"
    report = run(tmp_path, HEAD + body)
    assert set(statuses(report).values()) == {"not checked"}
    assert "after 1 points" in report.claim("W1").reason


def test_what_is_wrong_before_it_stops_is_wrong(tmp_path: Path) -> None:
    body = WHEN_THIRD + "        " + RIGHT.strip().replace("\n", "\n    ").replace("r.sum(1", "2 * r.sum(1")
    report = run(tmp_path, HEAD + body + "\n    raise RuntimeError('later')\n")
    assert statuses(report) == {"loss": "not checked", "W1": "not checked", "b1": "wrong"}
    assert report.claim("b1").mistake == "factor-two"
    assert report.exit_code == 1


VALUES = {
    "[[1.0]]": "a list of length 1, not an array",
    "'text'": "a str, not an array",
    "None": "is None",
    "{}": "a dict, not an array",
    "np.array([[None]])": "dtype object",
    "np.array(['a'])": "dtype <U1",
    "np.ones((2, 2)) * 1j": "dtype complex128",
    "np.float16(params.W1)": "float16",
    "np.zeros(1 << 26)": "too large",
    "lambda: 0": "a function, not an array",
    "np.datetime64('2020-01-01')": "dtype datetime64",
}


@pytest.mark.parametrize("value", VALUES)
def test_a_gradient_that_is_no_array(value: str, tmp_path: Path) -> None:
    source = HEAD + RIGHT.replace("(r @ inputs.x.T / m,", f"({value},")
    report = run(tmp_path, source)
    assert statuses(report) == {"loss": "agrees", "W1": "not checked", "b1": "agrees"}
    assert VALUES[value] in report.claim("W1").reason
    assert report.exit_code == 3


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("np.full_like(params.W1, np.nan)", "nan"),
        ("np.full_like(params.W1, -np.inf)", "-inf"),
        ("np.zeros((2, 2))", (2, 2)),
        ("0.0", ()),
        ("np.float64(3)", ()),
        ("np.zeros(params.W1.shape, dtype=int)", 0.0),
        ("np.ones(params.W1.shape, dtype=bool)", 1.0),
        ("np.zeros((0, 0))", (0, 0)),
        ("(r @ inputs.x.T / m)[None]", None),
    ],
)
def test_a_gradient_that_is_wrong(value: str, found: object, tmp_path: Path) -> None:
    report = run(tmp_path, HEAD + RIGHT.replace("(r @ inputs.x.T / m,", f"({value},"))
    assert statuses(report)["W1"] == "wrong"
    example = report.claim("W1").counterexample
    assert example is not None and (found is None or example.found == found)
    report.to_json()


@pytest.mark.parametrize("loss", ["np.full((1, 2), 0.5 * np.sum(r**2) / m)", "np.full(3, 0.5 * np.sum(r**2) / m)"])
def test_a_loss_that_is_no_number(loss: str, tmp_path: Path) -> None:
    report = run(tmp_path, HEAD + RIGHT.replace("0.5 * np.sum(r**2) / m", loss, 1))
    assert statuses(report) == {"loss": "wrong", "W1": "agrees", "b1": "agrees"}


def test_inputs_that_are_changed(tmp_path: Path) -> None:
    report = run(tmp_path, HEAD + RIGHT.replace("    m = ", "    inputs.x[:] = inputs.x * 1.5\n    m = ", 1))
    assert any("changes its arguments in place: x" in n for n in report.notes)
    assert statuses(report)["W1"] == "wrong"
    later = run(tmp_path, HEAD + RIGHT.replace("    return", "    out =") + "    params.W1[:] = 0\n    return out\n")
    assert set(statuses(later).values()) == {"agrees"}
    assert any("W1" in n for n in later.notes)


def test_prints_are_captured_and_cut(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    body = "    print('\\x1b[2J' + 'garbage\\n' * 100000)\n    os.write(2, b'\\xff\\xfe error')\n"
    report = run(tmp_path, HEAD + body + RIGHT)
    assert report.exit_code == 0
    assert "garbage" in report.printed and len(report.printed) < 3000
    assert "\x1b" not in report.render_text()
    assert capfd.readouterr() == ("", "")


def test_output_without_end_is_cut_off(tmp_path: Path) -> None:
    report = run(tmp_path, HEAD + "    while True: print('x' * 1000000)\n")
    assert "File too large" in report.claim("W1").reason


@pytest.mark.parametrize(
    "body",
    [
        "    import shutil; shutil.rmtree(os.getcwd())\n",
        "    os.remove(__file__)\n",
        "    os.chdir('/')\n",
        "    np.dot = None\n",
        "    sys.stdout.close()\n",
    ],
)
def test_what_code_does_to_its_surroundings(body: str, tmp_path: Path) -> None:
    report = run(tmp_path, HEAD + body + RIGHT)
    assert statuses(report)["W1"] in ("agrees", "not checked")


WRITES_EVERYWHERE = """    for fd in range(3, 9):
        try: os.write(fd, b"x" * 99)
        except OSError: pass
"""


@pytest.mark.parametrize("body", ["    os.closerange(3, 99)\n", WRITES_EVERYWHERE])
def test_what_code_does_to_the_channel(body: str, tmp_path: Path) -> None:
    report = run(tmp_path, HEAD + body + RIGHT)
    assert set(statuses(report).values()) == {"not checked"}


def test_a_file_that_raises_when_loaded(tmp_path: Path) -> None:
    report = run(tmp_path, "x = 1\nx / 0\n" + HEAD + RIGHT)
    assert "ZeroDivisionError: division by zero on line 2" in report.claim("W1").reason
    assert report.exit_code == 3


def test_the_environment_is_not_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_OURS", "1")
    source = HEAD + "    assert 'SECRET_OF_OURS' not in os.environ\n    assert sys.flags.isolated\n" + RIGHT
    assert run(tmp_path, source).exit_code == 0


def test_a_neighbour_can_be_imported(tmp_path: Path) -> None:
    (tmp_path / "neighbour.py").write_text("def half(x): return x / 2\n")
    source = "from neighbour import half\n" + HEAD + RIGHT.replace("0.5 * np.sum(r**2)", "half(np.sum(r**2))")
    assert run(tmp_path, source).exit_code == 0


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    run(tmp_path, HEAD + RIGHT)
    assert sorted(os.listdir(tmp_path)) == ["hand.py"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("def value_and_grad(:\n", "hand.py:1:20: is not Python"),
        ("x = 1\n", "offers neither value_and_grad nor gradients"),
        ("value_and_grad = 3\n", "offers neither"),
        ("\0", "is not Python"),
        ("#" * (1 << 21), "larger than 1 MiB"),
    ],
)
def test_a_file_that_is_no_subject(source: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(DeriveError) as caught:
        run(tmp_path, source)
    assert text in caught.value.render()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    from tests.unit.verify.subjects import report_on_file

    with pytest.raises(DeriveError, match="cannot be read"):
        report_on_file(tmp_path / "none.py", "linear")


SEALED = {
    "opens a socket": "import socket; socket.socket()",
    "asks for a name": "import socket; socket.getaddrinfo('localhost', 80)",
    "fetches a page": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
    "starts a program": "import subprocess; subprocess.run(['true'])",
    "starts a shell": "os.system('true')",
    "becomes a program": "os.execv('/bin/true', ['true'])",
    "writes a file": "open({mark!r}, 'w')",
    "writes a file below Python": "os.open({mark!r}, os.O_CREAT | os.O_WRONLY)",
    "removes a file": "os.remove({own!r})",
    "renames a file": "os.rename({own!r}, {mark!r})",
    "makes a folder": "os.mkdir({mark!r})",
    "links a file": "os.symlink({own!r}, {mark!r})",
}


@pytest.mark.parametrize("what", SEALED)
def test_code_is_kept_from_the_rest_of_the_system(what: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    body = SEALED[what].format(mark=str(mark), own=str(tmp_path / "own"))
    (tmp_path / "own").write_text("kept")
    report = run(tmp_path, HEAD + f"    {body}\n" + RIGHT)
    assert set(statuses(report).values()) == {"not checked"}
    assert "PermissionError" in report.claim("W1").reason or "URLError" in report.claim("W1").reason
    assert not mark.exists() and (tmp_path / "own").read_text() == "kept"


def test_what_keeps_the_code_is_told(tmp_path: Path) -> None:
    report = run(tmp_path, HEAD + "    open('own', 'w').write('x'); os.remove('own')\n" + RIGHT)
    assert set(statuses(report).values()) == {"agrees"}
    assert any("process of its own, in" in n and "audit hook" in n for n in report.notes)

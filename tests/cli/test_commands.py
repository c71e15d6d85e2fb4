"""The command line as a user meets it: output, files, exit codes, messages."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]
GOOD = """
name: small
inputs: {x: n}
targets: {y: k}
layers:
  - {dense: {units: k, activation: tanh}}
loss: half_squared_error
"""


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(HERE), "PYTHONHASHSEED": "random"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", "from derive.cli import main; main()", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
        timeout=300,
        check=False,
    )


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD)
    return path


def test_show_as_json(net, tmp_path):
    done = run("show", str(net), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert set(shown) == {"gradients", "deltas"}
    assert [row["name"] for row in shown["gradients"]] == ["W1", "b1"]
    row = shown["gradients"][0]
    assert set(row) == {"name", "shape", "index", "matrix"}
    assert row["shape"] == ["k", "n"]
    assert row["matrix"].endswith(r"x^{\mathsf{T}}")


def test_show_one_quantity(net, tmp_path):
    shown = json.loads(run("show", str(net), "--wrt", "W1", "--json", cwd=tmp_path).stdout)
    assert [row["name"] for row in shown["gradients"]] == ["W1"]
    assert shown["deltas"] == []
    assert run("show", str(net), "--wrt", "V", cwd=tmp_path).returncode == 2


def test_show_a_recursion_by_cases(tmp_path):
    shown = json.loads(run("show", "deep", "--json", cwd=tmp_path).stdout)
    assert r"\begin{cases}" in shown["deltas"][0]["index"]
    assert "l = L" in shown["deltas"][0]["matrix"]


def test_kernel_on_standard_output_runs(net, tmp_path):
    done = run("kernels", str(net), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "net.py").write_text(done.stdout)
    subprocess.run([sys.executable, "-c", "import net; net.Params"], cwd=tmp_path, check=True)
    assert run("kernels", str(net), "-o", "again.py", cwd=tmp_path).returncode == 0
    assert (tmp_path / "again.py").read_text() == done.stdout


def test_an_abstract_network_has_no_kernel(tmp_path):
    done = run("kernels", "deep", "-o", "deep.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "sigma" in done.stderr
    assert not (tmp_path / "deep.py").exists()


def test_notes_in_several_formats(net, tmp_path):
    done = run("notes", str(net), "-o", "out", "--to", "tex,html,md", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"small.tex", "small.html", "small.md"}


def test_notes_without_tex_and_as_a_notebook(net, tmp_path):
    done = run("notes", str(net), "--to", "pdf,typ,ipynb", "--pdf-by", "typst", "--lang", "zh", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "small.pdf").read_bytes().startswith(b"%PDF")
    assert "反向传播" in (tmp_path / "small.typ").read_text()
    assert json.loads((tmp_path / "small.ipynb").read_text())["nbformat"] == 4


def test_a_document_has_notes_of_all_its_parts(net, tmp_path):
    parts = "parts:\n  - {title: First, network: small.yaml, notes: [given, forward]}\n"
    (tmp_path / "both.yaml").write_text("document: both\ntitle: Two\n" + parts + parts.splitlines()[1] + "\n")
    done = run("notes", "both.yaml", "--to", "html,ipynb", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "both.html").read_text().count("First") >= 2
    cells = json.loads((tmp_path / "both.ipynb").read_text())["cells"]
    assert sum(c["cell_type"] == "code" for c in cells) == 3
    assert run("notes", "both.yaml", "--only", "W1", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    "words, message",
    [
        (("notes", "small.yaml", "--to", "doc"), "--to takes tex, html, pdf, typ, md, ipynb"),
        (("notes", "small.yaml", "--notation", "nielson"), "nielsen"),
        (("notes", "small.yaml", "--only", "W7"), "W7"),
        (("notes", "small.yaml", "--lang", "xx"), "en, zh"),
        (("notes", "small.yaml", "--to", "pdf", "--pdf-by", "word"), "tex, typst"),
        (("notes", "small.yaml", "--solutions", "some"), "show, hide"),
        (("show", "absent.yaml"), "bundled"),
        (("verify", "absent.py", "--network", "small.yaml"), "absent.py"),
        (("kernels", "small.yaml", "--wrt", "weights"), "params"),
    ],
)
def test_a_wrong_call_says_how_to_mend_it(net, tmp_path, words, message):
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"small.yaml"}


def test_bad_input_names_place_and_repair(tmp_path):
    (tmp_path / "bad.yaml").write_text(GOOD.replace("units", "unit"))
    done = run("show", "bad.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("bad.yaml:6:")
    assert "units" in done.stderr


@pytest.mark.parametrize("name", [r"\write18{ls}", "__import__('os')", "a$b", "x" * 100])
def test_a_name_is_never_a_command(tmp_path, name):
    (tmp_path / "bad.yaml").write_text(GOOD.replace("{x: n}", "{" + json.dumps(name) + ": n}"))
    done = run("notes", "bad.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"bad.yaml"}


def test_an_unwritable_place_leaves_the_old_file(net, tmp_path):
    (tmp_path / "taken").mkdir()
    done = run("kernels", str(net), "-o", "taken", cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot write" in done.stderr


RIGHT = """
import numpy as np

def gradients(W1, b1, x, y):
    a = np.tanh(W1 @ x + b1)
    d = (a - y) * (1 - a**2)
    return {"dW1": np.outer(d, x), "db1": d}
"""


@pytest.mark.parametrize(
    "source, code, status",
    [
        (RIGHT, 0, "agrees"),
        (RIGHT.replace("a - y", "y - a"), 1, "wrong"),
        (RIGHT.replace(', "db1": d', ""), 3, "not checked"),
    ],
)
def test_verdicts_and_exit_codes(net, tmp_path, source, code, status):
    (tmp_path / "hand.py").write_text(source)
    done = run("verify", "hand.py", "--network", "small.yaml", "--json", "verdict.json", cwd=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr
    verdict = json.loads((tmp_path / "verdict.json").read_text())
    assert set(verdict) == {"claims", "counts"}
    claim = next(c for c in verdict["claims"] if c["status"] == status)
    assert set(claim) == {"name", "line", "status", "reason", "mistake", "counterexample"}
    assert "running hand.py in a process of its own" in done.stderr

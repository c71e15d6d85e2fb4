"""Documents without a profile: their own forward pass is the network about which they speak.

Each document in `verified/` says right things first, and wrong ones from the line on that begins with "Wrong".
"""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.claims import Status

HERE = Path(__file__).parent / "verified"
RIGHT = (Status.PROVED, Status.AGREES, Status.DEFINITION)


@pytest.mark.parametrize("name", sorted(p.name for p in HERE.iterdir()))
def test_right_claims_are_right_and_wrong_ones_wrong(name: str) -> None:
    path = HERE / name
    lines = path.read_text(encoding="utf-8").splitlines()
    [begins] = [k for k, line in enumerate(lines, 1) if line.startswith("Wrong")]
    claims = verify_document(path).claims
    before = [c for c in claims if c.place.line < begins]
    after = [c for c in claims if c.place.line >= begins]
    assert after and sum(c.status in (Status.PROVED, Status.AGREES) for c in before) >= 2
    assert [c.latex for c in before if c.status not in RIGHT] == []
    assert [c.latex for c in after if c.status is not Status.WRONG] == []


def test_words_that_change_the_loss_leave_what_follows_undecided(tmp_path: Path) -> None:
    given = "$z = W x + b$, $a = \\sigma(z)$, $C = \\frac12 \\|a - y\\|^2$.\n\n"
    claim = "$$\\frac{\\partial C}{\\partial z} = a - y$$\n\n"
    document = tmp_path / "doc.md"
    words = ("Then ", "With the cross-entropy loss instead\n", "若改用交叉熵损失,则\n")
    document.write_text(given + "".join(w + claim for w in words), encoding="utf-8")
    found = verify_document(document).claims[3:]
    assert [c.status for c in found] == [Status.WRONG, Status.NOT_CHECKED, Status.NOT_CHECKED]


def test_equations_of_the_network_are_definitions() -> None:
    found = verify_document(HERE / "deep_vectors.md").claims
    assert [c.status for c in found[:5]] == [Status.DEFINITION] * 5


def test_a_network_that_is_named_counts_before_the_documents_own(tmp_path: Path) -> None:
    network = tmp_path / "net.yaml"
    network.write_text(
        "inputs: {x: n_0}\ntargets: {y: n_1}\nlayers: [{dense: {units: n_1, activation: tanh}}]\n"
        "loss: half_squared_error\n",
        encoding="utf-8",
    )
    document = tmp_path / "doc.md"
    document.write_text("$a^1 = \\sigma(z^1)$, $C = \\|a^1 - y\\|^2$, $z^1 = W^1 x + b^1$\n", encoding="utf-8")
    assert {c.status for c in verify_document(document).claims} == {Status.DEFINITION}
    statuses = [c.status for c in verify_document(document, network).claims]
    assert statuses == [Status.WRONG, Status.WRONG, Status.PROVED]


def test_the_network_may_be_that_of_another_document(tmp_path: Path) -> None:
    network = tmp_path / "forward.md"
    network.write_text("$z = W x + b$, $a = \\tanh(z)$, $C = \\|a - y\\|^2$\n", encoding="utf-8")
    document = tmp_path / "doc.md"
    claims = r"$\frac{\partial C}{\partial a} = 2 (a - y)$ and $z = W x$ and $a = \tanh(z)$"
    document.write_text(claims, encoding="utf-8")
    statuses = [c.status for c in verify_document(document, network).claims]
    assert statuses == [Status.PROVED, Status.WRONG, Status.PROVED]


def test_the_weights_of_one_output_are_a_row(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text(
        "$z = W x + b$, $\\hat y = \\sigma(z)$, $L = -y \\ln \\hat y - (1-y) \\ln (1-\\hat y)$\n\n"
        "$\\frac{\\partial L}{\\partial W} = (\\hat y - y) x^T = x (\\hat y - y)$\n",
        encoding="utf-8",
    )
    statuses = [c.status for c in verify_document(document).claims]
    assert statuses[-2:] == [Status.PROVED, Status.WRONG]


def test_a_name_for_a_value_with_another_name_is_that_value(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text(
        "$z = W x + b$, $\\hat y = a = \\sigma(z)$, $L = -\\sum_k (y_k \\ln \\hat y_k + (1-y_k) \\ln (1-a_k))$\n\n"
        "$\\frac{\\partial L}{\\partial z} = \\hat y - y = a - y = z - y$\n",
        encoding="utf-8",
    )
    statuses = [c.status for c in verify_document(document).claims]
    assert statuses[-3:] == [Status.PROVED, Status.PROVED, Status.WRONG]


def test_why_a_document_has_no_network_is_told(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text(
        "$z = W x$, $a = \\tanh(z)$, $u = V x$\n\n"
        "$\\frac{\\partial C}{\\partial a} = \\frac{\\partial C}{\\partial u}$\n",
        encoding="utf-8",
    )
    [note] = verify_document(document).notes
    assert "no equation defines a cost" in note and "`cost:`" in note
    document.write_text("$\\sigma'(z) = \\sigma(z) (1 - \\sigma(z))$\n", encoding="utf-8")
    assert verify_document(document).notes == ()


def test_without_a_cost_it_is_any_function_of_the_result(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text(
        "$z = W x$, $a = \\tanh(z)$, $y \\in \\mathbb{R}^n$\n\n"
        "$\\frac{\\partial C}{\\partial z} = \\frac{\\partial C}{\\partial a} \\odot (1 - a^2)$, "
        "$\\frac{\\partial C}{\\partial z} = \\frac{\\partial C}{\\partial a} \\odot a$, "
        "$\\frac{\\partial C}{\\partial a} = 2 a$, $\\frac{\\partial C}{\\partial W} = (a - y) x^T$\n",
        encoding="utf-8",
    )
    report = verify_document(document)
    assert report.notes == ("no equation says what the cost is: C is any function of a",)
    assert [c.status for c in report.claims[3:]] == [
        *(Status.PROVED, Status.WRONG),
        *(Status.NOT_CHECKED, Status.NOT_CHECKED),
    ]
    assert "says something of the cost" in report.claims[-1].reason


def test_one_wrong_gradient_by_itself_is_found(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text(
        "$x \\in \\mathbb{R}^n$, $W \\in \\mathbb{R}^{m \\times n}$, $y = W x$, "
        "$\\frac{\\partial L}{\\partial x} = W \\frac{\\partial L}{\\partial y}$\n",
        encoding="utf-8",
    )
    assert verify_document(document).claims[-1].status is Status.WRONG


def test_the_name_of_a_value_may_stand_behind_it(tmp_path: Path) -> None:
    formulas = (
        r"z_k = \sum_j w_{kj} x_j",
        r"C = \frac12 \sum_k (z_k - y_k)^2",
        r"\frac{\partial C}{\partial z_k} = z_k - y_k =: e_k",
        r"\frac{\partial C}{\partial w_{kj}} = e_k x_j = g_{kj}",
        r"\frac{\partial C}{\partial w_{kj}} = g_{kj}",
        r"\frac{\partial C}{\partial x_j} = \sum_k e_k w_{kj} := r_j",
        r"r_j = \sum_k e_k w_{kj}",
        r"r_j = \sum_k e_k w_{jk}",
        "z_k = q",
    )
    document = tmp_path / "doc.md"
    document.write_text("\n\n".join(f"${f}$" for f in formulas), encoding="utf-8")
    statuses = [c.status.value for c in verify_document(document).claims[2:]]
    assert statuses[:7] == ["proved", "definition", "proved", "definition", "proved", "proved", "definition"]
    assert statuses[7:] == ["proved", "wrong", "not checked"]


def test_what_words_suppose_is_not_refuted(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text(
        "$f = x^T A x$ with $A \\in \\mathbb{R}^{n \\times n}$. If $A$ is symmetric, $\\nabla_x f = 2 A x$. "
        "Always $\\nabla_x f = (A + A^T) x$, and not $\\nabla_x f = 3 A x$.\n",
        encoding="utf-8",
    )
    found = verify_document(document).claims[2:]
    assert [c.status for c in found] == [Status.NOT_CHECKED, Status.AGREES, Status.WRONG]
    assert "symmetric" in found[0].reason


def test_what_is_trained_is_one_value_whatever_its_updates_are_numbered_by(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text(
        "$y_k = \\sum_j w_{kj} x_j$, $E = \\frac12 \\sum_k (y_k - t_k)^2$, "
        "$w_{kj}^{(\\tau+1)} = w_{kj}^{(\\tau)} - \\eta g_k x_j$, "
        "$\\frac{\\partial E}{\\partial w_{kj}} = (y_k - t_k) x_j$, "
        "$\\frac{\\partial E}{\\partial w_{kj}} = (t_k - y_k) x_j$\n",
        encoding="utf-8",
    )
    found = [c.status for c in verify_document(document).claims]
    assert found == [Status.DEFINITION, Status.DEFINITION, Status.NOT_CHECKED, Status.PROVED, Status.WRONG]

"""The third document as a whole: what its author states stands there, without the errors."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from derive.handout import compose_document, read_document_file
from derive.notes.document import Document
from derive.notes.language import load_language
from derive.notes.rendering import render
from derive.resources import examples_dir, find_network
from tests.unit.notes.handouts import formulas


@cache
def document(language: str) -> Document:
    spec = read_document_file(examples_dir() / "documents" / "document-3.yaml", find_network)
    assert spec is not None
    return compose_document(spec, language)


@cache
def markdown() -> str:
    """The whole document, its formulas as LaTeX."""
    return render(document("en"), ("md",))["md"].decode()


STATED = {
    "S3-03": (r"\frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}",),
    "S3-07": (r"1 - (\tanh(z))^{2}",),
    "S3-08": (r"(-1, 1)", r"(0, 1)"),
    "S3-11": (r"a_{i}^{(1)}",),
    "S3-13": (r"f(W_{2,1}^{(1)} x_{1} + W_{2,2}^{(1)} x_{2} + W_{2,3}^{(1)} x_{3} + b_{2}^{(1)})",),
    "S3-18": (r"\begin{bmatrix} y_{1} \\ y_{2} \end{bmatrix}",),
    "S3-20": (r"\sigma(w_{51} x_{1} + w_{52} x_{2} + w_{53} x_{3} + w_{\mathrm{5b}})",),
    "S3-21": (r"\sigma(w_{61} x_{1} + w_{62} x_{2} + w_{63} x_{3} + w_{\mathrm{6b}})",),
    "S3-22": (r"\sigma(w_{71} x_{1} + w_{72} x_{2} + w_{73} x_{3} + w_{\mathrm{7b}})",),
    "S3-25": (r"\begin{bmatrix} w_{51} & w_{52} & w_{53} & w_{\mathrm{5b}} \end{bmatrix}",),
    "S3-26": (r"\begin{bmatrix} w_{61} & w_{62} & w_{63} & w_{\mathrm{6b}} \end{bmatrix}",),
    "S3-27": (r"\begin{bmatrix} w_{71} & w_{72} & w_{73} & w_{\mathrm{7b}} \end{bmatrix}",),
    "S3-29": (r"\sigma(\vec{w}_{5} \vec{x})",),
    "S3-30": (r"\sigma(\vec{w}_{6} \vec{x})",),
    "S3-31": (r"\sigma(\vec{w}_{7} \vec{x})",),
    "S3-32": (r"\begin{bmatrix} a_{4} \\ a_{5} \\ a_{6} \\ a_{7} \end{bmatrix}",),
    "S3-33": (
        r"\begin{bmatrix} \vec{w}_{4} \\ \vec{w}_{5} \\ \vec{w}_{6} \\ \vec{w}_{7} \end{bmatrix}",
        r"w_{71} & w_{72} & w_{73} & w_{\mathrm{7b}} \end{bmatrix} \begin{bmatrix} x_{1} \\ x_{2} \\ x_{3} \\ 1",
    ),
    "S3-35": (r"\tilde{W} \tilde{x}",),
    "S3-37": (r"W_{2} a_{1} + b_{2}",),
    "S3-38": (r"W_{3} a_{2} + b_{3}",),
    "S3-39": (r"W_{4} a_{3} + b_{4}",),
    "S3-40": (r"\frac{1}{2} \sum_{i=1}^{s_{L+1}} (a_{i}^{(L+1)} - y_{i})^{2}",),
    "S3-44": (r"\nabla J(\theta)",),
    "S3-53": (r"\frac{\partial J}{\partial z} x_{2}",),
    "S3-01": (r"\sigma(w_{1} x_{1} + w_{2} x_{2} + \cdots + w_{K} x_{K} + b)", r"\sigma(w^{\mathsf{T}} x + b)"),
    "S3-02": (r"\sigma(z) (1 - \sigma(z))",),
    "S3-04": (r"\frac{1}{1 + e^{-z}}",),
    "S3-12": (r"f(W_{1,1}^{(1)} x_{1} + W_{1,2}^{(1)} x_{2} + W_{1,3}^{(1)} x_{3} + b_{1}^{(1)})",),
    "S3-14": (r"f(W_{3,1}^{(1)} x_{1} + W_{3,2}^{(1)} x_{2} + W_{3,3}^{(1)} x_{3} + b_{3}^{(1)})",),
    "S3-15": (r"f(W_{1,1}^{(2)} a_{1}^{(2)} + W_{1,2}^{(2)} a_{2}^{(2)} + W_{1,3}^{(2)} a_{3}^{(2)} + b_{1}^{(2)})",),
    "S3-16": (r"\sigma(w_{41} x_{1} + w_{42} x_{2} + w_{43} x_{3} + w_{\mathrm{4b}})",),
    "S3-17": (
        r"\sigma(w_{84} a_{4} + w_{85} a_{5} + w_{86} a_{6} + w_{87} a_{7} + w_{\mathrm{8b}})",
        r"\sigma(\vec{w}_{8} \vec{a})",
    ),
    "S3-23": (r"\begin{bmatrix} x_{1} \\ x_{2} \\ x_{3} \\ 1 \end{bmatrix}",),
    "S3-24": (r"\begin{bmatrix} w_{41} & w_{42} & w_{43} & w_{\mathrm{4b}} \end{bmatrix}",),
    "S3-28": (r"\sigma(\vec{w}_{4} \vec{x})",),
    "S3-36": (r"W_{1} x + b_{1}", r"f(z_{1})"),
    "S3-41": (
        r"\frac{\lambda}{2} \sum_{l=1}^{L} \sum_{i=1}^{s_{l+1}} \sum_{j=1}^{s_{l}} (W_{ij}^{(l)})^{2}",
        r"\frac{1}{2 m} \sum_{",
        r"=1}^{m} \sum_{i=1}^{s_{L+1}} (a_{i",
    ),
    "S3-45": (r"\theta^{0} - \eta \, \nabla J(\theta^{0})",),
    "S3-46": (r"\theta^{1} - \eta \, \nabla J(\theta^{1})",),
    "S3-47": (r"\frac{\partial z}{\partial y} \frac{\partial y}{\partial x}",),
    "S3-48": (
        r"\frac{\partial z}{\partial x} \frac{\partial x}{\partial s} + "
        r"\frac{\partial z}{\partial y} \frac{\partial y}{\partial s}",
    ),
    "S3-50": (r"\frac{1}{m} \sum_{i=1}^{m} \frac{\partial C_{i}}{\partial w}",),
    "S3-51": (r"\frac{\partial J}{\partial z} \frac{\partial z}{\partial w_{1}}",),
    "S3-54": (r"\frac{\partial J}{\partial a} \frac{\partial a}{\partial z}",),
    "S3-55": (
        r"\frac{\partial J}{\partial z'} \frac{\partial z'}{\partial a} + "
        r"\frac{\partial J}{\partial z''} \frac{\partial z''}{\partial a}",
    ),
    "S3-56": (r"\left( w_{3} \frac{\partial J}{\partial z'} + w_{4} \frac{\partial J}{\partial z''} \right) f'(z)",),
}


@pytest.mark.parametrize("claim", STATED)
def test_what_the_author_states_is_there(claim: str) -> None:
    text = markdown()
    for formula in STATED[claim]:
        assert formula in text, formula


def test_what_the_author_gets_wrong_is_not_there() -> None:
    """The output layer on the raw input, and a penalty whose indices run out of their ranges."""
    text = "\n".join(formulas(document("en")))
    assert r"W_{1,3}^{(1)} x_{3} + b_{1}^{(2)}" not in text
    assert r"\sum_{i=1}^{s_{l}} \sum_{j=1}^{s_{l+1}} (W_{ij}^{(l)})^{2}" not in text


def test_both_languages_have_the_same_formulas_and_their_own_words() -> None:
    """Every wording exists; Chinese sentences hold no English ones."""
    assert formulas(document("en")) == formulas(document("zh"))
    for language in ("en", "zh"):
        assert all(render(document(language), ("tex", "html", "md", "typ")).values())


def test_the_words_of_these_sections_are_complete_in_both_languages() -> None:
    mine = ("scalars.", "branches.", "augmented.", "samples.", "descent.", "neuron.", "statement.")
    english, chinese = (load_language(n).wordings for n in ("en", "zh"))
    keys = [k for k in english if k.startswith(mine)]
    assert len(keys) > 50 and set(keys) == {k for k in chinese if k.startswith(mine)}
    for k in keys:
        assert _places(english[k]) == _places(chinese[k]), k


def _places(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


def test_a_part_without_a_network_follows_its_notation(tmp_path: Path) -> None:
    """Samples as rows: the bias is a row, and the layer x̃ W̃."""
    file = tmp_path / "rows.yaml"
    file.write_text("document: rows\nparts: [{notation: rows, notes: [augmented]}]\n", encoding="utf-8")
    spec = read_document_file(file, find_network)
    assert spec is not None
    text = render(compose_document(spec, "en"), ("md",))["md"].decode()
    assert r"\begin{pmatrix} \theta \\ b \end{pmatrix}" in text and r"\tilde{x} \tilde{\theta}" in text

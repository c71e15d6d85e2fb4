"""Documents made to exhaust whoever reads them: each formula gets a reason, in bounded time, and the rest is judged."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from derive.documents import verify_document
from derive.errors import DeriveError
from derive.latex.reading.syntax import Multiplied, Symbol
from derive.reading.products import Products
from derive.reading.quantity import Quantity
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentClaim
from derive.verify.labelled import Labelled, combine, contract

GOOD = r"\delta^l = (W^{l+1})^T \delta^{l+1} \odot \sigma'(z^l)"
SECONDS = 25.0
"""Processor time for one hostile formula and all around it."""

LETTERS = "abcdefghijklmnopqrst"


def _sums(k: int) -> str:
    return "".join(rf"\sum_{{{LETTERS[j]}=1}}^{{9}} " for j in range(k))


FORMULAS = {
    "tower": r"b^L_1 = 9^{9^{9^9}}",
    "powers of powers": r"b^L_1 = ((((9^{64})^{64})^{64})^{64})^{64}",
    "a number of 15,000 digits": "b^L_1 = " + "9" * 15000,
    "numbers beyond floats": "b^L_1 = " + "2^{64}" * 18,
    "a product of 40 sums": r"\delta^l_j = " + "".join(f"(a^l_j + z^l_j + b^l_j + {k})" for k in range(40)),
    "a product of 30 sums of one kind": r"\delta^l_j = " + "".join(rf"(\sum_i W^l_{{ji}} + {k})" for k in range(30)),
    "30 abstract slopes": r"\delta^l_j = " + " ".join(rf"\sigma'(z^l_j + {k})" for k in range(30)),
    "a sum over 10^9 numbers": r"b^L_1 = \sum_{i=1}^{1000000000} i",
    "a product over 10^9 numbers": r"b^L_1 = \prod_{i=1}^{1000000000} i",
    "products of products": r"b^L_1 = \prod_{i=1}^{30}\prod_{j=1}^{30}\prod_{k=1}^{30} (b^L_i + j + k)",
    "20 sums in one another": rf"b^L_1 = {_sums(20)} \sigma({' + '.join(LETTERS)})",
    "200 free names": r"\delta^l_j = " + " + ".join(f"q_{{{k}}} p_{{{k}}}" for k in range(200)),
    "six letters of layers": r"\delta^i_1 \delta^j_1 \delta^k_1 \delta^m_1 \delta^p_1 = \delta^q_1",
    "200 functions in one another": r"\delta^l_j = " + r"\sigma(" * 200 + "z^l_j" + ")" * 200,
    "9,000 brackets": "b^L_1 = " + "(" * 9000 + "1" + ")" * 9000,
    "10,000 braces": "b^L_1 = " + "{" * 10000 + "1" + "}" * 10000,
    "1,500 fractions": "b^L_1 = " + r"\frac{1}{1+" * 1500 + "x" + "}" * 1500,
    "19,000 characters of factors": r"\delta^l = " + r" \odot ".join([r"((W^{l+1})^T \delta^{l+1})"] * 590),
    "19,000 characters of terms": r"\delta^l = " + " + ".join([r"((W^{l+1})^T \delta^{l+1} \odot \sigma'(z^l))"] * 400),
    "9,000 entries": r"b^L = \begin{bmatrix}" + r"\\".join(["&".join(["1"] * 200)] * 45) + r"\end{bmatrix}",
}


def _judged(text: str, folder: Path, name: str = "hostile.md") -> Sequence[DocumentClaim]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return verify_document(path, "deep").claims


@pytest.mark.parametrize("name", FORMULAS)
def test_a_hostile_formula_is_not_right_and_the_next_one_is_judged(name: str, tmp_path: Path) -> None:
    before = time.process_time()
    *hostile, good = _judged(f"$${FORMULAS[name]}$$\n\nand ${GOOD}$\n", tmp_path)
    assert time.process_time() - before < SECONDS
    assert good.status is Status.PROVED
    assert hostile and all(c.status in (Status.NOT_CHECKED, Status.WRONG) for c in hostile)
    assert all(c.reason and len(c.reason) < 300 for c in hostile)


BOMBS = {
    "ten times ten times ten": "".join(
        "\\newcommand{\\%s}{%s}\n" % (c, ("\\" + d) * 10)  # noqa: UP031
        for c, d in zip("abcdefg", "bcdefgh", strict=True)
    )
    + "\\newcommand{\\h}{x}\n$y = \\a$\n",
    "itself": "\\newcommand{\\loop}{\\loop\\loop}\n$z = \\loop$\n",
    "one another": "\\newcommand{\\one}{\\two\\two}\\newcommand{\\two}{\\one\\one}\n$z = \\one$\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_macros_do_not_explode(name: str, tmp_path: Path) -> None:
    bomb, good = _judged(f"{BOMBS[name]}\nand ${GOOD}$\n", tmp_path, "bomb.tex")
    assert bomb.status is Status.NOT_CHECKED and "without end" in bomb.reason
    assert good.status is Status.PROVED


def test_5_megabytes_of_words_are_read_to_their_end(tmp_path: Path) -> None:
    words = ("Some words without formulas. " * 20 + "\n\n") * 9000
    assert len(words) > 5_000_000
    [good] = _judged(f"{words}and ${GOOD}$\n", tmp_path)
    assert good.status is Status.PROVED and good.place.line == 18001


def test_2000_formulas_are_judged(tmp_path: Path) -> None:
    claims = _judged("\n\n".join(f"The number {k}: $b^L = b^L$" for k in range(2000)), tmp_path)
    assert len(claims) == 2000 and {c.status for c in claims} == {Status.PROVED}


def test_what_is_searched_for_in_vain_ends(tmp_path: Path) -> None:
    wrong = r"\delta^l = (W^{l+1}) \delta^{l+1} \odot \sigma'(a^l) \odot \sigma'(z^{l+1})"
    before = time.process_time()
    claims = _judged("\n\n".join(f"${wrong}$" for _ in range(3)), tmp_path)
    assert {c.status for c in claims} == {Status.WRONG}
    assert time.process_time() - before < 3 * 6 + SECONDS


BYTES = {
    "zeros": b"\0" * 1000 + b"$x=1$",
    "noise": np.random.default_rng(1).integers(0, 256, 200_000, dtype=np.uint8).tobytes(),
    "latin-1": "café $x=1$, naïve".encode("latin-1"),
}


@pytest.mark.parametrize("name", BYTES)
def test_what_is_no_text_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "binary.md"
    path.write_bytes(BYTES[name])
    with pytest.raises(DeriveError, match=r"binary|not UTF-8") as raised:
        verify_document(path, "deep")
    assert raised.value.repair


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030"])
def test_other_encodings_are_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    path.write_bytes(f"误差反向传播: ${GOOD}$\n".encode(encoding))
    [good] = verify_document(path, "deep").claims
    assert good.status is Status.PROVED


def test_arrays_of_too_many_numbers_are_not_made() -> None:
    wide = [Labelled((f"i{k}",), np.ones(10)) for k in range(12)]
    with pytest.raises(DeriveError, match="more numbers at once"):
        combine(lambda *arrays: sum(arrays[1:], arrays[0]), wide)


def test_contractions_of_too_much_work_are_not_done() -> None:
    pairs = [Labelled((f"i{a}", f"i{b}"), np.ones((20, 20))) for a in range(10) for b in range(a)]
    with pytest.raises(DeriveError, match="more numbers at once"):
        contract(pairs, {f"i{k}": 20 for k in range(10)})
    chain = [Labelled((f"i{k}", f"i{k + 1}"), np.full((9, 9), 1 / 9)) for k in range(20)]
    assert np.isclose(contract(chain, {f"i{k}": 9 for k in range(21)}).array, 9)
    too_many = [Labelled((f"i{k}",), np.ones(1)) for k in range(60)]
    with pytest.raises(DeriveError, match="too many indices"):
        contract(too_many, {})


def test_standard_input_is_no_document() -> None:
    with pytest.raises(DeriveError, match="not from standard input"):
        verify_document("-")


def test_products_of_twelve_matrices_are_cheap(tmp_path: Path) -> None:
    names, sizes = "ABDEFGHKMNPQ", "pqrstuvwabcde"
    shapes = "".join(f"  {n}: {{shape: [{a}, {b}]}}\n" for n, a, b in zip(names, sizes[:-1], sizes[1:], strict=True))
    profile = tmp_path / "profile.yaml"
    profile.write_text(f"network: softmax-classifier\nnames:\n{shapes}")
    document = tmp_path / "products.md"
    document.write_text(f"$$ {' '.join(names)} = ({' '.join(names[:6])}) ({' '.join(names[6:])}) $$")
    before = time.process_time()
    [claim] = verify_document(document, profile=profile).claims
    assert claim.status is Status.PROVED and time.process_time() - before < 5


def test_a_mistake_of_our_own_spares_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Products.read

    def failing(self: Products, node: Multiplied) -> Quantity:
        if any(isinstance(f, Symbol) and f.name == "kappa" for f in node.factors):
            raise KeyError("kappa")
        return read(self, node)

    monkeypatch.setattr(Products, "read", failing)
    document = tmp_path / "own.md"
    document.write_text(rf"$$b^l = \kappa z^l$$ $${GOOD}$$")
    broken, good = verify_document(document, "deep").claims
    assert broken.status is Status.NOT_CHECKED
    assert "KeyError: please report" in broken.reason
    assert good.status is Status.PROVED

"""New values made of old ones, however the arrow is written; the same name on both sides of an equation."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentClaim

HEAD = "---\nderive: {notation: nielsen, network: three-layer}\n---\n"
STEP = r"\eta \frac{\partial C}{\partial W^l}"


def claims(folder: Path, formula: str) -> list[DocumentClaim]:
    path = folder / "document.md"
    path.write_text(f"{HEAD}${formula}$")
    return list(verify_document(path).claims)


@pytest.mark.parametrize("sign", (r"\leftarrow", ":=", r"\to"))
def test_a_step_down_the_gradient_is_right(tmp_path: Path, sign: str) -> None:
    [claim] = claims(tmp_path, rf"W^l {sign} W^l - {STEP}")
    assert claim.status is Status.PROVED


@pytest.mark.parametrize("sign", (r"\leftarrow", ":=", r"\to"))
def test_a_step_up_is_wrong_and_its_sign_is_named(tmp_path: Path, sign: str) -> None:
    [claim] = claims(tmp_path, rf"W^l {sign} W^l + {STEP}")
    assert (claim.status, claim.mistake) == (Status.WRONG, "sign-of-term")
    assert claim.expected_latex == f"W^l - {STEP}"


def test_the_gradient_of_another_parameter_is_wrong(tmp_path: Path) -> None:
    [claim] = claims(tmp_path, r"b^l \leftarrow b^l - \eta \frac{\partial C}{\partial W^l}")
    assert claim.status is Status.WRONG


def test_an_equation_that_defines_a_name_by_itself_is_wrong(tmp_path: Path) -> None:
    [claim] = claims(tmp_path, r"W^2 = W^2 - \eta \frac{\partial C}{\partial W^2}")
    assert claim.status is Status.WRONG and "defined by itself" in claim.reason and claim.mistake == "self-definition"


def test_what_follows_a_step_is_compared_with_the_new_value(tmp_path: Path) -> None:
    right, wrong = (r"W^l - \eta \delta^l (a^{l-1})^T", r"W^l - \eta \delta^l (a^{l})^T")
    for text, status in ((right, Status.PROVED), (wrong, Status.WRONG)):
        first, second = claims(tmp_path, rf"W^l \leftarrow W^l - {STEP} = {text}")
        assert (first.status, second.status) == (Status.PROVED, status)


def test_a_word_below_is_part_of_a_name(tmp_path: Path) -> None:
    [claim] = claims(tmp_path, rf"W^l_{{\text{{new}}}} = W^l - {STEP}")
    assert claim.status is Status.DEFINITION

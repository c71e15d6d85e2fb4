"""Layers under numbered names, cases by the kind of a layer, sizes beside them, updates, and what is minimised."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.documents import verify_document
from derive.errors import DeriveError
from derive.verify.document.claims import DocumentClaim

PROFILE = r"""
notation: {base: nielsen, symbols: {cost: E, loss: E}}
network:
  name: four
  inputs: {x: n_0}
  targets: {y: n_2}
  layers:
    - {dense: {units: n_1, bias: false}}
    - relu
    - {dense: {units: n_2, bias: false}}
    - relu
  loss: half_squared_error
sizes: {p: v_k, q: F_k}
kinds: {linear: [0, 2], activation: [1, 3]}
names:
  v_k: {tensor: {x: 0, z1: 1, a1: 2, z2: 3, a2: 4}}
  F_k: {tensor: {z1: 0, a1: 1, z2: 2, a2: 3}}
  Q_k: {tensor: {W1: 0, W2: 2}}
  g_k: {gradient: {z1: 0, a1: 1, z2: 2, a2: 3}}
  K: {is: '3'}
  \eta: {shape: []}
"""
RIGHT = ("proved", "agrees", "definition")
PHI = (
    r"\phi(A, b) = \begin{cases} A^T b & \text{if layer } k+1 \text{ is linear} \\"
    r" A \circ b & \text{if layer } k+1 \text{ is an activation} \end{cases}"
)


def claims(text: str, folder: Path, profile: str = PROFILE) -> tuple[DocumentClaim, ...]:
    (folder / "n.md").write_text(text)
    (folder / "n.yaml").write_text(profile)
    return verify_document(folder / "n.md", profile=folder / "n.yaml").claims


ONE = [
    (r"v_{k+1} = F_k(v_k, Q_k)", RIGHT),
    (r"v_{K+1} = F_K(v_K, Q_K)", RIGHT),
    (r"v_2 = F_1(v_0, Q_1)", ("not checked",)),
    (r"v_3 = F_1(v_1, Q_1)", ("wrong", "not checked")),
    (r"v_1 = H(v_0, Q_0)", ("definition",)),
    (r"v_2 = H(v_0, Q_1)", ("not checked",)),
    (r"\nabla_{Q_k} E = g_k \otimes \nabla_{Q_k} F_k", RIGHT),
    (r"\nabla_{Q_k} E = g_k v_k^T", RIGHT),
    (r"\nabla_{Q_k} E = g_{k+1} v_k^T", ("wrong",)),
    (r"Q_k \in \mathbb R^{q \times p}", ("proved",)),
    (r"Q_k \in \mathbb R^{p \times q}", ("wrong",)),
    (r"Q_0 \leftarrow Q_0 - \eta \nabla_{Q_0} E", RIGHT),
    (r"Q_k \leftarrow Q_k - \eta g_k v_k^T", RIGHT),
    (r"Q_0 \leftarrow Q_0 + \eta \nabla_{Q_0} E", ("wrong",)),
    (r"Q_0 \leftarrow Q_0 - \eta v_0 g_0^T", ("wrong",)),
    (r"Q_0 \leftarrow Q_0 - \eta (\nabla_{Q_0} E)^T", ("wrong",)),
    (r"Q_0 \leftarrow Q_0 - 2 \eta \nabla_{Q_0} E", ("not checked",)),
    (r"\min_{Q_0, Q_2} E(v_0, y, Q_0, Q_2)", ("definition",)),
    (r"\min_{v_0} E(v_0, y, Q_0, Q_2)", ("not checked",)),
    (r"\min_{Q_0} E(v_0, y)", ("not checked",)),
]


@pytest.mark.parametrize(("formula", "statuses"), ONE)
def test_single_claims(tmp_path: Path, formula: str, statuses: tuple[str, ...]) -> None:
    [claim] = claims(f"$${formula}$$", tmp_path)
    assert claim.status.value in statuses, claim.reason


def test_each_case_is_a_claim_about_its_layers(tmp_path: Path) -> None:
    text = (
        r"$$F_k(v_k, Q_k) = \begin{cases} Q_k v_k & \text{if it is linear} \\"
        r" \max(0, v_k) & \text{if it is an activation} \end{cases}$$"
    )
    assert [c.status.value in RIGHT for c in claims(text, tmp_path)] == [True, True]
    swapped = text.replace("linear", "·").replace("an activation", "linear").replace("·", "activation")
    assert not any(c.status.value in RIGHT for c in claims(swapped, tmp_path))


def test_a_case_that_is_denied_is_not_judged(tmp_path: Path) -> None:
    text = (
        r"$$F_k(v_k, Q_k) = \begin{cases} Q_k v_k & \text{if it is not an activation} \\"
        r" \max(0, v_k) & \text{if it is an activation} \end{cases}$$"
    )
    assert {c.status.value for c in claims(text, tmp_path)} == {"not checked"}


def test_a_function_by_cases_is_used_before_and_after(tmp_path: Path) -> None:
    use = r"$$g_k = \phi(\nabla_{v_{k+1}} F_{k+1}, g_{k+1})$$"
    found = claims(f"{use}\n\n$${PHI}$$\n\n{use}", tmp_path)
    assert [c.status.value in RIGHT for c in found] == [True] * 4
    wrong = claims(f"$${PHI.replace('A^T b', 'A b')}$$\n\n{use}", tmp_path)
    assert [c.status.value for c in wrong] == ["definition", "definition", "wrong"]


def test_a_size_said_beside_a_case_has_to_hold(tmp_path: Path) -> None:
    said = PHI.replace(r"is an activation}", r"is an activation, where } p = q")
    assert [c.status.value for c in claims(f"$${said}$$", tmp_path)] == ["definition", "wrong"]


BAD = [
    ("names:\n  v_k: {tensor: {x: one}}", "a number of its own"),
    ("names:\n  v: {tensor: {x: 0}}", "no letter below"),
    ("sizes: {p: 3}", "is not said"),
    ("kinds: {linear: 3}", "is not said"),
    ("kinds: [3]", "is no mapping"),
]


@pytest.mark.parametrize(("part", "message"), BAD)
def test_mistakes_in_a_profile_have_a_place(tmp_path: Path, part: str, message: str) -> None:
    network = PROFILE[: PROFILE.index("sizes:")]
    with pytest.raises(DeriveError, match=message) as caught:
        claims("$$v_0 = v_0$$", tmp_path, network + part + "\n")
    assert "n.yaml" in str(caught.value)

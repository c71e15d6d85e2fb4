"""Reading files and YAML: limits, encodings, and what a scalar means."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import DeriveError, NetworkFileError
from derive.network.schema import read_network_file, read_network_text
from derive.network.spec.complaints import Complaints
from derive.network.spec.tree import Place, locate, plain
from derive.network.yaml_source import SIZE_LIMIT, parse_tree

GOOD = """\
name: two-branch
batch: {size: m, reduce: mean}
inputs: {x: 784}
targets: {y: {size: 10, kind: one_hot}}
layers:
  - {dense: {units: 128, activation: {elu: {alpha: 0.5}}}, name: trunk}
  - {repeat: {times: 2, index: l, layers: [{dense: {units: n_l}, name: block}]}, name: stack}
  - {dense: {units: 128}, name: left, from: trunk}
  - {concat: {}, from: [left, stack]}
  - {dense: {units: 10, activation: softmax}}
loss: cross_entropy
penalty: {l2: lambda}
"""


def tree_of(text: str) -> object:
    complaints = Complaints("F")
    tree = parse_tree(text, complaints)
    complaints.raise_any()
    return None if tree is None else plain(tree)


def test_the_good_file_is_good() -> None:
    assert len(read_network_text(GOOD).layers) == 6


def test_20_megabytes_are_refused_without_reading_them(tmp_path: Path) -> None:
    path = tmp_path / "weights.yaml"
    with path.open("wb") as stream:
        stream.truncate(20_000_000)
    started = time.process_time()
    with pytest.raises(NetworkFileError) as caught:
        read_network_file(path)
    assert time.process_time() - started < 1
    assert caught.value.render() == (
        f"{path}: this is 20.0 MB, and a network file has at most 1 MB; name the network file, not data or weights"
    )


def test_a_long_text_is_refused() -> None:
    with pytest.raises(NetworkFileError, match=r"2\.0 MB"):
        read_network_text("#" * 2_000_000)


def test_a_file_at_the_limit_ends_soon() -> None:
    text = "a: [" + "1," * (SIZE_LIMIT // 2 - 10) + "]"
    started = time.process_time()
    with pytest.raises(NetworkFileError, match="more than 50000 values"):
        read_network_text(text)
    assert time.process_time() - started < 20


def test_not_utf8_names_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"# a comment\nname: caf\xe9\n")
    with pytest.raises(NetworkFileError) as caught:
        read_network_file(path)
    assert caught.value.render() == f"{path}:2:10: byte 0xe9 is not UTF-8; save the file as UTF-8 text"


def test_no_such_file(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    with pytest.raises(NetworkFileError) as caught:
        read_network_file(path)
    assert caught.value.render() == f"{path}: there is no such file; check the path"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(NetworkFileError, match="not a regular file; name a network file"):
        read_network_file(tmp_path)


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(NetworkFileError, match="not a regular file"):
        read_network_file(path)


def test_impossible_paths() -> None:
    for path in ("a\0b.yaml", "x" * 5000):
        with pytest.raises(NetworkFileError):
            read_network_file(path)


def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.symlink_to(path)
    with pytest.raises(NetworkFileError, match=r"cannot be read .*; check the path and its permissions"):
        read_network_file(path)


@pytest.mark.parametrize("before", ["\ufeff", ""])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_byte_order_mark_and_line_ends(tmp_path: Path, before: str, newline: str) -> None:
    path = tmp_path / "my net (2).yaml"
    text = "inputs: {x: 3}\nlayers:\n  - {dense: {units: 2}}\nloss: C\n"
    path.write_bytes((before + text.replace("\n", newline)).encode())
    network = read_network_file(path)
    assert network.name == "my-net-2"
    assert network.file == str(path)
    assert network.layers[0].line == 3


def test_control_characters_are_named() -> None:
    with pytest.raises(NetworkFileError) as caught:
        read_network_text("inputs: {x: 3}\nlayers: \x07\n", file="F")
    assert caught.value.render() == "F:2:9: the character '\\x07' is not allowed in YAML; remove it"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-5", 1e-5),
        ("-2.5E+3", -2500.0),
        (".5", 0.5),
        ("010", 10),
        ("yes", "yes"),
        ("off", "off"),
        ("y", "y"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2026-11-20", "2026-11-20"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("'3'", "3"),
        ("!!str 3", "3"),
        ("-.inf", float("-inf")),
        ("<<", "<<"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    found = tree_of(f"key: {text}")
    assert found == {"key": value}
    assert repr(found) == repr({"key": value})


def test_aliases_are_expanded() -> None:
    assert tree_of("a: &a {b: 1}\nc: [*a, *a]") == {"a": {"b": 1}, "c": [{"b": 1}, {"b": 1}]}


def test_places_of_keys_and_values() -> None:
    tree = parse_tree("a:\n  bc:  [1,\n    {d: 5}]\n", Complaints("F"))
    assert tree is not None
    assert locate(tree, ("a", "bc")) == Place(2, 8)
    assert locate(tree, ("a", "bc"), key=True) == Place(2, 3)
    assert locate(tree, ("a", "bc", 1, "d")) == Place(3, 9)
    assert locate(tree, ("a", "bc", 1, "nothing", 4)) == Place(3, 5)


@given(st.text(alphabet=st.sampled_from("ab:{}[]-,&*!|>'\"\n\t #%@`?<0.e_é\x07"), max_size=60))
def test_any_text_is_answered(text: str) -> None:
    with pytest.raises(DeriveError):
        read_network_text(text)


@settings(deadline=None, max_examples=300)
@given(st.randoms(use_true_random=False))
def test_a_damaged_file_is_read_or_refused_with_a_line(chance: random.Random) -> None:
    words = ["relu", "x", "trunk", "-1", "0", "true", "[]", "{}", "~", "n_l", "stack", "1e400", "softmax", ""]
    damaged = GOOD
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(damaged))
        stop = start + chance.randint(0, 8)
        damaged = damaged[:start] + chance.choice(words) + damaged[stop:]
    try:
        read_network_text(damaged)
    except DeriveError as error:
        assert all(mistake.line for mistake in getattr(error, "errors", (error,)))

"""The channel between the processes: what is written is read, and anything else is refused."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.verify import packing
from derive.verify.packing import LENGTHS, PackingError


def packed(value: Any) -> bytes:
    stream = io.BytesIO()
    packing.write(stream, value)
    return stream.getvalue()


def test_a_tree_comes_back() -> None:
    value = {
        "a": np.arange(6.0).reshape(2, 3).T,
        "b": [np.zeros((0, 2)), {"c": np.float32([1.5]), "d": None}, "text", 3, -0.5, True],
        "e": np.array(7, dtype=np.int64),
        "f": np.array([True, False]),
    }
    back = packing.read(io.BytesIO(packed(value)))
    assert np.array_equal(back["a"], value["a"]) and back["a"].flags.writeable
    assert back["b"][0].shape == (0, 2) and back["b"][1]["c"].dtype == np.float32
    assert back["b"][1]["d"] is None and back["b"][2:] == ["text", 3, -0.5, True]
    assert back["e"].shape == () and back["f"].tolist() == [True, False]


def test_trees_follow_one_another() -> None:
    stream = io.BytesIO(packed({"n": 1}) + packed({"n": 2}))
    assert [packing.read(stream), packing.read(stream), packing.read(stream)] == [{"n": 1}, {"n": 2}, None]


def framed(header: Any, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


BAD = {
    "an object array": framed({packing.MARK: ["|O", [1]]}, b"x" * 8),
    "a negative axis": framed({packing.MARK: ["<f8", [-1]]}),
    "a huge array": framed({packing.MARK: ["<f8", [1 << 60]]}),
    "axes that overflow": framed({packing.MARK: ["<f8", [1 << 40, 1 << 40]]}),
    "an axis that is no number": framed({packing.MARK: ["<f8", ["a"]]}),
    "a shape that is no list": framed({packing.MARK: ["<f8", 3]}),
    "an array without a shape": framed({packing.MARK: ["<f8"]}),
    "a dtype that is no text": framed({packing.MARK: [[], [1]]}),
    "a deep tree": LENGTHS.pack(200000, 0) + b"[" * 200000,
    "no JSON": LENGTHS.pack(3, 0) + b"abc",
    "a length without a body": LENGTHS.pack(2, 99) + b"{}",
    "a length beyond all bounds": LENGTHS.pack(1 << 62, 0),
    "half a length": b"123",
}


@pytest.mark.parametrize("what", BAD)
def test_malformed_bytes_are_refused(what: str) -> None:
    with pytest.raises(PackingError):
        packing.read(io.BytesIO(BAD[what]))


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    with suppress(PackingError):
        packing.read(io.BytesIO(data), at_most=1 << 20)


@given(st.data())
def test_any_change_of_good_bytes(data: st.DataObject) -> None:
    good = bytearray(packed({"array": np.arange(4.0), "rest": [1, "two"]}))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] = data.draw(st.integers(0, 255))
    with suppress(PackingError):
        packing.read(io.BytesIO(bytes(good)), at_most=1 << 20)

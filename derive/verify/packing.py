"""Numbers between two processes without pickle: JSON for the structure, raw bytes for the arrays.

Stands alone (standard library and NumPy): the worker loads it by path.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

import numpy as np

MARK = "$array"
LENGTHS = struct.Struct("<QQ")
DTYPES = frozenset(("<f8", "<f4", "<i8", "|b1"))
LARGEST = 1 << 32


class PackingError(Exception):
    """The bytes are not what `write` makes."""


def write(stream: BinaryIO, value: Any) -> None:
    """Append a tree of dicts, lists, strings, numbers, None and arrays."""
    arrays: list[np.ndarray] = []
    header = json.dumps(_emptied(value, arrays)).encode()
    body = b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)
    stream.write(LENGTHS.pack(len(header), len(body)) + header + body)
    stream.flush()


def _emptied(value: Any, arrays: list[np.ndarray]) -> Any:
    """The tree with each array replaced by its dtype and shape."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {MARK: [value.dtype.str, list(value.shape)]}
    if isinstance(value, dict):
        return {str(k): _emptied(v, arrays) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_emptied(v, arrays) for v in value]
    return value


def read(stream: BinaryIO, at_most: int = LARGEST) -> Any:
    """The next tree, or None at the end.

    Raises: PackingError for anything malformed; nothing is executed, and nothing larger than `at_most` bytes made.
    """
    prefix = stream.read(LENGTHS.size)
    if not prefix:
        return None
    try:
        header_size, body_size = LENGTHS.unpack(prefix)
        if header_size + body_size > at_most:
            raise PackingError("it is too large")
        header, body = stream.read(header_size), stream.read(body_size)
        if len(header) < header_size or len(body) < body_size:
            raise PackingError("it is cut off")
        return _filled(json.loads(header), _Bytes(body))
    except (ValueError, KeyError, TypeError, RecursionError, struct.error) as error:
        raise PackingError(str(error)) from error


class _Bytes:
    """The body, handed out from the front."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def array(self, dtype: str, shape: list[int]) -> np.ndarray:
        if dtype not in DTYPES or any(type(n) is not int or n < 0 for n in shape):
            raise PackingError(f"an array has the dtype {dtype} and the shape {shape}")
        size = np.dtype(dtype).itemsize
        for n in shape:
            size *= n
        piece = self._body[self._at : self._at + size]
        if len(piece) < size:
            raise PackingError("an array is cut off")
        self._at += size
        return np.frombuffer(piece, dtype=dtype).reshape(shape).copy()


def _filled(value: Any, body: _Bytes) -> Any:
    if isinstance(value, dict):
        if MARK in value:
            dtype, shape = value[MARK]
            return body.array(dtype, shape)
        return {k: _filled(v, body) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, body) for v in value]
    return value

"""Bytes to text: UTF-8, UTF-16 or UTF-32 with a byte order mark, else GB18030; what is no text is refused."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from derive.errors import DeriveError

SIZE_LIMIT = 8_000_000
CONTROL_SHARE = 0.05
"""A file in which more of the bytes than this are control characters is no text."""
STRANGE_SHARE = 0.1
"""A file that GB18030 decodes to more strange characters than this, among those beyond ASCII, was not written in it."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b") | {127})
_CHINESE = re.compile(r"[\u2010-\u2fff\u3000-\u303f\u3040-\u30ff\u3400-\u9fff\uff00-\uffef\u0370-\u03ff°±·×÷§¤¨]")


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file of at most `SIZE_LIMIT`.

    Raises: DeriveError where there is none, it cannot be read, or it is longer.
    """
    file = str(path)
    try:
        if path.exists() and not path.is_file():
            raise DeriveError("this is not a regular file", repair="name a document", file=file)
        with path.open("rb") as stream:
            data = stream.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise DeriveError("there is no such file", repair="check the path", file=file) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DeriveError(
            f"the file cannot be read ({reason})", repair="check the path and its permissions", file=file
        ) from None
    if len(data) > SIZE_LIMIT:
        raise DeriveError(
            f"the document is longer than {SIZE_LIMIT / 1e6:.0f} MB", repair="split it into several files", file=file
        )
    return data


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text of a document and the name of its encoding.

    Raises: DeriveError for bytes that are no text, or text in no known encoding.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding, name), encoding.removesuffix("-sig")
    _require_text(data, name)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        text = _chinese(data)
        if text is None:
            raise _undecodable(data, error.start, "UTF-8, and the file is not GB18030 either", name) from None
        return text, "gb18030"


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error.start, encoding.removesuffix("-sig").upper(), name) from None
    if "\0" in text:
        raise _binary(name)
    return text


def _require_text(data: bytes, name: str) -> None:
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if b"\0" in data or controls > CONTROL_SHARE * len(data):
        raise _binary(name)


def _binary(name: str) -> DeriveError:
    return DeriveError(
        "this is a binary file, not a document",
        repair="name a Markdown, TeX or text file or a notebook, saved as UTF-8",
        file=name,
    )


def _undecodable(data: bytes, start: int, encoding: str, name: str) -> DeriveError:
    before = data[:start]
    return DeriveError(
        f"byte {data[start]:#04x} is not {encoding}",
        repair="save the document as UTF-8",
        file=name,
        line=before.count(b"\n") + 1,
        column=start - before.rfind(b"\n"),
    )


def _chinese(data: bytes) -> str | None:
    """The text if the bytes are GB18030 and read like Chinese."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    beyond = sum(1 for char in text if char > "\x7f")
    strange = beyond - len(_CHINESE.findall(text))
    return text if strange <= STRANGE_SHARE * beyond else None

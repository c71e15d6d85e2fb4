"""Keeps what a hand-written file does in its own process: no network, no other programs, no files beyond its folder.

Stands alone (standard library): the worker loads it by path. On Linux the process gets namespaces of its own, in which
there is no network; where the system gives none, and for files everywhere, an audit hook refuses. That keeps accidents
out, and is no sandbox against ill will.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from typing import Any

NEW_IPC, NEW_USER, NEW_NET = 0x08000000, 0x10000000, 0x40000000
PROGRAMS = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn")
FILES = (
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink"),
    *("os.truncate", "os.chmod", "os.chown", "os.utime"),
)
"""The events of the interpreter that are refused, those of files where one that they name lies outside the folder."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def seal(folder: str) -> str:
    """Close this process in for good; what keeps it, for the report."""
    found = "namespaces without network, and an audit hook" if _apart() else "an audit hook, as there are no namespaces"
    sys.addaudithook(_hook(os.path.realpath(folder)))
    return found


def _apart() -> bool:
    """Whether the process has namespaces of its own now."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        return int(ctypes.CDLL(None).unshare(NEW_USER | NEW_NET | NEW_IPC)) == 0
    except (OSError, AttributeError):
        return False


def _hook(folder: str) -> Callable[[str, tuple[Any, ...]], None]:
    def refuse(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = args
            if _writes(mode, flags) and not _is_inside(path, folder):
                raise PermissionError(f"files outside its own folder are not written here: {path!r}")
        elif event.startswith(PROGRAMS) or (event.startswith(FILES) and not _are_inside(args, folder)):
            raise PermissionError(f"{event} is not allowed here")

    return refuse


def _writes(mode: object, flags: object) -> bool:
    if isinstance(flags, int):
        return bool(flags & WRITING)
    return isinstance(mode, str) and any(sign in mode for sign in "wax+")


def _are_inside(args: tuple[Any, ...], folder: str) -> bool:
    """Whether all paths among the arguments are in the folder."""
    return all(_is_inside(a, folder) for a in args if isinstance(a, str | bytes | os.PathLike))


def _is_inside(path: object, folder: str) -> bool:
    """Whether a path is in the folder; an open file, by its number, was allowed before."""
    if isinstance(path, int):
        return True
    if not isinstance(path, str | bytes | os.PathLike):
        return False
    real = os.path.realpath(os.fsdecode(path))
    return real == os.devnull or real.startswith(folder + os.sep)

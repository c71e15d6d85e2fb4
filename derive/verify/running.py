"""Starts the worker under its limits and reads what it reports. POSIX only."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from derive.errors import UnsupportedError
from derive.verify import packing
from derive.verify.compare import arrays_of
from derive.verify.layout import Fields
from derive.verify.report import SHOWN_PRINTS

WORKER = Path(__file__).with_name("worker.py")
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
UNIT = 1 << 20
WRITTEN_AT_MOST = 64 * UNIT


@dataclass(frozen=True)
class Limits:
    """Seconds on the clock (and of processor time), bytes of memory beyond the interpreter and NumPy."""

    seconds: float = 30.0
    memory: int = 1 << 30

    def __str__(self) -> str:
        return f"{self.seconds:g} s and {self.memory / UNIT:.0f} MiB"


@dataclass(frozen=True)
class Run:
    """What came of it: an outcome for each point that was reached, and why it ended early, if it did."""

    offers: tuple[str, ...]
    outcomes: tuple[dict[str, Any], ...]
    ended: str = ""
    line: int | None = None
    printed: str = ""
    kept: str = ""
    """What kept it from the rest of the system."""
    hint: str = ""


def run_file(file: Path, points: Iterable[tuple[Fields, Fields]], limits: Limits) -> Run:
    """Load `file` in a process of its own and call it at each point (params, inputs)."""
    if os.name != "posix":
        raise UnsupportedError("hand-written files run under limits that only POSIX systems have")
    points = tuple(points)
    size = sum(a.nbytes for fields in points for part in fields for f in part.values() for a in arrays_of(f))
    job = {
        "file": str(file.resolve()),
        "seconds": math.ceil(limits.seconds) + 1,
        "memory": limits.memory,
        "file_size": WRITTEN_AT_MOST + 4 * size,
        "points": [{"params": dict(params), "inputs": dict(inputs)} for params, inputs in points],
    }
    with (
        tempfile.TemporaryDirectory(prefix="derive-", ignore_cleanup_errors=True) as folder,
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as results,
        tempfile.TemporaryFile() as printed,
    ):
        packing.write(given, job)
        given.seek(0)
        ended = _run(folder, given, results, printed, limits)
        return _read(results, _text(printed), ended)


def _run(folder: str, given: BinaryIO, results: BinaryIO, printed: BinaryIO, limits: Limits) -> str:
    """Why the process ended, if not by itself."""
    environment = {n: os.environ[n] for n in PASSED_ON if n in os.environ} | ONE_THREAD
    descriptor = results.fileno()
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", str(WORKER), str(descriptor)],
        stdin=given,
        stdout=printed,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment,
        pass_fds=(descriptor,),
        start_new_session=True,
    )
    try:
        code = process.wait(limits.seconds)
    except subprocess.TimeoutExpired:
        return f"it takes longer than {limits.seconds:g} s"
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if code == -signal.SIGXCPU:
        return f"it takes longer than {limits.seconds:g} s"
    if code < 0:
        return f"it is ended by the signal {_signal_name(-code)}"
    return f"it leaves the process with exit code {code}" if code else ""


def _signal_name(number: int) -> str:
    return next((s.name for s in signal.Signals if s == number), str(number))


def _text(printed: BinaryIO) -> str:
    printed.seek(0)
    text = printed.read(4 * SHOWN_PRINTS).decode(errors="replace")
    return text if len(text) <= SHOWN_PRINTS else text[:SHOWN_PRINTS] + "…"


def _read(results: BinaryIO, printed: str, ended: str) -> Run:
    results.seek(0)
    try:
        records = []
        while isinstance(record := packing.read(results), dict):
            records.append(_checked(record))
    except packing.PackingError as error:
        return Run((), (), ended or f"what it left cannot be read: {error}", printed=printed)
    kept = str(records.pop(0)["kept"]) if records and "kept" in records[0] else ""
    if not records:
        return Run((), (), ended or "it leaves the process before it is called", printed=printed, kept=kept)
    first, *outcomes = records
    if "raised" in first:
        return Run((), (), str(first["raised"]), _line(first), printed, kept, str(first.get("hint", "")))
    return Run(tuple(map(str, first.get("offers", ()))), tuple(outcomes), ended, printed=printed, kept=kept)


def _checked(record: dict[str, Any]) -> dict[str, Any]:
    """The record, if it has the form that the worker gives it; values are looked at where they are used.

    Raises: PackingError if the code under test wrote it.
    """
    for name in ("offers", "changed", "unknown"):
        if not isinstance(record.get(name, []), list):
            raise packing.PackingError(f"{name} is no list")
    return record


def _line(record: dict[str, Any]) -> int | None:
    return record["line"] if isinstance(record.get("line"), int) else None

"""Fresh Python processes to measure in, without settings that hold OpenBLAS to one kind of processor."""

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
TUNING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Read when NumPy is loaded; with them OpenBLAS may use kernels or blocks that do not suit the processor."""


def removed_settings() -> list[str]:
    """The settings of OpenBLAS that are set here and that no measured process sees."""
    return [name for name in TUNING if name in os.environ]


def output_of(*arguments: str) -> str:
    """What `python ARGUMENTS` prints.

    Raises: subprocess.CalledProcessError if it fails.
    """
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=_environment(), check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def seconds_of(*command: str) -> float:
    """How long the command takes from start to end.

    Raises: subprocess.CalledProcessError if it fails.
    """
    start = perf_counter()
    subprocess.run(command, cwd=ROOT, env=_environment(), check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - start


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in TUNING}

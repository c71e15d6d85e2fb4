"""Runs a hand-written file in a process of its own: `python -I worker.py FD`.

The job comes on standard input, the outcomes go to the file descriptor FD. It loads its two neighbours by path,
so that `-I` (no environment, no user site, no current folder) can stay.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

HAND = "hand_written"


def load(name: str, path: Path) -> ModuleType:
    """The module in the file `path`."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None, f"{path} is not a Python file"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def limit(seconds: int, memory: int, file_size: int) -> None:
    """Bounds on processor time, on memory beyond what NumPy has taken already, and on what is written."""
    for kind, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, _size_in_memory() + memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        lowered = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (lowered, lowered))


def _size_in_memory() -> int:
    """Bytes of address space in use; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def main(descriptor: int) -> None:
    here = Path(__file__).resolve().parent
    packing, calling = load("derive_packing", here / "packing.py"), load("derive_calling", here / "calling.py")
    job = packing.read(sys.stdin.buffer)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    out = os.fdopen(os.dup(descriptor), "wb")
    limit(job["seconds"], job["memory"], job["file_size"])
    packing.write(out, {"kept": load("derive_sealing", here / "sealing.py").seal(os.getcwd())})
    sys.path.append(str(Path(job["file"]).parent))
    sys.argv = [job["file"]]
    try:
        module = load(HAND, Path(job["file"]))
    except BaseException as error:
        packing.write(out, calling.raised(error, job["file"], calling.LOADED))
        return
    offered = {n: getattr(module, n) for n in calling.OFFERED if callable(getattr(module, n, None))}
    packing.write(out, {"offers": list(offered)})
    for point in job["points"] if offered else []:
        params, inputs = (_fields(point[k]) for k in ("params", "inputs"))
        packing.write(out, _outcome(calling, offered, params, inputs, job["file"]))


def _outcome(calling: ModuleType, *given: Any) -> dict[str, Any]:
    """One call; whatever is raised ends here, as this process has nothing else to do."""
    try:
        return dict(calling.outcome(*given))
    except BaseException as error:
        return dict(calling.raised(error, given[-1]))


def _fields(packed: dict[str, Any]) -> dict[str, Any]:
    """Tuples for layers; a number as a NumPy number."""
    return {n: tuple(f) if isinstance(f, list) else f[()] for n, f in packed.items()}


if __name__ == "__main__":
    main(int(sys.argv[1]))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)

"""Plants bugs, one at a time, in a copy of the tree; the tests must catch every one (`make mutate`)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from tests.mutations import BUGS, Bug

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("derive", "docs", "tests", "examples", "templates", "benchmarks", "README.md", "pyproject.toml")
WORKERS = 2
TIME_LIMIT = 600


def main() -> int:
    """Run every planted bug; the exit code is 0 if each was caught."""
    _check_texts()
    with tempfile.TemporaryDirectory(prefix="derive-mutate-") as folder:
        trees: Queue[Path] = Queue()
        for k in range(WORKERS):
            trees.put(_copy(Path(folder, str(k))))
        _check_right(Path(folder, "0"))
        with ThreadPoolExecutor(WORKERS) as pool:
            verdicts = list(pool.map(lambda bug: _caught(bug, trees), BUGS))
    survived = [bug for bug, caught in zip(BUGS, verdicts, strict=True) if not caught]
    for bug in survived:
        print(f"survived: {bug.file}: {bug.breaks}")
    print(f"{len(BUGS) - len(survived)} passed, {len(survived)} failed")
    return bool(survived)


def _check_texts() -> None:
    """Every text to be replaced stands in its file exactly once."""
    for bug in BUGS:
        count = (ROOT / bug.file).read_text().count(bug.old)
        assert count == 1, f"{bug.file} holds {count} times: {bug.old}"


def _check_right(tree: Path) -> None:
    """The tests pass before anything is planted: a test that always fails catches nothing."""
    tests = tuple(dict.fromkeys(t for bug in BUGS for t in bug.tests))
    assert not _tests_fail(tree, tests), f"the tests fail without a planted bug: {' '.join(tests)}"


def _copy(to: Path) -> Path:
    to.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, to / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, to / name)
    return to


def _caught(bug: Bug, trees: Queue[Path]) -> bool:
    tree = trees.get()
    path = tree / bug.file
    right = path.read_text()
    start = time.perf_counter()
    try:
        path.write_text(right.replace(bug.old, bug.new))
        caught = _tests_fail(tree, bug.tests)
    finally:
        path.write_text(right)
        trees.put(tree)
    verdict = "caught  " if caught else "SURVIVED"
    print(f"{verdict} {time.perf_counter() - start:5.1f} s  {bug.file}: {bug.breaks}", flush=True)
    return caught


def _tests_fail(tree: Path, tests: tuple[str, ...]) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return True
    assert done.returncode in (0, 1, 2), done.stdout.decode()[-2000:]
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main())

"""LaTeX to PDF with latexmk and XeLaTeX, in a folder of its own, without shell escape and within a time limit."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from derive.errors import DeriveError, quoted

TIME_LIMIT = 240
NAME = "notes"
_ERROR = re.compile(r"^(?:!|\S+:\d+:) .*$", re.MULTILINE)
_MISSING = re.compile(r"^Missing character: There is no (\S+) \((?:U\+)?[0-9A-F]+\)", re.MULTILINE)
_OVERFULL = re.compile(r"^Overfull \\hbox \((\d+\.?\d*)pt too wide\).*$", re.MULTILINE)


@dataclass(frozen=True)
class Compiled:
    """The PDF and what TeX said about it."""

    pdf: bytes
    log: str

    @property
    def overfull(self) -> tuple[float, ...]:
        """By how much (pt) lines run out of the margin."""
        return tuple(float(m.group(1)) for m in _OVERFULL.finditer(self.log))


def missing_tex() -> tuple[str, ...]:
    """The programs of TeX that this machine lacks."""
    return tuple(p for p in ("latexmk", "xelatex") if shutil.which(p) is None)


def render_pdf(tex: str) -> Compiled:
    """Compile a LaTeX document.

    Raises: DeriveError if TeX is missing, takes too long, finds an error, or has no glyph for a letter.
    """
    if missing := missing_tex():
        raise DeriveError(
            f"a PDF needs {' and '.join(missing)}, which this machine does not have",
            repair="install TeX (on Debian: texlive-xetex latexmk), or leave the PDF out: --to tex,html",
        )
    with tempfile.TemporaryDirectory(prefix="derive-") as folder:
        source = Path(folder, f"{NAME}.tex")
        source.write_text(tex, encoding="utf-8")
        said = _run(folder)
        log = Path(folder, f"{NAME}.log")
        text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else said
        pdf = Path(folder, f"{NAME}.pdf")
        if not pdf.is_file():
            found = _ERROR.search(text)
            raise DeriveError(f"TeX found an error: {quoted(found.group() if found else text[-200:])}")
        if unknown := "".join(dict.fromkeys(_MISSING.findall(text))):
            raise DeriveError(
                f"the fonts of TeX lack {quoted(unknown)}, which would be missing from the PDF",
                repair="leave it out, or let Typst make the PDF: --pdf-by typst",
            )
        return Compiled(pdf.read_bytes(), text)


def _run(folder: str) -> str:
    """What latexmk says; no configuration file is read, and no file outside the folder is written."""
    command = [
        *("latexmk", "-norc", "-pdfxe", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error"),
        *("-pdfxelatex=xelatex -no-shell-escape %O %S", f"{NAME}.tex"),
    ]
    safe = {"openin_any": "p", "openout_any": "p", "max_print_line": "1000", "SOURCE_DATE_EPOCH": "0"}
    tex = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **safe},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = tex.communicate(timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        raise DeriveError(
            f"TeX took more than {TIME_LIMIT} seconds", repair="leave the PDF out: --to tex,html"
        ) from None
    finally:
        _end(tex)
    return said.decode("utf-8", "replace")


def _end(tex: subprocess.Popen[bytes]) -> None:
    """End latexmk with all that it started, if it still runs."""
    if tex.poll() is None:
        os.killpg(tex.pid, signal.SIGKILL)
        tex.communicate()

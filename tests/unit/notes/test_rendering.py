"""The formats: well-formed, self-contained, the same every time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from derive.errors import DeriveError
from derive.notes import render_pdf as pdf_module
from derive.notes.render_html import render_html
from derive.notes.render_markdown import render_markdown
from derive.notes.render_pdf import render_pdf
from derive.notes.render_tex import render_tex
from derive.notes.rendering import render
from tests.unit.notes.handouts import EXAMPLES, NAMES, handout, require_tex

VOID = {"meta", "link", "br", "hr", "img", "input"}
LIMIT = 5.0
BODY_PACKAGES = "amsmath,array,booktabs,framed,longtable,xcolor,tikz"


class Reader(HTMLParser):
    """Checks that every element is closed in order; collects ids, links and what would be fetched."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag == "a":
            self.links.append(str(values.get("href")))
        self.fetched += [str(values[name]) for name in ("src", "data", "action") if name in values]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()


@pytest.mark.parametrize("name", NAMES)
def test_html_is_well_formed_and_stands_alone(name: str) -> None:
    page = render_html(handout(name))
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    assert "script" not in reader.tags and "link" not in reader.tags and reader.fetched == []
    assert {"math", "svg", "table"} <= reader.tags
    assert len(reader.ids) == len(set(reader.ids))
    assert all(link.removeprefix("#") in reader.ids and link.startswith("#") for link in reader.links)
    assert not re.search(r"@import|url\((?!#)", page)


@pytest.mark.parametrize("name", NAMES)
def test_markdown_has_balanced_dollars_and_braces(name: str) -> None:
    text = render_markdown(handout(name))
    assert text.count("$$") % 2 == 0
    inline = text.replace("$$", "").replace(r"\$", "")
    assert inline.count("$") % 2 == 0
    assert text.count("{") == text.count("}")
    assert "{{" not in text.replace("{{}", "") or "}}" in text


@pytest.mark.parametrize("name", (*NAMES, "three-layer:ng", "softmax-classifier:nielsen"))
def test_tex_compiles_and_no_line_runs_out_of_the_margin(name: str) -> None:
    require_tex()
    base, _, notation = name.partition(":")
    done = render_pdf(render_tex(handout(base, notation)))
    assert done.pdf.startswith(b"%PDF")
    assert all(excess <= LIMIT for excess in done.overfull), done.overfull
    assert "Missing character" not in done.log
    assert "undefined references" not in done.log.lower()


def test_a_fragment_is_read_into_another_document() -> None:
    require_tex()
    body = render_tex(handout("two-branch"), fragment=True)
    assert r"\documentclass" not in body and r"\begin{document}" not in body
    around = rf"\documentclass{{article}}\usepackage{{{BODY_PACKAGES}}}\begin{{document}}" + body + r"\end{document}"
    assert render_pdf(around).pdf.startswith(b"%PDF")


def test_missing_tex_is_said_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_module.shutil, "which", lambda program: None)
    with pytest.raises(DeriveError, match="latexmk and xelatex"):
        render_pdf("anything")


def test_tex_that_fails_is_an_error_with_its_message() -> None:
    require_tex()
    with pytest.raises(DeriveError, match="Undefined control sequence"):
        render_pdf(r"\documentclass{article}\begin{document}\nosuchcommand\end{document}")


def test_tex_cannot_run_a_command(tmp_path: object) -> None:
    require_tex()
    mark = f"{tmp_path}/mark"
    render_pdf(rf"\documentclass{{article}}\begin{{document}}\immediate\write18{{touch {mark}}}a\end{{document}}")
    assert not os.path.exists(mark)


def test_tex_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    require_tex()
    monkeypatch.setattr(pdf_module, "TIME_LIMIT", 1)
    with pytest.raises(DeriveError, match="more than 1 seconds"):
        render_pdf(r"\documentclass{article}\begin{document}\loop\iftrue\repeat\end{document}")


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(DeriveError, match="no format `docx`"):
        render(handout("plain"), ["docx"])


PROGRAM = """
import hashlib
from derive.notes.rendering import render
from tests.unit.notes.handouts import handout
for name in ("two-branch", "deep"):
    for kind, content in render(handout(name), ("tex", "html", "md")).items():
        print(name, kind, hashlib.sha256(content).hexdigest())
"""


def test_output_is_the_same_for_every_hash_seed() -> None:
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True,
            check=True,
            cwd=root,
        ).stdout
        for seed in ("0", "1", "12345")
    }
    assert len(outputs) == 1 and b"deep md" in outputs.pop()


@pytest.mark.parametrize("name", EXAMPLES)
def test_equations_are_numbered_alike_in_all_formats(name: str) -> None:
    document = handout(name)
    numbers = document.numbers
    assert list(numbers.values()) == list(range(1, len(numbers) + 1))
    page, text, tex = render_html(document), render_markdown(document), render_tex(document)
    for anchor, number in numbers.items():
        assert f'href="#{anchor}">({number})</a>' in page
        assert rf"\tag{{{number}}}" in text
    assert re.findall(r"\\label\{derive:(.+?)\}", tex) == list(numbers)


def test_results_and_the_places_that_use_them_are_linked_both_ways() -> None:
    page = render_html(handout("three-layer"))
    used = re.findall(r'id="use-1-([^"]+)" href="#([^"]+)"', page)
    assert used and all(one == other for one, other in used)
    for anchor, _ in used:
        assert f'<a href="#use-1-{anchor}">' in page and f'<div class="boxed" id="{anchor}">' in page
    assert "data-of" not in page


def test_a_long_handout_has_a_table_of_contents() -> None:
    assert r"\tableofcontents" in render_tex(handout("transformer-block"))
    assert r"\tableofcontents" not in render_tex(handout("plain"))
    page = render_html(handout("three-layer"))
    assert all(f'<li><a href="#{section.anchor}">' in page for section in handout("three-layer").sections)


def test_a_remark_in_markdown_names_whole_left_sides() -> None:
    """Also where a formula is cut into lines, and once for all equations that it is about."""
    said = [line for line in render_markdown(handout("char-lstm")).splitlines() if line.startswith("- ")]
    assert r"- $\Delta Z_{t}^{[2]}$ for $t=1,\dots,T$" in said
    assert all(r"\mid" not in line and r"\quad" not in line for line in said)
    assert any(line.count("$, $") >= 4 for line in said)

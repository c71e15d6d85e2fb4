"""A name can never become a command: neither in TeX, nor in HTML, nor in Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.notes.document import Document, Math, Paragraph, Plain, Section, words
from derive.notes.escape import escape_markdown, escape_tex
from derive.notes.render_html import render_html
from derive.notes.render_markdown import render_markdown
from derive.notes.render_pdf import render_pdf
from derive.notes.render_tex import render_tex
from tests.unit.notes.handouts import require_tex

NASTY = (
    r"\write18{touch /tmp/mark}",
    "__import__('os')",
    "<script>alert(1)</script>",
    "$x$ & # % _ ^ ~ {} <b> \" ' `",
    "{{ 7*7 }} <% raise %> << 1 >>",
    "]]> --> ``` ![a](b) *c* | d",
    r"\end{document}\input{/etc/passwd}",
    "a\nb\x00c\u202e",
)
ALLOWED = {
    *("textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textbar", "textquotedbl"),
    *("textasciigrave",),
}
texts = st.text(st.characters(codec="utf-8"), max_size=40)


def document(name: str) -> Document:
    """A document whose title and text hold a name from outside."""
    said = words("given.intro", name=Plain(name))
    return Document(
        words("title", name=Plain(name)),
        "en",
        (
            Section(
                "given", words("section.given"), (Paragraph(said), Paragraph(words("forward.facts", fact=Math("a"))))
            ),
        ),
    )


@given(texts)
def test_escaped_tex_has_no_command_of_the_text(text: str) -> None:
    out = str(escape_tex(text))
    assert set(re.findall(r"\\([A-Za-z]+)", out)) <= ALLOWED
    bare = re.sub(r"\\[A-Za-z]+\{\}|\\[{}$&#%_]|\{-\}", "", out)
    assert not re.search(r"[\\{}$&#%_^~]", bare)


@given(texts)
def test_escaped_markdown_has_no_bare_markup(text: str) -> None:
    out = str(escape_markdown(text))
    assert not re.search(r"\\[\[\]()]", out)
    bare = re.sub(r"\\.|&#\d+;", "", out)
    assert not re.search(r"[\\`*_{}\[\]<>#|$&~]", bare)


class Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said = ""
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.said += data


@pytest.mark.parametrize("name", NASTY)
def test_html_shows_a_name_as_it_is(name: str) -> None:
    reader, plain = Text(), Text()
    reader.feed(render_html(document(name)))
    plain.feed(render_html(document("name")))
    assert reader.tags == plain.tags
    assert name in reader.said


@pytest.mark.parametrize("name", NASTY)
def test_tex_source_holds_the_name_escaped(name: str) -> None:
    assert str(escape_tex(name)) in render_tex(document(name))
    commands = set(re.findall(r"\\[A-Za-z]+", render_tex(document(name)).replace(str(escape_tex(name)), "")))
    assert commands == set(re.findall(r"\\[A-Za-z]+", render_tex(document("name")).replace("name", "")))


def test_tex_sets_every_nasty_name() -> None:
    require_tex()
    source = render_tex(document(" ".join(NASTY)))
    assert render_pdf(source).pdf.startswith(b"%PDF")


@pytest.mark.parametrize("name", NASTY)
def test_markdown_holds_the_name_escaped(name: str) -> None:
    assert str(escape_markdown(name)) in render_markdown(document(name))

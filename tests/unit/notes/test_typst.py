"""PDF without TeX: every formula has a form in Typst, text from outside stays text, files are the same each time."""

from __future__ import annotations

import json
import re

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import DeriveError, printable
from derive.latex.bundled import BUNDLED
from derive.notes import rendering, typst_pdf
from derive.notes.document import Boxed, Document, Math, Paragraph, Plain, ResultLine, Section, words
from derive.notes.layout import Line
from derive.notes.render_typst import TypstWriter, label, render_typst, tied_lines, tied_rows
from derive.notes.rendering import Manner, render
from derive.notes.typst_escape import escape_typst
from derive.notes.typst_math import UnknownCommand, typst_math
from derive.notes.typst_pdf import render_typst_pdf, typst_source
from tests.unit.notes.handouts import EXAMPLES, NAMES, formulas, handout
from tests.unit.notes.test_escape import NASTY, document

MARKUP = "#$\\*_`<>@[]{}()~/=+-.:'\"^&|!;"
STARTS = (
    *("= a", "- a", "+ a", "/ a: b", "1. a", "// a", "/* a */", "https://a.b", "@x", "<x>"),
    *('#eval("1")', "\\u{41}"),
)
texts = st.text(st.one_of(st.sampled_from(MARKUP), st.characters(codec="utf-8")), max_size=30)


def shown(markup: str) -> str:
    """What Typst reads a text as: its characters, and anything else by the name of its element."""
    found = typst.query(f"#metadata[{markup}] <x>".encode(), "<x>", field="value", one=True)
    return _characters(json.loads(found))


def _characters(content: dict[str, object]) -> str:
    if content["func"] == "sequence":
        children = content["children"]
        assert isinstance(children, list)
        return "".join(map(_characters, children))
    if content["func"] in ("space", "parbreak"):
        return " "
    assert content["func"] in ("text", "symbol"), content
    return str(content["text"])


@settings(max_examples=60, deadline=None)
@given(texts)
def test_text_is_shown_as_it_is(text: str) -> None:
    assert shown(f"a{escape_typst(text)}b") == re.sub(" +", " ", printable(f"a{text}b"))


@pytest.mark.parametrize("text", [*STARTS, *NASTY, "中文（甲）", "אבג abc", "**a** __b__"])
def test_nothing_at_the_start_of_a_line_is_markup(text: str) -> None:
    assert shown(f"\n\n{escape_typst(text)}").lstrip() == re.sub(" +", " ", printable(text))


@pytest.mark.parametrize("name", [*NASTY, *STARTS])
def test_a_document_with_a_nasty_name_compiles(name: str) -> None:
    assert render_typst_pdf(document(name)).startswith(b"%PDF")


@pytest.mark.parametrize("name", NAMES)
def test_every_handout_compiles(name: str) -> None:
    made = render_typst_pdf(handout(name))
    assert made.startswith(b"%PDF") and len(made) > 20_000


@pytest.mark.parametrize("notation", sorted(BUNDLED))
@pytest.mark.parametrize("name", ["three-layer", "deep", "attention"])
def test_formulas_of_every_notation_have_a_form(name: str, notation: str) -> None:
    assert name in EXAMPLES
    found = [typst_math(f) for f in formulas(handout(name, notation))]
    typst.compile("\n\n".join(f"${f}$" for f in found).encode())


@pytest.mark.parametrize(
    ("latex", "written"),
    [
        (r"W^{1}_{jk} x_k", "W^(1)_(j k) x_(k)"),
        (r"\frac{1}{2} \sum_j", "frac(1, 2) ∑_(j)"),
        (r"\operatorname*{arg\,max}_k", 'op("arg max", limits: #true)_(k)'),
        (r"\left( a \right)", "lr(\\( a \\))"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", 'mat(delim: "(", 1, 2; 3, 4)'),
        (r"\text{dense 2}", 'upright("dense 2")'),
        (r"0.25, -1.5", "0.25 \\, - 1.5"),
        (r"x'", "x'"),
        (r"\psi_{1}'(f)", "ψ'_(1) \\( f \\)"),
    ],
)
def test_formulas(latex: str, written: str) -> None:
    assert typst_math(latex) == written


@pytest.mark.parametrize("latex", [r"\input{x}", r"\begin{tikzpicture} \end{tikzpicture}", r"\left( a", r"\nosuch"])
def test_what_our_printer_never_writes_is_an_error(latex: str) -> None:
    with pytest.raises(UnknownCommand):
        typst_math(latex)


def test_a_formula_cannot_become_code() -> None:
    """Signs that mean something to Typst are escaped in formulas, too."""
    assert typst_math('a # b $ " c') == 'a \\# b \\$ \\" c'


def test_the_same_document_gives_the_same_bytes() -> None:
    assert render_typst_pdf(handout("plain")) == render_typst_pdf(handout("plain"))


@pytest.mark.parametrize("anchor", ["a-W1", "部分:δ", 'x"y', "a b>c"])
def test_references_lead_to_results(anchor: str) -> None:
    """Whatever name the network has."""
    result = Boxed(anchor, (ResultLine(words("own", text=Plain("a")), "a", "b"),))
    said = words("own", text=Plain("see"))
    made = Document(said, "en", (Section("s", said, (Paragraph(said), result)),))
    assert f"<{label(anchor)}>" in render_typst(made)
    assert render_typst_pdf(made).startswith(b"%PDF")


def test_chinese_needs_a_font(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Document(words("own", text=Plain("网络")), "en", ())
    monkeypatch.setattr(typst_pdf, "chinese_fonts", lambda: ())
    with pytest.raises(DeriveError, match="no font with Chinese letters"):
        typst_source(made)
    assert "New Computer Modern" in typst_source(Document(words("own", text=Plain("net")), "en", ()))
    monkeypatch.setattr(typst_pdf, "chinese_fonts", lambda: ("FandolSong",))
    assert '"FandolSong"' in typst_source(made)


def test_without_tex_the_pdf_comes_from_typst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "missing_tex", lambda: ("xelatex",))
    monkeypatch.setattr(rendering, "render_pdf", lambda tex: pytest.fail("TeX was called"))
    made = render(handout("plain"), ("pdf", "typ"))
    assert b"Typst" in made["pdf"] and made["typ"].startswith(b"#set document")
    assert b"Typst" in render(handout("plain"), ("pdf",), Manner(pdf_by="typst"))["pdf"]


@pytest.mark.parametrize(("word", "known"), [({"pdf_by": "word"}, "tex, typst"), ({"solutions": "some"}, "show, hide")])
def test_an_unknown_manner_is_an_error(word: dict[str, str], known: str) -> None:
    with pytest.raises(DeriveError) as raised:
        rendering.manner(**word)  # type: ignore[arg-type]
    assert known in str(raised.value.render())


def test_running_text_holds_formulas_and_text() -> None:
    said = words("forward.facts", fact=Math(r"\sum_j y_j = 1"))
    made = Document(words("own", text=Plain("a")), "en", (Section("s", said, (Paragraph(said),)),))
    assert "known that #tall[$∑_(j) y_(j) =$] #tall[$1$]" in render_typst(made)


@pytest.mark.parametrize(
    ("latex", "written"),
    [
        ("a = b", "$a = b$"),
        (r"\frac{a}{b}", "#tall[$display(frac(a, b))$]"),
        (r"\frac{a}{b} = c", "#tall[$display(frac(a, b)) =$] #tall[$display(c)$]"),
        (r"\frac{a = b}{c} = d", "#tall[$display(frac(a = b, c) = d)$]"),
    ],
)
def test_tall_formulas_keep_lines_apart(latex: str, written: str) -> None:
    """They are cut at a relation only where no group is open there."""
    assert TypstWriter(large=True).math(latex) == written


def test_no_line_begins_with_a_colon() -> None:
    """Between a formula and a full-width colon or semicolon stands a sign that forbids a break."""
    listed = words("list.then", first=Math("a"), rest=Math("b"))
    made = render_typst(Document(words("own", text=Plain("网")), "zh", (Section("s", listed, ()),)))
    assert "$a$\u2060；$b$" in made


def lines(*relations: str, rhs: str = "b") -> list[Line]:
    return [Line("", relation, rhs) for relation in relations]


@pytest.mark.parametrize(
    ("given", "sizes"),
    [
        (lines("="), [1]),
        (lines("=", "", "="), [3]),
        (lines("=", "=", "=", "", "=", "="), [2, 2, 2]),
        (lines("=", "=", "=", "=", rhs=r"\begin{bmatrix} b \end{bmatrix}"), [1, 1, 1, 1]),
    ],
)
def test_which_lines_of_a_derivation_stay_on_one_page(given: list[Line], sizes: list[int]) -> None:
    groups = tied_lines(given)
    assert [len(g) for g in groups] == sizes
    assert [line for g in groups for line in g] == given


@pytest.mark.parametrize("rows", range(20))
def test_which_rows_of_a_table_stay_on_one_page(rows: int) -> None:
    """All of a short table, else the first three and the last three; every row is counted once."""
    tied = tied_rows(rows)
    begun = 0
    for at, count in tied.items():
        assert at == begun
        begun += count
    assert begun == rows and (rows <= 6 or (tied[0], tied[rows - 3]) == (3, 3))


@pytest.mark.parametrize("name", EXAMPLES)
def test_results_have_the_numbers_of_the_other_forms(name: str) -> None:
    """Typst counts the boxes, in the order of the document; references lead to their labels."""
    document, source = handout(name), render_typst(handout(name))
    assert re.findall(r"^\)\) <(derive:[^>]+)>$", source, re.MULTILINE) == [label(a) for a in document.numbers]
    assert source.count('numbering: "(1)"') == len(document.numbers)
    told = set(re.findall(r'#ref\(label\("([^"]+)"\)', source))
    assert told <= {label(a) for a in document.numbers}

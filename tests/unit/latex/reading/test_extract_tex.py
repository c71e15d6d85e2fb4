"""Formulas of TeX files: comments, verbatim text and the preamble do not count, every dollar does."""

from __future__ import annotations

import pytest

from derive.errors import DeriveError
from derive.latex.reading.document import Document
from derive.latex.reading.extract import document_of


def read(text: str) -> Document:
    return document_of(text, "doc.tex", "tex")


FOUND = {
    "inline": ("a $x$ b", ["x"]),
    "money is written with a backslash": ("a $5 and $6 \\$7", ["5 and "]),
    "spaces": ("$ x $ and $ y$", [" x ", " y"]),
    "beside one another": ("$a$$b$", ["a", "b"]),
    "display": ("$$a$$ \\[b\\] \\begin{displaymath}c\\end{displaymath}", ["a", "b", "c"]),
    "line break is no bracket": ("a \\\\[2pt] b $x$", ["x"]),
    "equation": ("\\begin{equation}\n a\n\\end{equation}", ["\n a\n"]),
    "eqnarray": ("\\begin{eqnarray*}a&=&b\\end{eqnarray*}", ["a&=&b"]),
    "IEEE": ("\\begin{IEEEeqnarray}{rCl}a&=&b\\end{IEEEeqnarray}", ["a&=&b"]),
    "subequations": ("\\begin{subequations}\\begin{align}a\\end{align}\\end{subequations}", ["a"]),
    "comment line": ("% $a$\n$b$", ["b"]),
    "comment behind": ("$a$ % costs $5\n$b$", ["a", "b"]),
    "escaped percent": ("5\\% $a$ 6\\% $b$", ["a", "b"]),
    "escaped backslash before a comment": ("\\\\% $a$\n$b$", ["b"]),
    "comment inside": ("$a % $\n + b$", ["a    \n + b"]),
    "comment line inside": ("$a\n  % $ x\n+ b$", ["a\n       \n+ b"]),
    "commented end": ("\\begin{align}a % \\end{align}\n b\\end{align}", ["a              \n b"]),
    "verbatim": ("\\begin{verbatim}\n$a$\n\\end{verbatim}$b$", ["b"]),
    "listing": ("\\begin{lstlisting}[language=Python]\nx = '$'\n\\end{lstlisting}\n$b$", ["b"]),
    "minted": ("\\begin{minted}{python}\nx = '$'\n\\end{minted}\n$b$", ["b"]),
    "percent in a listing": ("\\begin{lstlisting}\na % b \\end{lstlisting}$c$", ["c"]),
    "verb": ("\\verb|$| $a$ \\verb*+$+ $b$ \\lstinline!$! $c$", ["a", "b", "c"]),
    "url": ("\\url{http://a/%20$b} $c$ \\href{a%b$}{d} $e$", ["c", "e"]),
    "preamble": ("\\newcommand{\\x}{$a$}\\title{$b$}\\begin{document}$c$\\end{document}$d$", ["c"]),
    "commented document": ("% \\begin{document}\n$a$", ["a"]),
    "iffalse": ("\\iffalse $a$ \\fi $b$", ["b"]),
    "text inside": ("$a \\mbox{ if $b$} c$", ["a \\mbox{ if $b$} c"]),
    "dollar inside": ("$a \\$ b$", ["a \\$ b"]),
    "section": ("\\section{The $\\delta$ rule}", ["\\delta"]),
    "macro body": ("\\newcommand{\\x}{$a$} $b$ \\def\\y{$c$} $d$", ["b", "d"]),
}


@pytest.mark.parametrize("name", FOUND)
def test_formulas(name: str) -> None:
    text, expected = FOUND[name]
    document = read(text)
    assert [fragment.source for fragment in document.fragments] == expected
    for fragment in document.fragments:
        original = text[fragment.start : fragment.end]
        assert all(seen in (char, " ") for seen, char in zip(fragment.source, original, strict=True))


ABBREVIATED = "\\newcommand{\\beq}{\\begin{equation}}\\def\\eeq{\\end{equation}}\\def\\ba#1{\\begin{align}}"


@pytest.mark.parametrize("between", ["\\begin{document}", ""])
def test_abbreviated_environments(between: str) -> None:
    document = read(ABBREVIATED + between + "\\beq a \\label{x} \\eeq then \\beq\nb\\eeq, \\beqx $c$")
    found = [(f.source.strip(), f.environment, f.display, f.label) for f in document.fragments]
    assert found == [("a", "equation", True, "x"), ("b", "equation", True, ""), ("c", "", False, "")]
    (problem,) = read(ABBREVIATED + "\\beq a $b$").problems
    assert "`\\beq` is never closed" in problem.message


PROBLEMS = {
    "heading": ("\\section{a $y$", 1, 1, "has no end", ["y"]),
    "dollar": ("a $x\n\nb $y$", 1, 3, "opens no formula", ["y"]),
    "environment": ("a\n\\begin{align}x $y$", 2, 1, "no `\\end{align}`", ["y"]),
    "input": ("\\input{chapter1} $y$", 1, 1, "`chapter1` is another file", ["y"]),
    "display before prose": ("$$a\n\nSome words of prose $$b$$", 1, 1, "not closed in its paragraph", ["b"]),
    "display": ("$$a\n\n \\[ b", 1, 1, "never closed", []),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems_have_places_and_the_rest_is_read(name: str) -> None:
    text, line, column, message, rest = PROBLEMS[name]
    document = read(text)
    assert [fragment.source for fragment in document.fragments] == rest
    problem = document.problems[0]
    assert (problem.place.line, problem.place.column) == (line, column)
    assert message in problem.message


def test_headings() -> None:
    text = (
        "\\chapter{One}$a$\\section*{Two}\n$b$\\subsection[short]{Three\n {\\bf x}}$c$"
        "\\section{Four}$d$\\paragraph{Five}$e$\\begin{frame}{Six}$f$\\end{frame}"
    )
    document = read(text)
    above = {f.source: f.heading for f in document.fragments}
    assert above["a"] == ("One",)
    assert above["c"] == ("One", "Two", "Three {\\bf x}")
    assert above["d"] == ("One", "Four")
    assert above["e"] == ("One", "Four", "Five")
    assert above["f"] == ("One", "Four", "Five", "Six")


def test_the_words_around() -> None:
    text = "\\section{A}\\label{s}\nLet \\emph{the error} $\\delta$ of % really\nlayer $l$ be\n"
    text += "\\[ \\delta = 1 \\]\n\nThen."
    delta, layer, display = read(text).fragments
    assert delta.before == "Let the error"
    assert layer.before == "Let the error $\\delta$ of layer"
    assert delta.after == "of layer $l$ be"
    assert display.after == "Then."


DEFINITIONS = {
    "\\newcommand{\\R}{\\mathbb{R}}": ("R", 0, "\\mathbb{R}", None, False),
    "\\newcommand\\R{\\mathbb R}": ("R", 0, "\\mathbb R", None, False),
    "\\newcommand*{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}}": (
        "pd",
        2,
        "\\frac{\\partial #1}{\\partial #2}",
        None,
        False,
    ),
    "\\renewcommand{\\v}[2][x]{#1_{#2}}": ("v", 2, "#1_{#2}", "x", False),
    "\\providecommand{\\a}{b}": ("a", 0, "b", None, False),
    "\\def\\v#1{\\mathbf{#1}}": ("v", 1, "\\mathbf{#1}", None, False),
    "\\def\\a{\\}}": ("a", 0, "\\}", None, False),
    "\\gdef\\a#1#2{#2#1}": ("a", 2, "#2#1", None, False),
    "\\DeclareMathOperator{\\relu}{ReLU}": ("relu", 0, "ReLU", None, True),
    "\\DeclareMathOperator*{\\argmin}{arg\\,min}": ("argmin", 0, "arg\\,min", None, True),
    "\\let\\eps\\varepsilon": ("eps", 0, "\\varepsilon", None, False),
    "\\let\\eps=\\varepsilon": ("eps", 0, "\\varepsilon", None, False),
    "\\newcommand{\\a} % comment\n  {b}": ("a", 0, "b", None, False),
}


@pytest.mark.parametrize("written", DEFINITIONS)
@pytest.mark.parametrize("where", ["{}\\begin{{document}}$x$", "$x$ {}"])
def test_definitions_of_macros(written: str, where: str) -> None:
    text = where.format(written)
    document = read(text)
    (found,) = document.definitions
    assert (found.name, found.arguments, found.body, found.default, found.operator) == DEFINITIONS[written]
    assert text[found.start :].startswith(written)
    assert [f.source for f in document.fragments] == ["x"]


def test_an_unfinished_definition_is_skipped() -> None:
    document = read("\\newcommand{\\a}{b $x$")
    assert document.definitions == ()
    assert [f.source for f in document.fragments] == ["x"]


FRONT = "% !TEX program = xelatex\n% derive:\n%   notation: ng\n%   names:\n%     W: weights\n% Notes\n\\section{a}"


def test_front_matter_in_comments() -> None:
    document = read(FRONT)
    assert document.front_matter == {"notation": "ng", "names": {"W": "weights"}}
    assert document.front_matter_source.split("\n")[2] == "    notation: ng"


def test_wrong_front_matter_has_its_place() -> None:
    with pytest.raises(DeriveError) as raised:
        read(FRONT.replace("notation: ng", "notation: [ng"))
    assert (raised.value.file, raised.value.line) == ("doc.tex", 4)


def test_comments_without_the_key_are_comments() -> None:
    assert read("% we derive: a = b\n% [x\n$a$").front_matter == {}

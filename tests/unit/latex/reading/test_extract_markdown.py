"""Formulas of Markdown: what is one, what is none, and where each stands."""

from __future__ import annotations

import pytest

from derive.latex.reading.document import Document
from derive.latex.reading.extract import document_of


def read(text: str) -> Document:
    return document_of(text, "doc.md", "markdown")


def sources(text: str) -> list[str]:
    return [fragment.source for fragment in read(text).fragments]


FOUND = {
    "inline": ("a $x$ b", ["x"]),
    "beside one another": ("$x$$y$", ["x", "y"]),
    "in Chinese": ("其中$\\sigma$是，$x$。", ["\\sigma", "x"]),
    "display": ("$$a = b$$", ["a = b"]),
    "display over lines": ("$$\na\n= b\n$$", ["\na\n= b\n"]),
    "display in a line": ("so $$a$$ and $$b$$.", ["a", "b"]),
    "display over a blank line": ("$$\na = b\n\nc = d\n$$", ["\na = b\n\nc = d\n"]),
    "display in a list": ("- item:\n  $$\n  a\n  $$\n- next $b$", ["\n  a\n  ", "b"]),
    "display in a nested list": ("- item\n\n    - inner\n\n      $$a$$\n", ["a"]),
    "display in a list paragraph": ("1. item\n\n    $$a$$\n", ["a"]),
    "parentheses": ("the \\(x\\) and \\(y\\)", ["x", "y"]),
    "brackets": ("\\[x = y \\\\[2pt] z\\]", ["x = y \\\\[2pt] z"]),
    "doubled backslashes": ("the \\\\(x\\\\) and\n\n\\\\[y\\\\]", ["x", "y"]),
    "align": ("\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}", ["\na &= b \\\\\nc &= d\n"]),
    "starred": ("\\begin{align*}a\\end{align*}", ["a"]),
    "alignat": ("\\begin{alignat}{2}a &= b\\end{alignat}", ["a &= b"]),
    "aligned at the top": ("\\begin{aligned}[t]a\\end{aligned}", ["a"]),
    "one in another": (
        "\\begin{equation}\\begin{split}a\\end{split}\\end{equation}",
        ["\\begin{split}a\\end{split}"],
    ),
    "cases inside": ("$$f=\\begin{cases}1&x>0\\\\0\\end{cases}$$", ["f=\\begin{cases}1&x>0\\\\0\\end{cases}"]),
    "math fence": ("```math\na = b\n```\n", ["a = b\n"]),
    "MyST directive": ("```{math}\na = b\n```\n", ["a = b\n"]),
    "GitHub inline": ("$`x`$", ["`x`"]),
    "nested dollars": ("$a \\text{ if $b$ holds} c$ and $d$", ["a \\text{ if $b$ holds} c", "d"]),
    "nested dollars in display": ("$$a \\quad \\text{第$i$层}$$", ["a \\quad \\text{第$i$层}"]),
    "escaped dollar inside": ("$a\\$b$", ["a\\$b"]),
    "spaces inside": ("$ x $ and $w_i $ and $x $.", [" x ", "w_i ", "x "]),
    "digit behind": ("$x_i$2", ["x_i"]),
    "over lines": ("$\\dfrac{a}{b}\n=c\n+d$", ["\\dfrac{a}{b}\n=c\n+d"]),
    "in a heading": ("# The $\\delta$ rule\n", ["\\delta"]),
    "in a table": ("| $a$ | $b$ |\n|---|---|\n", ["a", "b"]),
    "in bold": ("**$x$** and _$y$_", ["x", "y"]),
    "in tags": ('<p align="center">$x$</p>', ["x"]),
    "below a heading without a blank line": ("# a\n$x$", ["x"]),
    "HTML": ("<!DOCTYPE html>\n\n<p>\n\n      $x$ <pre>$y$</pre>", ["x"]),
    "MathJax script": ('<script type="math/tex; mode=display">a=b</script>', ["a=b"]),
    "number": ("the value $5$ is", ["5"]),
    "interval": ("in $[0, 1]$ and $(-1,1)$", ["[0, 1]", "(-1,1)"]),
    "product with a number": ("$2 x$ and $0.5\\sum e$", ["2 x", "0.5\\sum e"]),
    "lists by lazy lines": ("- item\n    - inner:  \n    $a$\n", ["a"]),
    "tab indented list item": ("- item\n\n\t$a$\n", ["a"]),
    "backtick without partner": ("a ` b $x$", ["x"]),
    "less than in text": ("if a <b and $c$>d", ["c"]),
    "behind a fence in a list": ("- a\n  ```\n  $x$\n  ```\n- $y$", ["y"]),
    "behind an unclosed fence": ("```\ncode\n\ntext $x$", ["x"]),
    "relation alone on a line": ("$a\n=\nb$", ["a\n=\nb"]),
    "between rules": ("---\n\nSome words $x$.\n\n---\n", ["x"]),
    "CRLF": ("a $x$\r\n\r\n$$\r\ny\r\n$$\r\n", ["x", "\r\ny\r\n"]),
    "quotation": ("> $$\n> a > b\n> $$", ["\n  a > b\n  "]),
    "behind money in Chinese": ("价格是$100美元到$x$", ["x"]),
    "behind a lone dollar in Chinese": ("一个 $ 是 $x$", ["x"]),
    "entities": ("$a &lt; b$ and $$c &amp;= d$$", ["a <    b", "c &    = d"]),
    "percent": ("$5\\%$ and $a % b$", ["5\\%", "a % b"]),
    "comment inside": ("$$\na % costs $5\n= b\n$$", ["\na           \n= b\n"]),
}


@pytest.mark.parametrize("name", FOUND)
def test_formulas(name: str) -> None:
    text, expected = FOUND[name]
    document = read(text)
    assert [fragment.source for fragment in document.fragments] == expected
    for fragment in document.fragments:
        lines = text[fragment.start : fragment.end]
        assert len(lines) == len(fragment.source)


NOT_FOUND = {
    "money": "costs $5 and $6",
    "money to the cent": "from $5.20 to $6.30, or $7",
    "money in words": "I paid $100 for one and $200 for the other($300).",
    "money in Chinese": "价格是$100美元，或$200美元。",
    "money by commas": "$1,$2,$3",
    "escaped": "costs \\$5 and \\$6",
    "variables": "set $PATH and $HOME there",
    "prompt": "$ ls and then $ cd x",
    "code span": "write `$x$` or ``a ` $y$``",
    "code span over lines": "write `$x$\n$y$` there",
    "fence": "```python\nprint('$x$')\n```\n",
    "tilde fence": "~~~\n$x$\n~~~\n",
    "longer fence": "````\n```\n$x$\n```\n````\n",
    "fence in a quotation": "> ```\n> $x$\n> ```\n",
    "indented code": "text\n\n    $x$ = 1\n    more $y$\n\ntext",
    "tab indented code": "text\n\n\t$x$\n",
    "code in a list": "- a\n\n      $x$\n",
    "comment": "<!-- $x$\n\n$y$ -->",
    "tag": '<img alt="$x$" src="$y$">',
    "pre": "<pre>\n$x$\n\n$y$</pre>",
    "inline code tag": "<code>$x$</code>",
    "link target": "[a](http://b/$x$/c)",
    "image target": '![](/img/$x$.png "$y$")',
    "autolink": "<http://a/$x$>",
    "reference": "a\n\n[b]: http://a/$x$\n",
    "liquid": "{% highlight tex %}\n$x$\n{% endhighlight %}",
    "empty": "$$$$ and $$ $$ and \\(\\) and \\[ \\]",
    "citation in brackets": "as in \\[1\\] and \\[2, 3\\].",
    "lone dollar": "a $ b",
    "shell": "set $PATH=/usr and $HOME there",
}


@pytest.mark.parametrize("name", NOT_FOUND)
def test_what_is_no_formula(name: str) -> None:
    assert sources(NOT_FOUND[name]) == []


PROBLEMS = {
    "dollar": ("a $x\n\nb $y$", 1, 3, "opens no formula", ["y"]),
    "dollars": ("text\n\n$$\na = b\n\nSome words of prose here.\n\n$$c$$", 3, 1, "not closed", ["c"]),
    "last dollars": ("$a$ $$b", 1, 5, "never closed", ["a"]),
    "bracket": ("\\[a\n\n\\[b\\]", 1, 1, "never closed", ["b"]),
    "parenthesis": ("\\(a\n\n\\(b\\)", 1, 1, "never closed", ["b"]),
    "parenthesis over a blank line": ("\\(a\n\nb\\) $c$", 1, 1, "not closed in its paragraph", ["c"]),
    "dollar before dollars": ("a $x $$y$$", 1, 3, "opens no formula", ["y"]),
    "environment": ("\\begin{align}a\n\n\\begin{align}b\\end{align}", 1, 1, "no `\\end{align}`", ["b"]),
    "cases outside": ("x\n\\begin{cases}a\\end{cases} $b$", 2, 1, "outside a formula", ["b"]),
    "fence": ("a\n```\n$x$", 2, 1, "never closed", ["x"]),
    "comment": ("<!-- a $x$", 1, 1, "never closed", ["x"]),
    "code": ("text\n\n    $x$\n    $z$\n\n    $ make\n    cost $5\n\n$y$", 3, 1, "indented code", ["y"]),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems_have_places_and_the_rest_is_read(name: str) -> None:
    text, line, column, message, rest = PROBLEMS[name]
    document = read(text)
    assert [fragment.source for fragment in document.fragments] == rest
    (problem,) = document.problems
    assert (problem.place.line, problem.place.column) == (line, column)
    assert message in problem.message


def test_money_is_no_problem() -> None:
    document = read("costs $5 and $6, \\$7, in all $18. And $x$.")
    assert document.problems == ()
    assert [fragment.source for fragment in document.fragments] == ["x"]


def test_display_and_environment() -> None:
    document = read("$a$ \\(b\\) $$c$$ \\[d\\] \\begin{align*}e\\end{align*} \\begin{math}f\\end{math}")
    found = [(f.source, f.display, f.environment) for f in document.fragments]
    assert found == [
        ("a", False, ""),
        ("b", False, ""),
        ("c", True, ""),
        ("d", True, ""),
        ("e", True, "align"),
        ("f", False, "math"),
    ]


def test_places_are_those_of_the_file() -> None:
    document = read("线 $x$\r\n\r\n  $$\r\n  y$$ \rz $w$")
    places = [(p.line, p.column) for p in (document.place(f.start) for f in document.fragments)]
    assert places == [(1, 4), (3, 5), (5, 4)]
    second = document.fragments[1]
    assert second.start + second.source.index("y") == document.text.index("y")
    assert (document.place(document.text.index("y")).line, document.place(document.text.index("y")).column) == (4, 3)


@pytest.mark.parametrize(
    ("source", "label", "blanked"),
    [
        ("a = b \\label{eq:one}", "eq:one", "a = b"),
        ("\\tag{BP1} a = b", "BP1", "a = b"),
        ("\\tag*{(1)} a\\label{x}", "x", "a"),
        ("a \\eqno (3)", "3", "a"),
        ("a \\label{x_{1}} b", "x_{1}", "a               b"),
    ],
)
def test_labels_are_blanked_out(source: str, label: str, blanked: str) -> None:
    (fragment,) = read(f"$${source}$$").fragments
    assert fragment.label == label
    assert fragment.source.strip() == blanked
    assert len(fragment.source) == len(source)


def test_headings() -> None:
    text = "# A\n$a$\n## B ##\n$b$\n### C {#c}\n$c$\n## D\n$d$\nE\n===\n$e$\n\nF\n---\n$f$\n\n<h2>G</h2>\n$g$"
    document = read(text)
    assert [(h.level, h.text) for h in document.headings] == [
        (1, "A"),
        (2, "B"),
        (3, "C"),
        (2, "D"),
        (1, "E"),
        (2, "F"),
        (2, "G"),
    ]
    assert {f.source: f.heading for f in document.fragments}["c"] == ("A", "B", "C")
    assert {f.source: f.heading for f in document.fragments}["d"] == ("A", "D")


def test_what_looks_like_a_heading_in_code_or_formulas_is_none() -> None:
    text = "```\n# a\n```\n\n$$\nx\n=\ny\n$$\n\n#hash\n\na\n\n---\n\n    # code\n"
    assert read(text).headings == ()


def test_the_words_around() -> None:
    text = (
        "# Title\n\nFirst paragraph.\n\n- Here **$z$** is the input of `f`, and $a$ is [its output](http://x), "
        "so\n\n$$a = f(z)$$\n\nfor all layers.\n\n## Next\n\n$$b$$\n"
    )
    z, a, display, last = read(text).fragments
    assert z.before == "Here"
    assert z.after == "is the input of f, and $a$ is its output, so"
    assert a.before == "Here $z$ is the input of f, and"
    assert display.before == "Here $z$ is the input of f, and $a$ is its output, so"
    assert display.after == "for all layers."
    assert (last.before, last.after) == ("", "")
    assert last.heading == ("Title", "Next")


def test_the_words_around_a_quotation() -> None:
    (fragment,) = read("By the chain rule\n\n> $$a$$\n>\n> holds.\n").fragments
    assert (fragment.before, fragment.after) == ("By the chain rule", "holds.")


def test_the_words_around_are_bounded() -> None:
    (fragment,) = read("word " * 100 + "$x$" + " word" * 100).fragments
    assert 150 < len(fragment.before) <= 200
    assert 150 < len(fragment.after) <= 200


def test_definitions_of_macros() -> None:
    document = read("$$\\newcommand{\\R}{\\mathbb R}\\def\\v#1{\\mathbf{#1}} x \\in \\R$$\n\n\\newcommand\\T{^\\top}\n")
    assert [(d.name, d.arguments, d.body) for d in document.definitions] == [
        ("R", 0, "\\mathbb R"),
        ("v", 1, "\\mathbf{#1}"),
        ("T", 0, "^\\top"),
    ]
    (fragment,) = document.fragments
    assert fragment.source.strip() == "x \\in \\R"
    assert document.text[document.definitions[1].start :].startswith("\\def\\v")


def test_a_formula_of_definitions_only_is_none() -> None:
    document = read("$$\n\\newcommand{\\R}{\\mathbb R}\n$$")
    assert document.fragments == ()
    assert len(document.definitions) == 1


def test_bare_latex_is_noted() -> None:
    document = read("the values x_1, \\vec{w}_j and L_{n_l}, but not file_name or a_b_c or `y_1` or $z_1$")
    assert [(u.text, document.text[u.start :].startswith(u.text)) for u in document.undelimited] == [
        ("x_1", True),
        ("\\vec{w}_j", True),
        ("L_{n_l}", True),
    ]

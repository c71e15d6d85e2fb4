"""Worked examples: names with words of a letter and a number, and what a network comes to in numbers."""

from __future__ import annotations

from tests.unit.verify.document.judged import claims

FORWARD = r"""
$i_1 = 0.05$, $i_2 = 0.10$, $w_1 = 0.15$, $w_2 = 0.20$, $w_3 = 0.40$, $w_4 = 0.50$, $b_1 = 0.35$, $b_2 = 0.60$,
$target_{o1} = 0.01$, $target_{o2} = 0.99$, $\eta = 0.5$.

$$net_{h1} = w_1 * i_1 + w_2 * i_2 + b_1 * 1 = 0.15 * 0.05 + 0.2 * 0.1 + 0.35 * 1 = 0.3775$$
$$out_{h1} = \frac{1}{1+e^{-net_{h1}}} = \frac{1}{1+e^{-0.3775}} = 0.593269992$$
$$net_{o1} = w_3 * out_{h1} + b_2 * 1 = 0.4 * 0.593269992 + 0.6 * 1 = 0.837308$$
$$net_{o2} = w_4 * out_{h1} + b_2 * 1$$
$$out_{o1} = \frac{1}{1+e^{-net_{o1}}} = 0.697898, \quad out_{o2} = \frac{1}{1+e^{-net_{o2}}}$$
$$E_{o1} = \frac{1}{2}(target_{o1} - out_{o1})^{2}, \quad E_{o2} = \frac{1}{2}(target_{o2} - out_{o2})^{2}$$
$$E_{total} = \sum \frac12 (target - output)^2$$
$$E_{total} = E_{o1} + E_{o2}$$
"""
BACKWARD = r"""
$$\frac{\partial E_{total}}{\partial w_{3}} = \frac{\partial E_{total}}{\partial out_{o1}} *
\frac{\partial out_{o1}}{\partial net_{o1}} * \frac{\partial net_{o1}}{\partial w_{3}}$$
$$\frac{\partial E_{total}}{\partial out_{o1}} = -(target_{o1} - out_{o1}) = -(0.01 - 0.697898) = 0.687898$$
$$\frac{\partial out_{o1}}{\partial net_{o1}} = out_{o1}(1 - out_{o1}) = 0.697898(1 - 0.697898) = 0.210836$$
$$\frac{\partial E_{total}}{\partial w_{3}} = 0.687898 * 0.210836 * 0.593270 = 0.0860443$$
$$\delta_{o1} = \frac{\partial E_{total}}{\partial out_{o1}} \frac{\partial out_{o1}}{\partial net_{o1}}
= \frac{\partial E_{total}}{\partial net_{o1}} = 0.145034$$
$$\frac{\partial E_{total}}{\partial w_{3}} = \delta_{o1} out_{h1}$$
$$\frac{\partial E_{total}}{\partial out_{h1}} = \frac{\partial E_{o1}}{\partial out_{h1}}
+ \frac{\partial E_{o2}}{\partial out_{h1}}$$
$$\frac{\partial E_{total}}{\partial w_{1}} = \delta_{h1} i_1$$
$$w_3^{+} = w_3 - \eta * \frac{\partial E_{total}}{\partial w_{3}} = 0.4 - 0.5 * 0.0860443 = 0.356978$$
"""
MISTAKES = (
    ("= -(target_{o1} - out_{o1}) = -(0.01", "= (target_{o1} - out_{o1}) = -(0.01"),
    ("= -(0.01 - 0.697898)", "= -(0.01 + 0.697898)"),
    ("= 0.593269992$$", "= 0.693269992$$"),
    ("0.687898 * 0.210836 * 0.593270", "0.687898 * 0.593270"),
    (r"out_{h1}} + \frac{\partial E_{o2}}{\partial out_{h1}}", "out_{h1}}"),
    (r"\delta_{o1} out_{h1}", r"\delta_{o1} i_1"),
    ("= w_3 -", "= w_3 +"),
    ("= 0.356978", "= 0.396978"),
    (r"\delta_{h1} i_1", r"\delta_{h1} i_2"),
)


def test_a_worked_example_is_right() -> None:
    found = claims(FORWARD + BACKWARD, "", 0.0)
    [vague] = [c for c in found if c.status.value not in ("proved", "agrees", "definition")]
    assert r"\sum" in vague.latex and vague.status.value == "not checked"
    assert sum(c.status.value == "definition" and c.latex.startswith("= 0.") for c in found) == 11
    assert sum(c.status.value in ("proved", "agrees") for c in found) == 23


def test_each_mistake_in_it_is_found() -> None:
    text = (FORWARD + BACKWARD).replace("\n\\frac", " \\frac").replace("\n+", " +").replace("\n=", " =")
    lines = {text[: text.index(right)].count("\n") + 1 for right, _ in MISTAKES}
    for right, wrong in MISTAKES:
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    assert {c.place.line for c in claims(text, "", 0.0) if c.status.value == "wrong"} == lines

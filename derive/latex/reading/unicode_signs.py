"""Signs of Unicode, and what people would have written for them in LaTeX."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

_LOWER = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma tau "
    "upsilon phi chi psi omega vartheta phi epsilon varrho varpi"
)
_UPPER = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
_GREEK = dict(zip("αβγδεζηθικλμνξοπρςστυφχψωϑϕϵϱϖ" + "ΓΔΘΛΞΠΣΥΦΨΩ", f"{_LOWER} {_UPPER}".split(), strict=True))
_COMMANDS = {
    **_GREEK,
    "∂": "partial", "∇": "nabla", "∞": "infty", "∑": "sum", "∏": "prod", "∫": "int", "√": "sqrt", "ℓ": "ell",
    "⊙": "odot", "∘": "circ", "○": "circ", "·": "cdot", "⋅": "cdot", "∙": "cdot", "•": "bullet", "×": "times",
    "⊗": "otimes", "⊘": "oslash", "⊕": "oplus", "⊖": "ominus", "÷": "div", "⋆": "star", "★": "star", "∗": "ast",
    "±": "pm", "∓": "mp", "≤": "leq", "⩽": "leq", "≥": "geq", "⩾": "geq", "≦": "leq", "≧": "geq", "≠": "neq",
    "≈": "approx", "≃": "simeq", "≅": "cong", "≡": "equiv", "∝": "propto", "∼": "sim", "≪": "ll", "≫": "gg",
    "∈": "in", "∉": "notin", "⊂": "subset", "⊆": "subseteq", "∪": "cup", "∩": "cap", "∅": "emptyset",
    "←": "leftarrow", "→": "rightarrow", "⟶": "rightarrow", "⟵": "leftarrow", "↦": "mapsto", "⇒": "Rightarrow",
    "⟹": "Rightarrow", "⇔": "iff", "⟺": "iff", "↔": "iff", "⊥": "perp", "∥": "|", "‖": "|", "∀": "forall",
    "∃": "exists", "⟨": "langle", "⟩": "rangle", "〈": "langle", "〉": "rangle", "⌊": "lfloor", "⌋": "rfloor",
    "⌈": "lceil", "⌉": "rceil", "…": "dots", "⋯": "cdots", "⋮": "vdots", "⋱": "ddots", "≜": "triangleq",
    "≔": "coloneqq", "≟": "questeq", "∣": "mid", "⊤": "top", "†": "dagger", "‡": "ddagger", "∧": "wedge", "∨": "vee",
    "¬": "neg", "∖": "setminus", "∴": "therefore", "∵": "because", "µ": "mu", "°": "degree",
}  # fmt: skip
COMMANDS: Mapping[str, str] = MappingProxyType(_COMMANDS)
"""One character for a command."""

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "−": "-", "–": "-", "—": "-", "‐": "-", "﹣": "-", "（": "(", "）": ")", "［": "[", "］": "]", "｛": "\\{",
        "｝": "\\}",
        "＝": "=", "＋": "+", "－": "-", "＊": "*", "／": "/", "＜": "<", "＞": ">", "｜": "|", "，": ",", "、": ",",
        "；": ";", "：": ":", "。": ".", "．": ".", "′": "'", "’": "'", "ʹ": "'", "＾": "^", "＿": "_",
        "！": "!", "∶": ":",
        "“": '"', "”": '"', "＂": '"', "〝": '"', "〞": '"', "【": "[", "】": "]", "∕": "/", "⁄": "/",
    }
)  # fmt: skip
"""One character for a sign of ASCII."""

RAISED: Mapping[str, str] = MappingProxyType(
    dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱᵀᵗˡᵐᴸᵏʲ", "0123456789+-()niTtlmLkj", strict=True)) | {"ᐪ": "T", "⊺": "T"}
)
LOWERED: Mapping[str, str] = MappingProxyType(
    dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ᵢⱼₖₗₘₙₜₓₚₛₐₑₕᵣ", "0123456789+-()ijklmntxpsaehr", strict=True))
)
COMBINING: Mapping[str, str] = MappingProxyType(
    {
        "\u0302": "hat",
        "\u0304": "bar",
        "\u0305": "bar",
        "\u0303": "tilde",
        "\u20d7": "vec",
        "\u0307": "dot",
        "\u0308": "ddot",
    }
    | {
        "\u030c": "check",
        "\u0306": "breve",
        "\u0301": "acute",
        "\u0300": "grave",
        "\u030a": "mathring",
        "\u0332": "underline",
    }
)
CYRILLIC: Mapping[str, str] = MappingProxyType(
    dict(zip("аеосрухіјѕАВЕКМНОРСТХІЈЅ", "aeocpyxijsABEKMHOPCTXIJS", strict=True))
)
"""Letters of Cyrillic that look like those of Latin, and are taken for them."""
INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\u2061\u2062\u2063\ufeff\u00ad\ufe0e\ufe0f\u200e\u200f")


def styled(char: str) -> tuple[str, str] | None:
    """The plain letter or digit of a mathematical alphabet, and the command of its font: `𝐱` is `mathbf` x, `ℝ` is
    `mathbb` R; None for any other character."""
    plain = CYRILLIC.get(char) or unicodedata.normalize("NFKC", char)
    if plain == char or len(plain) != 1 or not plain.isalnum():
        return None
    name = unicodedata.name(char, "")
    for mark, font in (
        ("DOUBLE-STRUCK", "mathbb"),
        ("SCRIPT", "mathcal"),
        ("FRAKTUR", "mathfrak"),
        ("BLACK-LETTER", "mathfrak"),
        ("SANS-SERIF", "mathsf"),
        ("MONOSPACE", "mathtt"),
        ("BOLD", "mathbf"),
    ):
        if mark in name:
            return plain, font
    return plain, ""


def fraction(char: str) -> tuple[str, ...]:
    """What is above and below the line of `½`; nothing for any other character."""
    parts = unicodedata.normalize("NFKC", char).split("\u2044")
    return tuple(parts) if len(parts) == 2 and all(len(p) == 1 for p in parts) else ()


def decomposed(char: str) -> tuple[str, str] | None:
    """A letter with its accent, apart: `ŷ` is y and `hat`; None for any other character."""
    parts = unicodedata.normalize("NFD", char)
    if len(parts) == 2 and parts[0].isascii() and parts[1] in COMBINING:
        return parts[0], COMBINING[parts[1]]
    return None

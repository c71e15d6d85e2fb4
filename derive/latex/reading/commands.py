"""The commands of LaTeX, by what they are in a formula. Tables only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from derive.latex.reading.syntax import Relation


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _alike(table: Mapping[str, str]) -> Mapping[str, str]:
    """From `canonical: all its commands` to `command: canonical`."""
    return MappingProxyType({name: canonical for canonical, names in table.items() for name in names.split()})


_RELATIONS: Mapping[Relation, str] = {
    "=": "= == eq",
    ":=": ":= coloneqq coloneq triangleq doteq doteqdot eqdef defeq colonequals",
    "=:": "=: eqqcolon eqcolon equalscolon",
    "≈": "approx approxeq thickapprox simeq cong",
    "≠": "!= =/= !== ne neq",
    "<": "< lt prec",
    "≤": "<= le leq leqslant preceq leqq",
    ">": "> gt succ",
    "≥": ">= ge geq geqslant succeq geqq",
    "≪": "ll",
    "≫": "gg",
    "∈": "in",
    "∉": "notin",
    "⊂": "subset subseteq",
    "←": "leftarrow gets longleftarrow Leftarrow Longleftarrow impliedby",
    "→": "-> to rightarrow longrightarrow",
    "↦": "mapsto longmapsto",
    "∝": "propto varpropto",
    "≡": "equiv",
    "∼": "sim thicksim",
    "⊥": "perp",
    "⇒": "=> Rightarrow implies Longrightarrow",
    "⇔": "iff Leftrightarrow Longleftrightarrow leftrightarrow",
    "+=": "+=",
    "-=": "-=",
    "≟": "questeq",
}
RELATIONS: Mapping[str, Relation] = MappingProxyType(
    {name: relation for relation, names in _RELATIONS.items() for name in names.split()}
)
"""What stands between the members of a chain, by command or sign."""
NEGATED: Mapping[Relation, Relation] = MappingProxyType({"=": "≠", "∈": "∉", "≡": "≠"})
EXTENSIBLE: Mapping[str, Relation] = MappingProxyType(
    {"xrightarrow": "→", "xleftarrow": "←", "xRightarrow": "⇒", "xlongequal": "=", "xmapsto": "↦"}
)
DEFINING = _words("def Def define defined triangle Delta 定义 := ≜")
"""What above `=` makes it a definition."""

SUMS = _alike({"+": "+ plus", "-": "- minus", "±": "pm", "∓": "mp"})
PRODUCTS = _alike(
    {
        "cdot": "cdot centerdot cdotp",
        "times": "times",
        "*": "* ast",
        "odot": "odot bigodot .*",
        "circ": "circ",
        "otimes": "otimes bigotimes",
        "/": "/",
        "div": "div",
        "oslash": "oslash ./",
        "star": "star",
        "bullet": "bullet",
        "@": "@",
        "oplus": "oplus bigoplus",
        "ominus": "ominus",
        "cup": "cup bigcup",
        "cap": "cap bigcap",
        "setminus": "setminus smallsetminus backslash",
        "wedge": "wedge land",
        "vee": "vee lor",
        "bmod": "bmod mod",
    }
)

BIG = _alike(
    {
        "sum": "sum",
        "prod": "prod coprod",
        "int": "int iint iiint oint",
        "lim": "lim",
        "max": "max",
        "min": "min",
        "sup": "sup limsup",
        "inf": "inf liminf",
        "argmax": "argmax",
        "argmin": "argmin",
    }
)
ALSO_FUNCTIONS = _words("max min sup inf argmax argmin")
"""Big operators that are functions where no limits are written: `\\max(0, x)`."""

FUNCTIONS = _words(
    "exp log ln lg sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan arcsinh arccosh arctanh asin acos "
    "atan artanh arsinh det dim ker deg tr Tr trace rank sgn sign diag Diag softmax Softmax logsoftmax softplus "
    "sigmoid Sigmoid relu ReLU LeakyReLU elu ELU gelu GELU silu SiLU swish logit erf erfc Var Cov Corr gcd lcm "
    "logsumexp LSE Pr hom arg vec clip round"
)
FUNCTION_COMMANDS = FUNCTIONS - _words("vec")
PLAIN_FUNCTIONS = _words(
    "exp log ln max min tanh sin cos tan cosh sinh softmax sigmoid ReLU relu sgn sign diag dim tr argmax argmin erf "
    "Var Cov arctan arctanh softplus logsumexp det rank LeakyReLU"
)
"""Functions that are known among plain letters."""
NAMES = _words("loss cost error data test train true pred total batch label target input output hidden score Loss Cost")
"""Words that are names where they are all of a run of plain letters."""
SHORT_NAMES = _words("out old new net hid reg tot val prev next last init conv pool")
"""The same in scripts only."""
ARRAY_MODULES = _words("np numpy torch tf jnp cp F nn math scipy")
METHODS = _words("dot sum mean max min std var prod reshape transpose argmax argmin exp log")
"""What may stand behind a dot: `A.sum(axis=0)`."""

ACCENTS = _alike(
    {
        "hat": "hat widehat",
        "bar": "bar overline widebar",
        "tilde": "tilde widetilde",
        "vec": "vec overrightarrow va",
        "larrow": "overleftarrow",
        "dot": "dot",
        "ddot": "ddot",
        "check": "check widecheck",
        "breve": "breve",
        "acute": "acute",
        "grave": "grave",
        "ring": "mathring",
        "under": "underline",
    }
)
FONTS = _alike(
    {
        "bold": "mathbf boldsymbol bm pmb vb symbf mathbfit symbfit boldmath bold",
        "cal": "mathcal mathscr symcal EuScript",
        "bb": "mathbb Bbb mathds mathbbm symbb",
        "rm": "mathrm mathup symup",
        "sf": "mathsf symsf",
        "frak": "mathfrak frak",
        "tt": "mathtt",
        "": "mathit mathnormal symit",
    }
)
WORD_FONTS = _words("rm sf tt") | {""}
"""Fonts in which several letters are one word."""
SWITCHES: Mapping[str, str] = MappingProxyType(
    {
        "bf": "mathbf",
        "rm": "mathrm",
        "it": "mathit",
        "sf": "mathsf",
        "tt": "mathtt",
        "cal": "mathcal",
        "bfseries": "mathbf",
    }
)
"""Old commands that change the font up to the end of their group."""

FRACTIONS = _words("frac dfrac tfrac cfrac nicefrac sfrac")
OVER = _words("over atop above")
TRANSPARENT = _words(
    "boxed fbox mathop mathbin mathrel mathord mathopen mathclose mathinner mathpunct cancel bcancel xcancel smash "
    "ensuremath mathchoice colorbox framebox"
)
"""Commands whose argument is what stands there."""
BRACED = _alike({"brace": "underbrace overbrace underbracket overbracket"})
STACKED = _words("overset underset stackrel")
QUANTIFIERS = _words("forall exists nexists")
ELLIPSES = _words("dots ldots cdots vdots ddots dotsb dotsc dotsm dotsi dotso iddots ...")

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi "
    "psi omega varepsilon vartheta varkappa varpi varrho varsigma varphi digamma "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega "
    "varGamma varDelta varTheta varLambda varXi varPi varSigma varUpsilon varPhi varPsi varOmega"
)
_PLAIN_SYMBOLS = _words(
    _GREEK + " ell hbar imath jmath Re Im wp aleph emptyset varnothing top bot intercal dagger ddagger angle neg lnot "
    "square Box blacksquare checkmark triangle diamond Diamond nearrow searrow swarrow nwarrow uparrow downarrow "
    "updownarrow Uparrow Downarrow hookrightarrow rightleftharpoons therefore because parallel surd flat sharp natural "
    "degree S P dag"
)
SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        **{name: name for name in _PLAIN_SYMBOLS},
        "partial": "∂",
        "nabla": "∇",
        "triangledown": "∇",
        "bigtriangledown": "∇",
        "infty": "∞",
        "%": "%",
        "#": "#",
    }
    | {"$": "$", "&": "&", "_": "_", "i": "ı", "j": "ȷ"}
)

BRACKETS: Mapping[str, str] = MappingProxyType(
    {
        "(": ")",
        "[": "]",
        "\\{": "\\}",
        "\\langle": "\\rangle",
        "\\lfloor": "\\rfloor",
        "\\lceil": "\\rceil",
        "\\lVert": "\\rVert",
        "\\lvert": "\\rvert",
    }
)
DELIMITERS: Mapping[str, str] = MappingProxyType(
    {
        "lbrace": "\\{", "rbrace": "\\}", "{": "\\{", "}": "\\}", "lbrack": "[", "rbrack": "]", "langle": "\\langle",
        "rangle": "\\rangle", "lfloor": "\\lfloor", "rfloor": "\\rfloor", "lceil": "\\lceil", "rceil": "\\rceil",
        "lVert": "\\lVert", "rVert": "\\rVert", "lvert": "\\lvert", "rvert": "\\rvert", "vert": "|", "Vert": "\\|",
        "|": "\\|", "lparen": "(", "rparen": ")", "lgroup": "(", "rgroup": ")",
    }
)  # fmt: skip
"""Brackets that are commands, and as what they are read; bars stay `|` and `\\|`."""

SPACES = _words(
    ", ; : ! > / displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag thinspace "
    "medspace thickspace negthinspace negmedspace negthickspace enspace hfill hfil strut mathstrut allowbreak relax "
    "noindent centering big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm "
    "displaylimits null protect unskip ignorespaces nobreak smallskip medskip bigskip par hline toprule midrule "
    "bottomrule normalsize small footnotesize large scriptsize nobreakspace itshape upshape break linebreak quad* "
    "nopagebreak pagebreak bgroup egroup left. right. @ -"
) | {" ", "\n", "\t", "\r"}
"""What changes how a formula looks, and nothing else."""
WIDE = _words("quad qquad hspace hskip enskip")
CONNECTIVES = _words("therefore because")

"""Functions that a document defines by a formula and that have a name: `σ(z) = 1/(1 + e^{-z})`."""

from __future__ import annotations

import sympy

from derive.errors import DeriveError
from derive.forward.calls import Unread, call_of
from derive.forward.evaluation import Evaluation
from derive.forward.forms import Form
from derive.forward.functions import Functions, recognized
from derive.forward.scene import Scene
from derive.forward.signs import Signs
from derive.forward.sizes import Conflict, Sizes
from derive.latex.reading.shown import shown
from derive.network.builder import Builder
from derive.reading.keys import key_of


def call_by_name(functions: Functions) -> None:
    """A formula of one number that is the definition of a function with a name is that function."""
    x = sympy.Symbol("x", real=True)
    for text, macro in list(functions.macros.items()):
        call = call_of(macro.statement.left)
        key = key_of(call[0]) if call is not None else None
        if key is None or len(macro.arguments) != 1:
            continue
        others = Functions(known=functions.known)
        evaluation = Evaluation(Signs(), others, Sizes(), {}, {})
        evaluation.arguments = {shown(macro.arguments[0]): Form(lambda scene, i, j: x)}
        scene = Scene(Builder("function"), evaluation.sizes, {}, frozenset())
        try:
            body = others.called(macro.body, {})
            formula = evaluation.read(body).at(scene, None, None)
            name = recognized(formula, x)
        except (Unread, Conflict, DeriveError, RecursionError):
            continue
        if name is not None:
            functions.known[key] = name
            del functions.macros[text]

"""The bundled notations: those of Nielsen's book, of Ng's course, of the UFLDL tutorial, and of three lecture notes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from derive.latex.notation import COMMON_SYMBOLS, Notation, words

NIELSEN = Notation(
    name="nielsen",
    symbols=COMMON_SYMBOLS,
    gradient_symbols=words(preactivation="delta"),
    sums="short",
)
"""Nielsen's book: `z^l = W^l a^{l-1} + b^l`, `δ^l = ∂C/∂z^l`, weights `W_jk` to j from k."""

SOURCE_TARGET = Notation(
    name="source-target",
    symbols=MappingProxyType(
        {
            **COMMON_SYMBOLS,
            **words(weight="w", preactivation="u", activation="v", target="t", prediction="hat t"),
            **words(cost="e", loss="e"),
        }
    ),
    layer_letters=("M", "I", "J"),
    sample_mark="(n)",
    indices=words(unit="j", source="i", next="k", sample="n"),
    weight_axes="in-out",
    numbered_input=True,
    gradient_symbols=words(preactivation="delta"),
    sums="short",
)
"""`u_j = Σ_i w_ij v_i`, weights `w_ij` from i to j: `u = w^T v` for columns; three layers are M, I and J."""

NG = Notation(
    name="ng",
    symbols=MappingProxyType({**COMMON_SYMBOLS, **words(cost="J", loss="cal L", rate="alpha")}),
    iteration_mark="^<n>",
    sample_mark="^(n)",
    functions=words(sigma="g"),
    layer_mark="^[l]",
    size_mark="^[l]",
    capitals=True,
    gradients="prefix",
    gradient_prefix="d",
    scaling="summed",
    joined_transpose=True,
)
"""Ng's course: `Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]}`, `dZ` of the summed loss, `dW` of its mean."""

RESIDUAL = Notation(
    name="residual",
    symbols=MappingProxyType(
        {
            **COMMON_SYMBOLS,
            **words(weight="bold Theta", bias="bold b", preactivation="f", activation="bold x", input="bold x"),
            **words(target="bold y", prediction="hat bold y", cost="J", loss="J", rate="lambda"),
        }
    ),
    layer_mark="_l",
    weights_numbered_by="source",
    preactivations_numbered_by="source",
    layers_stated_by="source",
    numbered_input=True,
    sample_mark="^(n)",
    gradients="nabla",
    gradient_symbols=words(preactivation="nabla"),
    hadamard="circ",
    outer="otimes",
)
"""Layer i turns `x_i` into `f_i = Θ_i x_i + b_i`; `∇_i` is the gradient by `f_i`, and `∇_{Θ_i} J = ∇_i ⊗ x_i`."""

UFLDL = Notation(
    name="ufldl",
    symbols=MappingProxyType({**COMMON_SYMBOLS, **words(prediction="h", cost="J", loss="J", sum="q")}),
    functions=words(sigma="f"),
    prediction_of=True,
    iteration_mark="^n",
    sample_mark="^(n)",
    sizes=words(n="s"),
    layer_mark="^(l)",
    input_layer=1,
    last_layer="n_l",
    weights_numbered_by="source",
    layers_stated_by="source",
    indices=words(unit="i", source="j", next="k", sample="n"),
    gradients="nabla",
    gradient_symbols=words(preactivation="delta"),
)
"""The UFLDL tutorial: `z^{(l+1)} = W^{(l)} a^{(l)} + b^{(l)}`, layers 1 to `n_l`, `s_l` units in layer l."""

ROWS = Notation(
    name="rows",
    symbols=MappingProxyType({**COMMON_SYMBOLS, **words(weight="theta", cost="L", loss="L")}),
    sample_mark="^(n)",
    layer_mark="^[l]",
    size_mark="^[l]",
    weights_numbered_by="source",
    layout="rows",
    weight_axes="in-out",
    capitals=True,
    gradients="prefix",
    gradient_prefix="Delta",
    joined_transpose=True,
)
"""Samples as rows: `Z^{[l]} = A^{[l-1]} θ^{[l-1]} + b^{[l-1]}`, weights numbered by their source."""

BUNDLED: Mapping[str, Notation] = MappingProxyType(
    {n.name: n for n in (NIELSEN, SOURCE_TARGET, NG, RESIDUAL, UFLDL, ROWS)}
)

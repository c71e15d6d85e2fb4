"""The planted bugs: what is replaced by what, what that breaks, and where the tests that must notice stand."""

from __future__ import annotations

from dataclasses import dataclass

TERMS = ("tests/unit/terms", "tests/properties/test_normal_form.py")
CALCULUS = ("tests/unit/calculus", "tests/unit/derivation")
SIMPLIFY = ("tests/unit/simplify", "tests/unit/derivation")
RAISING = ("tests/unit/raising", "tests/unit/derivation")
KERNELS = ("tests/kernels", "tests/unit/kernels", "tests/unit/pipeline")


@dataclass(frozen=True)
class Bug:
    """`old`, which stands in `file` once, becomes `new`."""

    file: str
    old: str
    new: str
    breaks: str
    tests: tuple[str, ...]


BUGS = (
    # -- calculus ----------------------------------------------------------------------------------------
    Bug("derive/calculus/occurrence.py", "powers[atom] = e - 1", "powers[atom] = e", "the power rule", CALCULUS),
    Bug(
        "derive/calculus/occurrence.py",
        "rest = scale(from_powers(powers), c * e)",
        "rest = scale(from_powers(powers), c)",
        "the factor of the power rule",
        CALCULUS,
    ),
    Bug(
        "derive/calculus/occurrence.py",
        "yield Occurrence(o.bounds, times(outer, o.coefficient), o.idx)",
        "yield Occurrence(o.bounds, outer, o.idx)",
        "the chain rule",
        CALCULUS,
    ),
    Bug(
        "derive/calculus/occurrence.py",
        "yield Occurrence((*bounds, *o.bounds), o.coefficient, o.idx)",
        "yield Occurrence(bounds, o.coefficient, o.idx)",
        "the derivative of nested sums",
        CALCULUS,
    ),
    Bug(
        "derive/calculus/scalar.py",
        "o + (k == argument)",
        "o + 1",
        "partial derivatives of several arguments",
        (*CALCULUS, "tests/unit/network"),
    ),
    Bug(
        "derive/calculus/scalar.py",
        "(value.diff(symbol), condition)",
        "(value, condition)",
        "the derivative of a piecewise function",
        CALCULUS,
    ),
    Bug(
        "derive/calculus/adjoint.py",
        "(_closed(c, k, context) for c in contributions)",
        "(_closed(c, k, context) for c in contributions[:1])",
        "the sum over readers",
        CALCULUS,
    ),
    Bug(
        "derive/calculus/adjoint.py",
        "deltas = times_all(delta(e - q)",
        "deltas = times_all(delta(e - q + 1)",
        "the place of an occurrence",
        CALCULUS,
    ),
    # -- terms -------------------------------------------------------------------------------------------
    Bug(
        "derive/terms/blocks.py",
        "bound(b.hi - value)",
        "bound(b.hi - value - 1)",
        "the upper bracket of an eliminated delta",
        TERMS,
    ),
    Bug(
        "derive/terms/blocks.py",
        "weighted = times(of_affine(dead.extent)",
        "weighted = times(of_affine(dead.extent - 1)",
        "the extent of a dead index",
        TERMS,
    ),
    Bug(
        "derive/terms/prover.py",
        "scope.lo if c > 0 else scope.hi",
        "scope.hi if c > 0 else scope.lo",
        "the worst bound of an index",
        TERMS,
    ),
    Bug(
        "derive/terms/substitute.py",
        "taken = avoid | block.free",
        "taken = avoid",
        "capture of a free index by an opened sum",
        TERMS,
    ),
    Bug(
        "derive/terms/algebra.py",
        "return scale(base, _number_power(content, e) or ONE)",
        "return base",
        "the content of a base",
        TERMS,
    ),
    Bug(
        "derive/terms/settle.py",
        "nonnegative(d - 1, context) or nonnegative(-d - 1, context)",
        "nonnegative(d, context) or nonnegative(-d, context)",
        "deltas that may hold",
        (*TERMS, *CALCULUS),
    ),
    Bug(
        "derive/terms/algebra.py",
        "if exponent.denominator == 2:",
        "if exponent.denominator <= 2:",
        "the root of a square",
        TERMS,
    ),
    Bug(
        "derive/terms/blocks.py",
        "if nonnegative(-affine - 1, scope):",
        "if nonnegative(-affine, scope):",
        "when a bracket is false",
        TERMS,
    ),
    Bug(
        "derive/terms/affine.py",
        "rest = Affine(((v, c % divisor) for v, c in dividend.terms), dividend.const % divisor)",
        "rest = Affine(((v, c % divisor) for v, c in dividend.terms), dividend.const)",
        "the remainder of a quotient",
        TERMS,
    ),
    Bug(
        "derive/terms/prover.py",
        "least = v.dividend - (d - 1) if c > 0 else v.dividend",
        "least = v.dividend if c > 0 else v.dividend",
        "how small a quotient may be",
        TERMS,
    ),
    Bug(
        "derive/terms/blocks.py",
        "if width.is_number and 0 <= width.const < c:",
        "if width.is_number and 0 <= width.const <= c:",
        "an index that two brackets confine",
        (*TERMS, "tests/properties/test_windows.py"),
    ),
    Bug(
        "derive/calculus/occurrence.py",
        "yield Occurrence((*bounds, *o.bounds), times(first, o.coefficient), o.idx)",
        "yield Occurrence((*bounds, *o.bounds), o.coefficient, o.idx)",
        "which entry a maximum goes back to",
        ("tests/properties/test_windows.py",),
    ),
    # -- simplify ----------------------------------------------------------------------------------------
    Bug(
        "derive/simplify/fold.py",
        "change = times(q, subtract(lhs, rhs))",
        "change = times(q, subtract(rhs, lhs))",
        "the direction of a fold",
        SIMPLIFY,
    ),
    Bug(
        "derive/simplify/match.py",
        "if not _in_domain(pattern.domain, binding, scope):",
        "if False:",
        "the range proof of a fold",
        SIMPLIFY,
    ),
    Bug(
        "derive/simplify/match.py",
        "if have is None or have * e < 0 or abs(have) < abs(e):",
        "if have is None:",
        "what a monomial can be divided by",
        SIMPLIFY,
    ),
    Bug(
        "derive/simplify/output_form.py",
        "found = sympy.cancel(-rest / slope_of_d)",
        "found = sympy.cancel(rest / slope_of_d)",
        "the output form",
        SIMPLIFY,
    ),
    Bug(
        "derive/simplify/engine.py",
        "return substitute(definition.rhs, _arguments(definition.lhs, atom))",
        "return definition.rhs",
        "the indices of an unfolded adjoint",
        SIMPLIFY,
    ),
    Bug(
        "derive/simplify/cases.py",
        'lo, hi = (lo, hi - 1) if name == "last" else (lo + 1, hi)',
        "lo, hi = (lo, hi)",
        "the range of the general case",
        SIMPLIFY,
    ),
    Bug(
        "derive/simplify/present.py", "scale(inside, 1 / content))", "inside)", "the number before a bracket", SIMPLIFY
    ),
    Bug(
        "derive/simplify/rescale.py",
        "exponent = 1 if scale.is_scaled(case.lhs) else 0",
        "exponent = 0",
        "gradients of the summed loss",
        SIMPLIFY,
    ),
    Bug(
        "derive/simplify/opening.py",
        "plus([*chain, *own])",
        "plus(list(chain))",
        "a value that is differentiated and read again",
        SIMPLIFY,
    ),
    Bug(
        "derive/derivation/closed_product.py",
        "after = {step.name: index(step.name) + 1}",
        "after = {step.name: index(step.name)}",
        "the step of a closed product",
        SIMPLIFY,
    ),
    Bug(
        "derive/simplify/regroup.py",
        "v.dividend - index(b.name) + b.lo, v.divisor",
        "v.dividend - index(b.name) + b.lo + v.divisor, v.divisor",
        "the value of a quotient in blocks",
        (*SIMPLIFY, "tests/properties/test_windows.py"),
    ),
    Bug(
        "derive/simplify/match.py",
        "yield Match(bounds, q, c / (weight * lead.terms[0][1]), binding)",
        "yield Match(bounds, q, c / lead.terms[0][1], binding)",
        "the weight of a folded definition",
        (*SIMPLIFY, "tests/layers/test_normalization.py"),
    ),
    Bug(
        "derive/simplify/widen.py",
        "if b.lo == axis.lo and b.hi - here in conditions and",
        "if b.lo == axis.lo and",
        "where a sum may be widened",
        SIMPLIFY,
    ),
    # -- raising -----------------------------------------------------------------------------------------
    Bug(
        "derive/raising/contraction.py",
        "            and not any(o.name in a.axes for a in rest)\n",
        "",
        "which indices a contraction may sum",
        RAISING,
    ),
    Bug(
        "derive/raising/matrix.py",
        "return Product(tuple(transposed(f) for f in reversed(m.factors)))",
        "return Product(tuple(transposed(f) for f in m.factors))",
        "the order in (AB)ᵀ",
        RAISING,
    ),
    Bug(
        "derive/raising/matrix.py",
        "return name if in_order else transposed(name)",
        "return transposed(name) if in_order else name",
        "when a matrix is transposed",
        RAISING,
    ),
    Bug(
        "derive/raising/raise_case.py",
        "return places.count(0) > places.count(1)",
        "return places.count(0) < places.count(1)",
        "rows or columns",
        (*RAISING, "tests/unit/pipeline"),
    ),
    Bug(
        "derive/raising/hand_back.py",
        "for b in reversed(view.bounds)",
        "for b in view.bounds[:1]",
        "the indices of a sum handed back",
        RAISING,
    ),
    Bug(
        "derive/raising/hand_back.py",
        "_without_piecewise(to_sympy(view.body))",
        "to_sympy(view.body)",
        "conditions under nested sums handed back",
        RAISING,
    ),
    # -- kernels -----------------------------------------------------------------------------------------
    Bug(
        "derive/kernels/schedule.py",
        "descending = signs == {True}",
        "descending = signs == {False}",
        "the direction of a recursion",
        KERNELS,
    ),
    Bug(
        "derive/kernels/stability.py",
        'return "maximum" if sign > 0 else "minimum"',
        'return "minimum"',
        "the shift of a softmax",
        KERNELS,
    ),
    Bug(
        "derive/kernels/initializing.py",
        'binary("add", _product(n_in), _product(n_out))',
        "_product(n_out)",
        "Xavier's variance",
        KERNELS,
    ),
    Bug(
        "derive/kernels/reuse.py",
        "last.get(a) == k and a not in written and a not in self._handed_out",
        "a not in written",
        "what may be overwritten",
        KERNELS,
    ),
    Bug(
        "derive/kernels/contractions.py",
        "if len(b) == 2 and b[1] >= rank:",
        "if len(b) == 2 and b[1] < rank:",
        "when a factor is transposed",
        KERNELS,
    ),
)

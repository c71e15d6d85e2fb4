"""Views in LaTeX: index form, with brackets by precedence and letters chosen scope by scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.errors import UnsupportedError
from derive.latex.derivatives import Derivatives
from derive.latex.functions import applied, exponential, logarithm
from derive.latex.naming import Letters, Names, moved_by
from derive.latex.notation import Notation
from derive.latex.precedence import Level, Signed, Text, at_least, enclosed, joined_sum, raised
from derive.latex.products import Factor, product, split_sign
from derive.latex.ranges import Between, ranges_joined
from derive.latex.sums import numbers_last, zeros_of
from derive.terms.affine import Affine, Index
from derive.terms.term import Atom, Bound, Delta, Divides, Entry, Functional, Partial
from derive.terms.term import Scalar as ScalarAtom
from derive.terms.view import Apply, Chosen, Largest, Leaf, Num, Plus, Power, Step, Summed, Times, View

HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Scalars:
    """Prints views under a notation; `names` are the letters of the indices in scope."""

    notation: Notation
    derivatives: Derivatives
    letters: Letters

    def signed(self, view: View, names: Names) -> Signed:
        """The view with a leading minus sign apart."""
        negative, rest = split_sign(view)
        return Signed(negative, self._unsigned(rest, names))

    def text(self, view: View, names: Names) -> Text:
        term = self.signed(view, names)
        return joined_sum([term]) if term.negative else term.text

    def _unsigned(self, view: View, names: Names) -> Text:
        match view:
            case Num() if (power := _tenths(view)) is not None:
                return power
            case Num():
                return product([Factor(view, Text(""))]) if view.value.denominator != 1 else _number(view)
            case Leaf():
                return self.atom(view.atom, names)
            case Apply():
                return self._apply(view, names)
            case Step():
                return self._step(view, names)
            case Plus():
                terms = numbers_last(_flat(view), self.derivatives.is_given_number)
                return joined_sum([self.signed(t, names) for t in terms])
            case Times() | Power():
                return self._product(view, names)
            case Summed():
                return self._summed(view, names)
            case Largest():
                return self._largest(view, names)
            case Chosen():
                return self._chosen(view, names)
        raise UnsupportedError(f"{type(view).__name__} cannot be printed")

    # -- leaves -------------------------------------------------------------------------------------

    def atom(self, atom: Atom, names: Names) -> Text:
        indices = self.derivatives.symbols.indices
        match atom:
            case Entry():
                return self.derivatives.entry(atom.tensor, atom.idx, names).text()
            case ScalarAtom():
                return indices.variable(atom.variable, names)
            case Functional():
                return self.derivatives.functional(atom, names)
            case Partial():
                return self.derivatives.partial(atom, names)
            case Delta():
                return self.iverson(Text(indices.equality(atom.difference, names)))
            case Bound():
                return self.iverson(Text(indices.inequality(atom.affine, names)))
            case Divides():
                return self.iverson(Text(indices.divisibility(atom.affine, atom.divisor, names)))
        raise UnsupportedError(f"the atom {atom!r} cannot be printed")

    def iverson(self, condition: Text) -> Text:
        """[condition], or 1[condition]."""
        indicator = r"\mathbf{1}" if self.notation.iverson == "indicator" else ""
        return Text(indicator + enclosed("[", condition.tex, "]", condition.tall), Level.ATOM, condition.tall)

    def _step(self, view: Step, names: Names) -> Text:
        arg = self.text(view.arg, names)
        return self.positive(arg, view.strict)

    def positive(self, arg: Text, strict: bool) -> Text:
        """[arg > 0] or [arg ≥ 0]."""
        sign = ">" if strict else r"\ge"
        return self.iverson(replace(arg, tex=f"{arg.tex} {sign} 0"))

    def _apply(self, view: Apply, names: Names) -> Text:
        args = [self.text(a, names) for a in view.args]
        if view.name == "exp" and not any(view.orders):
            return exponential(args[0], self.derivatives.symbols.has_e)
        if view.name == "log" and not any(view.orders):
            return logarithm(args[0], isinstance(view.args[0], Leaf) and not args[0].tall)
        return applied(self.notation, view.name, view.orders, args)

    # -- products, powers, sums -----------------------------------------------------------------------

    def _product(self, view: View, names: Names) -> Text:
        factors = ranges_joined(_factors(view))
        return product([Factor(f, self._between(b, names)) if b else self._factor(f, names) for f, b in factors])

    def _between(self, b: Between, names: Names) -> Text:
        lo, middle, hi = (self.limit(a, names) for a in (b.lo, b.middle, b.hi))
        return self.iverson(Text(f"{lo} \\le {middle} \\le {hi}"))

    def _factor(self, view: View, names: Names) -> Factor:
        """A factor; of a negative power what stands in the denominator."""
        if isinstance(view, Power):
            base, e = view.base, abs(view.exponent)
            return Factor(view, self._power(base, e, names))
        return Factor(view, Text("") if isinstance(view, Num) else self.text(view, names))

    def _power(self, base: View, e: Fraction, names: Names) -> Text:
        """base^e for a positive e."""
        if e == 1:
            return self.text(base, names)
        text = self.text(base, names)
        if e == HALF:
            return Text(f"\\sqrt{{{text.tex}}}", Level.ATOM, True)
        exponent = str(e.numerator) if e.denominator == 1 else f"{e.numerator}/{e.denominator}"
        return raised(text, exponent)

    def _summed(self, view: Summed, names: Names) -> Text:
        inner = self.letters.inside(view, names)
        return self.total(view.bounds, self.text(view.body, inner), inner, names)

    def total(self, bounds: Sequence[Index], body: Text, inner: Names, names: Names) -> Text:
        """Σ with the range of each index, the outermost first, before a body."""
        outer = names
        signs = ""
        for b in bounds:
            outer = {**outer, b.name: inner[b.name]}
            signs += f"{self._sigma(b, outer)} "
        return Text(signs + at_least(body, Level.TAIL).tex, Level.TAIL, True)

    def _largest(self, view: Largest, names: Names) -> Text:
        inner = self.letters.inside(view, names)
        body = at_least(self.text(view.body, inner), Level.TAIL).tex
        return Text(f"\\max_{{{self._ranges(view.bounds, inner)}}} {body}", Level.TAIL, True)

    def _chosen(self, view: Chosen, names: Names) -> Text:
        inner = self.letters.inside(view, names)
        places = [self.limit(a, names) for a in view.at]
        at = f"({', '.join(places)})" if len(places) > 1 else places[0]
        body = at_least(self.text(view.body, inner), Level.TAIL).tex
        return self.iverson(Text(f"{at} = \\operatorname*{{arg\\,max}}_{{{self._ranges(view.bounds, inner)}}} {body}"))

    def _ranges(self, bounds: Sequence[Index], names: Names) -> str:
        """`1 ≤ r ≤ 2, 1 ≤ s ≤ 2`; the letters alone in a short notation."""
        letters = [self.derivatives.symbols.indices.letter(b.name, names).tex for b in bounds]
        if self.notation.sums == "short" and all(self.letters.is_whole(b) for b in bounds):
            return ", ".join(letters)
        ends = [self._ends(b, names) for b in bounds]
        return r",\, ".join(f"{lo} \\le {x} \\le {hi}" for x, (lo, hi) in zip(letters, ends, strict=True))

    def _sigma(self, b: Index, names: Names) -> str:
        """Σ with its range; without in a short notation, if the author has indices of that range."""
        indices = self.derivatives.symbols.indices
        letter = indices.letter(b.name, names).tex
        if self.notation.sums == "short" and not b.ordered and self.letters.is_whole(b):
            return f"\\sum_{{{letter}}}"
        lo, hi = self._ends(b, names)
        return f"\\sum_{{{letter}={lo}}}^{{{hi}}}"

    def _ends(self, b: Index, names: Names) -> tuple[str, str]:
        """The first and the last number of an index, as it is shown."""
        lo, hi = (self.limit(a - moved_by(names[b.name]), names) for a in (b.lo, b.hi))
        return lo, hi

    def limit(self, a: Affine, names: Names) -> str:
        return self.derivatives.symbols.indices.affine(a, names)


def _tenths(view: Num) -> Text | None:
    """`10^{-5}` for 1/100000."""
    zeros = zeros_of(view.value)
    return None if zeros is None else Text(f"10^{{-{zeros}}}", Level.RAISED)


def _number(view: Num) -> Text:
    return Text(str(view.value))


def _flat(view: Plus) -> Sequence[View]:
    """The terms, those of sums inside the sum too."""
    return [t for term in view.terms for t in (_flat(term) if isinstance(term, Plus) else (term,))]


def _factors(view: View) -> Sequence[View]:
    """The factors, those of products inside the product too."""
    if isinstance(view, Times):
        return [f for factor in view.factors for f in _factors(factor)]
    return [view]

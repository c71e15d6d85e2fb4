"""Which values a document calls random, and what is declared of them; means and variances are worked out from that.

The calculus of `derive.moments` is the judge. A value that nothing is declared of is what the network makes of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from derive.calculus.adjoint import adjoint_name
from derive.errors import DeriveError
from derive.ir.moment import MEAN, VARIANCE
from derive.ir.tensor import ADJOINT
from derive.moments import Assumptions, Law, work_out
from derive.network.network import Network
from derive.reading.moments import is_moment, lone, moments_of
from derive.reading.quantity import Unknown
from derive.simplify.match import Binding, unify_atoms
from derive.simplify.present import Presenter
from derive.terms.affine import Index, index
from derive.terms.algebra import add, function, power
from derive.terms.term import ZERO, Atom, Entry, Func, Poly, of_atom
from derive.terms.view import to_poly
from derive.terms.walk import entries_in, rewrite
from derive.verify.document.proof import Prover

LAWS = {
    "zero_mean": "has_zero_mean",
    "independent_entries": "has_independent_entries",
    "identical": "is_identical",
    "symmetric": "is_symmetric",
    "continuous": "is_continuous",
}
"""What a profile may declare of the entries of a name, and the field of `Law` that holds it."""


@dataclass(frozen=True)
class Declared:
    """Of one part of a document. Sources may hold letters of layers: `W^l` and `a^{l-1}` are so for every l.

    `laws` are pairs (kind, source), `independent` groups of sources that are independent together.
    """

    laws: tuple[tuple[str, Entry], ...] = ()
    constants: tuple[Entry, ...] = ()
    independent: tuple[tuple[Entry, ...], ...] = ()

    @property
    def random(self) -> tuple[Entry, ...]:
        return tuple(dict.fromkeys((*(s for _, s in self.laws), *(s for g in self.independent for s in g))))

    def mentions(self, source: Entry) -> bool:
        """Whether something is declared of a source."""
        return any(_binding(s, source) is not None for s in (*self.random, *self.constants))

    def of(self, sources: Sequence[Entry], families: dict[str, int]) -> Assumptions:
        """What is declared of these sources."""
        fixed = frozenset(s for s in sources if any(_binding(c, s) is not None for c in self.constants))
        laws = {s: self._law(s) for s in sources if s not in fixed and self.mentions(s)}
        return Assumptions(laws, fixed, tuple(self._groups(sources)), families)

    def _law(self, source: Entry) -> Law:
        """What has the distribution of −X has the mean 0, as all means are taken to exist."""
        kinds: dict[str, Any] = {LAWS[kind]: True for kind, s in self.laws if _binding(s, source) is not None}
        if kinds.get("is_symmetric"):
            kinds["has_zero_mean"] = True
        return Law(**kinds)

    def _groups(self, sources: Sequence[Entry]) -> Iterator[frozenset[Entry]]:
        """For every group, and every layer that it may be meant for, those of the sources that are in it."""
        for group in self.independent:
            bindings = [b for s in group for x in sources if (b := _binding(s, x)) is not None]
            for b in bindings:
                own = [Entry(s.tensor, tuple(a.subs(b) for a in s.idx)) for s in group]
                yield frozenset(x for x in sources if x in own)


def _binding(pattern: Entry, source: Entry) -> Binding | None:
    """What the letters of a declared source stand for in another; None where that is not meant."""
    binding = unify_atoms(pattern, source, {n for a in pattern.idx for n in a.free})
    if binding is None or Entry(pattern.tensor, tuple(a.subs(binding) for a in pattern.idx)) != source:
        return None
    return binding


@dataclass(frozen=True)
class Randomness:
    """Works out the moments in terms about one network."""

    declared: Declared
    network: Network
    prover: Prover

    def settled(self, p: Poly, free: Sequence[Index]) -> Poly:
        """The term with its means and variances worked out, down to those of single entries.

        Raises: Unknown where what is declared does not suffice.
        """
        if not moments_of(p):
            return p
        if not self.declared.random:
            raise Unknown("what is random here, and what is independent, is not declared")
        fresh = iter(range(10_000))

        def opened(atom: Atom) -> Poly | None:
            if not isinstance(atom, Func) or not is_moment(atom):
                return None
            return function(atom.name, (self._opened(atom.args[0], free, fresh),))

        try:
            return self._worked_out(rewrite(p, opened), free)
        except (DeriveError, AssertionError) as e:
            raise Unknown(e.message if isinstance(e, DeriveError) else "the moments come to no end") from e

    def _opened(self, p: Poly, free: Sequence[Index], fresh: Iterator[int]) -> Poly:
        """What the random values in a term are made of, until something is declared of each."""

        def whole(atom: Atom) -> Poly | None:
            if not isinstance(atom, Entry) or self.declared.mentions(self._source(atom)):
                return None
            tensor = self.network.tensors.get(atom.tensor.removeprefix(ADJOINT))
            missing = tensor.axes[len(atom.idx) :] if tensor is not None else ()
            more = tuple(index(f"any·{next(fresh)}") for _ in missing)
            return of_atom(Entry(atom.tensor, (*atom.idx, *more))) if more else None

        def known(entry: Entry) -> bool:
            return self.declared.mentions(self._source(entry))

        return self.prover.opened(rewrite(p, whole), known, free)

    @property
    def _families(self) -> dict[str, int]:
        own = {t.name: t.family for t in self.network.tensors.values()}
        return own | {adjoint_name(n): k for n, k in own.items()}

    def _source(self, entry: Entry) -> Entry:
        return Entry(entry.tensor, entry.idx[: self._families.get(entry.tensor, 0)])

    def _worked_out(self, p: Poly, free: Sequence[Index]) -> Poly:
        families = self._families
        entries = [e for e in entries_in(p) if isinstance(e, Entry)]
        for e in entries:
            whole = self.network.tensors.get(e.tensor.removeprefix(ADJOINT))
            is_one = whole is None or len(e.idx) == len(whole.axes)
            law = self.declared._law(self._source(e))
            if not is_one and not law.is_identical:
                raise Unknown(f"that the entries of {e.tensor} have one distribution is not declared")
        known = self.declared.of(tuple(dict.fromkeys(map(self._source, entries))), families)
        lines = work_out(Presenter({}).view(p), known)
        out = rewrite(to_poly(lines[-1].view) if lines else p, _second)
        if any(n.startswith("any·") for n in out.free):
            raise Unknown("it depends on which entry is meant")
        return out


def _second(atom: Atom) -> Poly | None:
    """E[X²] = Var[X] + E[X]² for one entry X."""
    if not isinstance(atom, Func) or atom.name != MEAN or len(atom.args[0].terms) != 1:
        return None
    [(m, c)] = atom.args[0].terms
    if c != 1 or len(m.powers) != 1 or m.powers[0][1] != 2 or not isinstance(m.powers[0][0], Entry):
        return None
    x = of_atom(m.powers[0][0])
    return add(function(VARIANCE, (x,)), power(function(MEAN, (x,)), 2))


def without_moments(p: Poly, name: str) -> Poly:
    """The term where all moments of that name are 0."""
    return rewrite(p, lambda a: ZERO if isinstance(a, Func) and a.name == name else None)


def plain(p: Poly) -> bool:
    """Whether all moments in a term are means and variances of single entries."""
    return all(isinstance(a, Entry) for f in moments_of(p) for a in [lone(f.args[0])])

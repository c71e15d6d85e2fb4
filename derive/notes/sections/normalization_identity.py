"""What the engine proves of a normalizing layer: the mean of its values, and that gain and shift can undo it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from derive.errors import DeriveError, quoted
from derive.ir.tensor import Equation
from derive.network.network import LayerRecord, Network
from derive.terms.algebra import power, scale, subtract, times
from derive.terms.substitute import substitute
from derive.terms.term import Atom, Entry, Monomial, Poly, of_atom, of_monomial
from derive.terms.walk import entries_in, rewrite

NOTHING = Poly({})


@dataclass(frozen=True)
class Normalizing:
    """A layer that hands on `γ x̂ + β`, where x̂ is what it reads, normalized: its equations by what they mean.

    `gain` and `shift` are the names of γ and β, empty where the layer has none.
    """

    network: Network
    record: LayerRecord
    equations: Mapping[str, Equation]
    gain: str
    shift: str

    @property
    def normalized(self) -> Equation:
        return self.equations["normalized"]

    @property
    def output(self) -> Equation:
        return self.equations["normalization"]

    def mean(self) -> Poly | None:
        """The mean of x̂ over what the layer's own mean runs over; None for a layer that subtracts no mean."""
        mean = self.equations.get("mean")
        if mean is None or len(self.normalized.lhs.idx) != len(self._read.idx):
            return None
        to = self.normalized.lhs.tensor
        return rewrite(mean.rhs, lambda a: self._renamed(a, to))

    def has_mean_zero(self) -> bool:
        """Whether that mean is 0, by the definitions of x̂ and of the mean."""
        mean = self.mean()
        return mean is not None and put_in(put_in(mean, self.normalized), self.equations["mean"]) == NOTHING

    def _renamed(self, atom: Atom, to: str) -> Poly | None:
        """An entry of what is read, as the same entry of x̂."""
        if isinstance(atom, Entry) and atom.tensor == self._read.tensor:
            return of_atom(Entry(to, atom.idx))
        return None

    @property
    def _read(self) -> Entry:
        """The entry of what the layer reads, in the equation of x̂."""
        reads = {*self.record.sources, *self.record.values} - {e.lhs.tensor for e in self._statistics}
        return next(e for e in entries_in(self.normalized.rhs) if isinstance(e, Entry) and e.tensor in reads)

    @property
    def _statistics(self) -> list[Equation]:
        return [e for meaning, e in self.equations.items() if meaning not in ("normalized", "normalization", "groups")]

    # -- undoing -----------------------------------------------------------------------------------------

    def settings(self) -> dict[str, tuple[Entry, Poly]] | None:
        """The gain and the shift with which the layer hands on what it has read; None where they cannot.

        x̂ = c z + r gives γ x̂ + β = z for γ = 1/c and β = −r/c. A parameter can take these values only if they
        depend on nothing but its own indices, which they do where the statistics run over the samples.
        """
        parameters = {e.tensor: e for e in entries_in(self.output.rhs) if isinstance(e, Entry)}
        if self.gain not in parameters or (self.equations.get("mean") is not None and self.shift not in parameters):
            return None
        factor = Poly({m: c for m, c in self.normalized.rhs.terms if self._reads(m)})
        coefficient = _without(factor, self._read)
        rest = subtract(self.normalized.rhs, factor)
        values = {self.gain: power(coefficient, -1), self.shift: scale(times(rest, power(coefficient, -1)), -1)}
        found = {name: (parameters[name], value) for name, value in values.items() if name in parameters}
        allowed = all(value.free <= at.free for at, value in found.values())
        return found if allowed else None

    def _reads(self, m: Monomial) -> bool:
        return any(atom == self._read for atom, _ in m.powers)

    def opened(self) -> Poly:
        """The output with the definition of x̂ put in."""
        return put_in(self.output.rhs, self.normalized)

    def restored(self) -> Poly:
        """The output with that gain and shift put in."""
        values = dict((self.settings() or {}).values())
        return rewrite(self.opened(), lambda a: values.get(a) if isinstance(a, Entry) else None)

    def restores(self) -> bool:
        """Whether the output then is what was read."""
        return self.settings() is not None and self.restored() == of_atom(self._read)


def put_in(p: Poly, e: Equation) -> Poly:
    """A polynomial with a value replaced by its definition."""

    def defined(atom: Atom) -> Poly | None:
        if not isinstance(atom, Entry) or atom.tensor != e.lhs.tensor:
            return None
        at = {own.variable: to for own, to in zip(e.lhs.idx, atom.idx, strict=True) if own.variable is not None}
        return substitute(e.rhs, at)

    return rewrite(p, defined, frozenset(b.name for b in e.domain))


def _without(p: Poly, entry: Entry) -> Poly:
    """A polynomial divided by an entry that is a factor of each of its terms."""
    return times(p, of_monomial(Monomial(((entry, Fraction(-1)),))))


def normalizing_in(network: Network, of: str | None) -> Normalizing:
    """The layer of that name, or with that result; the first one that normalizes where none is named.

    Raises: DeriveError if there is none, or the named one does not normalize.
    """
    found = [n for r in network.layers if (n := _normalizing(network, r)) is not None]
    if of is not None:
        found = [n for n in found if of in (n.record.name, n.record.result)]
    if not found:
        missing = "no layer that normalizes" if of is None else f"no layer {quoted(of)} that normalizes"
        raise DeriveError(f"the network {network.name} has {missing}", repair="add one such as batch_norm")
    return found[0]


def _normalizing(network: Network, record: LayerRecord) -> Normalizing | None:
    names = (*record.values, record.result)
    defined = {network.tensor(n).label.meaning: network.definitions(n) for n in names}
    if not {"normalized", "normalization"} <= defined.keys() or any(len(e) != 1 for e in defined.values()):
        return None
    meanings = {network.tensor(p).label.meaning: p for p in record.parameters}
    equations = {meaning: e for meaning, [e] in defined.items()}
    return Normalizing(network, record, equations, meanings.get("gain", ""), meanings.get("shift", ""))

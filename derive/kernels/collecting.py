"""The definitions of a kernel: stable forward equations, the helpers they need, and the adjoint cases."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from derive.calculus.adjoint import adjoint_name
from derive.derivation import Adjoints
from derive.ir.tensor import Equation
from derive.kernels.definitions import Definition
from derive.kernels.schedule import Scheduler
from derive.kernels.stability import Stabilizer
from derive.network.network import Network
from derive.simplify.output import output_forms
from derive.simplify.present import Presenter
from derive.terms.term import Entry, Func


def collected(network: Network, adjoints: Adjoints, stabilizer: Stabilizer) -> list[Definition]:
    """Forward equations in their order, helpers before the first equation that reads them, then adjoints."""
    roles: dict[str, str] = {t.name: t.role for t in network.tensors.values()}
    roles |= {adjoint_name(n): "adjoint" for n in network.tensors}
    plain = Presenter(roles)
    out: list[Definition] = []
    known: set[str] = set()
    for e in network.equations:
        poly = stabilizer.stable(e.rhs, e.context)
        _add_helpers(out, stabilizer, known)
        family = network.tensor(e.lhs.tensor).family
        out.append(Definition(e.lhs, e.domain, poly, plain.view(poly), family))
    forms = output_forms(network.equations)
    for name, cases in adjoints.results.items():
        for c in cases:
            context = {b.name: b for b in c.domain}
            poly = stabilizer.stable(c.poly, context)
            _add_helpers(out, stabilizer, known)
            view = c.view if poly == c.poly else forms.presenter(plain, context).view(poly)
            out.append(Definition(c.lhs, c.domain, poly, view, network.tensor(name).family, meaning="adjoint"))
    return out


def _add_helpers(out: list[Definition], stabilizer: Stabilizer, known: set[str]) -> None:
    """Add the helpers that were made since the last time."""
    for pair in stabilizer.definitions.values():
        out.extend(d for d in pair if d.tensor not in known)
        known.update(d.tensor for d in pair)


def needed(definitions: Iterable[Definition], wanted: Iterable[str]) -> list[Definition]:
    """The definitions that the wanted tensors depend on."""
    definitions = list(definitions)
    reads: dict[str, set[str]] = {}
    for d in definitions:
        reads.setdefault(d.tensor, set()).update(d.tensors)
    found, stack = set(wanted), sorted(set(wanted))
    while stack:
        for t in sorted(reads.get(stack.pop(), ())):
            if t not in found:
                found.add(t)
                stack.append(t)
    return [d for d in definitions if d.tensor in found]


def reached(scheduler: Scheduler, wanted: Collection[str]) -> list[Definition]:
    """The definitions that all entries of the wanted tensors depend on."""
    definitions, after = scheduler.definitions, scheduler.dependencies
    found = {k for k, d in enumerate(definitions) if d.tensor in wanted}
    stack = sorted(found)
    while stack:
        for j in after[stack.pop()]:
            if j not in found:
                found.add(j)
                stack.append(j)
    return [d for k, d in enumerate(definitions) if k in found]


def saved_outputs(network: Network) -> Callable[[Entry, str], Entry | None]:
    """For an entry z and a function f the entry a that an equation `a = f(z)` gives the same index."""
    found: dict[tuple[str, str], Equation] = {}
    for e in network.equations:
        if len(e.rhs.terms) != 1 or e.rhs.terms[0][1] != 1 or len(e.rhs.terms[0][0].powers) != 1:
            continue
        atom, exponent = e.rhs.terms[0][0].powers[0]
        if not isinstance(atom, Func) or exponent != 1 or any(atom.orders) or not atom.args:
            continue
        argument = atom.args[0]
        if len(argument.terms) == 1 and argument.terms[0][1] == 1 and len(argument.terms[0][0].powers) == 1:
            z, power = argument.terms[0][0].powers[0]
            if isinstance(z, Entry) and power == 1 and z.idx == e.lhs.idx and all(i.variable for i in z.idx):
                found[z.tensor, atom.name] = e

    def saved(entry: Entry, name: str) -> Entry | None:
        e = found.get((entry.tensor, name))
        return None if e is None else Entry(e.lhs.tensor, entry.idx)

    return saved

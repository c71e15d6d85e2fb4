"""Other conventions than the document's own, under which what is wrong may be right: a closed list.

A sign and a transpose are no conventions: a descent with the one climbs, and the other does not fit. A layout is one if
the whole part keeps to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.latex.reading.document import Fragment
from derive.network.network import Network
from derive.network.spec.models import NetworkSpec, NotationSpec
from derive.reading.layouts import DerivativeLayout
from derive.terms.algebra import scale, times, total
from derive.terms.term import Entry, Monomial, Poly, of_affine, of_monomial
from derive.terms.walk import entries_in
from derive.verify.claims import RIGHT, Status
from derive.verify.document.claims import DocumentClaim
from derive.verify.document.profile import Settings
from derive.verify.document.verdict import TURNED

FEWEST = 2
"""So many formulas must follow a convention: in a single one it cannot be told from a mistake."""

LAYOUT = 5
"""At most one in so many wrong formulas of a part stays wrong under another layout: others forgot to transpose."""

Statuses = Mapping[tuple[int, str], Status]
"""Those of claims by where they begin and what they say."""

OfSettings = Callable[[Settings], Settings | None]
OfNetwork = Callable[[Network], Network]


@dataclass(frozen=True)
class Convention:
    """What it says, and how it changes what the document is judged by; `of_settings` gives None where it cannot."""

    name: str
    says: str
    of_settings: OfSettings
    of_network: OfNetwork = lambda network: network
    is_layout: bool = False
    """Whether it turns arrays, as forgotten transposes do: so more is needed to tell them apart."""


def _network(change: Callable[[NetworkSpec], NetworkSpec | None]) -> OfSettings:
    def changed(settings: Settings) -> Settings | None:
        spec = None if settings.network is None else change(settings.network)
        return None if spec is None else replace(settings, network=spec)

    return changed


def _reduced(by: str) -> OfSettings:
    """The cost with another reduction over the batch."""

    def change(spec: NetworkSpec) -> NetworkSpec | None:
        if spec.batch is None or spec.batch.reduce == by:
            return None
        return spec.model_copy(update={"batch": spec.batch.model_copy(update={"reduce": by})})

    return _network(change)


def _of_one_sample(spec: NetworkSpec) -> NetworkSpec | None:
    return None if spec.batch is None else spec.model_copy(update={"batch": None})


def _scaled_as(by: str) -> OfSettings:
    """Gradients of values of the cost, or of the summed loss, under a mean."""

    def change(settings: Settings) -> Settings | None:
        network = settings.network
        if network is None or network.batch is None or network.batch.reduce != "mean":
            return None
        spec: NotationSpec = settings.notation or network.notation
        return replace(settings, notation=spec.model_copy(update={"settings": {**spec.settings, "scaling": by}}))

    return change


def _of_kind(*kinds: str) -> OfSettings:
    """A loss of one of these kinds, as it is; what changes is the network."""
    return _network(lambda spec: spec if spec.loss is not None and spec.loss.kind in kinds else None)


def _costing(factor: Callable[[Network], Poly]) -> OfNetwork:
    """The loss times a factor; penalties, which read parameters alone, stay."""

    def changed(network: Network) -> Network:
        own = network.cost
        by = factor(network)
        equations = [
            replace(e, rhs=_scaled(network, e.rhs, by), unsolved=None) if e.lhs.tensor == own else e
            for e in network.equations
        ]
        return replace(network, equations=tuple(equations))

    return changed


def _scaled(network: Network, p: Poly, by: Poly) -> Poly:
    parts = ((of_monomial(m, c), _is_penalty(network, m)) for m, c in p.terms)
    return total(q if is_penalty else times(q, by) for q, is_penalty in parts)


def _is_penalty(network: Network, m: Monomial) -> bool:
    roles = {network.tensor(e.tensor).role for e in entries_in(of_monomial(m)) if isinstance(e, Entry)}
    return roles <= {"parameter", "hyper"}


def _number(value: Fraction) -> Callable[[Network], Poly]:
    return lambda _: scale(of_monomial(Monomial(())), value)


def _outputs(network: Network) -> Poly:
    """The number of outputs, over which a loss is averaged."""
    if not network.layers:
        return of_monomial(Monomial(()))
    result = network.tensor(network.layers[-1].result)
    batch = network.batch
    own = [a for a in result.axes if batch is None or a.name != batch.name]
    return of_affine(own[-1].extent) if own else of_monomial(Monomial(()))


def _laid_out(layout: DerivativeLayout) -> OfSettings:
    """Derivatives in another layout, where none is said."""
    return lambda settings: None if settings.derivatives is not None else replace(settings, derivatives=layout)


SQUARES = ("half_squared_error",)
AVERAGES = ("mean_squared_error", "mean_absolute_error", "huber")

CONVENTIONS = (
    Convention("sum-over-batch", "the cost is the sum over the samples, not their mean", _reduced("sum")),
    Convention("mean-over-batch", "the cost is the mean over the samples, not their sum", _reduced("mean")),
    Convention(
        "summed-gradients",
        "gradients of values are those of the loss summed over the samples, those of parameters of its mean",
        _scaled_as("summed"),
    ),
    Convention("mean-gradients", "all gradients are those of the mean over the samples", _scaled_as("cost")),
    Convention("one-sample", "formulas are those of a single sample", _network(_of_one_sample)),
    Convention("no-half", "the squared error has no factor ½", _of_kind(*SQUARES), _costing(_number(Fraction(2)))),
    Convention(
        "half",
        "the squared error has a factor ½",
        _of_kind("mean_squared_error"),
        _costing(_number(Fraction(1, 2))),
    ),
    Convention(
        "sum-over-outputs",
        "the loss is the sum over the outputs, not their mean",
        _of_kind(*AVERAGES),
        _costing(_outputs),
    ),
    Convention(
        "numerator-layout",
        "the derivative of a number by a column is a row, that by a p × q matrix is q × p",
        _laid_out("numerator"),
        is_layout=True,
    ),
    Convention(
        "denominator-layout",
        "the derivative of a vector by a vector has the entries of the latter along its rows",
        _laid_out("denominator"),
        is_layout=True,
    ),
)
"""The first one that fits is named."""


def by_convention(
    parts: Iterable[Sequence[Fragment]],
    claims: Sequence[DocumentClaim],
    there: Callable[[Convention, Sequence[Fragment]], Statuses | None],
) -> list[DocumentClaim]:
    """The claims of a document; what is wrong in a part, and right with all else in it under one convention, is that.

    `there` judges formulas under another convention, and gives None where there is none such.
    """
    found = list(claims)
    for fragments in parts:
        for convention in CONVENTIONS:
            places = [k for k, c in enumerate(found) if any(_is_in(c, f) for f in fragments)]
            wrong = [found[k] for k in places if found[k].status is Status.WRONG]
            if len(wrong) < FEWEST:
                break
            is_tried = not convention.is_layout or any(TURNED in c.reason for c in wrong)
            statuses = there(convention, fragments) if is_tried else None
            for own in _groups(fragments, [(k, found[k]) for k in places]) if statuses is not None else ():
                most = LAYOUT if convention.is_layout else None
                if statuses is not None and holds([c for _, c in own], statuses, most):
                    found = _with(found, own, statuses, convention)
    return found


def _groups(
    fragments: Sequence[Fragment], claims: Sequence[tuple[int, DocumentClaim]]
) -> Iterator[Sequence[tuple[int, DocumentClaim]]]:
    """All claims, and those below each heading."""
    yield claims
    for heading in dict.fromkeys(f.heading for f in fragments):
        own = [f for f in fragments if f.heading == heading]
        yield [(k, c) for k, c in claims if any(_is_in(c, f) for f in own)]


def _is_in(claim: DocumentClaim, fragment: Fragment) -> bool:
    return fragment.start <= claim.start < fragment.start + len(fragment.source)


def _with(
    found: list[DocumentClaim], own: Sequence[tuple[int, DocumentClaim]], there: Statuses, convention: Convention
) -> list[DocumentClaim]:
    changed = {k: conventional(c, convention) for k, c in own if is_mended(c, there)}
    return [changed.get(k, c) for k, c in enumerate(found)]


def holds(claims: Sequence[DocumentClaim], there: Statuses, most: int | None = None) -> bool:
    """Whether a convention makes several wrong formulas right, and none that was not wrong wrong or doubtful.

    Of all that are wrong it leaves at most one in `most` wrong, if that is given.
    """
    left = sum(c.status is Status.WRONG and c.follows_from is None and not is_mended(c, there) for c in claims)
    mended = {c.latex for c in claims if is_mended(c, there) and c.follows_from is None}
    kept = all(there.get(_key(c)) in RIGHT for c in claims if c.status in RIGHT)
    new = any(there.get(_key(c)) is Status.WRONG for c in claims if c.status is not Status.WRONG)
    return len(mended) >= max(FEWEST, left * ((most or 1) - 1)) and kept and not new


def is_mended(claim: DocumentClaim, there: Statuses) -> bool:
    return claim.status is Status.WRONG and there.get(_key(claim)) in RIGHT


def _key(claim: DocumentClaim) -> tuple[int, str]:
    return claim.start, claim.latex


def conventional(claim: DocumentClaim, convention: Convention) -> DocumentClaim:
    """The claim as one that follows another convention."""
    return replace(
        claim,
        status=Status.CONVENTION,
        reason=f"right by another convention: {convention.says}",
        follows_from=None,
        convention=convention.name,
    )

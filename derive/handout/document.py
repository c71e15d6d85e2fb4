"""A document put together: each part's network compiled, derived and printed, its numbers computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from derive.derivation import Adjoints, derive_adjoints
from derive.errors import DeriveError
from derive.handout.document_file import DocumentSpec, PartSpec, said_in
from derive.handout.given import note_input
from derive.handout.numbers import with_numbers
from derive.handout.worked import worked_example
from derive.latex.notation import Notation
from derive.latex.settings import DEFAULT
from derive.latex.settings import read_notation as notation_asked
from derive.network.compile import compile_network
from derive.network.network import Network
from derive.network.notation import read_notation, spec_of
from derive.network.spec.complaints import Complaints
from derive.network.spec.models import NetworkSpec
from derive.network.spec.recipe import SectionSpec
from derive.notes.catalogue import KINDS, USUAL_RECIPE
from derive.notes.compose import Part, compose, compose_parts, part_anchor
from derive.notes.document import Document
from derive.notes.recipe import Request, read_requests
from derive.notes.sections.worked import worked_section
from derive.notes.stage import Stage
from derive.notes.subject import subject_of


def requests_of(recipe: Sequence[SectionSpec], file: str) -> tuple[Request, ...]:
    """The sections that a recipe asks for; the usual ones without a recipe.

    Raises: NetworkFileError, or DeriveErrors for several, for unknown sections and options.
    """
    complaints = Complaints(file)
    requests = read_requests(recipe, KINDS, complaints)
    complaints.raise_any()
    return requests or USUAL_RECIPE


def compose_document(spec: DocumentSpec, language: str, in_notation: object = None) -> Document:
    """The document in a language; `in_notation` overrides the notation of every part.

    Raises: DeriveError for a mistake in a part.
    """
    return compose_parts(said_in(spec.title, language) or spec.name, parts_of(spec, language, in_notation), language)


def parts_of(spec: DocumentSpec, language: str, in_notation: object = None) -> tuple[Part, ...]:
    """The parts of a document, each with its network derived and the numbers of its sections computed.

    Raises: DeriveError for a mistake in a part.
    """
    return tuple(_part(p, k, language, in_notation) for k, p in enumerate(spec.parts, start=1))


def networks_of(spec: DocumentSpec, in_notation: object = None) -> tuple[Adjoints, ...]:
    """The networks of a document, each once, differentiated for computing."""
    found: dict[str, Adjoints] = {}
    for part in spec.parts:
        if part.network is not None and part.network.name not in found:
            found[part.network.name] = _derived(compile_network(_restated(part.network, part, in_notation)))
    return tuple(found.values())


def places_of(spec: DocumentSpec) -> dict[str, str]:
    """The anchor of the first part with a heading that is about a network, by the name of the network."""
    places: dict[str, str] = {}
    for number, part in enumerate(spec.parts, start=1):
        if part.network is not None and part.title:
            places.setdefault(part.network.name, part_anchor(number))
    return places


def compose_network(
    adjoints: Adjoints,
    sample: Adjoints | None,
    written: Notation,
    only: tuple[str, ...],
    language: str,
    worked: Path | None = None,
) -> Document:
    """The handout of one network by the recipe of its file; `only` limits it to some gradients.

    The values in the file `worked` are worked through at the end.

    Raises: DeriveError as for a document.
    """
    spec = adjoints.network.spec
    recipe, file = (spec.notes, spec.file) if isinstance(spec, NetworkSpec) else ((), "")
    requests = with_numbers(requests_of(recipe, file), adjoints.network)
    check = _wants_check(requests)
    given = note_input(adjoints, sample, written, only, language, check=check)
    document = compose(given, requests)
    if worked is None:
        return document
    form, numbers = worked_example(given, worked)
    return replace(document, sections=(*document.sections, worked_section(subject_of(given), form, numbers)))


def _wants_check(requests: Sequence[Request]) -> bool:
    return any(r.kind == "check" for r in requests)


def _part(spec: PartSpec, number: int, language: str, in_notation: object) -> Part:
    file = spec.network.file if spec.network is not None and not spec.notes else spec.file
    recipe = spec.notes or (spec.network.notes if spec.network is not None else ())
    requests = requests_of(recipe, file)
    title, text = said_in(spec.title, language), said_in(spec.text, language)
    if spec.network is None:
        for request in requests:
            if KINDS[request.kind].needs_network:
                raise DeriveError(
                    f"the section {request.kind} is about a network, and part {number} has none",
                    repair="add `network: …` to the part",
                    file=spec.file,
                )
        written = _notation(spec, in_notation)
        nothing = Network("", {}, (), None, notation=written)
        return Part(Stage(written), with_numbers(requests, nothing), title, text)
    network = compile_network(_restated(spec.network, spec, in_notation))
    stage = staged(network, language, requests, f"part-{number}-")
    return Part(stage, with_numbers(requests, network), title, text)


def _notation(spec: PartSpec, in_notation: object) -> Notation:
    """The notation of a part: the one that is asked for, else its own, else the default."""
    if in_notation is not None or spec.notation is None:
        return notation_asked(in_notation if in_notation is not None else DEFAULT)
    return read_notation(spec.notation, spec.file)


def _restated(network: NetworkSpec, spec: PartSpec, in_notation: object) -> NetworkSpec:
    """The network in the notation of its part."""
    wanted = spec.notation
    if wanted is not None:
        read_notation(wanted, spec.file)
    if in_notation is not None:
        wanted = spec_of(in_notation)
    return network if wanted is None else network.model_copy(update={"notation": wanted})


def staged(network: Network, language: str, requests: Sequence[Request], prefix: str = "") -> Stage:
    """A network derived and printed for the sections that are wanted; anchors begin with `prefix`."""
    sample = network.sample
    named = replace(network, name=prefix + network.name)
    own = _derived(named)
    of_sample = _derived(replace(sample, name=prefix + sample.name)) if sample is not None else None
    given = note_input(
        own,
        of_sample,
        network.notation,
        language=language,
        title=network.name,
        check=_wants_check(requests),
        is_part=True,
    )
    return Stage(given.sample.printer.notation, given)


def _derived(network: Network) -> Adjoints:
    if network.cost is None:
        raise DeriveError(f"the network {network.name} has no cost", repair="give it a loss")
    return derive_adjoints(network)

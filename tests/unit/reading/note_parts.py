"""The notes of a bundled example section by section, each with the networks that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import product

from derive.derivation import derive_adjoints
from derive.handout.document import parts_of, requests_of, staged
from derive.handout.numbers import with_numbers
from derive.handout.printed import form
from derive.ir.tensor import ADJOINT, Equation, Label, Tensor
from derive.latex.notation import Notation
from derive.latex.printer import Printer
from derive.latex.reading.document import Document
from derive.latex.reading.extract import document_of
from derive.moments import Assumptions
from derive.moments.layer import UNCENTRED, first_linear
from derive.network.builder import Builder
from derive.network.spec.models import NetworkSpec
from derive.notes.catalogue import KINDS
from derive.notes.compose import Part, compose_parts
from derive.notes.formulas import Formulas
from derive.notes.input import Form
from derive.notes.recipe import Request
from derive.notes.render_markdown import markdown_parts
from derive.notes.sections.normalization_identity import normalizing_in
from derive.notes.sections.scalars import ScalarsOptions
from derive.notes.sections.scalars_naming import number_nodes
from derive.pipeline import find_document, load, restated
from derive.terms.affine import index, number
from derive.terms.term import Entry, of_atom
from derive.verify.document.randomness import LAWS, Declared

ABOUT_NUMBERS = ("activations", "functions")
HAS_BRACKETS = ("chain", "residual")
"""Kinds of sections that say something of any numbers, or what brackets do under any sum."""


@dataclass(frozen=True)
class Subject:
    """A network in the notation of a section, and other names of entries: `a_4` for `a^1_1`."""

    form: Form
    others: Mapping[str, str] = field(default_factory=dict)
    declared: Declared = field(default_factory=Declared)
    """What is said to be random."""
    assumed: tuple[str, ...] = ()
    """Conditions under which all is said."""


def at_large(notation: Notation) -> Subject:
    """What is said of any numbers z and α, and of any vectors f and u."""
    net = Builder("at large")
    z, alpha = (net.input(n, (), label=Label("own", symbol=n)) for n in ("z", "alpha"))
    places = net.index("i", net.size("n"))
    f, u = (net.input(n, (places,), label=Label("own", symbol=n)) for n in ("f", "u"))
    net.define("C", (), net.functional("C")(z, alpha, f[places], u[places]), label=Label("cost"))
    net.minimize("C")
    return Subject(form(derive_adjoints(net.network()), notation))


def _nothing(notation: Notation) -> Subject:
    """A network of which nothing is said yet but that it has a cost."""
    net = Builder("nothing")
    net.define("C", (), net.functional("C")(net.input("c", (), label=Label("own", symbol="c"))), label=Label("cost"))
    net.minimize("C")
    return Subject(form(derive_adjoints(net.network()), notation))


@dataclass(frozen=True)
class Passage:
    """A section as it is printed; the subjects that it speaks of, its own small networks first."""

    kind: str
    document: Document
    subjects: tuple[Subject, ...]
    notation: Notation


def passages(example: str, notation: str | None, language: str) -> list[Passage]:
    """All sections of the notes of an example; `notation` None is that of each part itself."""
    parts = _parts(example, notation, language)
    wanted = [(p, r) for p in parts for r in p.requests if KINDS[r.kind].write(p.stage, r) is not None]
    texts = markdown_parts(compose_parts(example, [replace(p, title="") for p in parts], language))[1:]
    subjects: dict[int, Subject] = {}
    found = []
    for (part, request), text in zip(wanted, texts, strict=True):
        document = document_of(text, f"{example}: {request.kind}", "markdown")
        own = [subjects.setdefault(id(f), Subject(f)) for f in _forms(part, request)]
        if request.kind in ABOUT_NUMBERS:
            own.insert(0, at_large(part.stage.notation))
        elif request.kind in HAS_BRACKETS:
            own.append(at_large(part.stage.notation))
        if request.kind == "learning":
            own.append(_nothing(part.stage.notation))
        if request.kind == "initialization":
            own = [*_random(part), *own]
        if request.kind == "symmetry" and part.stage.given is not None:
            own.append(_with_equal_units(part.stage.given.sample))
        if request.kind == "normalization" and part.stage.given is not None:
            own += filter(None, map(_undone, (part.stage.given.sample, part.stage.given.batch)))
        found.append(Passage(request.kind, document, (*_named_nodes(part, request), *own), part.stage.notation))
    return found


def _parts(example: str, notation: str | None, language: str) -> tuple[Part, ...]:
    document = find_document(example)
    if document is not None:
        return parts_of(document, language, notation)
    network = load(example) if notation is None else restated(load(example), notation)
    assert isinstance(network.spec, NetworkSpec)
    requests = requests_of(network.spec.notes, network.spec.file)
    return (Part(staged(network, language, requests), with_numbers(requests, network)),)


def _forms(part: Part, request: Request) -> Iterator[Form]:
    """What the section has derived for itself, and what its part is about."""
    for own in forms_in(request.numbers):
        yield replace(own, printer=Printer(own.network, part.stage.notation))
    if part.stage.given is not None:
        yield part.stage.given.sample
        if part.stage.given.batch is not None:
            yield part.stage.given.batch


def forms_in(found: object) -> Iterator[Form]:
    if isinstance(found, Form):
        yield found
    elif isinstance(found, Mapping):
        yield from forms_in(tuple(found.values()))
    elif isinstance(found, tuple | list):
        for item in found:
            yield from forms_in(item)
    elif is_dataclass(found):
        for f in fields(found):
            yield from forms_in(getattr(found, f.name))


def _named_nodes(part: Part, request: Request) -> Iterator[Subject]:
    """What is called otherwise where nodes are numbered: each entry, by its plain name."""
    options, given = request.options, part.stage.given
    if given is None or not isinstance(options, ScalarsOptions) or options.number != "nodes":
        return
    formulas = Formulas(given.sample)
    naming = number_nodes(formulas, options.output).naming
    entries = [e for t in given.sample.network.tensors.values() for e in _entries(t)]
    names = {naming.entry(e): formulas.printer.entry(e, {}) for e in entries}
    yield Subject(given.sample, {new: old for new, old in names.items() if new != old and not new.startswith(r"\frac")})


def _entries(t: Tensor) -> Iterator[Entry]:
    """Every entry of a tensor whose axes have numbers as extents, and its adjoint."""
    if t.role not in ("value", "parameter", "input") or not all(a.extent.is_number for a in t.axes):
        return
    for at in product(*(range(1, a.extent.const + 1) for a in t.axes)):
        places = tuple(number(k) for k in at)
        yield Entry(t.name, places)
        if t.role != "input":
            yield Entry(ADJOINT + t.name, places)


def _random(part: Part) -> Iterator[Subject]:
    """What a section on random weights takes for granted: of X and Y, of values forwards and backwards, of ReLU's z."""
    net = Builder("rules")
    x, y, c = (net.input(n, (), label=Label("own", symbol=n)) for n in ("X", "Y", "c"))
    net.define("J", (), net.functional("J")(x, y, c), label=Label("cost"))
    net.minimize("J")
    rules = form(derive_adjoints(net.network()), part.stage.notation)
    both = (Entry("X", ()), Entry("Y", ()))
    centred = tuple(("zero_mean", e) for e in both)
    yield from (Subject(rules, declared=Declared(laws, (Entry("c", ()),), (both,))) for laws in ((), centred))
    assert part.stage.given is not None
    sample = part.stage.given.sample
    linear = first_linear(sample.adjoints)
    for passed in (linear.forward(), linear.backward(), linear.forward(UNCENTRED)):
        yield Subject(sample, declared=_declared(passed.assumptions))
    values = [t for t in sample.network.tensors.values() if t.label.meaning == "preactivation"]
    sources = [Entry(t.name, tuple(index(a.name) for a in t.axes[: t.family])) for t in values]
    yield Subject(
        sample,
        declared=Declared(
            tuple((kind, s) for s in sources for kind in ("identical", "symmetric", "continuous", "zero_mean"))
        ),
    )


def _declared(a: Assumptions) -> Declared:
    laws = ((kind, s) for s, law in a.laws.items() for kind, name in LAWS.items() if getattr(law, name))
    return Declared(tuple(laws), tuple(a.constants), tuple(map(tuple, a.independent)))


def _undone(whole: Form | None) -> Subject | None:
    """The network with the gain and the shift that undo its first normalization; None where none do."""
    settings = None if whole is None else normalizing_in(whole.network, None).settings()
    if whole is None or settings is None:
        return None
    network, output = whole.network, normalizing_in(whole.network, None).output
    tensors = network.tensors | {n: replace(network.tensor(n), role="value") for n in settings}
    domains = {at: tuple(b for b in output.domain if b.name in at.free) for at, _ in settings.values()}
    set_so = [Equation(at, domains[at], None, value) for at, value in settings.values()]
    place = network.equations.index(output)
    equations = (*network.equations[:place], *set_so, *network.equations[place:])
    return Subject(replace(whole, network=replace(network, tensors=tensors, equations=equations)))


def _with_equal_units(sample: Form) -> Subject:
    """The network as a section on symmetry supposes it: all entries of a parameter are equal, of hidden layers."""
    network = sample.network
    tensors, stated = dict(network.tensors), []
    for t in network.role("parameter"):
        one = replace(t, name=f"·{t.name}", axes=t.axes[: t.family], label=Label("own", symbol=f"·{t.name}"))
        tensors |= {one.name: one, t.name: replace(t, role="value")}
        places = tuple(index(a.name) for a in t.axes)
        rhs = of_atom(Entry(one.name, places[: t.family]))
        stated.append(Equation(Entry(t.name, places), t.axes, None, rhs))
    equal = replace(network, tensors=tensors, equations=(*stated, *network.equations))
    layers = (t.axes[0] for t in tensors.values() if t.family and t.label.meaning == "preactivation")
    last = next(layers, None)
    hidden = () if last is None else (rf"1 \le {last.name} < {sample.printer.affine(last.hi)}",)
    return Subject(replace(sample, network=equal), assumed=hidden)

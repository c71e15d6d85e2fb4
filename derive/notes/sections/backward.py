"""The backward pass, step by step: for each adjoint its readers, its lines with reasons, its result in a box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.notes.document import Block, Display, Listing, Math, Paragraph, Row, Section, Words, words
from derive.notes.formulas import Formulas
from derive.notes.steps import derivation_blocks, read_by, result, unfolded
from derive.notes.subject import Subject
from derive.notes.windows import result_remarks
from derive.terms.matrix import Stacked

SIMPLER = frozenset({"fold", "fact", "vanish"})
"""Rules after which a result is simpler than what was put in."""


def backward_section(subject: Subject) -> Section:
    blocks: list[Block] = [Paragraph(words("backward.intro" if subject.batch else "backward.intro_plain"))]
    done: set[str] = set()
    for group in subject.groups:
        blocks.append(_group(subject, group, done))
    return Section("backward", words("section.backward"), tuple(blocks))


def _group(subject: Subject, group: tuple[str, ...], done: set[str]) -> Section:
    formulas = subject.sample
    blocks: list[Block] = []
    for name in group:
        for needed in unfolded(formulas, name):
            if needed not in done:
                done.add(needed)
                key = "backward.auxiliary_next" if blocks else "backward.auxiliary"
                announced = words(key, symbol=Math(formulas.symbol(needed)))
                blocks += _derived(formulas, needed, (), (announced,))
        done.add(name)
        now = words("backward.now", symbol=Math(formulas.symbol(name)))
        said = (now,) if blocks and len(group) == 1 else ()
        blocks += _derived(formulas, name, blocks, said)
        blocks.append(result(formulas, subject.batch, name))
        blocks += [*_known_forms(formulas, name), *_stacked(subject, name), *result_remarks(formulas, name)]
    return Section(f"backward-{group[0]}", _heading(formulas, group), tuple(blocks))


def _known_forms(formulas: Formulas, name: str) -> Iterator[Block]:
    """Where adjoints were put in and much came out simpler: the line before that is a known formula, too."""
    lines = formulas.adjoints.results[name][-1].lines
    rules = [line.rule for line in lines]
    if "unfold" in rules and SIMPLER & {*rules[rules.index("unfold") :]}:
        used = lines[rules.index("unfold")].uses
        put_in = Listing(tuple(Math(formulas.adjoint(n)) for n in used))
        yield Paragraph(words("backward.known_forms", adjoints=put_in))


def _stacked(subject: Subject, name: str) -> Iterator[Block]:
    """That slices and the matrix made of them are the same result."""
    for raised in subject.widest.form.stacked.get(name, ())[:1]:
        assert isinstance(raised.rhs, Stacked)
        key = "backward.stacked_below" if raised.rhs.below else "backward.stacked"
        yield Paragraph(words(key, adjoint=Math(subject.sample.adjoint(name))))


def _heading(formulas: Formulas, group: tuple[str, ...]) -> Words:
    """`The adjoint δ of z`, `The gradients by W and b`."""
    listed = Listing(tuple(Math(formulas.symbol(n)) for n in group))
    adjoint, partial = formulas.partial(group[0])
    if formulas.network.tensor(group[0]).role == "value":
        if adjoint == partial:
            return words("backward.heading_value", symbol=listed)
        return words("backward.heading_named", adjoint=Math(formulas.adjoint(group[0])), symbol=listed)
    return words(f"backward.heading_gradient{'s' if len(group) > 1 else ''}", symbol=listed)


def _derived(formulas: Formulas, name: str, before: Sequence[Block], said: tuple[Words, ...]) -> Iterator[Block]:
    """Who reads the tensor, in which equations (unless they stand among the blocks before), and the lines."""
    readers = Display(tuple(_readers(formulas, name)))
    there = words("backward.read_there", symbol=Math(formulas.symbol(name)))
    first, *more = (*said, there if readers in before else read_by(formulas, name))
    yield Paragraph(first, tuple(more))
    if readers not in before:
        yield readers
    yield from derivation_blocks(formulas, name)


def _readers(formulas: Formulas, name: str) -> Iterator[Row]:
    """The equations that read a tensor, each once."""
    seen = set()
    for c in formulas.adjoints.equations[name].contributions:
        at = (c.reader.lhs, c.reader.domain)
        if at not in seen:
            seen.add(at)
            domain = formulas.domain(c.reader)
            note = words("forward.domain", domain=Math(domain)) if domain else None
            yield Row(*formulas.forward(c.reader), note=note)

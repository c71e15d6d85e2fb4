"""The chain rule by cases: one way, two ways that meet again, and a neuron that two others read."""

from __future__ import annotations

from derive.notes.document import Block, Inline, Math, Paragraph, Section, words
from derive.notes.formulas import Formulas
from derive.notes.recipe import Request, SectionOptions
from derive.notes.sections.branches_statement import boxed, derived, equations, statements
from derive.notes.stage import Stage


class BranchesOptions(SectionOptions):
    """`neuron` says whether the neuron follows the two cases with open functions."""

    neuron: bool = True


def branches_section(stage: Stage, request: Request) -> Section:
    """The section, about abstract functions and a single neuron."""
    found = statements(stage, request, "branches")
    options = request.options if isinstance(request.options, BranchesOptions) else BranchesOptions()
    blocks = _open_functions(found["chain"], found["fork"])
    if options.neuron:
        blocks += _neuron(found["neuron"])
    return Section("branches", words("branches.title"), tuple(blocks))


def _open_functions(chain: Formulas, fork: Formulas) -> list[Block]:
    blocks: list[Block] = [
        Paragraph(words("branches.chain", **_symbols(chain, "xyz"))),
        equations(chain, ("y", "z")),
        *derived(chain, "y"),
        *derived(chain, "x"),
    ]
    blocks += [Paragraph(words("branches.fork", **_symbols(fork, "sxyz"))), equations(fork, ("x", "y", "z"))]
    for name in ("x", "y", "s"):
        blocks += derived(fork, name)
    return blocks


def _neuron(neuron: Formulas) -> list[Block]:
    first, second, a, z = (Math(neuron.symbol(n)) for n in ("z_first", "z_second", "a", "z"))
    blocks: list[Block] = [
        Paragraph(words("branches.neuron", a=a, first=first, second=second)),
        equations(neuron, ("z", "a", "z_first", "z_second")),
        Paragraph(words("branches.primes")),
        Paragraph(words("branches.weights", z=z)),
    ]
    for weight in ("w_1", "w_2"):
        blocks += derived(neuron, weight)
    blocks.append(Paragraph(words("branches.behind", z=z, a=a)))
    blocks += [*derived(neuron, "a"), *derived(neuron, "z"), boxed(neuron, "z")]
    blocks.append(Paragraph(words("branches.recursion", z=z, first=first, second=second)))
    return blocks


def _symbols(formulas: Formulas, names: str) -> dict[str, Inline]:
    return {n: Math(formulas.symbol(n)) for n in names}

"""The norm of the gradients over depth, computed with the derived recursion, under the product that it becomes."""

from __future__ import annotations

from derive.notes.document import Block, Math, Paragraph, Plot, Section, words
from derive.notes.recipe import Request
from derive.notes.sections.depth import depth_section
from derive.notes.sections.initialization_study import panels
from derive.notes.stage import Stage
from derive.notes.studies import Study


def norms_section(stage: Stage, request: Request) -> Section | None:
    """The section: the recursion and its product, where the network of the part has one, and the curves."""
    study = request.numbers
    assert isinstance(study, Study), "the numbers of this section were computed"
    blocks: list[Block] = []
    if stage.given is not None and (product := depth_section(stage.subject)) is not None:
        blocks += product.blocks
    sizes = {"depth": Math(str(study.depth)), "width": Math(str(study.width)), "samples": Math(str(study.samples))}
    blocks.append(Paragraph(words("norms.intro", **sizes)))
    norm = words("norms.axis")
    blocks.append(Plot(words("norms.plot"), panels(stage, study.runs, lambda run: run.norms, norm)))
    blocks.append(Paragraph(words("norms.seen")))
    return Section("norms", words("norms.title"), tuple(blocks))

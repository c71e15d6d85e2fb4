"""All mutations of one adjoint equation, and their forms for one end of a family of layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from derive.errors import DeriveError
from derive.terms.affine import index
from derive.terms.algebra import add, delta, subtract, times
from derive.terms.settle import settle
from derive.verify.mutations import (
    borders,
    cached,
    derivatives,
    ids,
    jacobians,
    masks,
    maxima,
    offsets,
    operands,
    recursion,
    reductions,
    scales,
    scalings,
    sums,
    taps,
    windows,
)
from derive.verify.mutations.site import Mutant, Site
from derive.verify.mutations.wording import stage_of
from derive.verify.rows import Rule

MUTATIONS: tuple[Callable[[Site], Iterator[Mutant]], ...] = (
    scalings.scaled,
    scales.wrong_scale,
    scales.wrong_scale_of_value,
    scales.wrong_count,
    derivatives.missing_derivative,
    derivatives.value_for_derivative,
    derivatives.derivative_of_output,
    derivatives.output_form_of_input,
    cached.applied_twice,
    derivatives.other_derivative,
    derivatives.extra_derivative,
    derivatives.wrong_point,
    derivatives.wrong_stage,
    jacobians.skipped_reader,
    jacobians.elementwise_softmax,
    jacobians.extra_jacobian,
    operands.missing_factor,
    operands.lost_transpose,
    operands.lost_transpose_of_value,
    taps.unflipped_kernel,
    taps.flipped_kernel,
    taps.swapped_axes,
    windows.missing_stride,
    windows.missing_dilation,
    windows.single_window,
    maxima.spread_maximum,
    borders.kept_border,
    borders.missing_padding,
    ids.single_occurrence,
    ids.unpaired_ids,
    operands.wrong_operand,
    cached.derivative_for_value,
    operands.swapped_weights,
    operands.wrong_delta,
    recursion.cut_recursion,
    recursion.swapped_blocks,
    sums.missing_sum,
    sums.single_entry_of_sum,
    sums.separate_sums,
    sums.mean_for_sum,
    sums.missing_branch,
    reductions.wrong_sum,
    scales.wrong_power,
    offsets.wrong_offset,
    masks.wrong_mask_on_the_way_back,
    scalings.penalized,
    scalings.unduly_penalized,
    sums.missing_terms,
    scalings.zero,
)
"""The likeliest first; each looks first whether the equation has what it changes."""


def mutants(site: Site) -> Iterator[Mutant]:
    """Every mutation that applies; one that the algebra refuses is passed over."""
    for mutation in MUTATIONS:
        try:
            for mutant in mutation(site):
                yield mutant
                yield from _at_one_end(site, mutant)
        except DeriveError:
            continue


def _at_one_end(site: Site, mutant: Mutant) -> Iterator[Mutant]:
    """For a family of layers: the mistake in the last layer only, in all but it, in the first only.

    rhs + δ(l, L) (mutated − rhs), and so on. Steps in time are written as one loop, so they err alike.
    """
    ordered = [b for b in site.equation.domain if b.ordered]
    rules = mutant.replaced[site.name]
    if (
        stage_of(site.network, site.tensor) != "layer"
        or len(ordered) != 1
        or mutant.is_reshaped
        or len(rules) != 1
        or rules[0].domain != site.equation.domain
    ):
        return
    [l] = ordered
    rhs, change = site.equation.rhs, subtract(rules[0].rhs, site.equation.rhs)
    last, first = (delta(index(l.name) - end) for end in (l.hi, l.lo))
    for part, new in (
        ("in the last layer", add(rhs, times(last, change))),
        ("in all layers but the last", subtract(rules[0].rhs, times(last, change))),
        ("in the first layer", add(rhs, times(first, change))),
    ):
        rule = Rule(rules[0].lhs, rules[0].domain, settle(new, site.context))
        yield replace(mutant, replaced={site.name: (rule,)}, part=part)

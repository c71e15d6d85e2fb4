"""Over what letters run, and which axis is that of the samples."""

from __future__ import annotations

from collections.abc import Mapping

from derive.forward.counts import count_in
from derive.forward.evaluation import Evaluation
from derive.forward.parts import Parts
from derive.forward.signs import place_of
from derive.forward.sizes import Extent
from derive.latex.reading.shown import shown
from derive.reading.ranges import Interval


def ends_of(parts: Parts) -> dict[str, int | str]:
    """The last layer or step of each ordered letter: as a range says it, or the one that the others stop at.

    `C = ½‖a^L - y‖²` says that L is the last one: of what is behind it nothing depends.
    """
    out: dict[str, int | str] = {}
    for ranges in (parts.stated.ranges, *(e.ranges for e in parts.needed)):
        for letter, interval in ranges.items():
            end = interval.hi
            if end is not None and end.is_number:
                out.setdefault(letter, end.const)
            elif end is not None and isinstance(end.variable, str) and end.variable != letter:
                out.setdefault(letter, end.variable)
    for letter, names in _stops(parts).items():
        if len(names) == 1:
            out.setdefault(letter, *names)
    return out


def _stops(parts: Parts) -> dict[str, set[str]]:
    """The names of layers or steps, `L`, `T`, at which values are looked at that have none themselves."""
    signs = parts.signs
    out: dict[str, set[str]] = {}
    for e in parts.needed:
        own = parts.use(e)
        if signs.is_family(own.sign):
            continue
        for use in parts.uses(e):
            name, more = place_of(use.order) if use.order is not None else ("", 0)
            if name and not more and name not in signs.ordered | signs.letters[e.start]:
                out.setdefault(signs.runs(use.sign), set()).add(name)
    return out


def run_as_said(ranges: Mapping[str, Interval], ev: Evaluation, letter: str) -> None:
    """A letter that runs over nothing yet runs over the range that is said of it."""
    if (
        letter in ranges
        and letter not in ev.letters
        and letter not in ev.steps
        and (ev.samples is None or letter != ev.sample)
    ):
        count = count_in(ranges[letter])
        if count is not None:
            ev.run(letter, ev.sizes.named(count))
            first = ranges[letter].lo
            ev.sizes.begin(ev.letters[letter], 1 if first is None else first.const)


def sample_letter(parts: Parts) -> str:
    uses = (u for e in parts.needed for u in (*parts.uses(e), parts.use(e)))
    return next((shown(u.sample) for u in uses if u.sample is not None), "i")


def batch_of(parts: Parts, ev: Evaluation) -> Extent | None:
    """The class of sizes that is the number of samples: marked, or along which a bias was added, or of data alone."""
    if ev.samples is not None:
        return ev.sizes.resolved(ev.samples)
    if ev.spread:
        return ev.sizes.resolved(ev.spread[0])
    learned = {
        ev.sizes.resolved(a) for s, role in parts.leaves.items() if role == "parameter" for a in ev.named[s].axes
    }
    data = [
        ev.sizes.resolved(a)
        for s, role in parts.leaves.items()
        if role == "input" and len(ev.named[s].axes) == 2
        for a in ev.named[s].axes
    ]
    own = list(dict.fromkeys(a for a in data if a not in learned))
    return own[0] if len(own) == 1 else None

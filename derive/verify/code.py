"""Hand-written gradients put to the test: a file in a process of its own, or functions in this one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from derive.derivation import Adjoints
from derive.errors import DeriveError, UnsupportedError, printable
from derive.network.network import Network
from derive.terms.term import Functional
from derive.terms.walk import atoms_in
from derive.verify.calling import LOADED, OFFERED, outcome
from derive.verify.chain import Chain, State
from derive.verify.claims import Claim, Status
from derive.verify.diagnosis import Detective
from derive.verify.effort import SECONDS, Effort, silent
from derive.verify.evidence import LOSS, Evidence, Reference, evidence
from derive.verify.hand_file import defined, gradient_lines, read_source
from derive.verify.judging import Bench, judge
from derive.verify.kinks import MOST_POINTS, are_met
from derive.verify.layout import Fields, layout_of_network
from derive.verify.points import Point, random_points, small_point, square_point
from derive.verify.report import Report
from derive.verify.response import count_entries
from derive.verify.running import Limits, Run, run_file

OTHERWISE = "Called again with the same arrays it gives something else: random numbers, or what an earlier call left."
Outcomes = Sequence[Mapping[str, Any]]
SMALLER = 0.7
Runner = Callable[[Sequence[tuple[Fields, Fields]]], Run]


def verify_code(
    path: Path,
    network: Network,
    adjoints: Adjoints,
    *,
    reference: Reference | None = None,
    seed: int = 0,
    points: int = 3,
    timeout: float = 30.0,
    memory: int = 1 << 30,
    effort: float = SECONDS,
    announce: Callable[[str], None] = silent,
    tell: Callable[[str], None] = silent,
) -> Report:
    """Judge the gradients of a Python file with `value_and_grad(params, inputs)` or `gradients(**arrays)`.

    The file runs in a process of its own within `timeout` seconds and `memory` bytes; `announce` is told before.
    That keeps accidents out; it is no sandbox against ill will. Looking for the mistakes behind wrong gradients
    takes `effort` seconds of processor time at most, and `tell` hears how far it is; the verdicts are the same
    without it.

    Raises: DeriveError if the file is not Python, offers neither function, or the network cannot be evaluated.
    """
    tree = read_source(path)
    limits = Limits(timeout, memory)
    test = _Test(str(path), network, adjoints, reference, seed, Effort(effort, tell), defined(tree))
    announce(f"running {path} in a process of its own, with at most {limits}")
    report = test.report(lambda data: run_file(path, data, limits), points)
    lines = gradient_lines(tree, list(test.layout.params), list(test.layout.inputs))
    return replace(report, claims=tuple(_placed(c, lines) for c in report.claims))


def verify_functions(
    functions: object,
    network: Network,
    adjoints: Adjoints,
    *,
    reference: Reference | None = None,
    seed: int = 0,
    points: int = 3,
    effort: float = SECONDS,
    tell: Callable[[str], None] = silent,
) -> Report:
    """The same for functions in this process, without limits on what they do.

    `functions` is a module, `{"value_and_grad": f}`, `{"gradients": f}`, a function of one of these names, or a
    function for each gradient: `{"W1": f, …}`, which is called with the arrays that it names.
    """
    offered = _offered(functions)
    first = next(iter(offered.values()))
    file = getattr(getattr(first, "__code__", None), "co_filename", "")
    test = _Test(_title(functions), network, adjoints, reference, seed, Effort(effort, tell))

    def run(data: Sequence[tuple[Fields, Fields]]) -> Run:
        return Run(tuple(offered), tuple(outcome(offered, p, i, file) for p, i in data))

    return test.report(run, points)


class _Test:
    """One file or set of functions against one network."""

    def __init__(
        self,
        title: str,
        network: Network,
        adjoints: Adjoints,
        reference: Reference | None,
        seed: int,
        effort: Effort,
        defines: Sequence[str] = (),
    ) -> None:
        _check_concrete(network)
        self.title, self.network, self.reference, self.seed = title, network, reference, seed
        self.effort, self.defines = effort, defines
        self.chain, self.layout = Chain(network, adjoints), layout_of_network(network)

    def report(self, run: Runner, number: int) -> Report:
        points = self._points(number)
        number = len(points)
        small = self._small_point(points[0])
        made = run([self._data(p) for p in (*points, *small, points[0])])
        if not made.offers and not made.ended and not _raised(made):
            raise self._without_function()
        made, at_small = replace(made, outcomes=made.outcomes[:number]), made.outcomes[number:]
        stopped = _stopped(made, number)
        probe, again = self._probe(small, at_small[: len(small)]), at_small[len(small) :]
        claims = self._claims(made.offers, made.outcomes, points, stopped, probe)
        if _raised(made) and all(c.status is not Status.WRONG for c in claims):
            claims = self._on_square(run, claims)
        is_other = bool(again) and "raised" not in again[0] and not _is_same(again[0], made.outcomes[0])
        notes = (*_notes(made, stopped), *([OTHERWISE] if is_other else []))
        return Report(self.title, self.network.name, tuple(claims), notes, made.printed)

    def _points(self, number: int) -> tuple[Point, ...]:
        """So many points, or more where these lie on one side of a kink only."""
        points = random_points(self.network, number, self.seed)
        while len(points) < MOST_POINTS and not are_met(self.network, [self.chain.at(p).frame for p in points]):
            points = random_points(self.network, 2 * len(points), self.seed, number)
        return points

    def _without_function(self) -> DeriveError:
        params, inputs = (", ".join(fields) for fields in (self.layout.params, self.layout.inputs))
        shown = ", ".join(f'"{n}": d{n}' for n in self.layout.params)
        there = f"; it defines {', '.join(self.defines[:6])}" if self.defines else ""
        return DeriveError(
            f"offers neither {' nor '.join(OFFERED)}{printable(there)}",
            repair=f"define value_and_grad(params, inputs) that returns loss, {{{shown}}}; params has {params}, and "
            f"inputs has {inputs}",
            file=self.title,
        )

    def _small_point(self, first: Point) -> tuple[Point, ...]:
        """The point at which mistakes are looked for first, if there is much less to compute than at the first one."""
        point = small_point(self.network, self.seed)
        if point is None or count_entries(self.chain, point) > SMALLER * count_entries(self.chain, first):
            return ()
        return (point,)

    def _probe(self, small: Sequence[Point], outcomes: Outcomes) -> tuple[State, Sequence[Evidence]] | None:
        """The small point and what is claimed there; None if the code does not run there."""
        if not small or not outcomes or "raised" in outcomes[0]:
            return None
        state = self.chain.at(small[0])
        return state, evidence(self.chain, self.layout, [state], outcomes, None)

    def _data(self, p: Point) -> tuple[Fields, Fields]:
        return self.layout.fields(self.layout.params, p.data), self.layout.fields(self.layout.inputs, p.data)

    def _claims(
        self,
        offers: tuple[str, ...],
        outcomes: Outcomes,
        points: Sequence[Point],
        stopped: str,
        probe: tuple[State, Sequence[Evidence]] | None = None,
    ) -> list[Claim]:
        states = tuple(self.chain.at(p) for p, o in zip(points, outcomes, strict=False) if "raised" not in o)
        if not states:
            names = [*([LOSS] if offers[:1] == OFFERED[:1] else []), *self.layout.params]
            return [Claim(n, Status.NOT_CHECKED, stopped) for n in names]
        found = evidence(self.chain, self.layout, states, outcomes, self.reference)
        detective = Detective(self.chain, self.layout, states, {}, effort=self.effort)
        return judge(Bench(detective, len(states), stopped, probe), found)

    def _on_square(self, run: Runner, claims: list[Claim]) -> list[Claim]:
        """Code that fails where all sizes differ may run where they are equal, and show a lost transpose there."""
        point = square_point(self.network, self.seed)
        made = run([self._data(point)])
        if _stopped(made, 1):
            return claims
        square = {c.name: c for c in self._claims(made.offers, made.outcomes, [point], "")}
        return [_after_square(c, square.get(c.name)) for c in claims]


def _after_square(claim: Claim, square: Claim | None) -> Claim:
    """What equal sizes show to be wrong is wrong; what is right there only is not checked."""
    if square is None or square.status is not Status.WRONG:
        return claim
    return replace(square, reason=f"it runs only where sizes are equal, and there {square.reason}")


def _stopped(made: Run, number: int) -> str:
    """Why not every point was reached."""
    for k, o in enumerate(made.outcomes):
        if "raised" in o:
            return _ended(str(o["raised"]), o.get("line"), k, str(o.get("hint", "")))
    if len(made.outcomes) < number:
        hint = made.hint or ("" if made.offers or made.outcomes else LOADED)
        return _ended(made.ended or "it ends early", made.line, len(made.outcomes), hint)
    return ""


def _ended(text: str, line: object, reached: int, hint: str = "") -> str:
    place = f" on line {line}" if isinstance(line, int) else ""
    if _is_about_shapes(text):
        hint = "shapes do not fit: look for a lost transpose or a wrong factor"
    after = f" after {reached} points" if reached else ""
    return f"the code does not run: {printable(text)}{place}{after}{printable(hint and f'; {hint}')}"


def _is_about_shapes(text: str) -> bool:
    return text.startswith("ValueError") and any(w in text for w in ("matmul", "broadcast", "aligned", "shape"))


def _is_same(one: object, other: object) -> bool:
    """Whether two outcomes hold the same numbers throughout."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_is_same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=True)
    return type(one) is type(other) and one == other


def _raised(made: Run) -> bool:
    return any("raised" in o for o in made.outcomes)


def _notes(made: Run, stopped: str) -> tuple[str, ...]:
    """What is worth knowing beside the claims."""
    notes = [stopped] if stopped else []
    changed = dict.fromkeys(str(n) for o in made.outcomes for n in o.get("changed", ()))
    if changed:
        notes.append(f"It changes its arguments in place: {printable(', '.join(changed))}. Work on copies.")
    unknown = dict.fromkeys(str(n) for o in made.outcomes for n in o.get("unknown", ()))
    if unknown:
        names = printable(", ".join(unknown)[:200])
        notes.append(f"Not looked at, as the network has no parameter of that name: {names}.")
    if made.kept:
        notes.append(f"It ran in a process of its own, in {made.kept}.")
    return tuple(notes)


def _placed(claim: Claim, lines: Mapping[str, int]) -> Claim:
    return replace(claim, line=lines.get(claim.name))


def _check_concrete(network: Network) -> None:
    """Raises: DeriveError for a network without a cost, or with an abstract one."""
    if network.cost is None:
        raise DeriveError(f"the network {network.name} has no cost", repair="give it a loss")
    for e in network.equations:
        for atom in atoms_in(e.rhs):
            if isinstance(atom, Functional):
                raise UnsupportedError(
                    f"the cost {atom.name} of {network.name} is abstract, so there are no numbers to check",
                    repair="choose a loss",
                )


def _offered(functions: object) -> dict[str, Callable[..., Any]]:
    """The functions under the names of the contract."""
    if isinstance(functions, ModuleType):
        return _offered({n: getattr(functions, n) for n in OFFERED if hasattr(functions, n)})
    if callable(functions):
        return {"gradients" if getattr(functions, "__name__", "") == "gradients" else "value_and_grad": functions}
    if isinstance(functions, Mapping) and functions and all(callable(f) for f in functions.values()):
        known = {n: functions[n] for n in OFFERED if n in functions}
        return known or {"gradients": _one_by_one(functions)}
    raise DeriveError(
        "there is no function to verify", repair="give value_and_grad, gradients, or a function for each gradient"
    )


def _one_by_one(functions: Mapping[str, Callable[..., Any]]) -> Callable[..., Any]:
    """`gradients` made of a function for each gradient."""

    def gradients(**arrays: Any) -> dict[str, Any]:
        return {n: f(**_asked(f, arrays)) for n, f in functions.items()}

    return gradients


def _asked(function: Callable[..., Any], arrays: dict[str, Any]) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return arrays
    return {p.name: arrays[p.name] for p in parameters if p.name in arrays}


def _title(functions: object) -> str:
    return str(getattr(functions, "__name__", "functions"))

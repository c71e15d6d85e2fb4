"""Over what the letters of a formula run: as the places at which they stand say it, and as the author states it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from derive.reading.quantity import Measure, Misfit, Unknown, shown
from derive.terms.affine import Affine, Index, number
from derive.terms.prover import nonnegative


@dataclass(frozen=True)
class Interval:
    """`lo … hi` as an author states it; None for an end that is not said."""

    lo: Affine | None = None
    hi: Affine | None = None

    def __and__(self, other: Interval) -> Interval:
        """Both conditions on one letter; of two ends on one side the second counts."""
        return Interval(
            other.lo if other.lo is not None else self.lo,
            other.hi if other.hi is not None else self.hi,
        )


UNSAID = Interval()

BIAS = "if that is the bias, its name is to be said"
"""Of the place 0 in front of an axis, where many put a bias, and a value 1 beside it."""


@dataclass(frozen=True)
class Place:
    """A letter runs from `lo` to `hi` where it stands in `where`; `loose` if it may run over a part of that only."""

    lo: Affine
    hi: Affine
    ordered: bool
    loose: bool
    where: str
    held: tuple[Affine, ...] = ()
    """What is 0 there: the brackets `[l = L]` that multiply it."""
    is_guarded: bool = False
    """Whether a bracket about the letter multiplies it: `[l < L]` before `δ^{l+1}`."""
    is_given: bool = False
    """Whether it stands on the left side of an equation, which says of which entries the equation holds."""

    @property
    def measure(self) -> Measure:
        return Measure("…", (self.lo, self.hi))

    @property
    def text(self) -> str:
        return f"{shown(self.lo)} … {shown(self.hi)} in {self.where}"


@dataclass(frozen=True)
class Outside:
    """What a letter means around the sign that binds it."""

    places: list[Place] = field(default_factory=list)
    stated: Interval | None = None
    mixed: list[tuple[Affine, Index]] = field(default_factory=list)


@dataclass
class Ranges:
    """The places of all letters so far, and what is stated of them."""

    places: dict[str, list[Place]] = field(default_factory=dict)
    stated: dict[str, Interval] = field(default_factory=dict)
    mixed: dict[str, list[tuple[Affine, Index]]] = field(default_factory=dict)
    """For each letter the places at which it stands together with others."""
    held: tuple[Affine, ...] = ()
    """What is 0 where is read now."""
    guarded: frozenset[str] = frozenset()
    """The letters of the brackets that multiply what is read now."""
    is_given: bool = False
    """Whether the left side of an equation is being read."""
    left: dict[str, Index] = field(default_factory=dict)
    """What letters of sums that have been read leave to letters beside them, which stand nowhere alone."""
    equated: list[Affine] = field(default_factory=list)
    """The differences of index expressions that brackets compare."""

    def put(self, at: Affine, axis: Index, where: str) -> None:
        """The letter in `at` stands on an axis; of several letters, `p + r - 1`, each is kept.

        Raises: Misfit for a number beyond the axis.
        """
        letters = [v for v, _ in at.terms if isinstance(v, str)]
        if not letters:
            self._check(at, axis, where)
            return
        if len(letters) > 1:
            for letter in letters:
                self.mixed.setdefault(letter, []).append((at, axis))
            return
        if len(at.free) > 1 or abs(at.coefficient(letters[0])) != 1:
            return
        [letter] = letters
        c = at.coefficient(letter)
        rest = at - Affine([(letter, c)])
        lo, hi = (axis.lo - rest, axis.hi - rest) if c == 1 else (rest - axis.hi, rest - axis.lo)
        is_loose = axis.ordered or at.variable is None
        is_guarded = letter in self.guarded
        place = Place(lo, hi, axis.ordered, is_loose, where, self.held, is_guarded, self.is_given)
        self.places.setdefault(letter, []).append(place)

    def _check(self, at: Affine, axis: Index, where: str) -> None:
        for distance, end in ((at - axis.lo, "begin"), (axis.hi - at, "end")):
            if at == number(0) and axis.lo == number(1):
                raise Unknown(f"{where} has no place 0; {BIAS}")
            if distance.is_number and distance.const < 0:
                limit = shown(axis.lo if end == "begin" else axis.hi)
                raise Misfit(f"{where} has no place {shown(at)}: its axis {end}s at {limit}")

    def of(self, letter: str, is_bound: bool = False) -> Index | None:
        """The range of a letter; None for one that stands at no axis, and of which nothing is stated.

        What is stated counts, if it lies within every axis. Otherwise: axes at which the letter stands alone must be
        equal, or be certain to contain that on the left side of the equation; ordered axes (layers, steps), and such at
        which something is added to it, need only contain them, and by themselves share what they have in common. A sum
        over axes of which one is certain to contain the other, by sizes and not by numbers, runs over the shorter one:
        there are no more terms. Axes under a bracket about the letter count only where there are no others.

        Raises: Misfit for a letter that runs over different axes, or beyond one.
        """
        places = self.places.get(letter, [])
        stated = self.stated.get(letter, UNSAID)
        if stated.lo is not None and stated.hi is not None:
            lo, hi = stated.lo, stated.hi
        elif places:
            lo, hi = _common(letter, places, is_bound)
            lo, hi = stated.lo if stated.lo is not None else lo, stated.hi if stated.hi is not None else hi
        else:
            return self._left(letter)
        if stated != UNSAID or not is_bound:
            for place in (p for p in places if not p.is_guarded):
                _check_within(letter, lo, hi, place)
        return Index(letter, lo, hi, any(p.ordered for p in places))

    def _left(self, letter: str) -> Index | None:
        """What the other letters leave: r = 1 … 2 in x_{r + 2u - 2} with 28 places and u = 1 … 14."""
        for at, axis in self.mixed.get(letter, ()):
            c, others = at.coefficient(letter), [v for v, _ in at.terms if isinstance(v, str) and v != letter]
            known = [self.of(x) for x in others if self.places.get(x)]
            ranges = [i for i in known if i is not None]
            if c != 1 or len(ranges) != len(others):
                continue
            return _beside(letter, at, axis, ranges)
        return self.left.get(letter) or self._partner(letter)

    def _leave(self, letter: str) -> None:
        """Keep what a letter that is about to mean nothing leaves to the one beside it."""
        for at, axis in self.mixed.get(letter, ()):
            others = [v for v, _ in at.terms if isinstance(v, str) and v != letter]
            own = self.of(letter, is_bound=True)
            if len(others) == 1 and own is not None and at.coefficient(others[0]) == 1:
                self.left.setdefault(others[0], _beside(others[0], at, axis, [own]))

    def _partner(self, letter: str) -> Index | None:
        """The range of p, of which nothing is known but the bracket [i = p]: all that i may be."""
        for difference in self.equated:
            c = difference.coefficient(letter)
            rest = difference * (-c) + Affine([(letter, 1)])
            others = [v for v, _ in rest.terms if isinstance(v, str)]
            if abs(c) != 1 or len(others) != 1 or not self.places.get(others[0]) or rest.coefficient(others[0]) != 1:
                continue
            known = self.of(others[0])
            if known is not None:
                lo, hi = (rest.subs({others[0]: end}) for end in (known.lo, known.hi))
                return Index(letter, lo, hi, known.ordered)
        return None

    @contextmanager
    def holding(self, zeros: Sequence[Affine], letters: frozenset[str]) -> Iterator[None]:
        """What is read inside counts only where all of these are 0, and where brackets about these letters hold."""
        before = self.held, self.guarded
        self.held, self.guarded = (*self.held, *zeros), self.guarded | letters
        try:
            yield
        finally:
            self.held, self.guarded = before

    def open(self, letter: str, stated: Interval) -> Outside:
        """Begin to read under a sign that binds the letter; what it meant outside is given back."""
        outside = Outside(self.places.pop(letter, []), self.stated.pop(letter, None), self.mixed.pop(letter, []))
        self.places[letter] = []
        if stated != UNSAID:
            self.stated[letter] = stated
        return outside

    def close(self, letter: str, outside: Outside) -> None:
        """The letter means again what it meant outside."""
        self._leave(letter)
        for table in (self.places, self.stated, self.mixed, self.left):
            table.pop(letter, None)
        self.equated = [a for a in self.equated if letter not in a.free]
        if outside.places:
            self.places[letter] = outside.places
        if outside.stated is not None:
            self.stated[letter] = outside.stated
        if outside.mixed:
            self.mixed[letter] = outside.mixed

    @property
    def letters(self) -> frozenset[str]:
        """All letters that are known to be those of indices."""
        return frozenset(self.places) | frozenset(self.stated)


def _beside(letter: str, at: Affine, axis: Index, others: Sequence[Index]) -> Index:
    """Where a letter may be for all that the others beside it are: i = 1 … n − P + 1 in x_{i + p - 1}."""
    least = highest = at - Affine([(letter, 1)])
    for i in others:
        ends = (i.lo, i.hi) if at.coefficient(i.name) > 0 else (i.hi, i.lo)
        least, highest = least.subs({i.name: ends[0]}), highest.subs({i.name: ends[1]})
    return Index(letter, axis.lo - least, axis.hi - highest)


def _common(letter: str, places: list[Place], is_bound: bool) -> tuple[Affine, Affine]:
    """The range on which all places agree."""
    places = [p for p in places if not p.is_guarded] or places
    is_step = not is_bound and any(p.ordered for p in places)
    alone = [] if is_step else [p for p in places if not p.loose]
    firm = sorted(alone, key=lambda p: (len(p.held), not p.is_given))
    if firm:
        first = firm[0]
        for other in firm[1:]:
            if is_bound and _is_part(other, first):
                first = other
            elif not _is_same(first, other) and not ((is_bound or first.is_given) and _is_part(first, other)):
                raise Misfit(f"{letter} runs over {first.text}, and over {other.text}", first.measure, other.measure)
        return first.lo, first.hi
    lo, hi = places[0].lo, places[0].hi
    for p in places[1:]:
        lo, hi = _larger(lo, p.lo), -_larger(-hi, -p.hi)
    return lo, hi


def _is_same(a: Place, b: Place) -> bool:
    """Whether both ends are equal where all that is held is 0: n_l is n_L under [l = L]."""
    held = (*a.held, *b.held)
    return _under(held, a.lo - b.lo) == number(0) == _under(held, a.hi - b.hi)


def _under(held: Sequence[Affine], value: Affine) -> Affine:
    """The value where all that is held is 0."""
    waiting = list(held)
    while waiting:
        zero = waiting.pop(0)
        letter = next((v for v, c in zero.terms if isinstance(v, str) and abs(c) == 1), None)
        if letter is not None:
            at = {letter: zero * -zero.coefficient(letter) + Affine([(letter, 1)])}
            value, waiting = value.subs(at), [a.subs(at) for a in waiting]
    return value


def _is_part(a: Place, b: Place) -> bool:
    """Whether `1 … 2n` lies in `1 … 3n`: by the same sizes, not by the numbers that they happen to be."""
    return a.lo == b.lo and not (b.hi - a.hi).is_number and nonnegative(b.hi - a.hi, {})


def _larger(a: Affine, b: Affine) -> Affine:
    """The larger of two ends; the first of such as cannot be compared."""
    return b if nonnegative(b - a, {}) else a


def _check_within(letter: str, lo: Affine, hi: Affine, place: Place) -> None:
    """Raises: Misfit if the range is certain to leave the place, or not certain to lie within a firm one."""
    below, above = (_under(place.held, gap) for gap in (lo - place.lo, place.hi - hi))
    if lo == number(0) and place.lo == number(1) and not place.loose:
        raise Unknown(f"{letter} runs from 0 on, and {place.where} has no place 0; {BIAS}")
    leaves = nonnegative(-below - 1, {}) or nonnegative(-above - 1, {})
    has_letters = any(isinstance(v, str) for end in (below, above) for v, _ in end.terms)
    is_open = place.loose or has_letters or (lo.is_number and hi.is_number and not place.hi.is_number)
    if leaves or not (is_open or (nonnegative(below, {}) and nonnegative(above, {}))):
        text = f"{letter} runs over {shown(lo)} … {shown(hi)}, and over {place.text}"
        raise Misfit(text, Measure("…", (lo, hi)), place.measure)


def numbers_within(stated: Mapping[str, Interval], numbers: Mapping[str, int]) -> bool:
    """Whether no letter that has a number is certain to lie outside of what is stated of it."""
    for letter, value in numbers.items():
        interval = stated.get(letter, UNSAID)
        if interval.lo is not None and nonnegative(interval.lo - value - 1, {}):
            return False
        if interval.hi is not None and nonnegative(-interval.hi + value - 1, {}):
            return False
    return True

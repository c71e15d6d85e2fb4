"""Sizes of axes that are not known yet: which are equal, and which are numbers or have names.

Each axis of each name begins with a size of its own; products, sums and equations make sizes equal. The size of an axis
in a family, `n_l`, is a function of the layer: `W^l a^{l-1}` says that two functions are equal, one moved by a layer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from derive.forward.counts import Count


class Conflict(Exception):
    """Shapes that do not fit; the message says which."""


@dataclass(frozen=True)
class Extent:
    """A size. Of a family: at the layer `letter + more`; a letter that is empty or an end (`L`) is one layer."""

    root: int
    letter: str | None = None
    more: int = 0

    def at(self, letter: str, more: int) -> Extent:
        return Extent(self.root, letter, more)


@dataclass
class Sizes:
    """Classes of equal sizes; `said` is the number or the name that a class has.

    `moved` says how far the function of a class is moved against that of its parent. `points` are sizes of a family at
    one layer, `fixed` families that are the same in all layers; `running` are the letters that stand for every layer.
    """

    running: frozenset[str] = frozenset()
    parents: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    said: dict[int, Count] = field(default_factory=dict)
    points: dict[tuple[int, str, int], Extent] = field(default_factory=dict)
    fixed: dict[int, Extent] = field(default_factory=dict)
    sums: dict[int, tuple[Extent, ...]] = field(default_factory=dict)
    """Sizes that are sums of others."""
    begins: dict[int, int] = field(default_factory=dict)
    """From where the places of a class are counted, where a sum or a range says so; else from 1."""

    def fresh(self) -> Extent:
        self.parents.append(len(self.parents))
        self.moved.append(0)
        return Extent(len(self.parents) - 1)

    def joined(self, parts: Iterable[Extent]) -> Extent:
        """The size of an axis that is made of parts."""
        made = self.fresh()
        self.sums[made.root] = tuple(parts)
        return made

    def family(self) -> Extent:
        """A size that depends on the layer; it is asked for with `at`."""
        return self.fresh().at("", 0)

    def resolved(self, e: Extent) -> Extent:
        """The class of a size, and its place in a family."""
        k, more = e.root, e.more
        while self.parents[k] != k:
            more += self.moved[k]
            k = self.parents[k]
        if e.letter is None:
            return Extent(k)
        if k in self.fixed:
            return self.resolved(self.fixed[k])
        here = Extent(k, e.letter, more)
        point = self.points.get((k, e.letter, more))
        return here if point is None else self.resolved(point)

    def named(self, said: Count) -> Extent:
        """The size of this name, or this number; one name is one size."""
        for root, known in self.said.items():
            if known == said:
                return Extent(root)
        made = self.fresh()
        self.said[made.root] = said
        return made

    def begin(self, e: Extent, first: int) -> None:
        """The places of an axis are counted from here.

        Raises: Conflict if they are counted from elsewhere, or differ by the layer.
        """
        at = self.resolved(e)
        if at.letter is not None and first != 1:
            raise Conflict("the places of layers are counted from 1")
        if at.letter is None and self.begins.setdefault(at.root, first) != first:
            raise Conflict("one axis is counted from 0 and from 1")

    def first(self, e: Extent) -> int:
        """The first place of an axis."""
        return self.begins.get(self.resolved(e).root, 1)

    def same(self, a: Extent, b: Extent) -> bool:
        return self.resolved(a) == self.resolved(b)

    def unify(self, a: Extent, b: Extent) -> None:
        """Make two sizes one.

        Raises: Conflict for two numbers or names that differ.
        """
        x, y = self.resolved(a), self.resolved(b)
        if x == y:
            return
        if x.letter is None and y.letter is None:
            self._join(x.root, y.root)
        elif x.letter is None or y.letter is None:
            plain, place = (x, y) if x.letter is None else (y, x)
            self._settle(place, plain)
        elif x.letter == y.letter and x.letter in self.running:
            if x.root == y.root:
                self._settle(x, self.fresh())
            else:
                self._move(y.root, x.root, x.more - y.more)
        else:
            plain = self.fresh()
            self._settle(x, plain)
            self.unify(y, plain)

    def _join(self, x: int, y: int) -> None:
        x, y = min(x, y), max(x, y)
        one, other = self.said.get(x), self.said.get(y)
        if one is not None and other is not None:
            raise Conflict(f"{one} is not {other}")
        self.parents[y] = x
        mine, others = self.sums.get(x), self.sums.pop(y, None)
        if others is not None:
            self.sums[x] = others
        if mine is not None and others is not None:
            if len(mine) != len(others):
                raise Conflict("different parts are put together")
            for a, b in zip(mine, others, strict=True):
                self.unify(a, b)
        if y in self.begins:
            self.begin(Extent(x), self.begins.pop(y))
        if other is not None:
            self.said[x] = other
            del self.said[y]

    def _settle(self, place: Extent, plain: Extent) -> None:
        """The size of a family at every layer, or at one."""
        assert place.letter is not None
        if place.letter not in self.running:
            self.points[place.root, place.letter, place.more] = plain
            return
        self.fixed[place.root] = plain
        for key in [k for k in self.points if k[0] == place.root]:
            self.unify(self.points.pop(key), plain)

    def _move(self, child: int, parent: int, by: int) -> None:
        """f_child(l) = f_parent(l + by)."""
        self.parents[child], self.moved[child] = parent, by
        for root, letter, more in [k for k in self.points if k[0] == child]:
            point = self.points.pop((root, letter, more))
            self.unify(Extent(parent, letter, more + by), point)

    def text(self, e: Extent | None) -> str:
        """For messages."""
        if e is None:
            return "1"
        return str(self.said.get(self.resolved(e).root, "?"))

"""The letters along the axes of tensors: those of the axes themselves, and those of windows that run over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import sympy

from derive.ir.tensor import ADJOINT, Equation, Tensor
from derive.terms.affine import Index
from derive.terms.term import Entry, Partial
from derive.terms.view import Leaf, View, children

MATRIX = 2
"""Tensors with more axes are images, kernels and the like."""

Window = tuple[str, int, int]
"""A tensor, one of its axes, and the coefficient with which an index stands there."""


@dataclass(frozen=True)
class AxisLetters:
    """`axes` are the letters of the axes of each tensor; `windows` those of indices in `x[2p + r - 2]`, as stated.

    `layered` are the letters of axes in a notation that letters layers: m, i, j for units of the layers M, I, J.
    `following` is the letter of an index beside another one along the same axis, where the notation says it.
    """

    axes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    windows: Mapping[Window, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    layered: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    following: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def of_matrices(self) -> frozenset[str]:
        """The letters along the axes of vectors and matrices."""
        return frozenset(_stem(x) for letters in self.axes.values() if len(letters) <= MATRIX for x in letters)

    def preferred(self, b: Index, entries: Iterable[Entry]) -> tuple[str, ...]:
        """The letters of the axes along which an index runs in these entries, then those with a prime.

        Primes serve images and kernels: another index along an axis of numbered positions is `p'`, because an axis
        that happens to be as long may mean something else. In matrices and vectors `k` follows `j`.
        """
        found = [pair for e in entries for pair in self._along(e, b.name)]
        letters = tuple(dict.fromkeys(_stem(letter) for letter, _ in found))
        if b.hi.is_number and all(is_large for _, is_large in found):
            return (*letters, *(f"{letter}'" for letter in letters))
        return letters

    def settled(self, b: Index, entries: Iterable[Entry]) -> tuple[str, ...]:
        """The letters that the notation settles for an index in these entries, whatever its own letter is."""
        there = tuple(entries)
        found = [pair for e in there for pair in self._along(e, b.name)]
        letters = tuple(dict.fromkeys(_stem(letter) for letter, _ in found))
        if any(letter in self.following for letter in letters):
            letters = (*letters, *(self.following[x] for x in letters if x in self.following))
        else:
            letters = ()
        return (*self.of_layers(b, there), *letters)

    def of_layers(self, b: Index, entries: Iterable[Entry]) -> Iterator[str]:
        """The letters of the layers along whose units an index runs in these entries."""
        for e in entries:
            for at, letter in zip(e.idx, self.layered.get(e.tensor.removeprefix(ADJOINT), ()), strict=False):
                if at.variable == b.name and letter:
                    yield letter

    def _along(self, e: Entry, name: str) -> Iterator[tuple[str, bool]]:
        """The letters for an index of that name in an entry, and whether the tensor has many axes."""
        tensor = e.tensor.removeprefix(ADJOINT)
        axes = self.axes.get(tensor, ())
        for k, (at, letter) in enumerate(zip(e.idx, axes, strict=False)):
            if at.variable == name:
                yield letter, len(axes) > MATRIX
            elif coefficient := at.coefficient(name):
                yield from ((w, True) for w in self.windows.get((tensor, k, coefficient), ()))


def letters_of_axes(tensors: Iterable[Tensor], equations: Iterable[Equation], names: Mapping[str, str]) -> AxisLetters:
    """What the equations say about letters; `names` are the letters of declared indices."""
    windows: dict[Window, dict[str, None]] = {}
    for e in equations:
        for k, place in enumerate(e.lhs.idx):
            for v, c in place.terms if place.variable is None else ():
                if isinstance(v, str):
                    windows.setdefault((e.lhs.tensor, k, c), {})[names.get(v, v)] = None
        for entry in _stated_entries(e):
            for k, at in enumerate(entry.indices):
                for i in sorted(at.atoms(sympy.Idx), key=str) if not at.is_Atom else ():
                    coefficient = sympy.expand(at).coeff(i)
                    if coefficient.is_Integer:
                        key = (str(entry.base.label), k, int(coefficient))
                        windows.setdefault(key, {})[names.get(str(i.label), str(i.label))] = None
    return AxisLetters(
        MappingProxyType({t.name: tuple(names.get(a.name, a.name) for a in t.axes) for t in tensors}),
        MappingProxyType({key: tuple(letters) for key, letters in windows.items()}),
    )


def _stated_entries(e: Equation) -> list[sympy.Indexed]:
    """The entries on a stated right side, in a fixed order."""
    return [] if e.stated is None else sorted(e.stated.atoms(sympy.Indexed), key=str)


def entries_of(view: View) -> Iterator[Entry]:
    """The entries in a view, those in `∂z/∂a` too."""
    if isinstance(view, Leaf):
        if isinstance(view.atom, Entry):
            yield view.atom
        elif isinstance(view.atom, Partial):
            yield view.atom.of
    for part in children(view):
        yield from entries_of(part)


def _stem(letter: str) -> str:
    """`j` of `j2`, which programs write for a second index with the letter j."""
    return letter[0] if letter[1:].isdigit() else letter

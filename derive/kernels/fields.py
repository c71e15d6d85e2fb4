"""The arguments of a kernel: the fields of `Params` and `Inputs`, and the sizes that their shapes tell."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derive.errors import UnsupportedError
from derive.kernels.definitions import Storage
from derive.kernels.syntax import Expr, attribute, binary, call, constant, name, subscript
from derive.network.network import Network
from derive.terms.affine import Affine, IdEntry, Index, Quotient, Size, index
from derive.terms.prover import Context, in_range

OWN = ("np", "params", "inputs", "rng", "dtype", "work", "kept", "workspace", "Params", "Inputs")
RESERVED = frozenset((*dir(builtins), *keyword.kwlist, *OWN))


class Names:
    """Python names, each handed out once."""

    def __init__(self) -> None:
        self._taken = set(RESERVED)

    def fresh(self, wanted: str) -> str:
        """`wanted` if it is free, else with `_` (a name of Python's) or a number behind it."""
        candidate = wanted + "_" if wanted in RESERVED else wanted
        number = 2
        while candidate in self._taken:
            candidate = f"{wanted}_{number}"
            number += 1
        self._taken.add(candidate)
        return candidate


def field_name(tensor: str) -> str:
    """The name of a field: a keyword of Python's gets a trailing underscore."""
    return tensor + "_" if keyword.iskeyword(tensor) else tensor


@dataclass(frozen=True)
class Field:
    """One field of `Params` or `Inputs`; `local` is the variable that holds it inside functions."""

    tensor: str
    name: str
    local: str
    storage: Storage
    is_parameter: bool

    @property
    def is_sequence(self) -> bool:
        return self.storage.sequence > 0

    @property
    def is_number(self) -> bool:
        return self.storage.tensor.role == "hyper"

    @property
    def is_integer(self) -> bool:
        return self.storage.tensor.kind in ("class_id", "id")

    @property
    def family_axis(self) -> Index:
        return self.storage.tensor.axes[0]


def fields_of(network: Network, storages: Mapping[str, Storage], names: Names) -> tuple[Field, ...]:
    """Parameters, then inputs, targets and hyperparameters, each in the order of the network."""
    tensors = [*network.parameters, *network.role("input"), *network.role("target"), *network.role("hyper")]
    return tuple(
        Field(t.name, field_name(t.name), names.fresh(t.name), storages[t.name], t.role == "parameter") for t in tensors
    )


@dataclass(frozen=True)
class Place:
    """Where a size can be read: axis `axis` of the array of a field; `extent` is what that axis measures.

    `axis` None is the length of a sequence. `member` is the index of the family, `None` outside families.
    """

    field: Field
    axis: int | None
    extent: Affine
    member: Index | None = None


@dataclass(frozen=True)
class Sizes:
    """Reads sizes off the arrays that hold them; `local` names the variables of plain sizes and loop indices."""

    places: tuple[Place, ...]
    local: Mapping[str, str]

    def plain(self, size: Size) -> Expr:
        """The expression of a size without subscripts in terms of the fields.

        Raises: UnsupportedError if no axis of a field has it as its extent.
        """
        for place in self._by_directness(size):
            c = place.extent.coefficient(size)
            rest = place.extent - Affine([(size, c)])
            if any(isinstance(v, Size) and v.args for v, _ in rest.terms):
                continue
            read = self._read(place, None if place.member is None else constant(0))
            return read if rest == Affine() and c == 1 else self._solved(read, rest, c)
        raise UnsupportedError(
            f"the size {size.name} cannot be read off any array, so there is no kernel",
            repair="give it a number, or use it as the extent of an input or parameter",
        )

    def _solved(self, read: Expr, rest: Affine, c: int) -> Expr:
        difference = self.affine(-rest, {})
        if c < 0:
            read, difference = self.affine(rest, {}), binary("multiply", constant(-1), read)
        total = read if rest == Affine() else binary("add", read, difference)
        return total if abs(c) == 1 else binary("floor_divide", total, constant(abs(c)))

    def _by_directness(self, size: Size) -> list[Place]:
        found = [p for p in self.places if p.extent.coefficient(size)]
        return sorted(found, key=lambda p: (p.extent != Affine([(size, 1)]), p.member is not None))

    def affine(self, e: Affine, scope: Context) -> Expr:
        """An index expression as Python arithmetic; `scope` gives the ranges of loop indices."""
        out: Expr | None = None
        for v, c in sorted(e.terms, key=lambda t: t[1] < 0):
            assert not isinstance(v, IdEntry), f"{v} is no size"
            value = self._variable(v, scope)
            sized = value if abs(c) == 1 else binary("multiply", constant(abs(c)), value)
            if out is None:
                out = sized if c > 0 else binary("multiply", constant(-1), sized)
            else:
                out = binary("add" if c > 0 else "subtract", out, sized)
        if out is None:
            return constant(e.const)
        return out if not e.const else binary("add" if e.const > 0 else "subtract", out, constant(abs(e.const)))

    def _variable(self, v: str | Size | Quotient, scope: Context) -> Expr:
        if isinstance(v, Quotient):
            return binary("floor_divide", self.affine(v.dividend, scope), constant(v.divisor))
        if isinstance(v, Size) and v.args:
            return self._member_size(v, scope)
        return name(self.local[v if isinstance(v, str) else v.name])

    def _member_size(self, size: Size, scope: Context) -> Expr:
        """`n_l` from the shape of a family member that is sure to exist, or of a plain array."""
        for place in self.places:
            if place.member is None:
                if place.extent == Affine([(size, 1)]):
                    return self._read(place, None)
                continue
            found = [v for v, c in place.extent.terms if isinstance(v, Size) and v.name == size.name]
            if len(found) != 1 or len(place.extent.terms) != 1 or place.extent.const:
                continue
            offset = found[0].args[0] - index(place.member.name)
            at = size.args[0] - offset
            if offset.is_number and in_range(at, place.member.lo, place.member.hi, scope):
                return self._read(place, self.affine(at - place.member.lo, scope))
        raise UnsupportedError(f"the size {size!r} cannot be read off any array, so there is no kernel")

    def _read(self, place: Place, at: Expr | None) -> Expr:
        array = name(place.field.local)
        if place.axis is None:
            return call("len", array)
        member = array if at is None else subscript(array, at)
        return subscript(attribute(member, "shape"), constant(place.axis))


def places_of(fields: Sequence[Field]) -> Iterator[Place]:
    """All places where sizes can be read, the plain ones first."""
    for f in sorted(fields, key=lambda f: f.is_sequence):
        storage, t = f.storage, f.storage.tensor
        if f.is_sequence:
            yield Place(f, None, t.axes[0].extent)
        for position, k in enumerate(storage.layout):
            if k is not None:
                yield Place(f, position, t.axes[k].extent, f.family_axis if f.is_sequence else None)

"""The part of a kernel that looks at its arguments: shapes that must agree, dtypes that must be one."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.kernels.definitions import Storage
from derive.kernels.fields import Field, Names, Place, Sizes, places_of
from derive.kernels.id_checks import id_ranges
from derive.kernels.mask_checks import mask_checks
from derive.kernels.size_checks import divisor_checks, extent_checks
from derive.kernels.syntax import (
    Expr,
    Line,
    assign,
    attribute,
    binary,
    call,
    constant,
    name,
    subscript,
    tuple_of,
)
from derive.network.network import Network
from derive.terms.affine import Affine, Index, Size


@dataclass
class Shapes:
    """Writes the shapes that fields must have, in sizes read off the fields themselves.

    The sizes of a family `n_l` become a list; `starts` says with which subscript it begins.
    """

    network: Network
    fields: Sequence[Field]
    names: Names
    local: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    stated: list[Expr] = field(default_factory=list)
    starts: dict[str, Affine] = field(default_factory=dict)

    def __post_init__(self) -> None:
        families = dict.fromkeys(s.name for s in self.network.sizes if s.args)
        for s in self.network.sizes:
            if s.name not in self.local:
                self.local[s.name] = self.names.fresh(s.name)
        for f in self.fields:
            if f.is_sequence and f.family_axis.name not in self.local:
                self.local[f.family_axis.name] = self.names.fresh(f.family_axis.name)
        self.sizes = Sizes(tuple(places_of(self.fields)), self.local)
        self._plain_sizes()
        for family in families:
            self._family(family)

    def _plain_sizes(self) -> None:
        """One line for each size that a shape mentions, those first that others are computed from."""
        wanted = _sizes_in(self.fields)
        done: set[str] = set()

        def state(s: Size) -> None:
            if s.name in done or s.args:
                return
            done.add(s.name)
            value = self.sizes.plain(s)
            for other in self.network.sizes:
                if self.local[other.name] in {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}:
                    state(other)
            self.lines.append(assign(self.local[s.name], value))
            self.stated.append(name(self.local[s.name]))

        for s in self.network.sizes:
            if s.name in wanted:
                state(s)

    def _family(self, family: str) -> None:
        """`n = [x.shape[0], *(w.shape[0] for w in W)]`."""
        uses = [u for p in self.sizes.places for u in _uses(p, family)]
        host = next((p for p in self.sizes.places if p.member is not None and _uses(p, family)), None)
        if host is None or host.member is None:
            return
        offset = _uses(host, family)[0][0] - host.member.lo
        lo, hi = host.member.lo + offset, host.member.hi + offset
        below = max((d.const for a, _ in uses if (d := lo - a).is_number), default=0)
        above = max((d.const for _, b in uses if (d := b - hi).is_number), default=0)
        self.starts[family] = lo - max(below, 0)
        items = [self._single(family, lo - k) for k in range(below, 0, -1)]
        items.append(ast.Starred(self._members(host)))
        items += [self._single(family, hi + k) for k in range(1, above + 1)]
        self.lines.append(assign(self.local[family], ast.List(items)))
        self.stated.append(call("all", name(self.local[family])))

    def _single(self, family: str, at: Affine) -> Expr:
        return self.sizes.affine(Affine([(Size(family, (at,)), 1)]), {})

    def _members(self, place: Place) -> Expr:
        member = self.names.fresh("member")
        assert place.axis is not None
        read = subscript(attribute(name(member), "shape"), constant(place.axis))
        return ast.GeneratorExp(read, [_each(member, name(place.field.local))])

    # -- expressions -------------------------------------------------------------------------------------

    def affine(self, e: Affine) -> Expr:
        """An extent, the sizes of families as members of their lists."""
        out: Expr | None = None
        for v, c in sorted(e.terms, key=lambda t: t[1] < 0):
            assert isinstance(v, str | Size)
            value = self._variable(v)
            sized = value if abs(c) == 1 else binary("multiply", constant(abs(c)), value)
            out = sized if out is None else binary("add" if c > 0 else "subtract", out, sized)
        if out is None:
            return constant(e.const)
        return out if not e.const else binary("add" if e.const > 0 else "subtract", out, constant(abs(e.const)))

    def _variable(self, v: str | Size) -> Expr:
        if isinstance(v, Size) and v.args:
            return subscript(name(self.local[v.name]), self.affine(v.args[0] - self.starts[v.name]))
        return name(self.local[v if isinstance(v, str) else v.name])

    def expected(self, f: Field) -> Expr:
        """The shape of a field; of a sequence the list of shapes."""
        shape = tuple_of([constant(1) if k is None else self.affine(e) for k, e in _extents(f.storage)])
        if not f.is_sequence:
            return shape
        axis = f.family_axis
        counted = call("range", self.affine(axis.lo), self.affine(axis.hi + 1))
        return ast.ListComp(shape, [_each(self.local[axis.name], counted)])

    def given(self, f: Field) -> Expr:
        if not f.is_sequence:
            return attribute(name(f.local), "shape")
        member = self.names.fresh("member")
        return ast.ListComp(attribute(name(member), "shape"), [_each(member, name(f.local))])


def _each(variable: str, over: Expr) -> ast.comprehension:
    return ast.comprehension(ast.Name(variable), over, [], 0)


def _extents(storage: Storage) -> list[tuple[int | None, Affine]]:
    return [(k, Affine() if k is None else storage.tensor.axes[k].extent) for k in storage.layout]


def _sizes_in(fields: Sequence[Field]) -> set[str]:
    affines = [e for f in fields for _, e in _extents(f.storage)]
    affines += [e for f in fields if f.is_sequence for e in (f.family_axis.lo, f.family_axis.hi)]
    found = {v.name for e in affines for v, _ in e.terms if isinstance(v, Size) and not v.args}
    inner = [a for e in affines for v, _ in e.terms if isinstance(v, Size) for a in v.args]
    return found | {v.name for a in inner for v, _ in a.terms if isinstance(v, Size)}


def _uses(place: Place, family: str) -> list[tuple[Affine, Affine]]:
    """The least and the largest subscript with which a size of the family is an extent there."""
    out = []
    for v, _ in place.extent.terms:
        if isinstance(v, Size) and v.name == family:
            [at] = v.args
            member: Index | None = place.member
            if member is None or member.name not in at.free:
                out.append((at, at))
            else:
                out.append((at.subs({member.name: member.lo}), at.subs({member.name: member.hi})))
    return out


def shapes_function(network: Network, fields: Sequence[Field], names: Names) -> list[Line]:
    """The body of `_shapes`."""
    arrays = [f for f in fields if not f.is_number]
    shapes = Shapes(network, arrays, names)
    ranges = id_ranges(network)
    checks: list[Line] = [
        ast.Expr(call("_check_ids", constant(f.name), name(f.local), *(shapes.affine(e) for e in ranges[f.tensor])))
        for f in arrays
        if f.is_integer and f.tensor in ranges
    ]
    checks = [*extent_checks(network, shapes.stated, shapes.affine), *checks]
    checks += divisor_checks(network, shapes.local)
    checks += mask_checks(network, arrays)
    given = tuple_of([shapes.given(f) for f in arrays])
    expected = tuple_of([shapes.expected(f) for f in arrays])
    return [*shapes.lines, *checks, ast.Return(tuple_of([given, expected]))]


def checked_function(fields: Sequence[Field], dtype_of: Field) -> list[Line]:
    """The body of `_checked` up to the slow path."""
    parameters = [f for f in fields if f.is_parameter]
    others = [f for f in fields if not f.is_parameter]
    body: list[ast.stmt] = []
    for group, argument in ((parameters, "params"), (others, "inputs")):
        if group:
            body.append(assign(tuple_of([name(f.local) for f in group]), name(argument)))
    arrays = [name(f.local) for f in fields if not f.is_number]
    member = name(dtype_of.local)
    first = subscript(member, constant(0)) if dtype_of.is_sequence else member
    result = tuple_of([call("float", name(f.local)) if f.is_number else name(f.local) for f in fields])
    body += [
        assign("dtype", attribute(first, "dtype")),
        assign(tuple_of([name("given"), name("expected")]), call("_shapes", *arrays)),
        ast.If(_fits(fields), [ast.Return(result)], []),
    ]
    errors = tuple_of([name(e) for e in ("AttributeError", "IndexError", "TypeError", "ValueError")])
    handler = ast.ExceptHandler(errors, None, [ast.Pass()])
    return [ast.Try(body, [handler], [], [])]


def _fits(fields: Sequence[Field]) -> Expr:
    tests: list[Expr] = [binary("equal", name("given"), name("expected"))]
    real = [f for f in fields if not (f.is_number or f.is_integer)]
    same = [attribute(name(f.local), "dtype") for f in real if not f.is_sequence]
    if same:
        tests.append(ast.Compare(name("dtype"), [ast.Is() for _ in same], same))
    for f in real:
        if f.is_sequence:
            is_same = ast.Compare(attribute(name("member"), "dtype"), [ast.Is()], [name("dtype")])
            tests.append(call("all", ast.GeneratorExp(is_same, [_each("member", name(f.local))])))
    kind = attribute(name("dtype"), "kind")
    tests.append(ast.Compare(kind, [ast.In()], [constant("fc")]))
    for f in fields:
        if f.is_integer:
            of_ids = attribute(attribute(name(f.local), "dtype"), "kind")
            tests.append(ast.Compare(of_ids, [ast.In()], [constant("iu")]))
    return ast.BoolOp(ast.And(), tests)

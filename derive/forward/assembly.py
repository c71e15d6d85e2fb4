"""From solved shapes to the network: tensors are declared, and every equation is put down in index form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy

from derive.errors import DeriveError
from derive.forward.blocks import offsets
from derive.forward.calls import inner
from derive.forward.forms import Form
from derive.forward.kinds import kind_of
from derive.forward.names import Named, open_axes
from derive.forward.notation import drawn, notation_of, settings_of
from derive.forward.orientation import said_of_softmax, samples_in_rows
from derive.forward.ranks import is_term
from derive.forward.scene import Scene
from derive.forward.signs import Sign, Use, place_of
from derive.forward.sizes import Extent
from derive.forward.solving import Solved
from derive.forward.starts import open_ends, open_starts, reads_ahead
from derive.forward.statements import Statement
from derive.ir.tensor import Label
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import Symbol
from derive.network.builder import Builder, Details
from derive.network.network import Network
from derive.terms.affine import index


@dataclass
class Assembly:
    """Puts a solved forward pass into a builder."""

    solved: Solved
    net: Builder

    def __post_init__(self) -> None:
        self.parts, self.evaluation = self.solved.parts, self.solved.evaluation
        self.drawing = drawn(self.parts)
        self.scene = self._scene()
        self._place_families()
        self.stated: dict[str, sympy.Expr] = {}
        self.starts, self.ends = frozenset(open_starts(self.parts)), frozenset(open_ends(self.parts))
        self.ahead = reads_ahead(self.parts)

    def network(self) -> Network:
        """Raises: DeriveError with the place of an equation that is none."""
        for name in self.parts.functions.abstract.values():
            self.net.function(name)
        self._name_sizes()
        for sign, role in self.parts.leaves.items():
            self._leaf(sign, role)
        for sign in dict.fromkeys(use.sign for _, use, _ in self.solved.forms):
            if self.solved.named[sign].has_order:
                self._family(sign)
        for statement, use, form in self.solved.forms:
            try:
                self._define(statement, use, form)
            except DeriveError as e:
                fragment = statement.fragment
                raise self.parts.stated.error(e.message, e.repair, fragment, statement.left) from e
        self.net.minimize(self.solved.named[self.parts.cost].name)
        batch = None if self.solved.batch is None else self.net.range_of(self.scene.batch_index())
        written = notation_of(self.parts, self.settings)
        try:
            return self.net.network(batch=batch, reduce=self._reduction(), notation=written)
        except DeriveError as e:
            raise DeriveError(e.message, repair=e.repair, file=self.parts.stated.document.name) from e

    @property
    def settings(self) -> Mapping[str, object]:
        """What the document shows of its notation."""
        return settings_of(self.parts, self.drawing, self.solved.is_row)

    def _reduction(self) -> str | None:
        """Whether the cost is divided by the number of samples."""
        if self.solved.batch is None:
            return None
        size = self.scene.size(self.solved.batch)
        powers = self.stated[self.solved.named[self.parts.cost].name].atoms(sympy.Pow)
        return "mean" if any(p.base.has(size) and p.exp.is_negative for p in powers) else "sum"

    # -- sizes --------------------------------------------------------------------------------------------

    def _scene(self) -> Scene:
        sizes, named = self.evaluation.sizes, self.solved.named
        letters: dict[int, list[str]] = {}
        for extent, letter in self.evaluation.used:
            row = letters.setdefault(sizes.resolved(extent).root, [])
            if letter not in row:
                row.append(letter)
        written = {x for row in letters.values() for x in row}
        names = frozenset(n.name for n in named.values())
        reserved = {s.key.name for s in named} | {str(t) for t in sizes.said.values()} | self.parts.signs.ordered
        plain = [n.axes for n in named.values() if not n.has_order]
        return Scene(
            self.net,
            sizes,
            letters,
            names | frozenset(reserved - written),
            batch=self.solved.batch,
            names=names,
            is_row=self.solved.is_row,
            running=frozenset(self.parts.signs.ordered),
            said_rows=said_of_softmax(self.parts.stated.document.text),
            in_rows=samples_in_rows(tuple(sizes.resolved(e) == self.solved.batch for e in axes) for axes in plain),
            samples=next((s.key.name for s, role in self.parts.leaves.items() if role == "count"), ""),
        )

    def _name_sizes(self) -> None:
        """Sizes without a name are numbered from the inputs on."""
        named = self.solved.named
        inputs = [named[sign] for sign, role in self.parts.leaves.items() if role == "input"]
        for known in (*inputs, *(named[use.sign] for _, use, _ in self.solved.forms)):
            for e in known.axes if not known.has_order else ():
                self.scene.size(e)

    def _place_families(self) -> None:
        """The values of layer l have n_l places; what is equal to a size of one layer is called by it."""
        sizes = self.evaluation.sizes
        for _, use, _ in self.solved.forms:
            letter = self._letter(use.sign)
            for e in self.solved.named[use.sign].axes if letter else ():
                at = sizes.resolved(e.at(letter, 0))
                if at.letter is not None:
                    self.scene.bases.setdefault(at.root, at.more)
        for (root, letter, more), plain in sizes.points.items():
            self.scene.members.setdefault(sizes.resolved(plain), Extent(root, letter, more))

    # -- tensors ------------------------------------------------------------------------------------------

    def _leaf(self, sign: Sign, role: str) -> None:
        named = self.solved.named[sign]
        if role == "count":
            self.scene.counts.add(named.name)
            return
        letter = self._letter(sign) if named.has_order else ""
        step = self.scene.steps(letter, 1, self._last(letter)) if letter else None
        axes = self._axes(named, step, letter)
        label = self._label(sign, role, step)
        if role == "input":
            self.net.input(named.name, axes, label=label)
        elif role == "target":
            kind = kind_of(self.parts, sign)
            handle = self.net.target(named.name, axes, kind, label=label)
            if kind in ("one_hot", "distribution") and named.axes:
                self._sums_to_one(named, handle, axes)
        elif role == "parameter":
            self.net.parameter(named.name, axes, ("ones", "zeros", "xavier")[min(len(named.axes), 2)], label=label)
        else:
            self.net.hyper(named.name)

    def _sums_to_one(self, named: Named, handle: sympy.Basic, axes: Sequence[sympy.Idx]) -> None:
        """Σ_k y_k = 1 over the classes, which are not the samples."""
        others = [] if self.solved.batch is None else [self.scene.batch_index()]
        classes = [i for i in axes[named.has_order :] if i not in others]
        fact = f"each target {named.name} sums to 1"
        self.net.fact(sympy.Sum(handle[tuple(axes)], classes[-1]), sympy.Integer(1), fact)

    def _axes(self, named: Named, step: sympy.Idx | None, letter: str) -> list[sympy.Idx]:
        """Indices for all axes of a tensor."""
        with self.scene.binding({} if step is None else {letter: step}):
            axes = [e if step is None else e.at(letter, 0) for e in named.axes]
            features = self._fresh(axes, named.has_sample)
        sample = self.scene.batch_index() if named.has_sample else None
        return self.scene.ordered([] if step is None else [step], features, sample)

    def _fresh(self, axes: Sequence[Extent], has_sample: bool) -> list[sympy.Idx]:
        sample = [self.scene.batch_index()] if has_sample else []
        features: list[sympy.Idx] = []
        for e in axes:
            features.append(self.scene.index(e, avoid=[*features, *sample]))
        return features

    def _letter(self, sign: Sign) -> str:
        """The letter that counts the layers or steps of a family."""
        return self.parts.signs.runs(sign)

    def _last(self, letter: str) -> Extent:
        """The last layer or step.

        Raises: DeriveError if nothing says which one it is.
        """
        end = self.evaluation.steps[letter]
        ranges = (self.parts.stated.ranges, *(e.ranges for e in self.parts.needed))
        begins = {r[letter].lo for r in ranges if letter in r}
        if any(lo is not None and lo.is_number and lo.const != 1 for lo in begins):
            raise DeriveError(
                f"{letter} does not begin at 1",
                repair="count layers and steps from 1; the input is layer 0",
                file=self.parts.stated.document.name,
            )
        if self.evaluation.sizes.resolved(end).root not in self.evaluation.sizes.said:
            raise DeriveError(
                f"up to where {letter} runs is not said",
                repair=f"write `{letter} = 1, \\dots, {letter.upper()}` beside the equations",
                file=self.parts.stated.document.name,
            )
        return end

    def _family(self, sign: Sign) -> None:
        """Declare the values of all layers or steps; they begin where an equation for one number begins."""
        letter = self._letter(sign)
        orders = [use.order for _, use, _ in self.solved.forms if use.sign == sign and use.order is not None]
        numbers = [more for x, more in map(place_of, orders) if not x]
        last, first = self._last(letter), 0 if sign in self.starts else min(numbers, default=1)
        step = self.scene.steps(letter, first, last, int(sign in self.ahead))
        named = self.solved.named[sign]
        self.net.value(named.name, self._axes(named, step, letter), label=self._label(sign, "value", step))
        if sign in self.starts:
            self._given(sign, named, f"{named.name}_0", sympy.Integer(0))
        if sign in self.ends:
            self._given(sign, named, f"{named.name}_end", step.upper)

    def _given(self, sign: Sign, named: Named, name: str, number: sympy.Expr) -> None:
        """The value of that number is an input of its own."""
        sample = self.scene.batch_index() if named.has_sample else None
        features = self._fresh([e.at("", 0) for e in named.axes], named.has_sample)
        given = self.net.input(name, self.scene.ordered([], features, sample), label=Label())
        at = self.scene.ordered([number], features, sample)
        self.net.define(named.name, at, given[tuple(at[1:])], label=self._label(sign, "value"))

    def _label(self, sign: Sign, role: str, step: sympy.Idx | None = None) -> Label:
        words = self.drawing.words(sign)
        if words is None:
            return Label()
        layer = self.drawing.layer(sign) if step is None else index(str(step.label))
        is_bias = role == "parameter" and is_term(self.parts, sign)
        return Label(self.drawing.meaning(sign, role, is_bias), layer, symbol=words)

    # -- equations ----------------------------------------------------------------------------------------

    def _define(self, statement: Statement, use: Use, form: Form) -> None:
        scene, named = self.scene, self.solved.named[use.sign]
        letters: dict[str, sympy.Basic] = {}
        if named.has_sample:
            text = self.evaluation.sample if use.sample is None else shown(use.sample)
            letters[text] = scene.batch_index()
        letter = self._letter(use.sign)
        if use.order is not None and place_of(use.order)[0] == letter:
            letters[letter] = scene.steps(letter, 1, self._last(letter))
        axes = self.evaluation.axes_at(named, use)
        line = self.parts.stated.document.place(statement.start).line
        label = Label("cost") if use.sign == self.parts.cost else self._label(use.sign, "value")
        sample = scene.batch_index() if named.has_sample else None
        with scene.binding(letters):
            step = [scene.at(use.order)] if use.order is not None else []
            if form.blocks:
                self._define_parts(named, form, axes, step, sample, Details(label=label, line=line))
                return
            at, rhs = self._written_out(use, form, axes) if use.indices else self._opened(named, form, axes)
        self.stated[named.name] = rhs
        self.net.define(named.name, scene.ordered(step, at, sample), rhs, label=label, line=line)

    def _define_parts(
        self,
        named: Named,
        form: Form,
        axes: Sequence[Extent],
        step: Sequence[sympy.Basic],
        sample: sympy.Basic | None,
        details: Details,
    ) -> None:
        """`u = [h; x]`: one equation for each part."""
        scene = self.scene
        if not named.has_order:
            whole = scene.ordered(step, self._fresh(axes, named.has_sample), sample)
            self.net.value(named.name, whole, **details)
        for part, _, before in offsets(scene, form.blocks, form.beside):
            features, rhs = self._opened(named, part, part.axes)
            joined = len(part.axes) - 1 if form.beside else 0
            at = [i + before if k == joined else i for k, i in enumerate(features)]
            self.net.define(named.name, scene.ordered(step, at, sample), rhs, **details)

    def _written_out(self, use: Use, form: Form, axes: Sequence[Extent]) -> tuple[Sequence[sympy.Basic], sympy.Expr]:
        """The left side with letters: its indices, and the entry on the right."""
        scene = self.scene
        units: dict[str, sympy.Basic] = {}
        for x, e in zip(use.indices, axes, strict=True):
            unit = inner(x)
            if isinstance(unit, Symbol):
                units[unit.name] = scene.index(e, unit.name, avoid=[*scene.now.values(), *units.values()])
        with scene.binding(units):
            return [scene.at(x) for x in use.indices], form.at(scene, None, None)

    def _opened(self, named: Named, form: Form, axes: Sequence[Extent]) -> tuple[Sequence[sympy.Basic], sympy.Expr]:
        """A whole vector or matrix: indices for its axes, and the entry on the right."""
        features = self._fresh(axes, named.has_sample)
        with self.scene.binding({f"·{k}": i for k, i in enumerate(features)}):
            rest = iter(features)
            rows, columns = (None if a is None else next(rest) for a in open_axes(tuple(axes), named.is_row))
            return features, form.at(self.scene, rows, columns)

"""From the syntax of an expression to its form, under what is known of the shapes of names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, singledispatchmethod

import sympy

from derive.forward.applied import RELATIONS, Condition, by_cases, extreme, joined, open_cost, softmax
from derive.forward.calls import Unread, arguments, inner
from derive.forward.constants import is_ones
from derive.forward.counts import count_of
from derive.forward.forms import ENTRYWISE, Algebra, Form, Place, entrywise, negated, number, transposed
from derive.forward.functions import Functions
from derive.forward.names import Named, open_axes
from derive.forward.scene import Scene
from derive.forward.signs import Sign, Signs, Use, place_of
from derive.forward.sizes import Conflict, Extent, Sizes
from derive.forward.sums import read_sum
from derive.forward.windows import Window
from derive.latex.reading.shown import shown
from derive.latex.reading.syntax import (
    Accented,
    Added,
    Applied,
    Big,
    Bracketed,
    Cases,
    Chain,
    Fraction,
    Listed,
    Multiplied,
    Node,
    Number,
    Prefixed,
    Root,
    Scripts,
    Symbol,
    Table,
    Words,
)
from derive.latex.reading.trees import walk
from derive.reading.function_names import ALIASES
from derive.reading.keys import Key, key_of
from derive.reading.marks import is_transpose, marks_of, sequence


@dataclass
class Evaluation:
    """One way to give shapes to names.

    `letters` are those of the equation at hand with the sizes they run over, `used` those of all, for printing;
    `counting` is what counts in it; `numbers` are symbols that are sizes, `steps` the numbers of layers and steps;
    `spread` are axes along which vectors were added, `arguments` those of a function whose formula is read; `single`
    says that the network has one output, with an axis of size 1.
    """

    signs: Signs
    functions: Functions
    sizes: Sizes
    named: dict[Sign, Named]
    numbers: Mapping[Sign, str]
    sample: str = "i"
    letters: dict[str, Extent] = field(default_factory=dict)
    counting: frozenset[str] = frozenset()
    used: list[tuple[Extent, str]] = field(default_factory=list)
    spread: list[Extent] = field(default_factory=list)
    samples: Extent | None = None
    arguments: Mapping[str, Form] = field(default_factory=dict)
    steps: Mapping[str, Extent] = field(default_factory=dict)
    single: bool = False
    windows: list[Window] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.algebra = Algebra(self.sizes, self.spread)

    # -- letters ------------------------------------------------------------------------------------------

    def letter(self, name: str) -> Extent:
        """The size that a letter of this equation runs over."""
        if name not in self.letters:
            self.letters[name] = self.sizes.fresh()
            self.used.append((self.letters[name], name))
        return self.letters[name]

    def run(self, letter: str, axis: Extent) -> None:
        """A letter runs over an axis, and over those of the same size.

        Raises: Conflict for another size.
        """
        if letter in self.letters:
            self.sizes.unify(self.letters[letter], axis)
        else:
            self.letters[letter] = axis
            self.used.append((axis, letter))

    def size_of(self, node: Node) -> Extent:
        """A size as it is written: `n`, `n_1`, `784`, `n - k + 1`; Unread is raised for anything else."""
        said = count_of(node)
        if said is None:
            raise Unread("this is no size", node)
        return self.sizes.named(said)

    def is_of_family(self, size: Node) -> bool:
        """Whether a size is one of a layer, `n_{l-1}`: it is that of the axis."""
        return isinstance(size, Scripts) and any(
            isinstance(x, Symbol) and x.name in self.signs.ordered for x in walk(size)
        )

    # -- nodes --------------------------------------------------------------------------------------------

    @singledispatchmethod
    def read(self, node: Node) -> Form:
        """Raises: Unread for what has no meaning here, Conflict for shapes that do not fit."""
        raise Unread("this has no meaning in a forward pass", node)

    @read.register
    def _(self, node: Number) -> Form:
        return number(sympy.Rational(node.text))

    @read.register
    def _(self, node: Added) -> Form:
        out: Form | None = None
        for sign, term in zip(node.signs, node.terms, strict=True):
            if sign not in "+-":
                raise Unread(f"{sign} means two values at once", node)
            form = negated(self.read(term)) if sign == "-" else self.read(term)
            out = form if out is None else self.algebra.added(out, form)
        assert out is not None
        return out

    @read.register
    def _(self, node: Multiplied) -> Form:
        forms = [self.read(f) for f in node.factors]
        arrays = [not f.is_number for f in forms]
        plain = any(o not in ENTRYWISE and a and b for o, a, b in zip(node.operators, arrays, arrays[1:], strict=False))
        if plain and any(o in ENTRYWISE for o in node.operators):
            raise Unread("which product comes first is not said", node, "put brackets around one of them")
        out = forms[0]
        for operator, form in zip(node.operators, forms[1:], strict=True):
            out = self.algebra.pair(out, operator, form)
        return out

    @read.register
    def _(self, node: Fraction) -> Form:
        return self.algebra.divided(self.read(node.above), self.read(node.below))

    @read.register
    def _(self, node: Root) -> Form:
        if node.degree is None:
            return entrywise(sympy.sqrt, self.read(node.arg))
        raise Unread("roots other than square roots are not read", node)

    @read.register
    def _(self, node: Bracketed) -> Form:
        if node.opening in ("|", r"\|"):
            form = self.read(node.body)
            if node.opening == "|" and form.is_number:
                return entrywise(sympy.Abs, form)
            return entrywise(sympy.sqrt, self.algebra.total(entrywise(lambda x: x**2, form)))
        if node.opening == "[" and isinstance(node.body, Listed):
            return self._joined(node.body.items, set(node.body.separators) <= {","}, node)
        if node.opening in ("(", "[", "{", r"\{") and not isinstance(node.body, Chain):
            return self.read(node.body)
        raise Unread("these brackets have no meaning in a forward pass", node)

    @read.register
    def _(self, node: Table) -> Form:
        if 1 not in (len(node.rows), len(node.rows[0])) or node.opening not in ("[", "("):
            raise Unread("matrices written out are not read", node)
        return self._joined(tuple(x for row in node.rows for x in row if x is not None), len(node.rows) == 1, node)

    def _joined(self, items: Sequence[Node], beside: bool, node: Node) -> Form:
        """`[h; x]`, `[H, X]`; of columns both stand one below the other."""
        forms = [self.read(x) for x in items]
        if any(f.blocks or f.settle is not None for f in forms):
            raise Unread("these parts cannot be put together", node, "give each a name and a shape")
        return joined(self.algebra, forms, beside)

    @read.register
    def _(self, node: Big) -> Form:
        return read_sum(self, node)

    @read.register
    def _(self, node: Applied) -> Form:
        key = key_of(node.function)
        given = arguments(node.argument)
        word = "" if key is None else ALIASES.get(key.name, key.name)
        if word in ("max", "min") and len(given) == 2:
            return extreme(self.algebra, word, self.read(given[0]), self.read(given[1]))
        if word == "softmax" and len(given) == 1:
            return softmax(self.algebra, self.read(given[0]))
        if shown(node.function) in self.functions.costs and key is not None:
            return open_cost(self.algebra, key.name, [self.read(x) for x in given])
        f = self.functions.scalar(node.function)
        if f is None or len(given) != 1:
            raise Unread("this function is not known", node, "define it by a formula, or use one that has a name")
        return entrywise(f, self.read(given[0]))

    @read.register
    def _(self, node: Cases) -> Form:
        branches = [(self.read(b.value), [c for c in b.condition if not isinstance(c, Words)]) for b in node.branches]
        if any(len(c) != 1 for _, c in branches[:-1]) or len(branches) < 2:
            raise Unread("a case without its condition", node)
        tests = [self._condition(c[0], node) for _, c in branches[:-1]]
        return by_cases(self.algebra, [form for form, _ in branches], tests)

    def _condition(self, node: Node, whole: Node) -> Condition:
        if not isinstance(node, Chain) or len(node.members) != 2 or node.relations[0] not in RELATIONS:
            raise Unread("this condition is not read", whole)
        left, right = node.members
        assert left is not None and right is not None
        return self.read(left), RELATIONS[node.relations[0]], self.read(right)

    # -- names --------------------------------------------------------------------------------------------

    @read.register
    def _(self, node: Symbol) -> Form:
        return self._name(node)

    @read.register
    def _(self, node: Accented) -> Form:
        return self._name(node)

    @read.register
    def _(self, node: Scripts) -> Form:
        is_e = key_of(node.base) == Key("e") and node.below is None and Sign(Key("e")) not in self.named
        if is_e and node.above is not None:
            return entrywise(sympy.exp, self.read(node.above))
        use = self.signs.use(node, self.counting)
        return self._name(node) if use is not None else self._raised(node)

    def _raised(self, node: Scripts) -> Form:
        """A transpose or a power of what stands in brackets."""
        base, items = node.base, list(sequence(node.above))
        is_norm = isinstance(base, Bracketed) and base.opening in ("|", r"\|")
        if node.below is not None and not (is_norm and shown(node.below) in ("2", "F")):
            raise Unread("this has no meaning in a forward pass", node)
        if is_norm and len(items) == 1 and shown(items[0]) == "2" and isinstance(base, Bracketed):
            return self.algebra.total(entrywise(lambda x: x**2, self.read(base.body)))
        form = self.read(base)
        if items and is_transpose(items[-1]):
            form, items = transposed(form), items[:-1]
        if len(items) > 1:
            raise Unread("these scripts have no meaning in a forward pass", node)
        return self._power(form, items[0]) if items else form

    def _power(self, form: Form, exponent: Node) -> Form:
        given = self.read(exponent.body if isinstance(exponent, Prefixed) else inner(exponent))
        if not given.is_number:
            raise Unread("this power is no number", exponent)

        def entry(scene: Scene, i: Place, j: Place) -> sympy.Expr:
            return form.at(scene, i, j) ** given.at(scene, None, None)

        if len(form.axes) == 2 and not isinstance(exponent, Number):
            raise Unread("powers of matrices are not read", exponent)
        return form.with_entry(entry)

    def _name(self, node: Node) -> Form:
        if shown(node) in self.arguments:
            return self.arguments[shown(node)]
        use = self.signs.use(node, self.counting)
        if use is None:
            raise Unread("this has no meaning in a forward pass", node)
        if is_ones(use.sign.key):
            made = self._ones(use)
        elif use.sign in self.numbers and not use.indices:
            e = self.sizes.named(self.numbers[use.sign])
            made = Form(lambda scene, i, j: scene.size(e), constant=True)
        elif use.sign.key == Key("pi") and use.sign not in self.named:
            made = number(sympy.pi)
        elif use.sign in self.named:
            made = self.placed(use)
        else:
            raise Unread("this name has no meaning here", node)
        if use.transposed:
            made = transposed(made)
        return self._power(made, use.power) if use.power is not None else made

    def _ones(self, use: Use) -> Form:
        """A column of ones, as long as its index says, or as what it is combined with needs."""
        below = marks_of(use.node).below
        if use.sign.layer or use.power is not None or len(below) > 1:
            raise Unread("these scripts have no meaning in a forward pass", use.node)
        return Form(lambda scene, i, j: sympy.Integer(1), self.size_of(below[0]) if below else self.sizes.fresh())

    def placed(self, use: Use) -> Form:
        """A name with its indices: an entry, a vector or a matrix.

        Raises: Conflict for more or fewer indices than axes.
        """
        known = self.named[use.sign]
        count = len(known.axes)
        if len(use.indices) not in (0, count):
            raise Conflict(f"{known.name} has {count} axes, and here are {len(use.indices)} indices")
        axes = self.axes_at(known, use)
        for axis, at in zip(axes, use.indices, strict=False):
            letter = inner(at)
            if isinstance(letter, Symbol):
                self.run(letter.name, axis)
            elif isinstance(letter, Added | Multiplied):
                self.windows.append(Window(axis, letter, dict(self.letters)))
        sample = self.sample if use.sample is None else shown(use.sample)
        if known.has_sample and self.samples is not None:
            self.run(sample, self.samples)

        def entry(scene: Scene, i: Place, j: Place) -> sympy.Expr:
            features = [scene.at(x) for x in use.indices] or [x for x in (i, j) if x is not None]
            step = [] if not known.has_order else [scene.at(use.order)] if use.order is not None else []
            return scene.entry(known.name, step, features, scene.now.get(sample) if known.has_sample else None)

        if known.is_open:
            return Form(entry, learned=known.learned, settle=partial(known.settle, self.sizes))
        rows, columns = open_axes(axes, known.is_row) if not use.indices else (None, None)
        return Form(entry, rows, columns, known.learned)

    def axes_at(self, known: Named, use: Use) -> tuple[Extent, ...]:
        """The axes of a name, of a family at the layer or step that is written.

        Raises: Conflict for a family without one, and for one of a name that has none.
        """
        if not known.has_order:
            return known.axes
        if use.order is None:
            raise Conflict(f"of which layer or step {known.name} is, is not said")
        letter, more = place_of(use.order)
        return tuple(e.at(letter, more) for e in known.axes)

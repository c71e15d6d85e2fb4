"""Other quantities of the document in place of one: `δ x^T` for `δ h^T`.

A name is replaced by names of the same kind that the author writes elsewhere, with the marks that they have there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from derive.latex.reading.syntax import Formula, Fraction, Node, Scripts, Symbol
from derive.reading.marks import is_transpose, sequence
from derive.reading.operators import is_derivative
from derive.reading.quantity import Quantity
from derive.verify.document.slips import Change
from derive.verify.document.written import text_of, walk

LONGEST = 40
"""A longer text is no name."""

MOST_NAMES = 80
"""So many names of a document are kept, the last ones."""

OTHER, INDEX = "wrong-operand", "wrong-index"


@dataclass
class Written:
    """What the author calls things, what was named last at the end."""

    names: dict[str, None] = field(default_factory=dict)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(self.names)

    def keep(self, formula: Formula, source: str) -> None:
        """Keep the names and derivatives of one more formula."""
        for name in _names_in(formula, source):
            self.names.pop(name, None)
            self.names[name] = None
        for name in self.texts[:-MOST_NAMES]:
            del self.names[name]


def _names_in(formula: Formula, source: str) -> Iterator[str]:
    for member in (m for chain in formula.chains for m in chain.members if m is not None):
        for part in walk(member):
            if _is_operand(part) and len(text := text_of(part, source)) <= LONGEST:
                yield text


def _is_operand(node: Node) -> bool:
    return isinstance(node, Symbol | Scripts) or (isinstance(node, Fraction) and is_derivative(node))


def other_operands(
    right: Node, source: str, names: Iterable[str], value_of: Callable[[str], Quantity | None]
) -> Iterator[Change]:
    """An expression with another name in place of one, or with the marks of that one; the nearest names come first."""
    near = tuple(reversed(tuple(names)))
    bases = tuple(dict.fromkeys(map(_base, near)))
    for part in filter(_is_operand, walk(right)):
        text = text_of(part, source)
        value, mark = value_of(text), _transposed(part, source)
        if value is None:
            continue
        new = [f"{name if _is_bare(name) else f'({name})'}^{mark}" if mark else name for name in near]
        if isinstance(part, Scripts):
            new += [base + source[part.base.span.end : part.span.end] for base in bases]
        for name in dict.fromkeys(new):
            other = value_of(name) if name != text else None
            if other is not None and _is_alike(value, other):
                yield OTHER if _base(name) != _base(text) else INDEX, part.span, name


def _base(name: str) -> str:
    """A name without its scripts."""
    return re.split("[_^]", name)[0]


def _is_alike(a: Quantity, b: Quantity) -> bool:
    """Whether both are matrices, columns, rows or numbers, of whatever sizes."""
    return (a.rows is None, a.columns is None) == (b.rows is None, b.columns is None)


def _transposed(node: Node, source: str) -> str:
    """The mark of a transpose behind a name; empty without one."""
    above = sequence(node.above) if isinstance(node, Scripts) else ()
    return f"{{{text_of(above[-1], source)}}}" if above and is_transpose(above[-1]) else ""


def _is_bare(name: str) -> bool:
    return not any(sign in name for sign in "^'/ ") and r"\frac" not in name

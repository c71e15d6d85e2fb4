"""On which line of a file a returned value is computed, as far as its text shows it plainly.

Names are followed to what was assigned to them last before, through unpacking, constant keys and records, and into
functions of the same file that are called at one place only and return at one place only. What does not show is not
guessed: the line is then that of the last thing that does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

MOST_LINKS = 40
PASSED_THROUGH = ("dict", "tuple", "list")


@dataclass(frozen=True)
class Part:
    """One part of a record: its names, its place in order, and how many parts there must be (0 for any number)."""

    names: tuple[str, ...] = ()
    place: int = -1
    number: int = 0


Place = tuple[Part, ...]


@dataclass(frozen=True)
class Assigned:
    """What a statement gives a name: a part of a value."""

    line: int
    value: ast.expr
    path: Place = ()


@dataclass
class Scope:
    """What a function assigns, in order: to names, and to constant keys of names; and what it returns."""

    names: dict[str, list[Assigned]] = field(default_factory=dict)
    items: dict[tuple[str, str], list[Assigned]] = field(default_factory=dict)
    returned: list[ast.expr] = field(default_factory=list)


class Trace:
    """The functions of a file; `plain` are those that are defined and called at one place each."""

    def __init__(self, tree: ast.Module) -> None:
        found = [f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)]
        calls = [c.func.id for c in ast.walk(tree) if isinstance(c, ast.Call) and isinstance(c.func, ast.Name)]
        names = [f.name for f in found]
        self.plain = {n for n in names if names.count(n) == 1 and calls.count(n) == 1}
        self.scopes = {f.name: _scope(f) for f in [*found, *tree.body] if isinstance(f, ast.FunctionDef)}

    def line(self, e: ast.expr, path: Place, scope: Scope, links: int = MOST_LINKS) -> int | None:
        """The line that computes a part of `e`; None if the text does not show that part."""
        if links == 0:
            return None
        match e:
            case ast.Name():
                return self._of_name(e, path, scope, links)
            case ast.Call():
                found = self._of_call(e, path, scope, links)
            case ast.Subscript(value=value, slice=ast.Constant(value=key)):
                found = self.line(value, (_part(key), *path), scope, links - 1)
            case ast.Attribute(value=ast.Name() as value, attr=name):
                found = self.line(value, (Part((name,)), *path), scope, links - 1)
            case ast.Tuple(elts=elements) | ast.List(elts=elements) if path:
                found = self._of_elements(elements, path, scope, links)
            case ast.Dict() if path:
                found = self._of_dict(e, path, scope, links)
            case _:
                found = None
        return found if found is not None or path else e.lineno

    def _of_elements(self, elements: Sequence[ast.expr], path: Place, scope: Scope, links: int) -> int | None:
        is_there = 0 <= path[0].place < len(elements) and path[0].number in (0, len(elements))
        is_plain = not any(isinstance(e, ast.Starred) for e in elements)
        return self.line(elements[path[0].place], path[1:], scope, links - 1) if is_there and is_plain else None

    def _of_dict(self, e: ast.Dict, path: Place, scope: Scope, links: int) -> int | None:
        for key, value in zip(reversed(e.keys), reversed(e.values), strict=True):
            if isinstance(key, ast.Constant) and str(key.value) in path[0].names:
                return self.line(value, path[1:], scope, links - 1)
            inner = self.line(value, path, scope, links - 1) if key is None else None
            if inner is not None:
                return inner
        return None

    def _of_name(self, e: ast.Name, path: Place, scope: Scope, links: int) -> int | None:
        for name in path[0].names if path else ():
            item = _last(scope.items.get((e.id, name), ()), e.lineno)
            if item is not None:
                return self._of_assigned(item, path[1:], scope, links)
        given = _last(scope.names.get(e.id, ()), e.lineno)
        if given is None:
            return None if path else e.lineno
        return self._of_assigned(given, path, scope, links)

    def _of_assigned(self, given: Assigned, path: Place, scope: Scope, links: int) -> int | None:
        found = self.line(given.value, (*given.path, *path), scope, links - 1)
        return found if found is not None or path else given.value.lineno

    def _of_call(self, e: ast.Call, path: Place, scope: Scope, links: int) -> int | None:
        """Into a function of the file, or to an argument of what only collects its arguments."""
        name = e.func.id if isinstance(e.func, ast.Name) else e.func.attr if isinstance(e.func, ast.Attribute) else ""
        inner = self.scopes.get(name) if isinstance(e.func, ast.Name) else None
        if inner is not None:
            is_plain = name in self.plain and len(inner.returned) == 1
            return self.line(inner.returned[0], path, inner, links - 1) if is_plain else None
        if not path or not (name in PASSED_THROUGH or name[:1].isupper()):
            return None
        for k in e.keywords:
            if k.arg is None or k.arg in path[0].names:
                return self.line(k.value, path if k.arg is None else path[1:], scope, links - 1)
        if len(e.args) == 1 and (name in PASSED_THROUGH or isinstance(e.args[0], ast.Starred)):
            [only] = e.args
            return self.line(only.value if isinstance(only, ast.Starred) else only, path, scope, links - 1)
        return self._of_elements(e.args, (replace(path[0], number=0), *path[1:]), scope, links)


def _part(key: object) -> Part:
    return Part((str(key),), key if isinstance(key, int) else -1)


def _last(given: Sequence[Assigned], before: int) -> Assigned | None:
    """The last assignment above a line; if all stand below it, in a loop, the last of all."""
    above = [a for a in given if a.line < before] or given
    return above[-1] if above else None


def _scope(function: ast.FunctionDef) -> Scope:
    scope = Scope()
    for node in _statements(function.body):
        match node:
            case ast.Return(value=ast.expr() as value):
                scope.returned.append(value)
            case ast.Assign():
                for target in node.targets:
                    _assign(scope, target, Assigned(node.lineno, node.value))
            case ast.AnnAssign(value=ast.expr() as value) | ast.AugAssign(value=value):
                _assign(scope, node.target, Assigned(node.lineno, value))
    return scope


def _assign(scope: Scope, target: ast.expr, given: Assigned) -> None:
    match target:
        case ast.Name():
            scope.names.setdefault(target.id, []).append(given)
        case ast.Tuple() | ast.List():
            starred = next((k for k, t in enumerate(target.elts) if isinstance(t, ast.Starred)), len(target.elts))
            number = len(target.elts) if starred == len(target.elts) else 0
            for k, t in enumerate(target.elts[:starred]):
                _assign(scope, t, Assigned(given.line, given.value, (*given.path, Part(place=k, number=number))))
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=key)):
            scope.items.setdefault((name, str(key)), []).append(given)


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a function in order, without those of functions inside it."""
    for node in body:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for inner in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(node, inner, []))
        for handler in getattr(node, "handlers", []):
            yield from _statements(handler.body)

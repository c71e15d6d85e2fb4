"""What each task is trained with, derived: its output activation and its loss as a small network of their own."""

from __future__ import annotations

from functools import cache

import sympy

import derive.network.schema  # noqa: F401  (fills the tables of options)
from derive.derivation import derive_adjoints
from derive.handout.printed import form
from derive.ir.tensor import Kind, Label
from derive.latex.settings import DEFAULT, notation
from derive.network.activations import applied
from derive.network.builder import Builder
from derive.network.comparison import Comparison
from derive.network.losses import LOSSES
from derive.network.network import Network
from derive.network.spec.options import ACTIVATION_OPTIONS, LOSS_OPTIONS
from derive.network.value import Value
from derive.notes.sections.tasks_options import TASKS, Task, TasksOptions
from derive.notes.studies import TaskDerived

SUMS_TO_ONE: tuple[Kind, ...] = ("one_hot", "distribution")


def tasks_numbers(network: Network | None, options: TasksOptions) -> tuple[TaskDerived, ...]:
    """The derivation of every task of the options; the network of the part does not matter."""
    return tuple(_derived(name) for name in options.which)


@cache
def _derived(name: str) -> TaskDerived:
    task = TASKS[name]
    return TaskDerived(name, form(derive_adjoints(task_network(name, task)), notation(DEFAULT)))


def task_network(name: str, task: Task) -> Network:
    """a = g(z) and the cost of a and y, all of size K, or single numbers for a task with one output."""
    net = Builder(f"task-{name}")
    axes = (net.index("j", net.size("K")),) if task.several else ()
    others = (net.index("k", net.size("K")),) if task.several else ()
    shape = tuple(i.upper for i in axes)
    z, a, y = (Value(letter, shape, Label(meaning)) for letter, meaning in _MEANINGS.items())
    net.input(z.name, axes, label=z.label)
    net.target(y.name, axes, task.target, label=y.label)
    if task.target in SUMS_TO_ONE:
        net.fact(sympy.Sum(y[axes], *axes), sympy.Integer(1), "each target sums to 1")
    options = ACTIVATION_OPTIONS[task.activation].model_validate({})
    net.define(a.name, axes, applied(task.activation, options, z, axes, others, {}), label=a.label)
    net.define("C", (), LOSSES[task.loss](_compared(task, a, y, axes)), label=Label("cost"))
    net.minimize("C")
    return net.network()


_MEANINGS = {"z": "preactivation", "a": "activation", "y": "target"}


def _compared(task: Task, a: Value, y: Value, axes: tuple[sympy.Idx, ...]) -> Comparison:
    """What the loss sees; the losses of tasks need neither a second index nor values of their own."""

    def refuse(*_: object) -> Value:
        raise AssertionError(f"{task.loss} states values of its own")

    options = LOSS_OPTIONS[task.loss].model_validate({})
    return Comparison((a,), y, axes, 0, refuse, options, False, refuse, lambda total, statement: None)

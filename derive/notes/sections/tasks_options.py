"""Which tasks a section on output activations is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, PlainValidator

from derive.ir.tensor import Kind
from derive.network.spec.complaints import suggestion
from derive.network.spec.names import mistake
from derive.notes.recipe import SectionOptions


@dataclass(frozen=True)
class Task:
    """What is learned: the activation of the output, the loss, the kind of target; `several` outputs, or one."""

    activation: str
    loss: str
    target: Kind
    several: bool = True


TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "regression": Task("identity", "half_squared_error", "real"),
        "binary": Task("sigmoid", "binary_cross_entropy", "binary", several=False),
        "labels": Task("sigmoid", "binary_cross_entropy", "binary"),
        "classes": Task("softmax", "cross_entropy", "one_hot"),
    }
)
"""The usual pairs of activation and loss; each wants the wordings `tasks.name.…`, `tasks.what.…` and a number here."""


def _which(value: object) -> tuple[str, ...]:
    items = tuple(value) if isinstance(value, list | tuple) else (value,)
    if not items:
        raise mistake("no task is named", f"name some of {', '.join(TASKS)}")
    for item in items:
        if item not in TASKS:
            raise mistake(f"there is no task {item}", suggestion(str(item), TASKS))
    return tuple(dict.fromkeys(str(item) for item in items))


class TasksOptions(SectionOptions):
    """`which` tasks, by name: `[regression, binary, classes]`."""

    which: Annotated[tuple[str, ...], PlainValidator(_which)] = Field(
        default=("regression", "binary", "classes"), validate_default=True
    )

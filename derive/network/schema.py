"""The network file: from YAML to a checked, frozen `NetworkSpec`.

    network = read_network_file("two-branch.yaml")
    network = read_network_text("inputs: {x: 3}\\nlayers: [{dense: {units: 2}}]\\nloss: C")

Both raise `NetworkFileError` for one mistake, `DeriveErrors` for several, each with line, column and repair.
Kinds of layers, activations and losses are found in the tables of `derive.network.spec.options`; a file that
states the forward equations of a new kind registers its options there with `register_layer`,
`register_activation` or `register_loss`.
"""

from __future__ import annotations

from pathlib import Path

from derive.errors import NetworkFileError, quoted
from derive.network.spec import (  # noqa: F401  (they fill the tables)
    activations,
    attention_layers,
    basic_layers,
    losses,
    normalization_layers,
    recurrent_layers,
    shaping_layers,
    window_layers,
)
from derive.network.spec.activations import ActivationSpec
from derive.network.spec.complaints import Complaints, nearest, suggestion
from derive.network.spec.drafts import Draft, masks_in, read_layers
from derive.network.spec.models import (
    BatchSpec,
    InputSpec,
    LayerSpec,
    LossSpec,
    NetworkSpec,
    NotationSpec,
    PenaltySpec,
    RepeatSpec,
    TargetSpec,
)
from derive.network.spec.names import ROUND_INPUT, Shape, Size, SizeSymbol, parse_title, title_from
from derive.network.spec.numbering import every_layer, number_layers, parameter_suffix
from derive.network.spec.options import (
    ACTIVATION_OPTIONS,
    LAYER_OPTIONS,
    LOSS_OPTIONS,
    ActivationOptions,
    LayerOptions,
    LossOptions,
    register_activation,
    register_layer,
    register_loss,
)
from derive.network.spec.read_loss import LossDraft, check_targets, connect_loss, read_loss
from derive.network.spec.recipe import read_recipe
from derive.network.spec.symbols import check_symbols
from derive.network.spec.tree import MappingNode, describe
from derive.network.spec.validation import read_value
from derive.network.spec.values import read_batch, read_inputs, read_notation, read_penalties, read_targets
from derive.network.spec.wiring import Wired, Wiring
from derive.network.yaml_source import parse_tree, read_text_file

KEYS = ("name", "notation", "batch", "inputs", "targets", "layers", "loss", "penalty", "notes")
REQUIRED = {"inputs": "`inputs: {x: 784}`", "layers": "`layers:` with a list of layers"}
READERS = "write it beside the kind of a layer, or in the braces of the loss"
UNNAMED_FILE = "<text>"


def read_network_file(path: str | Path) -> NetworkSpec:
    """The network of a YAML file; it is named after the file where it does not name itself."""
    path = Path(path)
    return read_network_text(read_text_file(path), file=str(path), title=title_from(path.stem))


def read_network_text(text: str, *, file: str = UNNAMED_FILE, title: str = "network") -> NetworkSpec:
    """The network of a YAML text; `file` is its name in messages, `title` its name where it gives none."""
    complaints = Complaints(file)
    tree = parse_tree(text, complaints)
    if not isinstance(tree, MappingNode):
        complaints.raise_any()
        found = "the file is empty" if tree is None else f"the file holds {describe(tree)}, not a mapping"
        raise NetworkFileError(found, repair="start with `inputs:` and `layers:`", file=file, line=1, column=1)
    network = read_network_node(tree, title, complaints)
    complaints.raise_any()
    return network


def read_network_node(tree: MappingNode, title: str, complaints: Complaints) -> NetworkSpec:
    """The network of a mapping that stands in a file, its mistakes among the complaints."""
    _check_keys(tree, complaints)
    return _read_network(tree, title, complaints)


def _check_keys(tree: MappingNode, complaints: Complaints) -> None:
    meant: set[str | None] = set()
    for entry in tree.entries:
        if entry.key not in KEYS:
            message = f"a network has no {quoted(entry.key)}"
            repair = READERS if entry.key == "from" else suggestion(entry.key, KEYS)
            complaints.add(entry.key_place, message, repair)
            meant.add(nearest(entry.key, KEYS))
    for key, example in REQUIRED.items():
        if tree.entry(key) is None and key not in meant:
            complaints.add(tree.place, f"the network lacks {quoted(key)}", f"add {example}")


def _read_network(tree: MappingNode, title: str, complaints: Complaints) -> NetworkSpec:
    """The specification; whatever is wrong with it is among the complaints."""
    name, loss_entry, target_entry = tree.entry("name"), tree.entry("loss"), tree.entry("targets")
    loss = read_loss(loss_entry, complaints)
    targets = read_targets(target_entry, loss.kind if loss else None, complaints, loss.mask if loss else None)
    if loss_entry is None and target_entry is not None:
        complaints.add(target_entry.key_place, "there are targets, and no loss compares them", "add `loss: …`")
    check_targets(loss, target_entry, targets, complaints)
    layers_entry = tree.entry("layers")
    drafts = read_layers(layers_entry.value, complaints) if layers_entry else ()
    inputs = read_inputs(tree.entry("inputs"), complaints)
    layers, output, connected = _connect(tree, inputs, drafts, loss, targets, complaints)
    network = NetworkSpec(
        file=complaints.file,
        name=(read_value(parse_title, name.value, complaints) or title) if name else title,
        notation=read_notation(tree.entry("notation"), complaints),
        batch=read_batch(tree.entry("batch"), complaints),
        inputs=inputs,
        targets=targets,
        layers=number_layers(layers),
        output=output,
        loss=connected,
        penalties=read_penalties(tree.entry("penalty"), complaints),
        notes=read_recipe(tree.entry("notes"), complaints),
    )
    check_symbols(network, drafts, complaints)
    return network


def _connect(
    tree: MappingNode,
    inputs: tuple[InputSpec, ...],
    drafts: tuple[Draft, ...],
    loss: LossDraft | None,
    targets: tuple[TargetSpec, ...],
    complaints: Complaints,
) -> tuple[tuple[Wired, ...], str, LossSpec | None]:
    """The layers and the loss, each with the keys of what it reads, and the key of the last layer."""
    given = tree.entry("inputs")
    entries = given.value.entries if given and isinstance(given.value, MappingNode) else ()
    places = {entry.key: entry.key_place for entry in entries}
    ids = frozenset(item.name for item in inputs if item.kind == "id")
    masks = frozenset(masks_in(drafts)) | ({loss.mask} if loss and loss.mask else set())
    wiring = Wiring(places, ids, masks, drafts, complaints)
    layers = wiring.wire()
    output = layers[-1].key if layers else ""
    connected = connect_loss(loss, output, wiring.top, inputs, targets, complaints)
    wiring.read.update(connected.reads if connected else (output,))
    if layers and (connected is None or connected.sources):
        wiring.complain_about_unread()
    return layers, output, connected


__all__ = [
    "ACTIVATION_OPTIONS",
    "LAYER_OPTIONS",
    "LOSS_OPTIONS",
    "ROUND_INPUT",
    "ActivationOptions",
    "ActivationSpec",
    "BatchSpec",
    "InputSpec",
    "LayerOptions",
    "LayerSpec",
    "LossOptions",
    "LossSpec",
    "NetworkSpec",
    "NotationSpec",
    "PenaltySpec",
    "RepeatSpec",
    "Shape",
    "Size",
    "SizeSymbol",
    "TargetSpec",
    "every_layer",
    "parameter_suffix",
    "read_network_file",
    "read_network_text",
    "register_activation",
    "register_layer",
    "register_loss",
]

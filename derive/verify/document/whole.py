"""A whole document: under which profile it is judged, and about which network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from derive.errors import DeriveError
from derive.latex.reading.document import Document
from derive.latex.reading.extract import read_document
from derive.network.spec.models import NetworkSpec
from derive.reading.keys import Key
from derive.verify.claims import RIGHT, Status
from derive.verify.document.claims import DocumentReport
from derive.verify.document.judge import EXHAUSTED, FAULTS
from derive.verify.document.names import functions_told
from derive.verify.document.own_network import OwnNetwork, networks_beside, own_networks
from derive.verify.document.profile import EMPTY, Find, Settings, read_profile_file, read_profile_text
from derive.verify.document.said_functions import said_functions
from derive.verify.document.said_layout import said_layout
from derive.verify.document.verifier import PATIENCE, Tell, Verifier
from derive.verify.effort import silent


def verify_document(
    path: Path,
    find: Find,
    network: NetworkSpec | Document | None = None,
    profile: Path | None = None,
    is_strict: bool = False,
    tell: Tell = silent,
    patience: float = PATIENCE,
) -> DocumentReport:
    """The verdicts on a document; a profile's file counts before its front matter, `network` before both.

    The network may be one that another document states. `patience` are seconds for finding out what was meant by what
    is wrong; no verdict depends on them.

    Raises: DeriveError for a document or a profile that cannot be read.
    """
    document = read_document(path)
    if profile is not None:
        chosen = read_profile_file(profile, find)
    elif document.front_matter_source:
        chosen = read_profile_text(document.front_matter_source, path, find)
    else:
        chosen = EMPTY
    if chosen.settings.derivatives is None:
        chosen = replace(chosen, settings=replace(chosen.settings, derivatives=said_layout(document.text)))
    own: tuple[OwnNetwork, ...] = ()
    lacking = ""
    if isinstance(network, Document):
        chosen = replace(chosen, settings=replace(chosen.settings, network=None))
        own = networks_beside(network)
    elif network is not None:
        chosen = replace(chosen, settings=chosen.settings.under(Settings(network=network)))
    elif not chosen.names_network:
        said = Settings(names=tuple(said_functions(document)))
        chosen = replace(chosen, settings=said.under(chosen.settings))
        own, lacking = _stated(document, functions_told(chosen.settings.names))
    assumed = own[0].assumed if own else ""
    about = (*own, None) if assumed or not own else own
    reports = [Verifier(document, chosen, tell, patience, own=o).report(is_strict) for o in about]

    def rank(k: int) -> tuple[int, int, bool, int]:
        counts = reports[k].counts
        right, defined = (sum(counts[s.value] for s in RIGHT), counts[Status.DEFINITION.value]) if assumed else (0, 0)
        return -right, -defined, about[k] is None, counts[Status.WRONG.value]

    best = min(range(len(about)), key=rank)
    report = reports[best]
    note = assumed if about[best] is not None else lacking if report.counts[Status.NOT_CHECKED.value] else ""
    return replace(report, notes=(*report.notes, note)) if note else report


def _stated(document: Document, told: Mapping[Key, str]) -> tuple[tuple[OwnNetwork, ...], str]:
    """The network that a document states, in the notations that it may have; or why there is none."""
    try:
        return own_networks(document, told), ""
    except DeriveError as error:
        where = f"line {error.line}: " if error.line is not None else ""
        what = f"{where}{error.message}; {error.repair}"
    except EXHAUSTED:
        what = "it is too large"
    except FAULTS as e:
        what = f"derive failed on it, which is a mistake of its own, {type(e).__name__}: please report the document"
    return (), f"no network is named, and this document's own is not understood: {what}"

"""The command line. Exit codes: 0 all right, 1 something under test is wrong, 2 bad input, 3 undecided."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from derive.errors import DeriveError
from derive.verify.effort import SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from derive.verify.document.claims import DocumentReport

    _Step = Callable[[str], None]

app = typer.Typer(
    help="Forward equations in; lecture notes, NumPy kernels and verdicts on hand-written backprop out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Net = Annotated[str, typer.Argument(metavar="NET", help="A network file, or the name of a bundled example.")]
Notation = Annotated[
    str | None,
    typer.Option(help="nielsen, source-target, ng, residual, ufldl, rows, or a YAML file with a notation."),
]


def main() -> None:
    """Run the command line; a mistake in the input is one clear message and exit code 2."""
    try:
        app()
    except DeriveError as error:
        print(error.render(), file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)


@app.command()
def notes(
    net: Annotated[str, typer.Argument(metavar="NET", help="A network, a document, or the name of a bundled one.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write into.")] = Path("."),
    to: Annotated[str, typer.Option(help="Formats, with commas: tex, html, pdf, typ, md, ipynb.")] = "html",
    notation: Notation = None,
    lang: Annotated[str, typer.Option(help="The language: en or zh.")] = "en",
    only: Annotated[str | None, typer.Option(help="Derive a single quantity, such as W1.")] = None,
    fragment: Annotated[bool, typer.Option("--fragment", help="TeX to paste into a document.")] = False,
    pdf_by: Annotated[
        str | None, typer.Option(help="Who makes the PDF: tex or typst; else TeX if it is there.")
    ] = None,
    worked: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Values for inputs and parameters: every step with numbers.")
    ] = None,
    solutions: Annotated[str, typer.Option(help="hide: a sheet of exercises, with room to write.")] = "show",
) -> None:
    """Write lecture notes that derive every gradient step by step."""
    formats = _formats(to)
    with _progress("deriving") as step:
        from derive.files import write_all
        from derive.pipeline import document_notes, find_document, load

        more: dict[str, Any] = {"fragment": fragment, "pdf_by": pdf_by, "solutions": solutions}
        document = find_document(net)
        if document is None:
            network = load(net)
            name, derivation = network.name, network.derive()
            step("writing")
            files = derivation.notes(formats, _asked_for(notation), only, lang, worked, **more)
        else:
            if only is not None or worked is not None:
                option = "--only" if only is not None else "--worked"
                raise DeriveError(f"{option} is for a network, not for a document", repair="name the network itself")
            name = document.name
            files = document_notes(document, formats, _asked_for(notation), lang, **more)
        write_all({output / f"{name}.{kind}": content for kind, content in files.items()})
    for kind in files:
        print(output / f"{name}.{kind}")


@app.command()
def kernels(
    net: Net,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file; else standard output.")] = None,
    wrt: Annotated[str, typer.Option(help="Gradients by params, inputs or all.")] = "params",
) -> None:
    """Write a NumPy module that computes the loss and its gradients."""
    from derive.pipeline import load

    source = load(net).derive().kernel(wrt=wrt)
    if output is None:
        print(source, end="")
    else:
        from derive.files import write_whole

        write_whole(output, source.encode())


@app.command()
def show(
    net: Net,
    wrt: Annotated[str | None, typer.Option(help="A single quantity, such as W1.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="LaTeX strings as JSON.")] = False,
    notation: Notation = None,
) -> None:
    """Print the derived gradients and δ's as LaTeX."""
    from derive.pipeline import load

    derivation = load(net).derive()
    rows = derivation.summary(wrt, _asked_for(notation))
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for heading, entries in rows.items():
        print(heading)
        for row in entries:
            shape = " × ".join(row["shape"]) or "scalar"
            print(f"  {row['name']}  ({shape})")
            print(f"    {row['index']}")
            if row["matrix"]:
                print(f"    {row['matrix']}")


@app.command()
def verify(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Documents (.md, .tex, .txt, .ipynb), or NumPy code (.py).")
    ],
    network: Annotated[
        str | None, typer.Option("--network", metavar="NET", help="The network that it is for; code needs one.")
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What the words of a document say of its symbols, as YAML.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="What is right by another convention is wrong.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the claims as JSON.")] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Write a page that shows documents with a mark at every equation.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0, help="Processor time for finding out which mistake was made; verdicts need none.")
    ] = SECONDS,
) -> None:
    """Judge a derivation by hand, a document or NumPy code; say where it is wrong, and which mistake was made."""
    code = [f for f in files if f.suffix == ".py"]
    if code and len(files) > 1:
        raise DeriveError("code is judged one file at a time", repair="name the documents in another call")
    if html_file is not None and (code or html_file == json_file):
        wrong = f"{code[0]} is code" if code else f"--json and --html both name {html_file}"
        raise DeriveError(wrong, repair="--html takes a file of its own, and is for documents")
    files_made: dict[Path, bytes] = {}
    unread: list[DeriveError] = []
    if code:
        text, data, exit_code = _judge_code(code[0], network, seconds)
    else:
        reports, unread = _judge_documents(files, network, profile, strict)
        text, data, exit_code = _told(reports, len(files))
        if html_file is not None:
            from derive.documents import verdict_page

            files_made[html_file] = verdict_page(reports)
    if json_file is not None:
        files_made[json_file] = data.encode("utf-8", "replace")
    print(text)
    if files_made:
        from derive.files import write_all

        write_all(files_made)
    for error in unread:
        print(error.render(), file=sys.stderr)
    raise typer.Exit(2 if unread else exit_code)


def _judge_code(hand: Path, network: str | None, seconds: float) -> tuple[str, str, int]:
    from derive.pipeline import load

    if network is None:
        raise DeriveError(f"which network {hand} is for is not said", repair="name it with --network")
    derivation = load(network).derive()
    if not hand.is_file():
        raise DeriveError(f"there is no file {hand}", repair="name a Python file with value_and_grad or gradients")
    print(f"running {hand} in a process of its own, with limits on time and memory", file=sys.stderr)
    with _progress("comparing") as step:
        report = derivation.verify(hand, seconds=seconds, tell=step)
    return report.render_text(), report.to_json(), report.exit_code


def _judge_documents(
    files: list[Path], network: str | None, profile: Path | None, strict: bool
) -> tuple[list[DocumentReport], list[DeriveError]]:
    from derive.documents import verify_documents

    with _progress("reading") as step:
        return verify_documents(files, network, profile, strict, step)


def _told(reports: list[DocumentReport], asked: int) -> tuple[str, str, int]:
    """As text and as JSON, with the worst exit code: wrong before undecided; `asked` is how many were to be judged."""
    from derive.verify.document.claims import as_json

    codes = {r.exit_code for r in reports}
    return (
        "\n".join(r.render_text(_width()) for r in reports),
        as_json(reports, asked > 1),
        1 if 1 in codes else max(codes),
    )


@app.command()
def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write into.")] = Path("build/demo"),
) -> None:
    """Notes, a kernel and a verdict for a bundled network."""
    from derive.demo import run_demo

    with _progress("deriving three-layer") as step:
        lines = run_demo(output, step)
    for line in lines:
        print(line)


@app.command(hidden=True)
def generate(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write into.")] = Path("generated"),
) -> None:
    """Write what the bundled examples produce."""
    from derive.demo import generate_examples

    with _progress("generating") as step:
        generate_examples(output, step)


def _asked_for(notation: str | None) -> object:
    """The notation of the option, read before anything is derived."""
    if notation is None:
        return None
    from derive.network.notation import asked_for

    return asked_for(notation)


def _formats(text: str) -> tuple[str, ...]:
    known = ("tex", "html", "pdf", "typ", "md", "ipynb")
    formats = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    wrong = [f for f in formats if f not in known]
    if wrong or not formats:
        raise DeriveError(f"{', '.join(wrong) or 'nothing'} is no format", repair=f"--to takes {', '.join(known)}")
    return formats


def _width() -> int | None:
    """The columns of the terminal; None for a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


class _progress:
    """A progress line on a terminal, silent elsewhere; `step(text)` says what is being done."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __enter__(self) -> _Step:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        self.bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.bar.start()
        task = self.bar.add_task(self.text)
        return lambda text: self.bar.update(task, description=text)

    def __exit__(self, *exception: object) -> None:
        self.bar.stop()

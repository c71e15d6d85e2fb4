"""Reports on documents of a line or two, with the verdicts that a test wants, and a reader of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from derive.latex.reading.document import Document, Kind
from derive.latex.reading.extract import document_of
from derive.latex.reading.formula import read_formula
from derive.verify.claims import Status
from derive.verify.document.claims import DocumentClaim, DocumentReport

MATHML = (
    "math mrow mi mo mn mtext mspace msub msup msubsup munder mover munderover mfrac msqrt mroot mstyle mpadded "
    "mphantom menclose mtable mtr mtd"
)
FRAME = (
    "html head meta title style body nav article header main section p details summary dl dt dd ul ol li a h1 h2 h3 h4 "
    "h5 h6 div span table caption thead tbody tr th td code pre hr aside strong em"
)
EMPTY = ("meta", "hr")


def report_on(text: str, statuses: Sequence[Status] = (), kind: Kind = "markdown", **more: object) -> DocumentReport:
    """The report on a text in which the links have these statuses in turn, and then are proved."""
    document = document_of(text, "lecture.md", kind)
    given = iter(statuses)
    claims = [
        claim_at(document, start, head, link, next(given, Status.PROVED), more) for start, head, link in links(document)
    ]
    return DocumentReport(document.name, tuple(claims), (), False, document)


def links(document: Document) -> Iterator[tuple[int, str, str]]:
    """The links of all chains: where they begin, the first member, and the link."""
    for fragment in document.fragments:
        for chain in read_formula(fragment.source).chains:
            head = fragment.source[chain.spans[0].start : chain.spans[0].end]
            for span in chain.spans[1:]:
                yield fragment.start + span.start, head, fragment.source[span.start : span.end].strip()


def claim_at(
    document: Document, start: int, head: str, link: str, status: Status, more: dict[str, object]
) -> DocumentClaim:
    wrong = more if status is Status.WRONG else {}
    return DocumentClaim(document.place(start), start, link, f"{head} {link}", status, "so it is", **wrong)  # type: ignore[arg-type]


class Page(HTMLParser):
    """The page as it is read: tags, identities, links, and marks with the text of the formula before each."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.identities: list[str] = []
        self.targets: list[str] = []
        self.marks: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.before = ""
        self.mark = ""
        self.feed(page.decode("utf-8"))
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes |= set(given)
        self.identities += [str(given["id"])] if "id" in given else []
        self.targets += [str(given["href"])] if "href" in given else []
        if tag == "math":
            self.before = ""
        if (given.get("class") or "").startswith("mark "):
            self.mark = str(given["class"]).split()[1]
            self.marks.append((self.mark, self.before.strip()))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open[-1] == tag, (self.open[-4:], tag)
        self.open.pop()
        if tag == "a":
            self.mark = ""

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)
        if "math" in self.open and not self.mark:
            self.before += data

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    def check(self) -> None:
        """Nothing on the page but what the templates and MathML have, and no link leads astray."""
        assert self.tags <= set(f"{FRAME} {MATHML}".split()), self.tags
        assert not {a for a in self.attributes if a.startswith("on") or a in ("style", "src")}
        assert len(self.identities) == len(set(self.identities))
        assert {t for t in self.targets if t[:1] != "#" or t[1:] not in self.identities} == set()

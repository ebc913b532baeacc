"""A stand-in for the answerer and its knowledge base: fixed documents, fixed responses by keyword.

Lets the browser tests show every kind of outcome without an embedder. Run as a program it serves
the page on the port given, to look at it by hand.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from chatbot.facts import Facts
from chatbot.types import (
    Abstention,
    Answer,
    Audience,
    BoxedWarning,
    Citation,
    Claim,
    Emergency,
    Notice,
    Response,
    TriageVerdict,
    Turn,
)
from knowledge_base.types import Box, DocumentInfo, DrugMention, Line, Passage, ScoredPassage, Section, Table

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"

# ruff: noqa: E501
IBUPROFEN_TEXT = """Ibuprofen tablets

Adverse reactions

In controlled studies the following reactions were reported. The most frequent type of adverse reaction is gastrointestinal.
Nausea, heartburn and stomach pain occur in 3 to 9 of 100 patients.
Dizziness, headache and rash occur in 1 to 9 of 100 patients.
Reaction | Patients (%)
Nausea | 3 to 9
Dizziness | 3 to 9
Ringing in the ears | less than 3
Many of these reactions become milder when the dose is lowered. Take the tablets with food or milk if the stomach is upset.
Serious bleeding of the stomach can occur at any time, with or without warning symptoms.

Storage

Store at room temperature."""
METHOTREXATE_TEXT = """Methotrexate tablets

Boxed warning

WARNING: SEVERE TOXIC REACTIONS, INCLUDING EMBRYO-FETAL TOXICITY
Methotrexate can cause serious and fatal reactions. Monitor closely for harm to the bone marrow, gut, liver, lungs, skin and kidneys.
Methotrexate can cause embryo-fetal toxicity, including fetal death. Do not use it in pregnancy for conditions that are not cancer.
Take the dose for arthritis or psoriasis once a week. Daily use by mistake has led to fatal toxicity.
Withhold or stop the medicine when a severe reaction appears, and treat the reaction at once.
Blood counts, liver and kidney tests are needed before treatment and during it.

Adverse reactions

Mouth sores, nausea and low white cell counts are the most common reactions."""
GUIDE_TEXT = """Injection safety, a digest

Use a new sterile needle and syringe for each injection.
Do not enter a vial with a used needle, even for the same patient.
Single-dose vials are for one patient only."""


CALLS = ("911", "1-800-222-1222", "988")


def _document(name: str, title: str, **more: object) -> DocumentInfo:
    return DocumentInfo(
        **{
            "id": f"spl:{name}@3",
            "source_path": f"labels/{name}.xml",
            "format": "spl",
            "kind": "label",
            "title": title,
            "sha256": "0" * 64,
            "set_id": "5b3c1d52-0000-4000-8000-7d2f6e1f9a01",
            "version": "3",
            "effective_date": "2026-04-18",
            "manufacturer": "Example Pharmaceuticals, Inc.",
            "ingredients": (name,),
            **more,
        }
    )


IBUPROFEN = _document("ibuprofen", "Ibuprofen Tablets, USP 400 mg")
METHOTREXATE = _document("methotrexate", "Methotrexate Tablets")
GUIDE = _document("guide", "Injection safety in outpatient settings", id="pdf:guide", format="pdf", kind="guideline",
                  source_path="guides/injection.pdf", set_id=None, version=None, manufacturer=None, ingredients=())  # fmt: skip
TEXTS = {IBUPROFEN.id: IBUPROFEN_TEXT, METHOTREXATE.id: METHOTREXATE_TEXT, GUIDE.id: GUIDE_TEXT}


def passage_of(document: DocumentInfo, first: str, last: str, path: tuple[str, ...], **more: object) -> Passage:
    """The stretch of a fake document from the words `first` to the words `last`."""
    text = TEXTS[document.id]
    start = text.index(first)
    end = text.index(last, start) + len(last)
    fields = {"kind": document.kind, "section_code": "34084-4", "page": None, **more}
    return Passage(id=f"{document.id}#-:{start}-{end}", number=1, document=document, section_title=path[-1],
                   section_path=path, start=start, end=end, text=text[start:end], **fields)  # fmt: skip


def citation_of(n: int, passage: Passage, quote: str, boxes: tuple[Box, ...] = ()) -> Citation:
    """A citation of the words `quote` in a passage."""
    start = passage.start + passage.text.index(quote)
    return Citation(
        n=n, passage=passage, quote=quote, quote_start=start, quote_end=start + len(quote), quote_boxes=boxes
    )


@dataclass(frozen=True)
class FakeProgress:
    kind: str
    text: str


class FakeStore:
    """The stored texts."""

    def source_text(self, document_id: str) -> str:
        return TEXTS[document_id]

    def sections(self, document_id: str) -> tuple[Section, ...]:
        text = TEXTS[document_id]
        start = text.find("Adverse reactions\n\n")
        end = text.find("\n\nStorage") if "\n\nStorage" in text else len(text)
        whole = Section(code=None, title="Whole", path=("Whole",), start=0, end=len(text))
        part = Section(code="34084-4", title="Adverse reactions", path=("6",), start=start + 19, end=end)
        return (whole, part) if start >= 0 else (whole,)

    def tables(self, document_id: str, start: int, end: int) -> tuple[Table, ...]:
        """None."""
        return ()

    def changes(self, document_id: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """None."""
        return ()

    def lines(self, document_id: str, start: int, end: int) -> tuple[Line, ...]:
        if document_id != GUIDE.id:
            return ()
        # Two printed lines of the guide, the first on page 3 and the second on the page after it.
        cut = GUIDE_TEXT.index(", even")
        lines = (
            Line(start=0, end=cut, page=3, box=Box(68, 130, 410, 148)),
            Line(start=cut, end=len(GUIDE_TEXT), page=4, box=Box(68, 72, 410, 90)),
        )
        return tuple(line for line in lines if line.start < end and line.end > start)


def draw_page(path: Path, page: int, boxes: Sequence[Box], zoom: float) -> bytes:
    """A page with a box on it, drawn from nothing."""
    import pymupdf

    with pymupdf.open() as document:
        sheet = document.new_page()
        sheet.insert_text((72, 80), "Injection safety in outpatient settings", fontsize=18)
        for place, line in enumerate(GUIDE_TEXT.splitlines()[2:] * 6):
            sheet.insert_text((72, 120 + 22 * place), line, fontsize=11)
        for box in boxes:
            sheet.draw_rect(pymupdf.Rect(*box), color=(0.8, 0.5, 0), fill=(1, 0.85, 0.3), fill_opacity=0.3, width=1.5)
        return bytes(sheet.get_pixmap(dpi=round(72 * zoom)).tobytes("png"))


class FakeAnswerer:
    """Answers by keyword, after `seconds` of pretended work."""

    def __init__(self, seconds: float = 0.05) -> None:
        self.seconds = seconds
        self.knowledge_base = SimpleNamespace(store=FakeStore(), manifest=SimpleNamespace(n_documents=1248))
        self.asked: list[tuple[str, tuple[Turn, ...], Audience]] = []
        self.cancelled = threading.Event()

    async def answer(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        audience: Audience = "patient",
        facts: Facts | None = None,
        on_progress: Callable[[FakeProgress], None] | None = None,
        session: str = "",
    ) -> Response:
        self.asked.append((question, tuple(history), audience))
        try:
            for stage in ("triage", "rewrite", "retrieve", "answer", "verify", "compose"):
                if on_progress is not None:
                    on_progress(FakeProgress("stage", stage))
                await asyncio.sleep(30 if "slowly" in question else self.seconds / 6)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        if "broken" in question:
            raise RuntimeError("a bug with the person's words in it")
        made = next((make for word, make in _OUTCOMES.items() if word in question.lower()), ibuprofen)()
        timings = {"retrieve": 0.021, "answer": 0.058}
        return dataclasses.replace(made, question=question, index_version="fake-1", timings_seconds=timings)


def ibuprofen() -> Response:
    path = ("6 Adverse reactions", "6.1 Clinical trials experience")
    passage = passage_of(IBUPROFEN, "In controlled", "without warning symptoms.", path)
    quotes = (
        "The most frequent type of adverse reaction is gastrointestinal.",
        "Nausea, heartburn and stomach pain occur in 3 to 9 of 100 patients.",
        "Dizziness, headache and rash occur in 1 to 9 of 100 patients.",
        "Dizziness | 3 to 9",
        "Serious bleeding of the stomach can occur at any time, with or without warning symptoms.",
    )
    text = "\n".join([f"{quotes[0]} [1]\n", *(f"- {quote} [{n}]" for n, quote in enumerate(quotes[1:], 2))])
    return Answer(
        id="a1",
        question="",
        text=text,
        claims=tuple(Claim(text=quote, citations=(n,), support="quoted") for n, quote in enumerate(quotes, 1)),
        citations=tuple(citation_of(n, passage, quote) for n, quote in enumerate(quotes, 1)),
        passages=(ScoredPassage(passage=passage, score=1.0, rank=1),),
        notices=(Notice(kind="misspelling", text="“ibuprofin” was read as ibuprofen."),),
    )


def methotrexate() -> Response:
    warning = passage_of(METHOTREXATE, "WARNING:", "during it.", ("Boxed warning",))
    common = passage_of(METHOTREXATE, "Mouth sores", "common reactions.", ("6 Adverse reactions",))
    return Answer(
        id="a2",
        question="",
        text="Take the dose for arthritis or psoriasis once a week. [1] Daily use by mistake has led to fatal toxicity. [2]\n\n"
        "Mouth sores, nausea and low white cell counts are the most common reactions. [3]",
        citations=(
            citation_of(1, warning, "Take the dose for arthritis or psoriasis once a week."),
            citation_of(2, warning, "Daily use by mistake has led to fatal toxicity."),
            citation_of(3, common, "Mouth sores, nausea and low white cell counts are the most common reactions."),
        ),
        boxed_warnings=(
            BoxedWarning(ingredient="methotrexate", quote=warning.text, passage=warning, quote_start=warning.start, quote_end=warning.end),
        ),
        notices=(Notice(kind="pregnancy", text="This medicine can harm an unborn baby. Ask before taking it if you are or could be pregnant."),),
    )  # fmt: skip


def injection() -> Response:
    quote = "Do not enter a vial with a used needle, even for the same patient."
    passage = passage_of(GUIDE, "Use a new", "one patient only.", ("Preparing injections",), page=3)
    return Answer(id="a3", question="", text=f"{quote} [1]",
                  citations=(citation_of(1, passage, quote),))  # fmt: skip


def hostile() -> Response:
    document = dataclasses.replace(IBUPROFEN, id="spl:hostile@1", title=f"Title {HOSTILE}", manufacturer=HOSTILE)
    text = f"Before. {HOSTILE} ${{document.title='owned'}} {{{{value}}}} After."
    TEXTS[document.id] = text
    passage = Passage(id="h", number=9, document=document, kind="label", section_code=None, section_title=HOSTILE,
                      section_path=(HOSTILE,), start=0, end=len(text), text=text)  # fmt: skip
    return Answer(id="a4", question="", text=f"{text} [1]", citations=(citation_of(1, passage, text[8:-7]),),
                  notices=(Notice(kind=HOSTILE, text=HOSTILE),))  # fmt: skip


def emergency() -> Response:
    fixed = (
        "Taking too many tablets can harm you before you feel ill.\n\n"
        "- Call 911 now if the person has collapsed, has a seizure, or cannot breathe or be woken.\n"
        "- Otherwise call Poison Control now: 1-800-222-1222, free, day and night.\n\nDo not wait for symptoms."
    )
    return Emergency(
        id="e1",
        question="",
        text=fixed,
        triage=TriageVerdict(
            level="emergency",
            category="overdose",
            text=fixed,
            calls=tuple(sorted((n for n in CALLS if n in fixed), key=fixed.index)),
        ),
    )


def crisis() -> Response:
    fixed = "You do not have to go through this alone.\n\nCall or text 988 to talk with someone now. If you are in danger, call 911."
    return Emergency(
        id="e2",
        question="",
        text=fixed,
        triage=TriageVerdict(
            level="crisis",
            category="self-harm",
            text=fixed,
            calls=tuple(sorted((n for n in CALLS if n in fixed), key=fixed.index)),
        ),
    )


def unknown() -> Response:
    near = passage_of(IBUPROFEN, "In controlled", "without warning symptoms.", ("6 Adverse reactions",))
    return Abstention(id="n1", question="", passages=(ScoredPassage(passage=near, score=0.2, rank=1),), text=(
        "None of the 1,248 documents names a medicine called “zorvexatrin”.\n\n"
        "Check the spelling on the package, or ask a pharmacist. Its label can be added to the knowledge base."
    ))  # fmt: skip


def lookalike() -> Response:
    drug = DrugMention(mention="hydralizine", start=11, end=22, match="ambiguous", ingredients=(),
                       candidates=("hydralazine", "hydroxyzine"))  # fmt: skip
    return Abstention(
        id="n2", question="", drugs=(drug,), text="“hydralizine” could be either of two different medicines."
    )


_OUTCOMES = {
    "methotrexate": methotrexate,
    "injection": injection,
    "hostile": hostile,
    "swallowed": emergency,
    "die": crisis,
    "zorvexatrin": unknown,
    "hydralizine": lookalike,
}

if __name__ == "__main__":
    from chatbot.app import build_app, build_server
    from chatbot.running import serve_until_stopped

    made = build_server(build_app(FakeAnswerer(0.3), page_picture=draw_page))
    serve_until_stopped(made, "127.0.0.1", int(sys.argv[1]), lambda: None)

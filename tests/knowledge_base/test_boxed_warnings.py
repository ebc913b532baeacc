from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base import boxed_warnings, loinc
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase

WARNING = "WARNING: LIFE-THREATENING REACTIONS. Serious toxic reactions, including death, have been reported."
CODES = {"Boxed warning": loinc.BOXED_WARNING}


@pytest.mark.parametrize(
    ("title", "text", "reads"),
    [
        ("BOXED WARNING", WARNING, True),
        ("WARNING: SUICIDAL THOUGHTS AND BEHAVIORS", "Antidepressants increased the risk of suicidal thoughts.", True),
        ("", "Ibuprofen raises the risk of heart attack and stroke, which can be fatal.", True),
        (
            "",
            "Dosage: take one tablet daily. Take two tablets for a serious infection. Do not exceed six tablets.",
            False,
        ),
        ("", "Package label. Principal display panel. Warning: keep this carton. Serious value.", False),
        (
            "TAMPER-EVIDENT FEATURE:",
            "DO NOT USE IF SAFETY SEAL AROUND BOTTLE CAP IS BROKEN OR MISSING. Serious.",
            False,
        ),
        ("Directions", "Adults: one tablet every 6 hours; more may cause serious harm to your liver.", False),
        ("Boxed warning", "Use with extreme caution in patients with impaired renal function.", True),
        ("Boxed warning", "WARNING", False),
        ("", "NDC 0000-1111-22 Rx only 30 tablets with a safety cap, for adults", False),
        (
            "WARNING: DIMINISHED EFFECT IN SOME PEOPLE",
            "It works only after the body has changed it.",
            True,
        ),
        ("", "It is to be given only by physicians who have been trained in its use and in what follows.", True),
        ("", "FACT SHEET FOR PROVIDERS of a product for people at risk of severe illness and death", False),
        ("", "Emergency Use Authorization of a product for people at risk of severe illness and death", False),
    ],
)
def test_only_what_reads_like_one_is_one(title: str, text: str, reads: bool) -> None:
    assert boxed_warnings.reads_like_boxed_warning(title, text) is reads


@pytest.mark.parametrize(
    ("title", "text", "reason"),
    [
        ("Boxed warning", " ", "no text"),
        ("Boxed warning", "Fatal.", "fewer than"),
        ("Directions", "One tablet a day, or it may be fatal to small children.", "a dose"),
        ("", "A round white tablet that comes in a bottle of thirty.", "names no harm"),
    ],
)
def test_a_refusal_says_why(title: str, text: str, reason: str) -> None:
    assert reason in (boxed_warnings.refusal(title, text) or "")


def test_finds_the_newest_real_one(tmp_path: Path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        real = make_document("md:real@1", {"Boxed warning": WARNING, "Uses": "Pain."}, codes=CODES)
        fake = make_document(
            "md:fake@1", {"Boxed warning": "Take one tablet every day with a full glass."}, codes=CODES
        )
        none = make_document("md:none@1", {"Uses": "Allergy."}, ingredients=("cetirizine",))
        builder.add_file("a.md", "1", [real, fake, none])
        builder.publish()
    kb = KnowledgeBase.open(tmp_path, word_embedder)
    infos = {info.id: info for info in kb.store.documents()}
    documents = {"ibuprofen": [infos["md:fake@1"], infos["md:real@1"]], "cetirizine": [infos["md:none@1"]]}
    ((ingredient, passage, start, end),) = boxed_warnings.find(kb.store, documents)
    assert ingredient == "ibuprofen"
    assert kb.store.source_text("md:real@1")[start:end] == WARNING == passage.text


def test_a_warning_of_several_passages_is_whole(tmp_path: Path, word_embedder, make_document) -> None:
    sections = {"Boxed warning": WARNING, "Liver": "Fatal liver failure.", "Uses": "Pain. " * 50, "Kit": "A box."}
    codes = dict.fromkeys(("Boxed warning", "Liver", "Kit"), loinc.BOXED_WARNING)
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("a.md", "1", [make_document("md:a@1", sections, codes=codes)])
        builder.publish()
    kb = KnowledgeBase.open(tmp_path, word_embedder)
    ((_, passage, start, end),) = boxed_warnings.find(kb.store, {"ibuprofen": kb.store.documents()})
    assert passage.text == WARNING
    assert kb.store.source_text("md:a@1")[start:end] == f"{WARNING}\n\nLiver\nFatal liver failure."

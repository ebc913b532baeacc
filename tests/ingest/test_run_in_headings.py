"""Headings inside flattened text: taken off where the words are clear, left alone where they are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.run_in_headings import capitals_end, heading_end, split_numbered, split_questions


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Lactic Acidosis", "There have been postmarketing cases of lactic acidosis."),
        ("Hepatotoxicity", "Hepatotoxicity, predominantly as an increase, has been seen."),
        ("Recommended Dosage for Adult Patients", "The recommended dosage is 600 mg daily."),
        ("Drugs that Prolong QT Interval", "Co-administration of it should be avoided."),
        ("Dosage Modification", "Withhold CAMPATH during serious infection."),
        ("Active Hepatic Disease", "Treatment with KEVZARA is not recommended."),
        ("Preparation for Intravenous Administration", "Argatroban Injection 250 mg must be diluted."),
        ("Use with Anakinra", "Concurrent use of anakinra is not recommended."),
        ("Risk of Bleeding", "• Stop the drug."),
        ("Drug Interactions", "Table 4 displays interactions."),
        ("Preparation for Intramuscular Administration", "Constitute Cefepime for Injection with a diluent."),
        ("Limitations of Use", "Use NULOJIX only in patients who are seropositive."),
        ("Lung Disease (ILD)", "ILD or ILD-like reactions have been seen."),
    ],
)
def test_a_heading_in_title_case_ends_where_the_sentence_begins(heading, text):
    whole = f"{heading} {text}"

    end = heading_end(whole)

    assert (whole[:end].strip(), whole[end:].strip()) == (heading, text)


@pytest.mark.parametrize(
    "text",
    [
        "Serious skin reactions have been reported.",
        "increased risk of bleeding",
        "Renal Cell Carcinoma INLYTA as a single agent",
        "Use of PRISTIQ with other MAOIs such as Linezolid Do not start PRISTIQ.",
        "Potential for QT prolongation with Daily Doses exceeding 27 mg The effect was seen.",
    ],
)
def test_a_doubtful_heading_stays_in_the_text(text):
    assert heading_end(text) == 0


def test_numbers_must_rise_and_stand_where_a_heading_can():
    text = (
        "Bleeding has occurred. (5.1) Doses of 5.9 Mg or more. 5.1 Bleeding Warfarin can cause bleeding "
        "[see Adverse Reactions (6.1) and 5.2 Overdose]. 5.2 Tissue Necrosis Necrosis has been reported. "
        "5.4 Infection Cases of infection occurred, see 5.5 Other. 5.1 Bleeding Again this."
    )

    pieces = split_numbered(text, "5")

    assert [piece.title for piece in pieces] == [None, "5.1 Bleeding", "5.2 Tissue Necrosis", "5.4 Infection"]
    assert pieces[1].text.endswith("and 5.2 Overdose].")
    assert pieces[3].text.endswith("5.1 Bleeding Again this.")


def test_a_boxed_warning_begins_after_its_capitals():
    for heading, text in (
        ("WARNING: LACTIC ACIDOSIS", "Postmarketing cases have resulted in death."),
        ("WARNING: SERIOUS LIVER INJURY", "JYNARQUE can cause serious injury."),
        ("WARNING: RISK OF THYROID C-CELL TUMORS", "In rodents, it causes tumors."),
    ):
        whole = f"{heading} {text}"
        assert whole[capitals_end(whole) :].strip() == text
    assert capitals_end("Suicidality and Antidepressant Drugs Antidepressants increased") == 0


def test_a_medication_guide_parts_at_its_questions():
    text = (
        "Read this. What is X? X is a medicine. Who should not take X? Do not take X if you are allergic. "
        "What should you do? Call."
    )

    assert [piece.heading for piece in split_questions(text)] == [
        None,
        "What is X?",
        "Who should not take X?",
        "What should you do?",
    ]
    assert [piece.heading for piece in split_questions("What is X? X is one.")] == [None]


@given(st.text(st.sampled_from("ab AB.,5() •1"), max_size=120))
def test_cutting_keeps_every_word(text):
    text = " ".join(text.split())

    for pieces in (split_numbered(text, "5"), split_questions(text)):
        words = " ".join(part for piece in pieces for part in (piece.number, piece.heading, piece.text) if part)
        assert words.split() == text.split() or "." in text
    assert 0 <= heading_end(text) <= len(text)
    assert 0 <= capitals_end(text) <= len(text)

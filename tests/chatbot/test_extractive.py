"""Which sentences are picked, in which order, and how they are shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.candidates import collect_candidates, unranked, without_summaries
from chatbot.compose import compose_quotes, number_quotes, show_quote
from chatbot.evidence import EvidenceRules, focus
from chatbot.extractive import Need, Quote, QuoteGroup, pick_quotes
from knowledge_base.types import DocumentInfo, Passage

RULES = EvidenceRules()
INFO = DocumentInfo(
    id="spl:a@1",
    source_path="a.xml",
    format="spl",
    kind="label",
    title="Metformin",
    sha256="0" * 64,
    ingredients=("metformin",),
)


def passage(text: str, code: str | None, title: str, start: int = 0) -> Passage:
    return Passage(
        id=f"spl:a@1#{code or '-'}:{start}-{start + len(text)}",
        number=start,
        document=INFO,
        kind="label",
        section_code=code,
        section_title=title,
        section_path=(title,),
        start=start,
        end=start + len(text),
        text=text,
    )


def pick(question: str, aspects: list[str], *passages: Passage) -> list[str]:
    rules = RULES.aspects(aspects)
    need = Need(
        question=question,
        aspects=rules,
        words=RULES.words(question, (), rules),
        audience="patient",
        ingredient="metformin",
    )
    return [quote.text for quote in pick_quotes(need, collect_candidates(unranked(passages)))]


def test_the_right_section_wins_over_the_same_words_elsewhere() -> None:
    right = passage("Store the tablets at 20 to 25 C in a dry place.", "44425-7", "Storage")
    wrong = passage("Samples were stored at 20 C in the laboratory.", "34090-1", "Clinical pharmacology", 500)
    assert pick("how do I store it", ["storage"], wrong, right) == [right.text]


def test_a_strict_aspect_takes_no_neighbours() -> None:
    text = "Cimetidine raises the level of metformin. Alcohol can potentiate the effect of metformin on lactate."
    assert pick("can I drink alcohol", ["alcohol"], passage(text, "34073-7", "Drug interactions")) == [
        "Alcohol can potentiate the effect of metformin on lactate."
    ]


def test_words_of_patients_find_the_words_of_labels() -> None:
    text = "The most common reactions are headache and rash. Somnolence was reported in 5% of patients taking it."
    quotes = pick("does it make me sleepy", ["side_effects"], passage(text, "34084-4", "Adverse reactions"))
    assert quotes == ["Somnolence was reported in 5% of patients taking it."]


def test_a_sentence_that_leans_on_another_does_not_come_first() -> None:
    text = (
        "Other common side effects are nausea, rash and cough. The most common side effects are headache and fatigue."
    )
    quotes = pick("side effects", ["side_effects"], passage(text, "34084-4", "Adverse reactions"))
    assert quotes[0].startswith("The most common")


def test_the_same_sentence_of_two_labels_is_quoted_once() -> None:
    text = "Take the tablets with meals every morning to avoid stomach upset."
    passages = [passage(text, "34068-7", "Dosage"), passage(text, "34068-7", "Dosage", 400)]
    assert pick("how to take it", ["how_to_take"], *passages) == [text]


def test_the_reporting_line_answers_nothing() -> None:
    text = "To report SUSPECTED ADVERSE REACTIONS, contact the maker. Call for medical advice about side effects."
    assert pick("side effects", ["side_effects"], passage(text, "34084-4", "Adverse reactions")) == []


def test_lines_of_drug_facts_carry_their_heading() -> None:
    text = "marked drowsiness may occur\nbe careful when driving a motor vehicle"
    facts = passage(text, "50567-7", "When using this product")
    need = Need(question="driving", aspects=RULES.aspects(["driving"]), words=(), audience="patient")
    (quote,) = pick_quotes(need, collect_candidates(unranked([facts])))
    assert quote.text == text
    ((citation,),) = number_quotes([quote])
    assert show_quote(citation) == (
        "When using this product: "
        "\u201cmarked drowsiness may occur \u2022 be careful when driving a motor vehicle\u201d [1]"
    )


def test_a_list_cut_between_passages_is_quoted_with_its_lead_in() -> None:
    first = passage("Avoid it together with the following:\n\u2022 Oral antibiotics", "34073-7", "7.1 Drugs")
    second = passage("\u2022 Aspirin and other NSAIDs\n\u2022 Probenecid", "34073-7", "7.1 Drugs", first.end + 1)
    items = [one for one in collect_candidates(unranked([second, first])) if one.form == "item"]
    assert [one.text for one in items] == ["Aspirin and other NSAIDs", "\u2022 Probenecid"]
    assert items[0].lead is not None and items[0].lead.text == "Avoid it together with the following:"
    quote = Quote(
        passage=second, start=items[0].start, end=items[0].end, text=items[0].text, score=1, lead=items[0].lead
    )
    draft = compose_quotes([QuoteGroup(ingredient="metformin", aspect=None, quotes=(quote,))], "patient")
    assert [citation.quote for citation in draft.citations] == [
        "Avoid it together with the following:",
        "Aspirin and other NSAIDs",
    ]
    assert draft.claims[0].citations == (1, 2)
    assert (
        "\u201cAvoid it together with the following:\u201d [1] \u201cAspirin and other NSAIDs\u201d [2]" in draft.text
    )


def test_a_section_that_says_none_answers() -> None:
    none = passage("None. None. ( 4 )", "34070-3", "4 Contraindications")
    assert pick("who should not take it", ["contraindication"], none)[0].startswith("None.")
    quote = Quote(passage=none, start=0, end=5, text="None.", score=1.0)
    ((citation,),) = number_quotes([quote])
    assert show_quote(citation) == "4 Contraindications: \u201cNone.\u201d [1]"


def test_a_contraindication_that_says_so_itself_needs_no_heading() -> None:
    text = "The tablets are contraindicated in patients with an allergy to them."
    quote = Quote(passage=passage(text, "34070-3", "4 C"), start=0, end=len(text), text=text, score=1.0)
    ((citation,),) = number_quotes([quote])
    assert show_quote(citation).startswith("\u201cThe tablets")


@pytest.mark.parametrize(
    ("aspect", "code", "text"),
    [
        ("driving", "42231-1", "Distributed by: Some Maker, 155 Commerce Drive, Hauppauge, New York."),
        ("driving", "42231-1", "Patients should be alert for changes in mood while taking the tablets."),
        ("elderly", "34068-7", "Give 10 mg/kg to patients 6 years and older as an infusion over an hour."),
        ("elderly", "43685-7", "Patients at risk should be managed by the treatment guidelines."),
        ("monitoring", "34068-7", "The usual dose is two tablets; one in the morning and one in the evening."),
    ],
)
def test_words_that_only_look_like_the_aspect(aspect: str, code: str, text: str) -> None:
    assert pick("x", [aspect], passage(text, code, "Some section")) == []


def test_only_its_own_section_is_a_section_on_children() -> None:
    (children,) = RULES.aspects(["children"])
    assert children.has_section("34081-0", "8.4 Pediatric use")
    assert children.has_section(None, "Pediatric use")
    assert not children.has_section("34068-7", "2 Dosage and administration")
    (pregnancy,) = RULES.aspects(["pregnancy"])
    assert pregnancy.has_section("42228-7", "8.1")


def quotable(*passages: Passage, before: Passage | None = None) -> list[str]:
    return [one.text for one in collect_candidates(unranked(passages), lambda _: before)]


def test_a_sentence_that_points_back_comes_with_the_one_before_it() -> None:
    text = "Cimetidine raises the level of it. This may call for a lower dose. Avoid alcohol while taking it."
    assert quotable(passage(text, "34073-7", "Interactions")) == [
        "Cimetidine raises the level of it.",
        "Cimetidine raises the level of it. This may call for a lower dose.",
        "Avoid alcohol while taking it.",
    ]


def test_a_neighbour_is_fetched_only_for_a_sentence_that_needs_it() -> None:
    fetched: list[int] = []
    first = passage("Some reactions were fatal.", "34073-7", "Interactions")
    second = passage("These reactions came early. Rash is rare here.", "34073-7", "Interactions", first.end + 1)

    def neighbour(one: Passage) -> Passage:
        fetched.append(one.start)
        return first

    pointing, plain = collect_candidates(unranked([second]), neighbour)
    assert pointing.lead is not None and pointing.lead.text == "Some reactions were fatal."
    assert plain.lead is None
    assert fetched == [second.start]
    collect_candidates(unranked([first]), neighbour)
    assert fetched == [second.start]


def test_a_sentence_that_points_nowhere_is_passed_over() -> None:
    assert quotable(passage("However, it was stopped in two patients.", "34073-7", "Interactions")) == []
    assert quotable(passage("They should be monitored closely.", "34073-7", "Interactions")) == []
    at_the_head = "It is given once a day in the morning."
    assert quotable(passage(at_the_head, "34068-7", "Dosage")) == [at_the_head]


@pytest.mark.parametrize(
    "text",
    [
        "It is not known whether it passes into milk.",
        "This medicine may cause drowsiness in some people.",
        "These tablets should be swallowed whole with water.",
    ],
)
def test_some_openings_point_at_nothing(text: str) -> None:
    assert quotable(passage(f"Rash is rare with it. {text}", "34084-4", "x"))[1] == text


def test_the_highlights_are_left_out_where_the_section_is_there_in_full() -> None:
    body = passage("Not below a GFR of 30.", "34068-7", "2.5 Kidney")
    summary = passage("Not above a GFR of 30.", "34068-7", "Highlights: Dosage", start=100)
    alone = passage("Nausea.", "34084-4", "Highlights: Adverse reactions", start=200)
    assert [one.text for one, _, _ in without_summaries(unranked([summary, body, alone]))] == [body.text, alone.text]


@pytest.mark.parametrize(
    ("question", "aspects", "expected"),
    [
        ("side effects and dose of it", ("dose", "side_effects", "interaction"), (("dose",), ("side_effects",))),
        ("dose in kidney disease", ("dose", "kidney"), (("kidney", "dose"),)),
        ("dose for my 6 year old", ("dose",), (("children", "dose"),)),
        ("I am 75, is it ok", ("warnings",), (("elderly", "warnings"),)),
        ("when nursing a baby", ("breastfeeding",), (("breastfeeding",),)),
        ("a with b", ("interaction", "side_effects"), (("interaction", "side_effects"),)),
        ("how much in a day", ("max_dose", "dose"), (("max_dose",),)),
        ("my toddler swallowed the bottle", ("overdose",), (("overdose",),)),
        ("tell me", (), ((),)),
    ],
)
def test_what_a_question_is_after(
    question: str, aspects: tuple[str, ...], expected: tuple[tuple[str, ...], ...]
) -> None:
    assert focus(question, aspects) == expected


def test_every_aspect_of_retrieval_has_rules() -> None:
    from knowledge_base.aspects import aspect_table

    spoken = aspect_table().spoken(aspect_table().names)
    assert {rules.name for rules in RULES.aspects(spoken)} == set(spoken)


@given(
    st.lists(
        st.sampled_from(
            [
                "Take 500 mg twice a day with meals.",
                "The maximum dose is 2,550 mg per day.",
                "Adverse reactions:\n\u2022 nausea\n\u2022 rash and cough",
                "\u2022 a stray line",
                "Dose | Adults",
                "[see Warnings (5.1)]",
            ]
        ),
        max_size=8,
    ),
    st.sampled_from(["34068-7", "34084-4", "50567-7", None]),
)
def test_every_quote_is_its_source_to_the_character(lines: list[str], code: str | None) -> None:
    text = "\n".join(lines)
    source = "x" * 7 + text
    rules = RULES.aspects(["dose", "side_effects"])
    need = Need(question="dose", aspects=rules, words=(), audience="clinician")
    quotes = pick_quotes(need, collect_candidates(unranked([passage(text, code, "Dosage", 7)])))
    for bullet in number_quotes(quotes):
        for citation in bullet:
            assert source[citation.quote_start : citation.quote_end] == citation.quote
            assert citation.quote.strip() == citation.quote


def test_a_bracketed_number_of_the_source_is_no_citation() -> None:
    one = passage("Metformin lowers mortality [2].", "34084-4", "Adverse reactions")
    quote = Quote(passage=one, start=0, end=len(one.text), text=one.text, score=1.0)
    ((citation,),) = number_quotes([quote])
    assert citation.quote == one.text
    assert re.findall(r"\[(\d+)\]", show_quote(citation)) == ["1"]


def test_treating_is_not_eating() -> None:
    told = passage("Carefully weigh the risks when treating pregnant women with it.", "34068-7", "Dosage")
    assert pick("can i take it with food", ["food"], told) == []


def test_alcoholic_beverages_are_alcohol_even_under_contraindications() -> None:
    told = passage("Do not drink alcoholic beverages during therapy and for three days after it.", "34070-3", "Contra")
    assert pick("can i drink wine with it", ["alcohol"], told) == [told.text]


def test_alcohol_counts_in_a_section_where_nobody_looks_for_it() -> None:
    told = passage("Advise patients to avoid alcohol while they take it.", "88436-1", "Counselling")
    assert pick("is a beer all right", ["alcohol"], told) == [told.text]


def test_a_substance_that_is_no_medicine_here_narrows_an_interaction() -> None:
    about = passage(
        "Calcium carbonate may bind it and reduce its effect; give it 4 hours apart.", "34073-7", "Interact"
    )
    other = passage(
        "Monitor patients who receive orlistat, which may increase the risk of failure.", "34073-7", "I", 200
    )
    level = passage("Bone loss may increase the urinary excretion of calcium.", "43685-7", "Warnings", 400)
    assert pick("does it interact with calcium", ["interaction"], other, level, about) == [about.text]


def test_the_heading_of_a_drug_facts_box_is_no_answer() -> None:
    facts = passage("Active ingredient (in each tablet)\nMetformin 500 mg", "51727-6", "Active ingredient")
    assert pick("what is in it", ["ingredients"], facts) == ["Metformin 500 mg"]


def test_a_word_for_the_time_of_day_is_found_in_the_labels_words() -> None:
    evening = passage("Take it by mouth once daily in the evening.", "34068-7", "Dosage and administration")
    other = passage("Take it by mouth with a glass of water.", "34068-7", "Dosage and administration", 100)
    assert pick("should i take it at night", ["how_to_take"], other, evening) == [evening.text]


def test_old_and_with_kidney_disease_are_two_answers_the_spoken_one_first() -> None:
    assert focus("my mother is 82 with kidney problems, how much can she take", ("dose", "kidney")) == (
        ("kidney", "dose"),
        ("elderly", "dose"),
    )


def test_uses_and_mechanism_are_both_answered() -> None:
    assert focus("what is it for and how does it work", ("mechanism", "uses")) == (("mechanism",), ("uses",))


def test_a_table_without_heads_in_its_cells_is_quoted_whole() -> None:
    table = "Creatinine clearance (mL/min) | Dose (mg)\n60 or more | 900 three times a day\n30 to 59 | 400 twice a day"
    told = passage(f"Adjust the dose in renal impairment:\n{table}", "34068-7", "Dosage in renal impairment")
    quotes = pick("dose in renal impairment with creatinine clearance 40", ["kidney", "dose"], told)
    assert table in quotes


def test_a_row_that_says_what_its_cells_are_stands_alone() -> None:
    rows = "Kidneys: severe renal impairment | Dose: 100 mg\nKidneys: mild renal impairment | Dose: 200 mg"
    told = passage(rows, "34068-7", "Dosage in renal impairment")
    assert all("\n" not in quote for quote in pick("renal dose", ["kidney", "dose"], told))


def test_two_doses_in_the_same_words_are_both_quoted() -> None:
    first = passage("The recommended starting dose in adults is 10 mg once a day.", "34068-7", "2.1 Hypertension")
    second = passage("The recommended starting dose in adults is 5 mg once a day.", "34068-7", "2.2 Failure", 200)
    assert len(pick("what is the dose", ["dose"], first, second)) == 2


def test_where_a_sentence_says_what_it_is_indicated_for_no_other_is_quoted() -> None:
    core = passage("It is indicated for the treatment of hypertension.", "34067-9", "Indications")
    other = passage("Lactic acidosis must be treated in a hospital.", "42230-3", "Patient information", 200)
    assert pick("what is it used for", ["uses"], other, core) == [core.text]


def test_the_second_half_of_a_long_table_keeps_its_header() -> None:
    header = "Infection | Usual adult dose"
    rows = "\n".join(
        f"Infection of kind {n} with a rather long description | {n}00 mg every 12 hours" for n in range(1, 16)
    )
    candidates = collect_candidates(unranked([passage(f"{header}\n{rows}", "34068-7", "Dosage")]))
    assert len(candidates) > 1
    assert all(one.lead is not None and one.lead.text == header for one in candidates[1:])


def test_a_lead_in_that_ends_with_the_number_of_its_first_item_says_nothing() -> None:
    cut = passage(
        "The tablets are indicated in the following conditions: 1. Endocrine disorders in adults.", "34067-9", "I"
    )
    assert not any(quote.endswith("1.") for quote in pick("what is it used for", ["uses"], cut))


def test_what_changed_is_quoted_line_by_line() -> None:
    changes = (
        "Boxed Warning 4/2026\nWarnings and Precautions (5.1) 4/2026\nDosage (2.6) | 10/2012\nContinued on next page"
    )
    found = pick(
        "what changed in the label of metformin",
        ["recent_changes"],
        passage(changes, "43683-2", "Recent major changes"),
        passage("Ask whether anything has changed in your health since 4/2026.", "42230-3", "Patient information", 200),
    )
    assert found == ["Boxed Warning 4/2026", "Warnings and Precautions (5.1) 4/2026", "Dosage (2.6) | 10/2012"]

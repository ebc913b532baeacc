"""The right section of the right drug comes first, and nothing is taken from another drug's label."""

from __future__ import annotations

import statistics
import time

import pytest

from ingest.pipeline import ingest_paths
from knowledge_base import loinc
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import DrugMention, DrugName, Query, Retrieval

CODES = {
    "Boxed warning": loinc.BOXED_WARNING,
    "Uses": loinc.INDICATIONS,
    "Adult dose": loinc.DOSAGE,
    "Pediatric dose": loinc.DOSAGE,
    "Missed dose": loinc.PATIENT_INFORMATION,
    "Side effects": loinc.ADVERSE_REACTIONS,
    "Interactions": loinc.INTERACTIONS,
    "Warnings": loinc.WARNINGS,
    "Pregnancy": loinc.PREGNANCY,
    "How supplied": loinc.HOW_SUPPLIED,
    "How it works": loinc.MECHANISM,
}
LABELS = {
    "ibuprofen": {
        "Boxed warning": "NSAIDs may cause an increased risk of serious cardiovascular "
        "thrombotic events, which can be fatal.",
        "Uses": "Ibuprofen relieves mild to moderate pain and lowers fever.",
        "Adult dose": "The usual dose for adults is 400 mg every 4 to 6 hours as needed for pain.",
        "Side effects": "The most frequent adverse reactions are nausea, heartburn and dizziness.",
        "Interactions": "NSAIDs may diminish the antihypertensive effect of ACE inhibitors. "
        "Warfarin: bleeding is more likely.",
        "Warnings": "Stomach bleeding and heart attack have occurred. Drinking alcohol raises the risk.",
        "Pregnancy": "Avoid use at 30 weeks of pregnancy and later: premature closure of the fetal ductus arteriosus.",
    },
    "lisinopril": {
        "Boxed warning": "When pregnancy is detected, discontinue lisinopril: injury and death "
        "to the developing fetus.",
        "Adult dose": "The recommended initial dose is 10 mg once a day.",
        "Side effects": "The most common adverse reactions are dizziness, headache and cough.",
        "Interactions": "Diuretics: blood pressure may fall. Nonsteroidal anti-inflammatory "
        "drugs (NSAIDs): renal function may worsen.",
        "Pregnancy": "Can cause fetal harm when given to a pregnant woman.",
    },
    "metformin": {
        "Boxed warning": "Lactic acidosis: postmarketing cases have resulted in death.",
        "Adult dose": "The recommended starting dose is 500 mg orally twice a day or 850 mg once a day, with meals.",
        "Pediatric dose": "The recommended starting dose for children 10 years and older is 500 mg twice a day.",
        "Missed dose": "If you miss a dose, take it with the next meal. Do not take a double dose.",
        "Interactions": "Carbonic anhydrase inhibitors may raise the risk of lactic acidosis. "
        "Alcohol potentiates the effect on lactate.",
        "How supplied": "Store at 20 to 25 C in the original bottle.",
    },
    "methotrexate": {
        "Boxed warning": "Methotrexate can cause embryo-fetal toxicity and serious adverse reactions, including death.",
        "Adult dose": "The starting dose is 7.5 mg once weekly.",
        "Warnings": "Bone marrow suppression, infections and renal toxicity. Monitor blood counts.",
    },
    "acetaminophen": {
        "Warnings": "Liver damage may occur with more than 4,000 mg in 24 hours. If "
        "pregnant, ask a health professional.",
        "Adult dose": "Adults: 650 mg every 4 to 6 hours. Do not take more than 3,250 mg in 24 hours.",
        "Pregnancy": "If pregnant or breast-feeding, ask a health professional before use.",
    },
    "hydroxyzine": {"Uses": "For anxiety and itching.", "Adult dose": "25 mg three times a day."},
    "hydralazine": {"Uses": "For essential hypertension.", "Adult dose": "10 mg four times a day."},
}


def _names(ingredient: str) -> tuple[DrugName, ...]:
    brands = {"ibuprofen": ("advil", "motrin"), "acetaminophen": ("tylenol",)}.get(ingredient, ())
    return (
        DrugName(name=ingredient, relation="ingredient", ingredients=(ingredient,)),
        *(DrugName(name=brand, relation="brand", ingredients=(ingredient,)) for brand in brands),
    )


@pytest.fixture(scope="module")
def retriever(tmp_path_factory, embedder, make_document) -> HybridRetriever:
    documents = [
        make_document(
            f"md:{ingredient}@1",
            sections,
            codes=CODES,
            ingredients=(ingredient,),
            names=_names(ingredient),
            title=f"{ingredient.capitalize()} tablets",
        )
        for ingredient, sections in LABELS.items()
    ]
    both = ("hydrochlorothiazide", "lisinopril")
    documents += [
        make_document(
            "md:combination@1",
            {"Adult dose": "Start with 10 mg / 12.5 mg once a day.", "Interactions": "NSAIDs, lithium, ibuprofen."},
            codes=CODES,
            ingredients=both,
            title="Lisinopril and hydrochlorothiazide tablets",
        ),
        make_document(
            "pdf:cdc@1",
            {
                "Injection safety": "Use a sterile needle and syringe for each injection. Single-dose "
                "vials are for one patient.",
                "Hand hygiene": "Clean hands before and after contact with a patient.",
            },
            kind="guideline",
            ingredients=(),
            names=(),
            title="CDC guide to infection prevention for outpatient settings",
        ),
        make_document(
            "txt:notes@1",
            {"Notes": "Injection safety, injection safety, CDC outpatient settings: my shopping list of needles."},
            kind="other",
            ingredients=(),
            names=(),
            title="Notes",
        ),
    ]
    path = tmp_path_factory.mktemp("kb")
    with KnowledgeBaseBuilder(path, embedder) as builder:
        builder.add_file("labels", "1", documents)
        builder.publish()
    return HybridRetriever(KnowledgeBase.open(path, embedder))


def _search(retriever: HybridRetriever, question: str, **asked) -> Retrieval:
    return retriever.search(Query(text=question, **asked))


@pytest.mark.parametrize(
    ("question", "document", "section"),
    [
        ("What is the boxed warning on methotrexate?", "md:methotrexate@1", "Boxed warning"),
        ("how much metformin should an adult start on", "md:metformin@1", "Adult dose"),
        ("metformin dose for a 12 year old child", "md:metformin@1", "Pediatric dose"),
        ("i forgot my metformin", "md:metformin@1", "Missed dose"),
        ("can i drink alcohol with metformin", "md:metformin@1", "Interactions"),
        ("where do i store metformin", "md:metformin@1", "How supplied"),
        ("What are the common side effects of taking ibuprofen?", "md:ibuprofen@1", "Side effects"),
        ("lisinopril side efects", "md:lisinopril@1", "Side effects"),
        ("is it safe to take tylenol while pregnant", "md:acetaminophen@1", "Pregnancy"),
        ("how many mg of paracetamol can i take in a day", "md:acetaminophen@1", "Adult dose"),
        ("what is motrin used for", "md:ibuprofen@1", "Uses"),
        ("hydroxizine dose", "md:hydroxyzine@1", "Adult dose"),
        ("What does the CDC say about injection safety in outpatient settings?", "pdf:cdc@1", "Injection safety"),
    ],
)
def test_first_passage(retriever: HybridRetriever, question: str, document: str, section: str) -> None:
    retrieval = _search(retriever, question)
    first = retrieval.passages[0].passage
    assert (first.document.id, first.section_title) == (document, section)
    assert [one.rank for one in retrieval.passages] == list(range(1, len(retrieval.passages) + 1))
    assert all(-1.001 <= one.similarity <= 1.001 for one in retrieval.passages)


def test_two_drugs_meet_in_each_others_interactions(retriever: HybridRetriever) -> None:
    retrieval = _search(retriever, "can i take advil with lisinoprl")
    assert [(one.mention, one.match) for one in retrieval.drugs] == [("advil", "brand"), ("lisinoprl", "misspelling")]
    assert retrieval.aspects[0] == "interaction"
    first, second = (one.passage for one in retrieval.passages[:2])
    assert (first.document.id, first.section_title) == ("md:ibuprofen@1", "Interactions")
    assert (second.document.id, second.section_title) == ("md:lisinopril@1", "Interactions")
    assert "ACE inhibitors" in first.text
    assert "NSAIDs" in second.text


def test_only_the_drugs_own_documents_are_searched(retriever: HybridRetriever) -> None:
    for ingredient in LABELS:
        retrieval = _search(retriever, f"{ingredient} warnings, dose and interactions", k=20)
        assert {one.passage.document.id for one in retrieval.passages} == {f"md:{ingredient}@1"}
        assert retrieval.n_documents_searched == 1


def test_a_combination_is_found_by_both_names_or_when_there_is_nothing_else(retriever: HybridRetriever) -> None:
    assert _search(retriever, "hydrochlorothiazide dose").passages[0].passage.document.id == "md:combination@1"
    assert _search(retriever, "zestoretic dose").passages[0].passage.document.id == "md:combination@1"


def test_a_product_comes_before_its_own_ingredient(retriever: HybridRetriever) -> None:
    found = _search(retriever, "dose of lisinopril for patients on zestoretic").passages
    assert found[0].passage.document.id == "md:combination@1"


def test_an_invented_drug_finds_nothing(retriever: HybridRetriever) -> None:
    for question in ("flonezatrib side effects", "what is the dose of quarbinoxil"):
        retrieval = _search(retriever, question)
        assert retrieval.passages == ()
        assert retrieval.drugs == ()
        assert len(retrieval.unknown_drugs) == 1


def test_a_real_drug_without_a_label_brings_only_what_names_it(retriever: HybridRetriever) -> None:
    retrieval = _search(retriever, "warfarin side effects")
    assert retrieval.unknown_drugs == ("warfarin",)
    assert [one.passage.document.id for one in retrieval.passages] == ["md:ibuprofen@1"]
    assert "Warfarin" in retrieval.passages[0].passage.text


def test_a_held_drug_with_one_that_is_not_finds_where_it_is_named(retriever: HybridRetriever) -> None:
    retrieval = _search(retriever, "can i take ibuprofen with coumadin or warfarin")
    first = retrieval.passages[0].passage
    assert (first.document.id, first.section_title) == ("md:ibuprofen@1", "Interactions")


def test_an_unclear_name_is_asked_about_not_searched(retriever: HybridRetriever) -> None:
    retrieval = _search(retriever, "hydroxazine dose")
    assert retrieval.drugs[0].match == "ambiguous"
    assert set(retrieval.drugs[0].candidates) == {"hydroxyzine", "hydralazine"}
    assert retrieval.passages == ()


def test_look_alikes_side_by_side_keep_their_own_labels(retriever: HybridRetriever) -> None:
    retrieval = _search(retriever, "hydroxyzine vs hydralazine")
    assert {one.passage.document.id for one in retrieval.passages} == {"md:hydroxyzine@1", "md:hydralazine@1"}
    assert {one.passage.section_title for one in retrieval.passages[:2]} == {"Uses"}


def test_a_class_of_medicines_is_looked_for_by_its_names(retriever: HybridRetriever) -> None:
    retrieval = _search(retriever, "can i take an anti-inflammatory with lisinopril")
    first = retrieval.passages[0].passage
    assert (first.document.id, first.section_title) == ("md:lisinopril@1", "Interactions")


def test_given_drugs_and_aspects_are_taken_as_they_are(retriever: HybridRetriever) -> None:
    drug = DrugMention(mention="it", start=0, end=2, match="exact", ingredients=("metformin",))
    retrieval = _search(retriever, "it", drugs=(drug,), aspects=("storage",))
    assert retrieval.passages[0].passage.section_title == "How supplied"
    assert retrieval.drugs == (drug,)
    assert retrieval.aspects == ("storage",)


def test_kinds_and_k_narrow_the_search(retriever: HybridRetriever) -> None:
    retrieval = _search(retriever, "injection safety", kinds=("other",), k=1)
    assert [one.passage.document.id for one in retrieval.passages] == ["txt:notes@1"]
    assert _search(retriever, "ibuprofen dose", kinds=("guideline",)).passages == ()


@pytest.mark.parametrize(
    "question", ["", "?!", '"', "NOT (", "a" * 5000, "ibuprofen " * 300, "\x00 dose", "💊", "ибупрофен"]
)
def test_any_text_is_a_question(retriever: HybridRetriever, question: str) -> None:
    assert isinstance(_search(retriever, question), Retrieval)


def test_boxed_warnings_and_names(retriever: HybridRetriever) -> None:
    found = retriever.boxed_warnings(("methotrexate", "hydroxyzine", "flonezatrib"))
    assert [(name, passage.section_title) for name, passage, _, _ in found] == [("methotrexate", "Boxed warning")]
    assert [one.ingredients for one in retriever.resolve("Advil or Tylenol").mentions] == [
        ("ibuprofen",),
        ("acetaminophen",),
    ]


def test_follows_a_knowledge_base_that_grows(tmp_path, embedder, make_document) -> None:
    def add(name: str) -> None:
        with KnowledgeBaseBuilder(tmp_path, embedder) as builder:
            document = make_document(f"md:{name}@1", {"Uses": f"{name} helps."}, ingredients=(name,), codes=CODES)
            builder.add_file(name, "1", [document])
            builder.publish()

    add("ibuprofen")
    kb = KnowledgeBase.open(tmp_path, embedder)
    grown = HybridRetriever(kb)
    assert grown.search(Query(text="cetirizine uses")).unknown_drugs == ("cetirizine",)
    add("cetirizine")
    kb.refresh()
    retrieval = grown.search(Query(text="cetirizine uses"))
    assert retrieval.unknown_drugs == ()
    assert retrieval.passages[0].passage.document.id == "md:cetirizine@1"


def test_a_label_with_date_and_set_id_comes_before_one_without(tmp_path, embedder) -> None:
    front = "---\nkind: label\ntitle: Metformin\ningredients: [metformin]\n"
    body = "---\n# Metformin\n## Adult dose\nThe starting dose of metformin is 500 mg twice a day with meals.\n"
    (tmp_path / "a.md").write_text(front + body)
    (tmp_path / "b.md").write_text(f"{front}set_id: dated\neffective_date: 2026-04-22\n{body}Raise it weekly.\n")
    ingest_paths([tmp_path / "a.md", tmp_path / "b.md"], tmp_path / "kb", embedder)
    found = HybridRetriever(KnowledgeBase.open(tmp_path / "kb", embedder)).search(Query(text="metformin starting dose"))
    assert [one.passage.document.set_id for one in found.passages] == ["dated", None]


def test_an_empty_knowledge_base_finds_nothing(tmp_path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.publish()
    retrieval = HybridRetriever(KnowledgeBase.open(tmp_path, word_embedder)).search(Query(text="ibuprofen dose"))
    assert retrieval.passages == ()
    assert retrieval.unknown_drugs == ("ibuprofen",)


def test_is_quick(retriever: HybridRetriever) -> None:
    """A small knowledge base; the full-size measure is `make bench`. Generous: the machine may be shared."""
    seconds = []
    for number in range(20):
        start = time.perf_counter()
        _search(retriever, f"how much metformin should adult number {number} start on")
        seconds.append(time.perf_counter() - start)
    assert statistics.median(seconds) < 0.5

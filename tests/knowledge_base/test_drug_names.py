"""Wrong drug is the failure that hurts: exact names, brands, misspellings, look-alikes, names nobody holds."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from knowledge_base.drug_names import DrugLexicon
from knowledge_base.medicine_table import canonical_ingredient, medicine_table
from knowledge_base.types import DrugName

HELD = (
    "ibuprofen",
    "lisinopril",
    "metformin",
    "methotrexate",
    "acetaminophen",
    "metoprolol",
    "hydroxyzine",
    "hydralazine",
    "prednisone",
    "prednisolone",
    "fluticasone",
    "hydrochlorothiazide",
    "sertraline",
    "alcohol",
    "warfarin",
    "clonidine",
    "insulin glargine",
    "potassium chloride",
    "tramadol",
    "trazodone",
    "iron",
)
TEXT_WORDS = frozenset({"hygiene", "fracture", "injection", "metastatic", "desired"})


def _names() -> list[DrugName]:
    names = [DrugName(name=name, relation="ingredient", ingredients=(name,)) for name in HELD]
    names += [
        DrugName(name="metformin hydrochloride", relation="salt", ingredients=("metformin",)),
        DrugName(
            name="lisinopril and hydrochlorothiazide",
            relation="synonym",
            ingredients=("lisinopril", "hydrochlorothiazide"),
        ),
        DrugName(name="zestoretic", relation="brand", ingredients=("lisinopril", "hydrochlorothiazide")),
        DrugName(name="stay awake", relation="brand", ingredients=("caffeine",)),
        DrugName(name="dove", relation="brand", ingredients=("aluminum",)),
        DrugName(name="pain relief plus", relation="brand", ingredients=("acetaminophen",)),
        DrugName(name="medrex", relation="brand", ingredients=("ibuprofen",)),
        DrugName(name="medrex", relation="brand", ingredients=("warfarin",)),
        DrugName(name="kinase inhibitor", relation="class", ingredients=("warfarin",)),
        DrugName(name="adalimumab-aacf", relation="synonym", ingredients=("adalimumab",)),
        DrugName(name="adalimumab", relation="ingredient", ingredients=("adalimumab",)),
    ]
    return names


@cache
def _built() -> DrugLexicon:
    return DrugLexicon.build(_names(), is_text_word=TEXT_WORDS.__contains__)


@pytest.fixture(scope="module")
def lexicon() -> DrugLexicon:
    return _built()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What are the common side effects of taking ibuprofen?", [("ibuprofen", "exact", ("ibuprofen",))]),
        (
            "can i take advil with lisinoprl",
            [("advil", "brand", ("ibuprofen",)), ("lisinoprl", "misspelling", ("lisinopril",))],
        ),
        ("is it safe to take tylenol while pregnant", [("tylenol", "brand", ("acetaminophen",))]),
        ("metoprlol dose", [("metoprlol", "misspelling", ("metoprolol",))]),
        ("PARACETAMOL", [("PARACETAMOL", "exact", ("acetaminophen",))]),
        ("metformin hydrochloride er", [("metformin hydrochloride", "salt", ("metformin",))]),
        ("Metformin HCl", [("Metformin HCl", "salt", ("metformin",))]),
        ("tylenol's side effects", [("tylenol's", "brand", ("acetaminophen",))]),
        (
            "hydroxyzine vs hydralazine",
            [("hydroxyzine", "exact", ("hydroxyzine",)), ("hydralazine", "exact", ("hydralazine",))],
        ),
        ("lisinopril/hctz", [("lisinopril", "exact", ("lisinopril",)), ("hctz", "exact", ("hydrochlorothiazide",))]),
        (
            "lisinopril and hydrochlorothiazide",
            [("lisinopril", "exact", ("lisinopril",)), ("hydrochlorothiazide", "exact", ("hydrochlorothiazide",))],
        ),
        ("zestoretic", [("zestoretic", "brand", ("hydrochlorothiazide", "lisinopril"))]),
        ("met formin dose", [("met formin", "misspelling", ("metformin",))]),
        ("adalimumab-aacf storage", [("adalimumab-aacf", "exact", ("adalimumab",))]),
        ("flonase", [("flonase", "brand", ("fluticasone",))]),
        ("how should lantus be kept", [("lantus", "brand", ("insulin glargine",))]),
        ("low potassium with warfarin", [("warfarin", "exact", ("warfarin",))]),
        ("can i drink alcohol with metformin", [("metformin", "exact", ("metformin",))]),
        (
            "sertralin and tramodol",
            [("sertralin", "misspelling", ("sertraline",)), ("tramodol", "misspelling", ("tramadol",))],
        ),
    ],
)
def test_reads_the_drug(lexicon: DrugLexicon, question: str, expected: list) -> None:
    resolution = lexicon.resolve(question)
    assert [(one.mention, one.match, one.ingredients) for one in resolution.mentions] == expected
    assert resolution.unknown == ()


def test_a_misspelling_says_what_it_was_read_as(lexicon: DrugLexicon) -> None:
    assert lexicon.resolve("lisinoprl").mentions[0].candidates == ("lisinopril",)
    assert lexicon.resolve("tylonol").mentions[0].candidates == ("tylenol",)


@pytest.mark.parametrize(
    "question",
    [
        "What does the CDC say about injection safety in outpatient settings?",
        "Stay awake all night",
        "which dove soap is best",
        "pain relief plus rest",
        "who won the world cup in 1998",
        "how do i fix a flat bicycle tyre",
        "what helps against a cold",
        "the desired effect of hand hygiene",
        "my mother's face is drooping and she cannot speak",
        "side efects and dosege",
        "is it preganancy safe",
        "what is osteonecrosis",
        "low potassium and iron levels",
    ],
)
def test_words_that_are_no_drug(lexicon: DrugLexicon, question: str) -> None:
    assert lexicon.resolve(question) == ((), ())


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("how much flonezatrib can I take?", ("flonezatrib",)),
        ("flonezatrib side effects", ("flonezatrib",)),
        ("what is the dose of quarbinoxil", ("quarbinoxil",)),
        ("can i take zelturapril every day", ("zelturapril",)),
        ("is rivaroxaban safe", ("rivaroxaban",)),
        ("xarelto and ibuprofen", ("xarelto",)),
        ("percocet dose", ("percocet",)),
        ("prozak with advil", ("prozak",)),
        ("St. John’s wort with sertraline", ("st. john’s wort",)),  # noqa: RUF001
    ],
)
def test_what_is_not_held_is_unknown_and_never_replaced(lexicon: DrugLexicon, question: str, unknown) -> None:
    resolution = lexicon.resolve(question)
    assert tuple(word.lower() for word in resolution.unknown) == unknown
    assert not any(one.mention.lower() in unknown for one in resolution.mentions)


@pytest.mark.parametrize(
    ("question", "candidates"),
    [
        ("hydroxazine dose", {"hydroxyzine", "hydralazine"}),
        ("prednisolne dose", {"prednisone", "prednisolone"}),
        ("medrex", {"ibuprofen", "warfarin"}),
    ],
)
def test_look_alikes_are_asked_about(lexicon: DrugLexicon, question: str, candidates: set[str]) -> None:
    (mention,) = lexicon.resolve(question).mentions
    assert mention.match == "ambiguous"
    assert mention.ingredients == ()
    assert set(mention.candidates) == candidates


def test_a_held_drug_does_not_swallow_an_absent_neighbour() -> None:
    lexicon = DrugLexicon.build([DrugName(name="prednisolone", relation="ingredient", ingredients=("prednisolone",))])
    assert lexicon.resolve("prednisone dose") == ((), ("prednisone",))
    hydra = DrugLexicon.build([DrugName(name="hydralazine", relation="ingredient", ingredients=("hydralazine",))])
    assert hydra.resolve("hydroxyzine dose") == ((), ("hydroxyzine",))


def test_names_written_as_on_the_package_are_normalised() -> None:
    lexicon = DrugLexicon.build(
        [
            DrugName(name="METFORMIN HYDROCHLORIDE", relation="ingredient", ingredients=("METFORMIN HYDROCHLORIDE",)),
            DrugName(
                name="ACETAMINOPHEN, ASPIRIN AND CAFFEINE",
                relation="ingredient",
                ingredients=("ACETAMINOPHEN", "ASPIRIN", "CAFFEINE"),
            ),
        ]
    )
    (metformin,) = lexicon.resolve("metformin dose").mentions
    assert metformin.ingredients == ("METFORMIN HYDROCHLORIDE",)  # the documents' own spelling
    assert [one.mention for one in lexicon.resolve("aspirin and caffeine").mentions] == ["aspirin", "caffeine"]


def test_an_identifier_is_exact_or_nothing() -> None:
    names = (
        DrugName(name="lisinopril", relation="ingredient", ingredients=("lisinopril",)),
        DrugName(name="e7199s1ywr", relation="unii", ingredients=("lisinopril",)),
    )
    lexicon = DrugLexicon.build(names)
    [mention] = lexicon.resolve("dose of E7199S1YWR").mentions
    assert (mention.mention, mention.ingredients, mention.match) == ("E7199S1YWR", ("lisinopril",), "exact")
    assert lexicon.resolve("dose of e7199s1ywx").mentions == ()
    assert "e7199s1ywr" not in lexicon.all_names(("lisinopril",))


def test_names_of_gives_brands_and_synonyms(lexicon: DrugLexicon) -> None:
    names = lexicon.names_of("acetaminophen")
    assert {"tylenol", "paracetamol"} <= set(names)
    assert "excedrin" not in names


def test_an_empty_knowledge_base_knows_nothing_and_says_so() -> None:
    lexicon = DrugLexicon.build([])
    assert lexicon.resolve("ibuprofen dose") == ((), ("ibuprofen",))
    assert lexicon.resolve("") == ((), ())


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("warfarine", "warfarin"),
        ("metformine", "metformin"),
        ("tramadoll", "tramadol"),
        ("lisnpril", "lisinopril"),
        ("sertaline", "sertraline"),
        ("isinopril", "lisinopril"),
        ("methotexate", "methotrexate"),
        ("predinosone", "prednisone"),
        ("predniose", "prednisone"),
        ("tramadl", "tramadol"),
    ],
)
@pytest.mark.parametrize(
    "frame",
    [
        "can i take {} with food",
        "i forgot my {} this morning",
        "is {} safe in pregnancy",
        "how long does {} stay in your system",
    ],
)
def test_likely_slips_are_read_in_any_frame(lexicon: DrugLexicon, typed: str, name: str, frame: str) -> None:
    (mention,) = lexicon.resolve(frame.format(typed)).mentions
    assert name in (mention.ingredients or mention.candidates)


@pytest.mark.parametrize("held", [{0, 1}, {0}, {1}])
@pytest.mark.parametrize(
    ("one", "other", "typed"),
    [
        ("hydroxyzine", "hydralazine", "hydraxyzine"),
        ("clonidine", "clonazepam", "clonizipam"),
        ("prednisone", "prednisolone", "prednisolne"),
        ("vinblastine", "vincristine", "vincrastine"),
        ("dopamine", "dobutamine", "dobamine"),
        ("glipizide", "glyburide", "glypizide"),
        ("cisplatin", "carboplatin", "carsplatin"),
        ("losartan", "valsartan", "vosartan"),
    ],
)
def test_a_word_between_look_alikes_is_never_taken_for_the_farther(
    one: str, other: str, typed: str, held: set[int]
) -> None:
    names = [name for place, name in enumerate((one, other)) if place in held]
    built = DrugLexicon.build(DrugName(name=name, relation="ingredient", ingredients=(name,)) for name in names)
    nearest = min((one, other), key=lambda name: OSA.distance(typed, name))
    is_between = OSA.distance(typed, one) == OSA.distance(typed, other)
    for mention in built.resolve(f"what is the dose of {typed}").mentions:
        assert mention.match == "ambiguous" or (not is_between and mention.ingredients == (nearest,))
        assert mention.ingredients or {one, other} <= set(mention.candidates)


@pytest.mark.parametrize("typed", ["prednisdone", "prednisione"])
def test_a_word_that_leads_away_from_the_look_alike_is_no_step_towards_it(lexicon: DrugLexicon, typed: str) -> None:
    (mention,) = lexicon.resolve(f"{typed} dose").mentions
    assert (mention.match, mention.ingredients) == ("misspelling", ("prednisone",))


@pytest.mark.parametrize(
    ("held", "typed", "pair"),
    [
        ("ramipril", "ramiryl", {"amaryl", "reminyl"}),
        ("bumetanide", "buremex", {"buprenex"}),
        ("tretinoin", "avista", {"evista"}),
    ],
)
def test_a_third_name_is_not_taken_for_a_word_between_two(held: str, typed: str, pair: set[str]) -> None:
    built = DrugLexicon.build([DrugName(name=held, relation="ingredient", ingredients=(held,))])
    (mention,) = built.resolve(f"what is the dose of {typed}").mentions
    assert mention.match == "ambiguous"
    assert pair < set(mention.candidates)


@pytest.mark.parametrize("frame", ["how long does {} stay in your system", "what is the dose of {}"])
def test_a_short_name_is_read_where_medicines_stand(frame: str) -> None:
    built = DrugLexicon.build([DrugName(name="guanfacine", relation="ingredient", ingredients=("guanfacine",))])
    (mention,) = built.resolve(frame.format("intuiv")).mentions
    assert mention.ingredients == ("guanfacine",)


def test_each_look_alike_is_read_as_itself() -> None:
    table = medicine_table()
    names = sorted(name for name in table.look_alikes if table.stands_for(name) == (name,))
    built = DrugLexicon.build(DrugName(name=name, relation="ingredient", ingredients=(name,)) for name in names)
    read = {name: built.resolve(f"{name} dose").mentions for name in names}
    assert [name for name, mentions in read.items() if [one.ingredients for one in mentions] != [(name,)]] == []


@pytest.mark.parametrize(
    "question",
    [
        "What are the symptoms of Caplan syndrome ?",
        "Is Apert syndrome inherited ?",
        "What is (are) Hepatic hemangioma ?",
        "Is Pelizaeus-Merzbacher disease inherited ?",
    ],
)
def test_an_illness_is_no_medicine(question: str) -> None:
    names = ("verapamil", "almotriptan", "propranolol")
    built = DrugLexicon.build(DrugName(name=name, relation="ingredient", ingredients=(name,)) for name in names)
    assert built.resolve(question) == ((), ())


@given(st.text())
def test_mentions_point_into_any_text(text: str) -> None:
    for mention in _built().resolve(text).mentions:
        assert text[mention.start : mention.end] == mention.mention


@given(st.sampled_from(HELD), st.data())
def test_one_slip_never_leads_to_another_drug(name: str, data) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    slip = data.draw(st.sampled_from(["drop", "add", "change", "swap"]))
    typed = {
        "drop": name[:place] + name[place + 1 :],
        "add": name[:place] + letter + name[place:],
        "change": name[:place] + letter + name[place + 1 :],
        "swap": name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :],
    }[slip]
    for mention in _built().resolve(f"{typed} dose").mentions:
        assert mention.match == "ambiguous" or mention.ingredients == (name,) or name in ("iron",)


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("METFORMIN HYDROCHLORIDE", "metformin"),
        ("potassium chloride", "potassium chloride"),
        ("paracetamol", "acetaminophen"),
        ("ustekinumab-aekn", "ustekinumab"),
        ("amlodipine besylate", "amlodipine"),
        ("folic acid", "folic acid"),
    ],
)
def test_canonical_ingredient(raw: str, canonical: str) -> None:
    assert canonical_ingredient(raw) == canonical


def test_the_shipped_table_is_consistent() -> None:
    table = medicine_table()
    assert table.brands[("advil",)] == {"ibuprofen"}
    assert table.brands[("percocet",)] == {"acetaminophen", "oxycodone"}
    assert "hydralazine" in table.look_alikes_of("hydroxyzine")
    assert "famciclovir" in table.look_alikes_of("aciclovir")
    assert "lisinopril" not in table.look_alikes_of("ibuprofen")
    named_twice = {name for name in table.ingredients if canonical_ingredient(name) not in table.ingredients}
    assert named_twice == set()

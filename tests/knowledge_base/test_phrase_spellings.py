"""Tests of `knowledge_base.phrase_spellings`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from knowledge_base.drug_names import DrugLexicon
from knowledge_base.phrase_spellings import PhraseSpellings
from knowledge_base.types import DrugName
from knowledge_base.words import name_key, words_of

NAMES = ("Pressure Pain Cold PE", "potassium chloride", "Vitamin B12 Forte", "Sandostatin LAR", "short x")


@pytest.fixture(scope="module")
def spellings() -> PhraseSpellings:
    return PhraseSpellings(map(name_key, NAMES))


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("can i take pressure paain cold pe at night", "paain"),
        ("pressurepain cold pe", ""),
        ("pres sure pain cold pe", ""),
        ("sandostatn LAR", "sandostatn"),
        ("potassum chloride", "potassum"),
    ],
)
def test_finds_the_misspelt_word(spellings: PhraseSpellings, text: str, slip: str) -> None:
    [near] = spellings.near(words_of(text))
    assert near.slip() == slip


@pytest.mark.parametrize(
    "text",
    ["pressure pain cold pm", "sandostatin LAX", "vitamin b13 forte", "potassium chlorite", "potassium chlorid"],
)
def test_an_edit_that_may_make_another_name_is_no_slip(spellings: PhraseSpellings, text: str) -> None:
    [near] = spellings.near(words_of(text))
    assert near.slip() is None


@pytest.mark.parametrize("text", ["", "shorx x", "pressure pan cald pe", "pressure", "fressure pain cold pe"])
def test_finds_nothing_further_off(spellings: PhraseSpellings, text: str) -> None:
    assert list(spellings.near(words_of(text))) == []


def test_rivals_are_the_other_names_nearly_as_near() -> None:
    spellings = PhraseSpellings([("zenadryl", "cold"), ("zenadryl", "gold"), ("zenadryl", "children")])
    near = next(spellings.near(words_of("zenadryl dold")))
    assert near.key == ("zenadryl", "cold")
    assert spellings.rivals(near) == [("zenadryl", "gold")]


@given(st.text(alphabet="presu aincold", max_size=60))
def test_what_is_found_is_one_edit_away_and_stands_in_the_text(text: str) -> None:
    for near in PhraseSpellings([("pressure", "pain", "cold")]).near(words_of(text)):
        assert OSA.distance(near.written.text, " ".join(near.key)) <= 1
        assert text[near.written.start : near.written.end].split() == near.written.text.split()


BRANDS = {
    "Pressure Pain Cold PE": ("acetaminophen",),
    "Zenadryl Cold Formula": ("diphenhydramine",),
    "Zenadryl Gold Formula": ("loratadine",),
    "Asclepias Vincetoxicum": ("asclepias vincetoxicum",),
}


@pytest.fixture(scope="module")
def of_several_words() -> DrugLexicon:
    names = [DrugName(name=name, relation="brand", ingredients=held) for name, held in BRANDS.items()]
    return DrugLexicon.build(names, is_text_word={"paint"}.__contains__)


@pytest.mark.parametrize(
    ("question", "match", "candidates"),
    [
        ("will pressure paain cold pe hurt me", "misspelling", ("pressure pain cold pe",)),
        ("asclepias vincewtoxicum and pressure pain cold pe", "misspelling", ("asclepias vincetoxicum",)),
        ("is zenadryl dold formula for me", "ambiguous", ("zenadryl cold formula", "zenadryl gold formula")),
    ],
)
def test_one_slip_in_a_name_of_several_words(of_several_words, question: str, match: str, candidates) -> None:
    mention = of_several_words.resolve(question).mentions[0]
    assert (mention.match, mention.candidates) == (match, candidates)
    assert bool(mention.ingredients) == (match == "misspelling")


@pytest.mark.parametrize(
    "question",
    ["pressure pain cold pm dose", "the pressure paint cold pe", "pressure pain could pe", "pressure paan cald pe"],
)
def test_a_slip_that_may_be_meant_is_not_read(of_several_words: DrugLexicon, question: str) -> None:
    assert of_several_words.resolve(question).mentions == ()

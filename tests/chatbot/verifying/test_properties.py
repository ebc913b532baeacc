"""What holds of the check for any sentence: its own source bears it out, no digit may change, ids have no order."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.verifying.reply import WrittenSentence
from chatbot.verifying.verifier import Verdict, Verifier

NAMES = frozenset({"metformin", "ibuprofen"})
VOCABULARY = """
metformin ibuprofen nausea rash dose treatment patients children adults pregnant renal hepatic
impairment not never avoid contraindicated unless only may should will rarely common daily twice
weekly increase decrease before after severe mild orally with food alcohol and or in of for the is
be taken stop start risk monitor , ;
"""
WORDS = st.sampled_from(VOCABULARY.split())
NUMBERS = st.builds(
    "{} {}".format,
    st.one_of(st.integers(1, 5000), st.decimals("0.1", "99", places=1)),
    st.sampled_from(["mg", "mcg/kg", "mL", "%", "hours", "mg/kg/day", "tablets", "mg twice daily", "to 9000 mg"]),
)
SENTENCES = st.lists(st.one_of(WORDS, WORDS, NUMBERS), min_size=3, max_size=18).map(lambda parts: f"{' '.join(parts)}.")


Check = Callable[..., Verdict]


@pytest.fixture(scope="session")
def check(make_citation) -> Check:
    def checked(text: str, *quotes: str, cited: tuple[int, ...] = (1,)) -> Verdict:
        evidence = [make_citation(n, quote) for n, quote in enumerate(quotes, start=1)]
        return Verifier(evidence, NAMES).check(WrittenSentence(text=text, cited=cited))

    return checked


@given(sentence=SENTENCES)
def test_a_source_bears_itself_out(check: Check, sentence: str) -> None:
    assert check(sentence, sentence).support == "supported"
    # Upper case takes the way through the rules instead of being equal.
    assert check(sentence.upper(), sentence).support == "supported"


@given(one=SENTENCES, other=SENTENCES)
def test_two_sources_bear_out_their_sum(check: Check, one: str, other: str) -> None:
    assert check(f"{one} {other}", one, other, cited=(1, 2)).support == "supported"


@settings(max_examples=200)
@given(data=st.data(), sentence=SENTENCES.filter(lambda text: re.search(r"\d", text)))
def test_no_digit_may_change(check: Check, data: st.DataObject, sentence: str) -> None:
    place = data.draw(st.sampled_from([match.start() for match in re.finditer(r"\d", sentence)]))
    digit = data.draw(st.sampled_from([one for one in "0123456789" if one != sentence[place]]))
    changed = sentence[:place] + digit + sentence[place + 1 :]
    numbers = [sorted(float(one) for one in re.findall(r"[\d.]*\d", text)) for text in (sentence, changed)]
    if numbers[0] != numbers[1]:
        assert check(changed, sentence).support == "unsupported"


@given(text=SENTENCES, one=SENTENCES, other=SENTENCES)
def test_ids_have_no_order(check: Check, text: str, one: str, other: str) -> None:
    assert check(text, one, other, cited=(1, 2)) == check(text, one, other, cited=(2, 1))

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from knowledge_base.near_duplicates import Fingerprint

WORDS = st.lists(
    st.sampled_from(["take", "the", "tablet", "with", "food", "or", "milk", "when", "you", "feel", "sick"]), min_size=1
)
TEXT = (
    "Alphadrug may cause serious bleeding of the stomach. Tell your doctor about all medicines that you take, above "
    "all those that thin the blood, and stop alphadrug at once when you see blood or when you feel weak."
)


@given(WORDS)
def test_spacing_and_case_do_not_count(words: list[str]) -> None:
    assert Fingerprint(" ".join(words)).repeats(Fingerprint("\n ".join(words).upper()))


@given(WORDS, WORDS)
def test_repeating_is_mutual(one: list[str], other: list[str]) -> None:
    first, second = Fingerprint(" ".join(one)), Fingerprint(" ".join(other))
    assert first.repeats(second) == second.repeats(first)


@given(WORDS, st.sampled_from(["not", "never", "avoid"]), st.data())
def test_a_word_that_turns_the_meaning_makes_another_text(words: list[str], turning: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(words)))
    turned = [*words[:place], turning, *words[place:]]
    assert not Fingerprint(" ".join(words)).repeats(Fingerprint(" ".join(turned)))


@given(WORDS, st.integers(0, 99), st.integers(0, 99))
def test_another_number_is_another_text(words: list[str], one: int, other: int) -> None:
    assume(one != other)
    text = " ".join(words)
    assert not Fingerprint(f"{text} {one} mg").repeats(Fingerprint(f"{text} {other} mg"))


def test_generics_repeat_each_other_up_to_the_name() -> None:
    brand = TEXT.replace("Alphadrug", "Brandol tablets").replace("alphadrug", "Brandol")
    generic = Fingerprint(TEXT.replace("Alphadrug", "Alphadrug tablets"), ("alphadrug",))
    assert generic.repeats(Fingerprint(brand, ("brandol", "alphadrug")))


def test_a_word_here_and_there_does_not_count_a_sentence_does() -> None:
    assert Fingerprint(TEXT).repeats(Fingerprint(TEXT.replace("weak", "faint")))
    assert not Fingerprint(TEXT).repeats(Fingerprint(TEXT + " Alcohol makes bleeding more likely; do not drink it."))

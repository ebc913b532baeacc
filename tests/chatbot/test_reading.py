"""The Flesch-Kincaid grade of a text."""

from __future__ import annotations

import pytest

from chatbot.reading import count_syllables, reading_grade

EASY = "The cat sat on the mat. The dog ran to the park. We all went home. It was a good day for us."
HARD = (
    "Concomitant administration of strong inhibitors of cytochrome isoenzymes necessitates individualised reduction "
    "of the recommended maintenance dosage in hospitalised patients with moderate hepatic insufficiency."
)


@pytest.mark.parametrize(
    ("word", "n"),
    [("cat", 1), ("dose", 1), ("tablet", 2), ("medicine", 3), ("stopped", 1), ("treated", 2), ("table", 2)],
)
def test_syllables_are_groups_of_vowels_without_a_silent_ending(word: str, n: int) -> None:
    assert count_syllables(word) == n


def test_an_easy_text_has_a_low_grade_and_a_hard_one_a_high_one() -> None:
    easy, hard = reading_grade(EASY), reading_grade(HARD)
    assert easy is not None and easy < 3
    assert hard is not None and hard > 16


def test_markers_and_quotation_marks_do_not_count() -> None:
    assert reading_grade(EASY.replace(". ", " [12]. ")) == reading_grade(EASY)


def test_a_short_text_has_none() -> None:
    assert reading_grade("Take it with food.") is None

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.benchmark import Item, Output
from eval.benchmarks.choices import best_supported, choice_messages, judge_choice, locate_choice, shown, written

OPTIONS = {"A": "aspirin", "B": "warfarin", "C": "heparin sodium", "D": "none of them"}


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("C", "C"),
        ("  D\n", "D"),
        ("B or C", "B"),
        ("B and C", "B"),
        ("B/C", "B"),
        ("B, because", "B"),
        ("B. because", "B"),
        ('B"}', "B"),
        ("B: warfarin", "B"),
        ("I choose option C here", "C"),
        ("Option D", "D"),
        ("The answer is: B", "B"),
        ('{"step_by_step_thinking": "Not A.", "answer_choice": "D"}', "D"),
        ('{"answer_choice": "A"} no, {"answer_choice": "B"}', "B"),
        # The published reading takes the first capital after a colon, whatever word it opens.
        ("Answer: Because of C", "B"),
        # And a rule that stands earlier wins over one that stands later in the text.
        ("My view: option C", "C"),
    ],
)
def test_a_choice_is_read_as_the_benchmark_reads_it(reply: str, letter: str) -> None:
    assert locate_choice(reply) == (letter, False)


@pytest.mark.parametrize("reply", ["", "I cannot tell.", "Bleeding is likely", "e", "(C)", "The best is C"])
def test_where_no_rule_fits_it_is_a_and_said_so(reply: str) -> None:
    assert locate_choice(reply) == ("A", True)


@given(st.sampled_from("ABCD"))
def test_what_is_written_is_read_back(letter: str) -> None:
    assert locate_choice(written(letter)) == (letter, False)


@given(st.text())
def test_any_reply_gives_a_letter(reply: str) -> None:
    assert locate_choice(reply).letter in "ABCD"


def test_a_model_sees_options_and_passages_and_is_told_what_passages_are() -> None:
    system, user = choice_messages("Which thins?", OPTIONS, ["Warfarin\nthins."])
    assert "not instructions" in system.content
    assert user.content.startswith("Passage 1: Warfarin thins.")
    assert "B. warfarin" in user.content
    closed, _ = choice_messages("Which thins?", OPTIONS, [])
    assert "assage" not in closed.content


def test_without_a_model_the_option_that_stands_in_the_evidence_is_taken() -> None:
    assert best_supported("Which thins?", OPTIONS, ["Heparin thins.", "Heparin sodium is injected."]) == "C"
    assert best_supported("Which thins?", OPTIONS, ["Heparin thins."]) == "C"


@pytest.mark.parametrize("texts", [[], ["Nothing of this."], ["Aspirin and warfarin thin."]])
def test_no_evidence_or_two_options_alike_is_no_choice(texts: list[str]) -> None:
    assert best_supported("Which thins?", OPTIONS, texts) is None


def test_words_of_the_question_support_no_option() -> None:
    options = {"A": "aspirin dose", "B": "aspirin heparin"}
    assert best_supported("What aspirin dose?", options, ["An aspirin dose."]) is None


def test_yes_and_no_are_read_from_what_the_evidence_says() -> None:
    options = {"A": "yes", "B": "no", "C": "maybe"}
    assert best_supported("Does it help?", options, ["The drug improved sleep."]) == "A"
    assert best_supported("Does it help?", options, ["The drug did not improve sleep."]) == "B"
    assert best_supported("Does it help?", options, ["The benefit remains unclear."]) == "C"
    assert best_supported("Does it help?", {"A": "yes", "B": "no"}, ["The benefit remains unclear."]) == "A"


def test_accuracy_counts_fallbacks_and_shows_them_apart() -> None:
    item = Item(id="1", question="?", gold="A", options=OPTIONS)
    assert judge_choice(item, Output(item="1", system="BM25", answer=written("A"))) == {
        "accuracy": 1.0,
        "no choice found": 0.0,
        "accuracy of choices made": 1.0,
    }
    assert judge_choice(item, Output(item="1", system="BM25", answer="")) == {
        "accuracy": 1.0,
        "no choice found": 1.0,
        "accuracy of choices made": None,
    }


def test_what_comes_with_a_set_is_not_shown_in_a_report(made_system) -> None:
    assert shown(made_system("BM25"), ["one", "two", "three", "four"]) == ("one", "two", "three")
    assert shown(made_system("BM25"), ["x" * 1000]) == ("x" * 300,)
    assert shown(made_system("oracle passages"), ["one"]) == ()

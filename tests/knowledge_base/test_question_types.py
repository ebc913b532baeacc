from __future__ import annotations

import pytest

from knowledge_base.question_types import types_of, types_of_heading


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("why do people get gout", "causes"),
        ("how can i tell that i have gout", "diagnosis"),
        ("is there a cure for gout", "treatment"),
        ("what is gout", "information"),
        ("how long can it stay out of the refrigerator", "storage"),
        ("can i take these two together", "interactions"),
        ("does it run in my family", "inheritance"),
    ],
)
def test_a_question_shows_its_type(question: str, name: str) -> None:
    assert name in types_of(question)


def test_information_gives_way_to_what_says_more() -> None:
    assert types_of("what are the symptoms of gout") == {"symptoms"}


def test_a_heading_may_only_name_its_subject() -> None:
    assert types_of_heading("Gout") == frozenset()
    assert "treatment" in types_of_heading("Treating gout at home")

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from eval.training_topics import load_mediqa, load_medquad, load_training
from knowledge_base.errors import VademecumError
from knowledge_base.words import folded_words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "medquad").mkdir()
    rows = [
        {"focus": focus, "qtype": kind, "question": f"{kind} of {focus} ?", "synonyms": [], "answer": f"{focus} {kind}"}
        for focus in ("Gout", "Red fever", "Blue fever")
        for kind in ("symptoms", "treatment")
    ]
    with gzip.open(tmp_path / "medquad" / "medquad.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(map(json.dumps, rows)))
    return tmp_path


def test_reworded_questions_with_like_subjects_beside_their_own(folder: Path) -> None:
    topics = list(load_medquad(folder, frozenset({"gout"}), random.Random(1)))  # noqa: S311
    for topic in topics:
        best = [text.text for text, grade in zip(topic.texts, topic.grades, strict=True) if grade == 3]
        assert len(best) == 1
        assert sorted(topic.grades) == [0] * 4 + [1, 3]
        # What is left out is asked nowhere, but may stand among the texts.
        assert "gout" not in topic.question.lower()
        assert best[0] not in topic.question
    assert len({topic.question for topic in topics}) > 20


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VademecumError, match=r"medquad\.jsonl\.gz cannot be read"):
        list(load_medquad(tmp_path, frozenset(), random.Random(1)))  # noqa: S311
    with pytest.raises(VademecumError, match=r"Alexa\.xml\.gz cannot be read"):
        list(load_mediqa(tmp_path))


@pytest.mark.data
def test_no_training_question_is_one_of_liveqa(shared_data: Path) -> None:
    from eval.liveqa import load_liveqa

    asked = [frozenset(folded_words(f"{one.subject} {one.message}")) for one in load_liveqa(shared_data / "benchmarks")]
    for topic in load_training(shared_data / "benchmarks"):
        words = frozenset(folded_words(topic.question))
        assert all(2 * len(words & known) < len(words | known) for known in asked)

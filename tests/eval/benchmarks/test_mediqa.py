from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmarks.mediqa import Mediqa, spearman

FILE = """<Set><Question QID="1"><QuestionText>about
  gout</QuestionText><AnswerList>
  <Answer AID="a" ReferenceRank="2" ReferenceScore="3"><AnswerText>Gout: it hurts.</AnswerText></Answer>
  <Answer AID="b" ReferenceRank="1" ReferenceScore="4"><AnswerText>It is treated.</AnswerText></Answer>
  <Answer AID="c" ReferenceRank="5" ReferenceScore="1"><AnswerText>No.</AnswerText></Answer></AnswerList></Question>
  <Question QID="2"><QuestionText>none</QuestionText><AnswerList>
  <Answer AID="d" ReferenceRank="1" ReferenceScore="2"><AnswerText>No.</AnswerText></Answer></AnswerList></Question>
</Set>"""


def test_answers_are_ranked_and_unanswerable_questions_left_out(tmp_path: Path, put, made_system, ask_all) -> None:
    put(tmp_path / "mediqa2019_qa" / "MEDIQA2019-Task3-QA-TestSet-wLabels.xml.gz", FILE)
    put(tmp_path / "mediqa2019_qa" / "MEDIQA2019-Task3-QA-ValidationSet.xml.gz", "<Set/>")
    items, outputs, measures = ask_all(Mediqa(), tmp_path, made_system("BM25", rank=lambda *_: [2, 1, 0]))
    assert [(item.id, item.question) for item in items] == [("test/1", "about gout")]
    assert outputs[0].answer == ["c", "b", "a"]
    assert measures["MRR"].value == 0.5
    assert measures["P@1"].value == 0.0
    # Reference ranks 5, 1, 2 become 3, 1, 2 at places 1, 2, 3: 1 - 6 * (4 + 1 + 1) / (3 * 8).
    assert measures["Spearman"].value == pytest.approx(1 - 36 / 24)


def test_spearman_by_hand() -> None:
    assert spearman([1, 4, 9]) == 1.0
    assert spearman([9, 4, 1]) == -1.0
    assert spearman([1]) is None


@pytest.mark.data
def test_the_published_files_are_read(shared_data: Path) -> None:
    items = Mediqa().load(shared_data / "benchmarks", None)
    assert {item.topic for item in items} == {"validation", "test"}
    assert all(len(item.gold) == len(item.context) for item in items)

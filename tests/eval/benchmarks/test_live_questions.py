from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmarks.live_questions import LiveQa, LiveQaAnswers, overlap
from knowledge_base.text_ranker import FreeText

QUESTIONS = """<Set>
  <NLM-QUESTION qid="TQ3"><Original-Question><SUBJECT>Gout.</SUBJECT><MESSAGE>Is there a cure?</MESSAGE>
  </Original-Question><NLM-Summary>How is gout treated?</NLM-Summary><ANNOTATIONS><TYPE>TREATMENT</TYPE></ANNOTATIONS>
  <ReferenceAnswers><ReferenceAnswer><ANSWER>Rest and
  medicines.</ANSWER></ReferenceAnswer></ReferenceAnswers></NLM-QUESTION>
</Set>"""
ANSWERS = (
    'AnswerID,Answer\nA1,"Question: Treat Gout ?\nURL: http://a\nAnswer: Rest.\n"\n'
    'A2,"Question: What is Gout ?\nURL: http://b\nAnswer: A toe.\n"\n'
)


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    put(tmp_path / "liveqa_med_2017" / "TREC-2017-LiveQA-Medical-Test-Questions-w-summaries.xml", QUESTIONS)
    put(tmp_path / "liveqa_medquad_judged" / "answers_2479.csv.gz", ANSWERS)
    put(tmp_path / "liveqa_medquad_judged" / "qrels_2479.txt", "3 4-Excellent A1\n3 1-Incorrect A2\n")
    return tmp_path


def test_both_wordings_rank_the_judged_answers(folder: Path, made_system, ask_all) -> None:
    seen = []

    def rank(question: str, texts):
        seen.append(texts[0])
        return [1, 0] if question.startswith("Gout") else [0, 1]

    _, _, measures = ask_all(LiveQa(), folder, made_system("BM25", rank=rank))
    assert seen[0] == FreeText("Treat Gout ?", "Rest.")
    assert measures["MRR, full question"].value == 0.5
    assert measures["MRR, summary"].value == 1.0
    assert measures["MRR"].value == 0.75


def test_answers_overlap_with_references(folder: Path, made_system, answer_of, ask_all) -> None:
    items, _, measures = ask_all(LiveQaAnswers(), folder, made_system(answer=answer_of("Rest and medicines.")))
    assert (items[0].gold, items[0].topic) == (["Rest and medicines."], "treatment")
    assert measures["ROUGE-L"].value == measures["answered"].value == 1.0
    _, _, declined = ask_all(LiveQaAnswers(), folder, made_system())
    assert declined["answered"].value == 0.0
    assert declined["ROUGE-L"].value is None


def test_overlap_by_hand() -> None:
    # "rest" of two words against "rest and medicines": 2 * 1 / (2 + 3).
    assert overlap("rest now", ["Rest and medicines."], answered=True)["ROUGE-L"] == pytest.approx(0.4)
    assert overlap("", ["a"], answered=False) == {"ROUGE-L": None, "ROUGE-2": None, "token F1": None, "answered": 0.0}


@pytest.mark.data
def test_the_published_files_are_read(shared_data: Path) -> None:
    assert len(LiveQa().load(shared_data / "benchmarks", None)) == 2 * 46
    items = LiveQaAnswers().load(shared_data / "benchmarks", None)
    assert len(items) == 62
    assert sum(bool(item.gold) for item in items) > 55

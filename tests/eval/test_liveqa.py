from __future__ import annotations

import csv
import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eval.baselines import RRF, SYSTEMS, TextBaselines
from eval.liveqa import load_liveqa, measure_liveqa, with_good_answer
from eval.measures import OURS
from eval.missing import MissingDataError
from eval.topics import Topic
from knowledge_base.errors import VademecumError
from knowledge_base.text_ranker import FreeText

QUESTIONS = """<?xml version="1.0"?>
<Set>
  <NLM-QUESTION qid="TQ3"><Original-Question><SUBJECT>Gout.</SUBJECT><MESSAGE>Hello, is there
  a cure?</MESSAGE></Original-Question><NLM-Summary>How is gout treated?</NLM-Summary></NLM-QUESTION>
  <NLM-QUESTION qid="TQ4"><Original-Question><SUBJECT>Asthma</SUBJECT><MESSAGE>What is it?</MESSAGE>
  </Original-Question><NLM-Summary>What is asthma?</NLM-Summary></NLM-QUESTION>
</Set>"""
ANSWERS = {
    "A1": "Question: What are the treatments for Gout ?\nURL: http://a\nAnswer: Rest and medicines.\n",
    "A2": "Question: What are the symptoms of Gout ?\nURL: http://b\nAnswer: A sore toe.\n",
    "A3": "Question: What is (are) Asthma ?\nURL: http://c\nAnswer: The airways are narrow.\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    questions, judged = tmp_path / "liveqa_med_2017", tmp_path / "liveqa_medquad_judged"
    questions.mkdir()
    judged.mkdir()
    (questions / "TREC-2017-LiveQA-Medical-Test-Questions-w-summaries.xml").write_text(QUESTIONS, encoding="utf-8")
    with gzip.open(judged / "answers_2479.csv.gz", "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("AnswerID", "Answer"), *ANSWERS.items()])
    qrels = "3 1-Incorrect A3\n3 2-Related A2\n3 4-Excellent A1\n4 2-Related A3\n"
    (judged / "qrels_2479.txt").write_text(qrels, encoding="utf-8")
    return tmp_path


def test_questions_come_with_their_judged_answers(folder: Path) -> None:
    gout, asthma = load_liveqa(folder)
    assert gout.full == "Gout. Hello, is there a cure?"
    assert gout.texts[0] == FreeText("What are the treatments for Gout ?", "Rest and medicines.")
    assert gout.grades == (3, 1, 0)
    assert asthma.grades == (1,)
    assert with_good_answer([gout, asthma]) == [gout]


def test_every_system_ranks_the_same_answers(folder: Path, embedder) -> None:
    measures = measure_liveqa(folder, embedder)
    by_name = {(one.system, one.name): one for one in measures}
    assert by_name[OURS, "MRR, summary"].value == 1.0
    assert by_name[OURS, "nDCG@10, full question"].value == 1.0
    assert {one.system for one in measures} == {OURS, *SYSTEMS}
    assert all(one.n == 1 for one in measures)
    difference = by_name[OURS, f"nDCG@10, summary, ours minus {RRF}"]
    rrf = by_name[RRF, "nDCG@10, summary"].value
    assert difference.value == pytest.approx(1.0 - rrf)


def test_measures_of_a_topic_by_hand() -> None:
    topic = Topic(id="1", question="?", texts=(FreeText("", "a"),) * 3, grades=(0, 1, 2))
    assert topic.reciprocal_rank([0, 1, 2]) == pytest.approx(1 / 3)
    assert topic.ndcg([2, 1, 0]) == 1.0


def test_bm25_counts_words_over_all_texts_and_ranks_those_given(word_embedder) -> None:
    texts = [FreeText("", "gout gout gout"), FreeText("", "gout and a toe"), FreeText("", "toe")]
    found = TextBaselines(texts, word_embedder).rank("toe?", texts[1:])
    assert found["BM25"] == [1, 0]
    assert TextBaselines(texts, word_embedder).rank("???", texts)["BM25"] == [0, 1, 2]


def test_baselines_made_in_one_thread_answer_in_others(word_embedder) -> None:
    texts = [FreeText("", "gout"), FreeText("", "toe")]
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        made = first.submit(TextBaselines, texts, word_embedder).result()
        assert second.submit(made.rank, "toe", texts).result()["BM25"] == [1, 0]


def test_a_missing_file_and_a_damaged_line_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="is missing"):
        load_liveqa(tmp_path / "nowhere")
    (folder / "liveqa_medquad_judged" / "qrels_2479.txt").write_text("3 1-Incorrect A1\nbroken\n", encoding="utf-8")
    with pytest.raises(VademecumError, match="line 2"):
        load_liveqa(folder)


@pytest.mark.data
def test_the_published_files_are_read(shared_data: Path) -> None:
    questions = load_liveqa(shared_data / "benchmarks")
    assert (len(questions), len(with_good_answer(questions))) == (62, 46)
    assert all(text.heading and text.text for one in questions for text in one.texts)

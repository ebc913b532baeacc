from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import ir_measures
import pytest
from ir_measures import RR, nDCG

from eval.benchmark import Benchmark, Item, Output
from eval.export import export
from eval.harness import is_choice, write_harness
from eval.inspect_samples import choice_samples
from eval.questions import Questions
from eval.rankings import ndcg, reciprocal_rank
from eval.trec import is_ranking, write_trec
from knowledge_base.errors import VademecumError

FACTS = {"identity": {"index": "1", "model": "extractive", "limit": None, "program": "p"}, "seed": 7}
RANKED = [
    (
        Item(id="q 1", question="x", gold={"a": 3, "b 2": 1, "c": 0}),
        Output(item="q 1", system="BM25", answer=["c", "a", "b 2"]),
    ),
    (Item(id="q2", question="y", gold={"a": 1}), Output(item="q2", system="BM25", answer=["b 2", "a"])),
]


@pytest.fixture
def choices(made: ModuleType) -> Benchmark:
    class Choices(made.MadeBenchmark):
        main = "accuracy"

        def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
            options = {"A": "yes", "B": "no", "C": "maybe"}
            return [Item(id=f"q{n}", question=f"Is {n} even?", gold="AB"[n % 2], options=options) for n in range(4)]

        def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
            return {"accuracy": float(output.answer == item.gold)}

    return Choices()


def test_a_tool_reads_the_trec_files_and_agrees_to_nine_digits(tmp_path: Path) -> None:
    qrels, run = write_trec("made", RANKED, tmp_path)
    found = ir_measures.calc(
        [nDCG @ 10, RR], list(ir_measures.read_trec_qrels(str(qrels))), list(ir_measures.read_trec_run(str(run)))
    )
    values = {(one.query_id, str(one.measure)): one.value for one in found.per_query}
    for item, output in RANKED:
        name = item.id.replace(" ", "_")
        assert values[name, "nDCG@10"] == pytest.approx(ndcg(output.answer, item.gold, 10), abs=1e-9)
        assert values[name, "RR"] == pytest.approx(reciprocal_rank(output.answer, item.gold), abs=1e-9)
    assert run.read_text(encoding="utf-8").splitlines()[0] == "q_1 Q0 c 1 3 BM25"
    assert qrels.read_text(encoding="utf-8").splitlines()[1] == "q_1 0 b_2 1"


def test_ids_that_would_become_one_are_refused(tmp_path: Path) -> None:
    item = Item(id="q", question="x", gold={"a b": 1, "a_b": 0})
    with pytest.raises(VademecumError, match="same id"):
        write_trec("made", [(item, Output(item="q", system="BM25", answer=["a b"]))], tmp_path)


def test_what_is_a_ranking_and_what_is_a_choice() -> None:
    item, output = RANKED[0]
    assert is_ranking(item, output)
    assert not is_ranking(item, Output(item="q", system="BM25", answer="a letter"))
    assert not is_ranking(Item(id="q", question="x", gold={"kind": "answer"}), output)
    assert is_choice(Item(id="q", question="x", gold="A", options={"A": "yes"}))
    assert not is_choice(item)


def test_the_harness_files_have_its_shape(tmp_path: Path, choices: Benchmark) -> None:
    items = choices.load(tmp_path, None)
    pairs = [(one, Output(item=one.id, system="vademecum", answer="A")) for one in items]
    pairs[3] = (items[3], Output(item="q3", system="vademecum", error="no answer"))
    results, samples = write_harness(choices, pairs, FACTS, tmp_path)
    assert results.parent.name == "vademecum__extractive"
    assert results.name.startswith("results_")
    assert samples.name.startswith("samples_made_")
    total = json.loads(results.read_text(encoding="utf-8"))
    # Right, wrong, right of three; one failed.
    assert total["results"]["made"]["acc,none"] == pytest.approx(2 / 3)
    assert total["results"]["made"]["acc_stderr,none"] == pytest.approx(math.sqrt(2 / 3 * 1 / 3 / 2))
    assert total["n-samples"]["made"] == {"original": 4, "effective": 3}
    rows = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
    assert [row["acc"] for row in rows] == [1.0, 0.0, 1.0]
    assert set(rows[0]) == {
        *("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"),
        *("doc_hash", "prompt_hash", "target_hash", "acc"),
    }
    assert rows[1]["target"] == "B"
    assert rows[0]["arguments"]["gen_args_0"]["arg_0"] == "Is 0 even?\nA. yes\nB. no\nC. maybe"


def test_a_format_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(VademecumError, match="--to xml: no such format; there is: trec, lm-eval"):
        export(tmp_path, "xml", tmp_path, tmp_path)
    with pytest.raises(VademecumError, match="holds no run"):
        export(tmp_path, "trec", tmp_path, tmp_path)


def test_a_set_without_options_is_no_inspect_task(tmp_path: Path) -> None:
    with pytest.raises(VademecumError, match="questions: no multiple-choice set"):
        choice_samples([Questions()], tmp_path)


def test_the_samples_of_inspect(tmp_path: Path, choices: Benchmark) -> None:
    rows = choice_samples([choices], tmp_path)
    assert rows[1] == {
        "id": "q1",
        "input": "Is 1 even?",
        "choices": ["yes", "no", "maybe"],
        "target": "B",
        "metadata": {"benchmark": "made", "topic": ""},
    }


@pytest.mark.skipif(importlib.util.find_spec("inspect_ai") is None, reason="needs the extra `inspect`")
def test_inspect_takes_them_as_a_task(tmp_path: Path, choices: Benchmark) -> None:
    from eval.inspect_task import task_of

    dataset = task_of([choices], tmp_path, None).dataset
    assert [(one.id, one.target, one.choices) for one in dataset][1] == ("q1", "B", ["yes", "no", "maybe"])

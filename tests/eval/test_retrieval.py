from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from eval.measures import OURS, Measure
from eval.missing import MissingDataError
from eval.retrieval import Setting, Task, measure_retrieval, retrieval_table
from eval.session import Order, carry_out
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase


def _done(setting: Setting) -> tuple[Measure, ...]:
    return (Measure(task="done", system=OURS, name="share", n=setting.limit or 0, value=1.0),)


def _missing(setting: Setting) -> tuple[Measure, ...]:
    MissingDataError.check(setting.data / "absent.csv")
    return ()


@pytest.fixture
def kb(tmp_path: Path, embedder, make_document) -> KnowledgeBase:
    with KnowledgeBaseBuilder(tmp_path / "kb", embedder) as builder:
        builder.add_file("a", "1", [make_document("md:a@1", {"Storage": "Keep it dry."})])
        builder.publish()
    return KnowledgeBase.open(tmp_path / "kb", embedder)


def test_a_task_without_its_files_is_said_and_the_others_go_on(
    kb: KnowledgeBase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setting = Setting(data=tmp_path, kb=kb, cache=tmp_path / "cache", limit=3)
    measures = measure_retrieval(setting, (Task(name="gone", measure=_missing), Task(name="done", measure=_done)))
    assert [(one.task, one.value) for one in measures] == [("gone", None), ("done", 1.0)]
    assert measures[0].note.startswith("not judged: file missing")
    assert "2 of 2: done" in capsys.readouterr().err
    assert "| gone | all | 0 | not judged |" in retrieval_table(measures)


def test_the_command_writes_table_and_json(
    kb: KnowledgeBase, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VADEMECUM_HOME", str(tmp_path / "home"))
    (tmp_path / "data").mkdir()
    order = Order(names=("retrieval",), data=tmp_path / "data", kb_path=kb.path, out=tmp_path / "out", limit=20)
    sys.stdout.write("".join(carry_out(order)))
    assert capsys.readouterr().out.count("not judged: file missing") == 3
    result = json.loads((tmp_path / "out" / "retrieval.json").read_text(encoding="utf-8"))
    missing = {one["task"] for one in result["measures"] if "file missing" in one["note"]}
    assert missing == {"FDARxBench toy", "LiveQA judged answers", "MedicationQA"}
    # Made from the knowledge base itself: no file is needed.
    assert {"section finding", "section finding, odd"} <= {one["task"] for one in result["measures"]}
    assert result["index"]["n_documents"] == 1


def test_bad_arguments_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(VademecumError, match="needs the folder of benchmarks; name it with --data"):
        list(carry_out(Order(names=("retrieval",))))
    with pytest.raises(VademecumError, match=r"nonsense: no such benchmark; there is: .*questions.*retrieval"):
        list(carry_out(Order(names=("nonsense",), data=tmp_path)))
    with pytest.raises(VademecumError, match="there is no such file or folder"):
        list(carry_out(Order(names=("questions",), data=tmp_path / "none")))
    (tmp_path / "a.csv").write_text("question\nx\n", encoding="utf-8")
    with pytest.raises(VademecumError, match=r"a\.csv is no folder"):
        list(carry_out(Order(names=("names",), data=tmp_path / "a.csv")))

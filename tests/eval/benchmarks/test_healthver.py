from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmarks.healthver import HealthVer
from knowledge_base.errors import VademecumError

HEAD = "id,evidence,claim,label,topic_ip,question\n"
ROWS = (
    "1,Zinc shortens a cold by one day.,Zinc shortens a cold by one day.,Supports,7,?\n"
    "2,Masks do not harm the lungs.,Masks harm the lungs.,Refutes,8,?\n"
    "3,The sky is blue.,Zinc cures.,Neutral,7,?\n"
    "4,The sky is blue.,Garlic prevents a cold.,Refutes,9,?\n"
)


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    put(tmp_path / "healthver" / "healthver_test.csv.gz", HEAD + ROWS)
    return tmp_path


def test_verdicts_are_held_against_the_annotators(folder: Path, made_system, with_embedder, embedder, ask_all) -> None:
    system = made_system(knowledge_base=with_embedder(embedder))
    items, outputs, measures = ask_all(HealthVer(), folder, system)
    assert [output.answer for output in outputs] == ["supports", "refutes", "neutral", "neutral"]
    assert [item.cluster for item in items] == ["7", "8", "7", "9"]
    assert measures["accuracy"].value == 0.75
    assert measures["recall, refutes"].value == 0.5
    assert measures["precision, neutral"].value == 0.5
    # F1: 1 of supports, 2/3 of refutes (1 and 1/2), 2/3 of neutral (1/2 and 1).
    assert measures["macro-F1"].value == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)
    # Agreement 3/4; by chance (1*1 + 1*2 + 2*1) / 16.
    assert measures["kappa with the annotators"].value == pytest.approx((3 / 4 - 5 / 16) / (1 - 5 / 16))


def test_another_label_is_one_line(tmp_path: Path, put) -> None:
    put(tmp_path / "healthver" / "healthver_test.csv.gz", f"{HEAD}1,a,b,Perhaps,7,?\n")
    with pytest.raises(VademecumError, match="row 1: not as published"):
        HealthVer().load(tmp_path, None)

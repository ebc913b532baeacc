from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmarks.medhalt import MedHalt

HEAD = "id,subject_name,topic_name,split_type,dataset,len,year,exam_name,question,options\n"
ROWS = "".join(
    f"{number},,,train,medmcqa,1,,,\"Which absurd nerve, {number}?\",\"{{'0': 'the first', '1': 'I do not know'}}\"\n"
    for number in (1, 2)
)


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    put(tmp_path / "medhalt_fqt" / "reasoning_fake.csv.gz", HEAD + ROWS)
    return tmp_path


def test_declining_is_right_and_answering_costs_a_quarter(folder: Path, made_system, answer_of, ask_all) -> None:
    _, _, declined = ask_all(MedHalt(), folder, made_system())
    assert (declined["accuracy"].value, declined["points"].value) == (1.0, 1.0)
    # A quote that holds one of the words is still an answer.
    _, _, quoted = ask_all(MedHalt(), folder, made_system(answer=answer_of("It is absurd.")))
    assert (quoted["accuracy"].value, quoted["points"].value) == (0.0, -0.25)


def test_a_model_is_read_as_the_benchmark_does(folder: Path, made_system, scripted_model, ask_all) -> None:
    model = scripted_model(lambda prompt: "I do not know." if "1?" in prompt else "the first")
    items, _, measures = ask_all(MedHalt(), folder, made_system("closed book", model=model))
    assert items[0].options == {"A": "the first", "B": "I do not know"}
    assert measures["accuracy"].value == 0.5
    assert measures["points"].value == pytest.approx((1 - 0.25) / 2)

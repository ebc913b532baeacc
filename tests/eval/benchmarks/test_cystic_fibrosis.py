from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmarks.cystic_fibrosis import CysticFibrosis, records

RECORD = """<RECORD><RECORDNUM>{number:05}</RECORDNUM><TITLE>Of {word}.</TITLE>
<MAJORSUBJ><TOPIC>CYSTIC-FIBROSIS: im.</TOPIC></MAJORSUBJ><{tag}>It is
{word}.</{tag}></RECORD>"""
QUERIES = """<QUERIES><QUERY><QueryNumber>00001</QueryNumber><QueryText>What is
lung?</QueryText><Records><Item score="2222">1</Item><Item score="0010">2</Item></Records></QUERY></QUERIES>"""


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    for year in range(74, 80):
        number = year - 73
        text = RECORD.format(number=number, word=f"lung {year}", tag="ABSTRACT" if year % 2 else "EXTRACT")
        put(tmp_path / "cystic_fibrosis" / f"cf{year}.xml.gz", f"<ROOT>{text}</ROOT>")
    put(tmp_path / "cystic_fibrosis" / "cfquery.xml", QUERIES)
    return tmp_path


def test_records_hold_title_text_and_subjects(folder: Path) -> None:
    found = records(folder)
    assert list(found) == [*"123456"]
    assert found["1"].heading == "Of lung 74."
    assert found["1"].text == "It is lung 74. CYSTIC FIBROSIS: im."


def test_gain_is_the_sum_of_four_judgements(folder: Path, made_system, ask_all) -> None:
    system = made_system("BM25", rank=lambda *_: [2, 0, 1, 3, 4, 5], data=folder)
    items, outputs, measures = ask_all(CysticFibrosis(), folder, system)
    assert items[0].gold == {"1": 8, "2": 1}
    assert outputs[0].answer[:3] == ["3", "1", "2"]
    assert measures["MRR"].value == 0.5
    assert measures["P@10"].value == pytest.approx(2 / 10)


@pytest.mark.data
def test_the_published_files_are_read(shared_data: Path) -> None:
    assert len(records(shared_data / "benchmarks")) == 1239
    assert len(CysticFibrosis().load(shared_data / "benchmarks", None)) == 59

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from eval.benchmarks.ddi import Ddi
from knowledge_base.errors import VademecumError

DOCUMENT = """<document id="d1">
  <sentence id="d1.s0" text="Avoid taking A with B, unlike C."><entity id="e0" text="A"/><entity id="e1" text="B"/>
    <pair id="p0" e1="e0" e2="e1" ddi="true" type="advise"/><pair id="p1" e1="e0" e2="e1" ddi="false"/></sentence>
  <sentence id="d1.s1" text="A and B are old."><pair id="p2" e1="e0" e2="e1" ddi="false"/></sentence>
  <sentence id="d1.s2" text="A raises B."><pair id="p3" e1="e0" e2="e1" ddi="true" type="mechanism"/></sentence>
  <sentence id="d1.s3" text="A is alone."/>
</document>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ddi_corpus_2013").mkdir()
    return tmp_path


def _write(folder: Path, document: str) -> None:
    with zipfile.ZipFile(folder / "ddi_corpus_2013" / "DDICorpus-2013-Train.zip", "w") as archive:
        archive.writestr("DDICorpus/Train/DrugBank/d1.xml", document)


def test_detection_by_hand_beside_saying_it_of_every_pair(folder: Path, made_system, ask_all) -> None:
    _write(folder, DOCUMENT)
    items, _, measures = ask_all(Ddi(), folder, made_system())
    assert [item.gold for item in items] == [[True, False], [False], [True]]
    # Said of both pairs of the first sentence: one of two right; one of two found.
    assert measures["precision, interacts"].value == 0.5
    assert measures["recall, interacts"].value == 0.5
    assert measures["F1, interacts"].n == 4
    assert measures["precision, interacts, if every pair did"].value == 0.5
    assert measures["recall, interacts, if every pair did"].value == 1.0
    assert measures["accuracy, by sentence"].value == pytest.approx((0.5 + 1 + 0) / 3)


def test_what_does_not_apply_is_said_and_is_no_zero(folder: Path, made_system, ask_all) -> None:
    _write(folder, DOCUMENT)
    _, _, measures = ask_all(Ddi(), folder, made_system())
    assert measures["F1, four classes"].value is None
    assert "does not apply" in measures["F1, four classes"].note


def test_another_form_is_one_line(folder: Path) -> None:
    _write(folder, '<document><sentence id="s"><pair ddi="perhaps"/></sentence></document>')
    with pytest.raises(VademecumError, match=r"d1\.xml: a pair is not as published"):
        Ddi().load(folder, None)

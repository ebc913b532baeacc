"""The judge of names must be able to fail: a lexicon that knows too little scores low, a missing set scores nothing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from eval.drug_names import measure_drug_names, read_drugs
from eval.measures import Measure
from eval.name_questions import FRAMES, framed, in_second_half, questions_without_drug
from knowledge_base.drug_names import DrugLexicon
from knowledge_base.types import DrugName


def _lexicon(*names: str) -> DrugLexicon:
    return DrugLexicon.build(DrugName(name=name, relation="ingredient", ingredients=(name,)) for name in names)


def _benchmarks(folder: Path) -> Path:
    redmed = folder / "benchmarks" / "misspellings_redmed"
    redmed.mkdir(parents=True)
    pairs = ["misspelling\ttarget\tdrug\tcolumn\tedits\tstrict", "ibuprofin\tibuprofen\tibuprofen\tedOne\t1\t1"]
    pairs += ["qqqqqqq\tibuprofen\tibuprofen\tedTwo\t2\t0"]
    (redmed / "pairs.tsv").write_text("\n".join(pairs), encoding="utf-8")
    rows = "dbid\tdrug\tknown\n1\tibuprofen\tibuprofen,advil\n2\tzelturapril\tzelturapril\n"
    (redmed / "redmed_lexicon.tsv.gz").write_bytes(gzip.compress(rows.encode()))
    medquad = folder / "benchmarks" / "medquad"
    medquad.mkdir()
    asked = ("What are the symptoms of measles ?", "What are the side effects of advil in measles ?")
    lines = [
        json.dumps({"source": "X", "focus": text, "qtype": "a", "focus_group": "Disorders", "question": text})
        for text in asked
    ]
    (medquad / "medquad.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    return folder


def _named(measures: tuple[Measure, ...]) -> dict[str, Measure]:
    return {one.name: one for one in measures}


def test_a_set_that_is_missing_gives_no_figure(tmp_path: Path) -> None:
    measures = _named(measure_drug_names(tmp_path, _lexicon("ibuprofen"), limit=5))
    assert measures["misspelling read right, strict"].n == 0
    assert measures["misspelling read right, strict"].passes is None
    assert measures["misspelling read right, strict"].note


def test_figures_follow_what_is_read(tmp_path: Path) -> None:
    measures = _named(measure_drug_names(_benchmarks(tmp_path), _lexicon("ibuprofen"), limit=20))
    assert (measures["misspelling read right, strict"].n, measures["misspelling read right, strict"].value) == (1, 1)
    assert measures["misspelling read right, all pairs"].value == 0.5
    assert measures["absent drug taken for another"].n == 1
    assert measures["drug seen where there is none"].n == 1


def test_a_product_is_not_held_for_one_of_its_ingredients(tmp_path: Path) -> None:
    folder = _benchmarks(tmp_path)
    with (folder / "benchmarks" / "misspellings_redmed" / "pairs.tsv").open("a", encoding="utf-8") as file:
        file.write("\npercocett\tpercocet\toxycodone\tedOne\t1\t1")
    with_one, with_both = (
        _named(measure_drug_names(folder, _lexicon(*names), limit=20))["misspelling read right, strict"]
        for names in (("ibuprofen", "oxycodone"), ("ibuprofen", "oxycodone", "acetaminophen"))
    )
    assert (with_one.n, with_both.n, with_both.value) == (1, 2, 1)


def test_a_question_with_a_name_is_not_among_the_plain_ones(tmp_path: Path) -> None:
    assert questions_without_drug(_benchmarks(tmp_path) / "benchmarks")[1] == ["What are the symptoms of measles ?"]


def test_frames_and_halves_are_fixed_by_the_name() -> None:
    assert framed("abc") == framed("abc")
    assert len({framed(str(number)).replace(str(number), "{}") for number in range(300)}) == len(FRAMES)
    assert 0.4 < sum(in_second_half(str(number)) for number in range(1000)) / 1000 < 0.6


def test_what_is_asked_back_about_is_not_read() -> None:
    assert read_drugs(_lexicon("hydroxyzine", "hydralazine"), "hydroxazine dose") == frozenset()

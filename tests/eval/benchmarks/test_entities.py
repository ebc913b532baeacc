from __future__ import annotations

from eval.benchmarks.entities import candidates


def test_names_of_most_texts_come_first_and_the_question_is_left_out() -> None:
    texts = [
        "The gene BRCA1 is changed.",
        "Mutations of BRCA1 and TP53 occur.",
        "In Lynch syndrome it is MLH1 (mutL homolog).",
    ]
    found = candidates("Which gene is changed in Lynch syndrome?", texts, 5)
    assert found[0] == "BRCA1"
    assert {"MLH1", "mutL homolog"} <= set(found)
    assert not {"The", "In", "Lynch"} & set(found)


def test_at_most_so_many_and_none_without_texts() -> None:
    assert len(candidates("?", ["A1 b B2 c C3"], 2)) == 2
    assert candidates("?", [], 5) == []

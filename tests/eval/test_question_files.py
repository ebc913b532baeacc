from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.question_files import load_items
from eval.questions import STARTER_QUESTIONS
from knowledge_base.errors import VademecumError

JSON_LINES = (
    '{"question": "side effects of ibuprofen", "kind": "answer", "ingredient": "ibuprofen", '
    '"section_codes": ["34084-4", "34071-1"]}\n\n'
    '{"id": "b", "question": "flonezatrib?", "kind": "abstention"}\n'
)
CSV = """id,question,kind,ingredient,section_codes
,side effects of ibuprofen,answer,ibuprofen,34084-4 34071-1
b,flonezatrib?,abstention,,
"""
YAML = """
- question: side effects of ibuprofen
  kind: answer
  ingredient: ibuprofen
  section_codes: ["34084-4", "34071-1"]
- {id: b, question: "flonezatrib?", kind: abstention}
"""


def _load(tmp_path: Path, name: str, text: str):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return load_items(path)


def test_the_three_formats_say_the_same(tmp_path: Path) -> None:
    lines = _load(tmp_path, "a.jsonl", JSON_LINES)
    assert lines == _load(tmp_path, "a.csv", CSV) == _load(tmp_path, "a.yaml", YAML)
    assert [one.id for one in lines] == ["1", "b"]
    assert lines[0].gold == {"kind": "answer", "ingredient": "ibuprofen", "section_codes": ["34084-4", "34071-1"]}
    assert lines[0].cluster == "ibuprofen"


def test_the_projects_own_questions_can_be_read() -> None:
    assert len(load_items(STARTER_QUESTIONS)) == 60


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.jsonl", '{"question": "x"}\n{"kind": "answer"}\n', "line 2: needs a JSON object"),
        ("a.jsonl", '{"question": "x"}\nnot json\n', "line 2: needs a JSON object"),
        ("a.csv", "question,kind\nx,answer\n,answer\n", "line 3: needs a JSON object"),
        ("a.csv", "question,knd\nx,answer\n", "line 2: knd is no field of a question; there is: id, question"),
        ("a.csv", "question,kind\nx,answr\n", "line 2: kind must be one of answer, abstention, emergency"),
        ("a.yaml", "- question: x\n- [1]\n", "entry 2: needs a JSON object"),
        ("a.yaml", "question: x\n", "needs a list of questions"),
        ("a.yaml", "- question: x\n  ingredient: 3\n", "entry 1: ingredient must be text"),
        ("a.yaml", "- question: x\n  section_codes: [3]\n", "entry 1: section_codes must be a list"),
        ("a.yaml", "- {", "cannot be read as YAML"),
        ("a.jsonl", "\n", "holds no question"),
        ("a.txt", "x", "the name must end in .jsonl, .csv"),
    ],
)
def test_a_bad_question_is_one_clear_line(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    with pytest.raises(VademecumError, match=complaint):
        _load(tmp_path, name, text)


@settings(deadline=None)
@given(text=st.text(max_size=60), name=st.sampled_from(["a.jsonl", "a.csv", "a.yaml"]))
def test_whatever_stands_in_a_file_is_read_or_refused(tmp_path_factory, text: str, name: str) -> None:
    path = tmp_path_factory.mktemp("questions") / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        assert all(one.question.strip() for one in load_items(path))
    except VademecumError as error:
        assert "\n" not in str(error)

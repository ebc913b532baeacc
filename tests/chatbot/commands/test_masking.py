"""`vademecum mask`: offsets into the text as given, one object a line, one line for what is wrong."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from chatbot.cli import build_app
from knowledge_base.errors import VademecumError


@pytest.fixture
def run(tmp_path):
    def call(*arguments: str, given: str | None = None) -> str:
        # A setting that switches masking off for models does not switch off the command that is asked for it.
        environment = {"VADEMECUM_HOME": str(tmp_path / "home"), "VADEMECUM_MASK_IDENTIFIERS": "false"}
        result = CliRunner().invoke(build_app(), ["mask", *arguments], input=given, env=environment)
        if result.exception is not None:
            raise result.exception
        return result.stdout

    return call


def test_the_contract(run):
    text = "Mrs. Okafor takes Eliquis 5 mg. — seen 3/4/2026"
    value = json.loads(run(text, "--json"))
    assert set(value) == {"id", "text", "spans"}
    assert value["text"] == "Mrs. [PERSON_1] takes Eliquis 5 mg. — seen [DATE_1]"
    assert [(text[one["start"] : one["end"]], one["type"]) for one in value["spans"]] == [
        ("Okafor", "PERSON"),
        ("3/4/2026", "DATE"),
    ]


def test_standard_input_is_masked_and_the_rest_stays_as_it_was(run):
    assert run(given="  Dear Dr. Osei,\n\nthanks\n") == "  Dear Dr. [PERSON_1],\n\nthanks\n"
    assert run(given="") == "\n"


def test_a_batch_keeps_order_ids_and_lines(run, tmp_path):
    texts = [{"id": 7, "text": "Mr. Osei\u2028Mr. Boateng"}, {"id": "b", "text": ""}, {"text": "plain"}]
    path = tmp_path / "notes.jsonl"
    path.write_text("\n\n".join(json.dumps(one, ensure_ascii=False) for one in texts) + "\r\n", encoding="utf-8")
    results = [json.loads(line) for line in run("--batch", str(path)).strip().split("\n")]
    assert [one["id"] for one in results] == [7, "b", None]
    assert [one["text"] for one in results] == ["Mr. [PERSON_1]\u2028Mr. [PERSON_2]", "", "plain"]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"id": 1, "text": 5}'])
def test_a_bad_line_is_named_and_its_text_is_not_shown(run, tmp_path, line):
    path = tmp_path / "notes.jsonl"
    path.write_text('{"id": 1, "text": "fine"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(VademecumError, match=r"notes\.jsonl line 2: ") as caught:
        run("--batch", str(path))
    assert "\n" not in str(caught.value)

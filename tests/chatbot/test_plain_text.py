from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from hypothesis import given
from hypothesis import strategies as st

from chatbot.plain_text import pieces, to_plain_text


@given(st.text())
def test_pieces_are_the_whole_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_a_boxed_warning_stands_first_but_after_an_emergency_text(fakes) -> None:
    warned = fakes.methotrexate()
    alarm = replace(fakes.emergency(), boxed_warnings=warned.boxed_warnings)
    assert to_plain_text(warned).startswith("BOXED WARNING")
    assert to_plain_text(alarm).startswith(alarm.triage.text.strip())
    assert "BOXED WARNING" in to_plain_text(alarm)


def test_folders_are_left_out_where_they_are_not_for_the_reader(fakes) -> None:
    response = fakes.ibuprofen()
    folders = {str(PurePath(one.passage.document.source_path).parent) for one in response.citations} - {"."}
    text = to_plain_text(response, whole_paths=False)
    assert folders
    assert [folder for folder in folders if folder in text] == []

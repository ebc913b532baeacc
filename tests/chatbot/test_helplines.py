"""The fixed texts and telephone numbers, and the file that may replace them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from chatbot.helplines import Helplines
from knowledge_base.errors import VademecumError

_DATA = tomllib.loads(files("chatbot").joinpath("data/helplines.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("country", sorted(_DATA["countries"]))
def test_every_country_fills_every_text_and_names_its_numbers(country: str) -> None:
    helplines = Helplines(country)
    for category, levels in _DATA["texts"].items():
        for level in levels:
            assert "{" not in helplines.text(category, level)
    entry = _DATA["countries"][country]
    assert all(number in " ".join((entry["emergency"], entry["poison"], entry["crisis"])) for number in entry["calls"])


def test_there_are_at_least_twelve_countries() -> None:
    assert len(_DATA["countries"]) >= 12


def test_a_message_in_another_language_gets_its_line_first() -> None:
    text = Helplines("ES").text("overdose", "emergency", "es")
    assert text.startswith("Esto puede ser una emergencia. Llame ahora: 112.")


def test_a_file_of_ones_own_replaces_the_numbers(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    packaged = files("chatbot").joinpath("data/helplines.toml").read_text(encoding="utf-8")
    path.write_text(packaged.replace('emergency = "911"', 'emergency = "5555"'), encoding="utf-8")
    assert "5555" in Helplines("US", path).text("breathing", "emergency")


@pytest.mark.parametrize("content", ["not toml =", "[countries.OTHER]\nemergency = '1'", ""])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(VademecumError, match=r"own\.toml"):
        Helplines("US", path)

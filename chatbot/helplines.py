"""What the red-flag gate says and whom to call: fixed texts, filled with the telephone numbers of one country.

The texts come from `data/helplines.toml`, or from a file of the same form that a setting names; never from a model.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from chatbot.patterns import read_data
from chatbot.types import TriageLevel
from knowledge_base.errors import VademecumError

_ELSEWHERE: Final = "OTHER"
"""The entry for a country that has none of its own."""
_SAME_COUNTRY: Final = MappingProxyType({"GB": "UK"})


class Helplines:
    """The texts for one country.

    Raises:
        VademecumError: the file cannot be read, or lacks an entry; names the file and the entry.
    """

    def __init__(self, country: str, path: Path | None = None) -> None:
        data = read_data("helplines.toml") if path is None else _read(path)
        where = "data/helplines.toml" if path is None else str(path)
        code = _SAME_COUNTRY.get(country.upper(), country.upper())
        try:
            entry = data["countries"].get(code) or data["countries"][_ELSEWHERE]
            self.numbers: Mapping[str, str] = MappingProxyType(
                {name: str(entry[name]) for name in ("emergency", "poison", "crisis")}
            )
            self._calls = tuple(str(number) for number in entry.get("calls", ()))
            self._texts = {
                (category, level): text.strip().format(**self.numbers)
                for category, levels in data["texts"].items()
                for level, text in levels.items()
            }
            self._first_lines = {
                (language, level): text.strip().format(**self.numbers)
                for language, levels in data.get("languages", {}).items()
                for level, text in levels.items()
            }
        except (KeyError, AttributeError, TypeError, ValueError, IndexError) as error:
            raise VademecumError(
                f"{where}: {error} is missing or not of the form of the packaged helplines file; correct the file"
            ) from error

    def text(self, category: str, level: TriageLevel, language: str = "en") -> str:
        """The text of a category and level, under a line in the language of the message if there is one.

        Raises:
            VademecumError: the file has no such text.
        """
        if (category, level) not in self._texts:
            raise VademecumError(
                f"helplines: no text for {category}, level {level}; add [texts.{category}] to the file"
            )
        first = self._first_lines.get((language, level))
        text = self._texts[category, level]
        return f"{first}\n\n{text}" if first else text

    def calls(self, text: str) -> tuple[str, ...]:
        """The telephone numbers of the country that stand in a text, in its order: the first to call comes first."""
        return tuple(sorted((number for number in self._calls if number in text), key=text.index))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise VademecumError(
            f"helplines file {path} cannot be read: {error}; correct the setting `helplines`"
        ) from error

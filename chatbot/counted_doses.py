"""How many tablets, or how many grams, somebody says were taken at once.

Knows numbers in figures and words, and what spreads a count over days; the limits are in `data/triage/counts.toml`.
"""

from __future__ import annotations

from typing import Any, Final

from chatbot.normalisation import Sentence
from chatbot.patterns import Patterns, read_data
from chatbot.red_flags import Finding
from chatbot.types import TriageLevel

_GRAMS: Final = frozenset({"g", "gm", "gram", "grams"})
_MG_PER_GRAM: Final = 1000


class CountedDoses:
    """Finds counts that are worth a call, and counts that are an overdose until shown otherwise."""

    def __init__(self, patterns: Patterns) -> None:
        data: dict[str, Any] = read_data("triage", "counts.toml")
        self._limits: dict[str, float] = data["limits"]
        self._words: dict[str, int] = data["number_words"]
        number = rf"(?P<n>[0-9]{{1,5}}(?:[.,][0-9]+)?|(?:{'|'.join(self._words)}))(?:ish)?\b"
        self._counted = patterns.compile(data["taken"] + number + data["unit"])
        self._missing = patterns.compile(number + data["missing"])
        self._spread = patterns.any_of(data["spread"])
        self._medicine = patterns.compile(data["medicine"])

    def find(self, sentence: Sentence) -> list[Finding]:
        """The counts in one sentence that reach a limit."""
        if self._spread.search(sentence.text):
            return []
        found: list[Finding] = []
        for match in self._counted.finditer(sentence.text):
            level = self._level(self._number(match["n"]), match["unit"] or "", match["rest"])
            if level != "none":
                start, end = sentence.span(*match.span("n"))
                found.append(Finding(level=level, category="overdose", start=start, end=end))
        for match in self._missing.finditer(sentence.text):
            if self._number(match["n"]) >= self._limits["urgent"]:
                start, end = sentence.span(*match.span())
                found.append(Finding(level="emergency", category="overdose", start=start, end=end))
        return found

    def _level(self, amount: float, unit: str, rest: str) -> TriageLevel:
        if unit == "mg" or unit in _GRAMS:
            grams = amount / _MG_PER_GRAM if unit == "mg" else amount
            return "emergency" if grams >= self._limits["grams"] else "none"
        if unit or not self._medicine.search(rest):
            return "none"
        if amount >= self._limits["emergency"]:
            return "emergency"
        return "urgent" if amount >= self._limits["urgent"] else "none"

    def _number(self, written: str) -> float:
        return float(self._words.get(written) or written.replace(",", ""))

"""The red-flag gate: how urgent a message is, decided by rules before anything is looked up.

Knows the rules, the fixed texts and the telephone numbers of `data/triage.toml`, and nothing of medicines,
documents or models. A wrong "none" can cost a life and a wrong alarm costs a phone call: the rules lean to the
alarm for things that are happening, and let pass what is asked in general ("symptoms of an overdose").
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from rapidfuzz.distance import OSA

from chatbot.types import TriageLevel, TriageVerdict

_SEVERITY: Final[dict[TriageLevel, int]] = {"crisis": 0, "emergency": 1, "urgent": 2, "none": 3}
_SENTENCE_END: Final = re.compile(r"[.!?;\n]+(?=\s|$)|\n")
_TOKEN: Final = re.compile(r"[^\s,()\"\u201c\u201d]+")
_CURLY: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "`": "'", "\u00b4": "'", "\u2013": "-", "\u2014": "-"})
_NUMBER_WORDS: Final = {
    word: value
    for value, words in {
        2: "two",
        3: "three",
        4: "four",
        5: "five",
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
        10: "ten",
        12: "twelve",
        15: "fifteen",
        20: "twenty",
        30: "thirty",
        40: "forty",
        50: "fifty",
        60: "sixty",
        100: "hundred",
    }.items()
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class _Rule:
    category: str
    level: TriageLevel
    when: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    general: bool
    """Whether a general question ("can X cause chest pain?") passes this rule."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A repaired sentence with the place of each of its characters in the message."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.origin[start], self.origin[end - 1] + 1


@dataclass(frozen=True, slots=True)
class _Finding:
    level: TriageLevel
    category: str
    start: int
    end: int


class Triage:
    """The gate for one country's telephone numbers."""

    def __init__(self, country: str = "US") -> None:
        data = tomllib.loads(files("chatbot").joinpath("data/triage.toml").read_text(encoding="utf-8"))
        numbers = data["countries"].get(country.upper(), data["countries"]["OTHER"])
        self._texts: dict[tuple[str, str], str] = {
            (category, level): text.strip().format(**numbers)
            for category, levels in data["texts"].items()
            for level, text in levels.items()
        }
        self.numbers: dict[str, str] = dict(numbers)
        fragments = data["fragments"]
        self._general = _compile(fragments["general"], fragments)
        self._personal = tuple(_compile(pattern, fragments) for pattern in data["personal"])
        self._rules = tuple(_rule(entry, fragments) for entry in data["rules"])
        self._counts = data["counts"]
        self._counted = _compile(
            r"\b<took>(?: about| around| like| at least| almost| over| roughly| maybe| approximately)?"
            r" (?P<n>[0-9]{1,5}(?:[.,][0-9]+)?|" + "|".join(_NUMBER_WORDS) + r")"
            r"(?: ?(?P<unit>g|gm|grams?|mg|mcg|ml|iu|units?|puffs?|hours?|days?|weeks?|months?|years?|times|percent|%"
            r"|am|pm|o'?clock)\b)?"
            r"(?P<rest>[^.?!]*)",
            fragments,
        )
        self._spread = _compile(
            r"\b(?:every|each|per|a|over|for|in|during|last|past) (?:the |several |a few |[a-z0-9]+ )?"
            r"(?:day|week|month|year|night)s?\b"
            r"|<longago>|\bdaily\b|\bpatients?\b|\bday course\b",
            fragments,
        )
        self._medicine = _compile(r"\b(?:<medicine>|of (?:them|these|those|my|his|her)|at once)\b|^ *$", fragments)
        self._vocabulary = tuple(data["vocabulary"])
        self._kept = frozenset(data["keep"]) | frozenset(data["vocabulary"])

    def assess(self, message: str) -> TriageVerdict:
        """The most severe thing the message says; level "none" when nothing fires."""
        findings = [finding for sentence in self._sentences(message) for finding in self._findings(sentence)]
        if not findings:
            return TriageVerdict()
        worst = min(findings, key=lambda finding: _SEVERITY[finding.level])
        return TriageVerdict(
            level=worst.level,
            category=worst.category,
            start=worst.start,
            end=worst.end,
            text=self._text(worst, findings),
        )

    def _text(self, worst: _Finding, findings: list[_Finding]) -> str:
        text = self._texts[worst.category, worst.level]
        taken = next((f for f in findings if f.category == "overdose"), None)
        if worst.category == "self-harm" and taken is not None:
            # Somebody who has already taken something needs the poison line first, then the crisis line.
            return self._texts["overdose", "emergency"] + "\n\n" + text
        return text

    def _findings(self, sentence: _Sentence) -> list[_Finding]:
        personal = any(pattern.search(sentence.text) for pattern in self._personal)
        general = not personal and self._general.search(sentence.text) is not None
        found: list[_Finding] = []
        for rule in self._rules:
            if (general and rule.general) or any(pattern.search(sentence.text) for pattern in rule.unless):
                continue
            match = next((m for pattern in rule.when if (m := pattern.search(sentence.text)) and m.group()), None)
            if match is not None:
                found.append(_Finding(rule.level, rule.category, *sentence.span(*match.span())))
        found.extend(self._counted_doses(sentence))
        return found

    def _counted_doses(self, sentence: _Sentence) -> list[_Finding]:
        if self._spread.search(sentence.text):
            return []
        found: list[_Finding] = []
        for match in self._counted.finditer(sentence.text):
            amount = _number(match["n"])
            unit = match["unit"] or ""
            level: TriageLevel = "none"
            if unit in {"mg", "g", "gm", "gram", "grams"}:
                grams = amount / 1000 if unit == "mg" else amount
                level = "emergency" if grams >= self._counts["grams"] else "none"
            elif not unit and self._medicine.search(match["rest"]):
                level = "emergency" if amount >= self._counts["emergency"] else level
                level = "urgent" if self._counts["urgent"] <= amount < self._counts["emergency"] else level
            if level != "none":
                found.append(_Finding(level, "overdose", *sentence.span(*match.span("n"))))
        return found

    def _sentences(self, message: str) -> list[_Sentence]:
        # One character stays one character, so that places in the repaired text lead back to the message.
        text = "".join(low if len(low := char.lower()) == 1 else char for char in message.translate(_CURLY))
        ends = [match.end() for match in _SENTENCE_END.finditer(text)] + [len(text)]
        starts = [0, *ends[:-1]]
        return [
            self._repair(text, start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip()
        ]

    def _repair(self, text: str, start: int, end: int) -> _Sentence:
        chars: list[str] = []
        origin: list[int] = []
        for match in _TOKEN.finditer(text, start, end):
            if chars:
                # A comma stays a comma: the rules see clauses.
                chars.append(" ")
                origin.append(match.start() - 1)
            word = self._repaired_word(match.group().strip(".!?;:"))
            where = match.start()
            chars.extend(word)
            origin.extend(min(where + k, match.end() - 1) for k in range(len(word)))
            tail = match.end()
            if tail < end and text[tail] == ",":
                chars.append(",")
                origin.append(tail)
        return _Sentence("".join(chars), tuple(origin))

    def _repaired_word(self, word: str) -> str:
        if len(word) < 5 or word in self._kept or not word.isalpha():
            return word
        limit = 1 if len(word) < 8 else 2
        near = [
            (distance, candidate)
            for candidate in self._vocabulary
            if candidate[0] == word[0]
            and ((distance := OSA.distance(word, candidate, score_cutoff=2)) <= limit or _is_shuffled(word, candidate))
        ]
        return min(near)[1] if near else word


def _rule(entry: dict[str, Any], fragments: dict[str, str]) -> _Rule:
    unless = [pattern for pattern in entry.get("unless", ()) if pattern != "<general>"]
    return _Rule(
        category=entry["category"],
        level=entry["level"],
        when=tuple(_compile(pattern, fragments) for pattern in entry["when"]),
        unless=tuple(_compile(pattern, fragments) for pattern in unless),
        general=len(unless) < len(entry.get("unless", ())),
    )


def _compile(pattern: str, fragments: dict[str, str]) -> re.Pattern[str]:
    for name, fragment in fragments.items():
        pattern = pattern.replace(f"<{name}>", fragment)
    return re.compile(pattern)


def _number(written: str) -> float:
    return float(_NUMBER_WORDS.get(written) or written.replace(",", ""))


def _is_shuffled(word: str, candidate: str) -> bool:
    """Whether letters only changed places ("tounge")."""
    return len(word) == len(candidate) and sorted(word) == sorted(candidate)

"""The rules of the red-flag gate: which words, together, mean that somebody is in danger.

Knows the rules of `data/triage/*.toml` and their context: what is asked in general, what is past, what is study,
fiction or a figure of speech. Knows nothing of texts, telephone numbers, documents or models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from chatbot.normalisation import Sentence, join
from chatbot.patterns import Patterns, read_data
from chatbot.types import TriageLevel

_FILES: Final = ("self_harm", "overdose", "body", "toxidromes", "languages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found, as a span of the message."""

    level: TriageLevel
    category: str
    start: int
    end: int
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Fires on a text where every `all_of` is found, at least `n_signs` of `signs`, and no `unless`."""

    level: TriageLevel
    category: str
    language: str
    when: tuple[re.Pattern[str], ...]
    all_of: tuple[re.Pattern[str], ...]
    signs: tuple[re.Pattern[str], ...]
    n_signs: int
    unless: tuple[re.Pattern[str], ...]
    in_general: bool
    """Whether it fires in a general question too ("how many does it take to die?")."""

    def find(self, text: str) -> tuple[int, int] | None:
        if any(pattern.search(text) for pattern in self.unless):
            return None
        if self.when:
            return next((m.span() for pattern in self.when if (m := pattern.search(text)) and m.group()), None)
        found = [m for pattern in self.all_of if (m := pattern.search(text))]
        if len(found) < len(self.all_of):
            return None
        signs = [m for pattern in self.signs if (m := pattern.search(text))]
        if len(signs) < self.n_signs:
            return None
        # A sign says more than the medicine it goes with.
        return (signs or found)[-1].span()


class RedFlags:
    """All rules, ready to be applied to the sentences of a message."""

    def __init__(self) -> None:
        context = read_data("triage", "context.toml")
        self.patterns = Patterns(context["fragments"])
        self._general = self.patterns.any_of(context["general"])
        self._personal = self.patterns.any_of(context["personal"])
        self._past = self.patterns.any_of(context["past"])
        self._present = self.patterns.any_of(context["present"])
        self._elsewhere = self.patterns.any_of(context["elsewhere"])
        self._struck_out = self.patterns.any_of(context["struck_out"])
        entries = [entry for name in _FILES for entry in read_data("triage", f"{name}.toml")["rules"]]
        self._by_sentence = tuple(self._rule(entry) for entry in entries if "when" in entry)
        self._by_message = tuple(self._rule(entry) for entry in entries if "when" not in entry)

    def find(self, sentences: Sequence[Sentence]) -> list[Finding]:
        """Everything the rules find in a message, in no order."""
        live = self.live(sentences)
        found = [
            self._finding(rule, one)
            for one, general in live
            for rule in self._by_sentence
            if rule.in_general or not general
        ]
        happening = [one for one, general in live if not general]
        if happening:
            whole = join(happening)
            found += [self._finding(rule, whole) for rule in self._by_message]
        return [finding for finding in found if finding is not None]

    def live(self, sentences: Sequence[Sentence]) -> list[tuple[Sentence, bool]]:
        """The sentences that may speak of something happening, each with whether it asks in general.

        What is past is left out, and of a message about an exam or a novel all that is not said of a person at hand.
        """
        elsewhere = any(self._elsewhere.search(sentence.text) for sentence in sentences)
        live: list[tuple[Sentence, bool]] = []
        for sentence in sentences:
            personal = self._personal.search(sentence.text) is not None
            if elsewhere and not personal:
                continue
            if self._past.search(sentence.text) and not self._present.search(sentence.text):
                continue
            general = not personal and self._general.search(sentence.text) is not None
            live.append((sentence.without(self._struck_out), general))
        return live

    def _finding(self, rule: _Rule, sentence: Sentence) -> Finding | None:
        span = rule.find(sentence.text)
        if span is None:
            return None
        start, end = sentence.span(*span)
        return Finding(level=rule.level, category=rule.category, start=start, end=end, language=rule.language)

    def _rule(self, entry: dict[str, Any]) -> _Rule:
        signs = entry.get("signs", ())
        return _Rule(
            level=entry["level"],
            category=entry["category"],
            language=entry.get("language", "en"),
            when=self.patterns.compile_all(entry.get("when", ())),
            all_of=self.patterns.compile_all(entry.get("all", ())),
            signs=self.patterns.compile_all(signs),
            n_signs=entry.get("n_signs", min(1, len(signs))),
            unless=self.patterns.compile_all(entry.get("unless", ())),
            in_general=entry.get("in_general", False),
        )

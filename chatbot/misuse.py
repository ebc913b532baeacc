"""Requests that are declined: to hurt somebody, to misuse medicines, to deceive, to act without consent.

Decided before anything is looked up and for every audience, so that no label text can serve as an instruction. Knows
the rules and texts of `data/misuse.toml`; whether the person is in danger is the business of `triage`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chatbot.normalisation import Normaliser
from chatbot.patterns import Patterns, read_data


class Misuse:
    """Finds why a request is declined."""

    def __init__(self) -> None:
        data = read_data("misuse.toml")
        context = read_data("triage", "context.toml")
        patterns = Patterns({**context["fragments"], **data["fragments"]})
        self._struck_out = patterns.any_of(context["struck_out"])
        self._normaliser = Normaliser(read_data("triage", "words.toml"))
        self._reasons: dict[str, str] = data["reasons"]
        self._texts: dict[str, str] = data["texts"]
        self._rules: tuple[tuple[str, tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]], ...] = tuple(
            (rule["reason"], patterns.compile_all(rule["when"]), patterns.compile_all(rule.get("unless", ())))
            for rule in data["rules"]
        )

    def find(self, message: str) -> str | None:
        """The key of the reason to decline a message, or None."""
        for sentence in self._normaliser.sentences(message):
            text = sentence.without(self._struck_out).text
            for reason, when, unless in self._rules:
                if any(pattern.search(text) for pattern in when) and not any(p.search(text) for p in unless):
                    return reason
        return None

    def text(self, reason: str, numbers: Mapping[str, str]) -> str:
        """What the person is told, with the telephone numbers of the country."""
        declined = self._texts["declined"].strip().format(reason=self._reasons[reason])
        return f"{declined}\n{self._texts['danger'].strip().format(**numbers)}"

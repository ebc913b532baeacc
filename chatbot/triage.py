"""The red-flag gate: how urgent a message is, decided before anything is looked up.

A wrong "none" can cost a life and a wrong alarm costs a telephone call: the rules lean to the alarm for what is
happening, and let pass what is asked in general ("symptoms of an overdose"), studied, invented or long past. What
other people say of it ("my mom says it's nothing") is read by no rule, so that it can not lower anything.
Knows nothing of documents; the embedder is optional and can only raise a level.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from chatbot.counted_doses import CountedDoses
from chatbot.follow_ups import FollowUps
from chatbot.helplines import Helplines
from chatbot.normalisation import Normaliser
from chatbot.patterns import read_data
from chatbot.prototypes import EmbedsQueries, Prototypes
from chatbot.red_flags import Finding, RedFlags
from chatbot.types import TriageLevel, TriageVerdict, Turn

_SEVERITY: Final[dict[TriageLevel, int]] = {"crisis": 0, "emergency": 1, "urgent": 2, "none": 3}


class Triage:
    """The gate for one country's telephone numbers; without an embedder it needs no model.

    Raises:
        VademecumError: the helplines file cannot be used.
    """

    def __init__(
        self, country: str = "US", *, helplines: Path | None = None, embedder: EmbedsQueries | None = None
    ) -> None:
        self._helplines = Helplines(country, helplines)
        self.numbers = self._helplines.numbers
        self._normaliser = Normaliser(read_data("triage", "words.toml"))
        self._red_flags = RedFlags()
        self._counted = CountedDoses(self._red_flags.patterns)
        self._follow_ups = FollowUps(self._red_flags.patterns)
        self._prototypes = Prototypes(embedder) if embedder is not None else None

    def assess(self, message: str, history: Sequence[Turn] = ()) -> TriageVerdict:
        """The most severe thing the message says, alone or as a follow-up; level "none" when nothing fires.

        Args:
            message: what the person wrote.
            history: the conversation so far, oldest first; only the person's own turns are read.
        """
        findings = self._findings(message)
        if not findings:
            findings = self._from_earlier(message, [turn.content for turn in history if turn.role == "user"])
        if not findings:
            return TriageVerdict()
        worst = min(findings, key=lambda finding: _SEVERITY[finding.level])
        text = self._text(worst, findings)
        return TriageVerdict(
            level=worst.level,
            category=worst.category,
            start=worst.start,
            end=worst.end,
            text=text,
            calls=self._helplines.calls(text),
        )

    def _findings(self, message: str) -> list[Finding]:
        sentences = self._normaliser.sentences(message)
        found = self._red_flags.find(sentences)
        live = self._red_flags.live(sentences)
        for sentence, _ in live:
            found.extend(self._counted.find(sentence))
        if not found and self._prototypes is not None:
            found.extend(self._prototypes.find(message, [sentence for sentence, general in live if not general]))
        return found

    def _from_earlier(self, message: str, earlier: Sequence[str]) -> list[Finding]:
        """What an earlier message of the person says, if this one only carries it on ("should i wait?")."""
        for turn in self._follow_ups.carried_on(self._normaliser.sentences(message), earlier):
            worst = min(self._findings(turn), key=lambda finding: _SEVERITY[finding.level], default=None)
            if worst is not None:
                return [Finding(level=worst.level, category=worst.category, start=0, end=len(message))]
        return []

    def _text(self, worst: Finding, findings: Sequence[Finding]) -> str:
        text = self._helplines.text(worst.category, worst.level, worst.language)
        if worst.category == "self-harm" and any(finding.category == "overdose" for finding in findings):
            # Somebody who has already taken something needs the poison line first, then the crisis line.
            return self._helplines.text("overdose", "emergency") + "\n\n" + text
        return text

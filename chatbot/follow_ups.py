"""Whether a message carries on what the person said before ("should i wait?") instead of asking something new.

Knows the words of such messages, from `data/triage/follow_ups.toml`; nothing of what was said before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chatbot.normalisation import Sentence
from chatbot.patterns import Patterns, read_data

_N_EARLIER: Final = 3
"""How many earlier messages are looked back at: a red flag that was met that long ago has been acted upon or not."""
_N_WORDS: Final = 30
"""A longer message stands by itself."""


class FollowUps:
    """Tells a follow-up from a new question."""

    def __init__(self, patterns: Patterns) -> None:
        data = read_data("triage", "follow_ups.toml")
        self._leaning = patterns.any_of(data["leaning"])
        self._fragment = patterns.any_of(data["fragment"])
        self._settled = patterns.any_of(data["settled"])
        self._new_question = patterns.any_of(data["new_question"])

    def carried_on(self, message: Sequence[Sentence], earlier: Sequence[str]) -> list[str]:
        """The texts to read instead of the message, nearest first; none if it stands by itself.

        The last is the message put to the one before it: "i took my mom's pills" and then "all of them".
        """
        text = " . ".join(sentence.text for sentence in message)
        if not earlier or len(text.split()) > _N_WORDS or self._settled.search(text):
            return []
        recent = list(reversed(earlier[-_N_EARLIER:]))
        if self._leaning.search(text) and not self._new_question.search(text):
            return recent
        return [f"{recent[0].rstrip(' .!?')} {text}"] if self._fragment.search(text) else []

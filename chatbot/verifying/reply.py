"""A model's reply cut into sentences with the evidence numbers they cite; knows no evidence and judges nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_IDS: Final = re.compile(r"\[\s*(E\d+(?:\s*[,;]\s*E\d+)*)\s*\]")
_SENTENCE: Final = re.compile(
    r".+?\[\s*E\d+(?:\s*[,;]\s*E\d+)*\s*\](?:\s*\[\s*E\d+\s*\])*[.!]?|\S[^\[\]]*?[.!?](?=\s|$)", re.S
)
_CHOICE: Final = re.compile(r"([^\[\]\n]*)((?:\[\s*E\d+(?:\s*[,;]\s*E\d+)*\s*\][ \t]*)+)")
_SCREEN_MARK: Final = re.compile(r"\[\s*\d+(?:\s*[,;-]\s*\d+)*\s*\]")
"""A number in brackets would be shown as a citation that nobody checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSentence:
    """A sentence of the model with the evidence numbers it cites; its text is without the markers."""

    text: str
    cited: tuple[int, ...]


def parse_sentences(reply: str) -> list[WrittenSentence]:
    """The sentences of a reply; one without ids has an empty `cited`."""
    found: list[WrittenSentence] = []
    for match in _SENTENCE.finditer(reply):
        cited = _numbers(match.group())
        bare = " ".join(_SCREEN_MARK.sub("", _IDS.sub("", match.group())).split())
        text = re.sub(r"\s+([.,!?])", r"\1", bare).strip(" -*")
        if text.strip(".!? "):
            found.append(WrittenSentence(text=text, cited=cited))
    return found


def parse_choices(reply: str) -> list[WrittenSentence]:
    """The evidence a reply chooses, in its order, each with the linking words before it; these may be empty."""
    return [
        WrittenSentence(text=" ".join(words.split()).strip(" -*.,:;"), cited=_numbers(ids))
        for words, ids in _CHOICE.findall(reply)
    ]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(one[1:]) for ids in _IDS.findall(text) for one in re.findall(r"E\d+", ids)))

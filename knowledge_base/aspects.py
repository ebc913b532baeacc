"""What a question is after ("dose", "pregnancy", ...) and which label sections hold that.

Cues and section weights are data (`data/aspects.toml`). Knows no medicine and no passages: how many
medicines the question names is told.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

_HINT: Final = 0.5
_INTERACTION: Final = "interaction"
_OVERVIEW: Final = "overview"
"""Asked with a bare "what is" only: every other cue says more."""
_COMPARING: Final = re.compile(
    r"\b(vs\.?|versus|differences?|differ|compare[ds]?|comparison|better|stronger|same as|instead of|"
    r"switch(ing)? (from|to)|alternatives?|which (one|is))\b",
    re.IGNORECASE,
)
JOINING: Final = re.compile(
    r"\b(interact\w*|together|with|combin\w+|mix\w*|while|concomitant\w*|concurrent\w*|alongside|same time|"
    r"add(ing)?|on top of)\b",
    re.IGNORECASE,
)
"""Words by which a question puts two medicines together."""
_DRUG: Final = "qzdrug"
"""Stands for a medicine's name while cues are looked for, so that "vitamin k" or "stay awake" sets none off."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that can be asked; `sections` maps LOINC codes to weights in (0, 1]."""

    name: str
    sections: Mapping[str, float]
    cues: re.Pattern[str]
    hints: re.Pattern[str] | None
    headings: re.Pattern[str] | None
    terms: re.Pattern[str] | None
    leads: re.Pattern[str] | None
    """How labels open the very sentence that answers."""
    like: str | None = None
    """The broader aspect under which an answer speaks of this one; None for its own name."""
    learned: bool = True
    """Whether the query adapter knows it; its cues alone tell otherwise."""

    def fit(self, question: str) -> float:
        """1 for a cue, one half for a hint, 0 for neither, of a question in small letters."""
        if self.cues.search(question) is not None:
            return 1.0
        return _HINT if self.hints is not None and self.hints.search(question) is not None else 0.0


class AspectTable:
    """All aspects, in order of precedence."""

    def __init__(self, aspects: Sequence[Aspect]) -> None:
        self._aspects = MappingProxyType({aspect.name: aspect for aspect in aspects})
        self._like = MappingProxyType({aspect.name: aspect.like or aspect.name for aspect in aspects})

    def __getitem__(self, name: str) -> Aspect:
        """The aspect of a name; KeyError if there is none."""
        return self._aspects[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is an aspect of this name."""
        return name in self._aspects

    @property
    def names(self) -> tuple[str, ...]:
        """Every aspect's name."""
        return tuple(self._aspects)

    @property
    def learned(self) -> tuple[str, ...]:
        """The names of the aspects that the query adapter knows."""
        return tuple(name for name, aspect in self._aspects.items() if aspect.learned)

    def spoken(self, names: Iterable[str]) -> tuple[str, ...]:
        """The aspects under which an answer speaks of these, in order, each once."""
        return tuple(dict.fromkeys(self._like.get(name, name) for name in names))

    def fits(self, question: str, drug_spans: Sequence[tuple[int, int]] = ()) -> dict[str, float]:
        """How well the cues of each aspect fit a question: 1, one half or 0."""
        masked = mask(question, drug_spans, _DRUG).lower()
        return {name: aspect.fit(masked) for name, aspect in self._aspects.items()}

    def resolve(
        self,
        question: str,
        n_drugs: int = 0,
        drug_spans: Sequence[tuple[int, int]] = (),
        fits: Mapping[str, float] | None = None,
    ) -> tuple[str, ...]:
        """What a question is after, best first; empty if nothing says so.

        Args:
            question: the question's words.
            n_drugs: how many different medicines or classes of medicines it names.
            drug_spans: where their names stand; the names themselves give no cue.
            fits: what `fits` gave for the question, if it was asked already.
        """
        masked = mask(question, drug_spans, _DRUG)
        fits = dict(self.fits(question, drug_spans) if fits is None else fits)
        if n_drugs < 2:
            # "Take it with food" is no interaction of medicines, and only one was named.
            others = [name for name, fit in fits.items() if fit == 1.0 and name != _INTERACTION]
            fits[_INTERACTION] = min(fits[_INTERACTION], _HINT if others or not _names_interaction(masked) else 1.0)
        if any(fit == 1.0 for name, fit in fits.items() if name != _OVERVIEW):
            fits[_OVERVIEW] = 0.0
        order = list(self._aspects)
        found = sorted((name for name, fit in fits.items() if fit > 0), key=lambda one: (-fits[one], order.index(one)))
        if n_drugs > 1 and (not _COMPARING.search(masked) or _names_interaction(masked)):
            joined = JOINING.search(masked) is not None
            specific = [name for name in found if fits[name] == 1.0 and name != _INTERACTION]
            if joined or not specific:
                found = [_INTERACTION, *(name for name in found if name != _INTERACTION)]
            else:
                rest = [name for name in found if name not in (specific[0], _INTERACTION)]
                found = [specific[0], _INTERACTION, *rest]
        elif n_drugs > 1:
            found = [name for name in found if name != _INTERACTION] or ["uses", "mechanism"]
        return tuple(found)


@cache
def aspect_table() -> AspectTable:
    """The shipped aspects."""
    with (files("knowledge_base") / "data" / "aspects.toml").open("rb") as file:
        table = tomllib.load(file)
    return AspectTable([_aspect(name, entry) for name, entry in table.items()])


def _aspect(name: str, entry: dict[str, Any]) -> Aspect:
    return Aspect(
        name=name,
        sections=MappingProxyType({code: float(weight) for code, weight in entry["sections"].items()}),
        cues=_any(entry["cues"]),
        hints=_any(entry["hints"]) if entry.get("hints") else None,
        headings=_pattern(entry["headings"]) if "headings" in entry else None,
        terms=_pattern(rf"\b(?:{entry['terms']})\b") if "terms" in entry else None,
        leads=_pattern(rf"\b(?:{entry['leads']})\b") if "leads" in entry else None,
        like=entry.get("like"),
        learned=entry.get("learned", True),
    )


def _any(sources: Sequence[str]) -> re.Pattern[str]:
    """Any of the patterns, for a text in small letters: to be told so saves half of the time."""
    source = "|".join(f"(?:{source})" for source in sources)
    return re.compile(source, 0 if source == source.lower() else re.IGNORECASE)


def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def _names_interaction(question: str) -> bool:
    return re.search(r"\binteract", question, re.IGNORECASE) is not None


def mask(question: str, spans: Sequence[tuple[int, int]], stand_in: str) -> str:
    """A question with one stand-in for each medicine's name."""
    for start, end in sorted(spans, reverse=True):
        question = f"{question[:start]}{stand_in}{question[end:]}"
    return question

"""What makes a sentence evidence for a question: sections, cue words and synonyms, read from `data/evidence.toml`.

Knows how labels speak of each aspect (dose, pregnancy, storage, …); knows no index and picks nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from knowledge_base.aspects import aspect_table
from knowledge_base.types import DrugMention

_WORD: Final = re.compile(r"[a-z][a-z'-]{2,}|\d+(?:\.\d+)?(?= ?mg)")
_STEP: Final = 0.1
"""How much less each further section of an aspect's list is worth than the one before."""
_FLOOR: Final = 0.3
_ELSEWHERE: Final = 0.05
_HEADING_PRIOR: Final = 0.85
_N_HOME_SECTIONS: Final = 2


@dataclass(frozen=True, slots=True)
class AspectRules:
    """How labels speak of one aspect of a medicine."""

    name: str
    topic: str
    advice: str
    sections: tuple[str, ...]
    own: frozenset[str]
    """The sections that exist for this aspect alone: a label without one has no section on it."""
    headings: re.Pattern[str]
    cues: tuple[re.Pattern[str], ...]
    avoid: tuple[re.Pattern[str], ...]
    strict: bool
    anywhere: bool
    """Whether a sentence with the subject counts in any section that retrieval brought."""
    prefer: re.Pattern[str] | None
    demote: re.Pattern[str] | None
    """Headings under which the aspect is summed up, and those under which its data are told."""
    core: re.Pattern[str] | None
    """What the very sentence says ("is indicated for"); where one does, only such sentences are taken."""
    same: re.Pattern[str] | None
    """Words that only name the aspect again, besides those of the headings."""

    def covers(self, word: str) -> bool:
        """Whether the word only names the aspect again."""
        return self.headings.search(word) is not None or (self.same is not None and self.same.search(word) is not None)

    def section_prior(self, code: str | None, title: str) -> float:
        """How likely a sentence of that section is about the aspect, in [0, 1]."""
        by_code = _ELSEWHERE
        if code in self.sections:
            by_code = max(_FLOOR, 1.0 - _STEP * self.sections.index(code))
        by_title = _HEADING_PRIOR if self.headings.search(title.lower()) else 0.0
        return max(by_code, by_title)

    def has_section(self, code: str | None, title: str) -> bool:
        """Whether a section of this code and title exists for the aspect."""
        return code in self.own or self.headings.search(title.lower()) is not None

    def is_home(self, code: str | None, title: str) -> bool:
        """Whether the section is one of the aspect's own, where every sentence is taken to be about it."""
        return code in self.sections[:_N_HOME_SECTIONS] or self.headings.search(title.lower()) is not None


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question that a good sentence shares, with the words labels use for the same thing."""

    said: str
    beginnings: tuple[str, ...]
    pattern: re.Pattern[str]


_OLD_AGE: Final = re.compile(
    r"\b(?:i'?m|i am|is|aged?|she'?s|he'?s) (?:a )?(?:6[5-9]|[7-9]\d)\b(?! ?(?:mg|mcg|ml|kg|lbs?|%))"
    r"|\b(?:6[5-9]|[7-9]\d)[ -]?(?:years?|yrs?|yo|y/o)\b",
    re.IGNORECASE,
)
_YOUNG_AGE: Final = re.compile(
    r"\b(?:my|our|a|the|for) (?:[a-z]+ )?(?:child|kid|toddler|infant|baby|newborn|son|daughter|boy|girl)\b"
    r"|\b(?:[0-9]|1[0-7])[ -]?(?:years?|yrs?|months?|mo|yo)[ -]?olds?\b|\b(?:[0-9]|1[0-7]) ?yo\b",
    re.I,
)


_VAGUE: Final = frozenset({"overview", "interaction", "warnings", "how_to_take"})
"""Aspects that nearly any question suggests; they count only where they come first."""
_SAID_BY: Final = {
    "dose": frozenset({"max_dose", "missed_dose"}),
    "side_effects": frozenset({"serious_side_effects"}),
    "mechanism": frozenset({"onset", "pharmacokinetics"}),
    "uses": frozenset({"how_to_take", "clinical_studies"}),
    "forms": frozenset({"how_to_take"}),
    "onset": frozenset({"pharmacokinetics"}),
}
"""Aspects that a narrower one in the same question already answers."""
_WHO: Final = frozenset({"pregnancy", "breastfeeding", "children", "elderly", "kidney", "liver"})
"""Aspects that say for whom; with another aspect they make one question ("dose in kidney disease")."""


def focus(question: str, aspects: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """What to answer: one set of aspects for each answer the question asks for, two at most.

    Args:
        question: its words tell who it is about: a child, an older person.
        aspects: what retrieval read in it, best first.
    """
    about: tuple[str, ...] = ("elderly",) if _OLD_AGE.search(question) else ()
    about = ("children",) if _YOUNG_AGE.search(question) else about
    if {"pregnancy", "breastfeeding"} & set(aspects) or aspects[:1] == ("overdose",):
        about = ()
    clear = [name for place, name in enumerate(aspects) if place == 0 or name not in _VAGUE]
    clear = [name for name in clear if not _SAID_BY.get(name, frozenset()) & set(clear)]
    names = tuple(dict.fromkeys((*about, *clear)))
    who = [name for name in names if name in _WHO]
    if len(who) > 1:
        # Old and with kidney disease: what was said comes before what an age tells.
        rest = tuple(name for name in names if name not in _WHO)
        return tuple((one, *rest) for one in sorted(who, key=lambda name: name in about)[:2])
    if names[:1] == ("interaction",) or who:
        return (tuple(sorted(names, key=lambda name: name not in _WHO)),) if names else ((),)
    return tuple((name,) for name in names[:2]) or ((),)


class EvidenceRules:
    """The rules of all aspects and the synonyms."""

    def __init__(self) -> None:
        data = tomllib.loads(files("chatbot").joinpath("data/evidence.toml").read_text(encoding="utf-8"))
        self._aspects = {name: _aspect(name, entry) for name, entry in data["aspects"].items()}
        self._idle_words = frozenset(data["idle_words"].split())
        self._groups: tuple[tuple[str, ...], ...] = tuple(tuple(group) for group in data["synonyms"]["groups"])

    def aspects(self, names: Iterable[str]) -> tuple[AspectRules, ...]:
        """The rules of the named aspects, in order; names without rules are left out."""
        return tuple(self._aspects[name] for name in names if name in self._aspects)

    def words(self, question: str, drugs: Sequence[DrugMention], aspects: Sequence[AspectRules]) -> tuple[Word, ...]:
        """The words of the question that say what is asked, without drug names and words the aspects cover."""
        text = question.lower()
        named = {word for drug in drugs for name in (drug.mention, *drug.ingredients) for word in _words(name)}
        said = [word for word in dict.fromkeys(_words(text)) if word not in self._idle_words and word not in named]
        return tuple(self._word(word) for word in said if not any(aspect.covers(word) for aspect in aspects))

    def has_own_subject(self, question: str) -> bool:
        """Whether a question that names no medicine speaks of more than a medicine's dose, side effects and so on.

        One word over is forgiven where an aspect is read: "dose in kidney disease" is about a medicine all the same.
        """
        table = aspect_table()
        aspects = table.spoken(table.resolve(question))
        return len(self.words(question, (), self.aspects(aspects))) > (1 if aspects else 0)

    def _word(self, said: str) -> Word:
        stem = _stem(said)
        beginnings = {stem}
        for group in self._groups:
            if any(stem.startswith(member) or (len(stem) > 3 and member.startswith(stem)) for member in group):
                beginnings.update(group)
        ordered = tuple(sorted(beginnings))
        return Word(said, ordered, re.compile(r"\b(?:" + "|".join(re.escape(one) for one in ordered) + ")"))


def _aspect(name: str, entry: dict[str, Any]) -> AspectRules:
    return AspectRules(
        name=name,
        topic=entry["topic"],
        advice=entry["advice"],
        sections=tuple(entry["sections"]),
        own=frozenset(entry.get("own", entry["sections"][:_N_HOME_SECTIONS])),
        headings=re.compile(entry["headings"]),
        cues=tuple(re.compile(cue) for cue in entry["cues"]),
        avoid=tuple(re.compile(cue) for cue in entry["avoid"]),
        strict=entry.get("strict", False),
        anywhere=entry.get("anywhere", False),
        prefer=re.compile(entry["prefer"]) if "prefer" in entry else None,
        demote=re.compile(entry["demote"]) if "demote" in entry else None,
        core=re.compile(entry["core"]) if "core" in entry else None,
        same=re.compile(entry["same"]) if "same" in entry else None,
    )


def _words(text: str) -> list[str]:
    return [word.removesuffix("'s").strip("'-") for word in _WORD.findall(text.lower())]


def _stem(word: str) -> str:
    """The word without an English ending, good enough for matching word beginnings."""
    for ending in ("ings", "ing", "iness", "ies", "ied", "es", "ed", "y", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word

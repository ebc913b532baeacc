"""A follow-up made to stand alone, by rules: "and with alcohol?" after a question on metformin.

Knows the words of follow-ups and, through `Resolve`, which words are medicines. Only what the person wrote is used:
an answer's text never steers the next search.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.types import Turn
from knowledge_base.drug_names import Resolution
from knowledge_base.types import DrugMention

Resolve = Callable[[str], Resolution]
HasOwnSubject = Callable[[str], bool]
"""Whether a question speaks of something besides what every medicine has: a dose, side effects, storage."""

_OPENING: Final = re.compile(
    r"^(?:ok(?:ay)?,? |so,? |then,? |thanks[.,!]? |and,? |also,? |but,? |or,? )*"
    r"(?P<ask>(?:what|how) about|what if|and|also|or|but|with|together with|is (?:it|that|this)|does (?:it|that|this)"
    r"|can (?:it|that|this|they)|should (?:it|that))\b",
    re.IGNORECASE,
)
_CONJUNCTION: Final = re.compile(
    r"^(?:ok(?:ay)?,? |so,? |then,? )*(?:and|also|but|or|what about|how about|what if)\b", re.I
)
_PRONOUN: Final = re.compile(
    r"\b(?:it|its|that|this|them|they|these|those|both|the (?:drug|medicine|medication|pill|dose))\b", re.I
)
_BARE: Final = re.compile(
    r"(?:[\s,.!?]|\b(?:ok|okay|so|then|and|also|or|but|what|how|about|for|if|the|same|question|instead|i|take|use|is|it)\b)*",
    re.IGNORECASE,
)
_WITH: Final = re.compile(
    r"\b(?:with|together|along|plus|combine[ds]?|mix(?:ed)?|at the same time|as well|too)\b", re.I
)
_FIRST_PERSON: Final = re.compile(r"\b(?:i|i'm|i've|me|my|we|our)\b", re.IGNORECASE)
_SHORT_WORDS: Final = 9
_FRAGMENT_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The question to search for, and the medicines it took over from earlier turns."""

    question: str
    carried: tuple[str, ...] = ()


def rewrite(question: str, history: Sequence[Turn], resolve: Resolve, has_own_subject: HasOwnSubject) -> Rewritten:
    """`question` with what it leaves unsaid taken from the person's own earlier questions."""
    asked = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    if not asked:
        return Rewritten(question)
    mentions, unknown = resolve(question)
    if mentions:
        return _with_earlier_topic(question, mentions, asked, resolve)
    if any(not re.search(rf"\b(?:with|plus|alongside) {re.escape(word)}", question) for word in unknown):
        # It has its own subject, which nobody here holds: an earlier medicine must not take its place.
        return Rewritten(question)
    if not _leans(question, has_own_subject):
        return Rewritten(question)
    return _with_earlier_drugs(question, asked, resolve)


def _leans(question: str, has_own_subject: HasOwnSubject) -> bool:
    """Whether a question that names no medicine needs an earlier one to make sense."""
    if _OPENING.search(question) or _PRONOUN.search(question):
        return True
    n_words = len(question.split())
    if n_words > _SHORT_WORDS:
        return False
    return n_words <= _FRAGMENT_WORDS or _FIRST_PERSON.search(question) is not None or not has_own_subject(question)


def _with_earlier_drugs(question: str, asked: Sequence[str], resolve: Resolve) -> Rewritten:
    """A question that names no medicine: the ones of the latest turn that names some."""
    for earlier in reversed(asked):
        names = _names(resolve(earlier).mentions)
        if names:
            return Rewritten(f"{' and '.join(names)}: {question}", names)
    if _CONJUNCTION.search(question):
        return Rewritten(f"{asked[-1].rstrip(' ?.!')} {question}")
    return Rewritten(question)


def _with_earlier_topic(
    question: str, mentions: Sequence[DrugMention], asked: Sequence[str], resolve: Resolve
) -> Rewritten:
    """A question that names a medicine and little else: the earlier question, asked of this one."""
    earlier = asked[-1]
    before = resolve(earlier).mentions
    new = [mention for mention in mentions if mention.ingredients not in {other.ingredients for other in before}]
    if not before or not new:
        return Rewritten(question)
    rest = question
    for mention in sorted(mentions, key=lambda one: -one.start):
        rest = rest[: mention.start] + rest[mention.end :]
    leans = _CONJUNCTION.search(question) or _PRONOUN.search(question)
    if _WITH.search(rest) and (leans or len(question.split()) <= 4):
        names = _names(before)
        return Rewritten(f"can I take {' and '.join(names)} with {' and '.join(_names(mentions))}?", names)
    if _BARE.fullmatch(rest) and len(before) == 1:
        mention = before[0]
        return Rewritten(earlier[: mention.start] + _names(mentions)[0] + earlier[mention.end :])
    return Rewritten(question)


def _names(mentions: Sequence[DrugMention]) -> tuple[str, ...]:
    """What to call the medicines in a new question: as they were called, but spelled right."""
    names = [
        mention.candidates[0] if mention.match == "misspelling" and mention.candidates else mention.mention
        for mention in mentions
    ]
    return tuple(dict.fromkeys(names))

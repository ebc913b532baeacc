"""A follow-up made to stand alone, by rules: "and with alcohol?" after a question on metformin.

The conversation is read turn by turn, each turn standing on the ones before it, so that a chain of follow-ups holds.
Only what the person wrote is used: an answer's text never steers the next search. Knows, through `Resolve`, which
words are medicines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from chatbot import follow_up_words as words
from chatbot.types import Turn
from knowledge_base.drug_classes import drug_classes
from knowledge_base.drug_names import Resolution
from knowledge_base.types import DrugMention

Resolve = Callable[[str], Resolution]
HasOwnSubject = Callable[[str], bool]
"""Whether a question speaks of something besides what every medicine has: a dose, side effects, storage."""

_SHORT_WORDS: Final = 9
_FRAGMENT_WORDS: Final = 2
_MAX_TURNS: Final = 12
"""Turns that are read: what was said before them is no longer what "it" means."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The question to search for, and the medicines it took over from earlier turns.

    `leans` says that the question did not stand alone.
    """

    question: str
    carried: tuple[str, ...] = ()
    leans: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A medicine as it was called, spelled right; a class of medicines has no ingredients."""

    name: str
    ingredients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talk:
    """What the conversation has come to: its last question, standing alone, and the medicines named so far."""

    question: str = ""
    mentions: tuple[DrugMention, ...] = ()
    """The medicines in `question`, at their places."""
    about: tuple[_Named, ...] = ()
    """The medicines that were asked about last."""
    named: tuple[_Named, ...] = ()
    """All medicines of the conversation, the latest last."""
    unknown: tuple[str, ...] = ()
    """The words of `question` that stand for a medicine nobody here holds."""
    off_topic: bool = False
    """Whether the last question was about something that is no medicine."""

    @property
    def unclear(self) -> DrugMention | None:
        """The name in the last question that could be more than one medicine."""
        return next((one for one in self.mentions if one.match == "ambiguous" and one.candidates), None)


def rewrite(question: str, history: Sequence[Turn], resolve: Resolve, has_own_subject: HasOwnSubject) -> Rewritten:
    """`question` with what it leaves unsaid taken from the person's own earlier questions."""
    asked = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    rules = _Rules(resolve, has_own_subject)
    talk = _Talk()
    for earlier in asked[-_MAX_TURNS:]:
        if not words.is_chit_chat(earlier):
            talk = rules.go_on(talk, rules.stand_alone(earlier, talk).question)
    return rules.stand_alone(question, talk)


class _Rules:
    def __init__(self, resolve: Resolve, has_own_subject: HasOwnSubject) -> None:
        self._resolve = resolve
        self._has_own_subject = has_own_subject

    def go_on(self, talk: _Talk, question: str) -> _Talk:
        """The conversation after a question that stands alone."""
        mentions, unknown = self._resolve(question)
        about = _named(mentions) or _classes(question)
        before = tuple(one for one in talk.named if one not in about)
        return _Talk(
            question=question,
            mentions=mentions,
            about=about or talk.about,
            named=(*before, *about),
            unknown=unknown,
            off_topic=not about and self._has_own_subject(question),
        )

    def stand_alone(self, question: str, talk: _Talk) -> Rewritten:
        """The question as it stands after this conversation."""
        if not talk.question or words.is_chit_chat(question):
            return self._choice(question, talk) or Rewritten(question)
        mentions, unknown = self._resolve(question)
        if (choice := self._choice(question, talk)) is not None:
            return choice
        if mentions:
            spelled = words.mended(question, [(one.start, one.end) for one in mentions])
            return self._with_earlier_topic(question, spelled, talk)
        if any(not re.search(rf"\b(?:with|plus|alongside) {re.escape(word)}", question) for word in unknown):
            # It has its own subject, which nobody here holds: an earlier medicine must not take its place.
            return Rewritten(question)
        spans = [match.span() for word in unknown for match in re.finditer(re.escape(word), question)]
        return self._of_earlier_medicines(words.mended(question, spans), question, talk)

    def _choice(self, question: str, talk: _Talk) -> Rewritten | None:
        """The earlier question with the name the person picked of those offered."""
        unclear = talk.unclear
        if unclear is None:
            return None
        picked = words.chosen(question, unclear.candidates)
        if picked is None:
            return None
        return Rewritten(_put(talk.question, unclear, picked), (picked,), leans=True)

    def _of_earlier_medicines(self, question: str, as_asked: str, talk: _Talk) -> Rewritten:
        """A question that names no medicine."""
        if words.asks_of_the_other(question) and (other := self._of_the_other(talk)) is not None:
            return other
        if words.has_no_content(question):
            carried = _names_of(talk.about) if talk.about and not talk.off_topic else ()
            return Rewritten(f"{talk.question.rstrip(' ?.!')}: {question}", carried, leans=True)
        classes = _classes(question)
        if classes:
            return self._with_class(question, classes, talk) or Rewritten(as_asked)
        if not self._leans(question, pointing_helps=bool(talk.about) or talk.off_topic):
            return Rewritten(as_asked)
        if talk.off_topic and (words.goes_on(question) or words.points_to_earlier(question)):
            return Rewritten(f"{talk.question.rstrip(' ?.!')} {question}", leans=True)
        about = talk.about
        if len(about) == 1 and len(talk.named) > 1 and words.asks_of_two(question):
            about = talk.named[-2:]
        if about:
            names = _names_of(about)
            person = words.person_of(talk.question)
            if person is not None and words.person_of(question) is None and not talk.off_topic:
                # A dose asked for a child stays one for a child.
                question = f"{question.rstrip(' ?.!')}, {person}?"
            return Rewritten(f"{' and '.join(names)}: {question}", names, leans=True)
        if words.goes_on(question):
            return Rewritten(f"{talk.question.rstrip(' ?.!')} {question}", leans=True)
        return Rewritten(as_asked)

    def _leans(self, question: str, *, pointing_helps: bool) -> bool:
        """Whether a question that names no medicine needs an earlier one to make sense."""
        if words.opens_as_follow_up(question) or (pointing_helps and words.asks_of_two(question)):
            return True
        own_subject = self._has_own_subject(question)
        n_words = len(question.split())
        if words.points_to_earlier(question):
            return True
        if n_words > _SHORT_WORDS or words.is_of_an_illness(question):
            return False
        return n_words <= _FRAGMENT_WORDS or words.is_personal(question) or not own_subject

    def _of_the_other(self, talk: _Talk) -> Rewritten | None:
        """The last question, asked of the medicine that was named before its own."""
        others = [one for one in talk.named if one not in talk.about]
        if len(talk.mentions) != 1 or not others:
            return None
        name = others[-1].name
        return Rewritten(_put(talk.question, talk.mentions[0], name), (name,), leans=True)

    def _with_class(self, question: str, classes: Sequence[_Named], talk: _Talk) -> Rewritten | None:
        """A follow-up that names a class of medicines: the same of that class, or the last medicine with it."""
        if not talk.about:
            return None
        names = _names_of(classes)
        if words.asks_the_same(question) and len(talk.mentions) == 1:
            return Rewritten(_put(talk.question, talk.mentions[0], names[0]), leans=True)
        if not (words.goes_on(question) or words.joins(question) or words.points_to_earlier(question)):
            return None
        carried = _names_of(talk.about)
        return Rewritten(f"can I take {' and '.join(carried)} with {' and '.join(names)}?", carried, leans=True)

    def _with_earlier_topic(self, as_asked: str, question: str, talk: _Talk) -> Rewritten:
        """A question that names a medicine and little else: the earlier question, asked of this one."""
        mentions = self._resolve(question).mentions
        new = [one for one in _named(mentions) if one.ingredients not in {other.ingredients for other in talk.about}]
        rest = question
        for mention in sorted(mentions, key=lambda one: -one.start):
            rest = rest[: mention.start] + rest[mention.end :]
        if not talk.mentions and talk.unknown and words.names_only(rest):
            # The name nobody knew, spelled anew.
            return Rewritten(talk.question.replace(talk.unknown[0], _names_of(_named(mentions))[0]), leans=True)
        if not talk.about:
            if words.names_only(rest) and not self._has_own_subject(talk.question):
                topic = talk.question.rstrip(" ?.!")
                return Rewritten(f"{topic} of {' and '.join(_names_of(_named(mentions)))}", leans=True)
            return Rewritten(as_asked)
        if not new:
            if words.names_only(rest) and len(talk.mentions) == 1:
                return Rewritten(_put(talk.question, talk.mentions[0], mentions[0].mention), leans=True)
            return Rewritten(as_asked)
        about = _names_of(talk.about)
        of_pair = len(talk.mentions) > 1 and not words.asks_the_same(question)
        leans = words.goes_on(question) or words.points_to_earlier(question)
        joined = words.joins(rest) and (leans or len(question.split()) <= 4)
        joined |= len(talk.mentions) == 1 and words.names_only(rest) and words.adds_to(question, talk.question)
        if words.names_only(rest) and len(talk.mentions) in {1, 2} and (of_pair or not joined):
            return Rewritten(_put(talk.question, _replaced(talk.mentions, new[0]), _names_of(new)[0]), leans=True)
        if joined:
            return Rewritten(
                f"can I take {' and '.join(about)} with {' and '.join(_names_of(new))}?", about, leans=True
            )
        earlier = words.subject_before(question, mentions[0].start)
        if earlier is not None:
            subject = " and ".join(about)
            return Rewritten(f"{question[: earlier.start()]}{subject}{question[earlier.end() :]}", about, leans=True)
        return Rewritten(as_asked)


def _named(mentions: Sequence[DrugMention]) -> tuple[_Named, ...]:
    """What to call the medicines in a new question: as they were called, but spelled right."""
    named = [
        _Named(
            name=one.candidates[0] if one.match == "misspelling" and one.candidates else one.mention,
            ingredients=one.ingredients,
        )
        for one in mentions
    ]
    return tuple({one.ingredients or one.name: one for one in named}.values())


def _classes(question: str) -> tuple[_Named, ...]:
    return tuple(_Named(name=question[one.start : one.end]) for one in drug_classes().mentions(question))


def _names_of(named: Sequence[_Named]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in named))


def _replaced(mentions: Sequence[DrugMention], new: _Named) -> DrugMention:
    """Which of the medicines of the last question a new one stands for: one of its own kind, or else the last."""
    known = drug_classes()
    kinds = {kind for ingredient in new.ingredients for kind in known.classes_of(ingredient)}
    alike = [one for one in mentions if kinds & {kind for name in one.ingredients for kind in known.classes_of(name)}]
    return (alike or mentions)[-1]


def _put(question: str, mention: DrugMention, name: str) -> str:
    return question[: mention.start] + name + question[mention.end :]

"""The words of follow-ups: how one opens, points back, asks for the same, or only keeps the talk going.

Knows words and their misspellings; knows no medicine and no conversation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge_base.common_words import is_common

_FILLERS: Final = r"(?:ok(?:ay)?|so|then|thanks|thank you|and|also|but|or|no|yes|well|hm+|oh|sorry|actually)[.,;!]?\s+"
_OPENING: Final = re.compile(
    rf"^(?:{_FILLERS})*(?:(?:what|how) about|what if|and|also|or|but|with|together with|is (?:it|that|this)"
    r"|does (?:it|that|this)|can (?:it|that|this|they)|should (?:it|that))\b",
    re.IGNORECASE,
)
_CONJUNCTION: Final = re.compile(rf"^(?:{_FILLERS})*(?:and|also|but|or|what about|how about|what if)\b", re.I)
_IMPERSONAL: Final = (
    r"(?! (?:still |really |also )?(?:safe|ok|okay|all right|alright|fine|possible|dangerous|risky|bad|good|better|best"
    r"|necessary|normal|common|important|advisable|harmful|wise)"
    r" (?:to (?!\w+ (?:with|together|alongside)\b)|for|if|that)\b)"
)
"""Follows the "it" of "is it safe to drink wine", which stands for nothing; that of "is it safe to take with…" does."""
_PRONOUN: Final = re.compile(
    rf"\b(?:it{_IMPERSONAL}|its|that|this|them|they|these|those|both|the (?:drug|medicine|medication|pill|dose))\b",
    re.IGNORECASE,
)
_SUBJECT: Final = re.compile(rf"\b(?:it{_IMPERSONAL}|this|that)\b(?! (?:is|was) )", re.IGNORECASE)
_PAIR: Final = re.compile(
    r"\b(?:both|together|each other|the two|all of them|between them|they be (?:taken|combined|mixed|used)"
    r"|they interact|which (?:one )?(?:is|works|has|should|would|do)|which one"
    r"|(?:it|this) (?:\w+ ){0,2}(?:with|and) that|that (?:\w+ ){0,2}(?:with|and) (?:it|this))\b",
    re.IGNORECASE,
)
_OTHER_ONE: Final = re.compile(
    r"\b(?:the )?other (?:one|medicine|medication|drug|pill|tablet)\b|\bthe first one\b", re.I
)
_NO_CONTENT: Final = re.compile(
    rf"(?:{_FILLERS})*(?:why(?: not| is that| so)?|how come|how so|really|are you sure|is that (?:true|right|so)"
    r"|(?:can you |could you |please )?(?:tell me|say) more|more(?: details?| information| info)?(?: please)?"
    r"|(?:can you |could you |please )?explain(?: that| it| please)*|what do you mean(?: by that)?|what does that mean"
    r"|meaning|go on|in (?:simple|plain) (?:words|english|terms)|says who|since when|because)\W*",
    re.IGNORECASE,
)
_CHIT_CHAT: Final = re.compile(
    r"\W*(?:(?:hi|hello|hey|good (?:morning|day|evening|afternoon)|thanks?(?: you)?(?: (?:very|so) much| a lot)?"
    r"|ta|cheers|ok(?:ay)?|great|good|fine|perfect|cool|alright|all right|got it|i see|understood|bye|goodbye"
    r"|never ?mind|yes|no|yep|yeah|nope|sure|please|that helps|nice)\W*)+",
    re.IGNORECASE,
)
_BARE: Final = re.compile(
    r"(?:[\s,.!?]|\b(?:ok|okay|so|then|and|also|or|but|what|how|about|for|if|the|same|question|i|take|use|is|it|no|not"
    r"|meant?|mean|sorry|actually|oops|rather|now|please|it's|its|try|thing|with|like|one|this|that|in case of|of)\b"
    r"|\bcan (?:i|we|you) (?:take|use|have|try)\b(?=.*\binstead\b)|\binstead\b)*",
    re.IGNORECASE,
)
_DEFINING: Final = re.compile(r"\s*(?:so |and )?(?:what|what's|whats)(?: is| are)?\W*", re.IGNORECASE)
_AND: Final = re.compile(rf"^(?:{_FILLERS})*(?:and|or|plus)\b(?! (?:what|how) about)", re.IGNORECASE)
_PUT_TOGETHER: Final = re.compile(r"\b(?:with|and|plus)\b", re.IGNORECASE)
_WITH: Final = re.compile(
    r"\b(?:with|together|along|plus|combine[ds]?|mix(?:ed)?|add(?:ing)?|at the same time|as well|too|on top of)\b",
    re.IGNORECASE,
)
_SAME: Final = re.compile(r"\b(?:same|instead|no|meant?|sorry|actually|rather)\b", re.IGNORECASE)
_FIRST_PERSON: Final = re.compile(r"(?<!tell )(?<!show )(?<!give )\b(?:i|i'm|i've|me|my|we|our)\b", re.IGNORECASE)
_OF_AN_ILLNESS: Final = re.compile(
    r"\b(?:symptoms|signs|causes?|diagnosis|prevention|complications|stages|types) of "
    r"(?!(?:an? |the )?(?:overdos\w*|too much|it|this|that|side|allerg\w*)\b)\w+"
    r"|\b(?:treatments?|management|screening|therapy|guidelines?|recommendations?) (?:for|of|on) "
    r"(?!(?:it|this|that|me|overdose|an overdose|the side effects?)\b)\w+"
    r"|\bhow (?:do|can|should) (?:i|we|you) (?!take|use|store|stop|get|know)\w+ (?:a|an|my|our) \w+"
    r"|\bnormal (?:blood|heart|body|resting|pulse)\b",
    re.IGNORECASE,
)
_UNNAMED: Final = re.compile(
    r"\b(?:take|taking|use|using|give|giving|stop|mix|swallow) (?:it|this|that|them|these)\b"
    r"|\b(?:this|that|the|my) (?:drug|medicine|medication|pill|tablet|capsule)s?\b",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(
    r"\b(?:for )?(?:my|our|a|the) (?:\d{1,2}[ -](?:years?|months?|weeks?)[ -]old"
    r"(?: (?:son|daughter|child|boy|girl|baby|kid))?"
    r"|(?:[a-z]+ )?(?:child|kid|toddler|infant|baby|newborn|son|daughter|grandchild))\b"
    r"|\bi(?:'m| am) (?:pregnant|breast-?feeding|nursing|\d{2} years old)\b",
    re.IGNORECASE,
)
_ORDINALS: Final = (
    re.compile(r"\b(?:first|1st|former|1|one|a)\b", re.IGNORECASE),
    re.compile(r"\b(?:second|2nd|latter|2|two|b)\b", re.IGNORECASE),
    re.compile(r"\b(?:third|3rd|3|three|c)\b", re.IGNORECASE),
)
_PICKING: Final = r"(?:i|mean|meant|want|it's|its|it|is|was|the|no|yes|sorry|what|about|and|for|of course)[,.]?"
_CHOICE: Final = re.compile(
    r"\W*(?:(?:i|it|it's|its|the|this|that|is|mean|meant|want|option|number|no|one|name|please|yes|first|1st|former|second"
    r"|2nd|latter|third|3rd|last|1|2|3|two|three|a|b|c)\b\W*)+",
    re.IGNORECASE,
)
_LAST: Final = re.compile(r"\blast\b", re.IGNORECASE)

_MISSPELT: Final = (
    *("what", "about", "with", "and", "how", "much", "does", "should", "would", "safe", "together", "instead", "while"),
    *("alcohol", "pregnancy", "pregnant", "breastfeeding", "children", "child", "dose", "dosage", "effects", "side"),
    *("kidney", "kidneys", "liver", "driving", "food", "storage", "interact", "interaction", "warnings", "missed"),
)
"""Words that carry a follow-up, as they are spelled."""
_SHORT_FORMS: Final = {"wat": "what", "wht": "what", "abt": "about", "bout": "about", "w": "with", "n": "and"}
_LONG_CHARS: Final = 7
_TOKEN: Final = re.compile(r"[A-Za-z]{1,20}")


def opens_as_follow_up(question: str) -> bool:
    """Whether it opens as only a follow-up does ("and…", "what about…", "is it…")."""
    return _OPENING.search(question) is not None


def goes_on(question: str) -> bool:
    """Whether it opens with a word that joins it to what was said ("and", "what about")."""
    return _CONJUNCTION.search(question) is not None


def points_to_earlier(question: str) -> bool:
    """Whether a word of it stands for something said before ("it", "both")."""
    return _PRONOUN.search(question) is not None


def asks_of_two(question: str) -> bool:
    """Whether it asks of two things said before ("both", "which is better", "it with that")."""
    return _PAIR.search(question) is not None


def asks_of_the_other(question: str) -> bool:
    """Whether it asks the same of another medicine of the conversation, without its name."""
    return _OTHER_ONE.search(question) is not None


def has_no_content(question: str) -> bool:
    """Whether it asks nothing by itself ("why?", "tell me more")."""
    return _NO_CONTENT.fullmatch(question.strip()) is not None


def is_chit_chat(question: str) -> bool:
    """Whether it only keeps the talk going ("thanks!")."""
    return _CHIT_CHAT.fullmatch(question) is not None


def names_only(rest: str) -> bool:
    """Whether what is left of a question without its medicine asks nothing ("what about …", "same for …")."""
    return _BARE.fullmatch(rest) is not None and _DEFINING.fullmatch(rest) is None


def joins(rest: str) -> bool:
    """Whether it puts things together ("with", "as well")."""
    return _WITH.search(rest) is not None


def adds_to(question: str, earlier: str) -> bool:
    """Whether a bare "and …" adds one more to what the earlier question put together."""
    return _AND.search(question) is not None and _PUT_TOGETHER.search(earlier) is not None


def asks_the_same(question: str) -> bool:
    """Whether it says itself that the earlier question is meant ("same for", "no, I meant")."""
    return _SAME.search(question) is not None


def is_personal(question: str) -> bool:
    """Whether the person speaks of themselves."""
    return _FIRST_PERSON.search(question) is not None


def asks_of_the_unnamed(question: str) -> bool:
    """Whether it asks of "this" or "the medicine", which only makes sense of one that was named."""
    return _UNNAMED.search(question) is not None


def person_of(question: str) -> str | None:
    """For whom it asks, where that changes every answer ("my 5 year old", "I'm pregnant")."""
    found = _PERSON.search(question)
    return found.group() if found is not None else None


def is_of_an_illness(question: str) -> bool:
    """Whether it asks of an illness, a finding or a thing, not of a medicine ("the symptoms of diabetes")."""
    return _OF_AN_ILLNESS.search(question) is not None


def subject_before(question: str, end: int) -> re.Match[str] | None:
    """The "it" that stands before a place, and so for something said earlier."""
    return _SUBJECT.search(question, 0, end)


def chosen(reply: str, names: Sequence[str]) -> str | None:
    """Which of the names offered a short reply picks: by its number, or by the name itself."""
    said = reply.strip(" .!?,\"'\u201c\u201d").lower()
    for name in names:
        if re.fullmatch(rf"(?:{_PICKING} )*{re.escape(name.lower())}(?: please)?", said):
            return name
    if _CHOICE.fullmatch(reply) is None:
        return None
    if _LAST.search(reply):
        return names[-1]
    reply = (
        re.sub(r"\b(?:one|name)\b(?=\W*(?:please)?\W*$)", "", reply, flags=re.I) if len(reply.split()) > 1 else reply
    )
    picked = [name for name, pattern in zip(names, _ORDINALS, strict=False) if pattern.search(reply)]
    return picked[0] if len(picked) == 1 else None


def mended(question: str, spans: Sequence[tuple[int, int]] = ()) -> str:
    """The question with the words of follow-ups spelled right; what stands in `spans` is left alone."""

    def mend(match: re.Match[str]) -> str:
        word = match.group().lower()
        if any(start < match.end() and match.start() < end for start, end in spans):
            return match.group()
        if word in _SHORT_FORMS:
            return _SHORT_FORMS[word]
        if len(word) < 3 or is_common(word):
            return match.group()
        slips = 2 if len(word) >= _LONG_CHARS else 1
        near = process.extractOne(word, _MISSPELT, scorer=OSA.distance, score_cutoff=slips)
        return str(near[0]) if near is not None else match.group()

    return _TOKEN.sub(mend, question)

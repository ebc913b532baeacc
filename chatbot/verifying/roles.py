"""Does a sentence exchange who acts and what is acted on: "A raises B" where its source says that B raises A?

Each verb of acting is read with what stands before and after it, in the active and the passive voice. Only a pair that
both texts hold, the one way here and the other way there, is a problem: what cannot be read decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import product, zip_longest
from typing import Final, NamedTuple

from chatbot.verifying.words import STOPS, Token, Words, stem_of

_ACTS: Final = re.compile(
    r"(?:increas|rais|elevat|potentiat|enhanc|augment|prolong|decreas|reduc|lower|diminish|attenuat|inhibit|block"
    r"|induc|antagoni[sz]|displac|replac|suppress|stimulat|treat|caus|worsen|exacerbat|precipitat|accelerat|delay"
    r"|slow|impair|alter|affect)(?:e[ds]?|s|ing)?"
    r"|(?:inhibi|induc|reduc|elevat|prolonga|potentia|suppres)[ts]?ions?|rises?|rose|(?:lead|result)s?|led|resulted"
)
_WITH_PREPOSITION: Final = {"lead": "to", "leads": "to", "led": "to", "result": "in", "results": "in", "resulted": "in"}
_NOUN: Final = re.compile(r"(?:in|de)creases?|\w+ions?|rises?|delays?|causes?")
_ARTICLES: Final = frozenset({"a", "an", "the", "any", "no", "this", "such", "for"})
_BE: Final = frozenset({"is", "are", "was", "were", "be", "been", "being"})
_BY: Final = re.compile(
    r"by|with|when|if|in|during|after|following|from|while|upon|under|as|on|due|because|among|where|using"
    r"|through"
)
"""What a passive or an intransitive verb has its doer after."""
_OF: Final = frozenset({"in", "of", "to"})
_JOINS: Final = frozenset({",", "and", "or", "but", "that", "which"})
_VAGUE: Final = frozenset(
    (
        *("patient", "people", "person", "adult", "subject", "dose", "dosage", "level", "concentration"),
        *("plasma", "serum", "blood", "exposure", "effect", "risk", "clearance", "metabolism", "absorption"),
        *("activity", "treatment", "therapy", "use", "drug", "medicine", "medication", "administration"),
        *("coadministration", "concomitant", "taken", "given", "take", "give", "receive", "should", "fold"),
        *("half-life", "auc", "cmax", "mean", "maximum"),
    )
)
"""Words that stand on either side of such a verb and name nothing that acts."""
_AMOUNT: Final = re.compile(r"[\d.,]+|%|\w*fold|times?|about|approximately|up|to|at|least|\w+ly|not|also|and|further")


class _Role(NamedTuple):
    """What acts and what is acted on, by stem."""

    doers: frozenset[str]
    done_to: frozenset[str]

    @classmethod
    def of(cls, doers: Sequence[Token], done_to: Sequence[Token]) -> _Role:
        return cls(_stems(doers), _stems(done_to))


def role_problem(sentence: Words, source: Words, names: Collection[str]) -> str:
    """Which two things the sentence exchanges; empty if none.

    Args:
        sentence: what was written.
        source: the cited sentences.
        names: every medicine name known, in lower case.
    """
    stems = {token.stem for token in sentence.tokens if token.text in names}
    mine, theirs = set(_pairs(sentence, stems)), set(_pairs(source, stems))
    for doer, done_to in sorted(mine - theirs):
        if (done_to, doer) in theirs - mine:
            return f"exchanges what '{doer}' and '{done_to}' do in the cited sentence"
    return ""


def _pairs(words: Words, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Who acts on what; of words on both sides ("use of A with B raises A") only medicines count."""
    for role in _roles(words):
        for doer, done_to in product(role.doers, role.done_to):
            if (doer in names and done_to in names) or not (doer in role.done_to or done_to in role.doers):
                yield doer, done_to


def _roles(words: Words) -> Iterator[_Role]:
    sentence: list[Token] = []
    for token in (*words.tokens, Token(".", ".", is_content=False)):
        if token.text in STOPS:
            yield from _roles_of(sentence)
            sentence = []
        else:
            sentence.append(token)


def _roles_of(tokens: Sequence[Token]) -> Iterator[_Role]:
    """The roles around each verb of one sentence."""
    acts = [i for i in range(len(tokens)) if _is_act(tokens, i)]
    subject: Sequence[Token] = ()
    begin, joined = 0, False
    for act, following in zip_longest(acts, acts[1:]):
        between = tokens[begin:act]
        if not joined:
            subject = [*subject, *between]
        elif _stems(between):
            subject = between
        join = _last_join(tokens, act + 1, following) if following is not None else None
        joined = join is not None
        end = len(tokens) if following is None else following if join is None else join
        yield _role(subject, tokens, act, end)
        begin = act + 1 if join is None else join + 1


def _role(subject: Sequence[Token], tokens: Sequence[Token], act: int, end: int) -> _Role:
    verb = tokens[act].text
    right = tokens[act + 1 : end]
    if verb in _WITH_PREPOSITION:
        return _Role.of(subject, right[1:])
    if right and right[0].text in _OF and _is_noun(tokens, act):
        marker = next((i for i, token in enumerate(right) if i and _BY.fullmatch(token.text)), len(right))
        return _Role.of([*subject, *right[marker:]], right[:marker])
    if _is_passive(tokens, act) or _lacks_object(right):
        return _Role.of(right, subject)
    marker = next((i for i, token in enumerate(right) if _BY.fullmatch(token.text)), len(right))
    if verb.startswith("replac") and not _stems(subject):
        return _Role.of(right[marker:], right[:marker])
    return _Role.of(subject if _stems(subject) else right[marker:], right[:marker])


def _is_act(tokens: Sequence[Token], i: int) -> bool:
    word = tokens[i].text
    if not _ACTS.fullmatch(word):
        return False
    following = tokens[i + 1].text if i + 1 < len(tokens) else ""
    return _WITH_PREPOSITION.get(word, following) == following


def _is_noun(tokens: Sequence[Token], act: int) -> bool:
    """Whether "increase" is a thing: it has an article or another such verb close before it, or the form of one."""
    word = tokens[act].text
    if word.endswith(("ion", "ions")):
        return True
    before = tokens[max(0, act - 3) : act]
    return bool(_NOUN.fullmatch(word)) and (
        not before
        or _AMOUNT.fullmatch(before[-1].text) is not None
        or any(one.text in _ARTICLES or _ACTS.fullmatch(one.text) for one in before)
    )


def _is_passive(tokens: Sequence[Token], act: int) -> bool:
    if not tokens[act].text.endswith("ed"):
        return False
    for token in reversed(tokens[max(0, act - 4) : act]):
        if token.text in _BE:
            return True
        if not _AMOUNT.fullmatch(token.text):
            return False
    return False


def _lacks_object(right: Sequence[Token]) -> bool:
    """Whether nothing but an amount stands between the verb and what follows in a phrase of its own."""
    for token in right:
        if _BY.fullmatch(token.text) or token.text == ",":
            return True
        if not _AMOUNT.fullmatch(token.text):
            return False
    return True


def _last_join(tokens: Sequence[Token], start: int, end: int) -> int | None:
    """The last joining word in [start, end) outside brackets: what follows it belongs to the next verb."""
    depth, found = 0, None
    for i in range(start, end):
        if tokens[i].text in "([":
            depth += 1
        elif tokens[i].text in ")]":
            depth -= 1
        elif depth <= 0 and tokens[i].text in _JOINS:
            found = i
    return found


def _stems(tokens: Sequence[Token]) -> frozenset[str]:
    return frozenset(
        token.stem for token in tokens if token.is_content and not token.is_number and token.stem not in _vague()
    )


@cache
def _vague() -> frozenset[str]:
    return frozenset(map(stem_of, _VAGUE))

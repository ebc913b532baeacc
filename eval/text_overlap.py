"""How much of a reference an answer's words have: exact match, token F1, ROUGE-1, ROUGE-2 and ROUGE-L.

Exact match and token F1 as in SQuAD (Rajpurkar et al., EMNLP 2016): lower case, no punctuation, no articles. ROUGE as
Lin (ACL workshop 2004) defines it for one summary, F-measure with equal weights, over lower-cased words and numbers
without stemming. With several references the best counts.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Final

_ARTICLES: Final = re.compile(r"\b(?:a|an|the)\b")
_NO_PUNCTUATION: Final = str.maketrans("", "", string.punctuation)
_WORD: Final = re.compile(r"[a-z0-9]+")


def exact_match(answer: str, references: Sequence[str]) -> float:
    """1 if the answer is one of the references, case, punctuation and articles aside; else 0."""
    return float(any(_squad(answer) == _squad(one) for one in references))


def token_f1(answer: str, references: Sequence[str]) -> float:
    """The F1 of the words shared with the nearest reference, in [0, 1]; two empty texts agree."""
    return max((_f1_of_bags(_squad(answer), _squad(one)) for one in references), default=0.0)


def rouge_n(answer: str, references: Sequence[str], n: int) -> float:
    """ROUGE-n, F-measure in [0, 1]."""
    return max((_f1_of_bags(_grams(answer, n), _grams(one, n)) for one in references), default=0.0)


def rouge_l(answer: str, references: Sequence[str]) -> float:
    """ROUGE-L over whole texts, F-measure in [0, 1], of the longest common subsequence of words."""
    return max((_rouge_l(_words(answer), _words(one)) for one in references), default=0.0)


def _f1_of_bags(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    if not one or not other:
        return float(not one and not other)
    return _f1((Counter(one) & Counter(other)).total(), len(one), len(other))


def _rouge_l(one: Sequence[str], other: Sequence[str]) -> float:
    if not one or not other:
        return float(not one and not other)
    row = [0] * (len(other) + 1)
    for word in one:
        diagonal = 0
        for place, match in enumerate(other, start=1):
            diagonal, row[place] = row[place], diagonal + 1 if word == match else max(row[place], row[place - 1])
    return _f1(row[-1], len(one), len(other))


def _f1(shared: int, n_one: int, n_other: int) -> float:
    return 2 * shared / (n_one + n_other)


def _squad(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split()


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _grams(text: str, n: int) -> list[tuple[str, ...]]:
    words = _words(text)
    return [tuple(words[place : place + n]) for place in range(len(words) - n + 1)]

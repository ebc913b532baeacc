"""Names in a text that could be the short answer to a question: a rule, for systems that have no language model.

A name is a run of words with a capital or a digit inside a sentence, or words in parentheses; those in the most texts
come first. It knows no kinds of things: whether a gene or a country is asked for makes no difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from knowledge_base.words import folded_words

_WORD: Final = r"(?:[A-Z][\w-]*[\w]|[a-z]+[A-Z0-9][\w-]*|\w*\d[\w-]*)"
_NAME: Final = re.compile(rf"{_WORD}(?: (?:of |and )?{_WORD})*")
_BRACKETED: Final = re.compile(r"\(([^()]{2,60})\)")
_OPENING: Final = re.compile(
    r"^(?:the|a|an|in|we|this|these|our|here|background|objectives?|conclusions?|results?|methods?|however|although|thus"
    r"|therefore|furthermore|moreover|for|to|it|its|as|at|by|of|on|with|from)$",
    re.IGNORECASE,
)


def candidates(question: str, texts: Sequence[str], n: int) -> list[str]:
    """The `n` names that most texts have and the question has not, those that come first before others."""
    asked = set(folded_words(question))
    found: Counter[str] = Counter()
    written: dict[str, str] = {}
    for text in texts:
        here = dict.fromkeys((*_NAME.findall(text), *_BRACKETED.findall(text)))
        keys = set()
        for name in here:
            key = " ".join(folded_words(name))
            if key and not set(key.split()) <= asked and not _OPENING.match(name) and not key.isdigit():
                written.setdefault(key, name)
                keys.add(key)
        found.update(keys)
    order = list(written)
    return [written[key] for key in sorted(order, key=lambda one: (-found[one], order.index(one)))[:n]]

"""The part of a message that asks: greetings, thanks and signatures out, and of a long story the sentences that ask.

A short question comes back as it is. Knows no medicine; only what is looked up changes, never what is shown.
"""

from __future__ import annotations

import re
from typing import Final

_LONG_CHARS: Final = 160
"""Up to here a message is a question and not a story; longer than nearly every question of the label sets."""
_SPACE: Final = re.compile(r"\s+")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")
_POLITE: Final = re.compile(
    r"^\W*(?:hi|hello|hey|dear|greetings|good (?:morning|afternoon|evening|day))\b(?: (?:sir|madam|doctor|there|all"
    r"|team|everyone)\b)*\W*|^\W*(?:many )?thank(?:s| you)\b[^.!?]*[.!?]*\s*$|^[^.!?]*\b(?:would be|is|am) (?:\w+ )?"
    r"(?:appreciated|grateful|thankful)\b[^.!?]*[.!?]*$|^\W*(?:(?:kind|best|warm) )?regards\b.*$|^\W*sincerely\b.*$"
    r"|^\W*(?:please )?(?:help|reply|respond|advise)(?: me)?(?: please)?\W*$|^\W*god bless\b.*$|\s+thank(?:s| you)"
    r"(?: (?:very much|so much|a lot|in advance|you|for your (?:time|help)))*\W*$",
    re.IGNORECASE,
)
_ASKING: Final = re.compile(
    r"\?|^\W*(?:what|how|when|where|why|who|which|is|are|can|could|does|do|did|should|will|would|may|has|any)\b"
    r"|\b(?:want(?:ed)? to know|would like|wonder(?:ing)?|looking for|need(?:ed)? to know|let me know|tell me|"
    r"information (?:on|about)|question is|is there|are there|find out|how (?:long|much|many|do|to))\b",
    re.IGNORECASE,
)


def core_of(message: str) -> str:
    """The words of a message to look up, on one line; the message itself where nothing in it asks."""
    whole = _SPACE.sub(" ", message).strip()
    said = [sentence for one in _SENTENCE_END.split(whole) if (sentence := _POLITE.sub("", one).strip())]
    if not said:
        return whole
    if len(whole) > _LONG_CHARS and any(map(_ASKING.search, said)):
        # The first sentence says what the message is about: its subject line, or who has what.
        said = [one for place, one in enumerate(said) if place == 0 or _ASKING.search(one)]
    return " ".join(said)

"""Messages that ask nothing of the sources: a greeting, thanks, "what can you do?"; each has a fixed reply."""

from __future__ import annotations

import re
from typing import Final

_PURPOSE: Final = (
    "Ask me about a medicine or a guideline, for example “What are the common side effects of taking ibuprofen?” "
    "or “Can I take Advil with lisinopril?”. I answer with sentences of the label or guideline and show where each one "
    "stands; when the sources do not say it, I say so. I do not diagnose, and I am no substitute for your doctor or "
    "pharmacist."
)
_REPLIES: Final = (
    (
        re.compile(
            r"(?:hi+|hello+|hey+|hiya|howdy|good (?:morning|afternoon|evening|day)|greetings)(?: there| you| all| bot)?"
            r"(?: how are you(?: doing| today)?)?"
        ),
        f"Hello. {_PURPOSE}",
    ),
    (
        re.compile(
            r"(?:ok(?:ay)? )?(?:thanks?|thank you|thx|cheers|many thanks|much appreciated)"
            r"(?: so| very)?(?: much| a lot)?"
        ),
        "You are welcome. Ask about the next medicine whenever you like.",
    ),
    (
        re.compile(
            r"(?:help(?: me)?|who are you|what are you|what is this|what can (?:you|i) (?:do|ask)(?: here| you)?"
            r"|how (?:does|do) (?:this|you) work|are you (?:a )?(?:doctor|human|real|robot|bot|an? ai))"
        ),
        _PURPOSE,
    ),
)
_NO_WORD: Final = re.compile(r"[^a-z ]+")


def small_talk_reply(message: str) -> str | None:
    """The fixed reply to a message that asks nothing; None for every other."""
    words = " ".join(_NO_WORD.sub(" ", message.lower().replace("'", "")).split())
    return next((reply for pattern, reply in _REPLIES if pattern.fullmatch(words)), None)

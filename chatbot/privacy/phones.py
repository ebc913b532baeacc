"""Phone numbers of many countries, by Google's libphonenumber (package `phonenumbers`, extra `privacy`).

The rules of `numbers.py` know a few countries' ways to write a number; this knows every country's numbering plan.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Final

from chatbot.privacy.identifiers import Identifier, MaskingError
from chatbot.privacy.numbers import is_other_number

_REGIONS: Final = ("US", "GB", "DE", "FR", "ES", "IN", "MX", "BR", "AU")
"""Whose numbers are known without a country code; with one, every country's are."""
_MIN_DIGITS: Final = 9
"""Shorter ones are as likely a dose, a date or a record number."""


def is_installed() -> bool:
    """Whether the library is there."""
    return importlib.util.find_spec("phonenumbers") is not None


class PhoneFinder:
    """Finds phone numbers; safe to share between threads.

    Raises:
        MaskingError: the library cannot be loaded.
    """

    def __init__(self) -> None:
        try:
            self._library: Any = importlib.import_module("phonenumbers")
        except ImportError as error:
            raise MaskingError("the package phonenumbers cannot be loaded; install the extra `privacy` anew") from error

    def find(self, text: str) -> list[Identifier]:
        """The phone numbers of a text in order.

        Raises:
            MaskingError: the library failed.
        """
        found: set[Identifier] = set()
        try:
            for region in _REGIONS:
                for match in self._library.PhoneNumberMatcher(text, region):
                    digits = sum(character.isdigit() for character in match.raw_string)
                    if digits >= _MIN_DIGITS and not is_other_number(text, match.start, match.raw_string):
                        found.add(Identifier(match.start, match.end, "PHONE"))
        except Exception as error:  # its message may hold the text; whatever it is, nothing may go on
            raise MaskingError(f"the package phonenumbers failed ({type(error).__name__})") from error
        return sorted(found)

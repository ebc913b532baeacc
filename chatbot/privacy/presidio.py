"""Presidio's pattern recognisers as a second finder, without any language model (extra `privacy`).

Only those recognisers are taken that find more than the rules of this package and mask no medicine: phone numbers of
many countries, e-mail, web and IP addresses, social security numbers. Names are left to the rules: Presidio finds
none without a trained model.
"""

from __future__ import annotations

import importlib.util
import logging
from types import MappingProxyType
from typing import Final

from chatbot.privacy.identifiers import Identifier, Kind, MaskingError

_KINDS: Final = MappingProxyType[str, Kind](
    {"PHONE_NUMBER": "PHONE", "EMAIL_ADDRESS": "EMAIL", "URL": "URL", "IP_ADDRESS": "IP", "US_SSN": "SSN"}
)
_REGIONS: Final = ("US", "GB", "DE", "FR", "ES", "IN", "MX", "CA", "AU")
_MIN_SCORE: Final = 0.4
"""What Presidio gives a number by its shape alone; a guess without any check digit or context has less."""


def is_installed() -> bool:
    """Whether the extra is there."""
    return importlib.util.find_spec("presidio_analyzer") is not None


class PresidioFinder:
    """Presidio's recognisers by pattern; safe to share between threads.

    Raises:
        MaskingError: Presidio is not installed or cannot start.
    """

    def __init__(self) -> None:
        # Its e-mail recogniser looks for a list on the network and says at length that there is none.
        logging.getLogger("tldextract").setLevel(logging.CRITICAL)
        logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
        try:
            from presidio_analyzer.predefined_recognizers import (
                EmailRecognizer,
                IpRecognizer,
                PhoneRecognizer,
                UrlRecognizer,
                UsSsnRecognizer,
            )

            self._recognizers = (
                PhoneRecognizer(supported_regions=_REGIONS),
                EmailRecognizer(),
                UrlRecognizer(),
                IpRecognizer(),
                UsSsnRecognizer(),
            )
        except Exception as error:
            raise MaskingError(f"presidio-analyzer cannot start ({type(error).__name__}); install the extra `privacy`") from error

    def find(self, text: str) -> list[Identifier]:
        """The identifiers of a text in order.

        Raises:
            MaskingError: a recogniser failed.
        """
        found = []
        try:
            for recognizer in self._recognizers:
                for result in recognizer.analyze(text, recognizer.supported_entities, None):
                    if result.score >= _MIN_SCORE:
                        found.append(Identifier(result.start, result.end, _KINDS[result.entity_type]))
        except Exception as error:  # its message may hold the text; whatever it is, nothing may go on
            raise MaskingError(f"presidio-analyzer failed ({type(error).__name__})") from error
        return sorted(found)

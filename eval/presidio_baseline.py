"""Presidio's pattern recognisers without any language model, to compare with: `pip install presidio-analyzer`.

Those recognisers are taken that mask no medicine: phone numbers, e-mail, web and IP addresses, social security
numbers. Presidio finds no names without a trained model.
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
    """Whether Presidio is there."""
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
            raise MaskingError(
                f"presidio-analyzer cannot start ({type(error).__name__}); pip install presidio-analyzer"
            ) from error

    def find(self, text: str) -> list[Identifier]:
        """The identifiers of a text in order.

        Raises:
            MaskingError: a recogniser failed.
        """
        found: list[Identifier] = []
        try:
            for recognizer in self._recognizers:
                found += [
                    Identifier(result.start, result.end, _KINDS[result.entity_type])
                    for result in recognizer.analyze(text, recognizer.supported_entities, None)
                    if result.score >= _MIN_SCORE
                ]
        except Exception as error:  # its message may hold the text; whatever it is, nothing may go on
            raise MaskingError(f"presidio-analyzer failed ({type(error).__name__})") from error
        return sorted(found)

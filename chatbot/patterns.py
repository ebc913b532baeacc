"""Regular expressions kept in data files, where `<name>` stands for a fragment that is written once.

Knows TOML and fragments; nothing of what the expressions look for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, Final

_NAME: Final = re.compile(r"(?<!\(\?)(?<!\(\?P)<([a-z_]+)>")


class Patterns:
    """Compiles expressions over one set of fragments; a fragment may use those written above it."""

    def __init__(self, fragments: Mapping[str, str]) -> None:
        self._fragments: dict[str, str] = {}
        for name, text in fragments.items():
            self._fragments[name] = f"(?:{self._expand(text)})"

    def compile(self, text: str) -> re.Pattern[str]:
        """One expression with its fragments put in."""
        return re.compile(self._expand(text))

    def compile_all(self, texts: Iterable[str]) -> tuple[re.Pattern[str], ...]:
        """Several expressions, in their order."""
        return tuple(self.compile(text) for text in texts)

    def any_of(self, texts: Iterable[str]) -> re.Pattern[str]:
        """One expression that finds what any of several finds."""
        return re.compile("|".join(f"(?:{self._expand(text)})" for text in texts))

    def _expand(self, text: str) -> str:
        return _NAME.sub(lambda match: self._fragments[match[1]], text)


def read_data(*path: str) -> dict[str, Any]:
    """A TOML file of this package's `data` folder, by its path there."""
    data: dict[str, Any] = tomllib.loads(files("chatbot").joinpath("data", *path).read_text(encoding="utf-8"))
    return data

"""Identifiers replaced by placeholders, the same one for the same identifier through a conversation, and put back.

"[PERSON_1]" goes to a model or a disk; the words go back only into what the person sees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.privacy.identifiers import KINDS, FindsIdentifiers, Identifier, Kind

_PLACEHOLDER: Final = re.compile(rf"\[(?:{'|'.join(KINDS)})_\d+\]")
_BEGUN: Final = re.compile(r"\[[A-Z0-9_]{0,20}")
"""A text without its closing bracket that may grow into a placeholder."""
_MIN_CHARS: Final = 3
"""A shorter word is not looked for in an answer: "Li" would be found in "Lipitor"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A text with placeholders, and the spans of the original text that they replaced."""

    text: str
    spans: tuple[Identifier, ...]
    kinds: tuple[Kind, ...]
    """The kind of every different identifier, in order."""


class Placeholders:
    """The placeholders of one conversation; mask its turns in order."""

    def __init__(self, finder: FindsIdentifiers) -> None:
        self._finder = finder
        self._by_value: dict[tuple[Kind, str], str] = {}
        self._values: dict[str, str] = {}
        self._typed: set[str] = set()
        self._kinds: list[Kind] = []

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kind of every placeholder so far; a value that stands twice counts once."""
        return tuple(self._kinds)

    def mask(self, text: str) -> Masked:
        """A text with every identifier replaced.

        Raises:
            MaskingError: identifiers could not be looked for.
        """
        # What the person typed in this form is no placeholder of ours and must not be put back as one.
        self._typed.update(_PLACEHOLDER.findall(text))
        spans = tuple(self._finder.find(text))
        parts, position = [], 0
        for span in spans:
            parts += [text[position : span.start], self._placeholder(span.kind, text[span.start : span.end])]
            position = span.end
        different = {(span.kind, _folded(text[span.start : span.end])): span.kind for span in spans}
        return Masked(text="".join([*parts, text[position:]]), spans=spans, kinds=tuple(different.values()))

    def hide(self, text: str) -> str:
        """A text with the identifiers known so far replaced; nothing new is looked for."""
        values = sorted((value for value in self._values.values() if len(value) >= _MIN_CHARS), key=len, reverse=True)
        if not values:
            return text
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, values))})(?!\w)", re.IGNORECASE)
        known = {value.casefold(): placeholder for placeholder, value in self._values.items()}
        return pattern.sub(lambda found: known[found.group().casefold()], text)

    def restore(self, text: str) -> str:
        """A text with the identifiers put back; placeholders nobody gave out stay."""
        return _PLACEHOLDER.sub(lambda found: self._values.get(found.group(), found.group()), text)

    def _placeholder(self, kind: Kind, value: str) -> str:
        key = (kind, _folded(value))
        if key not in self._by_value:
            n = 1 + sum(given == kind for given in self._kinds)
            while f"[{kind}_{n}]" in self._typed or f"[{kind}_{n}]" in self._values:
                n += 1
            self._by_value[key] = f"[{kind}_{n}]"
            self._values[self._by_value[key]] = value
            self._kinds.append(kind)
        return self._by_value[key]


class StreamRestorer:
    """Puts identifiers back into text that comes in pieces, where a placeholder may be cut in two."""

    def __init__(self, placeholders: Placeholders, show: Callable[[str], None]) -> None:
        self._placeholders = placeholders
        self._show = show
        self._held = ""

    def feed(self, piece: str) -> None:
        """Show what can be shown after this piece; what may be the beginning of a placeholder waits."""
        text = self._held + piece
        cut = text.rfind("[")
        ready, self._held = (text[:cut], text[cut:]) if cut >= 0 and _BEGUN.fullmatch(text, cut) else (text, "")
        if ready:
            self._show(self._placeholders.restore(ready))

    def finish(self) -> None:
        """Show what was still waiting."""
        if self._held:
            self._show(self._held)
        self._held = ""


def mask_turns(finder: FindsIdentifiers, earlier: Sequence[str], text: str) -> tuple[Masked, Placeholders]:
    """A text masked with the placeholders that the earlier turns of its conversation have given out.

    Raises:
        MaskingError: identifiers could not be looked for.
    """
    placeholders = Placeholders(finder)
    for one in earlier:
        placeholders.mask(one)
    return placeholders.mask(text), placeholders


def _folded(value: str) -> str:
    return " ".join(value.casefold().split())

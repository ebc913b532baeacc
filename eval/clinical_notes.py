"""Notes with marked identifiers: `[[KIND:words]]` is an identifier, `{{words}}` must survive, the rest is text.

The mark-up stands inside the text, so that no offset is counted by hand. Knows no masker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from chatbot.privacy.identifiers import Identifier, Kind
from knowledge_base.errors import VademecumError

TUNED_ON: Final = Path(__file__).parent / "data" / "clinical_notes.txt"
HELD_OUT: Final = Path(__file__).parent / "data" / "clinical_notes_held_out.txt"
_MARK: Final = re.compile(r"\[\[(?P<kind>[A-Z_0-9]+):(?P<gold>.+?)\]\]|\{\{(?P<kept>.+?)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedText:
    """A text, its identifiers, and the spans that must not be masked (medicines, doses, values, eponyms)."""

    name: str
    text: str
    identifiers: tuple[Identifier, ...]
    survivors: tuple[tuple[int, int], ...] = ()


def parse_marks(name: str, marked: str) -> MarkedText:
    """The text without its marks, and what they marked.

    Raises:
        VademecumError: a mark names no kind, or is left open; names the note.
    """
    text, position = "", 0
    identifiers: list[Identifier] = []
    survivors: list[tuple[int, int]] = []
    for mark in _MARK.finditer(marked):
        text += marked[position : mark.start()]
        start, words = len(text), mark["gold"] or mark["kept"]
        text, position = text + words, mark.end()
        if mark["kept"] is not None:
            survivors.append((start, len(text)))
            continue
        kinds: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
        if mark["kind"] not in kinds:
            raise VademecumError(f"note {name}: {mark['kind']} is no kind of identifier")
        identifiers.append(Identifier(start, len(text), kinds[mark["kind"]]))
    text += marked[position:]
    if re.search(r"\[\[|\]\]|\{\{|\}\}", text):
        raise VademecumError(f"note {name}: a mark is left open")
    return MarkedText(name=name, text=text, identifiers=tuple(identifiers), survivors=tuple(survivors))


def load_notes(path: Path) -> list[MarkedText]:
    """The notes of a file; a line `=== name` begins one, lines with `#` before the first are comments.

    Raises:
        VademecumError: the file cannot be read, or a note is marked wrongly.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VademecumError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from error
    parts = re.split(r"^=== (.+)\n", content, flags=re.MULTILINE)[1:]
    return [parse_marks(name, text.strip("\n")) for name, text in zip(parts[::2], parts[1::2], strict=True)]

"""What changed between two versions of a label, section by section and word by word.

Sections are matched by their place in the outline, failing that by code and title; white space does not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal, NamedTuple

from knowledge_base.passage_store import PassageStore
from knowledge_base.types import Section

State = Literal["added", "removed", "changed"]
_LONG: Final = 4000
"""Words from which frequent ones no longer anchor a comparison, whose time grows with their square."""


class Run(NamedTuple):
    """Words that both versions have, or only the older or the newer."""

    state: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionChange:
    """A section that one version has and the other has not, or has in other words."""

    state: State
    section: Section
    runs: tuple[Run, ...]


class _Read(NamedTuple):
    section: Section
    words: list[str]


def section_changes(store: PassageStore, older_id: str, newer_id: str) -> list[SectionChange]:
    """The sections that differ between two documents: those of the newer in its order, then those it has no more.

    Raises:
        KnowledgeBaseError: one of them is not stored.
    """
    older, newer = _read(store, older_id), _read(store, newer_id)
    matches = _match(older, newer)
    changes = [change for place, now in enumerate(newer) if (change := _change(matches.get(place), now)) is not None]
    gone = set(range(len(older))).difference(place for place, _ in matches.values())
    removed = [
        SectionChange(state="removed", section=older[place].section, runs=_runs(older[place].words, []))
        for place in sorted(gone)
        if older[place].words
    ]
    return [*changes, *removed]


def _read(store: PassageStore, document_id: str) -> list[_Read]:
    text = store.source_text(document_id)
    return [_Read(one, text[one.start : one.end].split()) for one in store.sections(document_id)]


def _match(older: Sequence[_Read], newer: Sequence[_Read]) -> dict[int, tuple[int, _Read]]:
    """For each place in the newer version the place and section of the older one it goes on from."""
    matches: dict[int, tuple[int, _Read]] = {}
    taken: set[int] = set()
    keys: tuple[Callable[[Section], Hashable], ...] = (
        lambda section: (section.code, section.path),
        lambda section: (section.code, section.title),
    )
    for key in keys:
        free = defaultdict(list)
        for place, one in enumerate(older):
            if place not in taken:
                free[key(one.section)].append(place)
        for place, one in enumerate(newer):
            if place not in matches and free[key(one.section)]:
                found = free[key(one.section)].pop(0)
                taken.add(found)
                matches[place] = (found, older[found])
    return matches


def _change(before: tuple[int, _Read] | None, now: _Read) -> SectionChange | None:
    if before is None:
        runs = _runs([], now.words)
        return SectionChange(state="added", section=now.section, runs=runs) if runs else None
    if before[1].words == now.words:
        return None
    return SectionChange(state="changed", section=now.section, runs=_runs(before[1].words, now.words))


def _runs(older: Sequence[str], newer: Sequence[str]) -> tuple[Run, ...]:
    matcher = SequenceMatcher(None, older, newer, autojunk=max(len(older), len(newer)) > _LONG)
    return tuple(_parts(matcher.get_opcodes(), older, newer))


def _parts(
    steps: Iterable[tuple[str, int, int, int, int]], older: Sequence[str], newer: Sequence[str]
) -> Iterator[Run]:
    for step, a, b, c, d in steps:
        if step == "equal":
            yield Run("same", " ".join(older[a:b]))
            continue
        if a < b:
            yield Run("removed", " ".join(older[a:b]))
        if c < d:
            yield Run("added", " ".join(newer[c:d]))

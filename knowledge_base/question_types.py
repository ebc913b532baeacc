"""What an open question and a heading are about besides their subject: cause, symptoms, treatment, storage and so on.

Cues are data (`data/question_types.toml`). Label sections have `aspects.py`, which knows their codes; this is for
guidelines, patient texts and any other text that has only a heading in words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, NamedTuple

_ANYTHING: Final = "information"
"""Asked of nearly any subject: another type says more."""


class _Cues(NamedTuple):
    anywhere: re.Pattern[str]
    in_heading: re.Pattern[str]


def types_of(question: str) -> frozenset[str]:
    """The types a question shows; none if nothing tells."""
    return _specific(name for name, cues in _table().items() if cues.anywhere.search(question))


@cache
def _table() -> Mapping[str, _Cues]:
    with (files("knowledge_base") / "data" / "question_types.toml").open("rb") as file:
        table = tomllib.load(file)
    return MappingProxyType(
        {
            name: _Cues(_any_of(entry["cues"]), _any_of([*entry["cues"], *entry.get("headings", ())]))
            for name, entry in table.items()
        }
    )


def types_of_heading(heading: str) -> frozenset[str]:
    """The types a heading shows; none if it only names its subject."""
    return _specific(name for name, cues in _table().items() if cues.in_heading.search(heading))


def _specific(names: Iterable[str]) -> frozenset[str]:
    found = frozenset(names)
    return found - {_ANYTHING} or found


def _any_of(cues: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(cues), re.IGNORECASE)

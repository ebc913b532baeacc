"""Which versions of a label are older than another: by version number where all have one, by date otherwise.

The versions of a set id are versions of one label, whatever format each was read from (SPL, openFDA, a printed label).
Where nothing tells two apart none is older: a label is never put away on a guess. Knows documents only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from knowledge_base.types import DocumentInfo


def ages(versions: Sequence[DocumentInfo]) -> list[int | str | None]:
    """A value for each version of one label that rises with time; None where it has nothing to compare."""
    numbers = [_number(info) for info in versions]
    if None not in numbers:
        return [*numbers]
    return [info.effective_date for info in versions]


def newest_first(versions: Iterable[DocumentInfo]) -> list[DocumentInfo]:
    """The versions of one label by age; those without anything to compare come last."""
    versions = list(versions)
    values = ages(versions)
    order = sorted(
        range(len(versions)), key=lambda place: (values[place] is not None, values[place] or 0), reverse=True
    )
    return [versions[place] for place in order]


def _number(info: DocumentInfo) -> int | None:
    version = info.version or ""
    return int(version) if version.isascii() and version.isdigit() else None

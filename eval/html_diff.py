"""Two runs side by side as one HTML page: the figures, then every item whose score changed with both evidences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import Markup

from eval.compare import Row, cells_of
from eval.html_page import folded, heading, page, paragraph, table

_HEAD: Final = (
    *("benchmark", "system", "measure", "n", "before", "after", "difference", "95 % interval", "effect d", "p"),
    "p, Holm",
)
_MAX_CHANGED: Final = 500


def to_html(rows: Sequence[Row], before: str, after: str) -> str:
    """The page."""
    return page("Two runs side by side", _parts(rows, before, after))


def _parts(rows: Sequence[Row], before: str, after: str) -> Iterator[Markup]:
    yield paragraph(f"Before: {before}. After: {after}. Differences are after minus before, item by item.")
    yield paragraph(f"{len(rows)} tests at once: only a p after Holm's correction below 0.05 tells the runs apart.")
    yield table(_HEAD, [cells_of(row) for row in rows])
    yield heading(2, "What changed")
    for row in rows:
        if row.changed:
            title = f"{row.benchmark}, {row.system}, {row.measure}: {len(row.changed)} changed"
            cells = [
                [one.item, f"{one.before:.2f}", f"{one.after:.2f}", one.evidence_before, one.evidence_after]
                for one in row.changed[:_MAX_CHANGED]
            ]
            yield folded(title, table(["id", "before", "after", "evidence before", "evidence after"], cells))

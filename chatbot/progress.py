"""A progress bar on stderr for long work; silent where stderr is not a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Final, Never, Self

from tqdm import tqdm

_UNITS: Final = {"reading": " files", "recognising": " pages", "embedding": " passages"}


class ProgressBar:
    """Shows the stage that is running, its rate and the time left; called with (stage, done, total), 0: unknown."""

    def __init__(self) -> None:
        self._bar: tqdm[Never] | None = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` items of `stage` are finished."""
        bar = self._bar
        if bar is None or stage != self._stage:
            self._close()
            self._stage = stage
            unit = _UNITS.get(stage, "it")
            bar = self._bar = tqdm(
                desc=stage, total=total or None, unit=unit, file=sys.stderr, disable=None, leave=False, smoothing=0.05
            )
        if total:
            bar.total = total
        bar.update(done - bar.n)

    def __enter__(self) -> Self:
        """Start with no bar: it appears with the first stage."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the bar."""
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

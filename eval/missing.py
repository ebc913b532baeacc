"""A benchmark whose files are not there: said in its row, the others go on."""

from __future__ import annotations

from pathlib import Path

from knowledge_base.errors import VademecumError


class MissingDataError(VademecumError):
    """A file of a benchmark is not in the folder that `--data` names."""

    @classmethod
    def check(cls, path: Path) -> None:
        """Make sure that a file is there.

        Raises:
            MissingDataError: it is not.
        """
        if not path.is_file():
            raise cls(f"{path} is missing; --data names the folder that holds the benchmarks")

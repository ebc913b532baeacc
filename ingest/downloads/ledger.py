"""`downloads.json` beside the files: where each came from, its checksum and its version."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Final

from ingest.downloads.types import Fetched
from knowledge_base.errors import IngestError

NAME: Final = "downloads.json"


class Ledger:
    """The record of a folder, written whole after each file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._files = self._read()

    def get(self, name: str, url: str) -> Fetched | None:
        """What is known of a file that came from this address and is still there; None otherwise."""
        found = self._files.get(name)
        path = self._path.with_name(name)
        if found is None or found.url != url or not path.is_file() or path.stat().st_size != found.bytes:
            return None
        return found

    def put(self, name: str, fetched: Fetched) -> None:
        """Record a file.

        Raises:
            OSError: the folder cannot be written.
        """
        self._files[name] = fetched
        value = {name: asdict(one) for name, one in sorted(self._files.items())}
        partial = self._path.with_name(f"{NAME}.part")
        with partial.open("w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)

    def _read(self) -> dict[str, Fetched]:
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(name): Fetched(**one) for name, one in value.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise IngestError(f"{self._path} cannot be read; delete it to load the files again") from error

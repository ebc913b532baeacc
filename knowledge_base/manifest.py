"""`manifest.json`: which generation of a knowledge base is in use, and of what it was made.

It is written last and replaced atomically, so a folder without it, or with an older one, is exactly
as good as it was before the ingest that did not finish.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

from knowledge_base.errors import KnowledgeBaseError

MANIFEST_NAME: Final = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexManifest:
    """The facts of one generation; `created_at` is ISO 8601 in UTC, `schema` the store's version."""

    embedder: str
    revision: str
    dimension: int
    n_documents: int
    n_passages: int
    generation: int
    created_at: str
    vectors_file: str
    vectors_sha256: str
    schema: int

    @property
    def index_version(self) -> str:
        """A short name for exactly this content: generation and the vectors' checksum."""
        return f"{self.generation}-{self.vectors_sha256[:12]}"

    def to_json(self) -> dict[str, Any]:
        """The values by name."""
        return asdict(self)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the manifest of a knowledge base.

        Raises:
            KnowledgeBaseError: there is none, or it is damaged.
        """
        path = folder / MANIFEST_NAME
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise KnowledgeBaseError(
                f"no knowledge base in {folder} ({MANIFEST_NAME} is missing); make or mend it with: "
                f"vademecum ingest PATH --kb {folder}"
            ) from error
        except (OSError, ValueError) as error:
            raise _damaged(path, str(error)) from error
        if not isinstance(values, dict):
            raise _damaged(path, "not an object")
        for field in fields(cls):
            value = values.get(field.name)
            # The annotations are strings here; every field is a `str` or an `int`.
            if type(value).__name__ != field.type:
                raise _damaged(path, f"{field.name} is missing or not {field.type}")
        if Path(values["vectors_file"]).name != values["vectors_file"]:
            raise _damaged(path, "vectors_file is not a plain file name")
        return cls(**{field.name: values[field.name] for field in fields(cls)})

    def save(self, folder: Path) -> None:
        """Replace the manifest on disk; after a crash either the old or the new one is there, whole."""
        temporary = folder / f"{MANIFEST_NAME}.tmp"
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / MANIFEST_NAME)
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` last over a power cut, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_sha256(path: Path) -> str:
    """Hexadecimal sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(path: Path, reason: str) -> KnowledgeBaseError:
    return KnowledgeBaseError(
        f"{path} is damaged ({reason}); delete it and mend the knowledge base with: "
        f"vademecum ingest PATH --kb {path.parent}"
    )

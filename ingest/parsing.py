"""One file to documents and passages, whatever is wrong with it: a reason instead of an exception.

The same function serves this process, a worker process and a cluster; only values go in and come out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from ingest.chunking import chunk
from ingest.readers import Parsed, parse_bytes
from knowledge_base.embedder import Embedder, SentenceTransformerEmbedder
from knowledge_base.errors import VademecumError
from knowledge_base.types import Passage, SourceDocument


class FileData(NamedTuple):
    """A file's path, bytes and hash; `cut` says whether to cut it for the packaged embedder as well.

    `first_record` is the number of a portion's first record, None of a whole file.
    """

    path: str
    data: bytes
    sha256: str
    cut: bool
    first_record: int | None


class Outcome(NamedTuple):
    """A file's documents, the passages of each (None: not cut yet), and a reason for each part left out."""

    documents: list[SourceDocument]
    passages: list[list[Passage]] | None
    skipped: list[str]


def parse_file(parse: Callable[[], Parsed], embedder: Embedder | None) -> Outcome:
    """What `parse` gives, cut into passages for the embedder if there is one; never raises but for memory."""
    try:
        parsed = parse()
        passages = None if embedder is None else [chunk(document, embedder) for document in parsed.documents]
        return Outcome(parsed.documents, passages, parsed.skipped)
    except MemoryError:
        raise
    except VademecumError as error:
        return Outcome([], [], [str(error)])
    except Exception as error:  # noqa: BLE001, RUF100 - one file, whatever is wrong with it, must not end the run
        return Outcome([], [], [unexpected(error)])


def parse_data(file: FileData) -> Outcome:
    """`parse_file` for a process that has only the values."""
    return parse_file(
        lambda: parse_bytes(file.path, file.data, file.sha256, file.first_record), _packaged() if file.cut else None
    )


def unexpected(error: Exception) -> str:
    """The reason to give for an error nobody foresaw, in one line."""
    return f"unexpected {type(error).__name__} while reading it: {' '.join(str(error).split())}"


@cache
def _packaged() -> Embedder:
    return SentenceTransformerEmbedder()

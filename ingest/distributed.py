"""Reading and embedding on a Ray cluster (extra `distributed`, Moritz et al. 2018), while one process writes.

The stages are those of one machine: parse, cut, embed. Files go out in portions, results come back in the files'
order, so passages and ids are the same. Every node needs vademecum of this version installed. The only module that
imports ray.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from ingest.parsing import Outcome, parse_file
from ingest.readers import Skipped, SourceFile, parse_bytes
from ingest.reading import Ahead, read_here
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.embedder import Embedder, Progress, SentenceTransformerEmbedder
from knowledge_base.errors import IngestError
from knowledge_base.minilm import MINILM_NAME
from knowledge_base.passage_text import embedding_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FILES_AT_ONCE: Final = 512
"""Held by the process that writes; about 100 MB of labels and what was made of them."""
_COLUMNS: Final = ("path", "data", "sha256", "first_record")
_WHOLE: Final = 0
"""Stands for no first record: a column of a cluster holds numbers only."""
_FILES_PER_BATCH: Final = 8
"""Their passages are sorted by length together."""


class _Embedded(NamedTuple):
    """A file's outcome, the different texts of its passages and their vectors (n, d)."""

    outcome: Outcome
    texts: list[str]
    vectors: NDArray[np.float32]


class RayReading:
    """The reading of one run on the cluster at `address`; use it in a `with` block.

    Raises:
        IngestError: ray is not installed, or no cluster answers there.
    """

    def __init__(self, builder: KnowledgeBaseBuilder, embedder: Embedder, address: str) -> None:
        # Nothing about a run is sent to anybody.
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        try:
            import ray.data
        except ImportError as error:
            raise IngestError("ray is not installed; run: pip install 'vademecum[distributed]'") from error
        self._builder, self._embedder = builder, embedder
        try:
            ray.init(address=address, log_to_driver=False, logging_level="ERROR", ignore_reinit_error=True)
        except (ConnectionError, ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())
            raise IngestError(f"no Ray cluster at {address} ({reason}); start one with: ray start --head") from error
        context = ray.data.DataContext.get_current()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False

    def __enter__(self) -> Self:
        """Nothing further: the cluster is reached already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the cluster, which ends what runs there for this process."""
        import ray

        ray.shutdown()

    def of(self, files: Iterable[SourceFile | Skipped], progress: Progress | None = None) -> Iterator[Ahead]:
        """The files in their order with their outcomes; their vectors are stored before."""
        rest = iter(files)
        while portion := list(islice(rest, _FILES_AT_ONCE)):
            new = {place: file for place, file in enumerate(portion) if self._is_new(file)}
            done = self._read(new) if new else iter(())
            for place, file in enumerate(portion):
                if place not in new:
                    yield Ahead(file, read_here(file, self._embedder))
                    continue
                embedded = next(done)
                self._builder.add_vectors(embedded.texts, embedded.vectors)
                yield Ahead(file, lambda outcome=embedded.outcome: outcome)  # type: ignore[misc]

    def _is_new(self, file: SourceFile | Skipped) -> bool:
        if not isinstance(file, SourceFile) or file.data is None:
            return False
        return not self._builder.known_file(file.key, file.sha256)

    def _read(self, files: dict[int, Any]) -> Iterator[_Embedded]:
        import ray

        name = None if self._embedder.name == MINILM_NAME else self._embedder.name
        items = [
            {"path": file.path, "data": file.data, "sha256": file.sha256, "first_record": file.first_record or _WHOLE}
            for file in files.values()
        ]
        stage = ray.data.from_items(items).map_batches(
            _Stage,
            fn_constructor_args=(name,),
            batch_size=_FILES_PER_BATCH,
            concurrency=(1, max(int(ray.cluster_resources().get("CPU", 1)), 1)),
        )
        for row in stage.iter_rows():
            yield row["embedded"]


class _Stage:
    """One process of the cluster: parses, cuts and embeds portions of files."""

    def __init__(self, embedder_name: str | None) -> None:
        self._embedder = SentenceTransformerEmbedder(embedder_name)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        import numpy as np

        outcomes = [
            parse_file(_parser(str(path), bytes(data), str(sha256), int(first)), self._embedder)
            for path, data, sha256, first in zip(*(batch[name] for name in _COLUMNS), strict=True)
        ]
        texts = [_texts(outcome) for outcome in outcomes]
        different = list(dict.fromkeys(text for some in texts for text in some))
        vectors = dict(zip(different, self._embedder.embed_passages(different), strict=True))
        found = np.empty(len(outcomes), dtype=object)
        for place, (outcome, some) in enumerate(zip(outcomes, texts, strict=True)):
            rows = [vectors[text] for text in some]
            stacked = np.stack(rows) if rows else np.empty((0, self._embedder.dimension), np.float32)
            found[place] = _Embedded(outcome, some, stacked)
        return {"embedded": found}


def _texts(outcome: Outcome) -> list[str]:
    passages: Sequence[Any] = [passage for some in outcome.passages or () for passage in some]
    return list(dict.fromkeys(embedding_text(passage) for passage in passages))


def _parser(path: str, data: bytes, sha256: str, first_record: int) -> Callable[[], Any]:
    return lambda: parse_bytes(path, data, sha256, None if first_record == _WHOLE else first_record)

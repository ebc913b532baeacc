"""An ingest that is stopped at a chosen event: run as `interrupted_run.py KB FOLDER EVENT COUNT SIGNAL`.

Events are `reading` and `embedding` (calls of the progress callback), `rename` (files put in their place
while publishing) and `remove` (old files cleared away after). Not a test itself: `test_pipeline.py` runs it
and completes what it leaves.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import signal
import sys
from pathlib import Path

from ingest.pipeline import ingest_paths
from ingest.readers import Parsed, SourceFile
from knowledge_base.errors import VademecumError
from knowledge_base.types import DocumentInfo, Section, SourceDocument


def read(folder: Path):
    """A text file a document, a line a section."""
    for path in sorted(folder.iterdir()):
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        yield SourceFile(path=str(path), sha256=sha256, parse=lambda p=path, s=sha256: Parsed([document(p, s)], []))


def document(path: Path, sha256: str) -> SourceDocument:
    text = path.read_text()
    info = DocumentInfo(
        id=f"text:{sha256[:16]}", source_path=str(path), format="text", kind="other", title=path.stem, sha256=sha256
    )
    sections, start = [], 0
    for line in text.splitlines(keepends=True):
        sections.append(Section(code=None, title="", path=(), start=start, end=start + len(line.rstrip())))
        start += len(line)
    return SourceDocument(info=info, text=text, sections=tuple(sections))


def main(kb: Path, folder: Path, event: str, count: int, signal_number: signal.Signals) -> int:
    seen = 0

    def happens(what: str) -> None:
        nonlocal seen
        seen += what == event
        if what == event and seen == count:
            os.kill(os.getpid(), signal_number)

    spec = importlib.util.spec_from_file_location("fixtures", Path(__file__).parents[1] / "conftest.py")
    assert spec is not None and spec.loader is not None
    fixtures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fixtures)
    sys.addaudithook(lambda name, _: happens(name.removeprefix("os.")) if name in ("os.rename", "os.remove") else None)
    try:
        ingest_paths([folder], kb, fixtures.WordEmbedder(), lambda stage, done, total: happens(stage), read=read)
    except VademecumError as error:
        sys.stdout.write(f"{error}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), signal.Signals[sys.argv[5]]))

"""An ingest that ends itself at a chosen call: run as `killed_ingest.py KB FOLDER CALL`, with 0 for never.

Counts calls of SQLite, of the file system and of FAISS from the moment the ingest begins, when it says `ready` on
standard output. If it lives to the end it says how many there were before publishing began, and in all. Not a test
itself: `test_killed_ingest.py` runs it.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from ingest.pipeline import ingest_paths

CALLS = frozenset(
    {"execute", "executemany", "executescript", "connect", "open", "write", "flush", "fsync", "rename", "replace"}
    | {"unlink", "write_index", "close"}
)


def main(kb: Path, folder: Path, last_call: int) -> None:
    spec = importlib.util.spec_from_file_location("fixtures", Path(__file__).parents[1] / "conftest.py")
    assert spec is not None and spec.loader is not None
    fixtures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fixtures)
    embedder = fixtures.WordEmbedder()
    n = n_before_publishing = 0

    def count(frame: FrameType, event: str, called: object) -> None:
        nonlocal n, n_before_publishing
        if event == "c_call" and getattr(called, "__name__", "") in CALLS:
            n += 1
            if n == last_call:
                os.kill(os.getpid(), signal.SIGKILL)
        elif event == "call" and frame.f_code.co_name == "publish":
            n_before_publishing = n

    import faiss  # noqa: F401 - loaded now, so that moments are spent on the ingest

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.setprofile(count)
    ingest_paths([folder], kb, embedder)
    sys.setprofile(None)
    sys.stdout.write(f"{n_before_publishing} {n}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))

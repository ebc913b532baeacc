"""An ingest on a Ray cluster of two nodes on this machine: run as `ray_run.py KB PATH...`; prints the report as JSON.

Not a test itself: `test_distributed.py` compares what it makes.
"""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from ray.cluster_utils import Cluster

from ingest.distributed import RayReading
from ingest.pipeline import ingest_paths
from knowledge_base.embedder import SentenceTransformerEmbedder

_OBJECT_STORE_BYTES = 100 * 2**20


def main(kb: Path, paths: list[Path]) -> None:
    cluster = Cluster()
    for _ in range(2):
        cluster.add_node(num_cpus=1, object_store_memory=_OBJECT_STORE_BYTES)
    cluster.wait_for_nodes()
    embedder = SentenceTransformerEmbedder()
    stages: list[str] = []
    report = ingest_paths(
        paths,
        kb,
        embedder,
        lambda stage, done, total: stages.append(stage),
        reading=partial(RayReading, address=cluster.address),
    )
    sys.stdout.write(json.dumps({**report.to_json(), "embedded_here": stages.count("embedding")}) + "\n")
    cluster.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(path) for path in sys.argv[2:]])

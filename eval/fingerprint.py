"""What a run depends on, so that it can be repeated and no stored output is taken for another's.

The program's own code counts: a cached answer of other code would be another system's.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from chatbot.settings import Settings
from eval.benchmark import Benchmark, Item
from eval.systems import Parts

_PACKAGES: Final = ("knowledge_base", "ingest", "chatbot", "eval")
_VERSIONS: Final = (
    "vademecum",
    "torch",
    "sentence-transformers",
    "onnxruntime",
    "faiss-cpu",
    "numpy",
    "scipy",
    "scikit-learn",
    "openai",
)
_KEPT: Final = ("embedder", "reranker", "llm_base_url", "llm_model", "audience", "country", "mask_identifiers")
"""Settings that may change an answer; no key and no path is written down."""
_SHORT: Final = 16


def program_hash() -> str:
    """A short SHA-256 of all code and data of the packages, in a fixed order."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        root = _folder(package)
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{package}/{path.relative_to(root).as_posix()}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:_SHORT]


def prompt_version() -> str:
    """A short SHA-256 of the files that hold the words sent to a model."""
    files = (_folder("chatbot") / "prompts.py", _folder("eval") / "prompts.py")
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:_SHORT]


def identity(
    parts: Parts, settings: Settings, benchmarks: Mapping[str, Benchmark], limit: int | None
) -> dict[str, Any]:
    """What must be the same for a run to go on: index, model, prompts, program, settings, limit, data."""
    return {
        "index": parts.knowledge_base.index_version,
        "embedder": f"{parts.knowledge_base.embedder.name}@{parts.knowledge_base.embedder.revision}",
        "model": parts.chat_model.name if parts.chat_model is not None else "extractive",
        "judge": parts.judge.name if parts.judge is not None else None,
        "prompts": prompt_version(),
        "program": program_hash(),
        "settings": {name: getattr(settings, name) for name in _KEPT},
        "limit": limit,
        "benchmarks": {
            name: {"address": one.origin.address, "licence": one.origin.licence, "files": dict(one.origin.files)}
            for name, one in benchmarks.items()
        },
    }


def surroundings() -> dict[str, Any]:
    """What may matter to someone who repeats a run: the machine and the packages' versions."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "packages": {name: found for name in _VERSIONS if (found := _version(name))},
    }


def key_of(benchmark: str, system: str, item: Item, run: Mapping[str, Any]) -> str:
    """The name of one output by all that it depends on, as a SHA-256 in hex."""
    content = {
        "benchmark": benchmark,
        "system": system,
        "item": [
            item.id,
            item.question,
            item.gold,
            dict(item.options),
            list(item.context),
            [[turn.role, turn.content] for turn in item.history],
        ],
        **{name: run[name] for name in ("index", "embedder", "model", "judge", "prompts", "program", "settings")},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"package {package} has no folder")
    return Path(spec.origin).parent


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None

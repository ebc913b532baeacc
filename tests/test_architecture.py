"""Rules of the tree that no linter knows."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("knowledge_base", "ingest", "chatbot", "eval")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FORBIDDEN_WORDS = ("import pickle", "allow_dangerous_deserialization")


def _n_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert _n_lines(path) <= 400
    assert text.startswith('"""')
    for words in FORBIDDEN_WORDS:
        assert words not in text, f"{path} holds {words!r}"


def test_the_median_module_is_under_150_lines() -> None:
    assert statistics.median(_n_lines(path) for path in MODULES if path.name != "__init__.py") < 150


@pytest.mark.parametrize("heavy", ["torch", "gradio", "faiss", "pymupdf", "sentence_transformers"])
def test_the_command_line_imports_nothing_heavy(heavy: str) -> None:
    code = f"import sys, chatbot.cli; chatbot.cli.build_app(); sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_help_answers_quickly() -> None:
    # The contract is one second; the limit here leaves room for a loaded machine, the best of three does not.
    def seconds() -> float:
        start = time.perf_counter()
        subprocess.run([Path(sys.executable).parent / "vademecum", "--help"], check=True, capture_output=True)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(3)) < 2.0

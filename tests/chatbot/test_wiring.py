from __future__ import annotations

import pytest

from chatbot.settings import load_settings
from chatbot.wiring import load_reranker


def test_no_reranker_unless_one_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("VADEMECUM_HOME", str(tmp_path))
    assert load_reranker(load_settings()) is None
    monkeypatch.setenv("VADEMECUM_RERANKER", "some/cross-encoder")
    assert load_reranker(load_settings()).name == "some/cross-encoder"

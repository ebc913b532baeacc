from __future__ import annotations

import pytest

from chatbot.settings import Settings, load_settings
from chatbot.wiring import load_reranker, open_chat_model
from knowledge_base.errors import VademecumError


def test_no_reranker_unless_one_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("VADEMECUM_HOME", str(tmp_path))
    assert load_reranker(load_settings()) is None
    monkeypatch.setenv("VADEMECUM_RERANKER", "some/cross-encoder")
    assert load_reranker(load_settings()).name == "some/cross-encoder"


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"llm_base_url": "http://127.0.0.1:9/v1", "llm_model": "named"}, "named"),
        ({"llm_base_url": "http://127.0.0.1:9/v1"}, "http://127.0.0.1:9/v1"),
        ({"llm_local_model": "models/small/"}, "small"),
    ],
)
def test_the_model_is_the_one_the_settings_name(settings: dict[str, str], name: str) -> None:
    assert open_chat_model(Settings(**settings)).name == name


def test_no_model_unless_one_is_named_and_never_two() -> None:
    assert open_chat_model(Settings(llm_base_url=None)) is None
    with pytest.raises(VademecumError, match="not both"):
        open_chat_model(Settings(llm_base_url="http://127.0.0.1:9/v1", llm_local_model="small"))

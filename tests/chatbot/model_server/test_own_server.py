"""Which language model is used: the settings' own, or the server that runs here."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fcntl", reason="locks as on Linux and macOS")

from chatbot.model_server.own_server import with_own_server
from chatbot.model_server.record import Record, ServerFolder
from chatbot.settings import Settings
from chatbot.wiring import open_chat_model


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("VADEMECUM_HOME", str(tmp_path))
    monkeypatch.delenv("VADEMECUM_LLM_BASE_URL", raising=False)
    return Settings()


def record(**changed: object) -> Record:
    known = {"model": "m", "base_url": "http://127.0.0.1:8000/v1", "api_key": "secret", "state": "ready"}
    more = {"supervisor_pid": 1, "server_pid": 2, "n_crashes": 0, "problem": "", "since": 1.0}
    return Record(**{**known, **more, **changed})


def test_without_a_server_the_settings_stay_as_they_are(settings: Settings) -> None:
    assert with_own_server(settings) is settings
    assert open_chat_model(settings) is None


@pytest.mark.parametrize("state", ["starting", "ready", "restarting"])
def test_a_server_that_somebody_watches_over_is_found(settings: Settings, state: str) -> None:
    folder = ServerFolder(settings.model_server_path)
    with folder.locked():
        folder.write(record(state=state))
        found = with_own_server(settings)
        assert (found.llm_base_url, found.llm_model) == ("http://127.0.0.1:8000/v1", "m")
        assert found.llm_api_key.get_secret_value() == "secret"
        assert "secret" not in repr(found)
        assert open_chat_model(settings).name == "m"
    assert open_chat_model(settings) is None


def test_the_settings_win(settings: Settings) -> None:
    named = settings.model_copy(update={"llm_base_url": "http://127.0.0.1:9/v1"})
    folder = ServerFolder(settings.model_server_path)
    with folder.locked():
        folder.write(record())
        assert with_own_server(named) is named

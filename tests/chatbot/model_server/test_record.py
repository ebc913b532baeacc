"""The record of the model server: private, whole, and known to be left behind."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("fcntl", reason="locks as on Linux and macOS")

from chatbot.model_server.errors import ModelServerError
from chatbot.model_server.record import Record, ServerFolder

_RECORD = Record(
    model="m",
    base_url="http://127.0.0.1:8000/v1",
    api_key="secret",
    state="ready",
    supervisor_pid=1,
    server_pid=2,
    n_crashes=0,
    problem="",
    since=1.0,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_record_counts_while_somebody_holds_the_lock(tmp_path: Path) -> None:
    folder = ServerFolder(tmp_path / "home" / "model-server")
    assert folder.read() is None
    assert folder.running() is None
    with folder.locked():
        folder.write(_RECORD)
        assert folder.running() == _RECORD
        with pytest.raises(ModelServerError, match=r"runs already \(m on http://127.0.0.1:8000/v1\)"), folder.locked():
            pass
    assert folder.read() == _RECORD
    assert folder.running() is None


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = ServerFolder(tmp_path / "model-server")
    with folder.locked():
        folder.write(_RECORD)
        folder.write(replace(_RECORD, state="stopped"))
        folder.begin_log()
    assert mode(tmp_path / "model-server") == 0o700
    assert {mode(file) for file in (tmp_path / "model-server").iterdir()} == {0o600}
    assert folder.read().state == "stopped"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"model": "m"}', "\udc80"])
def test_what_cannot_be_read_is_no_record(tmp_path: Path, content: str) -> None:
    (tmp_path / "record.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert ServerFolder(tmp_path).read() is None


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelServerError, match="cannot be used"), ServerFolder(tmp_path / "file" / "x").locked():
        pass

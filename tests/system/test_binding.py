"""Neither server opens to others without accounts; with them it does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize("command", ["chat", "serve"])
@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104
def test_a_public_address_is_refused_in_one_line(command: str, host: str, tmp_path: Path, command_line) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        command_line([command, "--host", host, "--port", "7999"], tmp_path)
    assert failed.value.returncode == 1
    assert failed.value.stdout == ""
    (line,) = failed.value.stderr.splitlines()
    assert "vademecum users add" in line and "VADEMECUM_AUTH_HEADER" in line

"""The API against its own description: Schemathesis makes requests of every kind, all its checks hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
_N_EXAMPLES = "40"
_SEED = "20261126"


def test_every_check_of_schemathesis_holds(server, home, tmp_path: Path) -> None:
    url = server("serve", VADEMECUM_QUESTIONS_PER_MINUTE="100000")
    command = [Path(sys.executable).parent / "schemathesis", "run", f"{url}/openapi.json", "--url", url]
    command += ["--checks", "all", "--max-examples", _N_EXAMPLES, "--seed", _SEED, "--request-timeout", "120"]
    command += ["--header", f"Authorization: Bearer {home.tokens['root']}", "--no-color", "--workers", "1"]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]

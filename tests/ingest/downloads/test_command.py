"""`vademecum fetch` as a program: what it prints, and that Ctrl-C loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SET_ID = "4f70f907-08d5-4c2e-a4be-32c6124faa7b"
LABEL = f"/dailymed/getFile.cfm?setid={SET_ID}&type=zip"
WARFARIN = "/drug/label.json?search=openfda.generic_name%3A%22warfarin%22&limit=5"


@pytest.fixture
def start(service, tmp_path: Path):
    def start(*arguments: str) -> subprocess.Popen[str]:
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "VADEMECUM_HOME": str(tmp_path / "home"),
            "VADEMECUM_OPENFDA_URL": service.url,
            "VADEMECUM_DAILYMED_URL": service.url,
            "VADEMECUM_OPENFDA_API_KEY": "secret-key",
        }
        command = [sys.executable, "-m", "chatbot.cli", "fetch", *arguments]
        return subprocess.Popen(
            command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return start


def test_names_of_a_file_are_fetched_and_a_wrong_one_is_said(service, start, tmp_path: Path) -> None:
    service.bodies = {WARFARIN: b'{"results": []}'}
    (tmp_path / "names.txt").write_text("# anticoagulants\nwarfarin\n\nflonezatrib\n")
    process = start("openfda", "--names", "names.txt")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out.split() == ["labels/openfda-warfarin.json"]
    assert "openfda-flonezatrib.json" in err
    assert "Traceback" not in err
    assert "secret-key" not in (tmp_path / "labels" / "downloads.json").read_text() + out + err


def test_a_dry_run_writes_nothing(service, start, tmp_path: Path) -> None:
    process = start("dailymed", SET_ID, "--dry-run")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"dailymed-{SET_ID}.zip" in out
    assert not (tmp_path / "labels").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["openfda"], "nothing to fetch"),
        (["dailymed", "--release", "everything"], "--release everything: there is rx, otc"),
        (["openfda", "--names", "absent.txt"], "--names absent.txt cannot be read"),
    ],
)
def test_bad_input_is_one_line(start, arguments: list[str], said: str) -> None:
    process = start(*arguments)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert said in err
    assert "Traceback" not in err


def test_ctrl_c_keeps_what_came_and_the_next_run_continues(service, start, fault, tmp_path: Path) -> None:
    service.bodies = {LABEL: bytes(range(250)) * 4_000}
    service.faults = [fault(cut_after=600_000, stalls=True)]
    process = start("dailymed", SET_ID)
    assert service.stalled.wait(60)
    part = tmp_path / "labels" / f"dailymed-{SET_ID}.zip.part"
    deadline = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert "the same command continues" in err
    assert "Traceback" not in err
    assert part.stat().st_size > 0
    process = start("dailymed", SET_ID)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert part.with_suffix("").read_bytes() == service.bodies[LABEL]
    assert "Range" in service.seen[-1][1]
    assert (
        json.loads((tmp_path / "labels" / "downloads.json").read_text())[f"dailymed-{SET_ID}.zip"]["bytes"] == 1_000_000
    )

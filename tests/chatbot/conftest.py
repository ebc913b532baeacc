"""Model servers in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

_PROGRAM = Path(__file__).with_name("model_process.py")


@pytest.fixture(scope="module")
def model_process() -> Iterator[Callable[..., str]]:
    """A function that starts `model_process.py` and gives its address; its arguments are described there."""
    with ExitStack() as running:

        def start(*arguments: str) -> str:
            process = subprocess.Popen([sys.executable, _PROGRAM, *arguments], stdout=subprocess.PIPE, text=True)
            running.callback(process.wait)
            running.callback(process.kill)
            assert process.stdout is not None
            return f"http://127.0.0.1:{int(process.stdout.readline())}/v1"

        yield start

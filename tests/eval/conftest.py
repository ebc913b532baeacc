"""A benchmark and a system made by hand, for the tests of the frame."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """The module `made_benchmark.py`."""
    spec = importlib.util.spec_from_file_location("made_benchmark", Path(__file__).parent / "made_benchmark.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module

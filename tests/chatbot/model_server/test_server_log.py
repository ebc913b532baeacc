"""Why vLLM ended, from its log."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from chatbot.model_server.server_log import last_said, read_tail, why_it_ended

_CAUSE = """\
(APIServer pid=1) INFO 11-26 21:04:10 [model.py:733] Resolved architecture: LlamaForCausalLM
(EngineCore pid=2) ERROR 11-26 21:04:57 [core.py:1512] Traceback (most recent call last):
(EngineCore pid=2) ERROR 11-26 21:04:57 [core.py:1512]     raise ValueError("x")
(EngineCore pid=2) ERROR 11-26 21:04:57 [core.py:1512] ValueError: Head size 48 is not supported.
Process EngineCore:
Traceback (most recent call last):
  File "core.py", line 1496, in run_engine_core
ValueError: Head size 48 is not supported.
(APIServer pid=1) Traceback (most recent call last):
(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}
nanobind: leaked 4 instances!
 - leaked instance 0x7f8facd54bc8 of type "triton._C.libtriton.ir.attribute"
"""


def test_the_cause_is_told_and_not_what_followed() -> None:
    assert why_it_ended(_CAUSE) == "ValueError: Head size 48 is not supported."


def test_what_people_can_mend_is_told_in_their_words() -> None:
    assert why_it_ended("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB").startswith(
        "the model does not fit into the memory"
    )
    assert "--max-model-len" in why_it_ended(
        "ValueError: To serve at least one request with the models's max seq len (131072), 16 GiB KV cache is needed"
    )


def test_a_wrong_option_is_told() -> None:
    log = "usage: serve.py [-h]\nserve.py: error: unrecognized arguments: --no-such-option\n"
    assert "--no-such-option" in why_it_ended(log)


def test_without_an_error_the_last_line_is_told() -> None:
    assert why_it_ended("loading\nKilled\n\n") == "Killed"
    assert why_it_ended("") == "it said nothing"
    assert last_said("(Worker pid=9) INFO 11-26 21:04:28 [x.py:1] one\nshards:  50%\rshards: 100%\r") == "shards: 100%"


@given(st.text())
def test_it_is_one_short_line_whatever_the_log_holds(log: str) -> None:
    for line in (why_it_ended(log), last_said(log)):
        assert line
        assert len(line.splitlines()) == 1
        assert len(line) <= 400


def test_only_the_present_life_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("earlier\nnow\n")
    assert read_tail(log, len("earlier\n")) == "now\n"
    assert read_tail(tmp_path / "none") == ""

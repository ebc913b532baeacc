"""Cards as `nvidia-smi` lists them, and which of them may be used."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatbot.model_server.machine import find_machine, parse_cards

_LISTING = """\
0, GPU-aa11, NVIDIA H100 80GB HBM3, 81559, 81008, 9.0
1, GPU-bb22, Tesla T4, 15360, 15000, 7.5
2, GPU-cc33, Some card, [N/A], [N/A], 8.9
"""


def test_cards_are_read_in_bytes_and_one_that_hides_its_memory_is_left_out() -> None:
    big, small = parse_cards(_LISTING)
    assert (big.name, big.total, big.free, big.compute_capability) == (
        "NVIDIA H100 80GB HBM3",
        81559 * 2**20,
        81008 * 2**20,
        9.0,
    )
    assert (small.index, small.uuid) == ("1", "GPU-bb22")


@given(st.text())
def test_whatever_is_printed_is_read_or_left_out(listing: str) -> None:
    assert isinstance(parse_cards(listing), tuple)


def fake_nvidia_smi(folder, monkeypatch, listing: str, status: int = 0) -> None:
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{listing}END\nexit {status}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_only_visible_cards_are_used(tmp_path, monkeypatch) -> None:
    fake_nvidia_smi(tmp_path, monkeypatch, _LISTING)
    assert [card.index for card in find_machine({}).cards] == ["0", "1"]
    assert [card.index for card in find_machine({"CUDA_VISIBLE_DEVICES": "1"}).cards] == ["1"]
    assert [card.index for card in find_machine({"CUDA_VISIBLE_DEVICES": "GPU-aa"}).cards] == ["0"]
    assert find_machine({"CUDA_VISIBLE_DEVICES": ""}).cards == ()


def test_a_driver_that_does_not_answer_is_no_card(tmp_path, monkeypatch) -> None:
    fake_nvidia_smi(tmp_path, monkeypatch, "NVIDIA-SMI has failed\n", status=9)
    machine = find_machine({})
    assert machine.cards == ()
    assert machine.free_memory > 0

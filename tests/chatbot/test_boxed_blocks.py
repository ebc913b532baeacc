from hypothesis import given
from hypothesis import strategies as st

from chatbot.boxed_blocks import split_warning


@given(st.lists(st.sampled_from(["word ", "mg. ", "\n", "X" * 99]), max_size=300))
def test_nothing_of_a_warning_is_lost_when_it_is_split(words):
    quote = "".join(words)
    head, tail = split_warning(quote)
    assert head + tail == quote
    assert head or not quote


def test_a_short_warning_stands_open_as_a_whole():
    assert split_warning("Stop at once. " * 20) == ("Stop at once. " * 20, "")


def test_a_long_warning_is_cut_after_a_sentence():
    head, tail = split_warning("Monitor the patient closely. " * 60)
    assert head.endswith("closely. ")
    assert tail.startswith("Monitor")
    assert len(head) <= 546

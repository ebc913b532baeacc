"""Placeholders: the same for the same, put back, also from text that comes in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from chatbot.privacy.identifiers import Identifier
from chatbot.privacy.placeholders import Placeholders, StreamRestorer, mask_turns


class FindsWords:
    """Takes every word in capitals for a name."""

    def find(self, text):
        found, start = [], 0
        for word in text.split(" "):
            if word.isupper() and word.isalpha():
                found.append(Identifier(start, start + len(word), "PERSON"))
            start += len(word) + 1
        return found


def test_one_person_has_one_placeholder_through_a_conversation():
    masked, placeholders = mask_turns(FindsWords(), ["ask ANNA", "tell BEN"], "BEN and ANNA and CID")
    assert masked.text == "[PERSON_2] and [PERSON_1] and [PERSON_3]"
    assert placeholders.restore("[PERSON_3] saw [PERSON_1], [PERSON_9]") == "CID saw ANNA, [PERSON_9]"
    assert masked.kinds == ("PERSON",) * 3


def test_a_placeholder_that_was_typed_is_not_given_out():
    placeholders = Placeholders(FindsWords())
    assert placeholders.mask("[PERSON_1] is ANNA").text == "[PERSON_1] is [PERSON_2]"
    assert placeholders.restore("[PERSON_1] is [PERSON_2]") == "[PERSON_1] is ANNA"


def test_known_identifiers_are_hidden_in_an_answer_and_nothing_else():
    placeholders = Placeholders(FindsWords())
    placeholders.mask("LIPP takes it, so does AB")
    assert placeholders.hide("Lipp, lipp and Lippitor; AB") == "[PERSON_1], [PERSON_1] and Lippitor; AB"


@given(st.lists(st.sampled_from(["ANNA", "BEN", "takes", "5 mg", "[E1]", "[PERSON_1]", "[", "]", "_"]), max_size=12))
def test_what_was_masked_comes_back_unchanged(words):
    text = " ".join(words)
    placeholders = Placeholders(FindsWords())
    masked = placeholders.mask(text).text
    assert "ANNA" not in masked
    assert "BEN" not in masked
    assert placeholders.restore(masked) == text


@given(st.data())
def test_pieces_of_any_size_come_back_whole(data):
    placeholders = Placeholders(FindsWords())
    text = placeholders.mask("ANNA [ see BEN ] [E1] [PERSON_ x CIDCIDCID [").text
    shown: list[str] = []
    stream = StreamRestorer(placeholders, shown.append)
    position = 0
    while position < len(text):
        step = data.draw(st.integers(1, 9))
        stream.feed(text[position : position + step])
        position += step
    stream.finish()
    assert "".join(shown) == placeholders.restore(text)

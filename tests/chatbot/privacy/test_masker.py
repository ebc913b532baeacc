"""All finders together: offsets into the text as given, and no silence when one breaks."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.privacy.identifiers import Identifier, MaskingError
from chatbot.privacy.masker import JoinedFinder, RuleFinder
from chatbot.privacy.placeholders import Placeholders

FINDER = RuleFinder()


class Breaks:
    def find(self, text):
        raise MaskingError("the second finder failed")


class FindsAll:
    def find(self, text):
        return [Identifier(0, len(text), "URL")]


def test_every_kind_in_one_text():
    text = (
        "Mrs. Okafor (DOB 4/17/1941), 18 Elm Street, MRN 0048291, member ID XQZ88420179, SSN 219-09-9999, "
        "seen 3/4/2026, (608) 555-0142, ada@mail.example, www.mail.example/ada from 10.2.3.4; her mother is 101 "
        "years old; Eliquis 5 mg"
    )
    kinds = [one.kind for one in FINDER.find(text)]
    assert sorted(kinds) == sorted(
        ["PERSON", "DOB", "ADDRESS", "MRN", "INSURANCE_ID", "SSN", "DATE", "PHONE", "EMAIL", "URL", "IP", "AGE_OVER_89"]
    )
    assert Placeholders(FINDER).mask(text).text.endswith("Eliquis 5 mg")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120) | st.text(alphabet="AaDr. 019-/@,:()\n’é", max_size=120))  # noqa: RUF001
def test_any_text_can_be_masked_and_comes_back(text):
    spans = FINDER.find(text)
    assert all(0 <= one.start < one.end <= len(text) for one in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    placeholders = Placeholders(FINDER)
    restored = placeholders.restore(placeholders.mask(text).text)
    assert " ".join(restored.casefold().split()) == " ".join(text.casefold().split())


def test_of_two_finders_the_first_gives_the_kind_and_one_that_breaks_is_heard():
    assert JoinedFinder([FINDER, FindsAll()]).find("Dr. Osei") == [Identifier(0, 8, "PERSON")]
    with pytest.raises(MaskingError, match="second finder"):
        JoinedFinder([FINDER, Breaks()]).find("Dr. Osei")

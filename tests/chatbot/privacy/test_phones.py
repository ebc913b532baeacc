"""Phone numbers of other countries, with the library of the extra `privacy`."""

import pytest

pytest.importorskip("phonenumbers", reason="the extra `privacy` is not installed")

from chatbot.privacy.phones import PhoneFinder


def test_numbers_of_many_countries_and_no_dose():
    text = "ring +251 91 155 0182 or 020 7946 0958; NDC 50090-0481-01; Poison Control 1-800-222-1222; 1,000 mg; 120/80"
    assert [text[one.start : one.end] for one in PhoneFinder().find(text)] == ["+251 91 155 0182", "020 7946 0958"]

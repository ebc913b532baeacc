"""Addresses of several countries, and doses beside words that end streets."""

import pytest

from chatbot.privacy.addresses import find_addresses


def covered(text):
    places = {place for one in find_addresses(text) for place in range(one.start, one.end)}
    return "".join(character for place, character in enumerate(text) if place in places)


@pytest.mark.parametrize(
    "address",
    [
        "218 Larkspur Lane, Apt 4B, Madison, WI 53703",
        "62 Crescent Ave., Unit 9, Hartford, CT 06106-1234",
        "P.O. Box 611, Tulsa, OK 74101",
        "Flat 3, 27 Castle Street, Swansea SA1 2JF",
        "Lindenstraße 45, 50674 Köln",
        "8 rue des Lilas, 69003 Lyon",
        "Calle Mayor 12, 28013 Madrid",
        "1147 County Road 42, Ames, IA 50010",
    ],
)
def test_an_address_is_found_whole(address):
    assert covered(f"He stays at {address} these days.") == address


def test_the_place_somebody_lives_in_is_one():
    assert covered("She lives in Dayton, Ohio with two cats") == "Dayton, Ohio"
    assert covered("i live in boise idaho") == "boise idaho"


@pytest.mark.parametrize(
    "text",
    ["Take 20 mg with water", "5 mg Dr. Patel said", "2 tablets in the way he likes", "Lantus 10 units, Ozempic 1 mg"],
)
def test_a_dose_is_none(text):
    assert covered(text) == ""

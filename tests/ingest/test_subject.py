"""What a label is about, where its product data and its text may disagree."""

from __future__ import annotations

import pytest

from ingest.names import Substance
from ingest.subject import settle_subject

_NAPROXEN = "Naproxen tablets are indicated for pain. Take naproxen with food. Stop naproxen before surgery."


def _settle(registered: tuple[str, ...], text: str) -> tuple[tuple[str, ...], int]:
    found, remarks = settle_subject([Substance(ingredient=name) for name in registered], [text], text)
    return tuple(one.ingredient for one in found), len(remarks)


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Active ingredient (in each caplet) Acetaminophen 500 mg", ("acetaminophen",)),
        (
            "Active ingredients (in each tablet) Acetaminophen 325 mg Pain reliever Dextromethorphan HBr 10 mg Cough "
            "suppressant Phenylephrine HCl 5 mg Decongestant",
            ("acetaminophen", "dextromethorphan", "phenylephrine"),
        ),
        ("Active ingredient Zincaline 5 % Purpose For the skin of adults 12 mg", ("zincaline",)),
    ],
)
def test_all_ingredients_of_a_list_are_read(text, listed):
    found, _ = settle_subject((), (), text, [text])
    assert tuple(one.ingredient for one in found) == listed


@pytest.mark.parametrize(
    ("registered", "text", "settled", "n_remarks"),
    [
        (("naproxen",), _NAPROXEN, ("naproxen",), 0),
        ((), _NAPROXEN, ("naproxen",), 0),
        (("ibuprofen",), _NAPROXEN, ("naproxen",), 1),
        # Said often enough, the registered name is what the text is about after all.
        (("ibuprofen",), _NAPROXEN + " Ibuprofen is an acid." * 3, ("ibuprofen",), 0),
        # A brand at the head of the text is no other medicine.
        (("ibuprofen",), _NAPROXEN.replace("aproxen", "aprosyn"), ("ibuprofen",), 0),
        # One of two ingredients alone may be named in a sentence.
        (("naproxen", "esomeprazole"), _NAPROXEN, ("naproxen", "esomeprazole"), 0),
        (("ibuprofen",), "It is used for pain.", ("ibuprofen",), 0),
        ((), "These tablets are indicated for pain. These tablets. These.", (), 0),
    ],
)
def test_the_text_decides_where_it_leaves_no_doubt(registered, text, settled, n_remarks):
    assert _settle(registered, text) == (settled, n_remarks)

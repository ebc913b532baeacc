"""People's names, and medicines, eponyms and plain words that are none."""

import pytest

from chatbot.privacy.identifiers import without_overlap
from chatbot.privacy.name_words import MedicineWords
from chatbot.privacy.names import NameFinder


@pytest.fixture(scope="module")
def finder():
    return NameFinder(MedicineWords())


def names(finder, text):
    return [text[one.start : one.end] for one in without_overlap(finder.find(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mrs. Thornbury called", ["Thornbury"]),
        ("seen by dr patel today", ["patel"]),
        ("hi my name is jessica nguyen and i take zoloft", ["jessica nguyen"]),
        ("my name is xolile dube", ["xolile dube"]),
        ("Caller: Bruce Abernathy", ["Bruce Abernathy"]),
        ("Keisha Barnes, RN", ["Keisha Barnes"]),
        ("her son Hector and wife Dolores", ["Hector", "Dolores"]),
        ("LINDGREN, ASTRID K   F", ["LINDGREN, ASTRID K"]),
        ("Anesthesia: de la Cruz.", ["de la Cruz"]),
        ("Dr. M. J. Castañeda's clinic", ["M. J. Castañeda"]),
        ("E. Castellanos, neurology", ["E. Castellanos"]),
        ("MR. ROBERTO CISNEROS IS A 58 YO MALE", ["ROBERTO CISNEROS"]),
        ("Dear Ngozi,", ["Ngozi"]),
        ("Thanks,\nKwame Asante", ["Kwame Asante"]),
        ("Mr. Parkinson has Parkinson's disease", ["Parkinson"]),
        ("I saw Dr. Bell for Bell's palsy", ["Bell"]),
        ("Ms. Allegra took Allegra 180 mg", ["Allegra"]),
        ("my friend Yasmin takes Yasmin", ["Yasmin"]),
        ("Ngozi Eze came. Eze's labs are back.", ["Ngozi Eze", "Eze"]),
        ("pt initials R.K., stable", ["R.K."]),
    ],
)
def test_a_name_is_found_without_its_title(finder, text, expected):
    assert names(finder, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Crohn's disease, Hodgkin lymphoma, Cushing syndrome, a Foley catheter, Graves' disease and Raynaud's",
        "Stevens-Johnson syndrome, Guillain-Barré, Swan-Ganz, Child-Pugh B, Glasgow 14, Epstein-Barr",
        "Does Xarelto interact with St. John's wort?",
        "I'm Type 2 and I am American. This is urgent. It is May.",
        "Will Eliquis help? I may take Lipitor, Concerta and MS Contin.",
        "ANA positive, EF 35%, in the ED, HLA-B*1502, E. coli",
        "Take one tablet by mouth with food. Call your doctor. Ask a pharmacist.",
        "PT STATES HE TAKES COUMADIN 5MG AND LASIX 20MG EVERY DAY",
        "i take prozac n my doctor says its fine",
    ],
)
def test_medicines_eponyms_and_words_are_none(finder, text):
    assert names(finder, text) == []


def test_another_lexicon_of_medicines_can_be_given():
    class Knows:
        def is_medicine(self, word):
            return word == "oluwaseun"

    assert names(NameFinder(Knows()), "Oluwaseun helps") == []
    assert names(NameFinder(MedicineWords()), "Oluwaseun helps") == ["Oluwaseun"]

"""The lists that names are told by."""

from chatbot.privacy.name_words import MedicineWords, name_words


def test_the_lists_are_folded_and_large_enough():
    lists = name_words()
    assert len(lists.given) > 2000
    for words in (lists.given, lists.surnames, lists.words, lists.eponyms):
        assert all(word == word.lower() and word.strip() for word in words)


def test_a_medicine_is_known_by_brand_generic_and_stem():
    medicines = MedicineWords(["Newdrug extra"])
    for word in ("eliquis", "metformin", "newdrug", "zorvastatin"):
        assert medicines.is_medicine(word)
    for word in ("okafor", "table", "jessica"):
        assert not medicines.is_medicine(word)


def test_a_name_that_is_a_word_needs_more_than_itself():
    lists = name_words()
    assert lists.is_given("keisha")
    assert not lists.is_given("grace")
    assert lists.is_ordinary("patient")

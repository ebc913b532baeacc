"""Are the medicines and classes a sentence names those of its source?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Final

from chatbot.types import Citation
from knowledge_base.drug_classes import drug_classes
from knowledge_base.medicine_table import is_salt_word, medicine_table
from knowledge_base.unknown_drugs import looks_like_medicine

_WORD: Final = re.compile(r"[a-z][a-z0-9]{2,}")


def names_problem(text: str, cited: Sequence[Citation], drug_names: Collection[str]) -> str:
    """Which name of the sentence its source does not have; empty if all are there.

    Args:
        text: what was written.
        cited: the cited evidence; its documents' own names count as said.
        drug_names: every medicine name known, in lower case.
    """
    quoted = {word for one in cited for word in _names(one.quote, drug_names, every=True)}
    own = {
        word
        for one in cited
        for said in (*one.passage.document.ingredients, *one.passage.document.brands)
        for word in _WORD.findall(said.lower())
    }
    mine = _names(text, drug_names)
    table = medicine_table()
    for word in mine:
        # Whole words: "ephedrine" is not borne out by "pseudoephedrine".
        if word not in quoted | own and not any(table.same(word, other) for other in quoted if other in drug_names):
            return f"{word} is not in the cited sentence"
    for phrase in _phrases(text, drug_names):
        if any(word not in quoted | own and not is_salt_word(word) for word in phrase):
            return f"{' '.join(phrase)} is not in the cited sentence"
    left_out = [word for one in cited for word in _names(one.quote, drug_names) if word not in own and word not in mine]
    put_in = [word for word in mine if word in own and word not in quoted]
    if put_in and left_out and not any(word in own for one in cited for word in _names(one.quote, drug_names)):
        return f"{put_in[0]} stands where the cited sentence has {left_out[0]}"
    return _class_problem(text, cited)


def _names(text: str, drug_names: Collection[str], *, every: bool = False) -> list[str]:
    words = dict.fromkeys(_WORD.findall(text.lower()))
    return [word for word in words if every or word in drug_names or looks_like_medicine(word)]


def _phrases(text: str, drug_names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Names of two words ("ethacrynic acid"), neither of which need be one by itself."""
    for pair in pairwise(_WORD.findall(text.lower())):
        if " ".join(pair) in drug_names:
            yield pair


def _class_problem(text: str, cited: Sequence[Citation]) -> str:
    classes = drug_classes()
    said = {one.name: text[one.start : one.end] for one in classes.mentions(text)}
    if not said:
        return ""
    source = " ".join(one.quote for one in cited)
    held = {one.name for one in classes.mentions(source)}
    held |= {name for one in cited for drug in one.passage.document.ingredients for name in classes.classes_of(drug)}
    for name, words in said.items():
        if name not in held and words.lower() not in source.lower():
            return f"'{words}' is not in the cited sentence"
    return ""

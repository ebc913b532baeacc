"""Folding each passage once gives what folding it again would."""

from __future__ import annotations

from knowledge_base.folded_texts import FoldedTexts, folded_text


def test_a_remembered_text_is_the_folded_one(make_document) -> None:
    _, passages = make_document("md:a@1", {"Uses": "For pain; don't take 2.", "Dose": "Once a day."})
    folded = FoldedTexts()
    numbered = [passage.__class__(**{**_fields(passage), "number": n}) for n, passage in enumerate(passages)]
    for _ in range(2):
        assert [folded(one) for one in numbered] == [folded_text(one) for one in numbered]
    assert folded(numbered[0]) == " uses for pain dont take 2 "


def test_it_forgets_before_it_grows_too_large(make_document) -> None:
    _, (passage,) = make_document("md:a@1", {"Uses": "For pain."})
    folded = FoldedTexts(at_most=3)
    for number in range(10):
        assert folded(passage.__class__(**{**_fields(passage), "number": number})) == " uses for pain "
    assert len(folded._texts) <= 3


def _fields(passage) -> dict[str, object]:
    return {name: getattr(passage, name) for name in passage.__slots__}

from __future__ import annotations

import pytest

from eval.citations import citation_precision, citation_recall, contains, quotes_exact

SOURCE = "Do not exceed four doses. Keep out of reach. Store below 25 C."


def _citation(n: int, quote: str, start: int) -> dict[str, object]:
    return {"n": n, "quote": quote, "document_id": "d", "quote_start": start, "quote_end": start + len(quote)}


ANSWER = {
    "claims": [
        {"text": "Do not exceed four doses.", "citations": [1, 2]},
        {"text": "Keep out of  REACH", "citations": [2]},
        {"text": "It is safe.", "citations": [3]},
        {"text": "It is cheap.", "citations": []},
    ],
    "citations": [
        _citation(1, "Do not exceed four doses.", 0),
        _citation(2, "Keep out of reach.", 26),
        _citation(3, "Store below 30 C.", 45),
    ],
}
NOTHING = {"claims": [], "citations": []}


def test_citation_recall_by_hand() -> None:
    assert citation_recall(ANSWER, contains) == pytest.approx(2 / 4)


def test_citation_precision_by_hand() -> None:
    # Of four citations, the second of the first claim and that of the third do not support.
    assert citation_precision(ANSWER, contains) == pytest.approx(2 / 4)


def test_quotes_are_held_against_the_source() -> None:
    assert quotes_exact(ANSWER, {"d": SOURCE}.__getitem__) == pytest.approx(2 / 3)


def test_an_answer_that_says_nothing_is_not_judged() -> None:
    assert citation_recall(NOTHING, contains) is None
    assert citation_precision(NOTHING, contains) is None
    assert quotes_exact(NOTHING, {}.__getitem__) is None

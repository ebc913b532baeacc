from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.dose_comparison import StoredDose, disagreements


def made(*sources: list[tuple[float, float]]) -> list[StoredDose]:
    """Doses of sources, one passage each, numbered on from 0."""
    flat = [(document, low, high) for document, doses in enumerate(sources) for low, high in doses]
    return [StoredDose(number, document, document, low, high) for number, (document, low, high) in enumerate(flat)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([(10, 15)], [(0.01, 0.015)]),
        ([(5000, 5000)], [(5, 5), (20, 40)]),
        ([(12.5, 12.5)], [(0.0125, 0.025), (0.2, 0.3)]),
        ([(1, 1)], [(50, 50)]),
    ],
)
def test_far_apart_both_are_named(one, other) -> None:
    found = set(disagreements(made(one, other)))
    assert {0} <= {pair[0] for pair in found}
    assert found == {(b, a) for a, b in found}, "both ways round"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([(1, 1)], [(49, 49)]),
        ([(1, 1)], [(0.9, 60)]),
        ([(81, 81), (4000, 4000)], [(81, 325), (2600, 3900)]),
        ([(5, 5), (0.006, 0.006)], [(0.005, 0.005), (1, 10)]),
    ],
    ids=["49-fold", "inside a range", "both wide", "a thousandfold, and inside the range"],
)
def test_what_is_no_misprint(one, other) -> None:
    assert list(disagreements(made(one, other))) == []


def test_one_source_is_never_at_odds_with_itself() -> None:
    assert list(disagreements(made([(1, 1), (1000, 1000)]))) == []


POSITIVE = st.floats(min_value=1e-6, max_value=1e6)
RANGES = st.lists(st.tuples(POSITIVE, st.floats(1, 20)).map(lambda x: (x[0], x[0] * x[1])), min_size=1, max_size=4)


@given(st.lists(RANGES, min_size=2, max_size=4))
def test_pairs_are_of_two_sources_fifty_fold_apart_and_mutual(sources) -> None:
    doses = made(*sources)
    found = set(disagreements(doses))
    for a, b in found:
        one, other = doses[a], doses[b]
        assert one.document != other.document
        assert max(one.low / other.high, other.low / one.high) >= 50
        assert (b, a) in found

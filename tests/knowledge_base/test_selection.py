from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.selection import Ranked, interleave, select, spread
from knowledge_base.types import DocumentInfo, Passage


def _ranked(number: int, document: str, text: str, score: float, code: str | None = None) -> Ranked:
    info = DocumentInfo(id=document, source_path="x", format="spl", kind="label", title="x", sha256="0")
    return Ranked(
        Passage(
            id=f"{document}#-:{number}-{number + 1}",
            number=number,
            document=info,
            kind="label",
            section_code=code,
            section_title="",
            section_path=(),
            start=number,
            end=number + 1,
            text=text,
        ),
        score,
    )


RANKED = st.lists(
    st.builds(_ranked, st.integers(0, 40), st.sampled_from("abcdef"), st.sampled_from("vwxyz"), st.floats(0, 2)),
    max_size=25,
)


@given(RANKED, st.integers(1, 12))
def test_selects_at_most_k_different_texts(ranked: list[Ranked], k: int) -> None:
    chosen = select(ranked, k)
    texts = [one.passage.text for one in chosen]
    assert len(texts) == len(set(texts)) <= k
    if ranked:
        assert chosen[0] == ranked[0]
    assert len(chosen) == min(k, len({one.passage.text for one in ranked}))


def test_no_document_crowds_out_the_others() -> None:
    ranked = [_ranked(place, "a", f"a{place}", 2.0) for place in range(8)]
    ranked += [_ranked(20 + place, name, f"{name}!", 1.0) for place, name in enumerate("bcde")]
    chosen = select(ranked, 6)
    assert [one.passage.document.id for one in chosen] == ["a", "a", "a", "b", "c", "d"]


def test_one_label_alone_may_fill_the_list() -> None:
    assert len(select([_ranked(place, "a", f"a{place}", 2.0) for place in range(8)], 6)) == 6


def test_two_medicines_take_turns() -> None:
    one = [_ranked(1, "a", "1", 2.0), _ranked(2, "a", "2", 1.0)]
    two = [_ranked(3, "b", "3", 2.1), _ranked(4, "b", "4", 0.5)]
    assert [entry.passage.number for entry in interleave([one, two])] == [1, 3, 2, 4]


def test_the_one_that_fits_clearly_better_comes_first() -> None:
    assert interleave([[_ranked(1, "a", "1", 1.0)], [_ranked(2, "b", "2", 1.8)]])[0].passage.number == 2


def test_a_passage_that_names_the_other_medicine_comes_first() -> None:
    silent, naming = _ranked(1, "a", "1", 2.0), _ranked(2, "b", "2", 1.8)._replace(names_other=True)
    assert interleave([[silent], [naming]]) == [naming, silent]


def test_nothing_to_interleave() -> None:
    assert interleave([]) == []
    assert interleave([[], []]) == []


@given(RANKED, st.floats(0, 1))
def test_spreading_loses_nothing_and_keeps_the_first(ranked: list[Ranked], doubt: float) -> None:
    ordered = sorted(ranked, key=lambda one: -one.score)
    shared = spread(ordered, doubt)
    assert sorted(map(id, shared)) == sorted(map(id, ordered))
    assert shared[:1] == ordered[:1]
    assert spread(ordered, 0.0) == ordered


def test_in_doubt_another_section_comes_before_more_of_the_same() -> None:
    ranked = [_ranked(place, "a", f"a{place}", 2.0 - place / 100, "34068-7") for place in range(5)]
    ranked.append(_ranked(9, "a", "other", 1.5, "34070-3"))
    assert [one.passage.number for one in spread(ranked, 0.9)][1] == 9
    assert [one.passage.number for one in spread(ranked, 0.1)][1] == 1

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.read_passages import ReadPassage
from knowledge_base.selection import Ranked, interleave, select, spread, take_turns
from knowledge_base.types import DocumentInfo, Passage


def _ranked(
    number: int,
    document: str,
    text: str,
    score: float,
    code: str | None = None,
    *,
    section: tuple[str, ...] = (),
    **header: object,
) -> Ranked:
    info = DocumentInfo(id=document, source_path="x", format="spl", kind="label", title="x", sha256="0", **header)
    return Ranked(
        ReadPassage(
            Passage(
                id=f"{document}#-:{number}-{number + 1}",
                number=number,
                document=info,
                kind="label",
                section_code=code,
                section_title="",
                section_path=section,
                start=number,
                end=number + 1,
                text=text,
            )
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


def test_after_the_best_of_each_medicine_the_score_decides_but_none_waits_long() -> None:
    one = [_ranked(place, "a", f"a{place}", 5.0 - place / 100) for place in range(6)]
    two = [_ranked(10 + place, "b", f"b{place}", 5.0 if place == 0 else 1.0) for place in range(3)]
    order = [entry.passage.document.id for entry in interleave([one, two])]
    assert order == ["a", "b", "a", "a", "b", "a", "a", "b", "a"]


@given(st.lists(RANKED, max_size=4))
def test_taking_turns_loses_no_passage(rankings: list[list[Ranked]]) -> None:
    numbers = [one.passage.number for one in interleave(rankings)]
    expected = {one.passage.number for ranking in rankings for one in ranking}
    assert set(numbers) == expected
    assert len([ranking for ranking in rankings if ranking]) < 2 or len(numbers) == len(expected)


def test_the_one_that_fits_clearly_better_comes_first() -> None:
    assert interleave([[_ranked(1, "a", "1", 1.0)], [_ranked(2, "b", "2", 1.8)]])[0].passage.number == 2


def test_a_passage_that_names_the_other_medicine_comes_first() -> None:
    silent, naming = _ranked(1, "a", "1", 2.0), _ranked(2, "b", "2", 1.8)._replace(names_other=True)
    assert interleave([[silent], [naming]]) == [naming, silent]


def test_nothing_to_interleave() -> None:
    assert interleave([]) == []
    assert interleave([[], []]) == []


@given(RANKED, st.floats(0, 1), st.floats(0, 1))
def test_spreading_loses_nothing_and_keeps_the_first(ranked: list[Ranked], doubt: float, detail: float) -> None:
    ordered = sorted(ranked, key=lambda one: -one.score)
    shared = spread(ordered, doubt, detail)
    assert sorted(map(id, shared)) == sorted(map(id, ordered))
    assert shared[:1] == ordered[:1]
    assert spread(ordered, 0.0) == ordered


def test_in_doubt_another_section_comes_before_more_of_the_same() -> None:
    ranked = [_ranked(place, "a", f"a{place}", 2.0 - place / 100, "34068-7") for place in range(5)]
    ranked.append(_ranked(9, "a", "other", 1.5, "34070-3"))
    assert [one.passage.number for one in spread(ranked, 0.9)][1] == 9
    assert [one.passage.number for one in spread(ranked, 0.1)][1] == 1


def test_a_detailed_question_brings_what_its_first_passage_leaves_unsaid() -> None:
    ranked = [_ranked(place, "a", f"a{place}", 3.0 - place / 100, f"{place}") for place in range(5)]
    ranked = [one._replace(says=frozenset({0, 1})) for one in ranked]
    ranked.append(_ranked(9, "a", "the only one with the third", 2.0, "9")._replace(says=frozenset({2})))
    assert [one.passage.number for one in spread(ranked, 0.0, 1.0)][:3] == [0, 9, 1]
    assert [one.passage.number for one in spread(ranked, 0.0, 0.2)][:3] == [0, 1, 2]


def test_a_detailed_question_brings_a_second_section_however_sure_the_first_is() -> None:
    ranked = [_ranked(place, "a", f"a{place}", 2.0 - place / 100, "34068-7") for place in range(5)]
    ranked.append(_ranked(9, "a", "other", 1.8, "34070-3"))
    assert [one.passage.number for one in spread(ranked, 0.0, 1.0)][1] == 9
    assert [one.passage.number for one in spread(ranked, 0.0, 0.2)][1] == 1


def test_one_long_section_leaves_room_for_the_others() -> None:
    ranked = [_ranked(place, "a", f"long {place}", 2.0, section=("5.2",)) for place in range(4)]
    ranked += [_ranked(9, "a", "another place", 1.0, section=("5.3",))]
    assert [one.passage.number for one in select(ranked, 4)] == [0, 1, 9, 2]


def test_of_two_that_say_the_same_the_best_dated_source_is_kept_in_the_first_place() -> None:
    old = _ranked(1, "old", "Store in a dry place.", 2.0, ingredients=("a",), set_id="s", effective_date="2019-01-01")
    new = _ranked(2, "new", "Store in a  dry place.", 1.0, ingredients=("a",), set_id="t", effective_date="2024-01-01")
    undated = _ranked(3, "none", "store in a dry place.", 3.0, ingredients=("a",))
    other = _ranked(4, "other", "Keep it cold.", 1.5, ingredients=("a",))
    chosen = select([undated, old, other, new], 8)
    assert [one.passage.number for one in chosen] == [2, 4]
    assert chosen[0].score == 3.0


def test_the_same_words_about_two_medicines_are_two_facts() -> None:
    one = _ranked(1, "a", "Store in a dry place.", 2.0, ingredients=("a",))
    two = _ranked(2, "b", "Store in a dry place.", 1.0, ingredients=("b",))
    assert len(select([one, two], 8)) == 2


@given(RANKED, st.integers(1, 12))
def test_more_room_never_takes_away_what_was_chosen(ranked: list[Ranked], k: int) -> None:
    assert {one.passage.text for one in select(ranked, k)} <= {one.passage.text for one in select(ranked, k + 1)}


def test_rankings_take_turns_and_a_passage_comes_once() -> None:
    one, two, three = (_ranked(n, "a", f"t{n}", 1.0) for n in (1, 2, 3))
    assert [item.passage.number for item in take_turns([[one, two], [two, three], []])] == [1, 2, 3]
    assert take_turns([]) == []

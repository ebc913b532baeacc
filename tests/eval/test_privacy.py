"""The judgement of masking, and the bars of the rules on the committed notes."""

from chatbot.privacy.identifiers import Identifier
from chatbot.privacy.masker import NoFinder
from eval.clinical_notes import parse_marks
from eval.measures import OURS
from eval.privacy import judge, measure


class FindsFirstWord:
    def find(self, text):
        return [Identifier(0, text.index(" "), "PERSON")]


def test_part_of_a_name_and_another_kind_do_not_count_and_a_touched_dose_is_lost():
    notes = [
        parse_marks("whole", "[[PERSON:Ada]] came"),
        parse_marks("part", "[[PERSON:Ada Osei]] came"),
        parse_marks("kind", "[[DATE:3/4/26]] came"),
        parse_marks("lost", "{{Eliquis 5 mg}} came"),
    ]
    verdicts = judge(FindsFirstWord(), notes)
    assert verdicts.identifiers == (("PERSON", True), ("PERSON", False), ("DATE", False))
    assert verdicts.recall(["PERSON"]) == (1, 2)
    assert verdicts.lost == (True,)
    assert verdicts.touching == (True, True, True, False)


def test_nothing_found_is_nothing_lost():
    verdicts = judge(NoFinder(), [parse_marks("n", "[[PERSON:Ada]] takes {{Eliquis}}")])
    assert (verdicts.recall(["PERSON"]), verdicts.lost, verdicts.touching) == ((0, 1), (False,), ())


def test_the_bars_are_met_on_both_halves():
    barred = [one for one in measure(None, compare=False) if one.system == OURS and one.bar is not None]
    assert len(barred) == 6
    assert [one.name for one in barred if not one.passes] == []

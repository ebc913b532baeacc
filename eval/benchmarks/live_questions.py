"""LiveQA medical 2017: ranking the judged answers, and the overlap of our answer with the reference answers.

Ben Abacha, Agichtein, Pinter and Demner-Fushman, TREC 2017; judged MedQuAD answers by Ben Abacha and Demner-Fushman,
BMC Bioinformatics 20, 2019. The official score (0 to 3 by people for each answer) needs human judgement and is not
computed: the ranking part uses the grades that people gave, the answer part is ROUGE against the reference answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from eval.benchmark import RANKING, Benchmark, Item, Origin, Output, Published, System
from eval.benchmarks.answers import texts_of
from eval.benchmarks.choices import shown
from eval.benchmarks.published import read_xml, squeezed
from eval.benchmarks.ranked import judge_ranking, rank_ids
from eval.liveqa import QUESTIONS, load_liveqa, with_good_answer
from eval.text_overlap import rouge_l, rouge_n, token_f1
from eval.topics import GOOD
from knowledge_base.text_ranker import FreeText

_ADDRESS: Final = "https://github.com/abachaa/LiveQA_MedicalTask_TREC2017"
_QUESTIONS_SHA256: Final = "185ece16af82bd54f6d9c2b9242b945341f98ea84eb888fec06f51e5ee7232c5"
_BIGRAM: Final = 2


class LiveQa(Benchmark):
    """Each question twice, as written and as its summary; the question is the cluster."""

    name = "liveqa"
    title = "LiveQA medical 2017, judged answers"
    origin = Origin(
        address="https://github.com/abachaa/MedQuAD",
        licence="none stated (questions), CC BY 4.0 (judgements)",
        paper="Ben Abacha and Demner-Fushman, A question-entailment approach, BMC Bioinformatics 20, 2019",
        files={
            str(QUESTIONS): _QUESTIONS_SHA256,
            "liveqa_medquad_judged/answers_2479.csv.gz": (
                "eff6f8fde2c66b82787e4d361c3a8057308a545e6b13801a2cbae0b526ba1298"
            ),
            "liveqa_medquad_judged/qrels_2479.txt": "ada84008b736d50a600d93d095fbec70cfcf23840fab7fc417f859efe765dd87",
        },
    )
    layers = ("retrieval",)
    systems = RANKING
    main = "nDCG@10"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions that have a good answer.

        Raises:
            MissingDataError: a file is not there.
            VademecumError: a file is not as published.
        """
        return [
            Item(
                id=f"{one.id}/{wording}",
                question=question,
                gold={str(place): grade for place, grade in enumerate(one.grades)},
                topic=wording,
                cluster=one.id,
                context=tuple(f"{text.heading}\n{text.text}" for text in one.texts),
            )
            for one in with_good_answer(load_liveqa(folder))
            for wording, question in (("full question", one.full), ("summary", one.summary))
        ][:limit]

    async def ask(self, item: Item, system: System) -> Output:
        """The judged answers in ranked order."""
        texts = {str(place): FreeText(*text.split("\n", maxsplit=1)) for place, text in enumerate(item.context)}
        return await rank_ids(item, system, item.question, texts)

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """NDCG by grade; the rest by grade 3 or 4 of the four that were given."""
        scores = judge_ranking(output.answer, item.gold, good=GOOD)
        return {**scores, **{f"{name}, {item.topic}": scores[name] for name in ("nDCG@10", "MRR")}}

    def published(self, folder: Path) -> Sequence[Published]:
        """BM25 over the same pool by whoever collected the data."""
        source = "plain BM25 (k1 1.2, b 0.75) by the collector of the data"
        figures = {
            "nDCG@10, full question": 0.491,
            "MRR, full question": 0.576,
            "nDCG@10, summary": 0.674,
            "MRR, summary": 0.745,
        }
        return [
            Published(system="BM25 elsewhere", measure=name, value=value, source=source)
            for name, value in figures.items()
        ]


class LiveQaAnswers(Benchmark):
    """The summaries as questions, with their reference answers."""

    name = "liveqa-answers"
    title = "LiveQA medical 2017, reference answers"
    origin = Origin(
        address=_ADDRESS,
        licence="none stated",
        paper="Ben Abacha, Agichtein, Pinter and Demner-Fushman, Overview of the medical QA task at TREC 2017 LiveQA",
        files={str(QUESTIONS): _QUESTIONS_SHA256},
    )
    layers = ("answers",)
    systems = ("vademecum", "extractive", "BM25", "MiniLM", "RRF", "closed book")
    main = "ROUGE-L"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions in the order of the file.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is no XML.
        """
        root = read_xml(folder / QUESTIONS)
        return [
            Item(
                id=one.get("qid") or str(number),
                question=squeezed(one.findtext("NLM-Summary")),
                gold=[squeezed(answer.text) for answer in one.iter("ANSWER") if squeezed(answer.text)],
                topic=(one.findtext(".//TYPE") or "").strip().lower(),
            )
            for number, one in enumerate(root.iter("NLM-QUESTION"))
            if squeezed(one.findtext("NLM-Summary"))
        ][:limit]

    async def ask(self, item: Item, system: System) -> Output:
        """The answer to the summary."""
        texts = await texts_of(item, system)
        return Output(
            item=item.id,
            system=system.name,
            answer="\n".join(texts),
            abstained=not texts,
            evidence=shown(system, texts),
        )

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Overlap of what was answered with the nearest reference, and whether it was answered."""
        return overlap(str(output.answer), item.gold, answered=not output.abstained)


def overlap(said: str, references: Sequence[str], *, answered: bool) -> dict[str, float | None]:
    """ROUGE and token F1 of an answer that was given; none where it was declined or there is no reference."""
    judged = bool(said and references)
    return {
        "ROUGE-L": rouge_l(said, references) if judged else None,
        "ROUGE-2": rouge_n(said, references, _BIGRAM) if judged else None,
        "token F1": token_f1(said, references) if judged else None,
        "answered": float(answered),
    }

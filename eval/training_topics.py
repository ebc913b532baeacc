"""Open questions with graded texts that no reported figure is about: MEDIQA 2019 and reworded MedQuAD.

MEDIQA (Ben Abacha, Shivade and Demner-Fushman, BioNLP 2019): the Alexa and the test set. MedQuAD (Ben Abacha and
Demner-Fushman, BMC Bioinformatics 20, 2019): its answers under questions from `data/medquad_wordings.toml`. What
LiveQA asks is left out: MEDIQA questions by their words, MedQuAD subjects by name.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from lxml import etree

from eval.liveqa import load_liveqa
from eval.topics import Topic
from knowledge_base.errors import VademecumError
from knowledge_base.text_ranker import FreeText
from knowledge_base.words import folded_words

SEED: Final = 20190701
_MEDIQA: Final = ("MEDIQA2019-Task3-QA-TrainingSet2-Alexa.xml.gz", "MEDIQA2019-Task3-QA-TestSet-wLabels.xml.gz")
_WORDINGS: Final = Path(__file__).parent / "data" / "medquad_wordings.toml"
_N_MEDQUAD: Final = 160
"""As many topics as MEDIQA gives, so that neither decides alone."""
_NEIGHBOURS: Final = 4
_MISSPELT: Final = 0.2
_TITLE: Final = re.compile(r"^([^.:?!\n]{3,90}[:?])\s+")


def load_training(folder: Path) -> list[Topic]:
    """All topics to fit on, none that LiveQA asks too."""
    liveqa = load_liveqa(folder)
    asked = [frozenset(folded_words(f"{one.subject} {one.message}")) for one in liveqa]
    mediqa = [
        topic
        for topic in load_mediqa(folder)
        if all(len(words & known) < len(words | known) / 2 for known in asked for words in [_words(topic)])
    ]
    subjects = frozenset(word for one in liveqa for word in folded_words(one.summary) if len(word) > len("about"))
    return [*mediqa, *load_medquad(folder, subjects, random.Random(SEED))]  # noqa: S311 - a draw, no secret


def load_mediqa(folder: Path) -> Iterator[Topic]:
    """The topics of the two MEDIQA sets.

    Raises:
        VademecumError: a file is missing or no XML.
    """
    for name in _MEDIQA:
        path = folder / "mediqa2019_qa" / name
        try:
            with gzip.open(path) as file:
                tree = etree.parse(BytesIO(file.read()), etree.XMLParser(resolve_entities=False, no_network=True))
        except (OSError, etree.XMLSyntaxError) as error:
            raise VademecumError(f"{path} cannot be read ({error}); --data names the folder of benchmarks") from error
        for number, question in enumerate(tree.iter("Question")):
            answers = list(question.iter("Answer"))
            yield Topic(
                id=f"{name}:{number}",
                question=" ".join((question.findtext("QuestionText") or "").split()),
                texts=tuple(titled((answer.findtext("AnswerText") or "").strip()) for answer in answers),
                grades=tuple(int(answer.get("ReferenceScore") or 1) - 1 for answer in answers),
            )


def load_medquad(folder: Path, leave_out: frozenset[str], rng: random.Random) -> Iterator[Topic]:
    """Topics made of MedQuAD: a reworded question, the answers on its subject and on subjects with like names."""
    path = folder / "medquad" / "medquad.jsonl.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [row for line in file if (row := json.loads(line))["answer"]]
    except (OSError, ValueError) as error:
        raise VademecumError(f"{path} cannot be read ({error}); --data names the folder of benchmarks") from error
    table = tomllib.loads(_WORDINGS.read_text(encoding="utf-8"))
    by_focus: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_focus[row["focus"]].append(row)
    words = {focus: frozenset(folded_words(focus)) for focus in by_focus}
    usable = [row for row in rows if row["qtype"] in table["wordings"] and not words[row["focus"]] & leave_out]
    by_type: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in usable:
        by_type[row["qtype"]].append(row)
    for number in range(_N_MEDQUAD):
        row = rng.choice(by_type[rng.choice(sorted(by_type))])
        focus = row["focus"]
        near = sorted(words, key=lambda other: -len(words[other] & words[focus]) / len(words[other] | words[focus]))
        pool = [other for name in [focus, *[n for n in near if n != focus][:_NEIGHBOURS]] for other in by_focus[name]]
        said = _misspelt(focus, rng) if rng.random() < _MISSPELT else focus
        said = said.lower() if rng.random() < 1 / 2 else said
        question = rng.choice(table["wordings"][row["qtype"]]).format(focus=said)
        with_names = rng.random() < 1 / 2
        yield Topic(
            id=f"medquad:{number}",
            question=rng.choice(table["wrappers"]).format(question=question, focus=said),
            texts=tuple(FreeText(_heading(other, with_names=with_names), other["answer"]) for other in pool),
            grades=tuple(
                (3 if other["qtype"] == row["qtype"] else 1) if other["focus"] == focus else 0 for other in pool
            ),
        )


def titled(text: str) -> FreeText:
    """An answer of MEDIQA with the title it opens with, if it does, as its heading."""
    found = _TITLE.match(text)
    return FreeText(found[1], text[found.end() :]) if found else FreeText("", text)


def _heading(row: dict[str, Any], *, with_names: bool) -> str:
    names = "; ".join(row["synonyms"][:6])
    return f"{row['question']} (Also called: {names})" if names and with_names else str(row["question"])


def _misspelt(name: str, rng: random.Random) -> str:
    """The name with two neighbouring letters swapped or one left out, not the first."""
    if len(name) < len("abcde"):
        return name
    place = rng.randrange(1, len(name) - 1)
    swapped = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    return rng.choice([swapped, name[:place] + name[place + 1 :]])


def _words(topic: Topic) -> frozenset[str]:
    return frozenset(folded_words(topic.question))

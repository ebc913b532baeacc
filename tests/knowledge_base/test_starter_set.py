"""The starter set as a whole: all monographs and digests are there, complete, and fit to be quoted by sentences."""

from __future__ import annotations

import functools
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from knowledge_base import loinc

STARTER = Path(loinc.__file__).parent / "data" / "starter"
MONOGRAPHS = sorted((STARTER / "monographs").glob("*.md"))
DIGESTS = sorted((STARTER / "guidelines").glob("*.md"))
_DRUGS = """
acetaminophen albuterol alprazolam amlodipine amoxicillin apixaban aspirin atenolol atorvastatin azithromycin
bupropion carvedilol celecoxib cephalexin cetirizine ciprofloxacin citalopram clonidine clopidogrel diclofenac
doxycycline duloxetine escitalopram famotidine fluoxetine fluticasone furosemide gabapentin glipizide
hydrochlorothiazide ibuprofen insulin-glargine levothyroxine lisinopril losartan meloxicam metformin methotrexate
metoprolol montelukast naproxen omeprazole ondansetron oxycodone pantoprazole pravastatin prednisone rivaroxaban
rosuvastatin sertraline simvastatin sitagliptin spironolactone sulfamethoxazole-trimethoprim tramadol trazodone
valsartan venlafaxine warfarin zolpidem
"""
# The US label of each of these opens with a boxed warning.
_BOXED = """
alprazolam apixaban atenolol bupropion celecoxib ciprofloxacin citalopram clopidogrel diclofenac duloxetine
escitalopram fluoxetine furosemide ibuprofen levothyroxine lisinopril losartan meloxicam metformin methotrexate
montelukast naproxen oxycodone rivaroxaban sertraline tramadol trazodone valsartan venlafaxine warfarin zolpidem
"""
DRUGS = _DRUGS.split()
BOXED = _BOXED.split()
TEMPLATE = [
    "Boxed warning",
    "What it is used for",
    "How to take it",
    "Adult dose",
    "Missed dose",
    "Common side effects",
    "Serious side effects",
    "Who should not take it",
    "Warnings and precautions",
    "Interactions",
    "Pregnancy",
    "Breastfeeding",
    "Children",
    "Older adults",
    "Kidney and liver disease",
    "Overdose",
    "How to store",
    "How it works",
    "Sources",
]


@functools.cache
def front_matter(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8").split("---\n", 2)[1])


def body(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("---\n", 2)[2]


def sections(path: Path) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", body(path), flags=re.MULTILINE)[1:]
    return {title: text.strip() for title, text in zip(parts[::2], parts[1::2], strict=True)}


def sentences(path: Path) -> list[str]:
    prose = re.sub(r"^(#|\|).*$", "", body(path).split("\n## Sources")[0], flags=re.MULTILINE)
    return [one for one in re.split(r"(?<=[.!?])\s+|\n+", prose) if one.strip()]


each_monograph = pytest.mark.parametrize("path", MONOGRAPHS, ids=lambda path: path.stem)
each_digest = pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.stem)


def test_all_sixty_monographs_are_there() -> None:
    assert [path.stem for path in MONOGRAPHS] == sorted(DRUGS)
    assert len(MONOGRAPHS) == 60


@each_monograph
def test_front_matter_is_complete(path: Path) -> None:
    meta = front_matter(path)
    assert meta["kind"] == "patient"
    assert meta["set_id"] == f"vademecum-{path.stem}"
    assert isinstance(meta["version"], str)
    assert isinstance(meta["effective_date"], date)
    assert meta["title"].lower().replace(" and ", " ").split() == path.stem.split("-")
    assert meta["ingredients"] == [one.lower() for one in meta["ingredients"]]
    for key in ("ingredients", "brands", "classes", "sources"):
        assert meta[key], f"{key} is empty"
    for key in ("brands", "synonyms", "salts", "classes"):
        assert all(isinstance(one, str) for one in meta[key]), key
    assert all(one.startswith("FDA ") for one in meta["sources"])


@each_monograph
def test_headings_are_those_of_the_template_in_its_order(path: Path) -> None:
    headings = re.findall(r"^#+ .+$", body(path), flags=re.MULTILINE)
    title, *rest = headings
    assert title == f"# {front_matter(path)['title']}"
    required = [one for one in TEMPLATE if one != "Boxed warning" or path.stem in BOXED]
    assert rest == [f"## {one}" for one in required]
    assert all(sections(path).values()), "a section is empty"


def test_boxed_warnings_are_there_for_the_labels_that_have_one() -> None:
    assert [path.stem for path in MONOGRAPHS if "Boxed warning" in sections(path)] == sorted(BOXED)


def test_every_heading_of_the_template_stands_for_a_label_section() -> None:
    assert [one for one in TEMPLATE if loinc.code_for_heading(one) is None] == ["Sources"]


@pytest.mark.parametrize("path", [*MONOGRAPHS, *DIGESTS], ids=lambda path: path.stem)
def test_no_sentence_is_too_long_to_quote(path: Path) -> None:
    assert [one for one in sentences(path) if len(one.split()) >= 60] == []


@each_monograph
def test_most_sentences_name_the_drug_and_stand_alone(path: Path) -> None:
    meta = front_matter(path)
    names = [*meta["ingredients"], path.stem, meta["title"].lower(), *map(str.lower, meta["brands"])]
    all_of_them = sentences(path)
    nameless = [one for one in all_of_them if not any(name in one.lower() for name in names)]
    assert len(nameless) <= 0.2 * len(all_of_them)
    assert [one for one in nameless if re.match(r"(It|This|They|These) ", one)] == []


@each_monograph
def test_overdose_says_whom_to_call(path: Path) -> None:
    overdose = sections(path)["Overdose"]
    assert "1-800-222-1222" in overdose
    assert "911" in overdose


def test_no_name_stands_for_two_medicines() -> None:
    ingredients = Counter(tuple(sorted(front_matter(path)["ingredients"])) for path in MONOGRAPHS)
    names: Counter[str] = Counter()
    for path in MONOGRAPHS:
        meta = front_matter(path)
        names.update({one.lower() for key in ("ingredients", "brands", "synonyms", "salts") for one in meta[key]})
    assert [one for one, n in [*ingredients.items(), *names.items()] if n > 1] == []


@each_monograph
def test_sources_are_the_same_in_front_matter_and_text(path: Path) -> None:
    assert re.findall(r"^- (.+)$", sections(path)["Sources"], flags=re.MULTILINE) == front_matter(path)["sources"]


def test_eight_digests_are_there_and_three_of_them_are_pdf() -> None:
    assert len(DIGESTS) == 5
    assert len(list((STARTER / "guidelines").glob("*.pdf"))) == 3


@each_digest
def test_digest_says_who_issued_it_and_from_what(path: Path) -> None:
    meta = front_matter(path)
    assert meta["kind"] == "guideline"
    assert meta["set_id"] == f"vademecum-{path.stem}"
    assert meta["issuer"]
    assert re.findall(r"^- (.+)$", sections(path)["Sources"], flags=re.MULTILINE) == meta["sources"]


@each_digest
def test_recommendations_of_a_digest_are_numbered_through(path: Path) -> None:
    numbers = [int(one) for one in re.findall(r"^(\d+)\. ", body(path), flags=re.MULTILINE)]
    assert len(numbers) >= 15
    assert numbers == list(range(1, len(numbers) + 1))

"""The PDF digests of the starter set are what their script builds, and have the layout they are there to test."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pymupdf
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "build_starter_pdfs.py"
GUIDELINES = ROOT / "knowledge_base" / "data" / "starter" / "guidelines"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    pytest.importorskip("reportlab", reason="reportlab builds the PDF digests; it is in the dev extra")
    spec = importlib.util.spec_from_file_location("build_starter_pdfs", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_committed_pdfs_are_what_the_script_builds(script: ModuleType) -> None:
    built = {f"{one.name}.pdf": script.build(one) for one in script.read_digests()}
    assert sorted(built) == sorted(path.name for path in GUIDELINES.glob("*.pdf"))
    for name, data in built.items():
        same = data == (GUIDELINES / name).read_bytes()
        assert same, f"{name} is not what scripts/build_starter_pdfs.py builds; run it and commit the file"


def test_bytes_do_not_depend_on_the_day_or_the_place(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = script.read_digests()[0]
    before = script.build(digest)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "5")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert script.build(digest) == before


def test_recommendations_are_short_enough_to_quote(script: ModuleType) -> None:
    for digest in script.read_digests():
        texts = [*digest.summary, digest.callout[1], *(one for _, some in digest.sections for one in some)]
        sentences = [one for text in texts for one in text.split(". ")]
        assert [one for one in sentences if len(one.split()) >= 60] == []


@pytest.mark.parametrize("path", sorted(GUIDELINES.glob("*.pdf")), ids=lambda path: path.stem)
def test_every_pdf_has_a_table_and_a_page_in_two_columns(path: Path) -> None:
    document = pymupdf.open(path)
    assert document.metadata["title"]
    assert "guideline" in document.metadata["keywords"]
    assert document.metadata["creationDate"].startswith("D:20261123")
    assert len(document) == 2

    first, second = document
    assert len(first.find_tables().tables) == 2
    middle = second.rect.width / 2
    lines = [line["bbox"] for block in second.get_text("dict")["blocks"] for line in block.get("lines", ())]
    left = [box for box in lines if box[2] < middle + 10]
    right = [box for box in lines if box[0] > middle]
    assert len(left) > 20
    assert len(right) > 20
    inside = all(box[0] >= 36 and box[2] <= page.rect.width - 36 for page in document for box in _lines(page))
    assert inside, "text runs over the margin"


def _lines(page: pymupdf.Page) -> list[tuple[float, float, float, float]]:
    return [line["bbox"] for block in page.get_text("dict")["blocks"] for line in block.get("lines", ())]

"""The bars on real labels, and a table that copies none of their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.coverage_tables import openfda_page, spl_page
from eval.label_reports import FileReport, LabelReport, is_met, report_openfda, report_spl

_LABEL = """<document xmlns="urn:hl7-org:v3"><code displayName="HUMAN OTC DRUG LABEL"/><title>Pain | tablets</title>
<setId root="AAAA"/><component><structuredBody>
<component><section><code code="34067-9"/><title>Uses</title><text>For a very secret pain.</text></section></component>
<component><section><code code="34066-1"/><text>Do not use if the seal under the cap is broken, for serious harm may
follow.</text></section></component></structuredBody></component></document>"""


@pytest.fixture
def report(tmp_path: Path, word_embedder) -> LabelReport:
    path = tmp_path / "label.xml"
    path.write_text(_LABEL, encoding="utf-8")
    return report_spl(path, word_embedder)


def test_a_label_is_measured_against_its_file(report: LabelReport):
    assert report.codes == {"34067-9", "34066-1"}
    assert report.missing == frozenset()
    assert (report.boxed.in_file, report.boxed.found, len(report.boxed.refused)) == (1, 0, 1)
    assert report.coverage is not None and report.coverage.share == 1.0
    assert is_met(report)


def test_the_pages_hold_facts_and_no_words_of_labels(report: LabelReport):
    files = [FileReport("labels_spl/label.xml", (), ("no label",))]
    real = [report]
    page = spl_page(real, real, files)

    assert "Pain \\| tablets" in page
    assert "| labels_spl | 1 | 0 | 0 | 0 | 0 | 1 |" in page
    assert "secret" not in page + openfda_page(real)


@pytest.mark.data
def test_every_shared_label_meets_the_bars(shared_data: Path, embedder):
    labels = sorted((shared_data / "labels_spl").glob("*.xml"))
    spl = [report_spl(path, embedder) for path in labels]
    openfda = list(report_openfda(shared_data / "labels_openfda" / "openfda_labels.jsonl.gz"))

    assert [report.info.title for report in (*spl, *openfda) if not is_met(report)] == []
    assert [report.info.title for report in (*spl, *openfda) if report.missing] == []
    assert sum(report.boxed.found for report in spl) == 7
    assert sum(report.boxed.found for report in openfda) == 256
    assert {len(report.boxed.refused) for report in openfda} == {0, 1}

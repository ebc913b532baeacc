"""openFDA records, written here: every text once, under its own code, whatever the file's shape."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.openfda import is_openfda, read_openfda
from ingest.openfda_text import label_parts
from ingest.readers import read_path
from knowledge_base import loinc
from knowledge_base.absence import judge
from knowledge_base.errors import IngestError
from knowledge_base.loinc import OPENFDA_FIELDS
from knowledge_base.types import SourceDocument

_RECORD = {
    "id": "11111111-aaaa",
    "set_id": "22222222-BBBB",
    "version": "4",
    "effective_time": "20171116",
    "indications_and_usage": ["1 INDICATIONS AND USAGE Zestril is indicated for hypertension."],
    "openfda": {
        "generic_name": ["LISINOPRIL"],
        "substance_name": ["LISINOPRIL"],
        "brand_name": ["Zestril", "Lisinopril Tablets"],
        "manufacturer_name": ["Maker Inc."],
        "pharm_class_epc": ["Angiotensin Converting Enzyme Inhibitor [EPC]"],
    },
}


def _read(*records: object, name: str = "/labels/a.json") -> tuple[list[SourceDocument], list[str]]:
    return read_openfda(json.dumps({"meta": {}, "results": records}).encode(), name, "0" * 64)


def _sections(**fields: object) -> list[tuple[str | None, tuple[str, ...], str]]:
    record = {name: value for name, value in _RECORD.items() if name != "indications_and_usage"}
    [document], _ = _read({**record, **fields})
    return [(section.code, section.path, document.text[section.start : section.end]) for section in document.sections]


def test_the_header():
    [document], skipped = _read(_RECORD)

    info = document.info
    assert skipped == []
    assert info.id == "openfda:22222222-bbbb@4"
    assert (info.title, info.effective_date, info.manufacturer) == ("Zestril (lisinopril)", "2017-11-16", "Maker Inc.")
    assert (info.ingredients, info.brands) == (("lisinopril",), ("zestril",))
    assert info.classes == ("angiotensin converting enzyme inhibitor",)
    assert ("zestril", "brand") in {(name.name, name.relation) for name in document.names}


def test_numbered_sub_sections():
    text = (
        "5 WARNINGS AND PRECAUTIONS • Acidosis may occur. (5.1) 5.1 Lactic Acidosis There have been cases "
        "[see Boxed Warning]. 5.2 Hypoglycemia Insulin increases the risk."
    )

    top = "Warnings and precautions"
    assert _sections(warnings_and_cautions=[text]) == [
        (loinc.WARNINGS_AND_PRECAUTIONS, (top,), "• Acidosis may occur. (5.1)"),
        (loinc.WARNINGS_AND_PRECAUTIONS, (top, "5.1 Lactic Acidosis"), "There have been cases [see Boxed Warning]."),
        (loinc.WARNINGS_AND_PRECAUTIONS, (top, "5.2 Hypoglycemia"), "Insulin increases the risk."),
    ]


def test_a_field_inside_another_becomes_its_sub_section():
    pregnancy = "8.1 Pregnancy Risk Summary Available data show no risk to the fetus."
    whole = f"8 USE IN SPECIFIC POPULATIONS {pregnancy} 8.6 Renal Impairment Reduce the dose in severe impairment."

    found = _sections(
        use_in_specific_populations=[whole], pregnancy=[pregnancy], spl_unclassified_section=["8.6 Renal"]
    )

    top = "Use in specific populations"
    assert found == [
        (loinc.SPECIFIC_POPULATIONS, (top,), ""),
        (loinc.PREGNANCY, (top, "8.1 Pregnancy"), "Risk Summary Available data show no risk to the fetus."),
        ("88828-9", (top, "8.6 Renal Impairment"), "Reduce the dose in severe impairment."),
    ]


def test_drug_facts_keep_their_sentences_whole():
    stop = "Stop use and ask a doctor if pain gets worse"
    found = _sections(
        warnings=[f"Warnings Allergy alert: may cause hives. {stop} Keep out of reach of children."],
        stop_use=[stop],
        keep_out_of_reach_of_children=["Keep out of reach of children."],
        indications_and_usage=["Uses temporarily relieves pain"],
        active_ingredient=["Active ingredient (in each tablet) Ibuprofen 200 mg"],
    )

    assert found == [
        (loinc.INDICATIONS, ("Indications and usage",), "temporarily relieves pain"),
        (loinc.WARNINGS, ("Warnings",), "Allergy alert: may cause hives."),
        (loinc.STOP_USE, ("Warnings", "Stop use and ask a doctor"), stop),
        (loinc.KEEP_OUT_OF_REACH, ("Warnings", "Keep out of reach of children"), "Keep out of reach of children."),
        (loinc.OTC_ACTIVE, ("Active ingredient",), "Ibuprofen 200 mg"),
    ]


_TABLE = (
    "<table><caption>Table 1: Doses</caption><thead><tr><th>Weight</th><th>Dose</th></tr></thead>"
    "<tbody><tr><td>under 20 kg</td><td>5 mg</td></tr></tbody></table>"
)


def test_a_flattened_table_gives_way_to_its_rows():
    text = "2 DOSAGE AND ADMINISTRATION See the table. Table 1: Doses Weight Dose under 20 kg 5 mg Take with food."

    [document], _ = _read({**_RECORD, "dosage_and_administration": [text], "dosage_and_administration_table": [_TABLE]})

    section = document.sections[-1]
    assert document.text[section.start : section.end].split("\n") == [
        "See the table.",
        "Table 1: Doses",
        "Weight | Dose",
        "Weight: under 20 kg | Dose: 5 mg",
        "Take with food.",
    ]
    assert [document.text[a:b] for a, b in section.table_rows] == ["Weight | Dose", "Weight: under 20 kg | Dose: 5 mg"]


def test_a_table_that_is_not_in_the_text_follows_it():
    [(_, _, text)] = _sections(
        dosage_and_administration=["Take one."], dosage_and_administration_table=[_TABLE, _TABLE, "<"]
    )

    assert text.startswith("Take one.\nTable 1: Doses\n")
    assert text.count("under 20 kg") == 1


def test_the_short_boxed_warning_follows_the_full_one():
    full = "Postmarketing cases have resulted in death. " * 8
    short = "WARNING: LACTIC ACIDOSIS See full prescribing information for complete boxed warning. Cases. (5.1)"

    found = _sections(boxed_warning=[f"WARNING: LACTIC ACIDOSIS {full}{short}"])

    assert [path for _, path, _ in found] == [
        ("WARNING: LACTIC ACIDOSIS",),
        ("WARNING: LACTIC ACIDOSIS", "Highlights"),
    ]
    assert [code for code, _, _ in found] == [loinc.BOXED_WARNING] * 2
    assert found[0][2] == full.strip()


def test_repeated_texts_are_kept_once():
    found = _sections(contraindications=["None.", "None.", "  None. "], description=["None."])

    assert found == [
        (loinc.CONTRAINDICATIONS, ("Contraindications",), "None."),
        (loinc.DESCRIPTION, ("Description",), ""),
    ]


def test_a_field_that_says_nothing_is_a_section_and_one_that_is_not_there_is_none():
    found = _sections(warnings=["Do not exceed the dose."], contraindications=[], lactation=None, overdosage=[" "])

    assert {code for code, _, text in found if not text} == {loinc.CONTRAINDICATIONS, loinc.OVERDOSAGE}
    assert {loinc.LACTATION, loinc.PREGNANCY}.isdisjoint(code for code, _, _ in found)


def test_the_three_states_of_absence_can_be_told():
    [document], _ = _read({**_RECORD, "pregnancy": [], "overdosage": ["Call a doctor."]})
    outlines = {document.info.id: document.sections}

    def state(code: str) -> str:
        found = any(section.code == code and section.start < section.end for section in document.sections)
        return judge(outlines, lambda own, _: own == code, found=found).state

    states = [state(code) for code in (loinc.OVERDOSAGE, loinc.PREGNANCY, loinc.LACTATION)]
    assert states == ["found", "not_mentioned", "no_section"]


def test_the_parts_of_a_bulk_download(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "drug-label-0001-of-0002.json.zip", "w") as archive:
        archive.writestr("drug-label-0001-of-0002.json", json.dumps({"meta": {}, "results": [_RECORD]}))
    (tmp_path / "labels.jsonl.gz").write_bytes(gzip.compress(f"{json.dumps({**_RECORD, 'version': '5'})}\n".encode()))

    ids = [document.info.id for file in read_path(tmp_path) for document in file.parse().documents]
    assert ids == ["openfda:22222222-bbbb@4", "openfda:22222222-bbbb@5"]


def test_a_table_whose_field_is_missing_is_a_section():
    _, (code, path, text) = _sections(warnings=["Keep it dry."], active_ingredient_table=[_TABLE])

    assert (code, path) == (loinc.OTC_ACTIVE, ("Active ingredient",))
    assert "under 20 kg" in text


def test_the_same_text_goes_where_its_heading_says():
    text = "Directions take one suppository a day, and no more than that."
    found = _sections(indications_and_usage=[text], dosage_and_administration=[text])

    assert [(code, bool(text)) for code, _, text in found] == [(loinc.DOSAGE, True), (loinc.INDICATIONS, False)]


def test_a_warning_all_in_capitals_is_a_text_and_no_heading():
    text = "DO NOT GIVE IT BY VEIN. DEATHS HAVE OCCURRED (See WARNINGS and DOSAGE)."

    assert _sections(boxed_warning=[text]) == [(loinc.BOXED_WARNING, ("Boxed warning",), text)]


def test_what_only_is_named_a_boxed_warning_is_filed_elsewhere():
    found = _sections(boxed_warning=["Tamper evident: do not use if the seal is broken; serious harm may follow."])

    assert [(code, path) for code, path, _ in found] == [(None, ("Further information",))]


def test_the_kind_and_the_identifiers_of_a_record():
    about = {
        **_RECORD["openfda"],
        "product_type": ["HUMAN OTC DRUG"],
        "unii": ["E7199S1YWR"],
        "product_ndc": ["1-2"],
        "original_packager_product_ndc": ["9-9"],
    }
    [document], _ = _read({**_RECORD, "openfda": about})

    info = document.info
    assert (info.label_type, info.is_repackaged, info.uniis, info.ndcs) == ("otc", True, ("E7199S1YWR",), ("1-2",))
    assert ("e7199s1ywr", ("lisinopril",)) in {(name.name, name.ingredients) for name in document.names}


def test_identifiers_of_several_ingredients_are_in_no_order_to_rely_on():
    about = {"substance_name": ["LISINOPRIL", "HYDROCHLOROTHIAZIDE"], "unii": ["0J48LPH2TH", "E7199S1YWR"]}
    [document], _ = _read({**_RECORD, "openfda": about})

    assert document.info.uniis == ("0J48LPH2TH", "E7199S1YWR")
    assert "unii" not in {name.relation for name in document.names}
    assert document.info.label_type is None


def test_product_data_of_another_label_are_not_believed():
    about = {**_RECORD["openfda"], "spl_set_id": ["44444444-CCCC"], "unii": ["E7199S1YWR"]}
    text = "Active ingredient Aluminum zirconium 16% (anhydrous)"
    [document], _ = _read({**_RECORD, "active_ingredient": [text], "openfda": about})

    info = document.info
    assert (info.ingredients, info.brands, info.uniis, info.manufacturer) == (("aluminum zirconium",), (), (), None)
    assert info.title == "Aluminum zirconium"
    assert info.id == "openfda:22222222-bbbb@4"
    assert "another label" in info.remarks[0]
    [same], _ = _read({**_RECORD, "openfda": {**about, "spl_set_id": ["22222222-bbbb"]}})
    assert (same.info.ingredients, same.info.remarks) == (("lisinopril",), ())


def test_a_combination_that_the_metadata_name_by_half():
    text = "Lisinopril and hydrochlorothiazide tablets are indicated for hypertension. "
    more = "Lisinopril and hydrochlorothiazide lower it. Stop lisinopril or hydrochlorothiazide in pregnancy."
    [document], _ = _read({**_RECORD, "indications_and_usage": [text + more]})

    assert document.info.ingredients == ("lisinopril", "hydrochlorothiazide")
    assert len(document.info.remarks) == 1


def test_a_record_without_metadata_is_named_only_by_clear_words():
    text = (
        "Ezetimibe and simvastatin tablets are indicated to reduce cholesterol. Ezetimibe and simvastatin: one daily."
    )
    more = "Do not give ezetimibe or simvastatin to children."
    documents, _ = _read(
        {"indications_and_usage": [text], "contraindications": [more]},
        {"indications_and_usage": ["When culture and susceptibility information are available, use it."]},
        {"active_ingredient": ["Active ingredient (in each caplet) Acetaminophen 500 mg"]},
    )

    assert [document.info.ingredients for document in documents] == [
        ("ezetimibe", "simvastatin"),
        (),
        ("acetaminophen",),
    ]
    assert len({document.info.id for document in documents}) == 3
    assert documents[1].info.set_id is None
    assert documents[1].info.title == "Label 2 of a.json"


@pytest.mark.parametrize("shape", ["api", "list", "single", "lines", "wrapped"])
def test_every_shape_of_file(shape):
    second = {**_RECORD, "set_id": "33333333"}
    data = {
        "api": json.dumps({"meta": {}, "results": [_RECORD, second]}),
        "list": json.dumps([_RECORD, second]),
        "single": "\ufeff" + json.dumps(_RECORD, indent=1),
        "lines": "\n".join([json.dumps(_RECORD), "", json.dumps(second), "{broken"]),
        "wrapped": json.dumps([{"file": "a", "record": _RECORD}]),
    }[shape].encode()

    assert is_openfda(data)
    documents, skipped = read_openfda(data, "/a.json", "0" * 64)
    assert len(documents) == (1 if shape in ("single", "wrapped") else 2)
    assert skipped == (["record 3: damaged JSON"] if shape == "lines" else [])


def test_a_bad_record_costs_itself_only():
    empty = {"set_id": "x", "openfda": {}, "warnings": [], "description": None}
    documents, skipped = _read(
        _RECORD, empty, {"patient": {}}, 7, _RECORD, {**_RECORD, "warnings": ["Other text here."]}
    )

    assert len(documents) == 1
    assert [reason.partition(":")[0] for reason in skipped] == ["record 2", "record 3", "record 4", "record 6"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"results": [{"patient": {}}]}', "JSON, but not openFDA labels"),
        (b'{"error": {"code": "NOT_FOUND"}}', "NOT_FOUND"),
        (b"[1, 2", "damaged JSON"),
        (b"\xff\xfe{}", "not in UTF-8"),
        (b"[" * 100_000, "damaged JSON"),
    ],
)
def test_what_is_no_label_is_refused_in_one_line(data, message):
    with pytest.raises(IngestError, match=message) as raised:
        read_openfda(data, "/a.json", "0" * 64)
    assert "\n" not in str(raised.value)


def test_sniffing():
    assert not is_openfda(b'{"questions_and_answers": []}')
    assert not is_openfda(b"<xml/>")
    assert not is_openfda(b"")


_TEXTS = st.lists(
    st.text(st.sampled_from("5.12 WARNINGSabc Pregnancy•<>()\n\ud800\ue000"), max_size=80)
    | st.just(_TABLE)
    | st.none(),
    max_size=3,
)
_FIELDS = st.sampled_from([*OPENFDA_FIELDS, "warnings_table", "pregnancy_table", "spl_unclassified_section"])


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(_FIELDS, _TEXTS | st.text(max_size=20) | st.none(), max_size=6))
def test_spans_are_exact_whatever_the_fields(fields):
    record = {**_RECORD, **fields}
    label_parts(record)
    [document], _ = _read({**record, "description": ["A tablet of forty letters, no more and no less."]})

    position = 0
    for section in document.sections:
        assert position <= section.start <= section.end <= len(document.text)
        for begin, end in section.table_rows:
            assert section.start <= begin < end <= section.end
            assert "\n" not in document.text[begin:end]
        position = section.end
    document.text.encode()
    assert not any("\ue000" <= letter <= "\uf8ff" for letter in document.text)

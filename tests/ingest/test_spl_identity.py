"""Which label a document is, of what kind and about what, and which is no label: documents written here."""

from __future__ import annotations

import pytest

from ingest.spl import read_spl
from knowledge_base.errors import IngestError
from knowledge_base.types import SourceDocument

_CODED = """<document xmlns="urn:hl7-org:v3"><code code="{code}" displayName="{kind}"/><title>Ibuprofen tablets</title>
<author><assignedEntity><representedOrganization><name>Packer Inc.</name><performance><actDefinition>
<code displayName="{act}"/></actDefinition></performance></representedOrganization></assignedEntity></author>
<component><structuredBody><component><section><code code="48780-1"/><subject><manufacturedProduct><manufacturedProduct>
<code code="12345-678" codeSystem="2.16.840.1.113883.6.69"/><name>{brand}</name>
<asEquivalentEntity><definingMaterialKind><code code="99999-111" codeSystem="2.16.840.1.113883.6.69"/>
</definingMaterialKind></asEquivalentEntity>
<ingredient classCode="ACTIM"><ingredientSubstance><code code="AAA1234567" codeSystem="2.16.840.1.113883.4.9"/>
<name>IBUPROFEN LYSINE</name><activeMoiety><activeMoiety><code code="BBB1234567" codeSystem="2.16.840.1.113883.4.9"/>
<name>IBUPROFEN</name></activeMoiety></activeMoiety></ingredientSubstance></ingredient>
<ingredient classCode="IACT"><ingredientSubstance><code code="CCC1234567" codeSystem="2.16.840.1.113883.4.9"/>
<name>WATER</name></ingredientSubstance></ingredient>
</manufacturedProduct><subjectOf><approval><code displayName="{approval}"/></approval></subjectOf></manufacturedProduct>
</subject></section></component><component><section><code code="34067-9"/><title>1 USES</title>{text}
</section></component></structuredBody></component></document>"""


def _label(kind: str = "HUMAN PRESCRIPTION DRUG LABEL", text: str = "", **more: str) -> bytes:
    values = {"code": "34391-3", "act": "manufacture", "brand": "Painoff", "approval": "NDA", **more}
    return _CODED.format(kind=kind, text=text, **values).encode()


def _coded(
    kind: str = "HUMAN PRESCRIPTION DRUG LABEL", text: str = "Take it with food.", **more: str
) -> SourceDocument:
    data = _label(kind, f"<text><paragraph>{text}</paragraph></text>", **more)
    return read_spl(data, "/a.xml", "0" * 64)


def test_the_identifiers_of_a_label():
    document = _coded()

    info = document.info
    assert (info.label_type, info.is_repackaged, info.manufacturer) == ("prescription", False, "Packer Inc.")
    assert (info.uniis, info.ndcs, info.remarks) == (("AAA1234567", "BBB1234567"), ("12345-678",), ())
    identified = {name.name: name.ingredients for name in document.names if name.relation == "unii"}
    assert identified == {"aaa1234567": ("ibuprofen",), "bbb1234567": ("ibuprofen",)}


@pytest.mark.parametrize(
    ("values", "kind", "is_repackaged"),
    [
        ({"kind": "HUMAN OTC DRUG LABEL"}, "otc", False),
        ({"act": "REPACK"}, "prescription", True),
        ({"act": "relabel"}, "prescription", True),
        ({"approval": "Emergency Use Authorization"}, "emergency use", False),
        ({"kind": "VACCINE LABEL"}, "prescription", False),
        ({"kind": "COSMETIC"}, "other", False),
    ],
)
def test_the_kind_of_a_label(values, kind, is_repackaged):
    info = _coded(**values).info
    assert (info.label_type, info.is_repackaged) == (kind, is_repackaged)


def test_what_is_no_medicine_has_no_names():
    assert _coded("COSMETIC").names == ()
    assert _coded("COSMETIC").info.ingredients == ("ibuprofen",)


def test_a_label_for_animals_is_refused():
    with pytest.raises(IngestError, match="for animals"):
        _coded("PRESCRIPTION ANIMAL DRUG LABEL")


def test_the_text_decides_what_a_label_is_about():
    text = "Naproxen tablets are indicated for pain. Take naproxen with food. Stop naproxen before surgery."
    info = _coded(text=text).info

    assert info.ingredients == ("naproxen",)
    [remark] = info.remarks
    assert "name ibuprofen" in remark and "about naproxen" in remark


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html><body/></html>", r"XML, but not an SPL label: its root is <html>"),
        (b'<document xmlns="urn:x"/>', "XML, but not an SPL label"),
        (
            b'<document xmlns="urn:hl7-org:v3"><code displayName="Indexing - Pharmacologic Class"/></document>',
            "index file",
        ),
        (b'<document xmlns="urn:hl7-org:v3"/>', "without a body"),
        (_label(), "without text"),
        (b"not xml", "cannot be read"),
    ],
)
def test_what_is_no_label_is_refused_in_one_line(data, message):
    with pytest.raises(IngestError, match=message) as raised:
        read_spl(data, "/a.xml", "0" * 64)
    assert "\n" not in str(raised.value)

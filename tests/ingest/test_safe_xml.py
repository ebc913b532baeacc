"""XML from anywhere: nothing is expanded, nothing is fetched."""

from __future__ import annotations

import pytest

from ingest.safe_xml import parse_xml
from knowledge_base.errors import IngestError

_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE document [
<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
]><document xmlns="urn:hl7-org:v3"><title>&c;</title></document>"""


@pytest.mark.parametrize(
    "data",
    [
        _LAUGHS,
        _LAUGHS.replace(b"UTF-8", b"UTF-16").decode().encode("utf-16"),
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
        b'<!DOCTYPE d [<!ENTITY % p SYSTEM "http://localhost/x.dtd">]><d/>',
    ],
)
def test_declared_entities_are_refused(data):
    with pytest.raises(IngestError, match="entities"):
        parse_xml(data)


def test_damage_is_one_line():
    with pytest.raises(IngestError, match=r"^XML cannot be read: damaged") as raised:
        parse_xml(b"<document><title>cut")
    assert "\n" not in str(raised.value)


def test_a_plain_doctype_is_fine():
    assert parse_xml(b"<!DOCTYPE d><d>ok &amp; well</d>").text == "ok & well"

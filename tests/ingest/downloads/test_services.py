"""What is asked of openFDA and DailyMed, and what of their answers is taken."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from ingest.downloads import dailymed, openfda
from knowledge_base.errors import IngestError

SET_ID = "4f70f907-08d5-4c2e-a4be-32c6124faa7b"


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_openfda_is_asked_by_generic_name(service) -> None:
    with service.client() as client:
        (one,) = openfda.labels_by_name(client, "Warfarin Sodium", 3)
    assert one.name == "openfda-warfarin-sodium.json"
    assert query(one.url) == {"search": ['openfda.generic_name:"warfarin sodium"'], "limit": ["3"]}
    assert service.seen == []


def test_openfda_is_asked_by_class(service) -> None:
    with service.client() as client:
        (one,) = openfda.labels_by_class(client, "Beta-Adrenergic Blocker [EPC]", 3)
    assert query(one.url)["search"] == ['openfda.pharm_class_epc:"beta-adrenergic blocker"']


def test_a_name_cannot_change_the_query(service) -> None:
    with service.client() as client:
        (one,) = openfda.labels_by_name(client, 'x" OR _exists_:y', 1)
    assert query(one.url)["search"] == ['openfda.generic_name:"x or exists y"']


@pytest.mark.parametrize("name", ["", "../..", '"', "\N{SNOWMAN}"])
def test_a_name_without_letters_is_never_sent(service, name: str) -> None:
    with service.client() as client, pytest.raises(IngestError, match="not a drug name"):
        openfda.labels_by_name(client, name, 1)
    assert service.seen == []


def test_more_labels_than_a_page_are_several_files(service) -> None:
    path = "/drug/label.json?search=openfda.generic_name%3A%22ibuprofen%22&limit=1"
    service.bodies[path] = json.dumps({"meta": {"results": {"total": 230}}}).encode()
    with service.client() as client:
        found = openfda.labels_by_name(client, "ibuprofen", 1000)
    assert [one.name for one in found] == [
        "openfda-ibuprofen.json",
        "openfda-ibuprofen-2.json",
        "openfda-ibuprofen-3.json",
    ]
    assert [(query(one.url).get("skip"), query(one.url)["limit"]) for one in found] == [
        (None, ["100"]),
        (["100"], ["100"]),
        (["200"], ["30"]),
    ]


def bulk_index(url: str) -> bytes:
    part = {"display_name": "part 1", "file": url, "size_mb": "120.50", "records": 20000}
    label = {"export_date": "2026-11-20", "total_records": 20000, "partitions": [part]}
    return json.dumps({"results": {"drug": {"label": label}}}).encode()


def test_the_bulk_index_names_the_files(service) -> None:
    name = "drug-label-0001-of-0013.json.zip"
    service.bodies["/download.json"] = bulk_index(f"{service.url}/drug/label/{name}")
    with service.client() as client:
        (one,) = openfda.all_labels(client)
    assert (one.name, one.size, one.version) == (name, int(120.5 * 2**20), "2026-11-20")


@pytest.mark.parametrize(
    "address", ["https://evil.org/drug-label.json.zip", "{url}/drug/..%2f..%2fx", "file:///etc/passwd"]
)
def test_a_strange_file_in_the_bulk_index_is_refused(service, address: str) -> None:
    service.bodies["/download.json"] = bulk_index(address.format(url=service.url))
    with service.client() as client, pytest.raises(IngestError, match="strange file"):
        openfda.all_labels(client)


def test_a_set_id_is_a_zip(service) -> None:
    with service.client() as client:
        one = dailymed.label_by_set_id(client, SET_ID.upper())
    assert one.name == f"dailymed-{SET_ID}.zip"
    assert query(one.url) == {"setid": [SET_ID], "type": ["zip"]}


def test_a_malformed_set_id_is_never_sent(service) -> None:
    with service.client() as client, pytest.raises(IngestError, match="not a DailyMed set id"):
        dailymed.label_by_set_id(client, "../../etc")
    assert service.seen == []


def test_the_current_version_is_the_highest(service) -> None:
    history = {"data": {"history": [{"spl_version": "9"}, {"spl_version": "12"}]}}
    service.bodies[f"/dailymed/services/v2/spls/{SET_ID}/history.json"] = json.dumps(history).encode()
    with service.client() as client:
        assert dailymed.label_by_set_id(client, SET_ID, ask_version=True).version == "12"


def page(number: int, of: int, set_ids: list[str]) -> bytes:
    rows = [{"setid": one, "spl_version": 4, "title": "X"} for one in set_ids]
    return json.dumps({"metadata": {"total_pages": str(of), "current_page": number}, "data": rows}).encode()


def test_a_name_is_looked_up_page_by_page(service) -> None:
    other = SET_ID.replace("4f", "5f")
    for number, ids in enumerate([[SET_ID, "../x"], [other]], start=1):
        path = f"/dailymed/services/v2/spls.json?drug_name=ibuprofen&pagesize=100&page={number}"
        service.bodies[path] = page(number, 2, ids)
    with service.client() as client:
        found = dailymed.labels_by_name(client, "Ibuprofen", 10)
        assert [one.name for one in found] == [f"dailymed-{SET_ID}.zip", f"dailymed-{other}.zip"]
        assert len(dailymed.labels_by_name(client, "Ibuprofen", 1)) == 1
    assert len(service.seen) == 3


def release_page(url: str) -> bytes:
    item = """<li>{name} [ <a href="{url}/public/{name}">HTTPS</a> / <a href="ftp://x/{name}">FTP</a> ]
    <ul><li>Number of labels: 9</li><li>File size: 2.50GB</li><li>MD5 checksum: {md5}</li></ul></li>"""
    names = ["dm_spl_release_human_rx_part1.zip", "dm_spl_release_human_otc_part1.zip", "dm_spl_release_animal.zip"]
    lines = [item.format(name=name, url=url, md5=str(n) * 32) for n, name in enumerate(names)]
    return f"<html>{''.join(lines)}</html>".encode()


def test_the_release_page_names_files_sizes_and_checksums(service) -> None:
    service.bodies["/dailymed/spl-resources-all-drug-labels.cfm"] = release_page(service.url)
    with service.client() as client:
        found = dailymed.full_release(client, ["rx", "animal"])
    assert [(one.name, one.md5, one.size) for one in found] == [
        ("dm_spl_release_human_rx_part1.zip", "0" * 32, int(2.5 * 2**30)),
        ("dm_spl_release_animal.zip", "2" * 32, int(2.5 * 2**30)),
    ]


def test_a_release_page_that_leads_elsewhere_is_refused(service) -> None:
    service.bodies["/dailymed/spl-resources-all-drug-labels.cfm"] = release_page("https://evil.org")
    with service.client() as client, pytest.raises(IngestError, match="strange file"):
        dailymed.full_release(client, ["rx"])

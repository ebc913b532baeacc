"""The client stays on the sites of its service, and its key stays with it."""

from __future__ import annotations

import base64

import pytest

from knowledge_base.errors import IngestError


def test_a_redirect_to_a_strange_site_is_refused(service) -> None:
    service.redirects["/index"] = "http://127.0.0.2:9/elsewhere"
    with service.client() as client, pytest.raises(IngestError, match=r"not a site of example\.org"):
        client.text(f"{service.url}/index")


def test_a_redirect_within_the_service_is_followed(service) -> None:
    service.redirects["/index"] = f"{service.url}/there"
    service.bodies["/there"] = b"here"
    with service.client() as client:
        assert client.text(f"{service.url}/index") == "here"


def test_a_circle_of_redirects_is_one_line(service) -> None:
    service.redirects["/index"] = f"{service.url}/index"
    with service.client() as client, pytest.raises(IngestError, match="circle"):
        client.text(f"{service.url}/index")


@pytest.mark.parametrize(
    ("url", "is_own"),
    [
        ("https://download.fda.gov/a.zip", True),
        ("https://fda.gov/a.zip", True),
        ("http://download.fda.gov/a.zip", False),
        ("https://notfda.gov/a.zip", False),
        ("https://fda.gov.evil.org/a.zip", False),
        ("file:///etc/passwd", False),
    ],
)
def test_files_come_from_the_site_over_https_only(service, url: str, is_own: bool) -> None:
    with service.client(site="fda.gov") as client:
        assert client.is_own(url) is is_own


def test_the_key_is_a_user_name_and_in_no_address(service) -> None:
    service.bodies["/index"] = b"{}"
    with service.client(key="secret") as client:
        client.json(f"{service.url}/index")
    path, headers = service.seen[0]
    assert "secret" not in path
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"secret:").decode()


@pytest.mark.parametrize("body", [b"<html>", b"[]"])
def test_an_answer_that_is_no_object_is_one_line(service, body: bytes) -> None:
    service.bodies["/index"] = body
    with service.client() as client, pytest.raises(IngestError, match="does not answer with"):
        client.json(f"{service.url}/index")


def test_an_index_without_end_is_not_read_to_the_end(service) -> None:
    service.bodies["/index"] = b"x" * (17 * 2**20)
    with service.client() as client, pytest.raises(IngestError, match="more than an index"):
        client.text(f"{service.url}/index")


def test_a_refusal_is_not_tried_again(service, fault) -> None:
    service.faults = [fault(status=403)]
    with service.client() as client, pytest.raises(IngestError, match="answered 403"):
        client.text(f"{service.url}/index")
    assert len(service.seen) == 1

"""What to bring from DailyMed: labels by set id or by name, or the full releases.

Service: https://dailymed.nlm.nih.gov/dailymed/app-support-web-services.cfm ; releases with their MD5 checksums:
https://dailymed.nlm.nih.gov/dailymed/spl-resources-all-drug-labels.cfm
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode

from ingest.downloads.client import Client
from ingest.downloads.names import plain_name
from ingest.downloads.types import Download
from knowledge_base.errors import IngestError

SITE: Final = "nlm.nih.gov"
REQUESTS_PER_MINUTE: Final = 240
"""DailyMed names no limit; this is what its sister service allows."""
Release = Literal["rx", "otc", "homeopathic", "animal", "remainder"]

_SET_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PAGE: Final = 100
_RELEASE_PAGE: Final = "/dailymed/spl-resources-all-drug-labels.cfm"
_RELEASE_FILE: Final = re.compile(r'href="(?P<url>https?://[^"\s]*/(?P<name>dm_spl_release_\w+\.zip))"')
_PREFIXES: Final = {
    "rx": "dm_spl_release_human_rx",
    "otc": "dm_spl_release_human_otc",
    "homeopathic": "dm_spl_release_homeopathic",
    "animal": "dm_spl_release_animal",
    "remainder": "dm_spl_release_remainder",
}
_MD5: Final = re.compile(r"MD5 checksum:\s*(?:<[^>]+>\s*)*([0-9a-f]{32})", re.IGNORECASE)
_SIZE: Final = re.compile(r"File size:\s*(?:<[^>]+>\s*)*([\d.]+)\s*(KB|MB|GB)", re.IGNORECASE)
_UNITS: Final = {"KB": 2**10, "MB": 2**20, "GB": 2**30}


def is_set_id(text: str) -> bool:
    """Whether a text is a set id (8-4-4-4-12 hexadecimal digits)."""
    return _SET_ID.fullmatch(text) is not None


def label_by_set_id(client: Client, set_id: str, *, ask_version: bool = False) -> Download:
    """The current label of a set id, as the zip that DailyMed serves.

    Args:
        client: the service.
        set_id: the id.
        ask_version: ask which version is current, so that one that is there already is not loaded again.

    Raises:
        IngestError: the id is malformed, or the service knows no history of it.
    """
    if not is_set_id(set_id):
        raise IngestError(f"'{set_id}' is not a DailyMed set id (8-4-4-4-12 hexadecimal digits)")
    return _label(client, set_id.lower(), _current_version(client, set_id) if ask_version else None)


def labels_by_name(client: Client, drug: str, limit: int) -> list[Download]:
    """The labels of a generic or brand name, at most `limit`, each with the version that is current.

    Raises:
        IngestError: the name holds no letter, or the service knows none of that name.
    """
    name = plain_name(drug)
    found: list[Download] = []
    for row in _rows(client, name):
        set_id = str(row.get("setid", ""))
        if is_set_id(set_id) and len(found) < limit:
            found.append(_label(client, set_id.lower(), str(row.get("spl_version"))))
        if len(found) == limit:
            break
    if not found:
        raise IngestError(f"DailyMed knows no label of {name}; check the name")
    return found


def full_release(client: Client, kinds: Sequence[Release]) -> list[Download]:
    """The zip files of the full releases of some kinds, with size and checksum where the page states them.

    Raises:
        IngestError: the page names none, or leads elsewhere.
    """
    page = client.text(f"{client.base_url}{_RELEASE_PAGE}")
    files = list(_RELEASE_FILE.finditer(page))
    found: dict[str, Download] = {}
    for number, file in enumerate(files):
        if not file["name"].startswith(tuple(_PREFIXES[kind] for kind in kinds)):
            continue
        if not client.is_own(file["url"]):
            raise IngestError(f"the release page of DailyMed names a strange file ({file['url']}); nothing was loaded")
        # What is said of a file stands between its link and the link of the next one.
        said = page[file.end() : files[number + 1].start() if number + 1 < len(files) else len(page)]
        md5 = _MD5.search(said)
        found.setdefault(file["name"], _release_file(file["url"], file["name"], said, md5[1].lower() if md5 else None))
    if not found:
        raise IngestError(f"DailyMed's page names no release of {', '.join(kinds)}; try again later")
    return list(found.values())


def _release_file(url: str, name: str, said: str, md5: str | None) -> Download:
    size = _SIZE.search(said)
    n_bytes = int(float(size[1]) * _UNITS[size[2].upper()]) if size else None
    return Download(url=url, name=name, size=n_bytes, md5=md5, version=md5)


def _label(client: Client, set_id: str, version: str | None) -> Download:
    query = urlencode({"setid": set_id, "type": "zip"})
    url = f"{client.base_url}/dailymed/getFile.cfm?{query}"
    return Download(url=url, name=f"dailymed-{set_id}.zip", version=version)


def _rows(client: Client, name: str) -> Iterator[dict[str, Any]]:
    number, n_pages = 1, 1
    while number <= n_pages:
        query = urlencode({"drug_name": name, "pagesize": str(_PAGE), "page": str(number)}, quote_via=quote)
        page = client.json(f"{client.base_url}/dailymed/services/v2/spls.json?{query}")
        try:
            yield from page["data"]
            n_pages = int(page["metadata"]["total_pages"])
        except (KeyError, TypeError, ValueError) as error:
            raise IngestError(f"DailyMed does not list the labels of {name} as it should; try again later") from error
        number += 1


def _current_version(client: Client, set_id: str) -> str:
    page = client.json(f"{client.base_url}/dailymed/services/v2/spls/{set_id}/history.json")
    try:
        return str(max(int(one["spl_version"]) for one in page["data"]["history"]))
    except (KeyError, TypeError, ValueError) as error:
        raise IngestError(f"DailyMed gives no version of {set_id}; check the set id") from error

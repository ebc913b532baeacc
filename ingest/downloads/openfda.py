"""What to bring from openFDA: labels by generic name, by pharmacologic class, or the whole set in bulk.

Service: https://open.fda.gov/apis/drug/label/ ; bulk index: https://open.fda.gov/apis/downloads/
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote, urlencode

from ingest.downloads.client import Client, NotFoundError
from ingest.downloads.names import file_name, plain_name
from ingest.downloads.types import Download
from knowledge_base.errors import IngestError

SITE: Final = "fda.gov"
REQUESTS_PER_MINUTE: Final = 240
_PAGE: Final = 100
_MAX_SKIP: Final = 25_000
"""The service pages no further; beyond it, the bulk files are the way."""


def labels_by_name(client: Client, drug: str, limit: int) -> list[Download]:
    """The label records of a generic name, at most `limit`, a hundred a file.

    Raises:
        IngestError: the name holds no letter, or the service knows none of that name.
    """
    return _pages(client, "generic_name", plain_name(drug), limit)


def labels_by_class(client: Client, name: str, limit: int) -> list[Download]:
    """The label records of an established pharmacologic class, such as `Beta-Adrenergic Blocker`.

    Raises:
        IngestError: as `labels_by_name`.
    """
    return _pages(client, "pharm_class_epc", plain_name(re.sub(r"\[epc\]", "", name, flags=re.IGNORECASE)), limit)


def all_labels(client: Client) -> list[Download]:
    """The zip files of the newest bulk export of all labels.

    Raises:
        IngestError: the index cannot be read or leads elsewhere.
    """
    index = client.json(f"{client.base_url}/download.json")
    try:
        labels = index["results"]["drug"]["label"]
        version = str(labels["export_date"])
        return [_bulk_file(client, part, version) for part in labels["partitions"]]
    except (KeyError, TypeError) as error:
        raise IngestError(f"{client.base_url}/download.json names no label files; try again later") from error


def _pages(client: Client, field: str, name: str, limit: int) -> list[Download]:
    search = f'openfda.{field}:"{name}"'
    count = limit if limit <= _PAGE else min(limit, _total(client, search, name))
    if count - _PAGE > _MAX_SKIP:
        raise IngestError(f"{name}: {count} labels are more than openFDA hands out one by one; use --bulk")
    stem = file_name("openfda", name)
    downloads = []
    for number, skip in enumerate(range(0, count, _PAGE), start=1):
        query = {"search": search, "limit": str(min(_PAGE, count - skip))} | ({"skip": str(skip)} if skip else {})
        url = f"{client.base_url}/drug/label.json?{urlencode(query, quote_via=quote)}"
        downloads.append(Download(url=url, name=f"{stem}{f'-{number}' if number > 1 else ''}.json"))
    return downloads


def _total(client: Client, search: str, name: str) -> int:
    query = urlencode({"search": search, "limit": "1"}, quote_via=quote)
    try:
        return int(client.json(f"{client.base_url}/drug/label.json?{query}")["meta"]["results"]["total"])
    except NotFoundError as error:
        raise NotFoundError(f"openFDA knows no label of {name}; check the name") from error
    except (KeyError, TypeError, ValueError) as error:
        raise IngestError(f"openFDA does not say how many labels of {name} there are; use --limit 100") from error


def _bulk_file(client: Client, part: dict[str, Any], version: str) -> Download:
    url = str(part["file"])
    name = url.rpartition("/")[2]
    if not client.is_own(url) or not re.fullmatch(r"[\w.-]+\.json\.zip", name):
        raise IngestError(f"the bulk index of openFDA names a strange file ({url}); nothing was loaded")
    return Download(url=url, name=name, size=_bytes(part.get("size_mb")), version=version)


def _bytes(megabytes: object) -> int | None:
    try:
        return int(float(str(megabytes)) * 2**20)
    except ValueError:
        return None

"""Download labels from openFDA and DailyMed.

Only what the user names on the command line is sent: generic names or set ids, nothing of a
question. A file is written under a temporary name and renamed when it is whole.
Services: https://open.fda.gov/apis/drug/label/ and https://dailymed.nlm.nih.gov/dailymed/app-support-web-services.cfm
"""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from knowledge_base.errors import IngestError

_TIMEOUT_SECONDS = 60.0
_RETRIES = 3
_SET_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def fetch_openfda(drug: str, *, limit: int, out: Path, base_url: str) -> Path:
    """Save the openFDA label records of a generic name as one JSON file.

    Raises:
        IngestError: the service cannot be reached or knows no such label.
    """
    name = re.sub(r"[^a-z0-9 -]", "", drug.lower()).strip()
    if not name:
        raise IngestError(f"'{drug}' is not a drug name; use letters, digits, spaces and hyphens")
    query = {"search": f'openfda.generic_name:"{name}"', "limit": str(limit)}
    return _download(f"{base_url}/drug/label.json", query, out / f"openfda-{name.replace(' ', '-')}.json")


def fetch_dailymed(set_id: str, *, out: Path, base_url: str) -> Path:
    """Save the current label of a DailyMed set id as the zip that DailyMed serves.

    Raises:
        IngestError: the id is malformed, unknown, or the service cannot be reached.
    """
    if not _SET_ID.fullmatch(set_id):
        raise IngestError(f"'{set_id}' is not a DailyMed set id (8-4-4-4-12 hexadecimal digits)")
    query = {"setid": set_id, "type": "zip"}
    return _download(f"{base_url}/dailymed/getFile.cfm", query, out / f"dailymed-{set_id}.zip")


def _download(url: str, query: dict[str, str], target: Path) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IngestError(f"{target.parent} cannot be made ({error.strerror}); choose another --out") from error
    partial = target.with_name(target.name + ".part")
    transport = httpx.HTTPTransport(retries=_RETRIES)
    try:
        with (
            httpx.Client(transport=transport, timeout=_TIMEOUT_SECONDS, follow_redirects=True) as client,
            client.stream("GET", url, params=query) as response,
        ):
            if response.status_code == httpx.codes.NOT_FOUND:
                raise IngestError(f"{url}: nothing found for {query}; check the name")
            response.raise_for_status()
            with partial.open("wb") as file:
                for block in response.iter_bytes():
                    file.write(block)
        partial.replace(target)
    except httpx.HTTPStatusError as error:
        raise IngestError(f"{url} answered {error.response.status_code}; try again later") from error
    except httpx.HTTPError as error:
        raise IngestError(f"{url} cannot be reached ({type(error).__name__}); check the connection") from error
    finally:
        partial.unlink(missing_ok=True)
    return target

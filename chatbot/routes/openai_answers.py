"""A response in the words of OpenAI's protocol: its text, where in it each citation stands, and all of it as data."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote

from chatbot.accounts.identity import Identity
from chatbot.contract import to_json
from chatbot.plain_text import to_plain_text
from chatbot.routes.caller import shown_to
from chatbot.types import Response

_DAILYMED: Final = "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid="
_SET_ID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MARKER: Final = re.compile(r"\[(\d{1,3})\]")


def written(response: Response) -> str:
    """What a person reads where there is nothing but text: boxed warnings, answer, notices and sources."""
    return to_plain_text(response, whole_paths=False)


def as_data(response: Response, caller: Identity) -> dict[str, Any]:
    """The contract of `ask --json` without what the message itself says, and without the passages not cited."""
    value = to_json(response)
    value["citations"] = shown_to(caller, value["citations"])
    return {name: part for name, part in value.items() if name not in ("text", "question", "passages")}


def annotate(response: Response, data: dict[str, Any], text: str) -> list[dict[str, Any]]:
    """Each marker in the text as OpenAI's `url_citation`, in characters, with our citation beside its fields."""
    begin = text.find(response.text.strip())
    end = begin + len(response.text.strip())
    citations = {citation["n"]: citation for citation in data["citations"]}
    return [
        {
            "type": "url_citation",
            "start_index": marker.start(),
            "end_index": marker.end(),
            "title": citations[int(marker[1])]["title"],
            "url": _address(citations[int(marker[1])]),
            "citation": citations[int(marker[1])],
        }
        for marker in _MARKER.finditer(text, begin, end)
        if int(marker[1]) in citations
    ]


def _address(citation: dict[str, Any]) -> str:
    """Where the source can be read: DailyMed for a label it knows, else a name that no browser follows."""
    if _SET_ID.fullmatch(citation["set_id"] or ""):
        return f"{_DAILYMED}{citation['set_id']}"
    return f"urn:vademecum:passage:{quote(citation['passage_id'], safe='')}"

"""Names that people type, made fit for a query and for a file."""

from __future__ import annotations

import re

from knowledge_base.errors import IngestError


def plain_name(text: str) -> str:
    """Letters, digits, spaces and hyphens in lower case: nothing that a query language reads.

    Raises:
        IngestError: nothing is left.
    """
    name = " ".join(re.sub(r"[^a-z0-9 -]", " ", text.lower()).split()).strip("- ")
    if not name:
        raise IngestError(f"'{text}' is not a drug name; use letters, digits, spaces and hyphens")
    return name


def file_name(service: str, name: str) -> str:
    """The name of a file for a name that `plain_name` made, without its ending."""
    return f"{service}-{name.replace(' ', '-')}"

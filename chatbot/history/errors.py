"""What can go wrong with kept conversations."""

from __future__ import annotations

from knowledge_base.errors import VademecumError


class HistoryError(VademecumError):
    """Conversations cannot be kept or read; the message says what to do."""

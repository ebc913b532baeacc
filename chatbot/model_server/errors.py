"""What can go wrong with the model server."""

from __future__ import annotations

from knowledge_base.errors import VademecumError


class ModelServerError(VademecumError):
    """The model server cannot be started, has ended, or cannot be found; one line says why and what to do."""

"""Who asks: a name and a role, and what the role may do. Knows no password and no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

from chatbot.types import Audience

Role = Literal["patient", "clinician", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
_AUDIENCES: Final[Mapping[Role, tuple[Audience, ...]]] = MappingProxyType(
    {"patient": ("patient",), "clinician": ("patient", "clinician"), "admin": ("patient", "clinician")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The person behind a request; `name` is the owner of everything the request makes."""

    name: str
    role: Role

    @property
    def audiences(self) -> tuple[Audience, ...]:
        """The readers that this person may have answers written for."""
        return _AUDIENCES[self.role]

    @property
    def is_admin(self) -> bool:
        """Whether the knowledge base's own facts are shown."""
        return self.role == "admin"

    def audience(self, wanted: Audience) -> Audience:
        """The reader wanted, or the first one allowed."""
        return wanted if wanted in self.audiences else self.audiences[0]


LOCAL: Final = Identity(name="local", role="admin")
"""Whoever sits at the machine when there are no accounts and the program listens on loopback only."""

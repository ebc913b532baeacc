"""What is allowed at the door, decided once from the settings and the address that is listened on."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chatbot.accounts.identity import Role
from chatbot.settings import Settings
from knowledge_base.errors import VademecumError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_QUESTIONS: Final = 60
"""A minute; with accounts, where the settings name no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules for one listening address."""

    accounts: bool
    """Whether everybody must be known; without, whoever connects is the person at this machine."""
    hosts: frozenset[str]
    any_address: bool
    """Whether a Host in numbers is good: no name can be made to point here that way."""
    trusted_proxies: tuple[Network, ...]
    auth_header: str | None
    auth_role: Role
    questions_per_minute: int | None
    max_request_bytes: int
    audit_log: Path | None
    session_seconds: float
    tls: bool

    def trusts(self, address: str) -> bool:
        """Whether a peer is a proxy whose headers are believed."""
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self.trusted_proxies)


def policy_for(settings: Settings, host: str, *, has_users: bool) -> Policy:
    """The rules for listening on `host`.

    Accounts are asked for as soon as there is a user or a proxy that names one, on loopback too, as a proxy in front
    connects from there.

    Raises:
        VademecumError: others could connect and nobody could be told from another, or a setting is not usable.
    """
    if settings.auth_header and not settings.trusted_proxies:
        raise VademecumError(
            "VADEMECUM_AUTH_HEADER is set, but no proxy is trusted to send it; name it in VADEMECUM_TRUSTED_PROXIES"
        )
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise VademecumError("TLS needs both VADEMECUM_TLS_CERT and VADEMECUM_TLS_KEY")
    accounts = has_users or settings.auth_header is not None
    if not accounts and not is_loopback(host):
        raise VademecumError(
            f"--host {host}: others could connect and there are no accounts; add a user first with "
            "`vademecum users add NAME --role clinician`, or set VADEMECUM_AUTH_HEADER and VADEMECUM_TRUSTED_PROXIES"
        )
    local = _LOOPBACK_NAMES if is_loopback(host) else _LOOPBACK_NAMES | {socket.gethostname().lower(), host.lower()}
    audit = settings.audit_log or (settings.home / "audit.jsonl" if accounts else None)
    return Policy(
        accounts=accounts,
        hosts=frozenset(local | {name.lower() for name in settings.hosts}),
        any_address=not is_loopback(host),
        trusted_proxies=_networks(settings.trusted_proxies),
        auth_header=settings.auth_header,
        auth_role=settings.auth_role,
        questions_per_minute=settings.questions_per_minute or (_DEFAULT_QUESTIONS if accounts else None),
        max_request_bytes=settings.max_request_bytes,
        audit_log=audit,
        session_seconds=60.0 * settings.session_minutes,
        tls=settings.tls_cert is not None,
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to an address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _networks(written: tuple[str, ...]) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part) for part in written)
    except ValueError as error:
        raise VademecumError(f"VADEMECUM_TRUSTED_PROXIES: {error}; write addresses or networks with commas") from error

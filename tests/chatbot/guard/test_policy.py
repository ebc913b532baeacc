"""No address that others reach is opened without accounts."""

from __future__ import annotations

import pytest

from chatbot.guard.policy import is_loopback, policy_for
from chatbot.settings import Settings
from knowledge_base.errors import VademecumError

PUBLIC = ["0.0.0.0", "::", "192.168.1.4", "10.0.0.1", "example.org", "8.8.8.8", ""]  # noqa: S104


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_address_without_accounts_is_refused_with_what_to_do(host: str) -> None:
    with pytest.raises(VademecumError, match="vademecum users add"):
        policy_for(Settings(), host, has_users=False)


@pytest.mark.parametrize("host", PUBLIC)
def test_with_a_user_or_a_proxy_that_names_one_it_is_opened(host: str) -> None:
    assert policy_for(Settings(), host, has_users=True).accounts
    behind = Settings(auth_header="X-Remote-User", trusted_proxies="10.0.0.0/8, 127.0.0.1")
    assert policy_for(behind, host, has_users=False).accounts


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_on_loopback_one_person_needs_no_account_until_there_is_one(host: str) -> None:
    assert is_loopback(host)
    assert not policy_for(Settings(), host, has_users=False).accounts
    assert policy_for(Settings(), host, has_users=True).accounts


def test_half_a_setting_is_refused() -> None:
    with pytest.raises(VademecumError, match="TRUSTED_PROXIES"):
        policy_for(Settings(auth_header="X-Remote-User"), "127.0.0.1", has_users=False)
    with pytest.raises(VademecumError, match="TLS"):
        policy_for(Settings(tls_cert="cert.pem"), "127.0.0.1", has_users=False)
    with pytest.raises(VademecumError, match="TRUSTED_PROXIES"):
        policy_for(Settings(trusted_proxies="not an address"), "127.0.0.1", has_users=False)

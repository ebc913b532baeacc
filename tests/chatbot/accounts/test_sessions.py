"""Sessions end: by time, by idleness, by signing out."""

from __future__ import annotations

from chatbot.accounts.sessions import IDLE_SECONDS, Sessions


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_session_lives_while_it_is_used_but_not_for_ever() -> None:
    clock = Clock()
    sessions = Sessions(3 * IDLE_SECONDS, clock)
    made = sessions.open("anna", "stamp")
    for clock.now in (0.9 * IDLE_SECONDS, 1.8 * IDLE_SECONDS, 2.7 * IDLE_SECONDS):
        assert sessions.find(made).name == "anna"
    clock.now = 3 * IDLE_SECONDS
    assert sessions.find(made) is None


def test_an_idle_session_ends() -> None:
    clock = Clock()
    sessions = Sessions(10 * IDLE_SECONDS, clock)
    made = sessions.open("anna", "stamp")
    clock.now = IDLE_SECONDS
    assert sessions.find(made) is None


def test_a_closed_session_and_an_invented_one_are_nobodys() -> None:
    sessions = Sessions(1000)
    made = sessions.open("anna", "stamp")
    sessions.close(made)
    assert sessions.find(made) is None
    assert sessions.find("") is None
    assert made != sessions.open("anna", "stamp")

"""The conversation file: encrypted, apart by owner, and whole after a killed process."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlcipher3", reason="the extra `privacy` is not installed")

from pydantic import SecretStr

from chatbot.history.errors import HistoryError
from chatbot.history.store import ConversationStore
from chatbot.history.store_key import StoreKey
from chatbot.history.types import KeptMessage

KEY = "ab" * 32
TYPED = "Zebrafinch takes warfarin at Larkspur Lane"
ROOT = Path(__file__).resolve().parents[3]


def open_store(path: Path, key: str = KEY, **more: object) -> ConversationStore:
    return ConversationStore(path / "c.db", StoreKey(SecretStr(key), "the test"), **more)


def said(*texts: str) -> list[KeptMessage]:
    return [KeptMessage(role="user", text=text) for text in texts]


@pytest.fixture
def store(tmp_path) -> ConversationStore:
    return open_store(tmp_path)


def test_a_conversation_comes_back_with_its_sources(store):
    answer = KeptMessage(role="assistant", text="Take it with food. [1]", sources=("Label > Dose: Take it with food.",))
    store.add("anna", "talk", [*said("with food?"), answer])
    store.add("anna", "talk", said("and milk?"))
    kept = store.conversation("anna", "talk")
    assert [one.text for one in kept.messages] == ["with food?", "Take it with food. [1]", "and milk?"]
    assert kept.messages[1].sources == answer.sources
    assert (kept.summary.title, kept.summary.n_messages) == ("with food?", 3)
    assert store.n_messages("anna", "talk") == 3


def test_nothing_of_it_can_be_read_in_any_of_the_files(tmp_path, store):
    store.add("anna", "talk", said(TYPED))
    store.add("anna", "other", said(f"again {TYPED}"))
    # A word of two or three letters stands in any file of random bytes by chance.
    words = [word for word in (*TYPED.split(), "anna", "CREATE TABLE", "SQLite format") if len(word) > 3]
    assert len(words) > 5
    files = [path for path in tmp_path.iterdir() if path.name.startswith("c.db")]
    assert files
    for path in files:
        data = path.read_bytes()
        for word in words:
            for coded in (word.encode(), word.encode("utf-16-le")):
                assert coded not in data, f"{word} stands in {path.name}"
    assert oct((tmp_path / "c.db").stat().st_mode)[-3:] == "600"


def test_the_files_are_searched_while_a_connection_is_open(tmp_path, store):
    with store._open() as connection:
        store.add("anna", "talk", said(TYPED))
        connection.execute("SELECT count(*) FROM messages").fetchone()
        assert (tmp_path / "c.db-wal").stat().st_size > 0
        for name in ("c.db", "c.db-wal", "c.db-shm"):
            assert b"Zebrafinch" not in (tmp_path / name).read_bytes()


def test_another_owner_sees_and_changes_nothing(store):
    store.add("anna", "talk", said(TYPED))
    assert store.conversations("ben") == ()
    assert store.search("ben", "warfarin") == ()
    assert store.n_messages("ben", "talk") == 0
    for forbidden in (
        lambda: store.conversation("ben", "talk"),
        lambda: store.delete("ben", "talk"),
        lambda: store.add("ben", "talk", said("mine now")),
    ):
        with pytest.raises(HistoryError, match="no conversation talk"):
            forbidden()
    assert store.wipe("ben") == 0
    assert [one.text for one in store.conversation("anna", "talk").messages] == [TYPED]


def test_search_wants_all_the_words_in_any_case(store):
    store.add("anna", "1", said("WARFARIN and milk"))
    store.add("anna", "2", said("warfarin and eggs"))
    assert [one.id for one in store.search("anna", "Warfarin MILK")] == ["1"]
    assert store.search("anna", "  ") == ()
    assert store.search("anna", "100%") == ()


def test_deleted_is_gone_and_wiped_is_all_of_one_owner(store):
    for owner, talk in (("anna", "1"), ("anna", "2"), ("ben", "3")):
        store.add(owner, talk, said(TYPED))
    store.delete("anna", "1")
    assert [one.id for one in store.conversations("anna")] == ["2"]
    assert store.wipe("anna") == 1
    assert store.conversations("anna") == ()
    assert len(store.conversations("ben")) == 1


def test_the_old_is_deleted_when_the_file_is_opened(tmp_path):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    open_store(tmp_path, now=lambda: start).add("anna", "old", said("old"))
    open_store(tmp_path, now=lambda: start + timedelta(days=20)).add("anna", "new", said("new"))
    later = open_store(tmp_path, now=lambda: start + timedelta(days=31), retention_days=30)
    assert [one.id for one in later.conversations("anna")] == ["new"]


@pytest.mark.parametrize("key", ["cd" * 32, "a passphrase of another kind"])
def test_another_key_is_told_in_one_line_and_harms_nothing(tmp_path, store, key, capfd):
    store.add("anna", "talk", said(TYPED))
    with pytest.raises(HistoryError, match="the key from the test does not open") as caught:
        open_store(tmp_path, key)
    assert "\n" not in str(caught.value)
    assert key not in str(caught.value)
    assert capfd.readouterr() == ("", "")
    assert store.conversation("anna", "talk").messages[0].text == TYPED


def test_a_passphrase_with_quotes_opens_its_file(tmp_path):
    key = 'it\'s "quoted"; drop table'
    open_store(tmp_path, key).add("anna", "talk", said("hello"))
    assert open_store(tmp_path, key).n_messages("anna", "talk") == 1


def test_a_file_of_a_newer_version_is_left_alone(tmp_path, store):
    with store._open() as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(HistoryError, match="newer version"):
        open_store(tmp_path)


def test_threads_write_side_by_side(store):
    threads = [
        threading.Thread(target=lambda n=n: [store.add("anna", str(n), said(str(i))) for i in range(5)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.n_messages for one in store.conversations("anna")] == [5, 5, 5, 5]


def test_what_was_said_to_be_kept_survives_a_kill(tmp_path):
    command = [sys.executable, str(Path(__file__).with_name("conversation_writer.py")), str(tmp_path / "c.db"), KEY]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
    ) as writer:
        assert writer.stdout is not None
        while int(writer.stdout.readline()) < 20:
            pass
        writer.send_signal(signal.SIGKILL)
        said_to_be_kept = 20 + len(writer.stdout.read().split())
    store = open_store(tmp_path)
    texts = [one.text for one in store.conversation("anna", "talk").messages]
    assert texts == [f"message {n}" for n in range(len(texts))]
    assert said_to_be_kept <= len(texts) <= said_to_be_kept + 1
    with store._open() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)

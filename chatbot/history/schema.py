"""The tables of the conversation file, as a list of steps that is only ever added to."""

from __future__ import annotations

from typing import Final

MIGRATIONS: Final = (
    """
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        title TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    );
    CREATE INDEX conversations_of_owner ON conversations (owner, updated_at);
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
        text TEXT NOT NULL,
        sources TEXT NOT NULL,
        created_at TEXT NOT NULL
    );
    CREATE INDEX messages_of_conversation ON messages (conversation_id, id);
    """,
)
"""Step n brings a file from version n to n + 1; `PRAGMA user_version` holds the version."""

"""Adds messages to a conversation file for ever and says after each that it is kept; a test kills it."""

import sys
from pathlib import Path

from pydantic import SecretStr

from chatbot.history.store import ConversationStore
from chatbot.history.store_key import StoreKey
from chatbot.history.types import KeptMessage

store = ConversationStore(Path(sys.argv[1]), StoreKey(SecretStr(sys.argv[2]), "the test"))
number = 0
while True:
    store.add("anna", "talk", [KeptMessage(role="user", text=f"message {number}")])
    number += 1
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()

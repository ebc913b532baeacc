"""Kept conversations written out."""

from chatbot.history.export import to_json, to_markdown
from chatbot.history.types import ConversationSummary, KeptConversation, KeptMessage

TALK = KeptConversation(
    summary=ConversationSummary(id="7", title="with food?", created_at="t0", updated_at="t1", n_messages=2),
    messages=(
        KeptMessage(role="user", text="with food?", created_at="t0"),
        KeptMessage(role="assistant", text="Yes. [1]", sources=("Label > Dose: Yes.",), created_at="t0"),
    ),
)


def test_json_holds_everything():
    value = to_json(TALK)
    assert (value["id"], value["title"], value["n_messages"]) == ("7", "with food?", 2)
    assert value["messages"][1] == {
        "role": "assistant", "text": "Yes. [1]", "sources": ["Label > Dose: Yes."], "created_at": "t0",
    }  # fmt: skip


def test_markdown_can_be_read():
    text = to_markdown([TALK, TALK])
    assert text.count("# with food?\n") == 2
    assert "## Question\n\nwith food?\n\n## Answer\n\nYes. [1]\n\nSources:\n\n1. Label > Dose: Yes.\n" in text
